package probes

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"sync"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// A network with a login page (RFC 8952) answers in the place of everybody. Where
// the provider database was asked, its answer shows that; where it was not, nobody
// need be: whoever answers for an address and for a name that nobody can have
// answers for all. Neither question says anything of the account, and neither
// leaves a network that is in order.
const (
	nowhere = "203.0.113.80"      // of TEST-NET-3, which no host on the internet has (RFC 5737)
	nobody  = "mailcheck.invalid" // a name that cannot exist, as resolvers know (RFC 6761 section 6.4)
)

// inTheWay are the faults that a server seems to have while a login page, or the
// firewall behind it, stands in its place.
var inTheWay = []*checks.Check{
	checks.TCPTimeout, checks.TCPRefused, checks.TCPUnreachable, checks.TCPReset,
	checks.TLSEOF, checks.TLSTimeout, checks.TLSPlainOnTLSPort,
	checks.TLSNameMismatch, checks.TLSSelfSigned, checks.TLSUnknownAuthority, checks.TLSExpired,
	checks.GreetTimeout, checks.GreetOtherProtocol,
}

// lookForPortal puts the two questions where every server of a run failed in a way
// that a login page explains. The steps hold what it found.
func lookForPortal(ctx context.Context, n *netx.Run, r *mailcheck.Report) []mailcheck.Step {
	if !lasts(ctx, 0) || !allInTheWay(r) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, portalLimit)
	defer cancel()
	name, web := trace.New(r.Started), trace.New(r.Started)
	var both sync.WaitGroup
	both.Go(func() { askForNobody(ctx, n, r, name) })
	both.Go(func() { askNowhere(ctx, n, web) })
	both.Wait()
	name.Join(web)
	return name.Steps
}

// allInTheWay reports whether there are servers, each failed for such a reason, and
// nothing was heard from the internet that disproves a login page, or explains
// the failures better.
func allInTheWay(r *mailcheck.Report) bool {
	for _, s := range r.Sources {
		for _, step := range s.Steps {
			known := mailcheck.Shows(step.Findings, checks.NetCaptivePortal, checks.NetOffline)
			if known || step.Op == mailcheck.OpParse && !step.Failed() {
				return false
			}
		}
	}
	for _, s := range r.Servers {
		fails := mailcheck.Shows(s.Findings(), inTheWay...)
		here := slices.ContainsFunc(s.Addresses, func(a mailcheck.AddressResult) bool { return a.IP.IsLoopback() })
		if s.Verdict != mailcheck.Fail || !fails || here { // no network is in the way to this machine
			return false
		}
	}
	return len(r.Servers) > 0
}

// askForNobody finds a resolver that leads every name to the login page. One that
// leads only names that do not exist somewhere, to advertisements, is another evil.
func askForNobody(ctx context.Context, n *netx.Run, r *mailcheck.Report, t *trace.Trace) {
	addrs, err := trace.Do(ctx, t, mailcheck.OpResolve, nobody, func(ctx context.Context) ([]netip.Addr, error) {
		addrs, _, err := n.Addrs(ctx, nobody, 80)
		return addrs, err
	})
	t.Steps[0].Findings = nil // that it does not exist is as it should be
	t.Say("%s", mailcheck.ListOf(addrs))
	if err != nil || len(addrs) == 0 {
		return
	}
	for _, s := range r.Servers {
		if !slices.ContainsFunc(s.Addresses, func(a mailcheck.AddressResult) bool { return slices.Contains(addrs, a.IP) }) {
			return
		}
	}
	t.Find(checks.NetCaptivePortal, "DNS gives %s for %s, and also for %s, a name that cannot exist", mailcheck.ListOf(addrs), r.Servers[0].Host, nobody)
}

// askNowhere finds a network that answers every web request itself.
func askNowhere(ctx context.Context, n *netx.Run, t *trace.Trace) {
	url := "http://" + nowhere + "/"
	doc, err := trace.Do(ctx, t, mailcheck.OpFetch, url, func(ctx context.Context) (*netx.Document, error) {
		doc, err := n.Fetch(ctx, netx.Request{URL: url, AllowHTTP: true, NoFollow: true})
		if doc.Status == 0 && err == nil {
			err = errors.New("no answer")
		}
		return doc, err
	})
	t.Steps[0].Findings = nil // that nobody answers is as it should be
	if err != nil && doc.Status == 0 {
		return
	}
	t.Say("status %d", doc.Status)
	switch to := doc.Header.Get("Location"); {
	case to != "" && doc.Status/100 == 3:
		t.Find(checks.NetCaptivePortal, "%s, an address that no host has, is redirected to %s", url, to)
	case doc.Status == http.StatusOK:
		t.Find(checks.NetCaptivePortal, "%s, an address that no host has, is answered with a web page", url)
	case doc.Status == http.StatusNetworkAuthenticationRequired:
		t.Find(checks.NetCaptivePortal, "%s, an address that no host has, is answered with status 511: network authentication required", url)
	default: // as a proxy answers that looks for the host
		t.Find(checks.NetIntercepted, "%s, an address that no host has, is answered with status %d", url, doc.Status)
	}
}
