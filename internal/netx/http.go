package netx

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/net/idna"

	"mailcheck/checks"
)

const (
	maxIdle = 100 // connections that wait for the next document, of all runs together

	maxBody      = 1 << 20  // bytes of one document after decompression
	maxHeader    = 64 << 10 // bytes of a response's header
	maxRedirects = 5

	maxRedirectBody = 4 << 10 // of a redirect's own text, which nobody reads
)

// Request is a document to fetch.
type Request struct {
	Method    string // empty means GET
	URL       string
	Body      []byte
	Header    http.Header
	AllowHTTP bool // URL itself may be http; what it redirects to may not
	NoFollow  bool // a redirect is an answer like any other; RedirectTarget reads it

	// Private is for a request with a secret in it. It is sent once: no redirect takes
	// it elsewhere, and it is not repeated on another connection once a part of it may
	// have arrived. Header may hold Authorization.
	Private bool
}

// Document is what a fetch brought.
type Document struct {
	URL         string   // the last one asked
	Hops        []string // every URL asked, in order
	Insecure    bool     // http was asked: someone on the way may have written the answer
	Status      int
	Header      http.Header
	ContentType string // media type alone, lower case
	Body        []byte
	TLS         *tls.ConnectionState // nil over http
}

// httpClient is the transport and the connections it holds.
type httpClient struct {
	net *Net

	ending context.Context // ends when close is called
	end    context.CancelFunc

	mu        sync.Mutex
	transport *http.Transport
	requests  int // of the transport
	conns     map[net.Conn]bool
	dials     sync.WaitGroup // grows under mu, and not after ending
}

// maxRequests is after how many requests a transport is replaced. For as long as it lives net/http
// remembers every host that nobody could be reached at, and most of the names that a survey asks
// are such.
const maxRequests = 1000

func newHTTPClient(n *Net) *httpClient {
	c := &httpClient{net: n, conns: make(map[net.Conn]bool)}
	c.ending, c.end = context.WithCancel(context.Background())
	c.transport = c.newTransport()
	return c
}

func (c *httpClient) newTransport() *http.Transport {
	return &http.Transport{
		Proxy: nil, // what the user's browser uses says nothing about what the domain publishes
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return c.dial(ctx, func(ctx context.Context) (net.Conn, error) { return c.net.dialHTTP(ctx, address) })
		},
		TLSClientConfig:        c.net.tlsConfig(),
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
		MaxIdleConns:           maxIdle,
		TLSHandshakeTimeout:    2 * fetchTimeout, // for a handshake that outlives its request, whose own limit comes first
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeader,
	}
}

// roundTrip makes one request. What an old transport still has in hand it finishes, and its
// connections end when they have been idle for a while.
func (c *httpClient) roundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	var old *http.Transport
	if c.requests++; c.requests > maxRequests {
		old = c.transport
		c.transport, c.requests = c.newTransport(), 1
	}
	now := c.transport
	c.mu.Unlock()
	if old != nil {
		old.CloseIdleConnections()
	}
	return now.RoundTrip(r)
}

// turns has the documents of one host come one after the other.
type turns struct {
	mu     sync.Mutex
	byHost map[string]chan struct{} // by scheme and host: full while a document is fetched
}

// take waits until no other document of the same host is under way in this run, so
// that all of them come over one connection; the function it returns gives the turn
// to the next. A document that hangs holds up the others only for a moment: they
// then open a connection of their own.
func (t *turns) take(ctx context.Context, u *url.URL) (done func()) {
	t.mu.Lock()
	turn := t.byHost[u.Scheme+u.Host]
	if turn == nil {
		if t.byHost == nil {
			t.byHost = make(map[string]chan struct{})
		}
		turn = make(chan struct{}, 1)
		t.byHost[u.Scheme+u.Host] = turn
	}
	t.mu.Unlock()
	timer := time.NewTimer(turnPatience)
	defer timer.Stop()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }
	case <-timer.C:
	case <-ctx.Done():
	}
	return func() {}
}

// dialHTTP connects to HOST:PORT. The transport may let it outlive the request
// that caused it, so it has its own limit.
func (n *Net) dialHTTP(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil || port == 0 {
		return nil, fmt.Errorf("connect to %s: not a port", address)
	}
	addrs, _, err := n.Addrs(ctx, host, uint16(port))
	if err != nil {
		return nil, err
	}
	if len(addrs) == 0 {
		return nil, checks.DNSNoAddress.Errorf("%s has no A or AAAA record", host)
	}
	d, err := n.race(ctx, host, uint16(port), addrs, false)
	if err != nil {
		return nil, err
	}
	return d.Conn, nil
}

// heldConn is a connection that close knows of.
type heldConn struct {
	net.Conn
	client *httpClient
}

func (c *heldConn) Close() error {
	c.client.mu.Lock()
	delete(c.client.conns, c)
	c.client.mu.Unlock()
	return c.Conn.Close()
}

// dial makes a connection that close knows of from the first packet on.
func (c *httpClient) dial(ctx context.Context, connect func(context.Context) (net.Conn, error)) (net.Conn, error) {
	c.mu.Lock()
	if c.ending.Err() != nil {
		c.mu.Unlock()
		return nil, net.ErrClosed
	}
	c.dials.Add(1)
	c.mu.Unlock()
	defer c.dials.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.ending, cancel)()
	conn, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	return c.hold(conn)
}

func (c *httpClient) hold(conn net.Conn) (net.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending.Err() != nil {
		conn.Close()
		return nil, net.ErrClosed
	}
	held := &heldConn{conn, c}
	c.conns[held] = true
	return held, nil
}

// close ends all attempts to connect and closes all connections, in use or not.
func (c *httpClient) close() {
	c.mu.Lock()
	c.end()
	last := c.transport
	conns := slices.Collect(maps.Keys(c.conns))
	c.mu.Unlock()
	last.CloseIdleConnections()
	for _, conn := range conns {
		conn.Close()
	}
	c.dials.Wait()
}

// Fetch gets a document. A status other than 2xx is not an error.
//
// Only https is asked, but for the first URL if AllowHTTP is set. The server's
// certificate is verified for the URL's host. A redirect (301, 302, 303, 307,
// 308) is followed five times at most, and only to an https URL with a DNS name
// of several labels and the standard port. It carries neither cookies nor
// credentials nor a Referer, and the query only where Location repeats it: the
// query may hold the user's address. As browsers do, a POST is repeated after
// 307 and 308 and becomes a GET after the others.
//
// Errors are those of [Resolver.Addrs], [Net.Dial] and crypto/tls, of the
// context (each hop ends after 10 s with context.DeadlineExceeded), and *checks.Error
// with http.redirect-refused, http.too-many-redirects and
// http.too-large. The document is never nil: on an error it holds what was
// learnt until then.
func (n *Run) Fetch(ctx context.Context, req Request) (*Document, error) {
	if question := req.asked(); n.kept != nil && question != "" {
		return n.fetchKept(ctx, req, question)
	}
	return n.fetch(ctx, req, &n.clock)
}

func (n *Run) fetch(ctx context.Context, req Request, c *clock) (*Document, error) {
	doc := &Document{}
	if req.Private {
		req.NoFollow, req.AllowHTTP = true, false
	}
	u, err := firstURL(req)
	if err != nil {
		return doc, err
	}
	if req.Method == "" {
		req.Method = http.MethodGet
	}
	req.Header = req.Header.Clone()
	for _, name := range []string{"Cookie", "Referer", "Accept-Encoding"} {
		req.Header.Del(name)
	}
	if !req.Private {
		req.Header.Del("Authorization")
	}
	for {
		doc.URL = u.String()
		doc.Hops = append(doc.Hops, doc.URL)
		doc.Insecure = doc.Insecure || u.Scheme == "http"
		location, err := n.hop(ctx, doc, req)
		c.note(u.Hostname(), doc.Header)
		if err != nil || location == "" || req.NoFollow {
			return doc, err
		}
		if u, err = redirect(u, location, strings.Join(doc.Hops, " -> ")); err != nil {
			return doc, err
		}
		switch {
		case slices.Contains(doc.Hops, u.String()):
			return doc, checks.HTTPTooManyRedirects.Errorf("%s redirects in a circle, to %s", doc.URL, u)
		case len(doc.Hops) > maxRedirects:
			return doc, checks.HTTPTooManyRedirects.Errorf("%s is redirect number %d", u, len(doc.Hops))
		}
		if repeat := doc.Status == http.StatusTemporaryRedirect || doc.Status == http.StatusPermanentRedirect; !repeat && req.Method != http.MethodHead {
			req.Method, req.Body = http.MethodGet, nil
			req.Header.Del("Content-Type")
		}
	}
}

// firstURL reads the URL of a request.
func firstURL(req Request) (*url.URL, error) {
	u, err := url.Parse(req.URL)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	switch {
	case u.Scheme != "https" && !(u.Scheme == "http" && req.AllowHTTP):
		return nil, fmt.Errorf("fetch %s: not an https URL", u.Redacted())
	case u.Hostname() == "":
		return nil, fmt.Errorf("fetch %s: no host", u.Redacted())
	case u.User != nil:
		return nil, fmt.Errorf("fetch %s: a URL must not hold a password", u.Redacted())
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// hop asks for doc.URL and puts the answer into doc. It returns where the answer
// redirects to, if it does.
func (n *Run) hop(ctx context.Context, doc *Document, req Request) (location string, err error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, req.Method, doc.URL, bytes.NewReader(req.Body))
	if err != nil {
		return "", err
	}
	if req.Header != nil {
		r.Header = req.Header.Clone()
	}
	r.Header.Set("User-Agent", n.UserAgent())
	if !req.Private {
		r.Header["Idempotency-Key"] = nil // not sent; a POST only asks here, so it may go out again where a kept connection turns out closed
	}
	doc.Status, doc.Header, doc.TLS, doc.ContentType, doc.Body = 0, nil, nil, "", nil
	defer n.turns.take(ctx, r.URL)()
	resp, err := n.http.roundTrip(r)
	if err != nil {
		return "", endedBy(ctx, err)
	}
	defer resp.Body.Close()
	doc.Status, doc.Header, doc.TLS = resp.StatusCode, resp.Header, resp.TLS
	doc.ContentType = mediaType(resp.Header.Get("Content-Type"))
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if location = resp.Header.Get("Location"); location != "" {
			if resp.ContentLength >= 0 && resp.ContentLength <= maxRedirectBody {
				_, _ = io.Copy(io.Discard, resp.Body) // so that the connection can be used again
			}
			return location, nil
		}
	}
	// The transport undoes gzip as it is read, so the bound holds for what a
	// parser would see, not for what a bomb weighs on the wire.
	doc.Body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if len(doc.Body) > maxBody {
		doc.Body = doc.Body[:maxBody]
		return "", checks.HTTPTooLarge.Errorf("%s: more than %d bytes", doc.URL, maxBody)
	}
	if err != nil {
		return "", fmt.Errorf("read body: %w", endedBy(ctx, err))
	}
	return "", nil
}

// RedirectTarget returns the URL that a server at from names as the place to go
// to, in a Location header or in a document. It is under the rules of [Run.Fetch].
func RedirectTarget(from, location string) (string, error) {
	u, err := url.Parse(from)
	if err != nil {
		return "", fmt.Errorf("redirect: %w", err)
	}
	to, err := redirect(u, location, from)
	if err != nil {
		return "", err
	}
	return to.String(), nil
}

// redirect returns the URL that a Location header leads to, if it is one to
// follow. trail is the way up to from, which is told where it ends here.
func redirect(from *url.URL, location, trail string) (*url.URL, error) {
	refuse := func(reason string) (*url.URL, error) {
		return nil, checks.HTTPRedirectRefused.Errorf("%s redirects to %q: %s", from, location, reason)
	}
	if strings.ContainsFunc(location, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	}) {
		return refuse("control characters")
	}
	ref, err := url.Parse(location)
	if err != nil {
		return refuse("not a URL")
	}
	to := from.ResolveReference(ref)
	to.RawQuery, to.ForceQuery = ref.RawQuery, false
	to.Fragment, to.RawFragment = "", ""
	host, err := idna.Lookup.ToASCII(to.Hostname())
	switch {
	case from.Scheme == "https" && to.Scheme == "http" && to.User == nil:
		return nil, checks.HTTPToUnencrypted.Errorf("%s redirects to %q: not https", trail, to)
	case to.Scheme != "https":
		return refuse("not https")
	case to.User != nil:
		return refuse("it holds a user name")
	case to.Port() != "" && to.Port() != "443":
		return refuse("not the standard port")
	case err != nil || !publicName(host):
		return refuse("not a public host name")
	}
	to.Host = host
	return to, nil
}

// publicName reports whether a host is a DNS name of two labels or more and not
// an IP address in any of its spellings: those end in a label that is a number
// (WHATWG URL, section 3.5).
func publicName(host string) bool {
	host = hostKey(host)
	if _, err := netip.ParseAddr(host); err == nil || !validName(host) || isLocalhost(host) {
		return false
	}
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	return len(labels) > 1 && last != "" && (last[0] < '0' || last[0] > '9')
}

// mediaType returns the media type of a Content-Type header without parameters.
func mediaType(header string) string {
	if t, _, err := mime.ParseMediaType(header); err == nil || errors.Is(err, mime.ErrInvalidMediaParameter) {
		return t
	}
	t, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(t))
}
