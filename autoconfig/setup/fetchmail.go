package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// fetchmail is a configuration file of fetchmail 6.4 (fetchmail(1), "The run control
// file"), which has no OAuth2.
var fetchmail = Format{
	Name: "fetchmail", Doc: "fetchmailrc: hands the mail to this machine's mailer",
	Place:  mailcheck.Textf("~/.fetchmailrc, readable by nobody else"),
	Next:   mailcheck.Textf("fetchmail -v; it hands the mail to the mailer at port 25 of this machine"),
	Asks:   mailcheck.Textf("the password at each start, unless ~/.netrc has it"),
	Proof:  mailcheck.Textf("fetchmail fetched mail from Dovecot with it, and refused bad certificates"),
	Reads:  []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3},
	Logins: []Login{Password, Challenge},
	Write:  writeFetchmail,
}

// fetchmailString writes a value that stands in double quotes, where a backslash begins
// one of eight escapes, of which none is for the quotation mark.
func fetchmailString(value string) (string, error) {
	return strings.NewReplacer(`\`, `\x5c`, `"`, `\x22`).Replace(value), nil
}

func writeFetchmail(a Account, out *sheet.Set) {
	in := a.Reading[0]
	f := out.Text("fetchmailrc", sheet.Private, fetchmailString)
	f.Comments(a.Warnings)
	f.Line(`poll "%s" proto %s service %d`, in.Host, strings.ToUpper(string(in.Protocol)), in.Port)
	f.Line(`  user "%s" there`, in.Username)
	if in.Implicit() {
		f.Line(`  ssl`)
	}
	// Both are the defaults of 6.4. The first also keeps a server that offers no STARTTLS
	// from getting the password.
	f.Line(`  sslproto "TLS1.2+"`)
	f.Line(`  sslcertck`)
	f.Comment(`Without the next word the mail would be deleted on the server.`)
	f.Line(`  keep`)
	f.Comment(`The program asks for the password, or takes it from ~/.netrc.`)
	out.Note(mailcheck.Textf("without a mailer on this machine, add a line such as: mda \"/usr/bin/procmail -d %T\""))
	onlyReads(out)
}
