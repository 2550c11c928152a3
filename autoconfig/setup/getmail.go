package setup

import (
	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/internal/lazy"
)

// getmail is a configuration file of getmail 6 (its documentation, "Creating a getmail rc
// file").
var getmail = Format{
	Name: "getmail", Doc: "getmailrc: copies the mail into a Maildir",
	Place:   mailcheck.Textf("~/.config/getmail/getmailrc"),
	Next:    mailcheck.Textf("store the password as the last line of the file says, make the folders that the first lines name, then: getmail"),
	Asks:    mailcheck.Textf("nothing once the password is stored; else the password at each run"),
	Proof:   mailcheck.Textf("getmail fetched mail from Dovecot with it, and refused bad certificates"),
	Reads:   []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3},
	Logins:  []Login{Password, OAuth2},
	Against: notForGetmail,
	Write:   writeGetmail,
}

// imapAtom is a name that stands without quotation marks in IMAP (RFC 9051 section 9).
var imapAtom = lazy.Regexp("^[A-Za-z0-9!#$&'+,./:;<=>?@^_`|}~[-]+$")

func notForGetmail(s Server) mailcheck.Text {
	switch {
	case !s.Implicit():
		return mailcheck.Textf("getmail has no STARTTLS")
	case s.OnlyOAuth2() && s.Protocol == mailcheck.POP3:
		return mailcheck.Textf("getmail has no OAuth2 for POP3")
	case s.OnlyOAuth2() && !s.Offers("XOAUTH2"):
		return mailcheck.Textf("of OAuth2, getmail knows XOAUTH2 alone")
	case s.Protocol == mailcheck.IMAP && !s.OnlyOAuth2() && !imapAtom().MatchString(s.Username):
		return mailcheck.Textf("getmail sends the user name %s without quotation marks, which IMAP does not allow", s.Username)
	}
	return mailcheck.Text{}
}

func writeGetmail(a Account, out *sheet.Set) {
	in := a.Reading[0]
	// The value is all that stands behind the equals sign.
	f := out.Text("getmailrc", sheet.Private, asIs)
	f.Comments(a.Warnings)
	f.Comment(`Before the first run: mkdir -p ~/Mail/%s/cur ~/Mail/%s/new ~/Mail/%s/tmp`, a.Address.Domain, a.Address.Domain, a.Address.Domain)
	f.Line(`[retriever]`)
	if in.Protocol == mailcheck.IMAP {
		f.Line(`type = SimpleIMAPSSLRetriever`)
		f.Line(`mailboxes = ("INBOX",)`)
	} else {
		f.Line(`type = SimplePOP3SSLRetriever`)
	}
	f.Line(`server = %s`, in.Host)
	f.Line(`port = %d`, in.Port)
	f.Line(`username = %s`, in.Username)
	if in.OnlyOAuth2() {
		f.Line(`use_xoauth2 = true`)
		f.Line(`# password_command = ("COMMAND",)`)
	} else if a.lookedUp() {
		f.Line(`password_command = ("secret-tool", "lookup", "service", "mail", "user", "%s")`, a.Address.String())
	}
	f.Comment(`Without the next line no certificate would be verified.`)
	f.Line(`ca_certs = /etc/ssl/certs/ca-certificates.crt`)
	f.Line(``)
	f.Line(`[destination]`)
	f.Line(`type = Maildir`)
	f.Line(`path = ~/Mail/%s/`, a.Address.Domain)
	f.Line(``)
	f.Line(`[options]`)
	f.Line(`read_all = false`)
	f.Line(`delete = false`)
	out.Note(mailcheck.Textf("the certificates that are trusted are in /etc/ssl/certs/ca-certificates.crt on Debian; elsewhere change the line ca_certs"))
	if in.OnlyOAuth2() {
		sayToken(a, f, out)
	} else {
		sayPassword(a, f, out)
	}
	if in.Protocol == mailcheck.IMAP {
		out.Note(mailcheck.Textf("getmail cannot log in at IMAP with a password that has other characters than those of ASCII"))
	}
	onlyReads(out)
}
