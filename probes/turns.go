package probes

import (
	"context"
	"math"
	"sync"
	"time"
)

// turns has those wait who want to go to a server where others are. It is safe for use by
// several goroutines.
type turns struct {
	mu      sync.Mutex
	gates   map[string]*gate
	waiting []*caller // in the order in which they came
	alarm   *time.Timer
}

// gate is what all who go to one operator, or to one address, go through.
type gate struct {
	inside   int
	next     time.Time // the pace allows the next one then
	shut     time.Time // until then the servers want to be left alone
	refusals int       // one after the other
}

// passage is a gate on somebody's way.
type passage struct {
	gate string
	// hearsay is whether only somebody of another name says that the gate is on the way: he
	// has to keep its pace, but what his servers wish binds nobody else's.
	hearsay bool
}

// pace is how many may be inside a gate at once, and how fast connections may follow each
// other: burst of them side by side, then one an interval; and for how long an operator who asks to
// slow down is left alone at first.
type pace struct {
	atOnce   int
	interval time.Duration
	burst    int
	rest     time.Duration
}

// caller is one who wants to go through some gates.
type caller struct {
	way   []passage
	pace  pace
	ready chan struct{} // closed when all are open to him
}

// take waits for a turn at all gates. The caller calls leave when it is over, with the
// number of connections that it took and whether a server asked to slow down. The error is
// the context's.
func (t *turns) take(ctx context.Context, way []passage, p pace) (leave func(connections int, slowDown bool), err error) {
	c := &caller{way, p, make(chan struct{})}
	t.mu.Lock()
	t.waiting = append(t.waiting, c)
	t.admit()
	t.mu.Unlock()
	select {
	case <-c.ready:
	case <-ctx.Done():
		t.mu.Lock()
		defer t.mu.Unlock()
		select {
		case <-c.ready:
			t.end(c, 0, false)
		default:
			t.drop(c)
		}
		return nil, ctx.Err()
	}
	return func(connections int, slowDown bool) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.end(c, connections, slowDown)
	}, nil
}

// leftAlone returns until when nobody goes through the gates any more, since servers have
// asked to slow down however long they were left alone; zero where that is not so.
func (t *turns) leftAlone(way []passage) (until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, on := range way {
		if g := t.gates[on.gate]; g != nil && g.refusals >= maxRefusals && g.shut.After(time.Now()) && g.shut.After(until) {
			until = g.shut
		}
	}
	return until
}

// drop removes one who does not wait any longer.
func (t *turns) drop(c *caller) {
	for i, other := range t.waiting {
		if other == c {
			t.waiting = append(t.waiting[:i:i], t.waiting[i+1:]...)
			return
		}
	}
}

// admit lets those in whose gates are open, and sets the alarm for the next one.
func (t *turns) admit() {
	now, soonest := time.Now(), time.Time{}
	var still []*caller
	for _, c := range t.waiting {
		switch when, free := t.opens(c); {
		case free && !when.After(now):
			t.begin(c, now)
			continue
		case free && (soonest.IsZero() || when.Before(soonest)):
			soonest = when
		}
		still = append(still, c)
	}
	t.waiting = still
	if t.alarm != nil {
		t.alarm.Stop()
	}
	if !soonest.IsZero() {
		t.alarm = time.AfterFunc(time.Until(soonest), func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.admit()
		})
	}
}

// opens returns when the pace lets a caller in; free is whether there is room for him.
func (t *turns) opens(c *caller) (when time.Time, free bool) {
	for _, on := range c.way {
		g := t.gates[on.gate]
		if g == nil {
			continue
		}
		if g.inside >= c.pace.atOnce {
			return when, false
		}
		for _, at := range []time.Time{g.shut, g.next.Add(-time.Duration(c.pace.burst-1) * c.pace.interval)} {
			if at.After(when) {
				when = at
			}
		}
	}
	return when, true
}

func (t *turns) begin(c *caller, now time.Time) {
	if t.gates == nil {
		t.gates = map[string]*gate{}
	}
	for _, on := range c.way {
		if t.gates[on.gate] == nil {
			t.gates[on.gate] = &gate{}
		}
		g := t.gates[on.gate]
		g.inside++
		g.charge(now, 1, c.pace)
	}
	close(c.ready)
}

// charge lets the pace wait for connections.
func (g *gate) charge(now time.Time, connections int, p pace) {
	if g.next.Before(now) {
		g.next = now
	}
	g.next = g.next.Add(time.Duration(connections) * p.interval)
}

// end ends a turn. Each refusal shuts the gates for twice as long as the one before.
func (t *turns) end(c *caller, connections int, slowDown bool) {
	now := time.Now()
	for _, on := range c.way {
		g := t.gates[on.gate]
		g.inside--
		g.charge(now, max(0, connections-1), c.pace)
		if on.hearsay {
			continue
		}
		if !slowDown {
			g.refusals = 0
			continue
		}
		g.refusals++
		if until := now.Add(min(c.pace.rest<<min(g.refusals-1, 10), longestRest)); until.After(g.shut) {
			g.shut = until
		}
	}
	t.sweep(now)
	t.admit()
}

// maxGates is how many gates are remembered through which nobody goes.
const maxGates = 1024

// sweep forgets the gates that would let anybody in.
func (t *turns) sweep(now time.Time) {
	if len(t.gates) <= maxGates {
		return
	}
	for name, g := range t.gates {
		if g.inside == 0 && g.next.Before(now) && g.shut.Before(now) {
			delete(t.gates, name)
		}
	}
}

// perSecond returns the interval of a number of connections a second.
func perSecond(rate float64) time.Duration {
	return time.Duration(math.Min(float64(time.Second)/rate, float64(time.Hour)))
}
