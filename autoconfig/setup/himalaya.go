package setup

import (
	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// himalaya is config.toml of himalaya 2 (config.sample.toml in its source); version 1 has
// other keys.
var himalaya = Format{
	Name: "himalaya", Doc: "config.toml of himalaya 2",
	Place: mailcheck.Textf("~/.config/himalaya/config.toml"),
	Next:  mailcheck.Textf("store the password as the last line of the file says; then: himalaya envelopes list"),
	Asks:  mailcheck.Textf("nothing"),
	Proof: mailcheck.Textf("none: himalaya is in no package of Debian"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP}, Sends: true,
	Logins: []Login{Password, OAuth2}, Named: true,
	Write: writeHimalaya,
}

// tomlString writes a value that stands in double quotes (TOML 1.0, "String").
func tomlString(value string) (string, error) { return cString(value) }

func writeHimalaya(a Account, out *sheet.Set) {
	in, smtp := a.Reading[0], a.Sending[0]
	f := out.Text("config.toml", sheet.Private, tomlString)
	f.Comments(a.Warnings)
	f.Line(`[accounts."%s"]`, a.Address.Domain)
	f.Line(`default = true`)
	f.Line(`email = "%s"`, a.Address.String())
	if a.Name != "" {
		f.Line(`display-name = "%s"`, a.Name)
	}
	himalayaServer(a, in, "imap", f)
	himalayaServer(a, smtp, "smtp", f)
	f.Line(``)
	f.Comment(`The usual names; the server may have others.`)
	f.Line(`mailbox.alias.inbox = "INBOX"`)
	f.Line(`mailbox.alias.sent = "Sent"`)
	f.Line(`mailbox.alias.drafts = "Drafts"`)
	f.Line(`mailbox.alias.trash = "Trash"`)
	if !in.OnlyOAuth2() || !smtp.OnlyOAuth2() {
		f.Line(``)
		sayQuotedPassword(a, f, out)
	}
	if in.OnlyOAuth2() || smtp.OnlyOAuth2() {
		sayToken(a, f, out)
	}
	out.Note(mailcheck.Textf("the file is for himalaya 2; version 1 has other keys"))
}

// himalayaServer writes one side. A command is a list of words, which no shell reads.
func himalayaServer(a Account, s Server, side string, f *sheet.Text) {
	f.Line(``)
	f.Line(`%s.server = "%s://%s"`, side, scheme(side, s), s.Endpoint())
	if !s.Implicit() {
		f.Comment(`Without it the program would speak in clear.`)
		f.Line(`%s.starttls = true`, side)
	}
	way := "plain"
	switch {
	case s.OnlyOAuth2() && s.Offers("OAUTHBEARER"):
		way = "oauthbearer"
	case s.OnlyOAuth2():
		way = "xoauth2"
	case !s.Offers("PLAIN"):
		way = "login"
	}
	f.Line(`%s.sasl.%s.username = "%s"`, side, way, s.Username)
	if s.OnlyOAuth2() {
		f.Line(`# %s.sasl.%s.token.command = ["COMMAND"]`, side, way)
		return
	}
	f.Line(`%s.sasl.%s.password.command = ["secret-tool", "lookup", "service", "mail", "user", "%s"]`, side, way, a.Address.String())
}
