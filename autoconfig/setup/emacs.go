package setup

import (
	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// emacs is lines for the init file, for Gnus and for all that sends by smtpmail, as mu4e
// and notmuch do. OAuth2 takes packages that Emacs does not come with.
var emacs = Format{
	Name: "emacs", Doc: "lines for init.el: Gnus, and smtpmail for mu4e and others",
	Place: mailcheck.Textf("~/.emacs.d/init.el, or a file that it loads"),
	Next:  mailcheck.Textf("start Emacs anew; Gnus reads the mail (M-x gnus), and C-x m writes some"),
	Asks:  mailcheck.Textf("the password, which it offers to keep in ~/.authinfo.gpg"),
	Proof: mailcheck.Textf("Emacs read mail at Dovecot and sent some through Postfix with it, and refused bad certificates"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP}, Sends: true,
	Logins: []Login{Password, Challenge}, Named: true,
	Write: writeEmacs,
}

func writeEmacs(a Account, out *sheet.Set) {
	in, smtp := a.Reading[0], a.Sending[0]
	f := out.Text("mail.el", sheet.Shared, cString)
	f.Mark(";;")
	f.Comments(a.Warnings)
	if a.Name != "" {
		f.Line(`(setq user-full-name "%s")`, a.Name)
	}
	f.Line(`(setq user-mail-address "%s")`, a.Address.String())
	f.Line(`(setq message-send-mail-function 'smtpmail-send-it`)
	f.Line(`      send-mail-function 'smtpmail-send-it)`)
	f.Line(`(setq smtpmail-smtp-server "%s"`, smtp.Host)
	f.Line(`      smtpmail-smtp-service %d`, smtp.Port)
	f.Line(`      smtpmail-stream-type '%s`, emacsStream(smtp))
	f.Line(`      smtpmail-smtp-user "%s")`, smtp.Username)
	f.Comment(`The default asks about a bad certificate; this refuses it.`)
	f.Line(`(setq gnutls-verify-error t)`)
	f.Line(`(setq gnus-select-method`)
	f.Line(`      '(nnimap "%s"`, a.Address.Domain)
	f.Line(`               (nnimap-address "%s")`, in.Host)
	f.Line(`               (nnimap-server-port %d)`, in.Port)
	f.Line(`               (nnimap-stream %s)`, emacsStream(in))
	f.Line(`               (nnimap-user "%s")))`, in.Username)
	f.Comment(`Emacs asks for the password, and offers to keep it in ~/.authinfo.gpg.`)
}

// emacsStream names the protection for smtpmail and nnimap; with the second a server that
// offers no STARTTLS gets nothing.
func emacsStream(s Server) string {
	if s.Implicit() {
		return "ssl"
	}
	return "starttls"
}
