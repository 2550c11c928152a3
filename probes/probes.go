// Package probes tests mail servers the way a mail client meets them, and makes
// the report of a whole account.
//
// # How to call it
//
// A [Client] makes the runs; its zero value uses this machine's network. Read what a
// person typed with [mailcheck.ParseAddress], hand the address to [Client.Account],
// and give the report to package report, or walk through its Settings and Findings.
// A server that fails is in the report; an error means that no run was made. The end
// of the context ends a run with what it has learned, so give it one:
//
//	c := probes.Client{}
//	defer c.Close()
//	r, err := c.Account(ctx, address, nil)
//
// [Client.Discover] only asks what is published, [Client.Servers] tests given
// servers, and [Client.Clients] says what each mail program would end up with.
//
// # What a client says before it logs in
//
// On ports 993, 995 and 465 TLS comes first (implicit TLS, RFC 8314) and the
// server greets inside it. On 143, 110 and 587 the server greets in clear; the
// client asks what it offers, sends STARTTLS (STLS in POP3), starts TLS and asks
// again, because an attacker may have changed the first answer. In both cases
// the list that counts is the one inside TLS: it names the ways to log in.
//
// A probe goes through exactly this conversation and stops before the login. It
// has no error to return: where it gets stuck is the result.
//
// If credentials are given, the connection of a server that passed so far is kept until
// all sources have spoken; then it is known what vouches for the server and which user
// name it wants. The first login at an operator's servers goes alone, since several
// refusals may lock the account; once it is accepted the others go side by side.
//
// # What comes after it
//
// A conversation that fails is diagnosed, over at most three further connections:
// what else may be behind the port, what the server's TLS would accept, which other
// port of the host works. An audit of TLS, if it is asked for, makes many more. At
// last the servers are looked at together: what is wrong with this machine's network
// or clock, what contradicts what is published, and which findings only follow from
// others.
package probes

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/client"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/once"
	"mailcheck/probes/conclude"
)

// Options says what one run includes; nil stands for none of it.
type Options struct {
	ExpiryWarning time.Duration // warn of certificates that end sooner; 0 for 14 days, less for short-lived ones
	TLSAudit      bool          // also ask what each server's TLS accepts beyond what a client uses
	Credentials   Credentials   // to log in with; none: no login is tried

	// RoundTrip has a message sent and waited for; it is removed then, if need be after the
	// end of the run, for which it takes 15 s at most. Nil: none is sent.
	RoundTrip *RoundTrip
	// WriteTests has a folder made in one session and looked for in another; it is removed
	// likewise.
	WriteTests bool

	survey *surveyRun              // the run of a survey that shares what it learns; nil elsewhere
	paths  *once.Answers[verified] // of certificates to the roots, as all runs of a survey know them, by the chain; nil elsewhere

	token string // marks what --write-tests makes; empty: made by chance; for tests

	// Await is told what is waited for before or after the tests, at once and from several goroutines;
	// it must not block. Nil: nobody watches.
	Await func(Awaited)

	// Watch is told how far the test of each server has come, at once and from several
	// goroutines; it must not block. Nil: nobody watches.
	Watch func(mailcheck.Server, Progress)
}

// Progress is how far the test of a server has come.
type Progress int

// The steps of a test that are told.
const (
	Begun  Progress = iota
	Passed          // a client can use the server
	Failed          // none can, or the time ran out
)

// Account finds the servers of an address and tests each as soon as it is named.
// When ctx ends, the report holds what was learned by then.
func (c *Client) Account(ctx context.Context, a mailcheck.Address, o *Options) (*mailcheck.Report, error) {
	if c.Survey != nil {
		return c.surveyed(ctx, a, o)
	}
	return c.run(ctx, a, func(ctx context.Context, n *netx.Run, r *mailcheck.Report) {
		conclude.Account(r, c.learn(ctx, n, r, o))
	})
}

// Clients does the same with every source asked in earnest, and says what each
// mail client would end up with on its own. No login is tried.
func (c *Client) Clients(ctx context.Context, a mailcheck.Address, o *Options) (*mailcheck.Report, error) {
	return c.run(ctx, a, func(ctx context.Context, n *netx.Run, r *mailcheck.Report) {
		every := c.Discovery
		every.Every = true // some clients read nothing but what check can do without
		tests, found := c.test(ctx, n, r, every, o)
		r.Network = lookForPortal(ctx, n, r)
		conclude.Account(r, found.Dropped)
		r.Clients = client.Results(r.Address, found, slices.Concat(r.Servers, tests.of(client.Unpublished(r.Address, found))))
	})
}

// LookUp asks DNS for record sets that a report does not have, of which only name and type
// are given, and adds what it has to the steps of the report's source "dns".
func (c *Client) LookUp(ctx context.Context, r *mailcheck.Report, wanted []mailcheck.RecordSet) error {
	ctx, n, end, err := c.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	for i := range r.Sources {
		if s := &r.Sources[i]; s.Name == "dns" {
			s.Steps = append(s.Steps, autoconfig.LookUp(ctx, n, r.Started, wanted)...)
		}
	}
	return nil
}

// Discover only asks the sources. No option changes that.
func (c *Client) Discover(ctx context.Context, a mailcheck.Address, _ *Options) (*mailcheck.Report, error) {
	return c.run(ctx, a, func(ctx context.Context, n *netx.Run, r *mailcheck.Report) {
		found := autoconfig.Discover(ctx, n, r.Address, c.Discovery, r.Started, func(mailcheck.Server) {})
		r.Sources = found.Sources
		judgeWebHosts(ctx, n, found)
		for _, s := range found.Servers {
			r.Settings = append(r.Settings, mailcheck.Setting{Server: s})
		}
		conclude.Discovery(r, found.Dropped)
	})
}

// Servers tests given servers, which [mailcheck.ParseServer] makes from URLs. That
// the user names them is enough for them to get the user's credentials, if there are
// any.
func (c *Client) Servers(ctx context.Context, servers []mailcheck.Server, o *Options) (*mailcheck.Report, error) {
	servers, err := named(servers)
	if err != nil {
		return nil, err
	}
	return c.begun(ctx, &mailcheck.Report{}, func(ctx context.Context, n *netx.Run, r *mailcheck.Report) {
		tests := newPool(ctx, n, o, r)
		for _, s := range servers {
			tests.start(s)
		}
		tests.name(servers)
		r.Servers = tests.results(servers)
		tests.auditPorts(r.Servers)
		r.Clock = compareClock(n)
		tests.settle(r)
		r.Network = lookForPortal(ctx, n, r)
		conclude.Account(r, 0)
	})
}

// run makes the report of an address.
func (c *Client) run(ctx context.Context, a mailcheck.Address, fill func(context.Context, *netx.Run, *mailcheck.Report)) (*mailcheck.Report, error) {
	r, err := reportOn(a)
	if err != nil {
		return nil, err
	}
	return c.begun(ctx, r, fill)
}

// begun fills a report within one run of the client.
func (c *Client) begun(ctx context.Context, r *mailcheck.Report, fill func(context.Context, *netx.Run, *mailcheck.Report)) (*mailcheck.Report, error) {
	ctx, n, end, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	r.Started = time.Now()
	fill(ctx, n, r)
	if ctx.Err() == context.Canceled {
		interrupt(r)
	}
	r.Elapsed = (r.Elapsed + time.Since(r.Started)).Round(time.Microsecond) // as it is written
	return r, nil
}

// interrupt says of whatever the end of a run cut off that somebody ended it, and not the
// clock.
func interrupt(r *mailcheck.Report) {
	revise := func(f *mailcheck.Finding) {
		if f.Check == checks.RunTimeout {
			f.BecomeText(checks.RunInterrupted, f.Detail)
		}
	}
	for i := range r.Servers {
		for _, f := range mailcheck.Each(r.Servers[i].Steps) {
			revise(f)
		}
	}
	for i := range r.Sources {
		for _, f := range mailcheck.Each(r.Sources[i].Steps) {
			revise(f)
		}
	}
	if r.Synchronisation != nil {
		for _, f := range mailcheck.Each(r.Synchronisation.Steps) {
			revise(f)
		}
	}
	if r.RoundTrip != nil {
		for _, f := range mailcheck.Each(r.RoundTrip.Steps) {
			revise(f)
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		revise(f)
		if f.BecauseOf == checks.RunTimeout {
			f.BecauseOf = checks.RunInterrupted
		}
	}
}

// learn does all of a run that needs the network. It returns how many servers were
// too many to test.
func (c *Client) learn(ctx context.Context, n *netx.Run, r *mailcheck.Report, o *Options) int {
	tests, found := c.test(ctx, n, r, c.Discovery, o)
	ctx, stop := tests.opts.survey.rest(ctx, r)
	defer stop()
	tests.settle(r)
	tests.synchronise(ctx, r)
	tests.roundTrip(ctx, r)
	r.Network = lookForPortal(ctx, n, r)
	return found.Dropped
}

// test finds the servers of an address and tests them, with those that only some
// clients would use where every source is asked.
func (c *Client) test(ctx context.Context, n *netx.Run, r *mailcheck.Report, d autoconfig.Options, o *Options) (*pool, autoconfig.Discovery) {
	tests := newPool(ctx, n, o, r)
	search, stop := tests.opts.survey.limited(ctx)
	defer stop()
	found := autoconfig.Discover(search, n, r.Address, d, r.Started, tests.start)
	tests.opts.survey.searched()
	r.Sources = found.Sources
	searched := time.Since(r.Started)
	if d.Every {
		for _, s := range client.Unpublished(r.Address, found) {
			tests.start(s)
		}
	}
	tests.seekUnnamed(r)
	tests.name(found.Servers)
	judgeWebHosts(search, n, found)
	r.Servers = tests.results(found.Servers)
	if tests.opts.survey != nil {
		r.Elapsed = max(searched, tests.longest()) - time.Since(r.Started) // less than nothing: what was waited
	}
	tests.tellUnnamed(r.Servers)
	tests.auditPorts(r.Servers)
	r.Clock = compareClock(n)
	return tests, found
}

// pool runs one probe per distinct server, all at once.
type pool struct {
	ctx   context.Context
	net   *netx.Run
	opts  Options
	began time.Time
	near  *nearby

	address mailcheck.Address       // empty where servers were given
	named   chan struct{}           // closed when all servers of the run have been started
	soon    <-chan struct{}         // closed then, or when a third of the run is over: one slow source does not keep everybody from logging in
	told    context.CancelFunc      // closes it
	servers []mailcheck.Server      // as all sources together describe them; known then
	logins  *logins                 // nil where the run does not log in
	unnamed map[string]*unnamedDoor // by key; complete when the servers have been named

	mu      sync.Mutex
	wg      sync.WaitGroup
	mail    sync.WaitGroup // the probes of mail servers
	running map[string]*slot
	webs    map[string]*shared           // by host and port
	talks   map[netip.Addr]chan struct{} // turns of the audits, by the address they talk to
}

// slot is the place of one probe.
type slot struct {
	server   mailcheck.Server
	begun    time.Duration // since the run began
	result   mailcheck.ServerResult
	works    bool          // a client can use the server
	answered chan struct{} // closed when works is known
	shared   *shared       // the connection it was tested on, if others may have been too
}

func newPool(ctx context.Context, n *netx.Run, o *Options, r *mailcheck.Report) *pool {
	if o == nil {
		o = new(Options)
	}
	end, limited := ctx.Deadline()
	switch {
	case o.survey != nil && o.survey.limit > 0:
		end = time.Now().Add(o.survey.limit)
	case !limited:
		end = time.Now().Add(3 * longestGreeting)
	}
	r.SignIn = o.Credentials.SignIn
	soon, told := context.WithDeadline(ctx, time.Now().Add(time.Until(end)/3))
	return &pool{
		ctx: ctx, net: n, opts: *o, began: r.Started, address: r.Address, logins: newLogins(o.Credentials, r.Address, r.Started),
		near: newNearby(ctx, n, *o), named: make(chan struct{}), soon: soon.Done(), told: told, running: map[string]*slot{}, webs: map[string]*shared{},
		talks: map[netip.Addr]chan struct{}{}, unnamed: map[string]*unnamedDoor{},
	}
}

// start begins the probe of a server unless it has begun.
func (t *pool) start(s mailcheck.Server) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running[s.Key()] != nil {
		return
	}
	slot := &slot{server: s, begun: time.Since(t.began), answered: make(chan struct{})}
	t.running[s.Key()] = slot
	p := newProbe(t.net, s, t.opts, t.began)
	p.others, p.nearby = t, t.near
	mail := s.Protocol.Reads() || s.Protocol.Sends()
	if t.logins != nil && (mail || s.Protocol == mailcheck.Sieve) {
		p.then = t.logins.enter
	}
	if mail {
		t.mail.Add(1)
	}
	if s.Protocol.OverHTTPS() && s.Security == mailcheck.ImplicitTLS && !t.opts.survey.shares() {
		if t.webs[s.Endpoint()] == nil {
			t.webs[s.Endpoint()] = newShared(p)
		}
		p.shared = t.webs[s.Endpoint()]
	}
	t.watch(s, Begun)
	t.wg.Go(func() {
		ctx, over := t.opts.survey.meets(t.ctx, p)
		defer over()
		slot.result = p.run(ctx, func(works bool) {
			slot.works = works
			close(slot.answered)
			if works {
				t.watch(s, Passed)
			} else {
				t.watch(s, Failed)
			}
		})
		slot.shared = p.shared
		switch {
		case mail:
			t.mail.Done()
		case t.logins != nil && webLogin(s.Protocol):
			slot.result = t.logins.enterWeb(ctx, p, slot.result)
		}
	})
}

func (t *pool) watch(s mailcheck.Server, p Progress) {
	if t.opts.Watch != nil {
		t.opts.Watch(s, p)
	}
}

// name says which servers the run has, as all sources together describe them.
func (t *pool) name(servers []mailcheck.Server) {
	for i, s := range servers {
		servers[i] = trusted(s, t.opts.Credentials.TrustedHosts, t.address)
	}
	t.servers = servers
	close(t.named)
	t.told()
	if t.logins != nil {
		t.wg.Go(func() {
			t.mail.Wait()
			t.logins.settleMail()
		})
	}
}

// described returns a server as all sources together describe it, and its rank for
// logging in: by protocol, TLS before STARTTLS, then by trust in the source. While
// sources are still asked that is how the first one has it, if it can vouch for it; there
// is none of what only looked like a server of the account.
func (t *pool) described(s mailcheck.Server) (described mailcheck.Server, rank int, ok bool) {
	security := slices.Index([]mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS}, s.Security)
	place := slices.Index(mailcheck.Protocols, s.Protocol)*2 + security
	select {
	case <-t.named:
	default:
		first := trusted(s, t.opts.Credentials.TrustedHosts, t.address)
		return first, place * autoconfig.MaxServers, first.Vouch != mailcheck.NotVouched
	}
	i := slices.IndexFunc(t.servers, func(o mailcheck.Server) bool { return o.Key() == s.Key() })
	if i < 0 {
		return s, 0, false
	}
	return t.servers[i], place*autoconfig.MaxServers + i, true
}

// settle ends the logins of the run, if it has any.
func (t *pool) settle(r *mailcheck.Report) {
	if t.logins != nil {
		t.logins.settle(r)
	}
}

// find returns the place of a server, or nil if the run has not come to it.
func (t *pool) find(s mailcheck.Server) *slot {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.running[s.Key()]
}

// tests reports whether the run tests some server on a port of a host.
func (t *pool) tests(host string, port uint16) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, slot := range t.running {
		if slot.server.Host == host && slot.server.Port == port {
			return true
		}
	}
	return false
}

// longest returns when in the run the last test would have ended if no server had to wait
// for its turn.
func (t *pool) longest() (end time.Duration) {
	for _, slot := range t.running {
		end = max(end, slot.begun+slot.result.Elapsed)
	}
	return end
}

// results waits for all probes and returns theirs.
func (t *pool) results(servers []mailcheck.Server) []mailcheck.ServerResult {
	t.wait(servers)
	return t.of(servers)
}

// wait is called when the servers have been named, and waits for all probes. Of
// a guess nobody asks why it does not work: one that somebody turned out to publish is
// tested again.
func (t *pool) wait(servers []mailcheck.Server) {
	t.wg.Wait()
	for _, s := range servers {
		if slot := t.find(s); slot != nil && slot.server.Guessed() && !s.Guessed() && slot.result.Verdict == mailcheck.Fail && t.ctx.Err() == nil {
			t.mu.Lock()
			delete(t.running, s.Key())
			t.mu.Unlock()
			t.start(s)
		}
	}
	t.wg.Wait()
	t.near.wait()
	for _, c := range t.webs {
		c.first.leave()
	}
}

// of returns the results in the order of servers, with what merging has made of
// each server.
func (t *pool) of(servers []mailcheck.Server) []mailcheck.ServerResult {
	var results []mailcheck.ServerResult
	for _, s := range servers {
		if slot := t.running[s.Key()]; slot != nil {
			slot.result.Server = s
			slot.shared.sayShared(&slot.result)
			results = append(results, slot.result)
		}
	}
	return results
}
