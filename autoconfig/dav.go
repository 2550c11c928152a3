package autoconfig

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// PrincipalQuery is the body of the PROPFIND request with which a client asks who
// it is (RFC 5397), the first one RFC 6764 section 6 has it send.
const PrincipalQuery = `<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>
`

// PrincipalHeader returns the header that goes with it.
func PrincipalHeader() http.Header {
	return http.Header{"Depth": {"0"}, "Content-Type": {"application/xml; charset=utf-8"}}
}

// findDAV looks for calendars and address books at once (RFC 6764 section 6).
func findDAV(ctx context.Context, s *search) {
	var asks []func(context.Context, *trace.Trace) answer
	for _, p := range []mailcheck.Protocol{mailcheck.CalDAV, mailcheck.CardDAV} {
		asks = append(asks, func(ctx context.Context, t *trace.Trace) answer { return s.askDAV(ctx, t, p) })
	}
	s.concludeExtras(sideBySide(ctx, s.trace, asks))
}

// askDAV asks for one kind: SRV records with the path in a TXT record beside
// them, else the .well-known place of the domain's web server.
func (s *search) askDAV(ctx context.Context, t *trace.Trace, p mailcheck.Protocol) answer {
	secure := s.extraQuery(t, p, mailcheck.ImplicitTLS)
	plain := s.extraQuery(t, p, mailcheck.Plain)
	beside, there := t.Branch(), t.Branch()
	defer func() { t.Join(secure.trace, beside, plain.trace, there) }()
	var records, unprotected srvAnswer
	var offered bool
	var path string
	var wg sync.WaitGroup
	wg.Go(func() { records, offered = secure.lookup(ctx) })
	wg.Go(func() { unprotected, _ = plain.lookup(ctx) })
	wg.Go(func() { path = s.lookupPath(ctx, beside, secure.name, p) })
	wg.Wait()
	if server, ok := secure.best(records); ok {
		server.Path = path
		server = s.handOver(server)
		secure.judgeExtra(ctx, server)
		return answer{state: mailcheck.Found, reason: mailcheck.Textf("%s by SRV record", davName(p)), servers: []mailcheck.Server{server}}
	}
	if server, ok := plain.best(unprotected); ok {
		plain.trace.Find(checks.DAVPlain, "%s SRV names %s", plain.name, server.Endpoint()).
			Fix = mailcheck.Textf("Publish the service over https: %s SRV 0 1 443 %s.", secure.name+".", server.Host)
	}
	missing := secure.absence(records, offered)
	if missing.state == mailcheck.Found || len(records.records) > 0 {
		return missing
	}
	req := netx.Request{Method: "PROPFIND", Body: []byte(PrincipalQuery), Header: PrincipalHeader()}
	if server, ok := s.wellKnown(ctx, there, p, req, provenDAV); ok {
		server = s.handOver(server)
		return answer{state: mailcheck.Found, reason: mailcheck.Textf("%s by /.well-known/%s", davName(p), string(p)), servers: []mailcheck.Server{server}}
	}
	if missing.state == mailcheck.Failed {
		return missing
	}
	return answer{state: mailcheck.Absent, reason: mailcheck.Textf("no SRV record, nothing at /.well-known")}
}

// lookupPath returns the context path of a service: what the TXT record beside
// its SRV record says, else the .well-known place, which redirects to it (RFC
// 6764 sections 4 and 5).
func (s *search) lookupPath(ctx context.Context, t *trace.Trace, name string, p mailcheck.Protocol) string {
	texts, err := trace.Do(ctx, t, mailcheck.OpLookup, name+" TXT", func(ctx context.Context) ([]string, error) {
		texts, _, err := s.net.Resolver.TXT(ctx, name)
		if notFound(err) {
			return nil, nil
		}
		return texts, err
	})
	if err != nil {
		soften(t, checks.Warning)
	} else {
		t.Got(name, "TXT", texts)
	}
	t.Say("%s", mailcheck.ListOf(texts))
	for _, text := range texts {
		key, path, ok := strings.Cut(text, "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(key), "path") {
			continue
		}
		if server, err := s.webServer(p, "https://"+s.address.Domain+path); err == nil && strings.HasPrefix(path, "/") && !strings.Contains(path, " ") {
			return server.Path
		}
		t.Find(checks.DAVBadPath, "%s TXT %q", name, text)
	}
	return "/.well-known/" + string(p)
}

// provenDAV reports whether an answer comes from a WebDAV server: it wants to
// know who asks (401), answers the query (207), or says so in its header.
func provenDAV(doc *netx.Document) bool {
	return doc.Status == http.StatusUnauthorized || doc.Status == http.StatusMultiStatus || doc.Header.Get("DAV") != ""
}

func davName(p mailcheck.Protocol) string {
	if p == mailcheck.CardDAV {
		return "CardDAV"
	}
	return "CalDAV"
}
