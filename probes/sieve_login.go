package probes

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/sasl"
	"mailcheck/internal/trace"
)

// sieveSpoken reports whether a mechanism is used with ManageSieve: those that say all in
// one message, which every server for filter scripts has inside TLS.
func sieveSpoken(m sasl.Mechanism) bool {
	return m.Name == "PLAIN" || m.Name == "OAUTHBEARER" || m.Name == "XOAUTH2"
}

// maxSieveQuoted is the longest string that goes in quotes (RFC 5804 section 4).
const maxSieveQuoted = 1024

// sieveLogin goes through AUTHENTICATE (RFC 5804 section 2.1).
func (p *probe) sieveLogin(e *entry) (loginReply, error) {
	x, err := e.mechanism.Start(e.Login)
	if err != nil {
		return loginReply{}, err
	}
	p.hide(e, x, x.Initial)
	message, line := encode(x.Initial), `AUTHENTICATE "`+e.mechanism.Name+`" `
	if len(message) <= maxSieveQuoted {
		err = p.say(line + `"` + message + `"`)
	} else if err = p.say(line + "{" + strconv.Itoa(len(message)) + "+}"); err == nil {
		p.lines.secrets.asked = true // what follows is hidden
		err = p.say(message)
	}
	if err != nil {
		return loginReply{}, err
	}
	first, err := p.lines.read()
	if err != nil {
		return loginReply{}, err
	}
	if strings.HasPrefix(first, `"`) || strings.HasPrefix(first, "{") {
		return p.sieveReason(x, first)
	}
	return p.sieveVerdict(p.sieveReplyFrom(first))
}

// sieveReason takes what a server tells before it refuses a token (RFC 7628 section 3.2.3).
func (p *probe) sieveReason(x *sasl.Exchange, line string) (loginReply, error) {
	words, err := p.sieveLine(line)
	if err != nil {
		return loginReply{}, err
	}
	challenge, err := base64.StdEncoding.DecodeString(words[0].text)
	if err != nil {
		return loginReply{}, checks.LoginFailed.Errorf("the server's challenge is not base64")
	}
	answer, err := x.Answer(challenge)
	if err != nil {
		p.over = true
		return loginReply{}, checks.LoginFailed.Errorf("%s", p.lines.secrets.concealError(err))
	}
	if err := p.say(`"` + encode(answer) + `"`); err != nil {
		return loginReply{}, err
	}
	reply, err := p.sieveVerdict(p.sieveReply())
	return p.endSASL(x, reply, err)
}

func (p *probe) sieveVerdict(r sieveReply, err error) (loginReply, error) {
	return loginReply{ok: r.status == "OK", text: r.String(), last: r.status == "BYE"}, err
}

// listScripts asks which filter scripts there are, and which of them is active (RFC 5804
// section 2.7).
func (p *probe) listScripts(ctx context.Context) {
	said := mailcheck.Text{}
	_, err := trace.Do(ctx, p.trace, mailcheck.OpMailbox, p.result.Endpoint(), func(ctx context.Context) (struct{}, error) {
		p.await(ctx, replyTimeout)
		if err := p.command("LISTSCRIPTS"); err != nil {
			return struct{}{}, err
		}
		var err error
		said, err = p.readScripts()
		return struct{}{}, p.lines.shownError(err)
	})
	if err == nil {
		p.trace.Say("%s", said)
	}
}

// readScripts reads the reply to LISTSCRIPTS.
func (p *probe) readScripts() (mailcheck.Text, error) {
	count, active := 0, ""
	for {
		line, err := p.lines.read()
		if err != nil {
			return mailcheck.Text{}, err
		}
		words, err := p.sieveLine(line)
		scripts := mailcheck.Count{N: count, Noun: "filter script"}
		switch {
		case err != nil:
			return mailcheck.Text{}, err
		case words[0].quoted:
			count++
			if len(words) > 1 && !words[1].quoted && strings.EqualFold(words[1].text, "ACTIVE") {
				active = words[0].text
			}
		case !strings.EqualFold(words[0].text, "OK"):
			return mailcheck.Textf("the filter scripts are not told: %s", p.lines.shown(joinWords(words))), nil
		case active == "":
			return mailcheck.Textf("%s, none of them active", scripts), nil
		default:
			return mailcheck.Textf("%s, of which %s is active", scripts, p.lines.shown(active)), nil
		}
	}
}
