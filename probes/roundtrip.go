package probes

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
	"mailcheck/internal/letter"
	"mailcheck/internal/netx"
)

// A login that is accepted is not yet mail. So a marked message is handed in, looked for
// in the mailbox until it arrives, and removed again. Where the message is when the user
// loses patience nobody knows, so that is looked after too: removing has a time of its own.

// RoundTrip has a run send a message and wait for it.
type RoundTrip struct {
	To    mailcheck.Address // empty: the address of the run
	Token string            // that marks the message, 32 hexadecimal digits; empty: made by chance
}

// Awaited is what a run waits for before or after the servers are tested.
type Awaited int

// What is waited for.
const (
	AwaitNothing Awaited = iota
	AwaitSignIn          // the provider gives a token for the sign-in that is kept; told by who asks for it
	AwaitSending         // the submission server takes the message
	AwaitMessage         // it arrives
	AwaitSync            // a change is seen in a second session
	AwaitRemoval         // what was made is removed
)

// journey is a round trip.
type journey struct {
	visitor
	*mailcheck.RoundTrip
	opts    Options
	clean   context.Context // outlives the run by the time for cleaning up
	end     time.Time       // of the wait
	own     func(host string) bool
	sent    chan struct{} // closed when the sending is over
	arrived chan struct{} // closed when the message was seen by IMAP, or will not be
	looked  chan struct{} // closed when POP3 needs the message no more
	start   time.Time     // when it was taken

	reader *watcher // nil where nobody reads by IMAP
	drop   *collector
	found  []mailcheck.Finding
	marked letter.Field // by which a filter calls it spam

	interrupted bool
}

// roundTrip sends a message, waits for it and removes it. What became of it is in the report.
func (t *pool) roundTrip(ctx context.Context, r *mailcheck.Report) {
	if t.opts.RoundTrip == nil || t.logins == nil || t.address.Local == "" {
		return
	}
	j := newJourney(ctx, t, r)
	r.RoundTrip = j.RoundTrip
	senders, imaps, pops := j.insiders(r, mailcheck.Submission), j.insiders(r, mailcheck.IMAP), j.insiders(r, mailcheck.POP3)
	if len(senders) == 0 || len(imaps)+len(pops) == 0 || ctx.Err() != nil {
		j.State = mailcheck.RoundTripUntried
		if ctx.Err() != nil {
			j.find(checks.RunTimeout, "", "not finished: %s", mailcheck.OpSend)
		} else {
			j.find(checks.RoundTripUntried, "", "%s", missing(len(senders) == 0, len(imaps)+len(pops) == 0))
		}
		r.RoundTrip.Steps = append(r.RoundTrip.Steps, mailcheck.Step{Op: mailcheck.OpSend, Target: j.To, Start: time.Since(t.began), Findings: j.found})
		return
	}
	if len(imaps) > 0 {
		j.reader = newWatcher(j, imaps[0])
	}
	if len(pops) > 0 {
		j.drop = &collector{journey: j, server: pops[0]}
	}
	j.travel(ctx, senders[0])
	j.interrupted = ctx.Err() == context.Canceled
	j.judge()
}

// missing says what keeps the message from being sent.
func missing(sending, reading bool) mailcheck.Text {
	switch {
	case sending && reading:
		return mailcheck.Textf("no login was accepted for sending, and none for reading")
	case sending:
		return mailcheck.Textf("no login was accepted for sending")
	}
	return mailcheck.Textf("no login was accepted for reading")
}

func newJourney(ctx context.Context, t *pool, r *mailcheck.Report) *journey {
	from, to := t.address, t.opts.RoundTrip.To
	if to.Local == "" {
		to = from
	}
	j := &journey{
		visitor:   visitor{net: t.net, logins: t.logins, began: t.began},
		RoundTrip: &mailcheck.RoundTrip{From: from.String(), To: to.String(), Token: t.token()},
		opts:      t.opts, end: patienceEnd(ctx), own: receivers(ctx, t.net, r, to),
		sent: make(chan struct{}), arrived: make(chan struct{}), looked: make(chan struct{}),
	}
	return j
}

// patienceEnd is when the wait for a message ends: before the run does, so that there is
// time to look everywhere once more.
func patienceEnd(ctx context.Context) time.Time {
	end := time.Now().Add(roundTripPatience)
	if deadline, ok := ctx.Deadline(); ok && deadline.Add(-lastLook).Before(end) {
		end = deadline.Add(-lastLook)
	}
	return end
}

// cleaning returns a context that outlives the end of the run by the time for cleaning up.
func cleaning(ctx context.Context) (context.Context, context.CancelFunc) {
	clean, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(cleanTimeout, cancel) })
	return clean, func() { stop(); cancel() }
}

// travel has the mailbox watched while the message is on its way.
func (j *journey) travel(ctx context.Context, sender insider) {
	clean, cancel := cleaning(ctx)
	defer cancel()
	j.clean = clean
	var read, sent said
	ready, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		if j.reader != nil {
			read = j.reader.watch(ctx, ready)
		}
		closeOnce(j.arrived)
		closeOnce(ready)
	}()
	<-ready
	j.tell(AwaitSending)
	sent = j.send(ctx, sender)
	close(j.sent)
	var collected said
	if j.drop != nil && j.onItsWay() {
		j.tell(AwaitMessage)
		collected = j.drop.collect(ctx)
	}
	close(j.looked)
	<-done
	j.tell(AwaitNothing)
	all := said{}
	all.join(sent, read, collected)
	j.Steps, j.Conversation = all.steps, all.lines
}

// closeOnce closes a channel unless it is closed.
func closeOnce(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

// onItsWay reports whether the message may arrive.
func (j *journey) onItsWay() bool {
	return j.State == mailcheck.RoundTripAccepted || j.State == mailcheck.RoundTripDoubtful
}

func (j *journey) tell(a Awaited) {
	if j.opts.Await != nil {
		j.opts.Await(a)
	}
}

// find notes a finding about a server; empty for none.
func (j *journey) find(c *checks.Check, server, format string, args ...any) *mailcheck.Finding {
	return j.findText(c, server, mailcheck.Evidencef(format, args...))
}

func (j *journey) findText(c *checks.Check, server string, detail mailcheck.Text) *mailcheck.Finding {
	f := mailcheck.NewFindingText(c, detail)
	f.Server = server
	j.found = append(j.found, f)
	return &j.found[len(j.found)-1]
}

// receivers returns what tells the names of those who receive mail for an address: its
// mail exchangers, its domain, and the servers that the user reads it at.
func receivers(ctx context.Context, n *netx.Run, r *mailcheck.Report, to mailcheck.Address) func(host string) bool {
	operators := []string{autoconfig.Operator(to.Domain)}
	exchangers, _, _ := n.Resolver.MX(ctx, to.Domain)
	for _, mx := range exchangers {
		operators = append(operators, autoconfig.Operator(mx.Host))
	}
	for _, s := range r.Servers {
		if _, err := netip.ParseAddr(s.Host); err != nil && s.Protocol.Reads() && s.Login != nil && s.Login.State == mailcheck.LoginAccepted {
			operators = append(operators, autoconfig.Operator(s.Host))
		}
	}
	return func(host string) bool { return slices.Contains(operators, autoconfig.Operator(host)) }
}

// message returns what is sent.
func (j *journey) message() []string {
	return letter.Test{From: j.From, To: j.To, Domain: j.logins.address.Domain, Token: j.Token, Date: time.Now()}.Lines()
}
