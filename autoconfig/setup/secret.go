package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/internal/lazy"
)

// plainWords are addresses that a shell takes as they are. A command in a file is read by
// the program, with rules of its own, and then by the shell.
var plainWords = lazy.Regexp(`^[A-Za-z0-9_+][A-Za-z0-9._+@-]*$`)

// lookedUp reports whether the file has a command that looks the password up in the
// keyring. Where it has none, the program asks.
func (a Account) lookedUp() bool { return plainWords().MatchString(a.Address.String()) }

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

// sayQuotedPassword says the same where the file has the words of the command one by one,
// so that no address is too odd for it.
func sayQuotedPassword(a Account, f *sheet.Text, out *sheet.Set) {
	address := strings.ReplaceAll(a.Address.String(), "'", `'\''`)
	f.Comment(`To store the password: secret-tool store --label=mail service mail user '%s'`, address)
	out.Note(mailcheck.Textf("to store the password: secret-tool store --label=mail service mail user '%s'", address))
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
