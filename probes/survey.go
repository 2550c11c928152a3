package probes

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/provider"
	"mailcheck/internal/netx"
	"mailcheck/internal/once"
	"mailcheck/probes/conclude"
)

// Survey is what many runs of one client share, so that strangers' servers are asked no
// more than is needed, and no faster than they like. Its zero value is ready; one survey
// belongs to one client.
//
// # What is shared
//
// Each server (protocol, host, port, security) is tested once, and asked once what is
// asked to find a cause; so is each document that is asked for without saying who asks.
// What follows from the answers is worked out for each address by itself: the report is
// that of a run without a survey. A run that logs in, sends a message or audits TLS tests
// its servers itself.
//
// # Turns
//
// A server is visited when its turn has come. Few are visited at once, and in the pace
// that the fields give, among those of one operator and among those at one address. An
// operator is known by the registrable domain of the host, or of what the host is an alias
// of; where that is the mail domain itself, the pace is also that of its mail exchanger's
// operator, unless that only filters mail. The web servers at one address are asked by four
// runs at once, and ten a second, over the few connections that a browser makes too, which
// web servers are made for.
//
// A run that tests its servers itself waits for its turn at the operator of the domain's mail
// exchanger, where so many are at once as else connections: it is there with those of a mail program.
//
// The wait for a turn is no part of a run. The deadline of its context says how long the
// run may work: for each server the clock stands still while it waits. Cancelling the
// context ends the run at once.
//
// # Slowing down
//
// Where a server says that there are too many connections, its operator is left alone for
// a minute ([Survey.Rest]), then for two; if it still says so, the server is untested, and says that it
// asked to slow down (run.slow-down). Then the operator is left alone for longer, up to a
// quarter of an hour, and what waits for it is untested without being asked.
type Survey struct {
	// AtOnce is how many connections there are at once to the servers of one operator, and
	// to one address; 0 for 2. A single mail program has four or five, and the limits that
	// are shipped are ten and more (Dovecot: mail_max_userip_connections; Postfix:
	// smtpd_client_connection_count_limit 50).
	AtOnce int

	// PerSecond is how fast connections to them follow each other, after the first four; 0
	// for 1. What bans an address counts failed logins, of which there are none; what
	// counts connections allows for offices behind one address, of hundreds a minute.
	PerSecond float64

	// Rest is for how long an operator who asks to slow down is left alone at first; 0 for a
	// minute, in which the counters of most servers have run out.
	Rest time.Duration

	// Runs is how many runs are at work at once; 0 for as many as there are callers of Account.
	// What answers is done soon. A run that has taken a third of a second waits for somebody, such as
	// a server that never answers, and makes room for another one: so with twice as many
	// callers as this, of whom the others wait, nobody is held up by whoever is silent.
	Runs int

	begin   sync.Once
	rooms   chan struct{} // has one for each run that is at work
	answers *once.Answers[answer]
	paths   *once.Answers[verified]
	turns   turns
}

// CallersFor returns how many callers of Account a survey needs for so many runs at work.
func CallersFor(runs int) int { return 2 * runs }

// prepare makes what the runs share, when the first one begins.
func (s *Survey) prepare() {
	s.begin.Do(func() {
		s.answers = once.New[answer](maxAnswers, answerLife, 0, nil)
		s.paths = once.New[verified](maxPaths, pathLife, 0, nil)
		s.rooms = make(chan struct{}, max(0, s.Runs))
	})
}

// enter waits until there is room for a run, which leaves it when it is over, or before, where
// it waits itself. A context that has ended waits for nothing: its run ends at once.
func (s *Survey) enter(ctx context.Context) (leave func()) {
	if s.Runs <= 0 {
		return func() {}
	}
	select {
	case s.rooms <- struct{}{}:
	case <-ctx.Done():
		return func() {}
	}
	clear := sync.OnceFunc(func() { <-s.rooms })
	early := time.AfterFunc(busyTime, clear)
	return func() {
		early.Stop()
		clear()
	}
}

// The defaults.
const (
	usualAtOnce    = 2
	usualPerSecond = 1
	burst          = 4 // connections that a mail program opens when it starts

	busyTime = 300 * time.Millisecond // some round trips: a run that nobody keeps waiting has done most by then

	// Runs that ask the web servers at one address: so many at once, and so many in the time in
	// which one connection is made to mail servers.
	runsAtOnce  = 4
	runsPerTurn = 10
)

// maxAnswers is how many answers of servers are remembered. One has some kilobytes.
const maxAnswers = 1024

// maxPaths is how many paths of certificates are remembered, some kilobytes each.
const maxPaths = 64

// answer is one of a server.
type answer struct {
	value any
	took  time.Duration // in the turn
}

// pace returns that of the mail servers.
func (s *Survey) pace() pace {
	p := pace{s.AtOnce, perSecond(usualPerSecond), burst, s.Rest}
	if p.rest <= 0 {
		p.rest = usualRest
	}
	if p.atOnce <= 0 {
		p.atOnce = usualAtOnce
	}
	if s.PerSecond > 0 {
		p.interval = perSecond(s.PerSecond)
	}
	return p
}

// surveyed is [Client.Account] in a survey.
func (c *Client) surveyed(ctx context.Context, a mailcheck.Address, o *Options) (*mailcheck.Report, error) {
	r, err := reportOn(a)
	if err != nil {
		return nil, err
	}
	ctx, limit, stop := unhurried(ctx)
	defer stop()
	ctx, n, end, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	c.Survey.prepare()
	defer c.Survey.enter(ctx)()
	var opts Options
	if o != nil {
		opts = *o
	}
	run := &surveyRun{survey: c.Survey, domain: r.Address.Domain, expiry: opts.ExpiryWarning, limit: limit, own: opts.learnsMore()}
	if run.own {
		defer run.approachAll(ctx, n)()
	}
	run.found = c.Survey.approachWeb(ctx, n, run.domain)
	defer run.found()
	opts.survey, opts.paths = run, c.Survey.paths
	return c.begun(ctx, r, func(ctx context.Context, n *netx.Run, r *mailcheck.Report) {
		conclude.Account(r, c.learn(ctx, n, r, &opts))
	})
}

// learnsMore reports whether a run learns of servers what is nobody else's.
func (o Options) learnsMore() bool {
	return o.TLSAudit || o.Credentials.Given() || o.RoundTrip != nil || o.WriteTests
}

// unhurried returns a context that ends only if the given one is cancelled, and the time
// that is left to it; 0 for all.
func unhurried(ctx context.Context) (_ context.Context, limit time.Duration, stop func()) {
	if end, limited := ctx.Deadline(); limited {
		limit = max(1, time.Until(end))
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() {
		if ctx.Err() == context.Canceled {
			cancel()
		}
	})
	return base, limit, func() {
		unhook()
		cancel()
	}
}

// surveyRun is one run of a survey. Of nil, which is a run without one, the methods change
// nothing.
type surveyRun struct {
	survey *Survey
	domain string // of the address
	expiry time.Duration
	limit  time.Duration // that the run may work, for each server; 0 for as long as it takes
	own    bool          // it tests its servers itself, since it learns what is nobody else's
	found  func()        // called when the sources have spoken
}

// shares reports whether the run shares what it learns of servers.
func (v *surveyRun) shares() bool { return v != nil && !v.own }

// limited returns a context that ends with the time of the run.
func (v *surveyRun) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if v == nil || v.limit == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, v.limit)
}

// searched says that the sources have spoken.
func (v *surveyRun) searched() {
	if v != nil {
		v.found()
	}
}

// rest returns a context that ends with the time that the tests have left.
func (v *surveyRun) rest(ctx context.Context, r *mailcheck.Report) (context.Context, context.CancelFunc) {
	if v == nil || v.limit == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, v.limit-(r.Elapsed+time.Since(r.Started)))
}

// meets returns the context for the test of a server: that of a stopwatch which runs in its
// turns, or, where the run does not share the test, one that begins with its turn.
func (v *surveyRun) meets(ctx context.Context, p *probe) (_ context.Context, over context.CancelFunc) {
	switch {
	case v == nil:
		return ctx, func() {}
	case v.own:
		p.opts.survey = nil
		if p.shared != nil && p.shared.first != p {
			<-p.shared.made // whose turn came before
		} else {
			v.approach(ctx, p.net, p.result.Server)
		}
		return v.limited(ctx)
	}
	p.watch = newStopwatch(v.limit)
	return standing{ctx, p.watch}, func() {}
}

// wayTo returns the gates that those go through who visit a server: its operator's, and one
// for each of its addresses; none where it has no address, so that nobody is visited.
func (v *surveyRun) wayTo(ctx context.Context, n *netx.Run, to mailcheck.Server) (way []passage) {
	addrs, meta, err := n.Addrs(ctx, to.Host, to.Port)
	if err != nil || len(addrs) == 0 {
		return nil
	}
	if _, err := netip.ParseAddr(to.Host); err != nil {
		operator := autoconfig.Operator(to.Host)
		other := operator
		if last := len(meta.Aliases) - 1; last >= 0 {
			other = autoconfig.Operator(meta.Aliases[last])
		} else if operator == autoconfig.Operator(v.domain) {
			other = cmp.Or(v.operatorByMX(ctx, n), operator)
		}
		way = append(way, passage{gate: "operator " + operator})
		if other != operator {
			way = append(way, passage{gate: "operator " + other, hearsay: true})
		}
	}
	return appendAddresses(way, "address", addrs)
}

func appendAddresses(way []passage, kind string, addrs []netip.Addr) []passage {
	for _, a := range addrs {
		if on := (passage{gate: kind + " " + a.String()}); !slices.Contains(way, on) {
			way = append(way, on)
		}
	}
	return way
}

// operatorByMX returns who runs the mail exchanger of the domain; nothing where that only
// filters mail, and says nothing of other servers.
func (v *surveyRun) operatorByMX(ctx context.Context, n *netx.Run) string {
	records, _, err := n.Resolver.MX(ctx, v.domain)
	if err != nil || len(records) == 0 || records[0].Host == "." {
		return ""
	}
	if _, filters := provider.FilterOf(records[0].Host); filters {
		return ""
	}
	return autoconfig.Operator(records[0].Host)
}

// approachWeb waits until few other runs search the web servers at the addresses of a
// domain. The names are looked up in DNS, as the search itself does then.
func (s *Survey) approachWeb(ctx context.Context, n *netx.Run, domain string) (leave func()) {
	hosts := autoconfig.WebHosts(domain)
	found := make([][]netip.Addr, len(hosts))
	var lookups sync.WaitGroup
	for i, host := range hosts {
		addrs := n.GuessedAddrs
		if host == domain {
			addrs = n.Addrs
		}
		lookups.Go(func() { found[i], _, _ = addrs(ctx, host, 443) })
	}
	lookups.Wait()
	way := appendAddresses(nil, "web", slices.Concat(found...))
	done, err := s.turns.take(ctx, way, pace{atOnce: runsAtOnce, interval: s.pace().interval / runsPerTurn, burst: runsAtOnce})
	if err != nil {
		return func() {}
	}
	return sync.OnceFunc(func() { done(0, false) })
}

// approachAll waits for the turn of a run that tests its servers itself, as a mail program that is
// there with all its connections. It goes by the mail exchanger: where the servers are is not known yet.
func (v *surveyRun) approachAll(ctx context.Context, n *netx.Run) (leave func()) {
	operator := cmp.Or(v.operatorByMX(ctx, n), autoconfig.Operator(v.domain))
	done, err := v.survey.turns.take(ctx, []passage{{gate: "program " + operator}}, pace{atOnce: v.survey.pace().atOnce, burst: 1})
	if err != nil {
		return func() {}
	}
	return func() { done(0, false) }
}

// approach waits for the turn of a run that tests its servers itself. It does not hold the
// turn: a login may wait for another one, at a server whose turn has yet to come.
func (v *surveyRun) approach(ctx context.Context, n *netx.Run, to mailcheck.Server) {
	if leave, err := v.survey.turns.take(ctx, v.wayTo(ctx, n, to), v.survey.pace()); err == nil {
		leave(1, false)
	}
}

// inTurn puts a question to a server when its turn has come, or returns what it was
// answered before in this survey. Without a survey it is put at once.
func inTurn[T any](ctx context.Context, p *probe, to mailcheck.Server, question string, ask func(context.Context) T) T {
	v := p.opts.survey
	if v == nil {
		return ask(ctx)
	}
	return remembered(ctx, p, to, question, func() (T, time.Duration, bool) {
		value, took, _ := takeTurn(ctx, p, v.wayTo(ctx, p.net, to), ask, func(T) bool { return false })
		return value, took, ctx.Err() == nil
	})
}

// remembered returns the answer to a question that was put before in this survey, or else
// that of ask, which returns how long its turn took and whether the answer is whole. The
// probe's clock shows the time that the turn took, and no other.
func remembered[T any](ctx context.Context, p *probe, to mailcheck.Server, question string, ask func() (T, time.Duration, bool)) T {
	v, entered := p.opts.survey, time.Now()
	key := fmt.Sprintf("%q %t %v %s", to.Key(), to.Guessed(), v.expiry, question)
	got, mine, err := v.survey.answers.Get(ctx, key, func() (answer, bool) {
		value, took, whole := ask()
		return answer{value, took}, whole
	})
	if err != nil { // the run has ended
		value, took, _ := ask()
		got = answer{value, took}
	} else if !mine {
		p.watch.charge(got.took)
	}
	p.trace.Skip(time.Since(entered) - got.took)
	return got.value.(T)
}

// takeTurn puts a question when its turn has come, and reports how long it took, and whether
// the server asked to slow down.
func takeTurn[T any](ctx context.Context, p *probe, way []passage, ask func(context.Context) T, slows func(T) bool) (value T, took time.Duration, slow bool) {
	s := p.opts.survey.survey
	leave, err := s.turns.take(ctx, way, s.pace())
	if err != nil {
		return ask(ctx), 0, false // which ends at once
	}
	counted, connections := netx.CountDials(ctx)
	limited, stop := p.watch.start(counted)
	value = ask(limited)
	took = stop()
	slow = slows(value)
	leave(int(connections.Load()), slow)
	return value, took, slow
}
