package probes

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// maxHTTPRedirects is how often a service may send the client elsewhere.
const maxHTTPRedirects = 5

// httpReply is the answer to one request.
type httpReply struct {
	url    string // what was asked, in the end
	status int
	header http.Header
	body   []byte // at most 64 KiB of it
	last   bool   // the server closes the connection
}

// text says what came back.
func (r *httpReply) text() mailcheck.Text {
	if name := http.StatusText(r.status); name != "" {
		return mailcheck.Textf("HTTP status %d %s", r.status, name)
	}
	return mailcheck.Textf("HTTP status %d", r.status)
}

// request asks for a path on the probe's own connection, whose certificate has
// been judged already, and reads the reply within bounds. Nothing that it sends
// says who asks.
func (p *probe) request(ctx context.Context, method, path string, header http.Header, body []byte) (*httpReply, error) {
	where := "https://" + strings.TrimSuffix(p.result.Endpoint(), ":443") + path
	r, err := http.NewRequestWithContext(ctx, method, where, bytes.NewReader(body))
	if err != nil {
		return nil, checks.HTTPMalformed.Errorf("%s: %v", where, err)
	}
	if header != nil {
		r.Header = header.Clone()
	}
	r.Header.Set("User-Agent", p.net.UserAgent())
	r.Header.Set("Accept-Encoding", "identity")
	var packet bytes.Buffer
	if err := r.Write(&packet); err != nil {
		return nil, checks.HTTPMalformed.Errorf("%s: %v", where, err)
	}
	p.await(ctx, replyTimeout)
	p.lines.note(true, fmt.Sprintf("%s %s HTTP/1.1", method, r.URL.RequestURI()))
	if _, err := p.conn.Write(packet.Bytes()); err != nil {
		p.spent = true
		return nil, err
	}
	reply, err := p.httpReply(r)
	p.spent = err != nil || reply.last
	return reply, err
}

// httpReply reads one reply. All of it, header and body, has one bound.
func (p *probe) httpReply(r *http.Request) (*httpReply, error) {
	limit := &io.LimitedReader{R: p.conn, N: 2 * maxReply}
	in := bufio.NewReader(limit)
	resp, err := http.ReadResponse(in, r)
	for err == nil && resp.StatusCode/100 == 1 && resp.StatusCode != http.StatusSwitchingProtocols {
		resp, err = http.ReadResponse(in, r) // RFC 9110 section 15.2: it only announces the reply
	}
	if err != nil {
		return nil, httpFault(err, limit.N <= 0)
	}
	defer resp.Body.Close()
	reply := &httpReply{url: r.URL.String(), status: resp.StatusCode, header: resp.Header, last: resp.Close}
	p.lines.note(false, resp.Proto+" "+resp.Status)
	for _, name := range []string{"Location", "WWW-Authenticate", "DAV"} {
		for _, value := range resp.Header.Values(name) {
			p.lines.note(false, name+": "+value)
		}
	}
	reply.body, err = io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if len(reply.body) > maxReply {
		reply.body, reply.last = reply.body[:maxReply], true // what proves a service stands in the header
		return reply, nil
	}
	if err != nil {
		return reply, httpFault(err, limit.N <= 0)
	}
	reply.last = reply.last || in.Buffered() > 0 // bytes that nobody asked for would pass for the next reply
	return reply, nil
}

// httpFault tells what is no HTTP from a connection that fails.
func httpFault(err error, full bool) error {
	_, network := errors.AsType[net.Error](err)
	switch {
	case full:
		return checks.ReplyTooLong.Errorf("the HTTP reply is longer than %d bytes", 2*maxReply)
	case network, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe):
		return err
	}
	return checks.HTTPMalformed.Errorf("%w", err)
}

// follow makes a request as one step and goes where redirects lead: on the same
// connection within the server, by a fetch of its own to another.
func (p *probe) follow(ctx context.Context, method string, header http.Header, body []byte) (*httpReply, error) {
	path := p.result.Path
	for n := 0; ; n++ {
		target := p.result.Endpoint() + path
		reply, err := trace.Do(ctx, p.trace, mailcheck.OpCapability, method+" "+target, func(ctx context.Context) (*httpReply, error) {
			return p.request(ctx, method, path, header, body)
		})
		if err != nil {
			return nil, err
		}
		p.trace.Say("%s", reply.text())
		location := reply.header.Get("Location")
		if reply.status/100 != 3 || location == "" {
			return reply, nil
		}
		to, err := redirectTarget(reply.url, location)
		if err != nil {
			p.trace.Find(checks.HTTPRedirectRefused, "%s", err.Error())
			return nil, err
		}
		p.trace.Say("%s to %s", reply.text(), to.String())
		here, _ := url.Parse(reply.url)
		switch {
		case n == maxHTTPRedirects:
			p.trace.Find(checks.HTTPTooManyRedirects, "%s is redirect number %d", to, n+1)
			return nil, fmt.Errorf("too many redirects")
		case to.Host != here.Host || reply.last:
			return p.elsewhere(ctx, netx.Request{Method: method, URL: to.String(), Header: header, Body: body})
		}
		path = to.RequestURI()
	}
}

// redirectTarget reads a Location. Only https to a DNS name on the standard port,
// or to the same server, is followed.
func redirectTarget(from, location string) (*url.URL, error) {
	base, err := url.Parse(from)
	if err != nil {
		return nil, err
	}
	to, err := base.Parse(location)
	refuse := func(reason string) (*url.URL, error) {
		return nil, fmt.Errorf("%s redirects to %q: %s", from, location, reason)
	}
	switch {
	case err != nil || !mailcheck.Printable(location):
		return refuse("not a URL")
	case to.Scheme != "https":
		return refuse("not https")
	case to.User != nil:
		return refuse("it holds a user name")
	}
	to.Fragment, to.RawFragment = "", ""
	to.Host = strings.TrimSuffix(to.Host, ":443")
	if to.Host == base.Host {
		return to, nil
	}
	host, err := mailcheck.ParseHost(to.Hostname())
	if _, ip := netip.ParseAddr(host); err != nil || ip == nil || !strings.Contains(host, ".") || to.Port() != "" {
		return refuse("not a public host name on the standard port")
	}
	to.Host = host
	return to, nil
}

// elsewhere fetches what a redirect to another server leads to.
func (p *probe) elsewhere(ctx context.Context, req netx.Request) (*httpReply, error) {
	reply, err := trace.Do(ctx, p.trace, mailcheck.OpFetch, req.Method+" "+req.URL, func(ctx context.Context) (*httpReply, error) {
		doc, err := p.net.Fetch(ctx, req)
		return &httpReply{url: doc.URL, status: doc.Status, header: doc.Header, body: doc.Body, last: true}, err
	})
	if err != nil {
		last := &p.trace.Steps[len(p.trace.Steps)-1].Findings[0]
		if last.Check == checks.AutoconfigUnreachable || last.Check == checks.AutoconfigCertificate {
			check := p.notFound()
			last.Check, last.Severity, last.Detail = check, check.Severity, mailcheck.Textf("%s: %s", req.URL, last.Detail)
		}
		return nil, err
	}
	p.trace.Say("%s", reply.text())
	return reply, nil
}

// notFound returns the check that says that the service is not where it should be.
func (p *probe) notFound() *checks.Check {
	if p.result.Protocol == mailcheck.JMAP {
		return checks.JMAPNotFound
	}
	return checks.DAVNotFound
}

// schemes names the ways to log in that a reply offers, in upper case as the SASL
// mechanisms of other protocols.
func schemes(header http.Header) []string {
	var names []string
	for _, name := range netx.Challenges(header.Values("WWW-Authenticate")) {
		names = append(names, strings.ToUpper(name))
	}
	return names
}

// offerHTTP records the schemes of a reply; a reply that serves anybody needs none.
func (p *probe) offerHTTP(caps []string, reply *httpReply) {
	names := schemes(reply.header)
	if reply.status != http.StatusUnauthorized {
		p.result.Capabilities.AfterTLS, p.result.Mechanisms.AfterTLS = caps, names
		return
	}
	p.offer(caps, names, mailcheck.Has(names, "BASIC") || mailcheck.Has(names, "DIGEST"))
	if len(names) == 0 {
		p.trace.Say("%s without WWW-Authenticate", reply.text())
		findings := p.trace.Steps[len(p.trace.Steps)-1].Findings
		findings[len(findings)-1].Detail = mailcheck.Textf("%s: %s, without the header WWW-Authenticate", reply.url, reply.text())
		findings[len(findings)-1].Fix = mailcheck.Textf("Let the web server send the header WWW-Authenticate with its 401 (a proxy in front of it may remove it).")
	}
}
