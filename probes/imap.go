package probes

import (
	"context"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/mailbox"
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
		tag, err := p.lines.tag("c1"), error(nil)
		if caps, err = roundTrip(ctx, p, mailcheck.OpCapability, []string{tag + " CAPABILITY"}, func() ([]string, error) {
			return p.imapCapabilities(tag)
		}); err != nil {
			return
		}
	}
	passwordOK := !mailcheck.Has(caps, "LOGINDISABLED") // the LOGIN command needs no capability
	p.offer(caps, imapMechanisms(caps), passwordOK)
	p.enter(ctx)
	var last []string
	if who := p.imapID(); who != "" && p.then == nil && mailcheck.Has(caps, "ID") {
		last = append(last, p.lines.tag("c8")+" "+who)
	}
	p.farewell(append(last, p.lines.tag("c9")+" LOGOUT")...)
}

// imapID is the command by which whoever wants to be known says who asks (RFC 2971); empty for
// others. It goes with the farewell: what the server makes of it changes nothing.
func (p *probe) imapID() string {
	url := p.net.Contact()
	switch {
	case url == "":
		return ""
	case !strings.HasPrefix(strings.ToLower(url), "https://"):
		url = "mailto:" + url
	}
	return `ID ("name" "mailcheck" "support-url" "` + url + `")` // a contact has no character that would have to be quoted
}

// imapGreeting reads "* OK text". RFC 9051 section 7.1 knows two others:
// PREAUTH, which on an unprotected connection would keep STARTTLS from being
// used, and BYE.
func (p *probe) imapGreeting() (string, error) {
	line, err := p.imapFirstLine()
	if err != nil {
		return "", err
	}
	word, _, _ := strings.Cut(strings.TrimPrefix(line, "* "), " ")
	switch {
	case !strings.HasPrefix(line, "* "):
		return line, notThisProtocol(mailcheck.IMAP, line)
	case strings.EqualFold(word, "OK"):
		p.passOver()
		return line, nil
	case strings.EqualFold(word, "BYE"):
		return line, trace.ClassifyTurnedAway(line, checks.GreetBye).Errorf("%s", line)
	case strings.EqualFold(word, "PREAUTH"):
		return line, checks.GreetPreauth.Errorf("%s", line)
	}
	return line, checks.GreetMalformed.Errorf("%s", line)
}

// maxWaiting is how many lines may come before the greeting that only say that it will come.
const maxWaiting = 5

// imapFirstLine reads the greeting, and what a Dovecot says before it whose service for
// logins is not ready.
func (p *probe) imapFirstLine() (string, error) {
	line, err := p.lines.read()
	waiting := ""
	for range maxWaiting {
		if err != nil || !trace.Waits(line) {
			break
		}
		waiting = line
		line, err = p.lines.read()
	}
	if err != nil && waiting != "" {
		return waiting, checks.LoginUnavailable.Errorf("%q, and no greeting after it", waiting)
	}
	return line, err
}

// imapStartTLS asks for the capabilities and for TLS in one packet, and takes
// the connection into TLS.
func (p *probe) imapStartTLS(ctx context.Context, greeted []string) bool {
	var consent imapReply
	list, start := p.lines.tag("b1"), p.lines.tag("b2")
	caps, err := roundTrip(ctx, p, mailcheck.OpStartTLS, []string{list + " CAPABILITY", start + " STARTTLS"}, func() ([]string, error) {
		caps, err := p.imapCapabilities(list)
		if err != nil {
			return nil, err
		}
		p.lines.begin()
		consent, err = p.imapReply(start)
		return caps, p.besides(consent, err)
	})
	if caps == nil {
		caps = greeted
	}
	p.result.Capabilities.BeforeTLS, p.result.Mechanisms.BeforeTLS = caps, imapMechanisms(caps)
	if err != nil {
		return false
	}
	return p.upgrade(ctx, mailcheck.Has(caps, "STARTTLS"), consent.status == "OK", consent.inFull())
}

// imapCapabilities reads the reply to a CAPABILITY command.
func (p *probe) imapCapabilities(tag string) ([]string, error) {
	a, err := p.imapReply(tag)
	if err != nil {
		return nil, p.besides(a, err)
	}
	if a.status != "OK" {
		return nil, trace.ClassifyTurnedAway(a.inFull(), checks.ReplyRejected).Errorf("CAPABILITY was answered %q", a.inFull())
	}
	if caps := a.capabilities(); caps != nil {
		p.strayRefusals(a)
		return caps, nil
	}
	return nil, checks.ReplyMalformed.Errorf("CAPABILITY was answered %q without a list", a.text)
}

// imapReply is all that a server says to one command: up to the tagged line, or to the
// one by which it asks for more (RFC 9051 sections 2.2.2 and 7).
type imapReply struct {
	status    string // of the tagged line: OK, NO or BAD; empty if it asks for more
	text      string // the tagged line from there on
	more      bool
	challenge string

	untagged []string
	refusals []string // untagged NO, BAD and BYE, which may say more than the tagged line
	alerts   []string // untagged OK [ALERT], and the tagged one
	bye      bool
}

// refusal returns everything by which the server refused.
func (r imapReply) refusal() string {
	if r.text == "" {
		return strings.Join(r.refusals, " / ")
	}
	return strings.Join(append(r.refusals, r.text), " / ")
}

// capabilities returns the list that came in a line of its own or with the tagged one.
func (r imapReply) capabilities() []string {
	for _, line := range r.untagged {
		if rest, ok := cutPrefixFold(line, "* CAPABILITY "); ok {
			return words(rest)
		}
	}
	return codeCapabilities(r.text)
}

// imapReply reads the reply to the command with a tag. Where the server says goodbye it
// may still answer, but is not waited for long.
func (p *probe) imapReply(tag string) (imapReply, error) {
	var r imapReply
	for {
		line, err := p.lines.read()
		switch {
		case err != nil && r.bye:
			return r, checks.ReplyClosed.Errorf("%s", p.lines.shown(r.refusal()))
		case err != nil:
			return r, err
		}
		if r.challenge, r.more = continuation(line); r.more {
			return r, nil
		}
		switch {
		case strings.HasPrefix(line, tag+" "):
			r.status, r.text = status(line), strings.TrimPrefix(line, tag+" ")
			if r.status == "OK" && isAlert(line) {
				r.alerts = append(r.alerts, r.text)
			}
			if r.status != "OK" && r.status != "NO" && r.status != "BAD" {
				return r, checks.ReplyMalformed.Errorf("%q is neither OK, NO nor BAD", p.lines.shown(line))
			}
			return r, nil
		case !strings.HasPrefix(line, "* ") && p.isStray(line):
		case !strings.HasPrefix(line, "* "):
			return r, checks.ReplyMalformed.Errorf("%q is neither tagged %s nor untagged", p.lines.shown(line), p.lines.shown(tag))
		default:
			// In a string a stranger may have written what as a line would pass for an answer.
			if err := mailbox.ReadOn(conversation{p}, strings.TrimPrefix(line, "* ")); err != nil {
				return r, err
			}
			p.hear(&r, line)
		}
	}
}

// hear notes an untagged line.
func (p *probe) hear(r *imapReply, line string) {
	rest := strings.TrimPrefix(line, "* ")
	switch word := status(line); {
	case word == "BYE":
		r.bye = true
		p.conn.SetReadDeadline(time.Now().Add(farewellTimeout))
		fallthrough
	case word == "NO" || word == "BAD":
		r.refusals = append(r.refusals, rest)
	case word == "OK" && isAlert(line):
		r.alerts = append(r.alerts, rest)
	default:
		r.untagged = append(r.untagged, line)
	}
}

func isAlert(line string) bool { return strings.Contains(strings.ToUpper(line), "[ALERT]") }

func isBye(line string) bool {
	return strings.HasPrefix(line, "* ") && status(strings.TrimRight(line, "\r\n")) == "BYE"
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
