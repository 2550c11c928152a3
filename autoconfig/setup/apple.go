package setup

import (
	"crypto/sha1"
	"fmt"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// apple is a configuration profile (apple/device-management, mdm/profiles). A mail
// account in one cannot log in with OAuth2.
var apple = Format{
	Name: "apple", Doc: "configuration profile (.mobileconfig) for iPhone, iPad and Mac",
	Aliases: []string{"ios", "macos"},
	Place:   mailcheck.Textf("the device itself: by AirDrop, as an attachment opened in Mail, or from a web page opened in Safari"),
	Next:    mailcheck.Textf("allow it in the settings within eight minutes: on iPhone and iPad \"Profile Downloaded\", on a Mac General > Device Management; it is not signed, and the device says so"),
	Asks:    mailcheck.Textf("the device's code, then the password of the account"),
	Proof:   mailcheck.Textf("mailcheck lint; plistutil; no Apple device"),
	Reads:   []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Logins: []Login{Password, Challenge}, Domain: true, Named: true,
	Against: portSaysOtherwise,
	Write:   writeApple,
}

// portSaysOtherwise refuses a port that stands for another protection than the
// server has: UseSSL stands for TLS from the first byte and for STARTTLS, and the
// port decides which.
func portSaysOtherwise(s Server) mailcheck.Text {
	usual := s.Port == mailcheck.DefaultPort(s.Protocol, mailcheck.StartTLS) || s.Port == 25 && s.Protocol == mailcheck.Submission
	if usual == (s.Security == mailcheck.StartTLS) {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("a profile cannot say whether TLS begins with the first byte, and the port means the other way")
}

// writeApple writes one mail account, the kind of payload that phones and computers
// both take. Where a name is left out, the device asks; so a profile without any
// serves a whole domain. It asks for the password too.
func writeApple(a Account, out *sheet.Set) {
	in, smtp := a.Reading[0], a.Sending[0]
	mail := payload("com.apple.mail.managed", "mail", a)
	mail["EmailAccountType"] = "EmailTypeIMAP"
	if in.Protocol == mailcheck.POP3 {
		mail["EmailAccountType"] = "EmailTypePOP"
	}
	mail["EmailAccountDescription"] = readable(a)
	mail.unlessEmpty("EmailAccountName", a.Name)
	mail.unlessEmpty("EmailAddress", a.Address.Username())
	mail.server("Incoming", in)
	mail.server("Outgoing", smtp)
	mail["OutgoingPasswordSameAsIncomingPassword"] = true // or the device asks twice

	profile := payload("Configuration", "profile", a)
	profile["PayloadContent"] = []dict{mail}
	if len(a.Warnings) > 0 { // the device shows it before the profile is installed
		profile["PayloadDescription"] = sheet.Warning(mailcheck.Joined(a.Warnings, ". "))
	}
	out.Plist("mail.mobileconfig", profile)
}

// dict is a dictionary of a property list; its encoder sorts the keys.
type dict map[string]any

func (d dict) unlessEmpty(key, value string) {
	if value != "" {
		d[key] = value
	}
}

// server writes every key whose default would hurt: UseSSL is false unless it is
// written, and without a port a device tries several.
func (d dict) server(side string, s Server) {
	d[side+"MailServerAuthentication"] = appleLogin(s)
	d[side+"MailServerHostName"] = s.Host
	d[side+"MailServerPortNumber"] = s.Port
	d[side+"MailServerUseSSL"] = true
	d.unlessEmpty(side+"MailServerUsername", s.Username)
}

func appleLogin(s Server) string {
	if s.Logins[0] == Challenge {
		return "EmailAuthCRAMMD5"
	}
	return "EmailAuthPassword"
}

func readable(a Account) string {
	if a.Domain() {
		return a.Address.Unicode()
	}
	return a.Address.String()
}

// payload returns what every payload begins with. Identifier and UUID are always the
// same for an address, so that a profile replaces the one before it instead of making
// a second account.
func payload(kind, part string, a Account) dict {
	return dict{
		"PayloadType": kind, "PayloadVersion": 1, "PayloadDisplayName": readable(a),
		"PayloadIdentifier": "mailcheck." + part + "." + a.Address.String(),
		"PayloadUUID":       stableUUID("mailcheck:" + part + ":" + a.Address.String()),
	}
}

// uuidSpace tells the UUIDs made here from those that others make of the same names.
const uuidSpace = "\x2f\x6e\x0c\x52\x8a\x1d\x4b\x7e\x9c\x35\x61\xd4\x0b\xf8\x27\xa3"

// stableUUID makes a UUID of a name (RFC 9562 section 5.5, version 5).
func stableUUID(name string) string {
	sum := sha1.Sum([]byte(uuidSpace + name))
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]))
}
