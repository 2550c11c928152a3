package autoconfig

import (
	"context"
	"net/http"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// extraQuery returns the question for the SRV records of an extra service.
func (s *search) extraQuery(t *trace.Trace, p mailcheck.Protocol, sec mailcheck.Security) *srvQuery {
	for _, service := range document.ExtraServices {
		if service.Protocol == p && service.Security == sec {
			return &srvQuery{s, t.Branch(), service.Name(s.address.Domain), p, sec}
		}
	}
	panic("autoconfig: no service name for " + string(p) + " with " + string(sec))
}

// best returns the server of the first usable record, which is the one a client
// connects to; the others stand in for it.
func (q *srvQuery) best(answer srvAnswer) (mailcheck.Server, bool) {
	for _, record := range answer.records {
		if server, ok := q.server(record); ok {
			return server, true
		}
	}
	return mailcheck.Server{}, false
}

// judgeExtra finds what is wrong with the target of an extra service. Whether
// the domain may send its users elsewhere is said once, with its mail servers.
func (q *srvQuery) judgeExtra(ctx context.Context, server mailcheck.Server) {
	q.judgeTarget(ctx, server)
	soften(q.trace, checks.Warning)
}

// absence says why an SRV question brought no server.
func (q *srvQuery) absence(records srvAnswer, offered bool) answer {
	switch {
	case len(records.records) > 0:
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("the SRV record cannot be used")}
	case !offered:
		return answer{state: mailcheck.Found, reason: mailcheck.Textf("the domain says that it offers no %s", string(q.protocol))}
	case q.trace.Steps[0].Failed():
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("DNS did not answer")}
	}
	return answer{state: mailcheck.Absent, reason: mailcheck.Textf("no SRV record")}
}

// wellKnown looks for a service at the place that RFC 8615 gives it on the
// domain's own web server. That most domains have something else there, or
// nothing, is no fault.
func (s *search) wellKnown(ctx context.Context, t *trace.Trace, p mailcheck.Protocol, req netx.Request, proven func(*netx.Document) bool) (mailcheck.Server, bool) {
	req.URL = "https://" + s.address.Domain + "/.well-known/" + string(p)
	ctx, cancel := context.WithTimeout(ctx, wellKnownTimeout)
	defer cancel()
	got := s.fetch(ctx, t, req)
	switch {
	case got.came == unserved || got.came == unreachable || !proven(got.Document):
		strayRules.judge(t, got)
		return mailcheck.Server{}, false
	case len(got.Hops) == 1 && got.Status == http.StatusUnauthorized && s.locked(ctx):
		t.Say("the whole web site wants a password")
		return mailcheck.Server{}, false
	}
	t.Say("%s: HTTP status %d", got.URL, got.Status)
	server, err := s.webServer(p, got.URL)
	server.Vouch = vouchOfWellKnown(got.Document, s.address.Domain)
	return server, err == nil
}

// locked reports whether the domain's web server answers 401 to everything, so
// that the answer proves no service.
func (s *search) locked(ctx context.Context) bool {
	doc, err := s.net.Fetch(ctx, netx.Request{URL: "https://" + s.address.Domain + "/.well-known/"})
	return err == nil && doc.Status == http.StatusUnauthorized
}

// webServer returns the server that an https URL names, for the address.
func (s *search) webServer(p mailcheck.Protocol, address string) (mailcheck.Server, error) {
	server, err := mailcheck.ParseWebServer(p, address)
	server.Username, server.Sources = s.address.Username(), []string{s.result.Name}
	return server, err
}

// concludeExtras sums up what the questions of a source for extra services brought.
func (s *search) concludeExtras(answers []answer) {
	state, reasons := mailcheck.Absent, []mailcheck.Text(nil)
	for _, a := range answers {
		s.publishAll(a)
		switch {
		case a.state == state && len(reasons) > 0 && !reasons[len(reasons)-1].Equal(a.reason):
			reasons = append(reasons, a.reason)
		case a.state == mailcheck.Found && state != mailcheck.Found, a.state == mailcheck.Failed && state == mailcheck.Absent, len(reasons) == 0:
			state, reasons = a.state, []mailcheck.Text{a.reason}
		}
	}
	s.result.State = state
	s.conclude(state, "%s", mailcheck.Joined(reasons, "; "))
}
