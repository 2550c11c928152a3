package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// evolution is the three sources of a mail account of Evolution, for reading, for the
// person and for sending (evolution-data-server: e-source-*.c). It signs in with OAuth2 at
// three providers.
var evolution = Format{
	Name: "evolution", Doc: "the account's source files of Evolution",
	Place: mailcheck.Textf("~/.config/evolution/sources; Evolution from Flathub: ~/.var/app/org.gnome.Evolution/config/evolution/sources"),
	Next:  mailcheck.Textf("start Evolution; if it runs already: evolution --force-shutdown, then start it again"),
	Asks:  mailcheck.Textf("the password, once for reading and once for sending, which it keeps in the keyring; with OAuth2, to sign in at the provider"),
	Proof: mailcheck.Textf("Evolution read mail at Dovecot with them, and asked about bad certificates before it sent the password; sending was not tried"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Logins: []Login{Password, Challenge, OAuth2}, SignsIn: evolutionSignsIn, Named: true,
	Folder: true,
	Write:  writeEvolution,
}

// evolutionServices are the providers where Evolution signs in, by the end of their hosts'
// names (guess_can_process in e-oauth2-service-*.c).
var evolutionServices = []struct{ domain, method string }{
	{".google.com", "Google"}, {".googlemail.com", "Google"}, {".gmail.com", "Google"},
	{".outlook.com", "Outlook"}, {".yahoo.com", "Yahoo"},
}

// evolutionService names the provider for a host; nothing if Evolution knows none.
func evolutionService(host string) string {
	for _, s := range evolutionServices {
		if strings.HasSuffix(host, s.domain) {
			return s.method
		}
	}
	return ""
}

func evolutionSignsIn(host string) bool { return evolutionService(host) != "" }

// keyFile writes a value of a GLib key file, where a space at an end is not sure to be
// kept (g_key_file_get_string).
func keyFile(value string) (string, error) {
	value = strings.ReplaceAll(value, `\`, `\\`)
	if rest, ok := strings.CutPrefix(value, " "); ok {
		value = `\s` + rest
	}
	if rest, ok := strings.CutSuffix(value, " "); ok {
		value = rest + `\s`
	}
	return value, nil
}

// writeEvolution names the three sources after the address, so that new files take the
// place of old ones.
func writeEvolution(a Account, out *sheet.Set) {
	in, id := a.Reading[0], "mailcheck-"+strings.ToLower(stableUUID("mailcheck:evolution:"+a.Address.String()))
	f := evolutionSource(a, out, id, "")
	f.Line(``)
	f.Line(`[Mail Account]`)
	folders := id
	if in.Protocol == mailcheck.IMAP {
		f.Line(`BackendName=imapx`)
	} else {
		f.Line(`BackendName=pop`)
		folders = "local" // nothing but the inbox is on the server
	}
	f.Line(`IdentityUid=%s-identity`, id)
	evolutionServer(f, in)
	if in.Protocol == mailcheck.POP3 {
		f.Line(``)
		f.Line(`[Pop Backend]`)
		f.Line(`KeepOnServer=true`)
	}

	f = evolutionSource(a, out, id+"-identity", id)
	f.Line(``)
	f.Line(`[Mail Identity]`)
	f.Line(`Address=%s`, a.Address.String())
	f.Line(`Name=%s`, a.Name)
	f.Line(``)
	f.Comment(`The usual names of folders; the server may have others.`)
	f.Line(`[Mail Composition]`)
	f.Line(`DraftsFolder=folder://%s/Drafts`, folders)
	f.Line(``)
	f.Line(`[Mail Submission]`)
	f.Line(`SentFolder=folder://%s/Sent`, folders)
	f.Line(`TransportUid=%s-transport`, id)

	f = evolutionSource(a, out, id+"-transport", id)
	f.Line(``)
	f.Line(`[Mail Transport]`)
	f.Line(`BackendName=smtp`)
	evolutionServer(f, a.Sending[0])
}

// evolutionSource begins a file, whose name is that of the source.
func evolutionSource(a Account, out *sheet.Set, id, parent string) *sheet.Text {
	f := out.Text(id+".source", sheet.Private, keyFile)
	f.Comments(a.Warnings)
	f.Line(`[Data Source]`)
	f.Line(`DisplayName=%s`, a.Address.String())
	f.Line(`Enabled=true`)
	f.Line(`Parent=%s`, parent)
	return f
}

func evolutionServer(f *sheet.Text, s Server) {
	f.Line(``)
	f.Line(`[Authentication]`)
	f.Line(`Host=%s`, s.Host)
	if method := evolutionMethod(s); method != "" {
		f.Line(`Method=%s`, method)
	}
	f.Line(`Port=%d`, s.Port)
	f.Line(`ProxyUid=system-proxy`)
	f.Line(`RememberPassword=true`)
	f.Line(`User=%s`, s.Username)
	f.Line(``)
	f.Line(`[Security]`)
	if s.Implicit() {
		f.Line(`Method=ssl-on-alternate-port`)
	} else {
		f.Line(`Method=starttls-on-standard-port`)
	}
}

// evolutionMethod names the way to log in, which Evolution does not choose by itself;
// nothing is the protocol's own command.
func evolutionMethod(s Server) string {
	switch {
	case s.Logins[0] == OAuth2:
		return evolutionService(s.Host)
	case s.Logins[0] == Challenge:
		return "CRAM-MD5"
	}
	return passwordMechanism(s)
}

// passwordMechanism is the mechanism of SASL that a server takes a password with; nothing
// where only the protocol's own command does.
func passwordMechanism(s Server) string {
	switch {
	case s.Offers("PLAIN"):
		return "PLAIN"
	case s.Offers("LOGIN"):
		return "LOGIN"
	}
	return ""
}
