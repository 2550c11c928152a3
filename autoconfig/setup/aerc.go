package setup

import (
	"encoding/base64"
	"net/mail"
	"strings"
	"unicode/utf8"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/internal/lazy"
)

// aerc is accounts.conf of aerc (aerc-accounts(5), aerc-imap(5), aerc-smtp(5)). It has no
// CRAM-MD5.
var aerc = Format{
	Name: "aerc", Doc: "accounts.conf of aerc",
	Place: mailcheck.Textf("~/.config/aerc/accounts.conf, readable by nobody else"),
	Next:  mailcheck.Textf("store the password as the last line of the file says, then start aerc"),
	Asks:  mailcheck.Textf("nothing once the password is stored; else the password at each start"),
	Proof: mailcheck.Textf("aerc read mail at Dovecot with it, and refused bad certificates"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP}, Sends: true,
	Logins: []Login{Password, OAuth2}, Named: true,
	Against: notForAerc,
	Write:   writeAerc,
}

func notForAerc(s Server) mailcheck.Text {
	if s.Protocol == mailcheck.IMAP && s.OnlyOAuth2() && !s.Implicit() {
		return mailcheck.Textf("aerc logs in with OAuth2 only where TLS begins with the first byte")
	}
	return mailcheck.Text{}
}

// goINI writes a value that stands in backquotes: elsewhere # and ; begin a comment. What
// the library takes for the name of another key is refused.
func goINI(value string) (string, error) {
	if strings.Contains(value, "`") || strings.Contains(value, "%(") {
		return "", &sheet.ValueError{Value: value, Why: mailcheck.Textf("the file has no way to write a backquote, or %( in a name")}
	}
	return value, nil
}

// mailbox returns the From line of a person, with the name encoded where it has to be
// (RFC 2047). The address has to be one that the program reads as it stands.
func mailbox(name, address string) (string, bool) {
	parsed, err := mail.ParseAddress("<" + address + ">")
	if err != nil || parsed.String() != "<"+address+">" {
		return "", false
	}
	switch {
	case name == "":
	case plainName().MatchString(name):
		return name + " " + parsed.String(), true
	default:
		return encodedWords(name) + " " + parsed.String(), true
	}
	return parsed.String(), true
}

// plainName is a name that stands without quotation marks.
var plainName = lazy.Regexp(`^[A-Za-z0-9]+( [A-Za-z0-9]+)*$`)

// encodedWords writes a name as encoded words of at most 75 characters (RFC 2047), so that
// no character is left that means something to the file or in a From line. The functions
// of net/mail and mime leave ASCII as it is.
func encodedWords(name string) string {
	var words []string
	for len(name) > 0 {
		n := 0
		for i, r := range name {
			if i+utf8.RuneLen(r) > 45 {
				break
			}
			n = i + utf8.RuneLen(r)
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(name[:n]))+"?=")
		name = name[n:]
	}
	return strings.Join(words, " ")
}

func writeAerc(a Account, out *sheet.Set) {
	in, smtp, address := a.Reading[0], a.Sending[0], a.Address.String()
	from, ok := mailbox(a.Name, address)
	if !ok {
		out.Refuse(address, mailcheck.Textf("aerc does not read it as an address"))
	}
	f := out.Text("accounts.conf", sheet.Private, goINI)
	f.Comments(a.Warnings)
	if a.lookedUp() {
		f.Line(`[%s]`, address)
	} else {
		f.Line(`[%s]`, a.Address.Domain)
	}
	f.Line("source = `%s%s://%s@%s`", scheme("imap", in), aercLogin(in), sheet.Percent(in.Username), in.Endpoint())
	aercPassword(a, in, f, "source")
	f.Line("outgoing = `%s%s://%s@%s`", scheme("smtp", smtp), aercLogin(smtp), sheet.Percent(smtp.Username), smtp.Endpoint())
	if !smtp.Implicit() {
		// Its manual says true, which it takes for no: then it sends in clear where nobody
		// offers STARTTLS.
		f.Comment(`For aerc before 0.15; later ones need no such line.`)
		f.Line(`smtp-starttls = yes`)
	}
	aercPassword(a, smtp, f, "outgoing")
	f.Line("from = `%s`", from)
	f.Line(`default = INBOX`)
	f.Comment(`The usual names; the server may have others.`)
	f.Line(`copy-to = Sent`)
	f.Line(`postpone = Drafts`)
	if !in.OnlyOAuth2() || !smtp.OnlyOAuth2() {
		sayPassword(a, f, out)
	}
	if in.OnlyOAuth2() || smtp.OnlyOAuth2() {
		sayToken(a, f, out)
	}
}

// aercLogin is the part of a scheme that names a way to log in which is not the usual one.
func aercLogin(s Server) string {
	switch {
	case s.OnlyOAuth2() && s.Offers("OAUTHBEARER"):
		return "+oauthbearer"
	case s.OnlyOAuth2():
		return "+xoauth2"
	case s.Protocol.Sends() && !s.Offers("PLAIN"):
		return "+login"
	}
	return ""
}

func aercPassword(a Account, s Server, f *sheet.Text, side string) {
	if s.OnlyOAuth2() {
		f.Line("# %s-cred-cmd = `COMMAND`", side)
	} else if a.lookedUp() {
		f.Line("%s-cred-cmd = `secret-tool lookup service mail user %s`", side, a.Address.String())
	}
}
