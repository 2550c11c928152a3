package autoconfig

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/oauth"
	"mailcheck/internal/trace"
)

// maxScopes is the number of scopes that are kept of those an issuer supports.
const maxScopes = 20

// issued is what became of one issuer.
type issued struct {
	issuer document.Issuer
	trace  *trace.Trace
	oauth  mailcheck.OAuth
	reason mailcheck.Text // why it cannot be used; empty if it can
}

// findOAuth asks the issuers that other sources name how to log in there, each as
// soon as it is named.
func findOAuth(ctx context.Context, s *search) {
	var all []*issued
	var wg sync.WaitGroup
	stop := s.board.watchIssuers(func(issuer document.Issuer) {
		i := &issued{issuer: issuer, trace: s.trace.Branch()}
		all = append(all, i)
		wg.Go(func() { i.oauth, i.reason = s.askIssuer(ctx, i.trace, issuer) })
	})
	s.awaitAll(ctx)
	stop()
	wg.Wait()
	slices.SortFunc(all, func(a, b *issued) int { return cmp.Compare(a.issuer.Name, b.issuer.Name) })
	var says []mailcheck.Text
	state := mailcheck.Absent
	for _, i := range all {
		s.trace.Join(i.trace)
		switch {
		case i.reason.Empty():
			state = mailcheck.Found
			i.oauth.Vouched = i.oauth.Vouched || s.board.reliedOn(i.issuer.Name)
			s.result.OAuth = append(s.result.OAuth, i.oauth)
			says = append(says, mailcheck.Textf("%s says how to sign in", i.oauth.Issuer))
		case state == mailcheck.Absent:
			state = mailcheck.Failed
			fallthrough
		default:
			says = append(says, mailcheck.Textf("%s: %s", i.issuer.Name, i.reason))
		}
	}
	if len(all) == 0 {
		says = []mailcheck.Text{mailcheck.Textf("no source names an OAuth2 issuer")}
	}
	s.conclude(state, "%s", mailcheck.Joined(says, "; "))
}

// askIssuer returns how to log in at an issuer: from the table of providers, or
// else from its metadata. The reason says why it cannot be used.
func (s *search) askIssuer(ctx context.Context, t *trace.Trace, issuer document.Issuer) (_ mailcheck.OAuth, reason mailcheck.Text) {
	if known, ok := provider.KnownIssuer(issuer.Name); ok {
		return known, mailcheck.Text{}
	}
	urls, err := oauth.MetadataURLs(issuer.Name)
	if err != nil {
		t.Find(checks.OAuthIssuerInvalid, "issuer %q: %v", issuer.Name, err)
		return mailcheck.OAuth{}, mailcheck.Textf("not a usable issuer")
	}
	doc, reason := s.fetchMetadata(ctx, t, urls)
	if doc == nil {
		return mailcheck.OAuth{}, reason
	}
	e, err := trace.Do(ctx, t, mailcheck.OpParse, doc.URL, func(context.Context) (oauth.Endpoints, error) {
		return oauth.ParseMetadata(doc.Body, issuer.Name)
	})
	if err != nil {
		return mailcheck.OAuth{}, mailcheck.Textf("its metadata cannot be used")
	}
	o := mailcheck.OAuth{
		Issuer: e.Issuer, AuthURL: e.Authorize, TokenURL: e.Token, DeviceURL: e.Device,
		Scopes: e.Supported[:min(maxScopes, len(e.Supported))],
	}
	if len(issuer.Scopes) > 0 {
		o.Scopes = issuer.Scopes
	}
	return o, mailcheck.Text{}
}

// fetchMetadata gets the first document there is. A host that cannot be reached at
// the first URL is not asked for the second.
func (s *search) fetchMetadata(ctx context.Context, t *trace.Trace, urls []string) (_ *netx.Document, reason mailcheck.Text) {
	var got fetched
	var tried []mailcheck.Text
	for _, u := range urls {
		got = s.fetch(ctx, t, netx.Request{URL: u, Header: http.Header{"Accept": {"application/json"}}})
		if got.came == there {
			return got.Document, mailcheck.Text{}
		}
		tried = append(tried, got.evidence)
		if got.came == unserved || got.came == unreachable {
			break
		}
	}
	got.evidence = mailcheck.Joined(tried, "; ")
	issuerRules.judge(t, got)
	return nil, mailcheck.Textf("gives no metadata")
}
