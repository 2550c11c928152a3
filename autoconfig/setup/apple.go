package setup

import (
	"crypto/sha1"
	"fmt"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// apple is a configuration profile (apple/device-management, mdm/profiles). A mail
// account in one cannot log in with OAuth2, and one of Exchange can.
var apple = Format{
	Name: "apple", Doc: "configuration profile (.mobileconfig) for iPhone, iPad and Mac",
	Aliases: []string{"ios", "macos"},
	Place:   mailcheck.Textf("the device itself: by AirDrop, as an attachment opened in Mail, or from a web page opened in Safari"),
	Next:    mailcheck.Textf("allow it in the settings within eight minutes: on iPhone and iPad \"Profile Downloaded\", on a Mac General > Device Management"),
	Asks:    mailcheck.Textf("the device's code, then the password of the account"),
	Proof:   mailcheck.Textf("mailcheck lint; plistutil; openssl, of a signature; no Apple device"),
	Reads:   []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Around: []mailcheck.Protocol{mailcheck.ActiveSync, mailcheck.EWS, mailcheck.CalDAV, mailcheck.CardDAV},
	Logins: []Login{Password, Challenge, OAuth2}, SignsIn: func(string) bool { return false }, Domain: true, Named: true, Signed: true,
	Against: notForApple,
	Write:   writeApple,
}

// notForApple refuses what a profile cannot say.
func notForApple(s Server) mailcheck.Text {
	switch {
	case s.Protocol == mailcheck.ActiveSync && (s.Port != 443 || !strings.EqualFold(s.Path, mailcheck.DefaultPath(s.Protocol))):
		return mailcheck.Textf("a profile names the host of an Exchange server, and neither port nor path")
	case s.Protocol.Reads() || s.Protocol.Sends():
		return portSaysOtherwise(s)
	}
	return mailcheck.Text{}
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

// writeApple writes the accounts that the domain has, each in the kind of payload that
// phones and computers both take; of Exchange there is one for each, and a device skips the
// other. Where a name is left out, the device asks; so a profile without any serves a whole
// domain. It asks for the password too.
func writeApple(a Account, out *sheet.Set) {
	var accounts []dict
	if len(a.Reading) > 0 && len(a.Sending) > 0 {
		accounts = append(accounts, mailPayload(a))
	}
	mail := len(accounts) > 0
	dav := slices.ContainsFunc(a.Around, func(s Server) bool { return !s.Protocol.Exchange() })
	for _, s := range a.Around {
		switch {
		case s.Protocol == mailcheck.CalDAV:
			accounts = append(accounts, davPayload("CalDAV", a, s))
		case s.Protocol == mailcheck.CardDAV:
			accounts = append(accounts, davPayload("CardDAV", a, s))
		case s.Protocol == mailcheck.ActiveSync && !(mail && dav):
			accounts = append(accounts, activeSyncPayload(a, s, mail))
		case s.Protocol == mailcheck.EWS && !mail:
			accounts = append(accounts, ewsPayload(a, s))
		default: // the device would have everything twice
			out.Note(mailcheck.Textf("left out: %s, since the device gets what is there by the others", s.url))
		}
	}
	profile := payload("Configuration", "profile", a)
	profile["PayloadContent"] = accounts
	if len(a.Warnings) > 0 { // the device shows it before the profile is installed
		profile["PayloadDescription"] = sheet.Warning(mailcheck.Joined(a.Warnings, ". "))
	}
	out.Plist("mail.mobileconfig", profile)
}

// mailPayload is an account of mail servers.
func mailPayload(a Account) dict {
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
	return mail
}

// davPayload is an account of calendars or contacts, kind being the word of its keys. From
// a well-known place the device finds the principal by itself.
func davPayload(kind string, a Account, s Server) dict {
	part := strings.ToLower(kind)
	account := payload("com.apple."+part+".account", part, a)
	account[kind+"AccountDescription"] = readable(a)
	account[kind+"HostName"] = s.Host
	account[kind+"Port"] = s.Port
	account[kind+"UseSSL"] = true
	account.unlessEmpty(kind+"Username", s.Username)
	if !strings.HasPrefix(s.Path, "/.well-known/") && strings.Trim(s.Path, "/") != "" {
		account[kind+"PrincipalURL"] = s.Path
	}
	return account
}

// activeSyncPayload is an account of Exchange for phones and tablets, without mail where
// that comes from other servers.
func activeSyncPayload(a Account, s Server, mail bool) dict {
	account := exchangePayload("eas", a, s)
	if mail {
		account["EnableMail"] = false
	}
	return account
}

// ewsPayload is the same for computers.
func ewsPayload(a Account, s Server) dict {
	account := exchangePayload("ews", a, s)
	account["Port"] = s.Port
	account.unlessEmpty("Path", s.Path)
	return account
}

func exchangePayload(part string, a Account, s Server) dict {
	account := payload("com.apple."+part+".account", part, a)
	account["Host"] = s.Host
	account["SSL"] = true
	account["OAuth"] = slices.Contains(s.Logins, OAuth2)
	account.unlessEmpty("EmailAddress", a.Address.Username())
	account.unlessEmpty("UserName", s.Username)
	return account
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
