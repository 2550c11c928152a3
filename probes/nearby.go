package probes

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/internal/netx"
)

// A silent port alone does not tell a dead host from a blocked port. So while a
// connection hangs, a few other ports of the host are tried: what answers there,
// if only with a refusal, proves that the host is up and the way to it open.
const (
	hangs       = 2 * time.Second         // by then a lost packet was sent again and answered
	nearbyLimit = 2500 * time.Millisecond // covers one lost packet, and ends before the connection's own limit
)

// nearbyPorts are tried: 443 passes most firewalls, and a mail server often
// listens on the others. They are few, since the host may be counting, and the
// same whichever probe of the host is first, so that a report does not depend on
// that.
var nearbyPorts = []uint16{443, 587, 143}

// nearby remembers what the other ports of each host said, so that a dead host
// with six services is asked once.
type nearby struct {
	ctx context.Context
	net *netx.Net

	mu    sync.Mutex
	wg    sync.WaitGroup
	hosts map[string]*survey
}

// survey is the look at one host.
type survey struct {
	done   chan struct{}
	states []mailcheck.Neighbour
}

func newNearby(ctx context.Context, n *netx.Net) *nearby {
	return &nearby{ctx: ctx, net: n, hosts: map[string]*survey{}}
}

// watch begins to look at the other ports of a server's host if the connection
// hangs. The function returned ends the watch, and returns what they said by
// the time they were all heard; nothing if the connection stands.
func (b *nearby) watch(s mailcheck.Server, addrs []netip.Addr) func(connected bool) []mailcheck.Neighbour {
	found := make(chan *survey, 1)
	timer := time.AfterFunc(hangs, func() { found <- b.begin(s, addrs) })
	return func(connected bool) []mailcheck.Neighbour {
		if timer.Stop() {
			return nil
		}
		survey := <-found
		if connected {
			return nil
		}
		<-survey.done
		return slices.DeleteFunc(slices.Clone(survey.states), func(n mailcheck.Neighbour) bool { return n.Port == s.Port })
	}
}

// begin starts the survey of a host unless it has begun.
func (b *nearby) begin(s mailcheck.Server, addrs []netip.Addr) *survey {
	b.mu.Lock()
	defer b.mu.Unlock()
	if known := b.hosts[s.Host]; known != nil {
		return known
	}
	look := &survey{done: make(chan struct{})}
	b.hosts[s.Host] = look
	look.states = make([]mailcheck.Neighbour, len(nearbyPorts))
	b.wg.Go(func() {
		defer close(look.done)
		var wg sync.WaitGroup
		for i, port := range nearbyPorts {
			wg.Go(func() { look.states[i] = mailcheck.Neighbour{Port: port, State: b.knock(s.Host, port, addrs)} })
		}
		wg.Wait()
	})
	return look
}

// knock connects to one port and hangs up.
func (b *nearby) knock(host string, port uint16, addrs []netip.Addr) string {
	ctx, cancel := context.WithTimeout(b.ctx, nearbyLimit)
	defer cancel()
	dialed, err := b.net.Dial(ctx, host, port, addrs)
	dialed.Close()
	return connectState(err)
}

// wait returns when no survey is under way any more.
func (b *nearby) wait() { b.wg.Wait() }

// watchNearby watches over the connection that a probe is about to make. Nobody
// said that a guessed server is there, and a further connection follows one that
// stood, so their silence is not looked into.
func (p *probe) watchNearby(addrs []netip.Addr) func(connected bool) []mailcheck.Neighbour {
	if p.nearby == nil || p.result.Guessed() {
		return func(bool) []mailcheck.Neighbour { return nil }
	}
	return p.nearby.watch(p.result.Server, addrs)
}
