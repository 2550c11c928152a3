package probes

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// sendAs begins a message from the user's own address to it, takes it back, and asks what
// the server takes of a user who is logged in (RFC 4954 section 4). The
// recipient is named because Postfix judges the sender only then (smtpd_delay_reject).
// How long a server thinks about that, asking others perhaps, says nothing of the sender.
// EHLO takes the message back too (RFC 5321 section 4.1.4), and stands alone where each
// command costs a round trip; in a packet it has to be the last (RFC 2920 section 3.1).
func (p *probe) sendAs(ctx context.Context, e *entry, l *look) error {
	s := &mailcheck.Sending{State: mailcheck.SendingNotTried}
	l.Sending = s
	envelope := p.envelope(e.sender)
	commands := append(slices.Clone(envelope), p.ehlo())
	if len(envelope) > 0 && mailcheck.Has(p.result.Capabilities.AfterTLS, "PIPELINING") {
		commands = append(envelope, "RSET", p.ehlo())
	}
	if len(envelope) > 0 {
		s.As = mailcheck.Clean(e.sender)
	}
	err := p.inTurn(commands, func(i int) (bool, error) {
		if i > 0 {
			p.await(ctx, askTimeout)
		}
		if i == len(commands)-1 {
			l.untold = p.extensions(e)
			return true, nil
		}
		reply, err := p.smtpReply()
		if err != nil && i > 0 {
			l.untold = err
			return false, nil
		}
		if err == nil && i < len(envelope) {
			err = p.judgeEnvelope(i, envelope[i], reply, l)
		}
		return reply.code < 400, err
	})
	caps := e.caps
	if caps == nil {
		caps = p.result.Capabilities.AfterTLS
	}
	size, _ := parameter(caps, "SIZE")
	if n, err := strconv.ParseInt(size, 10, 64); err == nil && n > 0 { // RFC 1870 section 4: 0 is no limit
		s.MaxSize = n
	}
	s.EightBit, s.UTF8, s.Deliveries = mailcheck.Has(caps, "8BITMIME"), mailcheck.Has(caps, "SMTPUTF8"), mailcheck.Has(caps, "DSN")
	return err
}

// envelope returns the commands that begin a message from an address to itself; none
// where the server cannot be told it.
func (p *probe) envelope(address string) []string {
	parameters := ""
	switch {
	case address == "" || !mailcheck.Printable(address):
		return nil
	case !quotable(address) && !mailcheck.Has(p.result.Capabilities.AfterTLS, "SMTPUTF8"):
		return nil
	case !quotable(address):
		parameters = " SMTPUTF8" // RFC 6531 section 3.4
	}
	return []string{"MAIL FROM:<" + address + ">" + parameters, "RCPT TO:<" + address + ">"}
}

// judgeEnvelope judges the reply to MAIL or RCPT.
func (p *probe) judgeEnvelope(i int, command string, reply smtpReply, l *look) error {
	if refusal := p.refusesSender(i, reply); refusal != nil {
		l.Sending.State = mailcheck.SendingRefused
		return refusal.Errorf("%s: %s", command, p.lines.shown(reply.String()))
	}
	switch {
	case i == 0:
	case reply.code < 400:
		l.Sending.State = mailcheck.SendingTaken
	case reply.code < 500:
		l.Sending.State = mailcheck.SendingLater
	case trace.UnknownRecipient(reply.String()):
		l.find(checks.MailboxAddressUnknown, mailcheck.Evidencef("%s: %s", command, p.lines.shown(reply.String())))
	}
	return nil
}

// extensions reads the reply to EHLO, and keeps what is announced to the user. That a
// server takes no second one says nothing.
func (p *probe) extensions(e *entry) error {
	reply, err := p.smtpReply()
	if err != nil || reply.code != 250 {
		return err
	}
	for _, line := range reply.lines[1:] {
		e.caps = append(e.caps, strings.Join(words(line), " "))
	}
	return nil
}

// refusesSender names what a refusal of the envelope says about the sender; nil where it
// says nothing. The recipient may be refused for reasons of its own.
func (p *probe) refusesSender(command int, r smtpReply) *checks.Check {
	c := trace.ClassifyMailbox(r.String())
	switch {
	case r.code < 400 || r.code/10 == 50: // it did not understand: nothing is known
		return nil
	case command == 0 && r.code < 500 && (c == nil || c == checks.LoginUnavailable) && !trace.NamesSender(r.String()):
		return checks.LoginNoMessage // to come back with later, whoever sends
	case command == 0 && c != nil:
		return c
	case command == 0, command == 1 && trace.NamesSender(r.String()):
		return checks.LoginSender
	}
	return nil
}
