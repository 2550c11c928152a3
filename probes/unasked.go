package probes

import (
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// A reply that nothing asked for shifts the whole conversation: a client takes each
// reply for the answer to the command before. Mostly a proxy has put its header (the
// PROXY protocol) in front of the client's words, and the server, which does not expect
// one, takes it for a command. The reply comes in one packet with the greeting, or later
// than the client's first command. It is passed over here, so that all else is still
// decided, and told at the end of the conversation.

// maxStray is how many stray lines are shown: a header of version 2 is answered with
// some four.
const maxStray = 5

// stray is one line of a reply that nothing asked for.
type stray struct {
	line    string
	refuses bool // it refuses a command, which mailcheck has not sent
}

// strayOf tells whether a line can only be a stray one where no reply is due. What turns
// the client away may come at any time.
func strayOf(protocol mailcheck.Protocol, line string) (stray, bool) {
	line = strings.TrimRight(line, "\r\n")
	s := stray{line: readable(line)}
	if trace.ClassifyTurnedAway(line, nil) != nil {
		return s, false
	}
	switch protocol {
	case mailcheck.Submission:
		code, text, _, ok := parseSMTPLine(line)
		// RFC 5321 section 4.2.2, RFC 3463 section 3.6: about the command.
		s.refuses = code >= 500 && code <= 504 || code > 504 && strings.HasPrefix(text, "5.5.")
		return s, ok && (code < 400 || s.refuses)
	case mailcheck.POP3:
		s.refuses = strings.HasPrefix(line, "-ERR")
		return s, (s.refuses || pop3OK(line)) && !strings.HasPrefix(line, "-ERR [")
	case mailcheck.IMAP:
		tag, _, _ := strings.Cut(line, " ")
		word := status(line)
		s.refuses = word == "BAD" || word == "NO" && tag == "PROXY" // Courier says NO
		tagged := tag != "*" && tag != "+" && (s.refuses || word == "OK" || word == "NO")
		return s, tagged || tag == "*" && word == "BAD" // RFC 9051 section 7.1.3: of no command that is known
	case mailcheck.Sieve:
		word, _, _ := strings.Cut(line, " ")
		s.refuses = strings.EqualFold(word, "NO")
		return s, s.refuses || strings.EqualFold(word, "OK")
	}
	return s, false
}

// passOver passes over the stray lines that have come already.
func (p *probe) passOver() {
	for {
		line, _, whole := strings.Cut(p.lines.buffered(), "\n")
		s, ok := strayOf(p.result.Protocol, line)
		if !whole || !ok {
			return
		}
		if _, err := p.lines.read(); err != nil {
			return
		}
		p.lines.stray(s)
	}
}

// command sends lines in one packet. What came before they were sent is no answer to them
// (RFC 5321 section 4.3.1, RFC 9051 section 2.2.2): it is passed over, or, if it is the
// beginning of a line, nothing can be told from what, and the conversation ends.
func (p *probe) command(lines ...string) error {
	p.passOver()
	if early := p.lines.buffered(); early != "" && !strings.HasSuffix(early, "\n") {
		return checks.ReplyUnasked.Errorf("the server began to say %q before it was asked", p.lines.shown(early[strings.LastIndexByte(early, '\n')+1:]))
	}
	p.lines.begin()
	return p.lines.send(lines...)
}

// stray notes a line that nothing asked for.
func (l *lines) stray(s stray) {
	s.line = l.shown(s.line)
	l.manners.unasked = append(l.manners.unasked, s)
}

// isStray reports whether a reply to the first command was meant for something else: the
// true one follows, without being asked for.
func (p *probe) isStray(line string) bool {
	s, ok := strayOf(p.result.Protocol, line)
	if !ok || p.attempts > 0 || !p.goesOn(strayWait) {
		return false // in a login nothing is passed over
	}
	p.lines.stray(s)
	return true
}

// strayRefusals notes what an IMAP server refused beside an answer that is in order, and
// of no command that it knows (RFC 9051 section 7.1.3).
func (p *probe) strayRefusals(a imapReply) {
	for _, refusal := range a.refusals {
		if s, ok := strayOf(mailcheck.IMAP, "* "+refusal); ok {
			p.lines.stray(s)
		}
	}
}

// goesOn waits a moment for the server to say more, where no reply can have got out of
// step yet: inside STARTTLS it would have shown before.
func (p *probe) goesOn(wait time.Duration) bool {
	if p.lines.buffered() != "" {
		return true
	}
	if p.until.IsZero() || p.lines.secure && p.result.Security == mailcheck.StartTLS {
		return false
	}
	end := time.Now().Add(wait)
	if p.until.Before(end) {
		end = p.until
	}
	p.conn.SetReadDeadline(end)
	_, err := p.lines.in.Peek(1)
	p.restoreDeadline()
	return err == nil
}

// restoreDeadline takes back a deadline that was set for a moment.
func (p *probe) restoreDeadline() {
	p.conn.SetReadDeadline(p.until)
	select {
	case <-p.ended: // and has set the deadline that was replaced for the moment
		p.conn.SetDeadline(time.Unix(1, 0))
	default:
	}
}

// hearOut looks for stray lines where no command was needed, since the greeting said it
// all.
func (p *probe) hearOut() {
	if isMail(p.result.Protocol) && !p.lines.asked && p.goesOn(strayNearby) {
		p.passOver()
	}
}

// judgeUnasked tells of the stray lines. What went wrong with the conversation after
// them follows from them.
func (p *probe) judgeUnasked() {
	list := p.lines.manners.unasked
	if len(list) == 0 {
		return
	}
	p.lines.manners.unasked = nil
	var said []mailcheck.Text
	for _, s := range list[:min(len(list), maxStray)] {
		said = append(said, mailcheck.Textf("%q", s.line))
	}
	check := checks.ReplyUnasked
	if list[0].refuses {
		check = checks.ReplyProxyHeader
	}
	detail := mailcheck.Evidencef("nothing was asked for when the server said %s", mailcheck.Joined(said, ", "))
	follows := []*checks.Check{checks.ReplyRejected, checks.ReplyMalformed, checks.ReplyClosed, checks.ReplyTimeout}
	if len(p.result.Capabilities.BeforeTLS) == 0 {
		follows = append(follows, checks.StartTLSMissing) // no list was ever read
	}
	for _, f := range mailcheck.Each(p.trace.Steps) {
		if slices.Contains(follows, f.Check) {
			f.BecomeText(check, detail)
			return
		}
	}
	p.find(mailcheck.OpGreeting, check, "%s", detail)
}
