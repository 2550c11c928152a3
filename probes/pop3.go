package probes

import (
	"context"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// pop3 goes through a POP3 conversation (RFC 1939, RFC 2449) up to the
// capabilities: greeting, CAPA, STLS where it applies, CAPA again.
func pop3(ctx context.Context, p *probe) {
	if !p.greet(ctx, p.pop3Greeting) {
		return
	}
	if p.result.Security == mailcheck.StartTLS && !p.pop3StartTLS(ctx) {
		return
	}
	caps, err := roundTrip(ctx, p, mailcheck.OpCapability, []string{"CAPA"}, p.pop3Capabilities)
	if err != nil {
		return
	}
	// A server without CAPA is older than RFC 2449 and knows USER only.
	p.offer(caps, pop3Mechanisms(caps), len(caps) == 0 || mailcheck.Has(caps, "USER"))
	p.enter(ctx)
	p.farewell("QUIT")
}

// pop3Greeting reads "+OK text". "-ERR" turns the client away; RFC 3206 says by
// its code whether for now or for good.
func (p *probe) pop3Greeting() (string, error) {
	line, err := p.lines.read()
	switch {
	case err != nil:
		return "", err
	case pop3OK(line):
		p.passOver()
		return line, nil
	case strings.Contains(line, "[SYS/PERM]"):
		return line, trace.ClassifyTurnedAway(line, checks.Greet554).Errorf("%s", line)
	case strings.HasPrefix(line, "-ERR"):
		return line, trace.ClassifyTurnedAway(line, checks.GreetBye).Errorf("%s", line)
	}
	return line, notThisProtocol(mailcheck.POP3, line)
}

// pop3StartTLS asks for the capabilities and for TLS in one packet, and takes
// the connection into TLS (RFC 2595 section 4).
func (p *probe) pop3StartTLS(ctx context.Context) bool {
	var consent string
	caps, err := roundTrip(ctx, p, mailcheck.OpStartTLS, []string{"CAPA", "STLS"}, func() ([]string, error) {
		first, err := p.pop3Reply()
		caps, err := p.pop3CapabilitiesFrom(first, err)
		if err != nil {
			return nil, err
		}
		p.lines.begin()
		consent, err = p.pop3Reply()
		if err == nil && !pop3OK(first) {
			return p.pop3InStep(first, &consent)
		}
		return caps, err
	})
	p.result.Capabilities.BeforeTLS, p.result.Mechanisms.BeforeTLS = caps, pop3Mechanisms(caps)
	if err != nil {
		return false
	}
	offered := mailcheck.Has(caps, "STLS") || len(caps) == 0 && pop3OK(consent)
	return p.upgrade(ctx, offered, pop3OK(consent), consent)
}

// pop3InStep looks whether the refusal of CAPA was meant for something else, so that
// what was taken for the consent to STLS is the reply to CAPA: more follows then.
func (p *probe) pop3InStep(refusal string, consent *string) (caps []string, err error) {
	s, ok := strayOf(mailcheck.POP3, refusal)
	if !ok || !p.goesOn(strayWait) || pop3OK(*consent) && !strings.Contains("\n"+p.lines.buffered(), "\n.\r\n") {
		return nil, nil
	}
	p.lines.stray(s)
	if caps, err = p.pop3CapabilitiesFrom(*consent, nil); err == nil {
		*consent, err = p.pop3Reply()
	}
	return caps, err
}

// pop3Capabilities reads the reply to CAPA: lines up to a single dot, with
// leading dots doubled. A refusal means no capabilities, not a fault.
func (p *probe) pop3Capabilities() ([]string, error) {
	return p.pop3CapabilitiesFrom(p.pop3FirstReply())
}

// pop3CapabilitiesFrom reads on from the first line.
func (p *probe) pop3CapabilitiesFrom(first string, err error) ([]string, error) {
	if err != nil || !pop3OK(first) {
		return nil, err
	}
	var caps []string
	for {
		line, err := p.lines.read()
		switch {
		case err != nil:
			return caps, err
		case line == ".":
			return caps, nil
		case line == "":
			return caps, checks.ReplyMalformed.Errorf("an empty line stands among the capabilities")
		}
		caps = append(caps, strings.Join(words(strings.TrimPrefix(line, ".")), " "))
	}
}

// pop3FirstReply reads the reply to the first command that was sent alone.
func (p *probe) pop3FirstReply() (string, error) {
	line, err := p.pop3Reply()
	for err == nil && !pop3OK(line) && p.isStray(line) {
		line, err = p.pop3Reply()
	}
	return line, err
}

func (p *probe) pop3Reply() (string, error) {
	line, err := p.lines.read()
	if _, more := continuation(line); err == nil && !more && !pop3OK(line) && !strings.HasPrefix(line, "-ERR") {
		err = checks.ReplyMalformed.Errorf("%q begins with neither +OK nor -ERR", p.lines.shown(line))
	}
	return line, err
}

func pop3OK(line string) bool { return line == "+OK" || strings.HasPrefix(line, "+OK ") }

func pop3Mechanisms(caps []string) []string {
	for _, c := range caps {
		if list, ok := cutPrefixFold(c, "SASL "); ok {
			return strings.Fields(strings.ToUpper(list))
		}
	}
	return nil
}
