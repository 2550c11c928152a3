package autoconfig

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// Some programs ask Autodiscover in ways that are none of the protocol: Delta Chat by
// GET, AltaMail, Mailbird, Mailbus, Nine and Spike over http ("Automatic Insecurity",
// NDSS 2025, table VII). What they would get is kept, to be compared with what the
// others get, and for nothing else.

// askOverHTTP puts the questions that are never needed, all at once: what comes over
// http counts for nothing but a redirect, which the protocol asks for in its own way.
// They say nothing of the user.
func (d *autodiscovery) askOverHTTP(ctx context.Context, t *trace.Trace) {
	own, named := "http://"+d.address.Domain+poxPath, "http://autodiscover."+d.address.Domain+poxPath
	questions := [][2]string{{http.MethodPost, own}, {http.MethodGet, own}, {http.MethodPost, named}}
	traces := make([]*trace.Trace, len(questions))
	var wg sync.WaitGroup
	for i, q := range questions {
		traces[i] = t.Branch()
		wg.Go(func() { d.ask(ctx, traces[i], q[0], q[1]) })
	}
	wg.Wait()
	t.Join(traces...)
}

// askByGet asks the places once more that have answered a POST.
func (d *autodiscovery) askByGet(ctx context.Context, t *trace.Trace) {
	for _, where := range []string{"https://" + d.address.Domain + poxPath, "https://autodiscover." + d.address.Domain + poxPath} {
		if d.board.heard(where) {
			d.ask(ctx, t, http.MethodGet, where)
		}
	}
}

// ask asks a place in one of these ways, and keeps what it answers; whether there is
// such a host is said where it is asked as it should be. Exchange Online, which millions
// of domains lead to, gives no such answers.
func (d *autodiscovery) ask(ctx context.Context, t *trace.Trace, method, where string) {
	addrs, meta, err := d.net.Addrs(ctx, hostOf(where), 443)
	if err != nil || len(addrs) == 0 || slices.ContainsFunc(meta.Aliases, IsMicrosoft) {
		return
	}
	overHTTP := strings.HasPrefix(where, "http:")
	req := netx.Request{Method: method, URL: where, AllowHTTP: overHTTP, NoFollow: overHTTP}
	if method == http.MethodPost {
		req.Body = poxRequest(mailcheck.Address{Domain: d.address.Domain})
		req.Header = http.Header{"Content-Type": {"text/xml; charset=utf-8"}}
	}
	for range maxAutodiscoverHops {
		doc, err := d.get(ctx, t, req)
		if err != nil {
			return
		}
		t.Say("%s: HTTP status %d", method, doc.Status)
		a, next := d.readAside(doc)
		if next == "" || overHTTP {
			d.keepAnswer(method, where, a)
			return
		}
		req.URL = next
	}
}

// readAside reads an answer that nothing is judged by, and returns where it sends to, if
// it does.
func (d *autodiscovery) readAside(doc *netx.Document) (a answer, next string) {
	a = answer{state: mailcheck.Absent, reason: mailcheck.Textf("HTTP status %d", doc.Status), fetched: doc}
	if doc.Status != http.StatusOK || document.LooksLikeHTML(doc.Body) {
		return a, ""
	}
	pox, err := document.ParseAutodiscover(doc.Body)
	if err != nil {
		return a, ""
	}
	if strings.EqualFold(pox.Action, "redirectUrl") {
		next, _ = netx.RedirectTarget(doc.URL, pox.RedirectURL)
	}
	if servers, _ := pox.Servers(d.address); len(servers) > 0 {
		a.state, a.pox, a.reason = mailcheck.Found, pox, mailcheck.Textf("%s", doc.URL)
	}
	return a, next
}

// keepAnswer remembers what a place answered.
func (d *autodiscovery) keepAnswer(method, where string, a answer) {
	c := copyOf(d.result.Name, where, a)
	c.Method = method
	d.board.keep(c)
}

// heard reports whether a place has answered, in whatever way.
func (b *board) heard(where string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(b.documents, func(c Copy) bool { return c.URL == where && c.Status != 0 })
}
