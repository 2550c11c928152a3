package probes

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/sasl"
	"mailcheck/internal/trace"
)

// entry is one login.
type entry struct {
	sasl.Login
	mechanism sasl.Mechanism
	sender    string // the user's own address; empty where it is not known

	told     bool // the server was told something
	sent     bool // what is secret
	check    *checks.Check
	doubtful bool     // the refusal may be about the credentials, too
	mute     bool     // it is Exchange's, which may be about anything
	reply    string   // the server's last words, as they may be shown
	caps     []string // that came with its consent, as they came
}

// ok reports whether the server let the user in.
func (e *entry) ok() bool { return e.check == nil }

// rejected reports whether user name or password were refused, or may have been: what
// nobody knows the meaning of is taken for that where the account could be locked.
func (e *entry) rejected() bool {
	return e.check == checks.LoginRejected || e.check == checks.LoginUnknown || e.check == checks.LoginCertificateRejected
}

// meaning names the check that a refusal is an occurrence of.
func (e *entry) meaning(reply string) *checks.Check {
	if c := trace.ClassifyBinding(reply); c != nil && e.mechanism.Binding != sasl.NotBound {
		return c
	}
	check := trace.ClassifyLogin(reply, refusals[e.mechanism.Takes])
	unseen := !e.told && e.mechanism.Name != sasl.Command || e.mechanism.Binding.Ties() && !e.sent
	if check.RejectsCredentials() && unseen {
		return checks.LoginMechanism // nobody can judge what was not sent
	}
	return check
}

// refusals are the checks of servers that refuse what was given.
var refusals = map[sasl.Credential]*checks.Check{
	sasl.Password: checks.LoginRejected, sasl.Token: checks.LoginTokenRejected, sasl.Certificate: checks.LoginCertificateRejected,
}

// loginReply is one reply within a login. The challenge may hold what is secret and
// is only for the exchange itself. All is as it came, for a judgement that does not
// depend on the secret.
type loginReply struct {
	more      bool // the server asks on
	challenge string
	ok        bool
	text      string
	alert     string   // of IMAP, beside the consent
	caps      []string // of IMAP, with the consent
	last      bool     // the server ends the conversation
}

// enter is where a client logs in.
func (p *probe) enter(ctx context.Context) {
	if p.then != nil {
		p.then(ctx, p)
	}
}

// takes reports whether a login may be made on this very connection. What the settings
// were found for was settled before, and vouches for the server; but nothing secret goes
// where TLS did not verify the server, or by a way it does not offer there.
func (p *probe) takes(e *entry) bool {
	return p.result.Vouch != mailcheck.NotVouched && p.result.TLS != nil && p.result.TLS.Verified && mailcheck.VerdictOf(p.trace.Findings()) != mailcheck.Fail &&
		slices.ContainsFunc(fitting(p.result, p.opts.Credentials), func(m sasl.Mechanism) bool { return m.Name == e.mechanism.Name })
}

// logIn makes one login and records it as a step.
func (p *probe) logIn(ctx context.Context, e *entry) {
	_, err := trace.Do(ctx, p.trace, mailcheck.OpAuth, p.result.Endpoint(), func(ctx context.Context) (struct{}, error) {
		p.await(ctx, loginTimeout)
		exchange := p.saslLogin
		switch {
		case p.result.Protocol == mailcheck.Sieve:
			exchange = p.sieveLogin
		case e.mechanism.Name == sasl.Command:
			exchange = p.commandLogin
		case e.mechanism.Name == sasl.APOP:
			exchange = p.apopLogin
		}
		reply, err := exchange(e)
		e.reply = p.lines.shown(reply.text)
		fault := e.judge(reply, loginFault(err))
		e.mute = e.check == checks.LoginRejected && trace.Mute(reply.text) && ofExchange(p.result)
		p.over = p.over || err != nil || reply.ok || reply.last || e.rejected() // many servers hang up on whom they rejected
		return struct{}{}, fault
	})
	if err != nil && e.check == nil {
		e.check = checks.LoginFailed
		if c, _ := trace.Classify(mailcheck.OpAuth, err); c == checks.LoginServerSignature || c == checks.RunTimeout {
			e.check = c
		}
	}
}

// judge notes what became of a login, and returns the error that its step has, with what
// may be shown of the reply.
func (e *entry) judge(reply loginReply, err error) error {
	e.caps = reply.caps
	switch {
	case err != nil:
		return err
	case reply.more:
		return checks.LoginFailed.Errorf("%v", sasl.ErrUnexpected)
	case reply.ok && !e.sent:
		return checks.LoginFailed.Errorf("the server consents before it has been told all: %q", e.reply)
	case !reply.ok:
		e.check = e.meaning(reply.text)
		e.doubtful = e.check == checks.LoginProtocolOff && trace.NamesCredentials(reply.text)
	case trace.ClassifyLogin(reply.alert, checks.LoginRejected) == checks.LoginProtocolOff:
		// The account is open, and the mailbox is not (RFC 9051 section 7.1: an ALERT must be shown).
		e.check = checks.LoginProtocolOff
	default:
		return nil
	}
	return e.check.Errorf("%s", e.reply)
}

// loginFault makes of what is no reply at all a login that came to no decision.
func loginFault(err error) error {
	if e, ok := errors.AsType[*checks.Error](err); ok && (e.Check == checks.ReplyMalformed || e.Check == checks.ReplyClosed) {
		return checks.LoginFailed.Errorf("%v", e)
	}
	return err
}

// say sends what belongs to a login. Nothing that came before it was said can be an
// answer to it (RFC 9051 section 2.2.2, RFC 5321 section 4.3.1).
func (p *probe) say(lines ...string) error {
	if words := p.unasked(); words != "" {
		return checks.LoginFailed.Errorf("the server says %q before it was asked", p.lines.shown(words))
	}
	p.lines.begin()
	return p.lines.send(lines...)
}

// unasked returns what the server has said without having been asked. In IMAP it may
// tell something at any time, but for its farewell (RFC 9051 section 7).
func (p *probe) unasked() string {
	for line := range strings.Lines(p.lines.buffered()) {
		if told := strings.HasPrefix(line, "* ") && !isBye(line); !told || p.result.Protocol != mailcheck.IMAP {
			return strings.TrimRight(line, "\r\n")
		}
	}
	return ""
}

// hold keeps the connection open until a channel is closed, and notices if the server
// ends it meanwhile, as some do with a client that is idle.
func (p *probe) hold(ctx context.Context, until <-chan struct{}) {
	ended := make(chan error, 1)
	if !p.over {
		p.conn.SetReadDeadline(time.Time{})
		go func() {
			_, err := p.lines.in.Peek(1)
			ended <- err
		}()
	}
	select {
	case <-until:
	case <-ctx.Done():
	}
	if p.over {
		return
	}
	p.conn.SetReadDeadline(time.Unix(1, 0))
	err := <-ended
	p.over = err != nil && !errors.Is(err, os.ErrDeadlineExceeded) || givesUp(p.unasked())
}

// saslLogin goes through a SASL exchange (RFC 9051 section 6.2.2, RFC 5034, RFC
// 4954). The initial response goes with the command where the protocol lets it.
func (p *probe) saslLogin(e *entry) (loginReply, error) {
	if err := p.bind(e); err != nil {
		return loginReply{}, err
	}
	x, err := e.mechanism.Start(e.Login)
	if err != nil {
		return loginReply{}, err
	}
	initial, given := x.Initial, false
	line := "AUTH " + e.mechanism.Name
	if p.result.Protocol == mailcheck.IMAP {
		line = p.nextTag() + " AUTHENTICATE " + e.mechanism.Name
	}
	if p.initialAllowed(initial) {
		p.hide(e, x, initial)
		line, given = line+" "+cmp.Or(encode(initial), "="), true // RFC 4422 section 5.1, RFC 4954 section 4
	}
	if err := p.say(line); err != nil {
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
		if err := p.say(encode(answer)); err != nil {
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
	if coded := encode(message); coded != "" {
		p.secrets.messages = append(p.secrets.messages, strings.ToLower(coded))
	}
	if x.Computed != "" {
		p.secrets.all = append(p.secrets.all, newSecret(x.Computed))
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
		reply.text += " (" + x.Said + ")"
	}
	return reply, err
}

// cancel breaks an exchange off (RFC 4954 section 4, RFC 9051 section 6.2.2), so that
// the server does not wait.
func (p *probe) cancel(why error) (loginReply, error) {
	p.over = true // nobody waits for what the server says to that
	_ = p.lines.send("*")
	if _, ok := errors.AsType[*checks.Error](why); !ok {
		why = checks.LoginFailed.Errorf("%s", p.lines.secrets.concealError(why)) // which may repeat the challenge
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

// encode writes a response as the protocols carry it.
func encode(response []byte) string { return base64.StdEncoding.EncodeToString(response) }

// commandLogin uses the protocol's own command: LOGIN in IMAP (RFC 9051 section
// 6.2.3), USER and PASS in POP3 (RFC 1939 section 7).
func (p *probe) commandLogin(e *entry) (loginReply, error) {
	if p.result.Protocol == mailcheck.POP3 {
		return p.pop3User(e)
	}
	return p.imapLogin(e)
}

// apopLogin uses POP3's APOP command (RFC 1939 section 7).
func (p *probe) apopLogin(e *entry) (loginReply, error) {
	e.Stamp = stamp(p.result)
	x := &sasl.Exchange{Computed: sasl.Digest(e.Login)}
	p.hide(e, x, nil)
	if err := p.say("APOP " + e.User + " " + x.Computed); err != nil {
		return loginReply{}, err
	}
	return p.loginReply()
}

// pop3User sends both commands in one packet where the server takes that (RFC 2449
// section 6.6).
func (p *probe) pop3User(e *entry) (loginReply, error) {
	user, pass := "USER "+e.User, "PASS "+e.Secret
	together := mailcheck.Has(p.result.Capabilities.AfterTLS, "PIPELINING")
	first := []string{user}
	if together {
		e.sent, first = true, append(first, pass)
	}
	if err := p.say(first...); err != nil {
		return loginReply{}, err
	}
	reply, err := p.loginReply()
	if together && err == nil && !reply.ok {
		_, err = p.loginReply() // the second command means nothing then
	}
	if err != nil || !reply.ok {
		return reply, err
	}
	if !together {
		e.sent = true
		if err := p.say(pass); err != nil {
			return loginReply{}, err
		}
	}
	return p.loginReply()
}

// imapLogin sends both words as literals where quoting cannot carry them: a quoted
// string is ASCII.
func (p *probe) imapLogin(e *entry) (loginReply, error) {
	line := p.nextTag() + " LOGIN"
	for _, word := range []string{e.User, e.Secret} {
		if quotable(word) {
			line += ` "` + escaped(word) + `"`
			continue
		}
		if err := p.say(line + " {" + strconv.Itoa(len(word)) + "}"); err != nil {
			return loginReply{}, err
		}
		if reply, err := p.loginReply(); err != nil || !reply.more {
			return reply, err
		}
		line = word
	}
	e.sent = true
	if err := p.say(line); err != nil {
		return loginReply{}, err
	}
	return p.loginReply()
}

// nextTag returns the tag of the next login: a late reply to one is none to the other.
func (p *probe) nextTag() string {
	p.attempts++
	p.loginTag = p.lines.tag("l" + strconv.Itoa(p.attempts))
	return p.loginTag
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

// imapLoginReply takes for a refusal also the words with which the server hangs up. An
// alert is one only beside the consent.
func (p *probe) imapLoginReply() (loginReply, error) {
	a, err := p.imapReply(p.loginTag)
	if err != nil && len(a.refusals) > 0 {
		return loginReply{text: a.refusal(), last: true}, nil
	}
	r := loginReply{more: a.more, challenge: a.challenge, ok: a.status == "OK", text: a.refusal(), last: a.bye}
	if r.ok {
		r.text, r.alert, r.caps = a.text, strings.Join(a.alerts, " / "), a.capabilities()
	}
	return r, err
}

func (p *probe) pop3LoginReply() (loginReply, error) {
	line, err := p.pop3Reply()
	challenge, more := continuation(line)
	return loginReply{more: more, challenge: challenge, ok: pop3OK(line), text: line}, err
}

func (p *probe) smtpLoginReply() (loginReply, error) {
	reply, err := p.smtpReply()
	r := loginReply{more: reply.code == 334, ok: reply.code == 235, last: reply.code == 421, text: reply.String()}
	if r.more {
		r.challenge = strings.TrimSpace(reply.lines[0])
	}
	return r, err
}
