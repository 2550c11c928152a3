package probes

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// maxNamed is how many messages a maildrop may have for the names of all to be asked for.
const maxNamed = 1000

// collect asks how many messages there are, and what becomes of them once they are
// collected. The capabilities are asked for again, since EXPIRE and LOGIN-DELAY may differ
// from user to user (RFC 2449 sections 6.6 and 6.7).
func (p *probe) collect(ctx context.Context, e *entry, l *look) error {
	c := &mailcheck.Collecting{Leave: mailcheck.LeaveUnknown}
	l.Collecting = c
	err := p.inTurn([]string{"STAT", "CAPA"}, func(i int) (bool, error) {
		if i == 1 {
			caps, err := p.pop3Capabilities()
			if l.untold = err; err == nil && len(caps) > 0 {
				e.caps = caps
			}
			return true, nil
		}
		line, err := p.pop3Reply()
		if err == nil && !pop3OK(line) {
			err = p.closed("STAT", line)
		}
		l.Messages, c.Octets = counted(line)
		return err == nil, err
	})
	if err != nil || l.untold != nil {
		return err
	}
	caps := e.caps
	if caps == nil {
		caps = p.result.Capabilities.AfterTLS
	}
	c.Top = mailcheck.Has(caps, "TOP")
	c.Delay = delayOf(caps)
	l.untold = p.uniqueNames(ctx, caps, l)
	return nil
}

// counted reads the reply to STAT (RFC 1939 section 5).
func counted(line string) (messages int, octets int64) {
	var numbers []int64
	for i, word := range strings.Fields(line) {
		if n, err := strconv.ParseInt(word, 10, 64); i > 0 && i < 3 && err == nil && n >= 0 {
			numbers = append(numbers, n)
		}
	}
	if len(numbers) != 2 || numbers[0] > 1<<31-1 {
		return -1, 0
	}
	return int(numbers[0]), numbers[1]
}

// uniqueNames asks for the names of the messages, and for the head of the newest where
// that costs no round trip. Whether mail can stay hangs on both the names and EXPIRE.
func (p *probe) uniqueNames(ctx context.Context, caps []string, l *look) error {
	p.await(ctx, replyTimeout)
	newest, many := strconv.Itoa(l.Messages), l.Messages > maxNamed
	questions := []string{"UIDL"}
	if many {
		questions[0] += " " + newest
	}
	if l.Messages > 0 && mailcheck.Has(p.result.Capabilities.AfterTLS, "PIPELINING") {
		questions = append(questions, "TOP "+newest+" 0")
	}
	return p.inTurn(questions, func(i int) (bool, error) {
		p.lines.beginListing()
		first, err := p.pop3Reply()
		ok := pop3OK(first)
		switch {
		case err != nil:
			return false, err
		case i == 1 && ok: // what stands in a message is nobody's business
			p.lines.private = func(string) bool { return true }
			_, err = p.untilDot()
			p.lines.private = nil
		case i == 1:
			l.Collecting.Top = false
		case ok && many:
			p.judgeNames(l, []string{strings.TrimPrefix(first, "+OK")})
			l.judgeLeaving(true, caps)
		case ok:
			var names []string
			if names, err = p.untilDot(); err == nil {
				p.judgeNames(l, names)
				l.judgeLeaving(true, caps)
			}
		default:
			l.judgeLeaving(false, caps)
		}
		return true, err
	})
}

// untilDot reads the lines of a reply behind its first (RFC 1939 section 3).
func (p *probe) untilDot() (list []string, err error) {
	for {
		line, err := p.lines.read()
		if err != nil || line == "." {
			return list, err
		}
		list = append(list, strings.TrimPrefix(line, "."))
	}
}

// judgeNames looks whether each message has a name of its own (RFC 1939 section 7), and
// finds the first that has none. list has a number and a name a line.
func (p *probe) judgeNames(l *look, list []string) {
	seen := map[string]bool{}
	for _, line := range list {
		_, name, _ := strings.Cut(strings.TrimLeft(line, " "), " ")
		name = strings.TrimSpace(name)
		strange := strings.ContainsFunc(name, func(r rune) bool { return r < 0x21 || r > 0x7e })
		switch shown := p.lines.shown(line); {
		case name == "" || len(name) > 70 || strange:
			l.find(checks.POP3UIDLBroken, mailcheck.Evidencef("UIDL has %q", shown))
			return
		case seen[name]:
			l.find(checks.POP3UIDLBroken, mailcheck.Evidencef("UIDL has the name in %q twice", shown))
			return
		}
		seen[name] = true
	}
}

// judgeLeaving says whether mail can be left on the server, and for how long. named says
// that messages have names.
func (l *look) judgeLeaving(named bool, caps []string) {
	c := l.Collecting
	days, expires := expiry(caps)
	switch {
	case !named:
		c.Leave = mailcheck.LeaveNot
		l.find(checks.POP3NotLeft, mailcheck.Textf("UIDL is refused, without which no program knows which mail it has already"))
	case expires && days == 0:
		c.Leave = mailcheck.LeaveNot
		l.find(checks.POP3NotLeft, mailcheck.Textf("the server announces EXPIRE 0: it may delete mail as soon as it is collected"))
	case expires:
		c.Leave, c.Days = mailcheck.LeaveForDays, days
		l.find(checks.POP3LeftForDays, mailcheck.Textf("the server announces EXPIRE %d: mail stays for %s", days, mailcheck.Count{N: days, Noun: "day"}))
	default:
		c.Leave = mailcheck.LeaveAlways
	}
}

// parameter returns what stands behind the name of a capability.
func parameter(caps []string, name string) (string, bool) {
	for _, c := range caps {
		if first, rest, _ := strings.Cut(c, " "); strings.EqualFold(first, name) {
			return rest, true
		}
	}
	return "", false
}

// expiry reads EXPIRE (RFC 2449 section 6.7): NEVER, or days. A server that does not say
// it keeps mail.
func expiry(caps []string) (days int, expires bool) {
	text, _ := parameter(caps, "EXPIRE")
	first, _, _ := strings.Cut(text, " ")
	days, err := strconv.Atoi(first)
	return days, err == nil && days >= 0
}

// delayOf reads LOGIN-DELAY (RFC 2449 section 6.6), in seconds.
func delayOf(caps []string) time.Duration {
	text, _ := parameter(caps, "LOGIN-DELAY")
	first, _, _ := strings.Cut(text, " ")
	seconds, err := strconv.Atoi(first)
	if err != nil || seconds < 0 || seconds > 24*60*60 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
