package setup

import (
	"encoding/xml"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// k9 is a settings file of K-9 Mail, which Thunderbird for Android takes as well
// (SettingsFileParser, AccountSettingsValidator).
var k9 = Format{
	Name: "k9", Doc: "settings file (.k9s) for K-9 Mail and Thunderbird for Android",
	Aliases: []string{"k9mail", "k-9"},
	Place:   mailcheck.Textf("the phone: by cable, from a cloud folder, or as an attachment that is saved there"),
	Next:    mailcheck.Textf("in K-9 Mail, or Thunderbird for Android, choose Import settings, at the start or below Settings, then \"Select file\", and the account in it"),
	Asks:    mailcheck.Textf("the password, once the account is imported; where it has OAuth2, to sign in at the provider"),
	Proof:   mailcheck.Textf("mailcheck lint; a reader with the rules of K-9 Mail's; no Android device"),
	Reads:   []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Logins: []Login{Password, Challenge, OAuth2}, SignsIn: androidSignsIn, Named: true,
	Write: writeK9,
}

// k9Version is the version of the settings that the app itself writes when it has scanned
// a code; it takes older files than its own.
const k9Version = 99

// writeK9 writes what an account is refused without, and what becomes of mail that is
// deleted, as the app sets it for an account that was entered by hand: without that the
// server would keep it. The UUID is always the same for an address.
func writeK9(a Account, out *sheet.Set) {
	androidAddress(a.Address, out)
	in := a.Reading[0]
	deleted := k9Value{"deletePolicy", "DELETE"}
	if in.Protocol == mailcheck.POP3 {
		deleted.Value = "NEVER"
	}
	account := k9Account{
		UUID: strings.ToLower(stableUUID("mailcheck:k9:" + a.Address.String())),
		Name: a.Address.Username(), Settings: []k9Value{deleted},
		Incoming: k9Section(in), Outgoing: k9Section(a.Sending[0]),
		Identities: []k9Identity{{a.Name, a.Address.Username()}},
	}
	out.XML("account.k9s", a.Warnings, k9Settings{Version: k9Version, Format: 1, Accounts: []k9Account{account}})
}

type k9Settings struct {
	XMLName  xml.Name    `xml:"k9settings"`
	Version  int         `xml:"version,attr"`
	Format   int         `xml:"format,attr"`
	Accounts []k9Account `xml:"accounts>account"`
}

type k9Account struct {
	UUID       string       `xml:"uuid,attr"`
	Name       string       `xml:"name"`
	Settings   []k9Value    `xml:"settings>value"`
	Incoming   k9Server     `xml:"incoming-server"`
	Outgoing   k9Server     `xml:"outgoing-server"`
	Identities []k9Identity `xml:"identities>identity"`
}

type k9Value struct {
	Key   string `xml:"key,attr"`
	Value string `xml:",chardata"`
}

type k9Server struct {
	Type     string `xml:"type,attr"`
	Host     string `xml:"host"`
	Port     uint16 `xml:"port"`
	Security string `xml:"connection-security"`
	Login    string `xml:"authentication-type"`
	Username string `xml:"username"`
}

type k9Identity struct {
	Name  string `xml:"name"`
	Email string `xml:"email"`
}

// The words of the file.
var (
	k9Protocol = map[mailcheck.Protocol]string{mailcheck.IMAP: "IMAP", mailcheck.POP3: "POP3", mailcheck.Submission: "SMTP"}
	k9Security = map[mailcheck.Security]string{mailcheck.StartTLS: "STARTTLS_REQUIRED", mailcheck.ImplicitTLS: "SSL_TLS_REQUIRED"}
	k9Login    = map[Login]string{Password: "PLAIN", Challenge: "CRAM_MD5", OAuth2: "XOAUTH2"}
)

func k9Section(s Server) k9Server {
	return k9Server{k9Protocol[s.Protocol], s.Host, s.Port, k9Security[s.Security], k9Login[s.Logins[0]], s.Username}
}
