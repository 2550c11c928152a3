package setup

import (
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// claws is the template that the wizard of Claws Mail fills its fields from (wizard.c).
// An account comes only from the wizard, which runs where there is none.
var claws = Format{
	Name: "claws", Doc: "accountrc.tmpl: fills the wizard of Claws Mail",
	Aliases: []string{"claws-mail"},
	Place:   mailcheck.Textf("~/.claws-mail/accountrc.tmpl"),
	Next:    mailcheck.Textf("start Claws Mail; its wizard has the fields filled in: press Next up to the end, then Save. Where Claws Mail has an account already no wizard comes, and nothing reads the file: --for human"),
	Asks:    mailcheck.Textf("the password; before it whether to take the certificate of each server, a good one too: take it only where the window says \"unknown\", not \"invalid\", and \"Signature status: Correct\""),
	Proof:   mailcheck.Textf("Claws Mail read mail at Dovecot after its wizard, and sent no password where the certificate was bad and not accepted; sending was not tried"),
	Reads:   []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Logins: []Login{Password}, Named: true,
	Against: notForClaws,
	Write:   writeClaws,
}

// notForClaws refuses addresses with colons, of which the wizard takes the first for the
// one before the port.
func notForClaws(s Server) mailcheck.Text {
	if strings.Contains(s.Host, ":") {
		return mailcheck.Textf("the wizard of Claws Mail takes no IPv6 address")
	}
	return mailcheck.Text{}
}

// clawsWords stand for something else wherever they are in a value, and there is no way to
// write them (PARSE_DEFAULT).
var clawsWords = []string{"$USERNAME", "$LOGIN", "$EMAIL", "$NAME_MAIL", "$DEFAULTDOMAIN", "$DOMAIN"}

func clawsValue(value string) (string, error) {
	for _, word := range clawsWords {
		if strings.Contains(value, word) {
			return "", &sheet.ValueError{Value: value, Why: mailcheck.Textf("Claws Mail puts something else in the place of %s", word)}
		}
	}
	return value, nil
}

func writeClaws(a Account, out *sheet.Set) {
	in, smtp := a.Reading[0], a.Sending[0]
	f := out.Text("accountrc.tmpl", sheet.Shared, clawsValue)
	f.Comments(a.Warnings)
	f.Line(`[AccountTemplate]`)
	f.Line(`domain=%s`, a.Address.Domain)
	if a.Name != "" { // else it is the name of the computer's user
		f.Line(`name=%s`, a.Name)
	}
	f.Line(`email=%s`, a.Address.String())
	f.Line(`smtpserver=%s:%d`, smtp.Host, smtp.Port)
	f.Line(`smtpauth=1`)
	f.Line(`smtpuser=%s`, smtp.Username)
	f.Line(`smtpssl=%d`, clawsSecurity(smtp))
	f.Line(`recvtype=%d`, clawsProtocol[in.Protocol])
	f.Line(`recvserver=%s:%d`, in.Host, in.Port)
	f.Line(`recvuser=%s`, in.Username)
	f.Line(`recvssl=%d`, clawsSecurity(in))
	f.Comment(`All folders, and not only those that somebody has subscribed to.`)
	f.Line(`subsonly=0`)
}

// The numbers of the template.
var clawsProtocol = map[mailcheck.Protocol]uint16{mailcheck.POP3: 0, mailcheck.IMAP: 1}

func clawsSecurity(s Server) uint16 {
	if s.Implicit() {
		return 1
	}
	return 2
}
