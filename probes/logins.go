package probes

import (
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
	"mailcheck/internal/sasl"
	"mailcheck/probes/conclude"
)

// maxLogins is how many logins a run may make, whatever it finds.
const maxLogins = 12

// Credentials is what a run logs in with. They go to a server only inside TLS that
// verified it, and only if the address's own domain vouches for the server or the
// user does.
type Credentials struct {
	Username      string           // in the place of what the settings say; empty: as they say
	Password      string           // this or a token
	Token         string           // OAuth2 access token
	Certificate   *tls.Certificate // of the client, shown in TLS handshakes with the servers that may have the password; this, the others, or both
	TrustedHosts  []string         // servers that the user vouches for; this counts without a password, too
	AllMechanisms bool             // try every way to log in that a server offers, even after one was rejected

	// SignIn says which kept sign-in the token is of, or why there is none. Such a token
	// goes only to servers of whoever takes those of the issuer. Nil: the user gave what
	// is given.
	SignIn *mailcheck.SignIn
}

// Given reports whether there is something to log in with.
func (c Credentials) Given() bool { return c.Password != "" || c.Token != "" || c.Certificate != nil }

// CheckSecret refuses a password or token that no protocol can carry: RFC 4616 wants UTF-8 without
// NUL, and a line end would end the command.
func CheckSecret(secret string) error {
	if !utf8.ValidString(secret) || strings.ContainsAny(secret, "\x00\r\n") {
		return errors.New("the password or token cannot be sent as it is")
	}
	return nil
}

// has reports whether there is what a mechanism takes.
func (c Credentials) has(kind sasl.Credential) bool {
	switch kind {
	case sasl.Token:
		return c.Token != ""
	case sasl.Certificate:
		return c.Certificate != nil
	}
	return c.Password != ""
}

// logins is the part of a run that logs in, on the connections that the servers were
// tested on.
type logins struct {
	Credentials
	address mailcheck.Address // of the account; empty where servers were given
	hush    *secret           // the secret, as servers may repeat it
	started time.Time         // of the run

	shut   atomic.Bool // a login was refused that had been accepted before
	mu     sync.Mutex
	made   int
	guards map[string]*guard // by operator
	mailed bool              // all mail servers have been tested
	mute   map[string]bool   // servers of Exchange that refused without a reason, by their keys
}

// newLogins returns what logs in; nil where there is nothing to log in with.
func newLogins(c Credentials, a mailcheck.Address, started time.Time) *logins {
	if !c.Given() {
		return nil
	}
	l := &logins{Credentials: c, address: a, started: started, guards: map[string]*guard{}, mute: map[string]bool{}}
	l.hush = newSecret(l.secret())
	return l
}

// guardOf returns the guard of whoever runs a host. A name below another name of the
// same owner is the same operator's.
func (l *logins) guardOf(host string) *guard {
	l.mu.Lock()
	defer l.mu.Unlock()
	operator := autoconfig.Operator(host)
	if l.guards[operator] == nil {
		l.guards[operator] = &guard{started: l.started, letIn: map[string]bool{}, closed: map[string]bool{}, asked: map[string]bool{}, begun: l.mailed, settled: l.mailed}
	}
	return l.guards[operator]
}

// settleMail says that all mail servers have been tested.
func (l *logins) settleMail() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mailed = true
	for _, g := range l.guards {
		g.settle()
	}
}

// count takes one of the logins that a run may make, and reports whether there was one.
func (l *logins) count() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made == maxLogins {
		return false
	}
	l.made++
	return true
}

// enter logs in at a server that passed so far. What vouches for it and which user name
// it wants is known when all sources have spoken; the connection waits for that, or for
// as long as the run can spare where the server is vouched for already.
func (l *logins) enter(ctx context.Context, p *probe) {
	p.tell()
	p.dane(ctx)
	if !verdict(p.trace.Findings()).Usable() || p.result.TLS == nil || !p.result.TLS.Verified {
		return
	}
	p.hold(ctx, p.others.soon)
	server, rank, ok := p.others.described(p.result.Server)
	if !ok {
		p.hold(ctx, p.others.named)
		if server, rank, ok = p.others.described(p.result.Server); !ok {
			return
		}
	}
	p.result.Server = server
	if l.obstacle(p.result, verdict(p.trace.Findings())) != nil {
		return
	}
	t := &tries{logins: l, p: p, guard: l.guardOf(server.Host), rank: rank}
	t.all(ctx)
}

// settle says of every server that was not logged in at why not.
func (l *logins) settle(r *mailcheck.Report) {
	for i := range r.Servers {
		s := &r.Servers[i]
		if !opens(s.Protocol) {
			continue
		}
		switch o := l.obstacle(s, s.Verdict); {
		case s.Login != nil:
		case besideMail(s.Protocol): // of what works without a login nothing is left open
			s.Login = &mailcheck.Login{State: mailcheck.LoginSkipped, Reason: outOfTime}
			if o != nil {
				s.Login.Reason = o.why
			}
		case o == nil:
			s.Login = &mailcheck.Login{State: mailcheck.LoginSkipped, Reason: outOfTime}
			(&obstacle{outOfTime, checks.RunTimeout, mailcheck.Text{}}).record(s)
		default:
			s.Login = &mailcheck.Login{State: mailcheck.LoginSkipped, Reason: o.why}
			o.record(s)
			continue
		}
		if s.Login.State == mailcheck.LoginSkipped && s.Verdict.Usable() && !besideMail(s.Protocol) {
			s.Verdict = mailcheck.Untested
		}
	}
	l.askSubmission(r)
}

// obstacle is why no login is tried at a server.
type obstacle struct {
	why   mailcheck.Text
	check *checks.Check // nil where it was found before
	fix   mailcheck.Text
}

// obstacle returns what speaks against a login at a server with a verdict; nil if
// nothing does.
func (l *logins) obstacle(s *mailcheck.ServerResult, v mailcheck.Verdict) *obstacle {
	ways := fitting(s, l.Credentials)
	switch {
	case !v.Usable():
		return &obstacle{why: mailcheck.Textf("the server did not pass the test")}
	case s.TLS == nil || !s.TLS.Verified:
		return &obstacle{why: mailcheck.Textf("nothing secret is sent without verified TLS")}
	case s.Vouch == mailcheck.NotVouched:
		return &obstacle{whoNames(s), checks.LoginNotTrusted, mailcheck.Textf("If you know that %s is the right server, say so: --trust-server %[1]s", s.Host)}
	case l.foreign(s.Host):
		return &obstacle{mailcheck.Evidencef("the sign-in that is kept is at %s", l.SignIn.Issuer), checks.LoginForeignToken, mailcheck.Text{}}
	case len(l.usernames(s)) == 0:
		return &obstacle{why: mailcheck.Textf("no user name is known: give the whole address, or --username")}
	case len(ways) == 0 && windowsOnly(s):
		return &obstacle{why: mailcheck.Textf("it offers only the logins of Windows domains")} // which has been found
	case len(ways) == 0:
		return &obstacle{why: mailcheck.Evidencef("given: %s; offered inside TLS: %s", l.what(), conclude.Offers(*s)), check: checks.LoginNoMechanism}
	}
	return nil
}

// foreign reports whether a host is not for the token of the sign-in that is kept. What the
// table knows of either decides; where it knows neither, the domain names both.
func (l *logins) foreign(host string) bool {
	if l.SignIn == nil {
		return false
	}
	own, known := provider.IssuedBy(l.SignIn.Issuer)
	if !known {
		_, listed := provider.ByHosts([]string{host})
		return listed
	}
	theirs, _ := provider.OAuthOf(host)
	return theirs.Issuer != own.Issuer
}

// record makes a finding of an obstacle that is none yet. Whether the user gets in is not
// known then.
func (o *obstacle) record(s *mailcheck.ServerResult) {
	if o.check == nil {
		return
	}
	f := mailcheck.NewFindingText(o.check, o.why)
	f.Fix = o.fix
	s.Steps = append(s.Steps, mailcheck.Step{
		Op: mailcheck.OpAuth, Target: s.Endpoint(), Detail: mailcheck.Textf("not tried: %s", o.why), Findings: []mailcheck.Finding{f},
	})
	s.Verdict = mailcheck.Untested
}

// trusted returns a server that users log in at, vouched for by the user where nobody else does. The user
// name that was published for it is as little to be relied upon as the server was.
func trusted(s mailcheck.Server, hosts []string, a mailcheck.Address) mailcheck.Server {
	if opens(s.Protocol) && s.Vouch == mailcheck.NotVouched && slices.Contains(hosts, s.Host) {
		s.Vouch, s.Username = mailcheck.VouchedByUser, ""
		return autoconfig.WithUsername(s, a)
	}
	return s
}

// Trust notes in a report that was saved which of its settings the user vouches for, as
// the run would have done.
func Trust(r *mailcheck.Report, hosts []string) {
	for i := range r.Settings {
		r.Settings[i].Server = trusted(r.Settings[i].Server, hosts, r.Address)
	}
}

// what names the kind of credentials.
func (l *logins) what() mailcheck.Text {
	switch {
	case l.Token != "":
		return mailcheck.Textf("an OAuth2 token")
	case l.Password != "":
		return mailcheck.Textf("a password")
	}
	return mailcheck.Textf("a client certificate")
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
	if s.OwnName && s.Username == "" {
		return nil
	}
	a := l.address
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
