package autoconfig

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// maxMetadata is the size of an issuer's metadata; real ones have a few kilobytes.
const maxMetadata = 64 << 10

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
	urls, err := metadataURLs(issuer.Name)
	if err != nil {
		t.Find(checks.OAuthIssuerInvalid, "issuer %q: %v", issuer.Name, err)
		return mailcheck.OAuth{}, mailcheck.Textf("not a usable issuer")
	}
	doc, reason := s.fetchMetadata(ctx, t, urls)
	if doc == nil {
		return mailcheck.OAuth{}, reason
	}
	o, err := trace.Do(ctx, t, mailcheck.OpParse, doc.URL, func(context.Context) (mailcheck.OAuth, error) {
		return ParseMetadata(doc.Body, issuer.Name)
	})
	if err != nil {
		return mailcheck.OAuth{}, mailcheck.Textf("its metadata cannot be used")
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

// metadataURLs returns where an issuer's metadata may be, in the order to ask: RFC
// 8414 section 3.1 puts the well-known part between host and path; OpenID Connect
// Discovery section 4 puts it at the end.
func metadataURLs(issuer string) ([]string, error) {
	u, err := url.Parse(issuerURL(issuer))
	switch {
	case !mailcheck.Printable(issuer):
		return nil, fmt.Errorf("invisible or control characters")
	case err != nil || u.Host == "":
		return nil, fmt.Errorf("not a URL")
	case u.Scheme != "https":
		return nil, fmt.Errorf("not https")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("user name, query and fragment are not allowed")
	}
	if _, err := mailcheck.ParseDomain(u.Hostname()); err != nil {
		return nil, err
	}
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	base := "https://" + u.Host
	return []string{
		base + "/.well-known/oauth-authorization-server" + path,
		base + path + "/.well-known/openid-configuration",
	}, nil
}

// issuerURL completes an issuer that is given as a host name alone, as the files of
// ISPDB do.
func issuerURL(issuer string) string {
	if issuer == "" || strings.Contains(issuer, "://") {
		return issuer
	}
	return "https://" + issuer
}

// ParseMetadata reads the metadata of an issuer (RFC 8414 section 2), as far as a
// mail program needs it. The error is an occurrence of oauth.metadata-invalid or
// oauth.issuer-mismatch.
func ParseMetadata(body []byte, issuer string) (mailcheck.OAuth, error) {
	var m struct {
		Issuer    string   `json:"issuer"`
		AuthURL   string   `json:"authorization_endpoint"`
		TokenURL  string   `json:"token_endpoint"`
		DeviceURL string   `json:"device_authorization_endpoint"`
		Scopes    []string `json:"scopes_supported"`
	}
	if len(body) > maxMetadata {
		return mailcheck.OAuth{}, checks.OAuthMetadataInvalid.Errorf("larger than %d bytes", maxMetadata)
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return mailcheck.OAuth{}, checks.OAuthMetadataInvalid.Errorf("not the JSON of RFC 8414: %w", err)
	}
	for _, endpoint := range []struct{ name, url string }{
		{"authorization_endpoint", m.AuthURL}, {"token_endpoint", m.TokenURL}, {"device_authorization_endpoint", m.DeviceURL},
	} {
		optional := endpoint.name == "device_authorization_endpoint"
		if u, err := url.Parse(endpoint.url); (err != nil || u.Scheme != "https" || u.Hostname() == "" || !mailcheck.Printable(endpoint.url)) && !(optional && endpoint.url == "") {
			return mailcheck.OAuth{}, checks.OAuthMetadataInvalid.Errorf("%s is %q, not an https URL", endpoint.name, endpoint.url)
		}
	}
	// RFC 8414 section 3.3 wants the very same string, lest one issuer poses as
	// another. Only a host name alone cannot be compared so strictly.
	same := m.Issuer == issuer || !strings.Contains(issuer, "://") && strings.TrimSuffix(m.Issuer, "/") == issuerURL(issuer)
	if !same {
		return mailcheck.OAuth{}, checks.OAuthIssuerMismatch.Errorf("the settings say %q, the metadata %q", issuer, m.Issuer)
	}
	return mailcheck.OAuth{
		Issuer: m.Issuer, AuthURL: m.AuthURL, TokenURL: m.TokenURL, DeviceURL: m.DeviceURL,
		Scopes: m.Scopes[:min(maxScopes, len(m.Scopes))],
	}, nil
}
