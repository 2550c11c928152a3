package probes

import (
	"context"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// A login that is accepted is not yet mail: Exchange lets users in whose mailbox is
// elsewhere, others switch IMAP off behind the login, and who may log in may not
// send as any address. So the account is looked at once, with commands that change
// nothing: EXAMINE opens a folder for reading alone (RFC 9051 section 6.3.3), STAT
// counts (RFC 1939 section 5), and what MAIL begins RSET takes back (RFC 5321
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

// examine opens the inbox for reading. Where that is refused and the server has ID,
// the client says who it is (RFC 2971), without which NetEase opens no mailbox.
func (p *probe) examine(e *entry) error {
	refusal, err := p.imapAsk("l2", "EXAMINE INBOX")
	if err != nil || refusal == "" {
		return err
	}
	if known := append(e.caps, p.result.Capabilities.AfterTLS...); mailcheck.Has(known, "ID") {
		if _, err := p.imapAsk("l3", `ID ("name" "mailcheck")`); err != nil {
			return err
		}
		again, err := p.imapAsk("l4", "EXAMINE INBOX")
		if err != nil {
			return err
		}
		if again == "" {
			return checks.LoginWantsID.Errorf("EXAMINE INBOX: %s; after ID the folder opens", refusal)
		}
	}
	return closed("EXAMINE INBOX", refusal)
}

// imapAsk makes a command and returns what it was refused with, untagged lines
// included; nothing where it was done.
func (p *probe) imapAsk(tag, command string) (refusal string, err error) {
	if err := p.lines.send(tag + " " + command); err != nil {
		return "", err
	}
	p.lines.begin()
	var said []string
	for {
		line, err := p.lines.read()
		if err != nil {
			return "", err
		}
		shown := p.lines.secrets.conceal(line)
		switch upper := strings.ToUpper(line); {
		case strings.HasPrefix(line, tag+" "):
			if status(line) == "OK" {
				return "", nil
			}
			return strings.Join(append(said, strings.TrimPrefix(shown, tag+" ")), " / "), nil
		case strings.HasPrefix(upper, "* BYE"):
			return strings.TrimPrefix(shown, "* "), nil
		case strings.HasPrefix(upper, "* NO"), strings.HasPrefix(upper, "* BAD"):
			said = append(said, strings.TrimPrefix(shown, "* "))
		case !strings.HasPrefix(line, "* "):
			return "", checks.ReplyMalformed.Errorf("%q is neither tagged nor untagged", shown)
		}
	}
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

// sendAs begins a message from the user's own address, and takes it back.
func (p *probe) sendAs(e *entry) error {
	if e.sender == "" || !quotable(e.sender) {
		return nil // without an address, or with SMTPUTF8 only
	}
	if err := p.lines.send("MAIL FROM:<" + e.sender + ">"); err != nil {
		return err
	}
	reply, err := p.smtpReply()
	if err != nil || reply.code < 400 {
		if err == nil {
			if err = p.lines.send("RSET"); err == nil {
				_, err = p.smtpReply()
			}
		}
		return err
	}
	words := p.lines.secrets.conceal(reply.String())
	if c := trace.ClassifyMailbox(words); c != nil {
		return c.Errorf("MAIL FROM:<%s>: %s", e.sender, words)
	}
	if reply.code/10 == 50 {
		return nil // it did not understand: nothing is known
	}
	return checks.LoginSender.Errorf("MAIL FROM:<%s>: %s", e.sender, words)
}

// closed is the error of a mailbox that does not open.
func closed(command, refusal string) error {
	if c := trace.ClassifyMailbox(refusal); c != nil {
		return c.Errorf("%s: %s", command, refusal)
	}
	return checks.LoginMailbox.Errorf("%s: %s", command, refusal)
}
