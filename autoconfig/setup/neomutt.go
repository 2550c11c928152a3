package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// neomutt is a configuration file that mutt reads as well, since it has the names
// that both know (neomuttrc(5), muttrc(5)).
var neomutt = Format{
	Name: "neomutt", Doc: "configuration file for neomutt and mutt",
	Aliases: []string{"mutt"},
	Place:   mailcheck.Textf("~/.config/neomutt/neomuttrc, or for mutt ~/.config/mutt/muttrc"),
	Next:    mailcheck.Textf("store the password in the keyring as the last lines of the file say, then start the program"),
	Asks:    mailcheck.Textf("nothing once the password is stored; else the password at each start"),
	Proof:   mailcheck.Textf("neomutt and mutt"),
	Reads:   []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Logins: []Login{Password, Challenge, OAuth2}, Named: true,
	Write: writeNeomutt,
}

// muttString writes a value that stands in double quotes: there a backslash
// escapes, a dollar begins a variable and a backquote runs a command (muttrc(5),
// "Syntax of Initialization Files").
func muttString(value string) (string, error) {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(value), nil
}

func writeNeomutt(a Account, out *sheet.Set) {
	f := out.Text("neomuttrc", sheet.Shared, muttString)
	f.Comments(a.Warnings)
	in, smtp := a.Reading[0], a.Sending[0]
	if strings.HasPrefix(a.Address.Local, `"`) {
		out.Refuse(a.Address.String(), mailcheck.Textf("mutt takes the quotation marks off, and then it is another address"))
	}
	if a.Name != "" {
		f.Line(`set realname = "%s"`, a.Name)
	}
	f.Line(`set from = "%s"`, a.Address.String())
	f.Line(`set use_from = yes`)
	f.Line(`set envelope_from = yes`)
	f.Line(``)
	if in.Protocol == mailcheck.POP3 {
		muttPOP3(a, in, f)
	} else {
		muttIMAP(a, in, f)
	}
	f.Line(``)
	f.Line(`set smtp_url = "%s://%s@%s/"`, scheme("smtp", smtp), sheet.Percent(smtp.Username), smtp.Endpoint())
	if smtp.OnlyOAuth2() {
		f.Line(`set smtp_authenticators = "oauthbearer:xoauth2"`)
		f.Line(`# set smtp_oauth_refresh_command = "COMMAND"`)
	} else if a.lookedUp() {
		f.Line("set smtp_pass = \"`secret-tool lookup service mail user %s`\"", a.Address.String())
	}
	f.Line(``)
	// The default, but without it mutt would read and send in clear where an
	// attacker takes STARTTLS away.
	f.Line(`set ssl_force_tls = yes`)
	f.Line(`set ssl_starttls = yes`)
	if !in.OnlyOAuth2() || !smtp.OnlyOAuth2() {
		sayPassword(a, f, out)
	}
	if in.OnlyOAuth2() || smtp.OnlyOAuth2() {
		sayToken(a, f, out)
	}
}

func muttIMAP(a Account, in Server, f *sheet.Text) {
	f.Line(`set imap_user = "%s"`, in.Username)
	if in.OnlyOAuth2() {
		f.Line(`set imap_authenticators = "oauthbearer:xoauth2"`)
		f.Line(`# set imap_oauth_refresh_command = "COMMAND"`)
	} else if a.lookedUp() {
		f.Line("set imap_pass = \"`secret-tool lookup service mail user %s`\"", a.Address.String())
	}
	f.Line(`set folder = "%s://%s/"`, scheme("imap", in), in.Endpoint())
	f.Line(`set spoolfile = "+INBOX"`)
	f.Comment(`The usual names; the server may have others.`)
	f.Line(`set record = "+Sent"`)
	f.Line(`set postponed = "+Drafts"`)
	f.Line(`set trash = "+Trash"`)
}

// muttPOP3 keeps the mail on the server: that it is deleted there, nobody has asked for.
func muttPOP3(a Account, in Server, f *sheet.Text) {
	f.Line(`set spoolfile = "%s://%s@%s/"`, scheme("pop", in), sheet.Percent(in.Username), in.Endpoint())
	if in.OnlyOAuth2() {
		f.Line(`set pop_authenticators = "oauthbearer:xoauth2"`)
		f.Line(`# set pop_oauth_refresh_command = "COMMAND"`)
	} else if a.lookedUp() {
		f.Line("set pop_pass = \"`secret-tool lookup service mail user %s`\"", a.Address.String())
	}
	f.Line(`set pop_delete = no`)
}

// scheme returns the scheme of a URL: with an s for TLS from the first byte, and
// without for STARTTLS.
func scheme(protocol string, s Server) string {
	if s.Implicit() {
		return protocol + "s"
	}
	return protocol
}
