package autoconfig

import (
	"context"
	"net/http"
	"net/url"

	"golang.org/x/net/publicsuffix"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
)

// lookForPortal finds out, where the provider database could not be fetched,
// whether the local network has put a login page in its place (RFC 8952). Such a
// network cannot forge https, but it answers http with a redirect to its page or
// with status 511 (RFC 6585 section 6). Nothing of the address is sent.
func (s *search) lookForPortal(ctx context.Context) {
	last := s.trace.Steps[len(s.trace.Steps)-1]
	u, err := url.Parse(last.Target)
	if last.Op != mailcheck.OpFetch || !last.Failed() || err != nil || u.Scheme != "https" || u.Port() != "" || ctx.Err() != nil {
		return
	}
	where := "http://" + u.Host + "/"
	doc, _ := s.get(ctx, s.trace, netx.Request{URL: where, AllowHTTP: true})
	s.trace.Steps[len(s.trace.Steps)-1].Findings = nil // that nothing is there is no fault of anybody's
	if page := portal(u.Hostname(), doc); !page.Empty() {
		s.trace.FindText(checks.NetCaptivePortal, page)
	}
}

// portal says what answered in the place of a host, or nothing.
func portal(host string, doc *netx.Document) mailcheck.Text {
	if doc.Status == http.StatusNetworkAuthenticationRequired {
		return mailcheck.Evidencef("http://%s/ is answered with status 511: network authentication required", host)
	}
	to := doc.Header.Get("Location")
	if len(doc.Hops) > 1 {
		to = doc.Hops[1]
	}
	u, err := url.Parse(to)
	if err != nil || u.Hostname() == "" || registrable(u.Hostname()) == registrable(host) {
		return mailcheck.Text{}
	}
	return mailcheck.Evidencef("http://%s/ is redirected to %s", host, to)
}

func registrable(host string) string {
	if base, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return base
	}
	return host
}
