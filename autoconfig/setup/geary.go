package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// geary is an account file of Geary (accounts-manager.vala). With OAuth2 it takes only
// accounts that GNOME Online Accounts has.
var geary = Format{
	Name: "geary", Doc: "geary.ini: an account of Geary",
	Place: mailcheck.Textf("~/.config/geary/account_01/geary.ini, or the next number that is free; Geary from Flathub: below ~/.var/app/org.gnome.Geary/config/geary"),
	Next:  mailcheck.Textf("quit Geary, and start it again"),
	Asks:  mailcheck.Textf("the password, which it keeps in the keyring"),
	Proof: mailcheck.Textf("Geary read mail at Dovecot with it, and sent no password where the certificate was bad; sending was not tried"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP}, Sends: true,
	Logins: []Login{Password}, Named: true,
	Write: writeGeary,
}

func writeGeary(a Account, out *sheet.Set) {
	in, smtp, address := a.Reading[0], a.Sending[0], a.Address.String()
	sender, ok := mailbox(a.Name, address)
	if !ok || strings.Contains(address, ";") { // which ends an address in the file
		out.Refuse(address, mailcheck.Textf("Geary does not read it as an address"))
	}
	f := out.Text("geary.ini", sheet.Private, keyFile)
	f.Comments(a.Warnings)
	f.Line(`[Metadata]`)
	f.Line(`version=1`)
	f.Line(`status=enabled`)
	f.Line(``)
	f.Line(`[Account]`)
	f.Line(`ordinal=1`)
	f.Line(`label=%s`, address)
	f.Line(`sender_mailboxes=%s;`, sender)
	f.Line(`service_provider=other`)
	f.Line(``)
	f.Line(`[Incoming]`)
	f.Line(`login=%s`, in.Username)
	gearyServer(f, in)
	f.Line(`credentials=custom`)
	f.Line(``)
	f.Line(`[Outgoing]`)
	if smtp.Username == in.Username {
		gearyServer(f, smtp)
		f.Line(`credentials=use-incoming`)
	} else {
		f.Line(`login=%s`, smtp.Username)
		gearyServer(f, smtp)
		f.Line(`credentials=custom`)
	}
}

func gearyServer(f *sheet.Text, s Server) {
	f.Line(`remember_password=true`)
	f.Line(`host=%s`, s.Host)
	f.Line(`port=%d`, s.Port)
	if s.Implicit() {
		f.Line(`transport_security=transport`)
	} else {
		f.Line(`transport_security=start-tls`)
	}
}
