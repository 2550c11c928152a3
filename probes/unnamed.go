package probes

import (
	"context"
	"slices"

	"mailcheck"
	"mailcheck/internal/trace"
	"mailcheck/probes/conclude"
)

// Half of the domains with SRV records for STARTTLS have none for TLS from the first byte,
// mostly since nobody added them when they got a name. Whether the host has it is asked
// beside the tests, over one connection, so that the record to add can be named: nobody
// waits for it longer than for the tests but where the port is silent.

// unnamedDoor is a look at the port with TLS of a host whose records name STARTTLS alone.
type unnamedDoor struct {
	beside mailcheck.Server // that the records name
	door   mailcheck.Server
	done   chan struct{}
	glimpse
}

// seekUnnamed begins to look, before the servers are named: who looks for another way in
// then comes upon it.
func (t *pool) seekUnnamed(r *mailcheck.Report) {
	for _, s := range conclude.WithoutTLSRecord(r) {
		door := mailcheck.Server{Protocol: s.Protocol, Host: s.Host, Port: mailcheck.DefaultPort(s.Protocol, mailcheck.ImplicitTLS), Security: mailcheck.ImplicitTLS}
		if t.tests(door.Host, door.Port) || t.unnamed[door.Key()] != nil {
			continue
		}
		d := &unnamedDoor{beside: s, door: door, done: make(chan struct{})}
		t.unnamed[door.Key()] = d
		t.wg.Go(func() {
			defer close(d.done)
			q := newProbe(t.net, door, t.opts, t.began)
			q.watch = newStopwatch(0)
			d.glimpse = inTurn(t.ctx, q, door, "beside the records", func(ctx context.Context) glimpse { return glimpseOf(ctx, t, door) })
		})
	}
}

// greetings read the first reply of a protocol.
var greetings = map[mailcheck.Protocol]func(*probe) (string, error){
	mailcheck.IMAP: (*probe).imapGreeting, mailcheck.POP3: (*probe).pop3Greeting, mailcheck.Submission: (*probe).smtpGreeting,
}

// glimpse is what was seen.
type glimpse struct {
	steps []mailcheck.Step
	works bool
	state mailcheck.Reach
}

// glimpseOf goes no further than to the greeting. A client would ask what the server
// offers, but that is one more round trip, and would hold up the run.
func glimpseOf(ctx context.Context, t *pool, door mailcheck.Server) (seen glimpse) {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	addrs, _, err := t.net.Addrs(ctx, door.Host, door.Port)
	if err != nil || len(addrs) == 0 {
		return seen
	}
	own := trace.New(t.began)
	q := newProbe(t.net, door, t.opts, t.began)
	q.further = 0
	step := mailcheck.Step{Op: mailcheck.OpDiagnose, Target: door.Endpoint(), Start: own.Since()}
	if q.connect(ctx, addrs) {
		q.startLines()
		seen.works = q.handshake(ctx) && q.greet(ctx, func() (string, error) { return greetings[door.Protocol](q) })
		seen.works = seen.works && mailcheck.VerdictOf(q.trace.Findings()).Usable()
	}
	seen.state = q.reach()
	q.leave()
	step.Elapsed = own.Since() - step.Start
	step.Detail = mailcheck.Textf("look for TLS from the first byte, which no record names: it is there")
	if findings := q.trace.Findings(); !seen.works && len(findings) > 0 {
		step.Detail = mailcheck.Textf("look for TLS from the first byte, which no record names: %s", findings[0].Check.ID)
	}
	seen.steps = []mailcheck.Step{step}
	return seen
}

// closed waits for the look at a door, and reports whether there was one which found that
// nobody gets in there.
func (t *pool) closed(ctx context.Context, door mailcheck.Server) bool {
	d := t.unnamed[door.Key()]
	if d == nil {
		return false
	}
	select {
	case <-d.done:
		return !d.works
	case <-ctx.Done():
		return false
	}
}

// opened returns how a client can use the door; nothing if it cannot.
func (d *unnamedDoor) opened() mailcheck.Security {
	if d.works {
		return d.door.Security
	}
	return ""
}

// tellUnnamed records what was seen, at the servers that the doors are beside. All have
// been tested then.
func (t *pool) tellUnnamed(servers []mailcheck.ServerResult) {
	for i := range servers {
		s := &servers[i]
		for _, d := range t.unnamed {
			known := slices.ContainsFunc(s.Neighbours, func(n mailcheck.Neighbour) bool { return n.Port == d.door.Port })
			if s.Key() == d.beside.Key() && !known && d.state != "" {
				s.Neighbours = append(s.Neighbours, mailcheck.Neighbour{Port: d.door.Port, State: d.state, Door: d.opened()})
				s.Steps = append(s.Steps, d.steps...)
			}
		}
	}
}
