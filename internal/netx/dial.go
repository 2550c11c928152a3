package netx

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"mailcheck/checks"
)

// Attempt is one try to reach one address.
type Attempt struct {
	Addr    netip.AddrPort
	Start   time.Duration // since Dial began
	Elapsed time.Duration
	Err     error // nil if it connected or was not tried
	Tried   bool  // false if there is no outcome: it was not needed, or given up when another connected
}

// Dialed is the outcome of [Net.Dial].
type Dialed struct {
	Conn net.Conn       // nil if no address could be reached
	Addr netip.AddrPort // where Conn leads

	cancel   context.CancelFunc
	over     chan struct{} // closed when attempts will not change any more
	attempts []Attempt
}

// Attempts waits until the observations of other addresses are over, 5 s at
// most after they began, and returns one attempt for each address given to
// Dial, in that order.
func (d *Dialed) Attempts() []Attempt {
	<-d.over
	return d.attempts
}

// Close closes the connection and ends all observations.
func (d *Dialed) Close() error {
	d.cancel()
	<-d.over
	if d.Conn == nil {
		return nil
	}
	return d.Conn.Close()
}

// Rest closes everything, and returns what is known for good: where the connection led, and
// the attempts. It waits as [Dialed.Attempts] does.
func (d *Dialed) Rest() *Dialed {
	<-d.over
	d.Close()
	return &Dialed{Addr: d.Addr, cancel: func() {}, over: d.over, attempts: d.attempts}
}

// Dial connects to a host at one of its addresses, which [Net.Addrs] found. The
// addresses are raced (RFC 8305): IPv6 and IPv4 take turns, each starts 250 ms
// after the one before or as soon as that one failed, and the first to connect
// wins. To report on both families, the first address of a family of which none
// was tried by then is tried too; that connection is closed at once and never
// used. Such observations end with ctx or Close.
//
// On failure the result is not nil either: it holds the attempts. The error is
// that of the most telling attempt: refused before timed out before unreachable.
// An address that must never be dialled counts as an attempt that failed with
// the check net.bad-address. Where no address may be dialled that [Options] has nothing
// against, the check is net.not-allowed. When ctx ends first, the error is the context's.
func (n *Net) Dial(ctx context.Context, host string, port uint16, addrs []netip.Addr) (*Dialed, error) {
	return n.race(ctx, host, port, addrs, true)
}

// race does what Dial says, with or without observations.
func (n *Net) race(ctx context.Context, host string, port uint16, addrs []netip.Addr, observe bool) (*Dialed, error) {
	named := port
	_, port = n.Target(host, port)
	if port == named && !n.opts.allowsPort(port) {
		addrs = nil
	}
	r := &racer{
		dial: n.opts.Dial, began: time.Now(),
		running: make(map[int]context.CancelFunc),
		results: make(chan result, len(addrs)),
	}
	r.ctx, r.Dialed.cancel = context.WithCancel(ctx)
	r.over = make(chan struct{})
	for _, addr := range addrs {
		r.attempts = append(r.attempts, Attempt{Addr: netip.AddrPortFrom(addr.Unmap(), port)})
	}
	r.order = n.dialOrder(r.attempts)
	refused := n.opts.PublicOnly && len(r.order) == 0
	if err := r.run(); err != nil {
		if refused {
			err = notAllowed(host)
		}
		r.cancel()
		r.collect()
		return &r.Dialed, err
	}
	r.settle(observe)
	go func() {
		defer r.cancel()
		r.collect()
	}()
	return &r.Dialed, nil
}

// dialOrder returns the indexes of the attempts to make, the families taking
// turns and IPv6 first (RFC 8305 section 4), and fails those never to be made.
func (n *Net) dialOrder(attempts []Attempt) []int {
	var v6, v4, order []int
	for i := range attempts {
		a := &attempts[i]
		switch addr := a.Addr.Addr(); {
		case !n.opts.Family.has(addr), !n.opts.allowsAddr(addr):
		case badAddress(addr):
			a.Tried, a.Err = true, checks.NetBadAddress.Errorf("connect to %s: not the address of a host", addr)
		case addr.Is6():
			v6 = append(v6, i)
		default:
			v4 = append(v4, i)
		}
	}
	for i := range max(len(v6), len(v4)) {
		if i < len(v6) {
			order = append(order, v6[i])
		}
		if i < len(v4) {
			order = append(order, v4[i])
		}
	}
	return order
}

// badAddress reports whether no host can have the address.
func badAddress(addr netip.Addr) bool {
	addr = addr.Unmap()
	return !addr.IsValid() || addr.IsUnspecified() || addr.IsMulticast() || addr == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// racer is one race under way. All but the attempts' goroutines belongs to the
// goroutine that calls its methods.
type racer struct {
	Dialed
	ctx     context.Context
	dial    DialFunc
	began   time.Time
	order   []int                      // attempts not started yet
	running map[int]context.CancelFunc // attempts under way
	results chan result
}

// result is the end of an attempt.
type result struct {
	index int
	conn  net.Conn
	err   error
}

// run starts attempts in order until one connects. It returns nil once Conn is set.
func (r *racer) run() error {
	delay := time.NewTimer(connectionAttemptDelay)
	defer delay.Stop()
	for r.startNext(); len(r.running) > 0; r.startNext() {
		delay.Reset(connectionAttemptDelay)
		select {
		case res := <-r.results:
			r.note(res)
			if res.err == nil {
				r.Conn, r.Addr = res.conn, r.attempts[res.index].Addr
				return nil
			}
		case <-delay.C:
		case <-r.ctx.Done():
			return r.ctx.Err()
		}
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	return mostTelling(r.attempts)
}

// startNext starts the next attempt, if one is left.
func (r *racer) startNext() {
	if len(r.order) > 0 && r.ctx.Err() == nil {
		r.start(r.order[0])
		r.order = r.order[1:]
	}
}

func (r *racer) start(i int) {
	ctx, cancel := context.WithTimeout(r.ctx, connectTimeout)
	r.running[i] = cancel
	a := &r.attempts[i]
	a.Start = time.Since(r.began)
	addr := a.Addr
	go func() {
		conn, err := r.dial(ctx, "tcp", addr.String())
		r.results <- result{i, conn, dialError(ctx, addr, err)}
	}()
}

// note records the end of an attempt.
func (r *racer) note(res result) {
	r.running[res.index]()
	delete(r.running, res.index)
	a := &r.attempts[res.index]
	a.Elapsed = time.Since(r.began) - a.Start
	a.Tried, a.Err = true, res.err
}

// settle is called after a win. It gives up the attempts of the winner's family
// and sees to it that the other family is being tried.
func (r *racer) settle(observe bool) {
	tried := false
	for i, a := range r.attempts {
		other := a.Addr.Addr().Is4() != r.Addr.Addr().Is4()
		if cancel, ok := r.running[i]; ok && (!other || !observe) {
			cancel()
		} else if ok || other && a.Tried && !badAddress(a.Addr.Addr()) {
			tried = true
		}
	}
	if tried || !observe {
		return
	}
	for _, i := range r.order {
		if r.attempts[i].Addr.Addr().Is4() != r.Addr.Addr().Is4() {
			r.start(i)
			return
		}
	}
}

// collect waits for all attempts under way and closes their connections.
func (r *racer) collect() {
	for len(r.running) > 0 {
		res := <-r.results
		if res.err == nil {
			res.conn.Close()
		}
		if errors.Is(res.err, context.Canceled) {
			r.running[res.index]()
			delete(r.running, res.index)
			continue
		}
		r.note(res)
	}
	close(r.over)
}
