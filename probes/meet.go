package probes

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// In a survey one run has the conversation with a server, for all that test it. What
// follows from it each works out for itself, since it depends on the address and on what
// else is published; so the conversation must know nothing of the run. Further questions
// are put by whoever needs the answer first ([inTurn]).

// outside is a certificate outside its dates, before whose judgement each run makes sure
// that it knows what time it is.
type outside struct {
	leaf *x509.Certificate
	step int // index of the step before which that is done
}

// meet has the conversation, or hears from another run how it went.
func (p *probe) meet(ctx context.Context) {
	at := p.trace.Since()
	v, question := p.opts.survey, fmt.Sprintf("conversation %t", ascii(p.result.Username))
	p.resume(ctx, remembered(ctx, p, p.result.Server, question, func() (*probe, time.Duration, bool) {
		way := v.wayTo(ctx, p.net, p.result.Server)
		var took time.Duration
		for {
			if until := v.survey.turns.leftAlone(way); !until.IsZero() {
				return p.leftAlone(until), took, false
			}
			q, one, slow := takeTurn(ctx, p, way, p.speak, (*probe).slowsDown)
			took += one
			if !slow {
				return q, took, ctx.Err() == nil
			}
			p.watch.charge(-one) // the server is heard again, with as much time
			took -= one
		}
	}), at)
	p.tell()
}

// speak has the conversation as one that belongs to no run.
func (p *probe) speak(ctx context.Context) *probe {
	opts := p.opts
	opts.survey = nil
	q := newProbe(p.net.Net.Run(), p.result.Server, opts, time.Now())
	q.tell, q.speaks = func() {}, true
	q.converse(ctx)
	q.way = q.wayToTLS()
	q.hangUp()
	q.dane(ctx)
	return q.rested()
}

// rested ends everything that is alive in a probe, and returns it without what belongs to
// the run. Its connections are closed when all addresses have been looked at.
func (p *probe) rested() *probe {
	if p.tlsa != nil {
		p.tlsa.cancel()
	}
	p.drop()
	q := *p
	if p.dialed != nil {
		q.dialed = p.dialed.Rest()
	}
	if p.conn != nil {
		q.conn = gone{}
	}
	if p.lines != nil {
		q.lines = &lines{transcript: p.lines.transcript}
	}
	q.clocks = p.net.Clocks()
	q.net, q.opts, q.tlsa, q.tell, q.speaks, q.others, q.nearby = nil, Options{}, nil, nil, false, nil, nil
	return &q
}

// gone stands for a connection that came about, and is closed.
type gone struct{ net.Conn }

// resume goes on where another probe of the server rests, whose conversation began here at
// a time of this run.
func (p *probe) resume(ctx context.Context, rested *probe, at time.Duration) {
	own := *p
	*p = *rested
	p.net, p.opts, p.watch, p.trace, p.others, p.nearby, p.tell = own.net, own.opts, own.watch, own.trace, own.others, own.nearby, own.tell
	p.result = own.result
	server := p.result.Server
	*p.result = *rested.result
	p.result.Server, p.result.TLS = server, cloneTLS(rested.result.TLS)
	p.result.Conversation = slices.Clone(rested.result.Conversation)
	for i := range p.result.Conversation {
		p.result.Conversation[i].At += at
	}
	p.trace.Follow(rested.trace.Steps, 0, at)
	for _, f := range mailcheck.Each(p.trace.Steps) {
		if f.Check == checks.CapsNoSMTPUTF8 {
			f.Detail = p.cannotSpell()
		}
	}
	p.askTheTime(ctx)
	p.net.LearnClocks(p.clocks)
	p.lookAroundAfter(ctx)
}

// awaken returns a probe that goes on where another one rests, whose test began here at a
// time of this run.
func (p *probe) awaken(rested *probe, at time.Duration) *probe {
	q := *rested
	q.trace = p.trace.Branch()
	if steps := rested.trace.Steps; len(steps) > 0 {
		q.trace.Follow(steps, steps[0].Start, at)
	}
	return &q
}

// askTheTime makes sure that the run knows the time, as the conversation would have done
// before it judged the certificate.
func (p *probe) askTheTime(ctx context.Context) {
	if p.outside == nil {
		return
	}
	ctx, stop := p.watch.start(ctx)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, inquiryTimeout)
	defer cancel()
	later := slices.Clone(p.trace.Steps[p.outside.step:])
	p.trace.Steps = p.trace.Steps[:p.outside.step]
	p.learnTime(ctx, p.outside.leaf)
	added := len(p.trace.Steps) - p.outside.step
	p.trace.Steps = append(p.trace.Steps, later...)
	for i := range p.result.Conversation {
		if line := &p.result.Conversation[i]; line.Step >= p.outside.step {
			line.Step += added
		}
	}
}

// lookAroundAfter looks at the other ports of a host that let the connection hang. Without
// a survey that is done while it hangs.
func (p *probe) lookAroundAfter(ctx context.Context) {
	if p.result.Guessed() || p.others == nil || len(p.trace.Steps) == 0 {
		return
	}
	if last := p.trace.Steps[len(p.trace.Steps)-1]; last.Op == mailcheck.OpConnect && last.Failed() && last.Elapsed >= hangs {
		p.result.Neighbours = p.lookAround(ctx, p.addrs)
	}
}

// maxRefusals is how often an operator may ask to slow down before it is left alone.
const maxRefusals = 3

// slowsDown reports whether the server asked to slow down.
func (p *probe) slowsDown() bool {
	for _, f := range mailcheck.Each(p.trace.Steps) {
		if f.Check == checks.GreetRateLimit {
			return true
		}
	}
	if mailcheck.VerdictOf(p.trace.Findings()).Usable() || p.lines == nil {
		return false
	}
	said := p.lines.transcript
	return len(said) > 0 && !said[len(said)-1].Client && trace.AsksToSlowDown(said[len(said)-1].Text)
}

// leftAlone returns a probe of a server whose operator asked to slow down too often.
func (p *probe) leftAlone(until time.Time) *probe {
	q := newProbe(p.net.Net.Run(), p.result.Server, Options{}, time.Now())
	q.trace.Steps = []mailcheck.Step{{Op: mailcheck.OpConnect, Target: p.result.Endpoint(), Detail: mailcheck.Textf("not connected")}}
	q.trace.Find(checks.RunSlowDown, "%s, or another server of its operator, asked us to slow down, however long it was left alone; nobody is sent there before %s", p.result.Host, mailcheck.Stamp(until))
	return q.rested()
}
