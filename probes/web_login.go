package probes

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/sasl"
	"mailcheck/internal/trace"
)

// A service over HTTPS was found and tested without a login, perhaps on a connection that
// several share. Whoever logs in does so afterwards, at the place where the service
// answered, on connections that verify the server anew. Nothing secret leaves the origin
// (RFC 6454) of the server that is vouched for.

// webSchemes are the ways to log in at a web server that are spoken (RFC 7617, RFC 6750).
// Digest (RFC 7616) is not: whoever has Basic inside TLS needs none.
var webSchemes = []sasl.Mechanism{{Name: "BASIC", Takes: sasl.Password}, {Name: "BEARER", Takes: sasl.Token}}

// webLogin reports whether users log in at a protocol over HTTPS. Exchange's own are only
// asked what they want.
func webLogin(p mailcheck.Protocol) bool { return p.OverHTTPS() && !p.Exchange() }

// besideMail reports whether users log in at a protocol that mail works without.
func besideMail(p mailcheck.Protocol) bool { return webLogin(p) || p == mailcheck.Sieve }

// opens reports whether the run logs in at servers of a protocol.
func opens(p mailcheck.Protocol) bool { return p.Reads() || p.Sends() || besideMail(p) }

// enterWeb logs in at a service that passed its test, and returns the result with that. It
// waits for the mail servers: whether the account is locked is theirs to say.
func (l *logins) enterWeb(ctx context.Context, p *probe, r mailcheck.ServerResult) mailcheck.ServerResult {
	wait(ctx, p.others.soon)
	server, rank, ok := p.others.described(r.Server)
	if !ok {
		wait(ctx, p.others.named)
		server, rank, ok = p.others.described(r.Server)
	}
	tested := r
	r.Server = server
	switch {
	case !ok || p.at == "" || l.obstacle(&r, r.Verdict) != nil:
		return tested
	case !sameOrigin(webURL(&r), p.at):
		r.Login = &mailcheck.Login{State: mailcheck.LoginSkipped, Reason: mailcheck.Evidencef("it sends on to %s, and nothing secret follows a redirect to another server", hostOf(p.at))}
		return r
	}
	q := newProbe(p.net, server, p.opts, p.others.began)
	q.others, q.further, q.over, q.at = p.others, 0, true, p.at
	q.result = &r
	q.lines = newLines(nil, q.trace)
	t := &tries{logins: l, p: q, guard: l.guardOf(server.Host), rank: rank}
	p.connectAhead(ctx)
	t.all(ctx)
	if q.inside != nil {
		q.inside.out()
	}
	r.Steps = slices.Concat(r.Steps, q.trace.Steps)
	r.Verdict = verdict(mailcheck.FindingsOf(r.Steps))
	return r
}

// connectAhead has a connection ready when the turn of a login comes, which mostly is while
// the mail servers are asked. What comes back is known from the test.
func (p *probe) connectAhead(ctx context.Context) {
	_, _ = p.net.Fetch(ctx, netx.Request{Method: http.MethodHead, URL: p.at, NoFollow: true})
}

// tellApart gives a refusal its remedy where the mail servers take what is refused.
func tellApart(steps []mailcheck.Step) {
	for _, f := range mailcheck.Each(steps) {
		if f.Check.RejectsCredentials() {
			f.Fix = mailcheck.Textf("The mail servers take the same credentials, so they are right. Ask whoever runs the service whether it has passwords of its own (an app password), another user name, or has to be switched on for the user.")
		}
	}
}

func wait(ctx context.Context, until <-chan struct{}) {
	select {
	case <-until:
	case <-ctx.Done():
	}
}

// webURL is where the settings have a service.
func webURL(r *mailcheck.ServerResult) string { return "https://" + r.Endpoint() + r.Path }

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// sameOrigin reports whether two URLs are of one web server: https, host and port (RFC 6454
// section 5).
func sameOrigin(a, b string) bool {
	origin := func(address string) string {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
			return ""
		}
		return strings.ToLower(u.Hostname()) + ":" + cmp.Or(u.Port(), "443")
	}
	return origin(a) != "" && origin(a) == origin(b)
}

// logInByHTTPS makes one login and records it as a step. It returns the reply that let the
// user in, or nil.
func (p *probe) logInByHTTPS(ctx context.Context, e *entry) *httpReply {
	req := netx.Request{Method: "PROPFIND", URL: p.at, Header: autoconfig.PrincipalHeader(), Body: []byte(autoconfig.PrincipalQuery)}
	if p.result.Protocol == mailcheck.JMAP {
		req = netx.Request{Method: http.MethodGet, URL: p.at, Header: http.Header{"Accept": {"application/json"}}}
	}
	reply, err := trace.Do(ctx, p.trace, mailcheck.OpAuth, p.result.Endpoint(), func(ctx context.Context) (*httpReply, error) {
		reply, err := p.askAs(ctx, e, req)
		if err != nil {
			return nil, p.lines.shownError(loginFault(err))
		}
		e.reply = strings.TrimSpace(fmt.Sprintf("%d %s", reply.status, http.StatusText(reply.status)))
		return reply, p.judgeWeb(e, reply)
	})
	if err == nil {
		return reply
	}
	if e.check == nil {
		e.check = checks.LoginFailed
		if c, _ := trace.Classify(mailcheck.OpAuth, err); c == checks.RunTimeout {
			e.check = c
		}
	}
	switch e.check {
	case checks.LoginNotAuthorized:
		p.trace.Fix("See the web server's log for why it answers 403: the service may be switched off for this user.")
	case checks.LoginUnavailable:
		p.trace.Fix("See the web server's log for why it answers so: the service may be down, fail for this user (who may have nothing there yet), or not reach what knows the passwords.")
	}
	return nil
}

// askAs makes a request with the user's credentials. A redirect within the origin is
// followed (RFC 6764 section 6); to another server nothing secret goes.
func (p *probe) askAs(ctx context.Context, e *entry, req netx.Request) (*httpReply, error) {
	authorization := "Bearer " + e.Secret
	if e.mechanism.Takes == sasl.Password {
		if strings.Contains(e.User, ":") { // RFC 7617 section 2
			return nil, checks.LoginFailed.Errorf("HTTP cannot carry a user name with a colon")
		}
		message := base64.StdEncoding.EncodeToString([]byte(e.User + ":" + e.Secret))
		p.secrets.messages = append(p.secrets.messages, strings.ToLower(message))
		authorization = "Basic " + message
	}
	req.Private = true
	req.Header = req.Header.Clone()
	req.Header.Set("Authorization", authorization)
	for range maxHTTPRedirects + 1 {
		e.told, e.sent = true, true
		doc, err := p.net.Fetch(ctx, req)
		if err != nil {
			return nil, err
		}
		reply := &httpReply{url: doc.URL, status: doc.Status, header: doc.Header, body: doc.Body}
		location := reply.header.Get("Location")
		if reply.status/100 != 3 || location == "" {
			return reply, nil
		}
		to, err := redirectTarget(reply.url, location)
		switch {
		case err != nil:
			return nil, checks.LoginFailed.Errorf("%v", err)
		case !sameOrigin(reply.url, to.String()):
			return nil, checks.LoginFailed.Errorf("it sends who logs in on to %s, and nothing secret follows a redirect to another server", to.Host)
		}
		req.URL = to.String()
	}
	return nil, checks.LoginFailed.Errorf("it redirects more than %d times", maxHTTPRedirects)
}

// judgeWeb notes what became of a login, and returns the error that its step has.
func (p *probe) judgeWeb(e *entry, r *httpReply) error {
	switch {
	case r.status == http.StatusUnauthorized:
		e.check = refusals[e.mechanism.Takes]
	case r.status == http.StatusForbidden:
		e.check, e.doubtful = checks.LoginNotAuthorized, true
	case r.status == http.StatusTooManyRequests:
		e.check = checks.LoginThrottled
	case r.status/100 == 5:
		e.check = checks.LoginUnavailable
	case p.result.Protocol == mailcheck.JMAP:
		if _, err := autoconfig.ReadJMAPSession(r.body); r.status != http.StatusOK || err != nil {
			return checks.LoginFailed.Errorf("%s, and no JMAP session", e.reply)
		}
	default:
		return p.judgePrincipal(e, r)
	}
	if e.check != nil {
		return e.check.Errorf("%s", e.reply)
	}
	return nil
}

// judgePrincipal looks for who the user is (RFC 5397 section 3). A reply without that lets
// nobody in: servers answer a stranger, too.
func (p *probe) judgePrincipal(e *entry, r *httpReply) error {
	principal, err := readPrincipal(r.body)
	switch {
	case r.status != http.StatusMultiStatus:
		return checks.LoginFailed.Errorf("%s", e.reply)
	case errors.Is(err, errNobody):
		return checks.LoginFailed.Errorf("%s, and %v", e.reply, err)
	case err != nil:
		return checks.LoginFailed.Errorf("%s, and its body is none: %s", e.reply, p.lines.shown(err.Error()))
	}
	to, err := url.Parse(r.url)
	if err == nil {
		to, err = to.Parse(principal)
	}
	switch {
	case err != nil || !mailcheck.Printable(principal):
		return checks.LoginFailed.Errorf("%s, and the principal is no URL", e.reply)
	case !sameOrigin(r.url, to.String()):
		return checks.LoginFailed.Errorf("%s, and the principal is at another server, %s", e.reply, p.lines.shown(to.Host))
	}
	e.reply = fmt.Sprintf("%s (%s)", e.reply, p.lines.shown(principal))
	return nil
}
