package probes

import (
	"context"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// imap goes through an IMAP conversation (RFC 9051) up to the capabilities:
// greeting, CAPABILITY, STARTTLS where it applies, CAPABILITY again.
func imap(ctx context.Context, p *probe) {
	var greeted []string // capabilities that came with the greeting
	if !p.greet(ctx, func() (string, error) {
		greeting, err := p.imapGreeting()
		greeted = codeCapabilities(greeting)
		return greeting, err
	}) {
		return
	}
	if p.result.Security == mailcheck.StartTLS {
		if !p.imapStartTLS(ctx, greeted) {
			return
		}
		greeted = nil // RFC 9051 section 6.2.1: what was said before TLS is forgotten
	}
	caps := greeted
	if caps == nil {
		var err error
		if caps, err = roundTrip(ctx, p, mailcheck.OpCapability, []string{"c1 CAPABILITY"}, func() ([]string, error) {
			return p.imapCapabilities("c1")
		}); err != nil {
			return
		}
	}
	passwordOK := !mailcheck.Has(caps, "LOGINDISABLED") // the LOGIN command needs no capability
	p.offer(caps, imapMechanisms(caps), passwordOK)
	p.enter(ctx)
	p.farewell("c9 LOGOUT")
}

// imapGreeting reads "* OK text". RFC 9051 section 7.1 knows two others:
// PREAUTH, which on an unprotected connection would keep STARTTLS from being
// used, and BYE.
func (p *probe) imapGreeting() (string, error) {
	line, err := p.lines.read()
	if err != nil {
		return "", err
	}
	word, _, _ := strings.Cut(strings.TrimPrefix(line, "* "), " ")
	switch {
	case !strings.HasPrefix(line, "* "):
		return line, notThisProtocol(mailcheck.IMAP, line)
	case strings.EqualFold(word, "OK"):
		return line, nil
	case strings.EqualFold(word, "BYE"):
		return line, trace.ClassifyTurnedAway(line, checks.GreetBye).Errorf("%s", line)
	case strings.EqualFold(word, "PREAUTH"):
		return line, checks.GreetPreauth.Errorf("%s", line)
	}
	return line, checks.GreetMalformed.Errorf("%s", line)
}

// imapStartTLS asks for the capabilities and for TLS in one packet, and takes
// the connection into TLS.
func (p *probe) imapStartTLS(ctx context.Context, greeted []string) bool {
	var consent string
	caps, err := roundTrip(ctx, p, mailcheck.OpStartTLS, []string{"b1 CAPABILITY", "b2 STARTTLS"}, func() ([]string, error) {
		caps, err := p.imapCapabilities("b1")
		if err != nil {
			return nil, err
		}
		p.lines.begin()
		_, consent, err = p.imapReply("b2")
		return caps, err
	})
	if caps == nil {
		caps = greeted
	}
	p.result.Capabilities.BeforeTLS, p.result.Mechanisms.BeforeTLS = caps, imapMechanisms(caps)
	if err != nil {
		return false
	}
	return p.upgrade(ctx, mailcheck.Has(caps, "STARTTLS"), status(consent) == "OK", consent)
}

// imapCapabilities reads the reply to a CAPABILITY command.
func (p *probe) imapCapabilities(tag string) ([]string, error) {
	untagged, final, err := p.imapReply(tag)
	if err != nil {
		return nil, err
	}
	if status(final) != "OK" {
		return nil, checks.ReplyRejected.Errorf("CAPABILITY was answered %q", final)
	}
	for _, line := range untagged {
		if rest, ok := cutPrefixFold(line, "* CAPABILITY "); ok {
			return words(rest), nil
		}
	}
	return nil, checks.ReplyMalformed.Errorf("CAPABILITY was answered %q without a list", final)
}

// imapReply reads lines up to the tagged one, and returns both.
func (p *probe) imapReply(tag string) (untagged []string, final string, err error) {
	for {
		line, err := p.lines.read()
		if err != nil {
			return untagged, "", err
		}
		switch {
		case strings.HasPrefix(line, tag+" "):
			if s := status(line); s != "OK" && s != "NO" && s != "BAD" {
				return untagged, "", checks.ReplyMalformed.Errorf("%q is neither OK, NO nor BAD", line)
			}
			return untagged, line, nil
		case strings.HasPrefix(strings.ToUpper(line), "* BYE"):
			return untagged, "", checks.ReplyClosed.Errorf("%s", line)
		case strings.HasPrefix(line, "* "), strings.HasPrefix(line, "+ "):
			untagged = append(untagged, line)
		default:
			return untagged, "", checks.ReplyMalformed.Errorf("%q is neither tagged %s nor untagged", line, tag)
		}
	}
}

// status returns the second word of a tagged line, in upper case.
func status(line string) string {
	_, rest, _ := strings.Cut(line, " ")
	word, _, _ := strings.Cut(rest, " ")
	return strings.ToUpper(word)
}

// codeCapabilities returns the list in a response code, "[CAPABILITY IMAP4rev1 ...]".
func codeCapabilities(line string) []string {
	i := strings.Index(strings.ToUpper(line), "[CAPABILITY ")
	if i < 0 {
		return nil
	}
	list, _, ok := strings.Cut(line[i+len("[CAPABILITY "):], "]")
	if !ok {
		return nil
	}
	return words(list)
}

func imapMechanisms(caps []string) []string {
	var mechanisms []string
	for _, c := range caps {
		if m, ok := cutPrefixFold(c, "AUTH="); ok {
			mechanisms = append(mechanisms, strings.ToUpper(m))
		}
	}
	return mechanisms
}
