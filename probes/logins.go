package probes

import (
	"context"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/sasl"
	"mailcheck/probes/conclude"
)

// maxLogins is how many logins a run may make, whatever it finds.
const maxLogins = 12

// Credentials is what a run logs in with. They go to a server only inside TLS that
// verified it, and only if the address's own domain vouches for the server or the
// user does.
type Credentials struct {
	Username      string   // in the place of what the settings say; empty: as they say
	Password      string   // this or a token
	Token         string   // OAuth2 access token
	TrustedHosts  []string // servers that the user vouches for
	AllMechanisms bool     // try every way to log in that a server offers, even after one was rejected
}

// Given reports whether there is something to log in with.
func (c Credentials) Given() bool { return c.Password != "" || c.Token != "" }

// logins is the part of a run that logs in. One login is made after the other: after
// a rejection the same user name is not tried again with the same operator, since a few
// more would lock the account.
type logins struct {
	Credentials
	net      *netx.Run
	opts     Options
	report   *mailcheck.Report
	echoes   echoes // of the secret
	made     int
	guards   map[string]*guard      // by operator
	rejected map[string][]rejection // by server
}

// guard keeps an account of one operator from being locked. What another operator
// refuses says nothing about it: an old host knows the password of then.
type guard struct {
	closed map[string]bool // user names, folded, that are not tried again
	over   bool            // no user name is tried again
}

// guardOf returns the guard of whoever runs a host. A name below another name of the
// same owner is the same operator's.
func (l *logins) guardOf(host string) *guard {
	operator := autoconfig.Operator(host)
	if l.guards[operator] == nil {
		l.guards[operator] = &guard{closed: map[string]bool{}}
	}
	return l.guards[operator]
}

// logIn tries to log in at the servers that passed, the best first.
func logIn(ctx context.Context, n *netx.Run, r *mailcheck.Report, o Options) {
	if !o.Credentials.Given() {
		return
	}
	l := &logins{Credentials: o.Credentials, net: n, opts: o, report: r, guards: map[string]*guard{}, rejected: map[string][]rejection{}}
	l.echoes = echoesOf(l.secret())
	for _, s := range conclude.Settings(r) {
		i := slices.IndexFunc(r.Servers, func(o mailcheck.ServerResult) bool { return o.Key() == s.Key() })
		if s.Protocol.Reads() || s.Protocol.Sends() {
			l.server(ctx, &r.Servers[i])
		}
	}
}

// server logs in at one server, or says why not.
func (l *logins) server(ctx context.Context, s *mailcheck.ServerResult) {
	s.Login = &mailcheck.Login{State: mailcheck.LoginSkipped}
	ways, names := fitting(s, l.Token != ""), l.usernames(s)
	if s.Vouch == mailcheck.NotVouched && l.trusts(s.Host) {
		s.Vouch = mailcheck.VouchedByUser
	}
	switch {
	case s.Verdict != mailcheck.Pass && s.Verdict != mailcheck.Warn:
		s.Login.Reason = mailcheck.Textf("the server did not pass the test")
		return
	case s.TLS == nil || !s.TLS.Verified:
		s.Login.Reason = mailcheck.Textf("nothing secret is sent without verified TLS")
		return
	case s.Vouch == mailcheck.NotVouched:
		l.skip(s, checks.LoginNotTrusted, whoNames(s)).Fix = mailcheck.Textf("If you know that %s is the right server, say so: --trust-server %[1]s", s.Host)
		return
	case len(names) == 0:
		s.Login.Reason = mailcheck.Textf("no user name is known: give the whole address, or --username")
		return
	case len(ways) == 0 && windowsOnly(s):
		s.Login.Reason = mailcheck.Textf("it offers only the logins of Windows domains") // which has been found
		return
	case len(ways) == 0:
		l.skip(s, checks.LoginNoMechanism, mailcheck.Evidencef("given: %s; offered inside TLS: %s", l.what(), conclude.Offers(*s)))
		return
	}
	for _, name := range names {
		if l.tryName(ctx, s, name, ways) {
			break
		}
	}
	switch s.Login.State {
	case mailcheck.LoginSkipped:
		s.Verdict = mailcheck.Untested
	case mailcheck.LoginBroken:
		noWayIn(s)
	}
}

// noWayIn makes failures of the refused mechanisms: no other let the user in.
func noWayIn(s *mailcheck.ServerResult) {
	for _, f := range mailcheck.Each(s.Steps) {
		if f.Check == checks.LoginMechanism {
			f.Severity = checks.Failure
		}
	}
	s.Verdict = verdict(s.Findings())
}

// skip says why no login was tried.
func (l *logins) skip(s *mailcheck.ServerResult, c *checks.Check, why mailcheck.Text) *mailcheck.Finding {
	s.Login.Reason = why
	s.Steps = append(s.Steps, mailcheck.Step{
		Op: mailcheck.OpAuth, Target: s.Endpoint(), Detail: mailcheck.Textf("not tried: %s", why),
		Findings: []mailcheck.Finding{mailcheck.NewFindingText(c, why)},
	})
	s.Verdict = verdict(s.Findings())
	return &s.Steps[len(s.Steps)-1].Findings[0]
}

func (l *logins) trusts(host string) bool { return slices.Contains(l.TrustedHosts, host) }

// what names the kind of credentials.
func (l *logins) what() mailcheck.Text {
	if l.Token != "" {
		return mailcheck.Textf("an OAuth2 token")
	}
	return mailcheck.Textf("a password")
}

func (l *logins) secret() string {
	if l.Token != "" {
		return l.Token
	}
	return l.Password
}

// whoNames says which sources name a server that nobody vouches for.
func whoNames(s *mailcheck.ServerResult) mailcheck.Text {
	return mailcheck.Evidencef("%s is named by %s only, which is no proof that it is the domain's", s.Host, mailcheck.ListOf(s.Sources))
}

// usernames returns the user names to try at a server: the one that is published,
// else the whole address (RFC 6186 section 4), and then the other form. That is all:
// a server may count the two as one user's attempts.
func (l *logins) usernames(s *mailcheck.ServerResult) []string {
	if l.Username != "" {
		return []string{l.Username}
	}
	a := l.report.Address
	var names []string
	for _, n := range []string{s.Username, a.Username(), a.Local} {
		same := func(other string) bool { return fold(other) == fold(n) }
		if sendable(n) && !slices.ContainsFunc(names, same) {
			names = append(names, n)
		}
	}
	return names[:min(2, len(names))]
}

// maxUsername bounds a user name that somebody published: an address has 254 bytes at
// most, and a command of POP3 holds no more (RFC 2449 section 4).
const maxUsername = 254

// sendable reports whether a published user name can be one. A line end in it would be
// a command, and a placeholder may have been left for want of a whole address.
func sendable(name string) bool {
	return name != "" && len(name) <= maxUsername && mailcheck.Printable(name) && !document.Unfilled(name)
}

// fold makes one of the spellings that most servers take for one user.
func fold(name string) string { return strings.ToLower(name) }

// tryName logs in under one user name, and reports whether that settles it.
func (l *logins) tryName(ctx context.Context, s *mailcheck.ServerResult, name string, ways []sasl.Mechanism) bool {
	g := l.guardOf(s.Host)
	for _, m := range ways {
		switch {
		case (g.over || g.closed[fold(name)]) && !l.AllMechanisms:
			if s.Login.State == mailcheck.LoginSkipped {
				s.Login.Username, s.Login.Reason = name, mailcheck.Textf("another attempt could lock the account")
			}
			if g.over {
				return true
			}
			s.Login.Refused = appendNew(s.Login.Refused, name)
			return false
		case l.made == maxLogins:
			s.Login.Reason = mailcheck.Textf("%d logins were made, which is the most for one run", maxLogins)
			return true
		case !lasts(ctx, 0):
			s.Login.Reason = mailcheck.Textf("the time ran out")
			return true
		}
		l.made++
		e := l.attempt(ctx, s, name, m)
		switch {
		case e.rejected():
			g.closed[fold(name)] = true
			s.Login.Refused = appendNew(s.Login.Refused, name)
		case e.check == checks.LoginThrottled || e.check.RejectsCredentials() || e.doubtful:
			g.over = true // the user is known, so another form of the name would be no better
		case e.sent && (e.check == checks.LoginFailed || e.check == checks.RunTimeout):
			g.over = true // some servers hang up, or fall silent, where others reject
		}
		if again := e.rejected() || e.check == checks.LoginMechanism; !again && !l.AllMechanisms {
			return true
		}
	}
	return !slices.Contains(s.Login.Refused, name)
}

func appendNew(list []string, word string) []string {
	if slices.Contains(list, word) {
		return list
	}
	return append(list, word)
}

// attempt makes one login and records it with the server. What an earlier attempt
// found wrong counts no more once one succeeds.
func (l *logins) attempt(ctx context.Context, s *mailcheck.ServerResult, name string, m sasl.Mechanism) *entry {
	e := &entry{Login: sasl.Login{User: name, Secret: l.secret(), Server: s.Server}, mechanism: m, echoes: []echoes{l.echoes}, sender: l.sender(name)}
	p := newProbe(l.net, s.Server, l.opts, l.report.Started)
	p.entry, p.further = e, 0
	p.converse(ctx)
	p.hangUp()
	p.close()
	if !e.reached {
		step := unreached(p, s.Endpoint())
		e.check = step.Findings[0].Check
		p.trace.Steps = append(p.trace.Steps, step)
	}
	l.record(s, p, e)
	return e
}

// sender returns the address that the user sends as: the account's, or the user name
// where that is an address.
func (l *logins) sender(name string) string {
	a := l.report.Address
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
		check, why = checks.RunTimeout, mailcheck.Textf("not finished: %s %s", mailcheck.OpAuth, endpoint)
	}
	for _, f := range p.trace.Findings() {
		if f.Severity == checks.Failure {
			check, why = checks.LoginFailed, mailcheck.Textf("the connection for it failed: %s", f.Check.ID)
			break
		}
	}
	return mailcheck.Step{Op: mailcheck.OpAuth, Target: endpoint, Start: p.trace.Since(), Findings: []mailcheck.Finding{mailcheck.NewFindingText(check, why)}}
}

// record adds an attempt to what is known of the server: one step, the lines that
// were said, and the state of the login.
func (l *logins) record(s *mailcheck.ServerResult, p *probe, e *entry) {
	step := p.trace.Steps[len(p.trace.Steps)-1]
	name := e.mechanism.Name
	if name == sasl.Command {
		name = map[mailcheck.Protocol]string{mailcheck.IMAP: "LOGIN command", mailcheck.POP3: "USER command"}[s.Protocol]
	}
	step.Detail = mailcheck.Evidencef("%s as %s: %s", name, e.User, e.reply)
	for _, line := range p.result.Conversation {
		line.Step = len(s.Steps)
		s.Conversation = append(s.Conversation, line)
	}
	state := mailcheck.LoginBroken
	switch {
	case e.ok():
		state = mailcheck.LoginAccepted
	case !slices.Contains([]*checks.Check{
		checks.LoginFailed, checks.LoginMechanism, checks.LoginServerSignature, checks.LoginUnavailable, checks.LoginLimit, checks.RunTimeout,
	}, e.check):
		state = mailcheck.LoginRefused
	}
	l.explain(&step, e)
	if s.Login.State != mailcheck.LoginAccepted {
		refused := s.Login.Refused
		s.Login = &mailcheck.Login{State: state, Username: e.User, Mechanism: name, Refused: refused, Reason: mailcheck.Evidencef("%s", e.reply), Capabilities: e.caps}
		if e.check != nil && e.reply == "" && len(step.Findings) > 0 {
			s.Login.Reason = step.Findings[0].Detail
		}
	}
	if s.Login.State == mailcheck.LoginAccepted {
		forgiveLogins(s)
		if !e.ok() {
			for i := range step.Findings { // --all-mechanisms: another way worked
				step.Findings[i].Become(checks.LoginMechanism, "%s is rejected (%s), %s is accepted", name, e.reply, s.Login.Mechanism)
			}
		}
	}
	if e.rejected() && l.joinRejections(s, e) {
		step.Findings = nil
	}
	s.Steps = append(append(s.Steps, step), e.seen...)
	s.Verdict = verdict(s.Findings())
}

// rejection is what a server said to one form of the user name.
type rejection struct{ user, reply string }

// joinRejections adds a rejection to the finding of one under another form of the
// user name, and reports whether there is one.
func (l *logins) joinRejections(s *mailcheck.ServerResult, e *entry) bool {
	all := append(l.rejected[s.Key()], rejection{e.User, e.reply})
	l.rejected[s.Key()] = all
	if len(all) == 1 {
		return false
	}
	var users []mailcheck.Text
	var replies []string
	for _, r := range all {
		users, replies = append(users, mailcheck.Textf("as %s", r.user)), appendNew(replies, r.reply)
	}
	for _, f := range mailcheck.Each(s.Steps) {
		if f.Check == e.check {
			f.Detail = mailcheck.Evidencef("%s: %s", mailcheck.Joined(users, " and "), strings.Join(replies, "; "))
			return true
		}
	}
	return false
}

// forgiveLogins takes back what failed logins found before one succeeded: the user
// name in another form has a finding of its own.
func forgiveLogins(s *mailcheck.ServerResult) {
	mailcheck.TakeBack(s.Steps, func(step mailcheck.Step, f mailcheck.Finding) bool {
		return step.Op == mailcheck.OpAuth && f.Check != checks.LoginMechanism
	})
}

// explain gives the finding of a rejected login the remedy that its provider knows.
func (l *logins) explain(step *mailcheck.Step, e *entry) {
	if len(step.Findings) == 0 {
		return
	}
	f := &step.Findings[0]
	f.Detail = mailcheck.Evidencef("as %s: %s", e.User, f.Detail)
	if fix := provider.LoginAdvice(l.report.Address.Domain, e.Server.Host); !fix.Empty() && (e.rejected() || e.check == checks.LoginAppPassword) {
		f.Fix = fix
	}
}
