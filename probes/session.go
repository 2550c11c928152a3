package probes

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/mailbox"
	"mailcheck/internal/netx"
	"mailcheck/internal/sasl"
	"mailcheck/internal/trace"
)

// visitor logs in again at servers that let the user in, for what changes something. Each
// session is a connection of its own, judged like that of the test; rule by rule the
// credentials go nowhere else. It belongs to one run.
type visitor struct {
	net    *netx.Run
	logins *logins
	began  time.Time
}

// insider is a server that let the user in.
type insider struct {
	*mailcheck.ServerResult
	way sasl.Mechanism // by which it did
}

// insiders returns the best servers of a protocol that let the user in: what passed before
// what has a warning, TLS before STARTTLS.
func (v *visitor) insiders(r *mailcheck.Report, protocol mailcheck.Protocol) []insider {
	var all []insider
	for i := range r.Servers {
		s := &r.Servers[i]
		if s.Protocol != protocol || s.Login == nil || s.Login.State != mailcheck.LoginAccepted || mailcheck.VerdictOf(s.Findings()) == mailcheck.Fail {
			continue
		}
		ways := fitting(s, v.logins.Credentials)
		if j := slices.IndexFunc(ways, func(m sasl.Mechanism) bool { return loginName(m, protocol) == s.Login.Mechanism }); j >= 0 {
			all = append(all, insider{s, ways[j]})
		}
	}
	slices.SortStableFunc(all, func(a, b insider) int {
		return slices.Index([]mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS}, a.Security) - slices.Index([]mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS}, b.Security)
	})
	return all
}

// loginName is what a way to log in is called at a server.
func loginName(m sasl.Mechanism, protocol mailcheck.Protocol) string {
	if m.Name != sasl.Command {
		return m.Name
	}
	return map[mailcheck.Protocol]string{mailcheck.IMAP: "LOGIN command", mailcheck.POP3: "USER command"}[protocol]
}

// said is what a session leaves for the report: the steps from the login on, and all lines.
type said struct {
	steps []mailcheck.Step
	lines []mailcheck.Line
}

// join puts sessions one after the other.
func (s *said) join(others ...said) {
	for _, o := range others {
		for _, line := range o.lines {
			line.Step += len(s.steps)
			s.lines = append(s.lines, line)
		}
		s.steps = append(s.steps, o.steps...)
	}
}

// enter logs in at a server and does something there. The error is that of do, or says why
// it was not called.
func (v *visitor) enter(ctx context.Context, s insider, do func(context.Context, *probe, *entry) error) (said, error) {
	q := newProbe(v.net, s.Server, Options{Credentials: v.logins.Credentials}, v.began)
	q.further = 0
	q.secrets = newSecrets(v.logins.hush, []string{s.Login.Username}, v.logins.address.Domain, v.logins.address.Unicode(), s.Host)
	e := &entry{Login: sasl.Login{User: s.Login.Username, Secret: v.logins.secret(), Server: s.Server}, mechanism: s.way}
	at, err := -1, error(nil)
	q.then = func(ctx context.Context, q *probe) {
		if !q.takes(e) {
			return
		}
		at = len(q.trace.Steps)
		if err = v.mayLogIn(); err != nil {
			q.trace.Steps = append(q.trace.Steps, mailcheck.Step{Op: mailcheck.OpAuth, Target: s.Endpoint(), Start: q.trace.Since(), Error: err.Error()})
			return
		}
		q.logIn(ctx, e)
		if !e.ok() {
			v.logins.shut.Store(v.logins.shut.Load() || e.rejected() || e.doubtful || e.check.RejectsCredentials() || e.sent && (e.check == checks.LoginFailed || e.check == checks.RunTimeout))
			err = checks.LoginFailed.Errorf("the login is refused this time: %s", e.reply)
			return
		}
		err = do(ctx, q, e)
	}
	q.converse(ctx)
	q.hangUp()
	q.close()
	if at < 0 {
		at = len(q.trace.Steps)
		step := unreached(q, s.Endpoint())
		q.trace.Steps = append(q.trace.Steps, step)
		err = step.Findings[0].Check.Errorf("%s", step.Findings[0].Detail)
	}
	q.trace.Forget() // what is wrong is told of the whole
	var told said
	for _, line := range q.result.Conversation {
		line.Step = max(line.Step-at, 0)
		told.lines = append(told.lines, line)
	}
	told.steps = q.trace.Steps[at:]
	return told, err
}

// mayLogIn reports why no login is made any more: another one might lock the account, after
// one that was refused although it was accepted before.
func (v *visitor) mayLogIn() error {
	switch {
	case v.logins.shut.Load():
		return checks.LoginFailed.Errorf("another attempt could lock the account")
	case !v.logins.count():
		return checks.LoginFailed.Errorf("%d logins were made, which is the most for one run", maxLogins)
	}
	return nil
}

// talk is the conversation of a session by IMAP, for a mailbox.Box. Each packet of commands
// has its time, and each response its bounds.
type talk struct {
	conversation
	ctx context.Context
}

// box goes on in a session as the user that has logged in.
func (p *probe) box(ctx context.Context, e *entry) *mailbox.Box {
	p.lines.quotes = true
	return mailbox.Enter(talk{conversation{p}, ctx}, slices.Concat(e.caps, p.result.Capabilities.AfterTLS))
}

func (t talk) Begin() { t.lines.begin() }

func (t talk) Send(commands ...string) error {
	t.await(t.ctx, replyTimeout)
	t.lines.begin()
	return t.lines.send(commands...)
}

func (t talk) Await(ctx context.Context, most time.Duration) (said bool, err error) {
	t.conn.SetReadDeadline(time.Now().Add(max(most, 0)))
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		t.conn.SetReadDeadline(time.Unix(1, 0))
		close(ended)
	})
	_, err = t.lines.in.Peek(1)
	if !stop() {
		<-ended // else it would end the next read
	}
	t.await(t.ctx, replyTimeout)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return false, nil
	}
	return err == nil, err
}

// step records what a session does as one step, whose error stays the caller's to judge.
func (p *probe) step(ctx context.Context, op mailcheck.Op, do func() error) error {
	_, err := trace.Do(ctx, p.trace, op, p.result.Endpoint(), func(context.Context) (struct{}, error) {
		return struct{}{}, p.lines.shownError(do())
	})
	return err
}
