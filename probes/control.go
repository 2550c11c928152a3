package probes

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// A difference proves a cause only if nothing else has changed meanwhile. That a server
// answers a short ClientHello after it did not answer a long one may mean that it cannot
// read long ones, or that it had a bad moment. So before a cause is named, the test is made
// once more, just as it was: only if it fails again does the difference count, and if it
// works, that is what is told.

// atTimes are the failures that come at once, and that a server under load, or a machine
// behind a balancer, has for some connections and not for others: where no cause was
// found, whether it fails again is worth a connection.
var atTimes = []*checks.Check{checks.TCPReset, checks.TLSEOF, checks.TLSHandshakeFailure, checks.ReplyClosed}

// lookAgain makes the test once more where it failed and nobody knows why.
func (p *probe) lookAgain(ctx context.Context) {
	for _, f := range mailcheck.Each(p.trace.Steps) {
		if slices.Contains(atTimes, f.Check) && f.Severity == checks.Failure {
			p.fails(ctx, f)
			return
		}
	}
}

// fails reports whether the test fails again of which a finding tells. Else the finding
// says so, and the probe goes on with what the second test saw.
func (p *probe) fails(ctx context.Context, f *mailcheck.Finding) bool {
	if p.repeated {
		return !p.works()
	}
	if !lasts(ctx, p.way) || p.dialed == nil || !p.dialed.Addr.IsValid() {
		return false // nobody knows
	}
	p.repeated = true
	at := p.trace.Since()
	q := inTurn(ctx, p, p.result.Server, "the test once more", p.oncemore)
	if q == nil {
		return true
	}
	if p.opts.survey != nil {
		q = p.awaken(q, at)
	}
	f.Become(checks.TCPIntermittent, "%s; the same once more works", f.Detail)
	p.adopt(q)
	return false
}

// oncemore makes the test again, and returns a probe that is over if it works.
func (p *probe) oncemore(ctx context.Context) *probe {
	again, cancel := context.WithCancel(ctx)
	defer cancel()
	limit := time.AfterFunc(max(askTimeout, 2*p.way), cancel)
	q := newProbe(p.net, p.result.Server, p.opts, time.Now())
	q.trace, q.tell, q.others, q.nearby, q.tlsa, q.further = p.trace.Branch(), p.tell, p.others, p.nearby, p.tlsa, 0
	q.then = func(_ context.Context, q *probe) {
		if limit.Stop() && p.then != nil { // a login has its own limits
			p.then(ctx, q)
		}
	}
	if q.connect(again, []netip.Addr{p.dialed.Addr.Addr()}) {
		q.talk(again)
	}
	if !q.works() {
		q.leave()
		return nil
	}
	q.hangUp()
	q.leave()
	q.dane(ctx)
	if p.opts.survey != nil {
		return q.rested()
	}
	return q
}

// adopt goes on with what another probe of the server saw.
func (p *probe) adopt(q *probe) {
	first := *p.result
	*p.result = *q.result
	p.result.Neighbours, p.result.Conversation = first.Neighbours, first.Conversation
	for _, line := range q.result.Conversation {
		line.Step += len(p.trace.Steps)
		p.result.Conversation = append(p.result.Conversation, line)
	}
	p.trace.Join(q.trace)
	p.conn, p.lines, p.sent, p.path, p.certAsked, p.shown, p.way = q.conn, q.lines, q.sent, q.path, q.certAsked, q.shown, q.wayToTLS()
}
