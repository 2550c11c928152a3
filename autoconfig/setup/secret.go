package setup

import (
	"regexp"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// plainWords are addresses that a shell takes as they are. A command in a file is read by
// the program, with rules of its own, and then by the shell.
var plainWords = regexp.MustCompile(`^[A-Za-z0-9_+][A-Za-z0-9._+@-]*$`)

// lookedUp reports whether the file has a command that looks the password up in the
// keyring. Where it has none, the program asks.
func (a Account) lookedUp() bool { return plainWords.MatchString(a.Address.String()) }

// sayPassword says how the password gets to where the command in a file looks for it.
func sayPassword(a Account, f *sheet.Text, out *sheet.Set) {
	if !a.lookedUp() {
		out.Note(mailcheck.Textf("the program asks for the password, since no command can be written that looks it up for this address"))
		return
	}
	f.Line(``)
	f.Comment(`To store the password: secret-tool store --label=mail service mail user %s`, a.Address.String())
	out.Note(mailcheck.Textf("to store the password: secret-tool store --label=mail service mail user %s", a.Address.String()))
}

// sayToken says where an access token comes from.
func sayToken(a Account, f *sheet.Text, out *sheet.Set) {
	f.Line(``)
	f.Comment(`COMMAND is a program that prints an access token, such as mutt_oauth2.py.`)
	for _, o := range a.OAuth {
		f.Comment(`Sign in at %s, tokens from %s, scopes: %s`, o.AuthURL, o.TokenURL, strings.Join(o.Scopes, " "))
	}
	out.Note(mailcheck.Textf("the server wants OAuth2: put a program that prints an access token, such as mutt_oauth2.py, in the place of COMMAND"))
}
