package probes

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
	"mailcheck/internal/sasl"
)

// tries are the logins at one server: as few as tell whether the user gets in, on the
// connection of the test as long as that lasts.
type tries struct {
	*logins
	p        *probe
	guard    *guard
	rank     int
	turn     *place // the last
	late     bool   // the server had too many connections of the user, so this one goes after the others
	rejected []rejection
	made     []made
}

// made is a login that was made, with the place of its step.
type made struct {
	*entry
	step int
}

// rejection is what a server said to one form of the user name.
type rejection struct{ user, reply string }

// all logs in under one user name after the other.
func (t *tries) all(ctx context.Context) {
	s := t.p.result
	s.Login = &mailcheck.Login{State: mailcheck.LoginSkipped}
	names := t.usernames(s)
	t.p.secrets = newSecrets(t.hush, names, t.address.Domain, t.address.Unicode(), s.Host)
	t.p.lines.secrets.known = t.p.secrets
	ways := t.ways()
	for _, name := range names {
		if t.under(ctx, name, ways) {
			break
		}
	}
	if t.turn != nil {
		t.turn.leave()
	}
	if besideMail(s.Protocol) && t.guard.servicesApart() {
		tellApart(t.p.trace.Steps)
	}
	t.judgeBindings()
	t.tellAttempts(ways)
	if s.Login.State == mailcheck.LoginBroken && !mailcheck.Shows(t.p.trace.Findings(), checks.RunTimeout) {
		noWayIn(t.p.trace.Steps)
	}
}

// noWayIn makes failures of the refused mechanisms: no other let the user in.
func noWayIn(steps []mailcheck.Step) {
	for _, f := range mailcheck.Each(steps) {
		if f.Check == checks.LoginMechanism {
			f.Severity = checks.Failure
		}
	}
}

// letIn reports whether the server let the user in under a name.
func (t *tries) letIn(name string) bool {
	return slices.ContainsFunc(t.made, func(o made) bool { return o.ok() && o.User == name })
}

// next says how to go on after a try.
type next int

const (
	nextMechanism next = iota
	nextName
	again
	enough
)

// under logs in under one user name, and reports whether that settles it.
func (t *tries) under(ctx context.Context, name string, ways []sasl.Mechanism) bool {
	for _, m := range ways {
		if t.moot(name, m) {
			continue
		}
		user := name
		if m.Unnamed {
			user = ""
		}
		n := t.once(ctx, user, m)
		if n == again {
			n = t.once(ctx, user, m)
		}
		switch n {
		case nextName:
			return false
		case enough:
			return true
		}
	}
	return !slices.Contains(t.p.result.Login.Refused, name)
}

// once makes one login when its turn has come, unless the guard forbids it.
func (t *tries) once(ctx context.Context, name string, m sasl.Mechanism) next {
	login := t.p.result.Login
	if !t.turn.retry(name) {
		t.turn = t.guard.queue(name, t.rank, t.p.result.Protocol, t.late)
	}
	t.p.hold(ctx, t.turn.ready)
	shut, every := t.turn.shut()
	switch {
	case shut && !t.AllMechanisms:
		if login.State == mailcheck.LoginSkipped {
			login.Username, login.Reason = name, mailcheck.Textf("another attempt could lock the account")
		}
		if every {
			return enough
		}
		if t.turn.refused() && name != "" {
			login.Refused = appendNew(login.Refused, name)
		}
		return nextName
	case !lasts(ctx, 0):
		t.cutShort(name)
		return enough
	case !t.count():
		login.Reason = mailcheck.Textf("%d logins were made, which is the most for one run", maxLogins)
		return enough
	}
	if t.late {
		forgiveLogins(t.p.trace.Steps)
	}
	e := t.attempt(ctx, name, m)
	switch {
	case e.check == checks.RunTimeout:
		t.cutShort(name)
	case !t.AllMechanisms && t.turn.crowded(e): // else a connection of this very server is in
		t.late = true
		return again
	case t.AllMechanisms, e.check == checks.LoginMechanism, m.Unnamed && e.rejected():
		return nextMechanism
	case e.rejected():
		return nextName
	}
	return enough
}

// cutShort says that the run ended before a login that could have let the user in: what
// refused the ones before is no verdict on the user then.
func (t *tries) cutShort(name string) {
	login := t.p.result.Login
	login.Reason = outOfTime
	for step, f := range mailcheck.Each(t.p.trace.Steps) {
		if step.Op == mailcheck.OpAuth && f.Severity == checks.Failure {
			login.State = mailcheck.LoginBroken
			f.Become(checks.RunTimeout, "%s; not finished: the login as %s", f.Detail, userOf(name))
		}
	}
}

// attempt makes one login and records it with the server. Others need not wait for the
// look at the mailbox.
func (t *tries) attempt(ctx context.Context, name string, m sasl.Mechanism) *entry {
	e := &entry{Login: sasl.Login{User: name, Server: t.p.result.Server, Binding: m.Binding}, mechanism: m, sender: t.sender(name)}
	if m.Takes != sasl.Certificate {
		e.Secret = t.secret()
	}
	finish := func(p *probe) {
		t.turn.learn(e)
		if e.mute {
			t.remember(p.result)
		}
		if e.ok() {
			p.inside = t.guard
			t.turn.leave()
			p.look(ctx, e)
			if p.result.Protocol == mailcheck.Sieve {
				p.listScripts(ctx)
			}
			t.p.result.Mailbox = p.result.Mailbox
			t.tellOfID(p)
		}
	}
	at := len(t.p.trace.Steps)
	if t.p.result.Protocol.OverHTTPS() {
		reply := t.p.logInByHTTPS(ctx, e)
		finish(t.p)
		if e.ok() && t.p.result.Protocol == mailcheck.JMAP {
			t.p.askJMAPMail(ctx, e, reply)
		}
	} else if t.p.over || m.Takes == sasl.Certificate && !t.p.shown {
		t.anew(ctx, e, finish)
	} else {
		t.p.logIn(ctx, e)
		finish(t.p)
	}
	t.record(at, e)
	return e
}

// tellOfID says that a server opens mailboxes only to programs that say who they are, where
// the user typed it in: of an address the provider's rules say so.
func (t *tries) tellOfID(p *probe) {
	if p.result.Protocol == mailcheck.IMAP && t.address.Domain == "" && provider.WantsID(p.result.Host) {
		p.trace.Find(checks.LoginWantsID, "the ID command was sent, and %s is a server of NetEase", p.result.Host)
	}
}

// anew makes a login over a connection of its own, which is judged like that of the
// test: the server ended that one, or has let the user in there already.
func (t *tries) anew(ctx context.Context, e *entry, finish func(*probe)) {
	p := t.p
	q := newProbe(p.net, p.result.Server, p.opts, p.others.began)
	q.further = 0
	q.secrets = p.secrets
	reached, at := false, 0
	q.then = func(ctx context.Context, q *probe) {
		if !q.takes(e) {
			return
		}
		reached, at = true, len(q.trace.Steps)
		q.logIn(ctx, e)
		finish(q)
	}
	q.converse(ctx)
	q.hangUp()
	q.close()
	if !reached {
		at = len(q.trace.Steps)
		step := unreached(q, p.result.Endpoint())
		if q.shown && step.Findings[0].Check == checks.LoginCertificateRejected {
			e.told = true
		}
		e.check = step.Findings[0].Check
		q.trace.Steps = append(q.trace.Steps, step)
	}
	for _, line := range q.result.Conversation {
		line.Step = len(p.trace.Steps) + max(line.Step-at, 0)
		p.lines.transcript = append(p.lines.transcript, line)
	}
	p.trace.Steps = append(p.trace.Steps, q.trace.Steps[at:]...)
}

// sender returns the address that the user sends as: the account's, or the user name
// where that is an address.
func (t *tries) sender(name string) string {
	a := t.address
	if a.Local == "" {
		a, _ = mailcheck.ParseAddress(name)
	}
	if a.Local == "" {
		return ""
	}
	return a.String()
}

// unreached is the step of a login for which the connection did not come about. What
// the server said may repeat a secret, so only the name of the fault is told.
func unreached(p *probe, endpoint string) mailcheck.Step {
	check, why := checks.LoginFailed, mailcheck.Textf("the server did not offer the same as in the test before")
	if mailcheck.Shows(p.trace.Findings(), checks.RunTimeout) {
		check, why = checks.RunTimeout, mailcheck.Textf("not finished: %s", mailcheck.OpAuth)
	}
	for _, f := range p.trace.Findings() {
		if f.Check == checks.LoginCertificateRejected {
			check, why = f.Check, f.Detail
			break
		}
		if f.Severity == checks.Failure {
			check, why = checks.LoginFailed, mailcheck.Textf("the connection for it failed: %s", f.Check.ID)
			break
		}
	}
	return mailcheck.Step{Op: mailcheck.OpAuth, Target: endpoint, Start: p.trace.Since(), Findings: []mailcheck.Finding{mailcheck.NewFindingText(check, why)}}
}

// undecided are the checks by which a login failed without a word about the user.
var undecided = []*checks.Check{
	checks.LoginFailed, checks.LoginMechanism, checks.LoginServerSignature, checks.LoginUnavailable, checks.LoginLimit, checks.RunTimeout,
	checks.LoginBindingRefused, checks.LoginBindingMismatch, checks.LoginBindingStripped,
}

// record gives the step of a login its words, and the server the state of the login.
// What an earlier one found wrong counts no more once one succeeds.
func (t *tries) record(at int, e *entry) {
	s, step := t.p.result, &t.p.trace.Steps[at]
	t.made = append(t.made, made{e, at})
	name := t.nameOf(e.mechanism)
	step.Detail = mailcheck.Evidencef("%s as %s: %s", bound(name, e.mechanism.Binding), userOf(e.User), e.reply)
	t.explain(step, e)
	switch {
	case e.ok():
		s.Login.Refused = slices.DeleteFunc(s.Login.Refused, func(name string) bool { return name == e.User }) // it was the mechanism
	case e.rejected() && e.User != "" && !t.letIn(e.User):
		s.Login.Refused = appendNew(s.Login.Refused, e.User)
	}
	if s.Login.State != mailcheck.LoginAccepted {
		refused := s.Login.Refused
		s.Login = &mailcheck.Login{State: stateOf(e), Username: cmp.Or(e.User, t.usernames(s)[0]), Mechanism: name, Refused: refused, Reason: mailcheck.Evidencef("%s", e.reply), Capabilities: t.p.lines.secrets.concealAll(e.caps)}
		if e.check != nil && e.reply == "" && len(step.Findings) > 0 {
			s.Login.Reason = step.Findings[0].Detail
		}
	}
	if s.Login.State == mailcheck.LoginAccepted {
		if !e.ok() && e.mechanism.Binding == sasl.NotBound {
			for i := range step.Findings { // --all-mechanisms: another way worked
				step.Findings[i].Become(checks.LoginMechanism, "%s is rejected (%s), %s is accepted", name, e.reply, s.Login.Mechanism)
			}
		}
		forgiveLogins(t.p.trace.Steps)
	}
	if e.rejected() && t.joinRejections(at, e) {
		step.Findings = nil
	}
}

// stateOf says how far a login came.
func stateOf(e *entry) mailcheck.LoginState {
	switch {
	case e.ok():
		return mailcheck.LoginAccepted
	case e.check == checks.RunTimeout && !e.told && !e.sent:
		return mailcheck.LoginSkipped
	case slices.Contains(undecided, e.check):
		return mailcheck.LoginBroken
	}
	return mailcheck.LoginRefused
}

// joinRejections adds a rejection to the finding of one under another form of the
// user name, and reports whether there is one.
func (t *tries) joinRejections(at int, e *entry) bool {
	t.rejected = append(t.rejected, rejection{e.User, e.reply})
	if len(t.rejected) == 1 {
		return false
	}
	var names, replies []string
	for _, r := range t.rejected {
		names, replies = appendNew(names, r.user), appendNew(replies, r.reply)
	}
	var users []mailcheck.Text
	for _, name := range names {
		users = append(users, mailcheck.Textf("as %s", userOf(name)))
	}
	for _, f := range mailcheck.Each(t.p.trace.Steps[:at]) {
		if f.Check == e.check {
			f.Detail = mailcheck.Evidencef("%s: %s", mailcheck.Joined(users, " and "), strings.Join(replies, "; "))
			return true
		}
	}
	return false
}

// forgiveLogins takes back what failed logins found before one succeeded: the user
// name in another form has a finding of its own.
func forgiveLogins(steps []mailcheck.Step) {
	mailcheck.TakeBack(steps, func(step mailcheck.Step, f mailcheck.Finding) bool {
		return step.Op == mailcheck.OpAuth && f.Check != checks.LoginMechanism
	})
}

// explain gives the finding of a rejected login the remedy that its provider knows.
func (t *tries) explain(step *mailcheck.Step, e *entry) {
	if len(step.Findings) == 0 {
		return
	}
	f := &step.Findings[0]
	f.Detail = mailcheck.Evidencef("as %s: %s", userOf(e.User), f.Detail)
	if fix := provider.LoginAdvice(t.address.Domain, e.Server.Host); !fix.Empty() && e.mechanism.Takes != sasl.Certificate && (e.rejected() || e.check == checks.LoginAppPassword) {
		f.Fix = fix
	}
	if fix := tokenFaults(e.Login, t.started); e.mechanism.Takes == sasl.Token && !fix.Empty() && e.check == checks.LoginTokenRejected {
		f.Fix = fix
	}
}

func appendNew(list []string, word string) []string {
	if slices.Contains(list, word) {
		return list
	}
	return append(list, word)
}
