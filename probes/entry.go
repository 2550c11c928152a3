package probes

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/sasl"
	"mailcheck/internal/trace"
)

// entry is one login over a connection of its own.
type entry struct {
	sasl.Login
	mechanism sasl.Mechanism
	echoes    []echoes // of what is secret in it
	sender    string   // the user's own address; empty where it is not known

	reached  bool // the server was asked
	told     bool // and told something
	sent     bool // what is secret
	check    *checks.Check
	doubtful bool             // the refusal may be about the credentials, too
	reply    string           // the server's last words, without secrets
	caps     []string         // that came with its consent
	seen     []mailcheck.Step // the look at the mailbox
}

// ok reports whether the server let the user in.
func (e *entry) ok() bool { return e.reached && e.check == nil }

// rejected reports whether user name or password were refused, or may have been: what
// nobody knows the meaning of is taken for that where the account could be locked.
func (e *entry) rejected() bool {
	return e.check == checks.LoginRejected || e.check == checks.LoginUnknown
}

// loginReply is one reply within a login. The challenge may hold what is secret and
// is only for the exchange itself; text may be shown.
type loginReply struct {
	more      bool // the server asks on
	challenge string
	ok        bool
	text      string
	alert     string // of IMAP, beside the consent
}

// enter logs in, if this connection is for that. What the settings were found for
// was settled before, and vouches for the server; here this very connection is judged:
// nothing secret goes where TLS did not verify the server, or by a way it does not offer there.
func (p *probe) enter(ctx context.Context) {
	e := p.entry
	if e == nil || p.result.Vouch == mailcheck.NotVouched || p.result.TLS == nil || !p.result.TLS.Verified || mailcheck.VerdictOf(p.trace.Findings()) == mailcheck.Fail {
		return
	}
	if !slices.ContainsFunc(fitting(p.result, e.mechanism.Token), func(m sasl.Mechanism) bool { return m.Name == e.mechanism.Name }) {
		return
	}
	e.reached = true
	_, err := trace.Do(ctx, p.trace, mailcheck.OpAuth, p.result.Endpoint(), func(ctx context.Context) (struct{}, error) {
		p.await(ctx, loginTimeout)
		p.lines.begin()
		var reply loginReply
		var err error
		if e.mechanism.Name == sasl.Command {
			reply, err = p.commandLogin(e)
		} else {
			reply, err = p.saslLogin(e)
		}
		e.reply = reply.text
		switch {
		case err == nil && reply.more:
			err = checks.LoginFailed.Errorf("%v", sasl.ErrUnexpected)
		case err == nil && reply.ok && !e.sent:
			err = checks.LoginFailed.Errorf("the server consents before it has been told all: %q", reply.text)
		case err == nil && !reply.ok:
			e.check = trace.ClassifyLogin(reply.text, e.mechanism.Token)
			e.doubtful = e.check == checks.LoginProtocolOff && trace.NamesCredentials(reply.text)
			if e.check.RejectsCredentials() && !e.told && e.mechanism.Name != sasl.Command {
				e.check = checks.LoginMechanism // nobody can judge what was not sent
			}
			err = e.check.Errorf("%s", reply.text)
		}
		if err == nil && trace.ClassifyLogin(reply.alert, e.mechanism.Token) == checks.LoginProtocolOff {
			// The account is open, and the mailbox is not (RFC 9051 section 7.1: an ALERT must be shown).
			e.check = checks.LoginProtocolOff
			err = e.check.Errorf("%s", reply.text)
		}
		e.caps = codeCapabilities(reply.text)
		return struct{}{}, err
	})
	if err != nil && e.check == nil {
		e.check = checks.LoginFailed
		if c, _ := trace.Classify(mailcheck.OpAuth, err); c == checks.LoginServerSignature || c == checks.RunTimeout {
			e.check = c
		}
	}
	if e.ok() {
		login := len(p.trace.Steps)
		p.look(ctx, e)
		e.seen, p.trace.Steps = p.trace.Steps[login:], p.trace.Steps[:login:login]
	}
}

// saslLogin goes through a SASL exchange (RFC 9051 section 6.2.2, RFC 5034, RFC
// 4954). The initial response goes with the command where the protocol lets it.
func (p *probe) saslLogin(e *entry) (loginReply, error) {
	x, err := e.mechanism.Start(e.Login)
	if err != nil {
		return loginReply{}, err
	}
	initial, given := x.Initial, false
	line := "AUTH " + e.mechanism.Name
	if p.result.Protocol == mailcheck.IMAP {
		line = "l1 AUTHENTICATE " + e.mechanism.Name
	}
	if p.initialAllowed(initial) {
		p.hide(e, x, initial)
		line, given = line+" "+encode(initial), true
	}
	if err := p.lines.send(line); err != nil {
		return loginReply{}, err
	}
	for range sasl.MaxSteps {
		reply, err := p.loginReply()
		if err != nil || !reply.more {
			return p.endSASL(x, reply, err)
		}
		answer := initial
		if initial == nil || given {
			challenge, err := base64.StdEncoding.DecodeString(reply.challenge)
			if err != nil {
				return loginReply{}, checks.LoginFailed.Errorf("the server's challenge is not base64")
			}
			if answer, err = x.Answer(challenge); err != nil {
				return p.cancel(err)
			}
		}
		given = true
		p.hide(e, x, answer)
		if err := p.lines.send(encode(answer)); err != nil {
			return loginReply{}, err
		}
	}
	return loginReply{}, checks.LoginFailed.Errorf("the server asks on and on; %d steps are enough", sasl.MaxSteps)
}

// hide has a message that is about to be sent concealed, wherever it or what was
// computed for it comes back: a short password is not found inside it.
func (p *probe) hide(e *entry, x *sasl.Exchange, message []byte) {
	e.told = true
	e.sent = e.sent || x.Computed != "" || bytes.Contains(message, []byte(e.Secret))
	whole := echoes{}
	if coded := encode(message); coded != "" {
		whole.add(coded, len(coded))
	}
	p.lines.secrets.echoes = append(p.lines.secrets.echoes, whole)
	if x.Computed != "" {
		p.lines.secrets.echoes = append(p.lines.secrets.echoes, echoesOf(x.Computed))
	}
}

// end judges the last reply of an exchange. The reason that the mechanism was told
// for a refusal says more than what the protocol has.
func (p *probe) endSASL(x *sasl.Exchange, reply loginReply, err error) (loginReply, error) {
	switch {
	case err != nil:
	case reply.ok && x.Proven != nil:
		err = x.Proven()
	case !reply.ok && x.Said != "":
		reply.text += " (" + p.lines.secrets.conceal(x.Said) + ")"
	}
	return reply, err
}

// cancel breaks an exchange off (RFC 4954 section 4, RFC 9051 section 6.2.2), so that
// the server does not wait.
func (p *probe) cancel(why error) (loginReply, error) {
	_ = p.lines.send("*")
	if _, ok := errors.AsType[*checks.Error](why); !ok {
		why = checks.LoginFailed.Errorf("%s", p.lines.secrets.conceal(why.Error())) // which may repeat the challenge
	}
	return loginReply{}, why
}

// initialAllowed reports whether the initial response may go with the command: in
// IMAP if SASL-IR is offered (RFC 4959), in POP3 and SMTP as long as the line is
// short (RFC 5034 section 4, RFC 4954 section 4).
func (p *probe) initialAllowed(initial []byte) bool {
	switch {
	case initial == nil:
		return false
	case p.result.Protocol == mailcheck.IMAP:
		return mailcheck.Has(p.result.Capabilities.AfterTLS, "SASL-IR")
	case p.result.Protocol == mailcheck.POP3:
		return len(encode(initial)) < 200 // a command has at most 255 octets
	}
	return len(encode(initial)) < 480 // a command line has at most 512 octets
}

// encode writes a response as the protocols carry it. Only an initial response
// that is empty would be "=", and no mechanism here has one.
func encode(response []byte) string { return base64.StdEncoding.EncodeToString(response) }

// commandLogin uses the protocol's own command: LOGIN in IMAP (RFC 9051 section
// 6.2.3), USER and PASS in POP3 (RFC 1939 section 7).
func (p *probe) commandLogin(e *entry) (loginReply, error) {
	if p.result.Protocol == mailcheck.POP3 {
		return p.pop3User(e)
	}
	return p.imapLogin(e)
}

func (p *probe) pop3User(e *entry) (loginReply, error) {
	if err := p.lines.send("USER " + e.User); err != nil {
		return loginReply{}, err
	}
	reply, err := p.loginReply()
	if err != nil || !reply.ok {
		return reply, err
	}
	p.lines.begin()
	e.sent = true
	if err := p.lines.send("PASS " + e.Secret); err != nil {
		return loginReply{}, err
	}
	return p.loginReply()
}

// imapLogin sends both words as literals where quoting cannot carry them: a quoted
// string is ASCII.
func (p *probe) imapLogin(e *entry) (loginReply, error) {
	line := "l1 LOGIN"
	for _, word := range []string{e.User, e.Secret} {
		if quotable(word) {
			line += ` "` + escaped(word) + `"`
			continue
		}
		if err := p.lines.send(line + " {" + strconv.Itoa(len(word)) + "}"); err != nil {
			return loginReply{}, err
		}
		if reply, err := p.loginReply(); err != nil || !reply.more {
			return reply, err
		}
		p.lines.begin()
		line = word
	}
	e.sent = true
	if err := p.lines.send(line); err != nil {
		return loginReply{}, err
	}
	return p.loginReply()
}

// escaped is a text as it stands in a quoted string.
func escaped(text string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) }

// quotable reports whether a quoted string of IMAP carries the text (RFC 9051
// section 9: ASCII without line ends).
func quotable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 || r < 0x20 || r == 0x7f })
}

// loginReply reads one reply within a login.
func (p *probe) loginReply() (loginReply, error) {
	p.lines.begin()
	switch p.result.Protocol {
	case mailcheck.IMAP:
		return p.imapLoginReply()
	case mailcheck.POP3:
		return p.pop3LoginReply()
	}
	return p.smtpLoginReply()
}

// continuation returns the challenge of a line by which IMAP and POP3 ask for more
// (RFC 9051 section 7.6, RFC 5034 section 4).
func continuation(line string) (challenge string, ok bool) {
	rest, ok := strings.CutPrefix(line, "+")
	return strings.TrimPrefix(rest, " "), ok && (rest == "" || rest[0] == ' ')
}

// imapLoginReply reads up to the tagged line. Untagged lines before it may say more
// than it does, as Gmail's "* NO [WEBALERT ...]" or a BYE that follows at once.
func (p *probe) imapLoginReply() (loginReply, error) {
	var before, alerts []string
	for {
		line, err := p.lines.read()
		if err != nil {
			if len(before) > 0 {
				return loginReply{text: strings.Join(before, " / ")}, nil // it said why, and hung up
			}
			return loginReply{}, err
		}
		if challenge, more := continuation(line); more {
			return loginReply{more: true, challenge: challenge}, nil
		}
		shown := p.lines.secrets.conceal(line)
		upper := strings.ToUpper(line)
		switch {
		case strings.HasPrefix(line, "l1 "):
			word := status(line)
			if word != "OK" && word != "NO" && word != "BAD" {
				return loginReply{}, checks.LoginFailed.Errorf("%q is neither OK, NO nor BAD", shown)
			}
			text := strings.TrimPrefix(shown, "l1 ")
			if word != "OK" {
				return loginReply{text: strings.Join(append(before, text), " / ")}, nil
			}
			if isAlert(line) {
				alerts = append(alerts, text)
			}
			return loginReply{ok: true, text: text, alert: strings.Join(alerts, " / ")}, nil
		case isAlert(line) && strings.HasPrefix(line, "* OK"):
			alerts = append(alerts, strings.TrimPrefix(shown, "* "))
		case strings.HasPrefix(upper, "* NO"), strings.HasPrefix(upper, "* BAD"), strings.HasPrefix(upper, "* BYE"):
			before = append(before, strings.TrimPrefix(shown, "* "))
		case !strings.HasPrefix(line, "* "):
			return loginReply{}, checks.LoginFailed.Errorf("%q is neither tagged nor untagged", shown)
		}
	}
}

func isAlert(line string) bool { return strings.Contains(strings.ToUpper(line), "[ALERT]") }

func (p *probe) pop3LoginReply() (loginReply, error) {
	line, err := p.lines.read()
	if err != nil {
		return loginReply{}, err
	}
	if challenge, more := continuation(line); more {
		return loginReply{more: true, challenge: challenge}, nil
	}
	shown := p.lines.secrets.conceal(line)
	switch {
	case pop3OK(line), strings.HasPrefix(line, "-ERR"):
		return loginReply{ok: pop3OK(line), text: shown}, nil
	}
	return loginReply{}, checks.LoginFailed.Errorf("%q begins with neither +OK nor -ERR", shown)
}

func (p *probe) smtpLoginReply() (loginReply, error) {
	var texts []string
	first := 0
	for {
		line, err := p.lines.read()
		if err != nil {
			return loginReply{}, err
		}
		shown := p.lines.secrets.conceal(line)
		code, text, last, ok := parseSMTPLine(line)
		first = cmp.Or(first, code)
		if !ok || code != first {
			return loginReply{}, checks.LoginFailed.Errorf("%q is not a reply line", shown)
		}
		texts = append(texts, p.lines.secrets.conceal(text))
		switch {
		case !last:
		case code == 334:
			return loginReply{more: true, challenge: strings.TrimSpace(text)}, nil
		default:
			return loginReply{ok: code == 235, text: strconv.Itoa(code) + " " + strings.Join(texts, " / ")}, nil
		}
	}
}
