package probes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/internal/netx"
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
// a rejection the same user name is not tried again anywhere, since a few more would
// lock the account.
type logins struct {
	Credentials
	net    *netx.Net
	opts   Options
	report *mailcheck.Report
	echoes echoes // of the secret
	made   int
	closed map[string]bool // user names, folded, that are not tried again
	over   bool            // no user name is tried again
}

// logIn tries to log in at the servers that passed, the best first.
func logIn(ctx context.Context, n *netx.Net, r *mailcheck.Report, o Options) {
	if !o.Credentials.Given() {
		return
	}
	l := &logins{Credentials: o.Credentials, net: n, opts: o, report: r, closed: map[string]bool{}}
	l.echoes = echoesOf(l.secret())
	for _, s := range settings(r) {
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
	switch {
	case s.Verdict != mailcheck.Pass && s.Verdict != mailcheck.Warn:
		s.Login.Reason = "the server did not pass the test"
		return
	case s.TLS == nil || !s.TLS.Verified:
		s.Login.Reason = "nothing secret is sent without verified TLS"
		return
	case s.Vouched == "" && !l.trusts(s.Host):
		l.skip(s, mailcheck.LoginNotTrusted, whoNames(s)).Fix = fmt.Sprintf("If you know that %s is the right server, say so: --trust-server %[1]s", s.Host)
		return
	case len(names) == 0:
		s.Login.Reason = "no user name is known: give the whole address, or --username"
		return
	case len(ways) == 0:
		l.skip(s, mailcheck.LoginNoMechanism, fmt.Sprintf("given: %s; offered inside TLS: %s", l.what(), offers(*s)))
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
	for i := range s.Steps {
		for j := range s.Steps[i].Findings {
			if f := &s.Steps[i].Findings[j]; f.Check == mailcheck.LoginMechanism {
				f.Severity = mailcheck.Failure
			}
		}
	}
	s.Verdict = verdict(s.Findings())
}

// skip says why no login was tried.
func (l *logins) skip(s *mailcheck.ServerResult, c *mailcheck.Check, why string) *mailcheck.Finding {
	s.Login.Reason = mailcheck.Clean(why)
	s.Steps = append(s.Steps, mailcheck.Step{Op: mailcheck.OpAuth, Target: s.Endpoint(), Detail: mailcheck.Clean("not tried: " + why)})
	step := &s.Steps[len(s.Steps)-1]
	step.Findings = []mailcheck.Finding{found(c, why)}
	s.Verdict = verdict(s.Findings())
	return &step.Findings[0]
}

func (l *logins) trusts(host string) bool { return slices.Contains(l.TrustedHosts, host) }

// what names the kind of credentials.
func (l *logins) what() string {
	if l.Token != "" {
		return "an OAuth2 token"
	}
	return "a password"
}

func (l *logins) secret() string {
	if l.Token != "" {
		return l.Token
	}
	return l.Password
}

// whoNames says which sources name a server that nobody vouches for.
func whoNames(s *mailcheck.ServerResult) string {
	return fmt.Sprintf("%s is named by %s only, which is no proof that it is the domain's", s.Host, strings.Join(s.Sources, ", "))
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
	return name != "" && len(name) <= maxUsername && mailcheck.Printable(name) && !autoconfig.Unfilled(name)
}

// fold makes one of the spellings that most servers take for one user.
func fold(name string) string { return strings.ToLower(name) }

// tryName logs in under one user name, and reports whether that settles it.
func (l *logins) tryName(ctx context.Context, s *mailcheck.ServerResult, name string, ways []mechanism) bool {
	for _, m := range ways {
		switch {
		case (l.over || l.closed[fold(name)]) && !l.AllMechanisms:
			if s.Login.State == mailcheck.LoginSkipped {
				s.Login.Username, s.Login.Reason = name, "another attempt could lock the account"
			}
			if l.over {
				return true
			}
			s.Login.Refused = appendNew(s.Login.Refused, name)
			return false
		case l.made == maxLogins:
			s.Login.Reason = fmt.Sprintf("%d logins were made, which is the most for one run", maxLogins)
			return true
		case !lasts(ctx, 0):
			s.Login.Reason = "the time ran out"
			return true
		}
		l.made++
		e := l.attempt(ctx, s, name, m)
		switch {
		case e.check == mailcheck.LoginRejected:
			l.closed[fold(name)] = true
			s.Login.Refused = appendNew(s.Login.Refused, name)
		case e.check == mailcheck.LoginThrottled || e.check.RejectsCredentials():
			l.over = true // the user is known, so another form of the name would be no better
		case e.sent && (e.check == mailcheck.LoginFailed || e.check == mailcheck.RunTimeout):
			l.over = true // some servers hang up, or fall silent, where others reject
		}
		if again := e.check == mailcheck.LoginRejected || e.check == mailcheck.LoginMechanism; !again && !l.AllMechanisms {
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
func (l *logins) attempt(ctx context.Context, s *mailcheck.ServerResult, name string, m mechanism) *entry {
	e := &entry{login: login{user: name, secret: l.secret(), server: s.Server}, mechanism: m, echoes: []echoes{l.echoes}}
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

// unreached is the step of a login for which the connection did not come about. What
// the server said may repeat a secret, so only the name of the fault is told.
func unreached(p *probe, endpoint string) mailcheck.Step {
	check, why := mailcheck.LoginFailed, "the server did not offer the same as in the test before"
	if shows(p.trace.Findings(), mailcheck.RunTimeout) {
		check, why = mailcheck.RunTimeout, fmt.Sprintf("not finished: %s %s", mailcheck.OpAuth, endpoint)
	}
	for _, f := range p.trace.Findings() {
		if f.Severity == mailcheck.Failure {
			check, why = mailcheck.LoginFailed, "the connection for it failed: "+f.Check.ID
			break
		}
	}
	return mailcheck.Step{Op: mailcheck.OpAuth, Target: endpoint, Start: p.trace.Since(), Findings: []mailcheck.Finding{found(check, why)}}
}

// record adds an attempt to what is known of the server: one step, the lines that
// were said, and the state of the login.
func (l *logins) record(s *mailcheck.ServerResult, p *probe, e *entry) {
	step := p.trace.Steps[len(p.trace.Steps)-1]
	name := e.mechanism.name
	if name == command {
		name = map[mailcheck.Protocol]string{mailcheck.IMAP: "LOGIN command", mailcheck.POP3: "USER command"}[s.Protocol]
	}
	step.Detail = mailcheck.Clean(fmt.Sprintf("%s as %s: %s", name, e.user, e.reply))
	for _, line := range p.result.Conversation {
		line.Step = len(s.Steps)
		s.Conversation = append(s.Conversation, line)
	}
	state := mailcheck.LoginBroken
	switch {
	case e.ok():
		state = mailcheck.LoginAccepted
	case !slices.Contains([]*mailcheck.Check{mailcheck.LoginFailed, mailcheck.LoginMechanism, mailcheck.LoginServerSignature, mailcheck.RunTimeout}, e.check):
		state = mailcheck.LoginRefused
	}
	l.explain(&step, e)
	if s.Login.State != mailcheck.LoginAccepted {
		refused := s.Login.Refused
		s.Login = &mailcheck.Login{State: state, Username: e.user, Mechanism: name, Refused: refused, Reason: mailcheck.Clean(e.reply), Capabilities: e.caps}
		if e.check != nil && e.reply == "" && len(step.Findings) > 0 {
			s.Login.Reason = step.Findings[0].Detail
		}
	}
	if s.Login.State == mailcheck.LoginAccepted {
		forgiveLogins(s)
		if !e.ok() {
			for i := range step.Findings { // --all-mechanisms: another way worked
				become(&step.Findings[i], mailcheck.LoginMechanism, fmt.Sprintf("%s is rejected (%s), %s is accepted", name, e.reply, s.Login.Mechanism))
			}
		}
	}
	if e.check == mailcheck.LoginRejected && joinRejections(s, e) {
		step.Findings = nil
	}
	s.Steps = append(s.Steps, step)
	s.Verdict = verdict(s.Findings())
}

// joinRejections adds a rejection to the finding of one under another form of the
// user name, and reports whether there is one.
func joinRejections(s *mailcheck.ServerResult, e *entry) bool {
	for i := range s.Steps {
		for j := range s.Steps[i].Findings {
			if f := &s.Steps[i].Findings[j]; f.Check == mailcheck.LoginRejected {
				who, reply, _ := strings.Cut(f.Detail, ": ")
				if reply != e.reply {
					reply += "; " + e.reply
				}
				f.Detail = mailcheck.Clean(fmt.Sprintf("%s and as %s: %s", who, e.user, reply))
				return true
			}
		}
	}
	return false
}

// forgiveLogins takes back what failed logins found before one succeeded: the user
// name in another form has a finding of its own.
func forgiveLogins(s *mailcheck.ServerResult) {
	for i := range s.Steps {
		if s.Steps[i].Op == mailcheck.OpAuth {
			s.Steps[i].Findings = slices.DeleteFunc(s.Steps[i].Findings, func(f mailcheck.Finding) bool { return f.Check != mailcheck.LoginMechanism })
		}
	}
}

// explain gives the finding of a rejected login the remedy that its provider knows.
func (l *logins) explain(step *mailcheck.Step, e *entry) {
	if len(step.Findings) == 0 {
		return
	}
	f := &step.Findings[0]
	f.Detail = mailcheck.Clean(fmt.Sprintf("as %s: %s", e.user, f.Detail))
	if fix := autoconfig.LoginAdvice(l.report.Address.Domain, e.server.Host); fix != "" && (e.check == mailcheck.LoginRejected || e.check == mailcheck.LoginAppPassword) {
		f.Fix = fix
	}
}
