package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// mbsync is a configuration file of mbsync, which copies mail into a Maildir (mbsync(1)).
var mbsync = Format{
	Name: "mbsync", Doc: "mbsyncrc: copies the mail into a Maildir",
	Place:   mailcheck.Textf("~/.mbsyncrc"),
	Next:    mailcheck.Textf("store the password as the last line of the file says, make the folder that the first lines name, then: mbsync -a"),
	Asks:    mailcheck.Textf("nothing once the password is stored; else the password at each run"),
	Proof:   mailcheck.Textf("mbsync copied mail from Dovecot with it, and refused bad certificates"),
	Reads:   []mailcheck.Protocol{mailcheck.IMAP},
	Logins:  []Login{Password, Challenge, OAuth2},
	Against: notForMbsync,
	Write:   writeMbsync,
}

// mbsyncLongest is below the 1023 bytes that a line may have, were every byte escaped.
const mbsyncLongest = 500

func notForMbsync(s Server) mailcheck.Text {
	if len(s.Username) > mbsyncLongest {
		return mailcheck.Textf("the user name is longer than a line of the file may be")
	}
	return mailcheck.Text{}
}

// cString writes a value that stands in double quotes, where a backslash takes what
// follows as it is.
func cString(value string) (string, error) {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value), nil
}

func writeMbsync(a Account, out *sheet.Set) {
	in, domain := a.Reading[0], a.Address.Domain
	f := out.Text("mbsyncrc", sheet.Private, cString)
	f.Comments(a.Warnings)
	f.Comment(`Before the first run: mkdir -p ~/Mail/%s`, domain)
	f.Line(``)
	f.Line(`IMAPAccount "%s"`, domain) // an empty line ends a section
	f.Line(`Host "%s"`, in.Host)
	f.Line(`Port %d`, in.Port)
	f.Line(`User "%s"`, in.Username)
	if in.OnlyOAuth2() {
		// The mechanisms are those of SASL modules, of which more know this one.
		if in.Offers("XOAUTH2") {
			f.Line(`AuthMechs XOAUTH2`)
		} else {
			f.Line(`AuthMechs OAUTHBEARER`)
		}
		f.Line(`# PassCmd "COMMAND"`)
	} else if a.lookedUp() {
		f.Line(`PassCmd "secret-tool lookup service mail user %s"`, a.Address.String())
	}
	f.Comment(`From version 1.5 on the next word is TLSType, but this one is still taken.`)
	if in.Implicit() {
		f.Line(`SSLType IMAPS`)
	} else {
		f.Line(`SSLType STARTTLS`)
	}
	f.Line(``)
	f.Line(`IMAPStore "%s-remote"`, domain)
	f.Line(`Account "%s"`, domain)
	f.Line(``)
	f.Line(`MaildirStore "%s-local"`, domain)
	f.Line(`Path "~/Mail/%s/"`, domain)
	f.Line(`Inbox "~/Mail/%s/INBOX"`, domain)
	f.Line(`SubFolders Verbatim`)
	f.Line(``)
	f.Comment(`Nothing is deleted or made on the server.`)
	f.Line(`Channel "%s"`, domain)
	f.Line(`Far ":%s-remote:"`, domain)
	f.Line(`Near ":%s-local:"`, domain)
	f.Line(`Patterns *`)
	f.Line(`Create Near`)
	f.Line(`Expunge None`)
	f.Line(`SyncState *`)
	if in.OnlyOAuth2() {
		sayToken(a, f, out)
		out.Note(mailcheck.Textf("mbsync speaks OAuth2 through a module of Cyrus SASL, such as libsasl2-modules-kdexoauth2"))
	} else {
		sayPassword(a, f, out)
	}
	onlyReads(out)
}

// onlyReads says what has to come from elsewhere where a program only reads mail.
func onlyReads(out *sheet.Set) {
	out.Note(mailcheck.Textf("the program only reads mail; msmtp, for one, sends it: --for msmtp"))
}
