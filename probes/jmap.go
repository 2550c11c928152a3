package probes

import (
	"context"
	"net/http"

	"mailcheck/autoconfig"
	"mailcheck/checks"
)

// jmap asks for the session (RFC 8620 section 2). Without a password 401 is the
// right answer.
func jmap(ctx context.Context, p *probe) {
	reply, err := p.follow(ctx, http.MethodGet, http.Header{"Accept": {"application/json"}}, nil)
	if err != nil {
		return
	}
	_, wrong := autoconfig.ReadJMAPSession(reply.body)
	session := reply.status == http.StatusOK && wrong == nil
	switch {
	case reply.status/100 == 5:
		p.trace.Find(checks.HTTPServerError, "GET %s: %s", reply.url, reply.text())
	case reply.status != http.StatusUnauthorized && !session:
		p.trace.Find(checks.JMAPNotFound, "GET %s: %s", reply.url, reply.text())
	default:
		p.at = reply.url
		p.offerHTTP(nil, reply)
	}
}
