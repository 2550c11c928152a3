package probes

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/letter"
)

// collector looks for the message by POP3. A session sees what was there when it began (RFC
// 1939 section 4), so each look is a session.
type collector struct {
	*journey
	server insider
	seen   bool  // the message
	gone   bool  // it was removed by POP3
	blind  error // why nothing can be seen
}

// collect looks for the message until it is there, or the time is over. Where IMAP looks,
// too, that goes first, and removes the message; else it is removed here.
func (c *collector) collect(ctx context.Context) said {
	alone := c.reader == nil
	end := c.end
	if !alone {
		select {
		case <-c.arrived:
		case <-ctx.Done():
			<-c.arrived
		}
		if !c.reader.inInbox() {
			end = time.Now() // one look: POP3 shows the inbox alone
		}
		alone = c.reader.fault != nil
	}
	var all said
	pause := time.Second
	if alone {
		pause = firstPause
	}
	for first := true; ; first = false {
		told, err := c.enter(c.clean, c.server, func(_ context.Context, p *probe, e *entry) error {
			return p.step(c.clean, mailcheck.OpWait, func() error { return c.look(p, alone) })
		})
		all.join(told)
		if err != nil && (alone || !first) {
			c.blind = err
			return all
		}
		if c.seen || err != nil || time.Until(end) <= 0 {
			return all
		}
		if !c.rest(ctx, min(pause, time.Until(end))) { // it may be about to arrive
			ctx, end = c.clean, time.Now().Add(afterInterrupt)
			c.rest(ctx, afterInterrupt)
		}
		pause = max(maildropPause, loginDelay(c.server.ServerResult))
	}
}

// rest waits, and reports whether all of the time has passed.
func (c *collector) rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// loginDelay is how long a user has to stay away (RFC 2449 section 6.5).
func loginDelay(s *mailcheck.ServerResult) time.Duration {
	for _, capability := range s.Capabilities.AfterTLS {
		if rest, ok := cutPrefixFold(capability, "LOGIN-DELAY "); ok {
			word, _, _ := strings.Cut(rest, " ")
			if n, err := strconv.Atoi(word); err == nil && n > 0 {
				return time.Duration(min(n, 3600)) * time.Second
			}
		}
	}
	return 0
}

// newest is how many of the last messages of a maildrop are looked at.
const newest = 20

// look looks at the headers of the newest messages.
func (c *collector) look(p *probe, removes bool) error {
	count, err := c.stat(p)
	if err != nil {
		return err
	}
	for n := count; n > 0 && n > count-newest; n-- {
		header, ok, err := p.top(c.clean, n)
		if err != nil {
			return err
		}
		if !ok || !letter.Marked(header, c.Token) {
			continue
		}
		if !c.seen {
			c.seen = true
			c.Arrivals = append(c.Arrivals, mailcheck.Arrival{Server: c.server.URL(), Use: mailcheck.UseInbox, After: time.Since(c.start)})
		}
		if removes {
			c.learn(p, header)
			c.Removals = append(c.Removals, c.dele(p, n))
			c.gone = true
		}
	}
	if !c.gone {
		return nil
	}
	return c.update(p)
}

func (c *collector) stat(p *probe) (int, error) {
	line, err := p.ask(c.clean, "STAT")
	if err != nil || !pop3OK(line) {
		return 0, err
	}
	words := strings.Fields(line)
	if len(words) < 2 {
		return 0, checks.ReplyMalformed.Errorf("STAT was answered %q", p.lines.shown(line))
	}
	count, err := strconv.Atoi(words[1])
	if err != nil || count < 0 {
		return 0, checks.ReplyMalformed.Errorf("STAT was answered %q", p.lines.shown(line))
	}
	return count, nil
}

// dele marks the message in the session in which it was seen: numbers are those of one
// session alone.
func (c *collector) dele(p *probe, n int) mailcheck.Removal {
	r := mailcheck.Removal{Server: c.server.URL()}
	line, err := p.ask(c.clean, fmt.Sprintf("DELE %d", n))
	switch {
	case err != nil:
		r.Why = mailcheck.Evidencef("%s", p.lines.shownError(err))
	case !pop3OK(line):
		r.Why = mailcheck.Evidencef("the server refuses it: %s", p.lines.shown(line))
	default:
		r.Done = true
	}
	return r
}

// update ends the session, which is what removes the messages that were marked (RFC 1939
// section 6).
func (c *collector) update(p *probe) error {
	line, err := p.ask(c.clean, "QUIT")
	p.over = true
	if err == nil && pop3OK(line) {
		return nil
	}
	last := &c.Removals[len(c.Removals)-1]
	if last.Done = false; last.Why.Empty() {
		last.Why = mailcheck.Textf("the server did not confirm it")
	}
	return err
}

// ask sends a command of POP3 and reads the first line of the reply.
func (p *probe) ask(ctx context.Context, command string) (string, error) {
	p.await(ctx, replyTimeout)
	if err := p.command(command); err != nil {
		return "", err
	}
	return p.pop3Reply()
}

// top returns the header of a message (RFC 1939 section 7, TOP); ok is false if the server
// refuses it. Nothing is marked as read by that.
func (p *probe) top(ctx context.Context, n int) (header string, ok bool, err error) {
	line, err := p.ask(ctx, fmt.Sprintf("TOP %d 0", n))
	if err != nil || !pop3OK(line) {
		return "", false, err
	}
	var b strings.Builder
	for {
		line, err := p.lines.read()
		switch {
		case err != nil:
			return "", false, err
		case line == ".":
			return b.String(), true, nil
		}
		b.WriteString(strings.TrimPrefix(line, ".") + "\r\n")
	}
}
