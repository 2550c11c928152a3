package probes

import (
	"context"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// A login that is accepted is not yet mail: Exchange lets users in whose mailbox is
// elsewhere, others switch IMAP off behind the login, and who may log in may not
// send as any address. So the account is looked at once, with commands that change
// nothing: EXAMINE opens a folder for reading alone (RFC 9051 section 6.3.3), STAT
// counts (RFC 1939 section 5), and what MAIL and RCPT begin RSET takes back (RFC 5321
// section 4.1.1.5).

// look opens what the login was for, after it was accepted.
func (p *probe) look(ctx context.Context, e *entry) {
	ask := map[mailcheck.Protocol]func(*entry) error{
		mailcheck.IMAP: p.examine, mailcheck.POP3: p.count, mailcheck.Submission: p.sendAs,
	}[p.result.Protocol]
	if ask == nil {
		return
	}
	trace.Do(ctx, p.trace, mailcheck.OpMailbox, p.result.Endpoint(), func(ctx context.Context) (struct{}, error) {
		p.await(ctx, loginTimeout)
		p.lines.begin()
		return struct{}{}, ask(e)
	})
}

// examine says who the client is (RFC 2971), without which NetEase opens no mailbox, and
// opens the inbox for reading.
func (p *probe) examine(e *entry) error {
	var commands []string
	id := mailcheck.Has(append(e.caps, p.result.Capabilities.AfterTLS...), "ID")
	if id {
		commands = append(commands, `m1 ID ("name" "mailcheck")`)
	}
	if err := p.lines.send(append(commands, "m2 EXAMINE INBOX")...); err != nil {
		return err
	}
	if id {
		if _, err := p.imapReply("m1"); err != nil {
			return err
		}
		p.lines.begin()
	}
	r, err := p.imapReply("m2")
	if err != nil || r.status == "OK" {
		return err
	}
	return closed("EXAMINE INBOX", r.refusal())
}

// count asks how many messages there are.
func (p *probe) count(*entry) error {
	if err := p.lines.send("STAT"); err != nil {
		return err
	}
	line, err := p.pop3Reply()
	if err != nil || pop3OK(line) {
		return err
	}
	return closed("STAT", p.lines.secrets.conceal(line))
}

// sendAs begins a message from the user's own address to it, and takes it back. The
// recipient is named because Postfix judges the sender only then (smtpd_delay_reject).
func (p *probe) sendAs(e *entry) error {
	if e.sender == "" || !quotable(e.sender) {
		return nil // without an address, or with SMTPUTF8 only
	}
	envelope := []string{"MAIL FROM:<" + e.sender + ">", "RCPT TO:<" + e.sender + ">", "RSET"}
	var replies []smtpReply
	var err error
	if mailcheck.Has(p.result.Capabilities.AfterTLS, "PIPELINING") {
		replies, err = p.smtpTogether(envelope)
	} else {
		replies, err = p.smtpInTurn(envelope)
	}
	for i, r := range replies {
		if refusal := p.refusesSender(i, r); refusal != nil {
			return refusal.Errorf("%s: %s", envelope[i], p.lines.secrets.conceal(r.String()))
		}
	}
	return err
}

// smtpTogether makes commands in one packet (RFC 2920).
func (p *probe) smtpTogether(commands []string) (replies []smtpReply, err error) {
	err = p.lines.send(commands...)
	for i := 0; err == nil && i < len(commands); i++ {
		var r smtpReply
		if r, err = p.smtpReply(); err == nil {
			replies = append(replies, r)
		}
	}
	return replies, err
}

// smtpInTurn makes one command after the other, and no further one after a refusal.
func (p *probe) smtpInTurn(commands []string) (replies []smtpReply, err error) {
	for _, c := range commands {
		more, err := p.smtpTogether([]string{c})
		if replies = append(replies, more...); err != nil || more[0].code >= 400 {
			return replies, err
		}
	}
	return replies, nil
}

// refusesSender names what a refusal of the envelope says about the sender; nil where it
// says nothing. The recipient may be refused for reasons of its own.
func (p *probe) refusesSender(command int, r smtpReply) *checks.Check {
	c := trace.ClassifyMailbox(r.String())
	switch {
	case r.code < 400 || r.code/10 == 50: // it did not understand: nothing is known
		return nil
	case command == 0 && c != nil:
		return c
	case command == 0, command == 1 && trace.NamesSender(r.String()):
		return checks.LoginSender
	}
	return nil
}

// closed is the error of a mailbox that does not open.
func closed(command, refusal string) error {
	if c := trace.ClassifyMailbox(refusal); c != nil {
		return c.Errorf("%s: %s", command, refusal)
	}
	return checks.LoginMailbox.Errorf("%s: %s", command, refusal)
}
