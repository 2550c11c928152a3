package probes

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// A silent port alone tells neither a dead host from a blocked port, nor what the
// user can do about it. So while a connection hangs, up to three other ports of
// the host are tried: at the other doors of the protocol a client's whole
// conversation, for one that works is the remedy; at the others a knock, since
// what answers there, if only with a refusal, proves that the host is up and the
// way to it open.
const maxNearby = 3 // the host may be counting

// knocks are the ports to knock at where there are fewer doors: 443 passes most
// firewalls, and a mail server often listens on the others.
var knocks = []uint16{443, 587, 143}

// nearby remembers what each port said that was knocked at, so that a dead host
// with six services is asked once.
type nearby struct {
	ctx   context.Context
	net   *netx.Run
	opts  Options
	watch *stopwatch // of the knocks in a survey

	mu   sync.Mutex
	wg   sync.WaitGroup
	said map[string]*knock // by endpoint
}

// knock is the look at one port.
type knock struct {
	done  chan struct{}
	state mailcheck.Reach
}

func newNearby(ctx context.Context, n *netx.Run, o Options) *nearby {
	return &nearby{ctx: ctx, net: n, opts: o, watch: newStopwatch(0), said: map[string]*knock{}}
}

// at connects to one port and hangs up, unless that was done, and returns what
// became of it.
func (b *nearby) at(s mailcheck.Server, addrs []netip.Addr) mailcheck.Reach {
	b.mu.Lock()
	k := b.said[s.Endpoint()]
	if k == nil {
		k = &knock{done: make(chan struct{})}
		b.said[s.Endpoint()] = k
		b.wg.Go(func() {
			defer close(k.done)
			p := newProbe(b.net, s, b.opts, time.Now())
			p.watch = b.watch
			k.state = inTurn(b.ctx, p, s, "a knock", func(ctx context.Context) mailcheck.Reach {
				ctx, cancel := context.WithTimeout(ctx, nearbyLimit)
				defer cancel()
				dialed, err := b.net.Dial(ctx, s.Host, s.Port, addrs)
				dialed.Close()
				return trace.ConnectState(err)
			})
		})
	}
	b.mu.Unlock()
	<-k.done
	return k.state
}

// wait returns when nobody is knocking any more.
func (b *nearby) wait() { b.wg.Wait() }

// watchNearby watches over the connection that a probe is about to make, and
// looks around if it hangs. The function returned ends the watch, and records
// what was seen if the connection did not come about. Nobody said that a guessed
// server is there, so its silence is not looked into; nor is that of one that a login
// goes to, whose test is over.
func (p *probe) watchNearby(ctx context.Context, addrs []netip.Addr) func(connected bool) {
	if p.result.Guessed() || p.others == nil {
		return func(bool) {}
	}
	ctx, cancel := context.WithCancel(ctx)
	beside := *p // goes on beside this probe, so it must not share its trace
	beside.trace = p.trace.Branch()
	seen := make(chan []mailcheck.Neighbour, 1)
	timer := time.AfterFunc(hangs, func() { seen <- beside.lookAround(ctx, addrs) })
	return func(connected bool) {
		defer cancel()
		if timer.Stop() {
			return
		}
		if connected {
			cancel()
		}
		if found := <-seen; !connected {
			p.result.Neighbours = found
			p.trace.Join(beside.trace)
		}
	}
}

// lookAround tries the other ports of the host. What the run tests anyway, since
// somebody published it, is known in the end without a connection, so all sources
// are heard first.
func (p *probe) lookAround(ctx context.Context, addrs []netip.Addr) []mailcheck.Neighbour {
	select {
	case <-p.others.named:
	case <-ctx.Done():
		return nil
	}
	var wg sync.WaitGroup
	var seen []*mailcheck.Neighbour
	var traces []*trace.Trace
	for _, place := range around(p.result.Server) {
		if p.others.tests(place.Host, place.Port) {
			continue
		}
		n, one := &mailcheck.Neighbour{Port: place.Port}, *p
		one.trace = p.trace.Branch()
		seen, traces = append(seen, n), append(traces, one.trace)
		wg.Go(func() {
			if place.Security == "" {
				n.State = p.nearby.at(place, addrs)
			} else if works, state := one.tryDoor(ctx, place, addrs); works {
				n.State, n.Door = state, place.Security
			} else {
				n.State = state
			}
		})
	}
	wg.Wait()
	p.trace.Join(traces...)
	var list []mailcheck.Neighbour
	for _, n := range seen {
		list = append(list, *n)
	}
	return list
}

// around lists the ports to try next to a silent one: the doors, which have a
// security, and then places to knock at.
func around(s mailcheck.Server) []mailcheck.Server {
	list := doors(s, checks.TCPTimeout)
	for _, port := range knocks {
		known := slices.ContainsFunc(list, func(o mailcheck.Server) bool { return o.Port == port })
		if !known && port != s.Port && len(list) < maxNearby {
			list = append(list, mailcheck.Server{Host: s.Host, Port: port})
		}
	}
	return list
}
