// Package netx is mailcheck's only way out to the network: a DNS resolver, raced
// dialling over IPv6 and IPv4, and an HTTP client for small documents. All of it
// is bounded in time and size, and all of it goes through one dial function, so
// that a test can put an internet in memory behind it.
//
// # Names
//
// A [Resolver] speaks DNS itself instead of using the system's library, because
// mailcheck has to tell apart what a library folds into "no such host": a name
// that does not exist (NXDOMAIN), a name without such records, a resolver that
// failed (SERVFAIL) and one that never answered. Answers are remembered for a
// minute or more, so that each question is asked once a run, however many callers
// want the answer. What a resolver says can be forged on the way; [Run.Prove] tells
// whether the zone has signed it.
//
// # Connections
//
// [Net.Dial] races the addresses of a host as a mail client would (RFC 8305) and
// reports what became of each address: a host whose IPv6 address is dead works
// for most people and fails for some.
//
// # Documents
//
// [Run.Fetch] gets one document over HTTPS. Certificates are always verified,
// and a redirect may lead only to another public HTTPS place. The documents of one
// host come one after the other over one connection. [Run.FetchPublic] gets what a
// stranger names, from public addresses alone. What time the web servers have tells
// how far this machine's clock is off ([Run.ClockError]).
//
// # Runs
//
// A [Net] may serve many runs at once, of a server or over a list of addresses. They
// share what is no matter of one run, the answers of DNS and the connections to web
// servers; all of that is bounded. What one run learns from documents stays in its
// [Run].
package netx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/miekg/dns"

	"mailcheck/internal/dnssec"
	"mailcheck/internal/once"
)

// DialFunc opens a connection to an address given as IP:port on network "udp"
// or "tcp". Reads from a UDP connection yield one datagram each.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// Net is access to the network, with what its runs share. Make it with [New];
// [Net.Close] it when they are over. It is safe for use by several goroutines.
type Net struct {
	Resolver *Resolver
	Roots    *x509.CertPool // nil means the system's

	opts    Options
	ownDial bool // Dial is the kernel's
	anchors []*dns.DS
	http    *httpClient
	kept    *once.Answers[keptDocument] // nil unless the runs share documents
}

// Run is one run's access to the network, with what it alone has seen. Make it with
// [Net.Run]; there is nothing to close. It is safe for use by several goroutines.
type Run struct {
	*Net

	clock     clock
	documents documents
	turns     turns
	validator *dnssec.Validator
}

// Run begins a run.
func (n *Net) Run() *Run {
	return &Run{Net: n, validator: dnssec.New(n.anchors, n.Resolver.signedAnswer)}
}

// Options says how the network is reached. The zero value is an ordinary
// machine: system resolver, system roots, both address families.
type Options struct {
	Dial      DialFunc // nil means the kernel's
	Resolvers []string // IP or IP:port of DNS servers; empty means the system's
	Anchors   Anchors  // keys of the root of DNS
	Roots     *x509.CertPool
	Family    Family
	ConnectTo []ConnectTo // the first that matches counts
	Contact   string      // who asks, as web servers read it; empty: nobody says so

	// PublicOnly is for a service whose clients choose the hosts: only addresses of the public
	// internet are dialled, and those in AllowNets, and only on ports that mail accounts have,
	// besides AllowPorts and where ConnectTo leads. The resolvers are the operator's choice, and
	// may be anywhere.
	PublicOnly bool
	AllowNets  []netip.Prefix
	AllowPorts []uint16

	// Frugal is for many runs, which are to ask little and need not be quick: they share
	// documents too, if they are asked for without saying who asks, and a guessed name that
	// does not exist is not asked for in both families.
	Frugal bool
}

// Family restricts the addresses that are dialled.
type Family int

// The families.
const (
	AnyFamily Family = 0
	IPv4      Family = 4
	IPv6      Family = 6
)

// has reports whether the family holds the address.
func (f Family) has(addr netip.Addr) bool {
	switch f {
	case IPv4:
		return addr.Is4() || addr.Is4In6()
	case IPv6:
		return addr.Is6() && !addr.Is4In6()
	}
	return true
}

// New returns access to the network as opts says. It fails if a resolver is not
// given as an IP address: asking who the resolver is would need a resolver.
func New(opts Options) (*Net, error) {
	ownDial := opts.Dial == nil
	if ownDial {
		opts.Dial = new(net.Dialer).DialContext
	}
	servers, err := serverAddresses(opts.Resolvers)
	if err != nil {
		return nil, err
	}
	opts.Dial = counting(opts.Dial)
	n := &Net{Resolver: newResolver(opts.Dial, servers, opts.Frugal), Roots: opts.Roots, opts: opts, ownDial: ownDial, anchors: dnssec.Root()}
	if opts.Anchors.ds != nil {
		n.anchors = opts.Anchors.ds
	}
	if opts.PublicOnly {
		n.Resolver.shows = n.opts.allowsAddr
	}
	n.http = newHTTPClient(n)
	if opts.Frugal {
		n.kept = newKept()
	}
	return n, nil
}

// dials is the key of a context's counter.
type dials struct{}

// CountDials returns a context under which connections over TCP are counted, those that
// come to nothing too.
func CountDials(ctx context.Context) (context.Context, *atomic.Int32) {
	n := new(atomic.Int32)
	return context.WithValue(ctx, dials{}, n), n
}

func counting(dial DialFunc) DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if n, ok := ctx.Value(dials{}).(*atomic.Int32); ok && network == "tcp" {
			n.Add(1)
		}
		return dial(ctx, network, address)
	}
}

// Close ends what is still under way, DNS queries and HTTP connections, and
// leaves no goroutine of theirs behind. Connections that [Net.Dial] returned
// stay their caller's.
func (n *Net) Close() {
	n.http.close()
	n.Resolver.close()
}

// Addrs looks up the addresses to dial for a host and port: those of the host
// that ConnectTo puts in its place, of the families that Options allows. Errors
// are those of [Resolver.Addrs].
func (n *Net) Addrs(ctx context.Context, host string, port uint16) ([]netip.Addr, Meta, error) {
	host, _ = n.Target(host, port)
	return n.Resolver.Addrs(ctx, host, n.opts.Family)
}

// GuessedAddrs is Addrs of a host that may well not exist.
func (n *Net) GuessedAddrs(ctx context.Context, host string, port uint16) ([]netip.Addr, Meta, error) {
	host, _ = n.Target(host, port)
	return n.Resolver.GuessedAddrs(ctx, host, n.opts.Family)
}

// UserAgent is what web servers are told of who asks (RFC 9110 section 10.1.5).
func (n *Net) UserAgent() string {
	if n.opts.Contact == "" {
		return "mailcheck"
	}
	return "mailcheck (+" + n.opts.Contact + ")"
}

// Contact is who asks, as web servers read it; empty where nobody says so.
func (n *Net) Contact() string { return n.opts.Contact }

// tlsConfig returns a client configuration that accepts TLS 1.2 and later (RFC
// 8996) and verifies the server's certificate; HTTP puts the URL's host in.
func (n *Net) tlsConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: n.Roots}
}
