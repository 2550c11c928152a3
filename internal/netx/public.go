package netx

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"

	"mailcheck/checks"
)

// maxPublicBody bounds a document that a stranger sent us to fetch. A
// certificate has a few kilobytes.
const maxPublicBody = 64 << 10

// documents remembers what FetchPublic brought: six ports of a server have one
// certificate, and the URL in it is asked once a run.
type documents struct {
	mu    sync.Mutex
	byURL map[string]func() ([]byte, error)
}

// maxDocuments bounds what is remembered; beyond it nothing is fetched.
const maxDocuments = 256

// FetchPublic gets a small document from a URL that a stranger chose, such as
// the one in a certificate that says where its issuer's is (RFC 5280 section
// 4.2.2.1). Because the stranger may want mailcheck to knock on doors inside
// this network, only a DNS name of several labels with public addresses is
// asked, on the standard port, over http or https; no redirect is followed, and
// 64 KiB are read at most. Each URL is asked once a run.
func (n *Run) FetchPublic(ctx context.Context, rawURL string) ([]byte, error) {
	n.documents.mu.Lock()
	if n.documents.byURL == nil {
		n.documents.byURL = make(map[string]func() ([]byte, error))
	}
	fetch := n.documents.byURL[rawURL]
	if fetch == nil && len(n.documents.byURL) >= maxDocuments {
		n.documents.mu.Unlock()
		return nil, fmt.Errorf("fetch: more than %d documents", maxDocuments)
	}
	if fetch == nil {
		fetch = sync.OnceValues(func() ([]byte, error) { return n.publicOnce(ctx, rawURL) })
		n.documents.byURL[rawURL] = fetch
	}
	n.documents.mu.Unlock()
	return fetch()
}

func (n *Run) fetchPublic(ctx context.Context, rawURL string, c *clock) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	u, err := firstURL(Request{URL: rawURL, AllowHTTP: true})
	switch {
	case err != nil:
		return nil, err
	case u.Port() != "" || !publicName(u.Hostname()):
		return nil, fmt.Errorf("fetch %s: not a public host name and standard port", u)
	}
	port := uint16(443)
	if u.Scheme == "http" {
		port = 80
	}
	addrs, err := n.publicAddrs(ctx, u.Hostname(), port)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", u, err)
	}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return n.http.dial(ctx, func(ctx context.Context) (net.Conn, error) {
				d, err := n.race(ctx, u.Hostname(), port, addrs, false)
				return d.Conn, err
			})
		},
		TLSClientConfig: n.tlsConfig(), MaxResponseHeaderBytes: maxHeader, DisableKeepAlives: true,
	}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", n.UserAgent())
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", u, endedBy(ctx, err))
	}
	defer resp.Body.Close()
	c.note(u.Hostname(), resp.Header)
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: status %d", u, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPublicBody+1))
	if len(body) > maxPublicBody {
		return nil, checks.HTTPTooLarge.Errorf("%s: more than %d bytes", u, maxPublicBody)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", u, endedBy(ctx, err))
	}
	return body, nil
}

// publicAddrs looks up the public addresses of a host. With a dial function of
// the caller's own, or where the user sent the host elsewhere by ConnectTo, the
// addresses are not the stranger's choice and all will do.
func (n *Net) publicAddrs(ctx context.Context, host string, port uint16) ([]netip.Addr, error) {
	addrs, _, err := n.Addrs(ctx, host, port)
	if err != nil {
		return nil, err
	}
	if target, _ := n.Target(host, port); n.ownDial && !n.opts.PublicOnly && target == host {
		addrs = slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return !publicAddress(a) })
	}
	if len(addrs) == 0 {
		return nil, checks.DNSNoAddress.Errorf("%s has no public address", host)
	}
	return addrs, nil
}

// special are the blocks that are not the public internet, beside those that net/netip knows
// (RFC 6890, and the registries that IANA keeps after it): of IPv4, and of the part of IPv6 that
// is given out.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("192.31.196.0/24"), netip.MustParsePrefix("192.52.193.0/24"), netip.MustParsePrefix("192.175.48.0/24"), netip.MustParsePrefix("2620:4f:8000::/48"),
	netip.MustParsePrefix("168.63.129.16/32"), // Azure's own, which only its machines reach

	// The first holds Teredo, the second 6to4, both with an IPv4 address inside that might be any.
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"),
}

var (
	givenOut = netip.MustParsePrefix("2000::/3")     // the unicast addresses of IPv6 that are given out (RFC 4291 section 4)
	nat64    = netip.MustParsePrefix("64:ff9b::/96") // an IPv4 address inside, by which a network without IPv4 reaches it (RFC 6052 section 2.1)
)

// publicAddress reports whether an address belongs to the public internet.
func publicAddress(a netip.Addr) bool {
	a = a.Unmap()
	if nat64.Contains(a) {
		raw := a.As16()
		a = netip.AddrFrom4([4]byte(raw[12:]))
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() && a.Zone() == "" && (a.Is4() || givenOut.Contains(a)) &&
		!slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

// mailPorts are the ports that mail accounts have: of the web, and of reading, handing in and
// filtering mail.
var mailPorts = []uint16{80, 443, 25, 465, 587, 2525, 110, 995, 143, 993, 4190}

// allowsAddr reports whether an address may be dialled.
func (o *Options) allowsAddr(a netip.Addr) bool {
	return !o.PublicOnly || publicAddress(a) || slices.ContainsFunc(o.AllowNets, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

// allowsPort reports whether a port may be dialled.
func (o *Options) allowsPort(port uint16) bool {
	return !o.PublicOnly || slices.Contains(mailPorts, port) || slices.Contains(o.AllowPorts, port)
}

// notAllowed says that a host is not dialled. It is the same for all such hosts: what there is in a
// network that is not public is nobody's concern.
func notAllowed(host string) error { return checks.NetNotAllowed.Errorf("%s is not tested", host) }
