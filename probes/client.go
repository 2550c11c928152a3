package probes

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/internal/netx"
)

// Client makes runs. Its zero value is ready and uses this machine's network; the
// fields say what else to use, and must not change once a method was called.
//
// Many runs may share a client, at the same time too: that is cheaper, since what
// DNS said is remembered for some minutes and connections to web servers are kept
// for half a minute. All of it is bounded. What else a run does and learns stays its
// own.
type Client struct {
	// Dial opens a connection to an IP:port on network "tcp" or "udp"; reads from a
	// UDP connection yield one datagram each. Nil is the kernel's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	Resolvers []string       // IP or IP:port of DNS servers, asked in turn; none: the system's, as they are at first use
	Anchors   string         // keys of the root of DNS that are trusted, as DS or DNSKEY records; empty: those of the internet
	Roots     *x509.CertPool // authorities to trust; nil: the system's
	Family    Family         // which addresses are dialled
	ConnectTo []string       // HOST:PORT:HOST:PORT as curl has it: connect elsewhere, with the same name in TLS; the first that matches counts

	// Contact says who asks: a mail address, or an https URL where whoever wonders can read
	// it. Web servers are told all of it, and IMAP servers that take ID before a login;
	// submission servers its domain, in EHLO. Empty: nobody is told.
	Contact string

	// PublicOnly is for a service whose users choose what is tested: only addresses of the
	// public internet are dialled, and those in AllowNets, and only on the ports that mail
	// accounts have, besides AllowPorts and where ConnectTo leads. Resolvers may be anywhere.
	PublicOnly bool
	AllowNets  []netip.Prefix
	AllowPorts []uint16

	// Discovery says where settings are looked for. It is the same for all addresses,
	// as the rest of the client is; what belongs to one run is in Options.
	Discovery autoconfig.Options

	// Survey has the runs of Account share what they learn of servers, and visit them in
	// turns; nil for runs that are made one by one.
	Survey *Survey

	mu     sync.Mutex
	net    *netx.Net // nil until first used
	ending context.Context
	end    context.CancelFunc // ends the runs
	runs   sync.WaitGroup
	closed bool
}

// Family restricts the addresses that are dialled.
type Family int

// The families.
const (
	AnyFamily Family = 0
	IPv4      Family = 4
	IPv6      Family = 6
)

// ErrClosed is what the methods of a closed client return.
var ErrClosed = errors.New("the client is closed")

// OptionError is a field of a [Client] that makes no sense.
type OptionError struct {
	Field string // its name
	Err   error
}

func (e *OptionError) Error() string { return e.Field + ": " + e.Err.Error() }

func (e *OptionError) Unwrap() error { return e.Err }

// Open looks at the fields now, which the first run would do otherwise. A server
// calls it to stop over a wrong field when it starts. Nothing is asked or dialled.
//
// The error is ErrClosed, an *OptionError, or that of finding the system's resolvers.
func (c *Client) Open() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open()
}

// open makes sure that net is set. The caller holds mu.
func (c *Client) open() error {
	if c.closed {
		return ErrClosed
	}
	if c.net != nil {
		return nil
	}
	opts := netx.Options{Dial: c.Dial, Resolvers: slices.Clone(c.Resolvers), Roots: c.Roots, Family: netx.Family(c.Family), Frugal: c.Survey != nil, Contact: c.Contact,
		PublicOnly: c.PublicOnly, AllowNets: c.AllowNets, AllowPorts: c.AllowPorts}
	if _, err := contactDomain(c.Contact); err != nil && c.Contact != "" {
		return &OptionError{"Contact", err}
	}
	if !slices.Contains([]Family{AnyFamily, IPv4, IPv6}, c.Family) {
		return &OptionError{"Family", fmt.Errorf("there is no family %d", c.Family)}
	}
	if c.Anchors != "" {
		var err error
		if opts.Anchors, err = netx.ParseAnchors(c.Anchors); err != nil {
			return &OptionError{"Anchors", err}
		}
	}
	for _, text := range c.ConnectTo {
		to, err := netx.ParseConnectTo(text)
		if err != nil {
			return &OptionError{"ConnectTo", err}
		}
		opts.ConnectTo = append(opts.ConnectTo, to)
	}
	n, err := netx.New(opts)
	if err != nil && len(c.Resolvers) > 0 {
		return &OptionError{"Resolvers", err}
	} else if err != nil {
		return err
	}
	c.net = n
	c.ending, c.end = context.WithCancel(context.Background())
	return nil
}

// Close ends the runs that are under way, as the end of their contexts would, and
// waits for them; then it closes all connections. Closing twice does nothing.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	if c.net == nil {
		return nil
	}
	c.end()
	c.runs.Wait() // none begins while mu is held
	c.net.Close()
	return nil
}

// Begin returns what else goes over the client's network than runs, until end is called:
// signing in.
func (c *Client) Begin(ctx context.Context) (_ context.Context, _ *netx.Run, end func(), _ error) {
	return c.begin(ctx)
}

// begin returns what a run needs: its access to the network, and a context that ends
// when the client is closed, too. The run calls end when it is over.
func (c *Client) begin(ctx context.Context) (_ context.Context, _ *netx.Run, end func(), _ error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.open(); err != nil {
		return nil, nil, nil, err
	}
	c.runs.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(c.ending, cancel)
	return ctx, c.net.Run(), func() {
		stop()
		cancel()
		c.runs.Done()
	}, nil
}

// reportOn returns the report of a run that begins now. The caller may have put the
// address together, so it is read like one that was typed.
func reportOn(a mailcheck.Address) (*mailcheck.Report, error) {
	a, err := mailcheck.ParseAddress(a.String())
	if err != nil {
		return nil, err
	}
	return &mailcheck.Report{Address: a}, nil
}

// named returns a copy of the servers that a user names, or what is wrong with them.
func named(servers []mailcheck.Server) ([]mailcheck.Server, error) {
	servers = slices.Clone(servers)
	for i, s := range servers {
		host, err := mailcheck.ParseHost(s.Host)
		switch {
		case err != nil:
		case conversations[s.Protocol] == nil:
			err = fmt.Errorf("unknown protocol %q", s.Protocol)
		case !slices.Contains([]mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS, mailcheck.Plain}, s.Security):
			err = fmt.Errorf("unknown security %q", s.Security)
		case s.Port == 0:
			err = errors.New("no port")
		case s.Protocol.OverHTTPS() && (s.Security != mailcheck.ImplicitTLS || !strings.HasPrefix(s.Path, "/")):
			err = fmt.Errorf("%s is tested over https, with a path", s.Protocol)
		case !mailcheck.Printable(s.Path) || !mailcheck.Printable(s.Username):
			err = errors.New("control characters in the path or the user name")
		}
		if err != nil {
			return nil, fmt.Errorf("server %d of %d: %w", i+1, len(servers), err)
		}
		servers[i].Host, servers[i].Vouch = host, mailcheck.VouchedByUser
	}
	return servers, nil
}
