package probes

import (
	"context"
	"net"
	"slices"
	"time"

	"mailcheck"
)

// shared is the connection to a web server behind which several services are
// tested. The first probe connects and looks into what is wrong with that; the
// others speak on its connection, one after the other, and take over what it found.
type shared struct {
	first  *probe
	made   chan struct{} // closed when the first has connected, or failed to
	judged chan struct{} // closed when the first is done

	connecting []mailcheck.Step // of the first, when it was made
	tls        *mailcheck.TLS   // likewise; nil if there is no connection

	conn chan net.Conn // holds the connection while nobody speaks; closed when it cannot be used again

	by string // the server that the report names for it
}

func newShared(first *probe) *shared {
	return &shared{first: first, made: make(chan struct{}), judged: make(chan struct{}), conn: make(chan net.Conn, 1)}
}

// announce tells the others how connecting went, once the first probe knows.
func (c *shared) announce(p *probe) {
	if c == nil || c.first != p || c.connecting != nil {
		return
	}
	c.connecting, c.tls = cloneSteps(p.trace.Steps), cloneTLS(p.result.TLS)
	close(c.made)
}

// leave hands the connection on after a conversation, and reports whether others
// may use it.
func (c *shared) leave(p *probe) bool {
	if c == nil {
		return false
	}
	c.announce(p)
	if p.result.TLS == nil || p.spent {
		close(c.conn)
		return false
	}
	c.conn <- p.conn
	return true
}

// takeTurn waits for the connection; nil if it is not to be had.
func (c *shared) takeTurn(ctx context.Context) net.Conn {
	timer := time.NewTimer(turnPatience)
	defer timer.Stop()
	select {
	case conn := <-c.conn:
		return conn
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}

// join tests the server on the connection of another probe. It returns false where
// that is not to be had, so that the server needs a connection of its own.
func (p *probe) join(ctx context.Context, tell func(works bool)) bool {
	c := p.shared
	if c == nil || c.first == p {
		return false
	}
	<-c.made
	guest := *p // what it saw is forgotten if it has to leave
	guest.trace, guest.result = p.trace.Branch(), &mailcheck.ServerResult{Server: p.result.Server}
	guest.trace.Steps = cloneSteps(c.connecting)
	if c.tls != nil && !guest.talkInTurn(ctx) {
		p.shared = nil
		return false
	}
	tell(guest.works())
	<-c.judged
	guest.inherit(c.first)
	*p = guest
	return true
}

// talkInTurn has the conversation of the protocol. It returns false if it could
// not begin: a server may end a connection after any reply, and its client then
// makes another (RFC 9112 sections 9.3.1 and 9.6).
func (p *probe) talkInTurn(ctx context.Context) bool {
	if p.conn = p.shared.takeTurn(ctx); p.conn == nil {
		return false
	}
	p.result.TLS = cloneTLS(p.shared.tls)
	p.talk(ctx)
	p.hangUp()
	first := p.trace.Steps[len(p.shared.connecting)]
	return !first.Failed() || first.Reach == mailcheck.TimedOut || ctx.Err() != nil
}

// inherit takes over what the first probe saw of the server but for its own
// conversation.
func (p *probe) inherit(first *probe) {
	n := len(p.shared.connecting)
	steps := cloneSteps(first.trace.Steps)
	later := slices.DeleteFunc(steps[n:], func(s mailcheck.Step) bool {
		return s.Op == mailcheck.OpCapability || s.Op == mailcheck.OpFetch
	})
	p.trace.Steps = slices.Concat(steps[:n], p.trace.Steps[n:], later)
	p.result.Addresses, p.result.Neighbours = first.result.Addresses, first.result.Neighbours
	p.result.TLS, p.result.TLSAudit = cloneTLS(first.result.TLS), first.result.TLSAudit
}

// sayShared notes in the result of each server but the first whose connection it
// was. It goes by the order of the report, not by which probe was first.
func (c *shared) sayShared(r *mailcheck.ServerResult) {
	if c == nil {
		return
	}
	if c.by == "" {
		c.by = r.Key()
		return
	}
	for i := range r.Steps {
		if s := &r.Steps[i]; s.Op == mailcheck.OpConnect && !s.Failed() {
			s.Detail = mailcheck.Textf("%s, shared with %s", s.Detail, c.by)
		}
	}
}

func cloneSteps(steps []mailcheck.Step) []mailcheck.Step {
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Findings = slices.Clone(steps[i].Findings)
	}
	return steps
}

func cloneTLS(t *mailcheck.TLS) *mailcheck.TLS {
	if t == nil {
		return nil
	}
	clone := *t
	return &clone
}
