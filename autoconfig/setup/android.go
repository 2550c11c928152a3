package setup

import (
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/internal/lazy"
)

// android is a QR code of format version 1, which Thunderbird for the desktop makes and
// Thunderbird for Android scans (thunderbird-android, qr-code-format.md).
var android = Format{
	Name: "android", Doc: "QR code that Thunderbird for Android scans",
	Aliases: []string{"thunderbird-android"},
	Place:   mailcheck.Textf("the screen, or paper: the phone takes it from there"),
	Next:    mailcheck.Textf("in Thunderbird for Android choose Import settings, at the start or below Settings, then \"Scan QR code\"; K-9 Mail cannot scan: --for k9"),
	Asks:    mailcheck.Textf("the password, once the account is imported; where it has OAuth2, to sign in at the provider"),
	Proof:   mailcheck.Textf("mailcheck lint; zbarimg; no Android device"),
	Reads:   []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Logins: []Login{Password, Challenge, OAuth2}, SignsIn: androidSignsIn, Named: true,
	Folder: true, Forms: sheet.Forms,
	Write: writeAndroid,
}

// androidSignsIn reports whether Thunderbird for Android and K-9 Mail know where to sign
// in for a mail host (TbOAuthConfigurationFactory, K9OAuthConfigurationFactory).
func androidSignsIn(host string) bool {
	return slices.Contains([]string{
		"imap.aol.com", "smtp.aol.com", "imap.fastmail.com", "smtp.fastmail.com",
		"imap.gmail.com", "imap.googlemail.com", "smtp.gmail.com", "smtp.googlemail.com",
		"outlook.office365.com", "smtp.office365.com", "smtp-mail.outlook.com",
		"imap.mail.yahoo.com", "smtp.mail.yahoo.com", "mail.tb.pro", "mail.thundermail.com",
	}, host)
}

// androidLocal is what both programs take before the @ of an account's address (LIMITED
// in EmailAddressParserConfig). A code or file with another one is refused as a whole.
var androidLocal = lazy.Regexp("^[0-9a-zA-Z!#$%&'*+/=?^_`{|}~-]+(\\.[0-9a-zA-Z!#$%&'*+/=?^_`{|}~-]+)*$")

// androidAddress refuses an address that the programs do not take.
func androidAddress(a mailcheck.Address, out *sheet.Set) {
	if !androidLocal().MatchString(a.Local) || len(a.Local) > 64 || len(a.Username()) > 254 {
		out.Refuse(a.String(), mailcheck.Textf("Thunderbird for Android and K-9 Mail take only addresses with at most 64 letters, digits and signs of ASCII before the @, without quotation marks"))
	}
}

// The numbers of the format.
var (
	qrProtocol = map[mailcheck.Protocol]int{mailcheck.IMAP: 0, mailcheck.POP3: 1, mailcheck.Submission: 0}
	qrSecurity = map[mailcheck.Security]int{mailcheck.StartTLS: 2, mailcheck.ImplicitTLS: 3}
	qrLogin    = map[Login]int{Password: 1, Challenge: 2, OAuth2: 6}
)

// scannable is the most characters that phones read from a screen without trouble, as
// many as Thunderbird for the desktop puts into one code.
const scannable = 800

// writeAndroid leaves out what may be: the name of the account is then its address, and
// the password is asked. One account is always one code.
func writeAndroid(a Account, out *sheet.Set) {
	androidAddress(a.Address, out)
	account := []any{
		1, []int{1, 1}, // the format's version; the first code of one
		qrServer(a.Reading[0]),
		[]any{[]any{qrServer(a.Sending[0]), []string{a.Address.Username(), a.Name}}},
	}
	if n := out.QR("account", a.Warnings, account); n > scannable {
		out.Note(mailcheck.Textf("the code has %d characters: show it large, or print it, since phones find more than %d hard to read", n, scannable))
	}
	if len(a.Warnings) > 0 {
		out.Note(mailcheck.Textf("the code itself has no place for the warning: whoever scans it does not see it"))
	}
}

func qrServer(s Server) []any {
	return []any{qrProtocol[s.Protocol], s.Host, s.Port, qrSecurity[s.Security], qrLogin[s.Logins[0]], s.Username}
}
