package autoconfig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/internal/netx"
)

const (
	configPath    = "/mail/config-v1.1.xml"
	wellKnownPath = "/.well-known/autoconfig" + configPath
)

// place is a URL where a settings file may be.
type place struct {
	url      string
	optional bool // most domains have something else there, so its faults matter little
}

// answer is what one place had.
type answer struct {
	state   mailcheck.State
	reason  string
	servers []mailcheck.Server
}

// findAutoconfig asks the domain's web servers (draft-ietf-mailmaint-autoconfig
// section 4.1). The https places are asked at once; the http ones, which any
// network on the way can forge, only if those have nothing. The address is sent
// to autoconfig.DOMAIN over https alone, where the draft asks for it.
func findAutoconfig(ctx context.Context, s *search) {
	d := s.address.Domain
	for _, scheme := range []string{"https", "http"} {
		query := ""
		if scheme == "https" {
			query = s.emailQuery()
		}
		places := []place{
			{scheme + "://autoconfig." + d + configPath + query, scheme == "http"},
			{scheme + "://" + d + wellKnownPath, true},
		}
		if s.askPlaces(ctx, places) {
			return
		}
	}
}

// askPlaces asks all places at once, hands over what each names as soon as it
// answers, and reports whether any had settings.
func (s *search) askPlaces(ctx context.Context, places []place) bool {
	var asks []func(context.Context, *mailcheck.Trace) answer
	for _, p := range places {
		asks = append(asks, func(ctx context.Context, t *mailcheck.Trace) answer {
			a := s.fetchConfig(ctx, t, p)
			for _, server := range a.servers {
				s.board.post(server)
			}
			return a
		})
	}
	reason, state := "", mailcheck.Absent
	for _, a := range sideBySide(ctx, s.trace, asks) {
		for _, server := range a.servers {
			s.publish(server)
		}
		if reason == "" || a.state == mailcheck.Found && state != mailcheck.Found || a.state == mailcheck.Failed && state == mailcheck.Absent {
			reason, state = a.reason, a.state
		}
	}
	if s.result.Reason == "" || s.result.State == mailcheck.Absent || state == mailcheck.Found {
		s.conclude(state, "%s", reason)
	}
	return state == mailcheck.Found
}

// sideBySide runs the asks at once, each on its own trace, and returns their
// answers in order.
func sideBySide(ctx context.Context, t *mailcheck.Trace, asks []func(context.Context, *mailcheck.Trace) answer) []answer {
	answers := make([]answer, len(asks))
	traces := make([]*mailcheck.Trace, len(asks))
	var wg sync.WaitGroup
	for i, ask := range asks {
		traces[i] = t.Branch()
		wg.Go(func() { answers[i] = ask(ctx, traces[i]) })
	}
	wg.Wait()
	t.Join(traces...)
	return answers
}

// emailQuery is the query that lets a server answer for one user.
func (s *search) emailQuery() string {
	if s.address.Local == "" {
		return ""
	}
	return "?emailaddress=" + url.QueryEscape(s.address.String())
}

// fetchConfig fetches a settings file and reads it.
func (s *search) fetchConfig(ctx context.Context, t *mailcheck.Trace, p place) answer {
	most := mailcheck.Warning
	if p.optional {
		most = mailcheck.Info
	}
	u, err := url.Parse(p.url)
	if err != nil {
		return answer{mailcheck.Failed, err.Error(), nil}
	}
	absent := ""
	doc, err := mailcheck.Do(ctx, t, mailcheck.OpFetch, p.url, func(ctx context.Context) (*netx.Document, error) {
		doc, err := s.net.Fetch(ctx, netx.Request{Method: http.MethodGet, URL: p.url, AllowHTTP: u.Scheme == "http"})
		if absent = nothingThere(err, p.optional); absent != "" {
			return nil, nil
		}
		return doc, err
	})
	switch {
	case absent != "":
		t.Say(absent)
		return answer{mailcheck.Absent, absent, nil}
	case err != nil:
		soften(t, most)
		return answer{mailcheck.Failed, u.Hostname() + ": " + firstDetail(t), nil}
	case doc.Status == http.StatusNotFound || doc.Status == http.StatusGone || doc.Status == http.StatusNoContent:
		t.Say(fmt.Sprintf("HTTP status %d", doc.Status))
		return answer{mailcheck.Absent, u.Hostname() + " has no settings file", nil}
	case doc.Status != http.StatusOK:
		t.Say(fmt.Sprintf("HTTP status %d", doc.Status))
		t.Find(mailcheck.AutoconfigStatus, fmt.Sprintf("%s answers with HTTP status %d", p.url, doc.Status))
		soften(t, most)
		return answer{mailcheck.Failed, fmt.Sprintf("%s answers with HTTP status %d", u.Hostname(), doc.Status), nil}
	}
	return s.readDocument(ctx, t, doc, most)
}

// nothingThere returns why an error means that nobody publishes anything at a
// place, or nothing where it is a fault. Every domain may leave the name
// autoconfig out, and not every domain has a web server.
func nothingThere(err error, optional bool) string {
	if notFound(err) {
		return noSuchHost
	}
	if e, ok := errors.AsType[*netx.Error](err); ok && e.Check == "dns.no-address" {
		return "the host has no address"
	}
	if err != nil && optional {
		if check, _ := mailcheck.Classify(mailcheck.OpConnect, err); check == mailcheck.TCPRefused {
			return "no web server there"
		}
	}
	return ""
}

const noSuchHost = "no such host"

// notFound reports whether DNS says that the name does not exist.
func notFound(err error) bool {
	e, ok := errors.AsType[*net.DNSError](err)
	return ok && e.IsNotFound
}

// firstDetail returns the evidence of the last step's first finding.
func firstDetail(t *mailcheck.Trace) string {
	if f := t.Steps[len(t.Steps)-1].Findings; len(f) > 0 {
		return f[0].Detail
	}
	return "failed"
}

// readDocument judges how a settings file was served, and reads it.
func (s *search) readDocument(ctx context.Context, t *mailcheck.Trace, doc *netx.Document, most mailcheck.Severity) answer {
	t.Say(fmt.Sprintf("%d bytes of %s", len(doc.Body), doc.ContentType))
	where := doc.URL
	if looksLikeHTML(doc.Body) {
		t.Find(mailcheck.AutoconfigHTML, fmt.Sprintf("%s answers with %s that begins %q", where, doc.ContentType, head(doc.Body)))
		soften(t, most)
		if most == mailcheck.Info {
			return answer{mailcheck.Absent, "only a web page is there", nil}
		}
		return answer{mailcheck.Failed, "a web page instead of the settings file", nil}
	}
	if !xmlType(doc.ContentType) {
		t.Find(mailcheck.AutoconfigContentType, fmt.Sprintf("%s is served as %q", where, doc.ContentType))
	}
	a := s.readConfig(ctx, t, where, doc.Body, mailcheck.Warning)
	if doc.Insecure && len(a.servers) > 0 {
		t.Find(mailcheck.AutoconfigHTTPOnly, strings.Join(doc.Hops, " -> "))
	}
	return a
}

// xmlType reports whether Thunderbird reads a document of the media type as XML.
func xmlType(contentType string) bool {
	for _, t := range []string{"text/xml", "application/xml", "text/rdf"} {
		if strings.HasPrefix(contentType, t) {
			return true
		}
	}
	return false
}

func looksLikeHTML(body []byte) bool {
	start := bytes.ToLower(bytes.TrimSpace(body[:min(512, len(body))]))
	start = bytes.TrimPrefix(start, []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html")) ||
		bytes.Contains(start, []byte("<html")) && !bytes.Contains(start, []byte("<clientconfig"))
}

func head(body []byte) string { return string(bytes.TrimSpace(body[:min(60, len(body))])) }

// readConfig reads a settings file and returns the servers it names for the
// address.
func (s *search) readConfig(ctx context.Context, t *mailcheck.Trace, where string, body []byte, most mailcheck.Severity) answer {
	config, err := mailcheck.Do(ctx, t, mailcheck.OpParse, where, func(context.Context) (*Config, error) {
		return ParseConfig(body)
	})
	if err != nil {
		soften(t, most)
		return answer{mailcheck.Failed, "the settings file is malformed", nil}
	}
	servers, problems := config.Servers(s.address)
	for _, p := range problems {
		t.Find(p.Check, fmt.Sprintf("%s line %d: %s", where, p.Line, p.Text))
	}
	for i := range servers {
		servers[i].Sources = []string{s.result.Name}
	}
	if len(servers) == 0 {
		t.Find(mailcheck.AutoconfigNoServers, where)
		return answer{mailcheck.Failed, "the settings file names no usable server", nil}
	}
	t.Say(fmt.Sprintf("%d servers", len(servers)))
	host := where
	if u, err := url.Parse(where); err == nil && u.Host != "" {
		host = u.Scheme + "://" + u.Host + u.Path
	}
	return answer{mailcheck.Found, host, servers}
}
