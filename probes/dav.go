package probes

import (
	"context"
	"net/http"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// dav asks a CalDAV or CardDAV server what a client asks first: who am I (RFC 6764
// section 6). Without a password 401 is the right answer, and proves that somebody
// is there who knows accounts. OPTIONS then asks for the capabilities, where the
// first reply did not bring them.
func dav(ctx context.Context, p *probe) {
	reply, err := p.follow(ctx, "PROPFIND", autoconfig.PrincipalHeader(), []byte(autoconfig.PrincipalQuery))
	if err != nil {
		return
	}
	caps := davCapabilities(reply.header)
	switch {
	case reply.status/100 == 5 && reply.status != http.StatusNotImplemented:
		p.trace.Find(checks.HTTPServerError, "PROPFIND %s: %s", reply.url, reply.text())
		return
	case reply.status != http.StatusUnauthorized && reply.status != http.StatusMultiStatus && len(caps) == 0:
		p.trace.Find(checks.DAVNotFound, "PROPFIND %s: %s", reply.url, reply.text())
		return
	}
	p.at = reply.url
	p.offerHTTP(caps, reply)
	if len(caps) == 0 && !reply.last {
		p.davOptions(ctx, reply)
	}
}

// davOptions asks for the capabilities. Many servers tell them only to who has
// logged in, so that a refusal means nothing.
func (p *probe) davOptions(ctx context.Context, found *httpReply) {
	path := strings.TrimPrefix(found.url, "https://"+strings.TrimSuffix(p.result.Endpoint(), ":443"))
	reply, err := trace.Do(ctx, p.trace, mailcheck.OpCapability, "OPTIONS "+p.result.Endpoint()+path, func(ctx context.Context) (*httpReply, error) {
		return p.request(ctx, http.MethodOptions, path, nil, nil)
	})
	if err != nil {
		p.trace.Steps[len(p.trace.Steps)-1].Findings = nil // the service is proven already
		return
	}
	p.trace.Say("%s", reply.text())
	caps := davCapabilities(reply.header)
	p.result.Capabilities.AfterTLS = caps
	// RFC 4791 section 5.1, RFC 6352 section 6.1: the words that the header must have.
	word := map[mailcheck.Protocol]string{mailcheck.CalDAV: "calendar-access", mailcheck.CardDAV: "addressbook"}[p.result.Protocol]
	if reply.status/100 == 2 && len(caps) > 0 && !mailcheck.Has(caps, word) {
		p.trace.Find(checks.DAVWrongKind, "OPTIONS %s: DAV: %s, without %s", reply.url, mailcheck.ListOf(caps), word)
	}
}

// davCapabilities returns the compliance classes of the DAV header (RFC 4918
// section 10.1).
func davCapabilities(header http.Header) []string {
	var caps []string
	for _, value := range header.Values("DAV") {
		for _, class := range strings.Split(value, ",") {
			if class = mailcheck.Clean(strings.TrimSpace(class)); class != "" && !mailcheck.Has(caps, class) {
				caps = append(caps, class)
			}
		}
	}
	return caps
}
