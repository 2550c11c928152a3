package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// postfix hands all mail of a machine to the account's server (postconf(5),
// SASL_README).
var postfix = Format{
	Name: "postfix", Doc: "relay of a machine's mail: lines for main.cf, and sasl_passwd",
	Place: mailcheck.Textf("the lines of relay.cf in /etc/postfix/main.cf, and sasl_passwd in /etc/postfix, readable by root alone"),
	Next:  mailcheck.Textf("put the password in the place of PASSWORD in sasl_passwd, then: postfix reload (the package libsasl2-modules must be installed)"),
	Asks:  mailcheck.Textf("nothing"),
	Proof: mailcheck.Textf("Postfix sent mail with them, and held it back where the certificate was bad"),
	Sends: true, Logins: []Login{Password, Challenge}, Folder: true,
	Against: notForPostfix,
	Write:   writePostfix,
}

// notForPostfix refuses what a relay cannot have: the certificate is compared with
// the name of the relay host (TLS_README, "secure"), and in a line of sasl_passwd
// the first colon ends the user name.
func notForPostfix(s Server) mailcheck.Text {
	switch {
	case s.IsIP():
		return mailcheck.Textf("it has no name to compare its certificate with")
	case strings.Contains(s.Username, ":"):
		return mailcheck.Textf("Postfix takes what follows a colon in the user name %s for the password", s.Username)
	}
	return mailcheck.Text{}
}

// mainCF writes a value in main.cf, where nothing can be quoted: a dollar is doubled
// (postconf(5)), and what would end a word of a list of tables is refused.
func mainCF(value string) (string, error) {
	if strings.ContainsAny(value, " ,{}\"") {
		return "", &sheet.ValueError{Value: value, Why: mailcheck.Textf("main.cf has no way to quote a space, comma, brace or quotation mark")}
	}
	return strings.ReplaceAll(value, "$", "$$"), nil
}

// asIs is for a line of a map, whose value is all that stands there.
func asIs(value string) (string, error) { return value, nil }

func writePostfix(a Account, out *sheet.Set) {
	smtp := a.Sending[0]
	f := out.Text("relay.cf", sheet.Shared, mainCF)
	f.Line("# Lines for /etc/postfix/main.cf")
	f.Comments(a.Warnings)
	f.Line("relayhost = [%s]:%d", smtp.Host, smtp.Port)
	f.Line("smtp_sasl_auth_enable = yes")
	f.Line("smtp_sasl_password_maps = texthash:/etc/postfix/sasl_passwd")
	f.Line("smtp_sasl_security_options = noanonymous")
	f.Line("smtp_sasl_tls_security_options = noanonymous")
	// The level "encrypt" would send the password to a server with any certificate.
	f.Line("smtp_tls_security_level = secure")
	f.Line("smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt")
	if smtp.Implicit() {
		f.Line("smtp_tls_wrappermode = yes")
	}
	f.Line("# Most providers refuse other senders; take this out where several people send.")
	f.Line("sender_canonical_maps = static:%s", a.Address.String())

	// The key has to be written like relayhost.
	p := out.Text("sasl_passwd", sheet.Private, asIs)
	p.Line("[%s]:%d %s:PASSWORD", smtp.Host, smtp.Port, smtp.Username)
}
