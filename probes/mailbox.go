package probes

import (
	"context"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/mailbox"
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
	ask := map[mailcheck.Protocol]func(context.Context, *entry) error{
		mailcheck.IMAP: p.examine, mailcheck.POP3: p.count, mailcheck.Submission: p.sendAs,
	}[p.result.Protocol]
	if ask == nil {
		return
	}
	trace.Do(ctx, p.trace, mailcheck.OpMailbox, p.result.Endpoint(), func(ctx context.Context) (struct{}, error) {
		p.await(ctx, loginTimeout)
		p.lines.begin()
		return struct{}{}, p.lines.shownError(ask(ctx, e))
	})
}

// examine says who the client is (RFC 2971), without which NetEase opens no mailbox, and
// opens the inbox for reading.
func (p *probe) examine(_ context.Context, e *entry) error {
	s := mailbox.Open(conversation{p}, slices.Concat(e.caps, p.result.Capabilities.AfterTLS))
	defer s.Close()
	o, err := s.Examine("INBOX", true)
	if err != nil || o.Refused == nil {
		return err
	}
	return p.closed("EXAMINE INBOX", strings.Join(o.Refused, " / "))
}

// conversation is that of a probe, for package mailbox.
type conversation struct{ *probe }

func (c conversation) Read() (string, error)            { return c.lines.read() }
func (c conversation) Literal(size int) (string, error) { return c.lines.literal(size) }
func (c conversation) Tag(counted string) string        { return c.lines.tag(counted) }
func (c conversation) Send(commands ...string) error    { return c.command(commands...) }

// count asks how many messages there are.
func (p *probe) count(context.Context, *entry) error {
	if err := p.command("STAT"); err != nil {
		return err
	}
	line, err := p.pop3Reply()
	if err != nil || pop3OK(line) {
		return err
	}
	return p.closed("STAT", line)
}

// sendAs begins a message from the user's own address to it, and takes it back. The
// recipient is named because Postfix judges the sender only then (smtpd_delay_reject).
// How long a server thinks about that, asking others perhaps, says nothing of the sender.
func (p *probe) sendAs(ctx context.Context, e *entry) error {
	if e.sender == "" || !quotable(e.sender) {
		return nil // without an address, or with SMTPUTF8 only
	}
	envelope := []string{"MAIL FROM:<" + e.sender + ">", "RCPT TO:<" + e.sender + ">", "RSET"}
	together := mailcheck.Has(p.result.Capabilities.AfterTLS, "PIPELINING")
	for i, command := range envelope {
		switch {
		case i == 0 && together:
			if err := p.command(envelope...); err != nil {
				return err
			}
		case !together:
			if err := p.command(command); err != nil {
				return err
			}
		}
		if i > 0 {
			p.await(ctx, askTimeout)
		}
		p.lines.begin() // a reply to each of several commands
		reply, err := p.smtpReply()
		if err != nil && i > 0 {
			return nil
		}
		if refusal := p.refusesSender(i, reply); err == nil && refusal != nil {
			return refusal.Errorf("%s: %s", command, p.lines.shown(reply.String()))
		}
		if err != nil || reply.code >= 400 && !together {
			return err
		}
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

// closed is the error of a mailbox that does not open. What is out of order then is no
// longer what knows the passwords: Dovecot calls any mailbox it cannot read an internal
// error ([SERVERBUG], [SYS/TEMP]).
func (p *probe) closed(command, refusal string) error {
	shown := p.lines.shown(refusal)
	if c := trace.ClassifyMailbox(refusal); c != nil && c != checks.LoginUnavailable {
		return c.Errorf("%s: %s", command, shown)
	}
	return checks.LoginMailbox.Errorf("%s: %s", command, shown)
}
