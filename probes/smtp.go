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

// ehlo introduces mailcheck by an address literal, as mail clients do: this
// machine's name is nobody's business (RFC 5321 section 4.1.3). Whoever wants to be known
// is introduced by his domain.
func (p *probe) ehlo() string {
	if domain, err := contactDomain(p.net.Contact()); err == nil {
		return "EHLO " + domain
	}
	return "EHLO [127.0.0.1]"
}

// smtp goes through a message submission conversation (RFC 6409) up to the
// extensions: greeting, EHLO, STARTTLS where it applies, EHLO again.
func smtp(ctx context.Context, p *probe) {
	if !p.greet(ctx, p.smtpGreeting) {
		return
	}
	if p.result.Security == mailcheck.StartTLS && !p.smtpStartTLS(ctx) {
		return
	}
	caps, err := roundTrip(ctx, p, mailcheck.OpCapability, []string{p.ehlo()}, p.smtpExtensions)
	if err != nil {
		p.fallBack(ctx)
		return
	}
	mechanisms := smtpMechanisms(caps)
	p.offer(caps, mechanisms, mailcheck.Has(mechanisms, "PLAIN") || mailcheck.Has(mechanisms, "LOGIN"))
	p.enter(ctx)
	p.farewell("QUIT")
}

// smtpReply is one reply of possibly several lines (RFC 5321 section 4.2).
type smtpReply struct {
	code  int
	lines []string // texts behind the code
}

func (r smtpReply) String() string {
	return strconv.Itoa(r.code) + " " + strings.Join(r.lines, " / ")
}

// smtpGreeting reads the 220. RFC 5321 section 3.1 lets a server turn the client
// away with 554, RFC 7504 with 521; a 4xx means not now.
func (p *probe) smtpGreeting() (string, error) {
	first, err := p.lines.read()
	if err != nil {
		return "", err
	}
	if _, _, _, ok := parseSMTPLine(first); !ok {
		return first, notThisProtocol(mailcheck.Submission, first)
	}
	reply, err := p.smtpReplyFrom(first)
	switch {
	case err != nil:
		return first, err
	case reply.code == 220:
		if strings.TrimSpace(reply.lines[0]) == "" {
			p.lines.manners.noName = first
		}
		p.passOver()
		return reply.String(), nil
	case reply.code/100 == 4:
		return reply.String(), trace.ClassifyTurnedAway(reply.String(), checks.GreetBye).Errorf("%s", reply)
	case reply.code/100 == 5:
		return reply.String(), trace.ClassifyTurnedAway(reply.String(), checks.Greet554).Errorf("%s", reply)
	}
	return reply.String(), checks.GreetMalformed.Errorf("%s", reply)
}

// smtpStartTLS reads the extensions, asks for TLS (RFC 3207) and takes the
// connection into it.
func (p *probe) smtpStartTLS(ctx context.Context) bool {
	caps, err := roundTrip(ctx, p, mailcheck.OpCapability, []string{p.ehlo()}, p.smtpExtensions)
	p.result.Capabilities.BeforeTLS, p.result.Mechanisms.BeforeTLS = caps, smtpMechanisms(caps)
	if err != nil {
		p.fallBack(ctx)
		return false
	}
	if masked := slices.IndexFunc(caps, isMasked); !mailcheck.Has(caps, "STARTTLS") && (masked >= 0 || strings.Contains(p.result.Greeting, "***")) {
		evidence := mailcheck.Evidencef("%s", p.result.Greeting)
		if masked >= 0 {
			evidence = mailcheck.Evidencef("the list of extensions has %s", caps[masked])
		}
		p.trace.FindText(checks.StartTLSMasked, evidence)
		return false
	}
	if !mailcheck.Has(caps, "STARTTLS") {
		consent := p.askAnyway(ctx)
		return p.upgrade(ctx, false, consent.code == 220, consent.String())
	}
	reply, err := roundTrip(ctx, p, mailcheck.OpStartTLS, []string{"STARTTLS"}, p.smtpReply)
	return err == nil && p.upgrade(ctx, true, reply.code == 220, reply.String())
}

// askAnyway asks for STARTTLS although it is not announced, as IMAP and POP3 probes
// do without a round trip: what removes the announcement may let the command pass.
func (p *probe) askAnyway(ctx context.Context) smtpReply {
	p.await(ctx, replyTimeout)
	if p.command("STARTTLS") != nil {
		return smtpReply{}
	}
	reply, _ := p.smtpReply()
	return reply
}

// isMasked recognises an extension that a firewall wrote over with X, as Cisco's
// SMTP inspection does with STARTTLS.
func isMasked(capability string) bool {
	return len(capability) >= 4 && strings.Trim(capability[:len(capability)-1], "X") == "" && strings.HasPrefix(capability, "XXX")
}

// smtpExtensions reads the reply to EHLO and returns its lines but the first.
func (p *probe) smtpExtensions() ([]string, error) {
	reply, err := p.smtpReply()
	for err == nil && reply.code != 250 && p.isStray(reply.String()) {
		reply, err = p.smtpReply()
	}
	if err != nil {
		return nil, err
	}
	if reply.code == 421 { // RFC 5321 section 3.8: to any command, from a server that is about to hang up
		return nil, trace.ClassifyTurnedAway(reply.String(), checks.GreetBye).Errorf("EHLO was answered %q", reply.String())
	}
	if reply.code != 250 {
		return nil, ehloCheck(reply).Errorf("EHLO was answered %q", reply.String())
	}
	if strings.Trim(reply.lines[0], " ") == "" {
		p.lines.manners.noDomain = strconv.Itoa(reply.code) + " " + reply.lines[0]
	}
	var caps []string
	for _, line := range reply.lines[1:] {
		caps = append(caps, strings.Join(words(line), " "))
	}
	return caps, nil
}

// ehloCheck tells apart why EHLO is refused. RFC 5321 section 4.1.1.1: 500 and 502
// do not know it, 501, 504 and 550 dislike the name in it; section 3.8: 421 ends
// the session, and 554 serves nobody.
func ehloCheck(r smtpReply) *checks.Check {
	switch {
	case r.code/100 == 4:
		return trace.ClassifyTurnedAway(r.String(), checks.GreetBye)
	case r.code == 554 || r.code == 521:
		return trace.ClassifyTurnedAway(r.String(), checks.Greet554)
	case r.code == 501 || r.code == 504 || r.code == 550 || r.code == 553:
		return trace.ClassifyTurnedAway(r.String(), checks.ReplyEHLOName)
	}
	return checks.ReplyRejected
}

func (p *probe) smtpReply() (smtpReply, error) {
	line, err := p.lines.read()
	if err != nil {
		return smtpReply{}, err
	}
	return p.smtpReplyFrom(line)
}

// smtpReplyFrom reads the rest of a reply whose first line is at hand.
func (p *probe) smtpReplyFrom(line string) (smtpReply, error) {
	var reply smtpReply
	for {
		code, text, last, ok := parseSMTPLine(line)
		switch {
		case !ok:
			return reply, checks.ReplyMalformed.Errorf("%q is not a reply line", p.lines.shown(line))
		case reply.code != 0 && code != reply.code:
			return reply, checks.ReplyMalformed.Errorf("one reply has the codes %d and %d", reply.code, code)
		}
		reply.code = code
		reply.lines = append(reply.lines, text)
		if last {
			return reply, nil
		}
		var err error
		if line, err = p.lines.read(); err != nil {
			return reply, err
		}
	}
}

// parseSMTPLine splits "250-text" or "250 text"; a bare "250" is legal too.
func parseSMTPLine(line string) (code int, text string, last, ok bool) {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' {
		return 0, "", false, false
	}
	code, err := strconv.Atoi(line[:3])
	if err != nil || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, "", false, false
	}
	if len(line) == 3 {
		return code, "", true, true
	}
	return code, line[4:], line[3] == ' ', true
}

// smtpMechanisms returns the mechanisms of all AUTH lines, the obsolete form
// "AUTH=LOGIN" among them.
func smtpMechanisms(caps []string) []string {
	var mechanisms []string
	for _, c := range caps {
		list, ok := cutPrefixFold(c, "AUTH ")
		if !ok {
			list, ok = cutPrefixFold(c, "AUTH=")
		}
		for _, m := range strings.Fields(strings.ToUpper(list)) {
			if ok && !slices.Contains(mechanisms, m) {
				mechanisms = append(mechanisms, m)
			}
		}
	}
	return mechanisms
}
