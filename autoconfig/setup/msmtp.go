package setup

import (
	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/internal/lazy"
)

// msmtp is a configuration file of msmtp (msmtp(1), "Configuration files").
var msmtp = Format{
	Name: "msmtp", Doc: "msmtprc: sends mail in the place of sendmail",
	Place: mailcheck.Textf("~/.msmtprc or ~/.config/msmtp/config, readable by nobody else"),
	Next:  mailcheck.Textf("store the password as the last line of the file says; then: msmtp --serverinfo"),
	Asks:  mailcheck.Textf("nothing once the password is stored; else the password at each message"),
	Proof: mailcheck.Textf("msmtp sent mail through Postfix with it, and refused bad certificates"),
	Sends: true, Logins: []Login{Password, Challenge, OAuth2},
	Against: notForMsmtp,
	Write:   writeMsmtp,
}

// msmtpLongest is below the 500 bytes that a line of the file may have.
const msmtpLongest = 480

func notForMsmtp(s Server) mailcheck.Text {
	if len(s.Username) > msmtpLongest {
		return mailcheck.Textf("the user name is longer than a line of the file may be")
	}
	return mailcheck.Text{}
}

// msmtpPattern is what the command from does not take as it stands: what it replaces by
// names of this machine, and wildcards.
var msmtpPattern = lazy.Regexp(`%[UHCM]|[?*[]`)

func writeMsmtp(a Account, out *sheet.Set) {
	smtp, address := a.Sending[0], a.Address.String()
	if msmtpPattern().MatchString(address) || len(address) > msmtpLongest {
		out.Refuse(address, mailcheck.Textf("msmtp takes %U, %H, %C, %M, ?, * and [ in an address for patterns, and a line may have 500 bytes"))
	}
	// Of a value in quotation marks the first and the last are taken off, and nothing in
	// between is special.
	f := out.Text("msmtprc", sheet.Private, asIs)
	f.Comments(a.Warnings)
	f.Line(`defaults`)
	// The default would send in clear; with it certificates are verified.
	f.Line(`tls on`)
	f.Line(`tls_certcheck on`)
	f.Line(`tls_trust_file system`)
	f.Line(``)
	f.Line(`account %s`, a.Address.Domain)
	f.Line(`host %s`, smtp.Host)
	f.Line(`port %d`, smtp.Port)
	if smtp.Implicit() {
		f.Line(`tls_starttls off`)
	} else {
		f.Line(`tls_starttls on`)
	}
	f.Line(`from "%s"`, address)
	f.Line(`user "%s"`, smtp.Username)
	switch {
	case smtp.OnlyOAuth2() && smtp.Offers("OAUTHBEARER"):
		f.Line(`auth oauthbearer`)
	case smtp.OnlyOAuth2():
		f.Line(`auth xoauth2`)
	default:
		f.Line(`auth on`)
	}
	if smtp.OnlyOAuth2() {
		f.Line(`# passwordeval "COMMAND"`)
	} else if a.lookedUp() {
		f.Line(`passwordeval "secret-tool lookup service mail user %s"`, address)
	}
	f.Line(``)
	f.Line(`account default : %s`, a.Address.Domain)
	if smtp.OnlyOAuth2() {
		sayToken(a, f, out)
	} else {
		sayPassword(a, f, out)
	}
	if a.Name != "" {
		out.Note(mailcheck.Textf("the name of the sender is not in the file: the program that writes the mail sets it"))
	}
}
