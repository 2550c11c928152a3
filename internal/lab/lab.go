// Package lab is an internet in memory: DNS zones, a certificate authority, and
// mail and web servers that behave or misbehave, with users who can log in. It
// feeds tests, benchmarks with a simulated round trip, and the demo command.
// Nothing in it touches a socket unless [Lab.Serve] or [Lab.Loopback] is called.
//
// A [Scenario] describes a small internet; [New] brings it up; it is reached by
// [Lab.Dial], with [Resolver] and [Lab.Roots]. A server is a [Behaviour], a function
// that serves one connection, and behaviours compose:
//
//	lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.IMAP(lab.Mail{Host: "imap.example.com"}))
//
// Everything waits on channels and timers only, so that the fake clock of
// testing/synctest governs it.
package lab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"mailcheck"
	"mailcheck/internal/netx"
)

// Resolver is the address of the lab's DNS server.
const Resolver = "192.0.2.53:53"

// The addresses from which every connection seems to come. They are constant,
// so that error texts do not depend on the order of connections.
var (
	client4 = netip.MustParseAddrPort("203.0.113.250:40000")
	client6 = netip.MustParseAddrPort("[2001:db8:ffff::250]:40000")
)

// Scenario is a named small internet, with the findings it must produce.
type Scenario struct {
	Name      string
	Doc       string            // one sentence for lists
	Address   string            // what is checked
	Zone      string            // zone-file text; names not in it do not exist
	DNS       DNSFaults         // what is wrong with DNS
	Hosts     map[string]Host   // by IP address, or by a host name of the zone for all its addresses
	Behind    time.Duration     // the clock of the machine that runs the check is so far behind everyone's; negative: ahead
	NoIPv6    bool              // the machine that runs the check has no IPv6
	Sockets   error             // what every attempt to open a TCP connection here fails with
	NoNetwork bool              // the machine that runs the check is not connected to anything
	TLSAudit  bool              // the check includes the audit of TLS
	Password  string            // the check logs in with it; empty: it does not
	Token     string            // the same with an OAuth2 access token
	SignIn    *mailcheck.SignIn // the kept sign-in that the token is of, or that gave none
	Shows     string            // the name in the client certificate that the check shows; empty: none
	EveryWay  bool              // the check tries every way to log in
	Trusts    []string          // authorities of Cert.Authority that the machine that runs the check trusts
	Want      []string          // ids of all findings, sorted, no duplicates

	RoundTrip bool   // the check sends a message and waits for it
	To        string // it goes to this address; empty: to the one that is checked
	Writes    bool   // the check makes a folder in one session and looks for it in another

	Survey     bool // the check is one of a survey, which leaves alone whoever asks for it
	PublicOnly bool // the check is that of a service, which dials public addresses and those of the lab
}

// Host says what happens on each port of an address. Port 0 stands for every
// port not listed; without it those refuse.
type Host map[uint16]Behaviour

// Behaviour serves one connection, which is closed when it returns. [Drop], the
// nil Behaviour, loses every attempt to connect.
type Behaviour func(*Conn)

// Drop is a firewall: connecting neither works nor fails.
var Drop Behaviour

// Blackhole returns a host that drops every attempt to connect.
func Blackhole() Host { return Host{0: Drop} }

// Lab is a scenario brought up.
type Lab struct {
	// RTT is the simulated round trip to every server, the DNS server included.
	// Set it before the first dial.
	RTT time.Duration

	scenario Scenario
	zone     *zone
	hosts    map[netip.Addr]Host
	ca       *authority
	done     chan struct{} // closed by Close
	handlers sync.WaitGroup

	mu          sync.Mutex // guards what follows; never held while waiting
	closed      bool
	conns       map[net.Conn]bool
	sockets     []io.Closer // what Serve and Loopback listen on
	leaves      map[string]*tls.Certificate
	dials       []string
	questions   []string
	requests    []string
	inClear     []string
	credentials []string
	met         map[string]bool // where [AtFirst] has served a connection
	drops       map[*Post]*maildrop
}

// New brings a scenario up. A scenario that contradicts itself panics: it is a
// mistake in the program.
func New(s Scenario) *Lab {
	s = withDatabase(s)
	l := &Lab{
		scenario: s,
		zone:     mustParseZone(s.Zone),
		hosts:    make(map[netip.Addr]Host),
		ca:       newAuthority(time.Now().Add(s.Behind)),
		done:     make(chan struct{}),
		conns:    make(map[net.Conn]bool),
		leaves:   make(map[string]*tls.Certificate),
	}
	for where, host := range s.Hosts {
		for _, ip := range l.addresses(where) {
			if l.hosts[ip] != nil {
				panic(fmt.Sprintf("lab: scenario %q has two hosts at %s", s.Name, ip))
			}
			l.hosts[ip] = host
		}
	}
	return l
}

// withDatabase gives the internet of a scenario the public database of mail
// providers, one that knows nobody, unless the scenario has its own.
func withDatabase(s Scenario) Scenario {
	const host = "v1.ispdb.net"
	if strings.Contains(s.Zone, host) {
		return s
	}
	s.Zone += "\n" + host + ". A 198.51.100.199\n"
	s.Hosts = maps.Clone(s.Hosts)
	if s.Hosts == nil {
		s.Hosts = make(map[string]Host)
	}
	s.Hosts[host] = Host{443: TLS(cert(host), HTTP(nil))}
	return s
}

// addresses returns the addresses that a key of Scenario.Hosts stands for.
func (l *Lab) addresses(where string) []netip.Addr {
	if ip, err := netip.ParseAddr(where); err == nil {
		return []netip.Addr{ip}
	}
	found := l.zone.addresses(where)
	if len(found) == 0 {
		panic(fmt.Sprintf("lab: scenario %q: host %q has no address in the zone", l.scenario.Name, where))
	}
	return found
}

// PublicOnly reports whether the check is that of a service.
func (l *Lab) PublicOnly() bool { return l.scenario.PublicOnly }

// Survey reports whether the check is one of a survey.
func (l *Lab) Survey() bool { return l.scenario.Survey }

// Nets are the addresses that the lab has: those for examples (RFC 5737, RFC 3849).
func Nets() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32"),
	}
}

// Options returns how package netx reaches the lab: over its dialler, with its DNS
// server, the key of its root, and its authorities.
func (l *Lab) Options() netx.Options {
	anchors, err := netx.ParseAnchors(l.Anchors())
	if err != nil {
		panic(fmt.Sprintf("lab: anchor: %v", err))
	}
	return netx.Options{Dial: l.Dial, Resolvers: []string{Resolver}, Anchors: anchors, Roots: l.Roots()}
}

// Roots returns the authorities that the machine of the scenario trusts.
func (l *Lab) Roots() *x509.CertPool { return l.ca.pool(l.scenario.Trusts) }

// CA returns the certificate of the lab's authority as PEM.
func (l *Lab) CA() []byte { return l.ca.pem() }

// Dial connects to an IP:port of the lab over "tcp" or "udp". It is a
// [netx.DialFunc]. TCP takes one round trip, whether it succeeds or not.
func (l *Lab) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	network = strings.TrimRight(network, "46")
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: the lab dials only IP:port: %w", network, err)
	}
	to = netip.AddrPortFrom(to.Addr().Unmap().WithZone(""), to.Port())
	record(l, &l.dials, network+" "+to.String())
	if err := ctx.Err(); err != nil {
		return nil, dialError(network, to, err)
	}

	serve, err := l.find(network, to)
	if isUnreachable(err) {
		return nil, dialError(network, to, err) // the local router says so, at once
	}
	wait := l.RTT
	if network == "udp" {
		wait = 0
	}
	if err == nil && serve == nil {
		select {
		case <-ctx.Done():
			return nil, dialError(network, to, ctx.Err())
		case <-l.done:
			return nil, dialError(network, to, net.ErrClosed)
		}
	}
	if err := sleep(ctx.Done(), wait); err != nil {
		return nil, dialError(network, to, ctx.Err())
	}
	if err != nil {
		return nil, dialError(network, to, err)
	}
	near, far := newPipe(network, client(to), to, l.RTT/2)
	if !l.start(far, serve, l.RTT/2) {
		return nil, dialError(network, to, net.ErrClosed)
	}
	if network == "udp" {
		return datagrams{near}, nil
	}
	return near, nil
}

// find returns what serves an address; nil without an error is Drop.
func (l *Lab) find(network string, to netip.AddrPort) (Behaviour, error) {
	if l.scenario.NoNetwork {
		return nil, syscall.ENETUNREACH
	}
	if to.String() == Resolver {
		return l.serveDNS(network), nil
	}
	if l.scenario.NoIPv6 && to.Addr().Is6() {
		return nil, syscall.ENETUNREACH
	}
	if l.scenario.Sockets != nil && network == "tcp" {
		return nil, l.scenario.Sockets
	}
	host, ok := l.hosts[to.Addr()]
	if !ok {
		return nil, syscall.EHOSTUNREACH
	}
	if network == "udp" {
		return Silent, nil
	}
	if serve, ok := host[to.Port()]; ok {
		return serve, nil
	}
	if serve, ok := host[0]; ok {
		return serve, nil
	}
	return nil, syscall.ECONNREFUSED
}

// start lets a behaviour serve a connection after a delay; false if the lab is
// closed.
func (l *Lab) start(raw net.Conn, serve Behaviour, delay time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		raw.Close()
		return false
	}
	l.conns[raw] = true
	l.handlers.Go(func() {
		c := newConn(l, raw)
		if sleep(l.done, delay) == nil {
			serve(c)
		}
		c.Close()
		raw.Close()
		l.mu.Lock()
		delete(l.conns, raw)
		l.mu.Unlock()
	})
	return true
}

// Serve lets a behaviour serve the connections of a listener, so that the same
// servers can be put on real sockets. It returns when the listener or the lab
// is closed.
func (l *Lab) Serve(listener net.Listener, serve Behaviour) {
	l.mu.Lock()
	l.sockets = append(l.sockets, listener)
	closed := l.closed
	l.mu.Unlock()
	if closed {
		listener.Close()
	}
	for {
		conn, err := listener.Accept()
		if err != nil || !l.start(conn, serve, 0) {
			return
		}
	}
}

// Close closes every connection and waits until nothing of the lab runs any more.
func (l *Lab) Close() {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.done)
	}
	for conn := range l.conns {
		conn.Close()
	}
	for _, socket := range l.sockets {
		socket.Close()
	}
	l.mu.Unlock()
	l.handlers.Wait()
}

// Dials returns every dial so far, such as "tcp 192.0.2.10:993", in order.
func (l *Lab) Dials() []string { return recorded(l, &l.dials) }

// Questions returns every DNS question so far, such as
// "SRV _imaps._tcp.example.com", in order.
func (l *Lab) Questions() []string { return recorded(l, &l.questions) }

// Requests returns every HTTP request so far, such as "GET https://host/path?query".
func (l *Lab) Requests() []string { return recorded(l, &l.requests) }

// InClear returns the requests made over http, each with its body.
func (l *Lab) InClear() []string { return recorded(l, &l.inClear) }

// Credentials returns every command in which a client handed a mail or web
// server something secret. A run without credentials must leave it empty.
func (l *Lab) Credentials() []string { return recorded(l, &l.credentials) }

func record(l *Lab, list *[]string, entry string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*list = append(*list, entry)
}

// meet reports whether it is called for a place for the first time.
func (l *Lab) meet(where string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.met == nil {
		l.met = make(map[string]bool)
	}
	first := !l.met[where]
	l.met[where] = true
	return first
}

func recorded(l *Lab, list *[]string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(*list)
}

func client(to netip.AddrPort) netip.AddrPort {
	if to.Addr().Is4() {
		return client4
	}
	return client6
}

func isUnreachable(err error) bool {
	return err == syscall.EHOSTUNREACH || err == syscall.ENETUNREACH
}

// sleep waits for a duration, and returns net.ErrClosed if done comes first.
func sleep(done <-chan struct{}, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-done:
		return net.ErrClosed
	}
}
