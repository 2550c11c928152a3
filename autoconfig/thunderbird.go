package autoconfig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
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
	state      mailcheck.State
	reason     string
	servers    []mailcheck.Server
	unresolved bool // the host has no address, or DNS does not tell
	fetched    *netx.Document
	config     *Config // the settings file that was read, whether or not its servers are of use
}

// findAutoconfig asks the domain's web servers (draft-ietf-mailmaint-autoconfig
// section 4.1). The https places are asked at once; the http ones, which any
// network on the way can forge, only if those have nothing, or to learn what clients
// would get that go by another order. The address is sent to autoconfig.DOMAIN over
// https alone, where the draft asks for it.
func findAutoconfig(ctx context.Context, s *search) {
	d := s.address.Domain
	there := s.askPlaces(ctx, []place{
		{"https://autoconfig." + d + configPath + s.emailQuery(), false},
		{"https://" + d + wellKnownPath, true},
	})
	if s.result.State == mailcheck.Found && !s.opts.Every {
		return
	}
	insecure := []place{
		{"http://autoconfig." + d + configPath, true},
		{"http://" + d + wellKnownPath, true},
	}
	var places []place
	for i, p := range insecure {
		if there[i] {
			places = append(places, p)
		}
	}
	if s.result.State == mailcheck.Found {
		s.keepPlaces(ctx, places)
		return
	}
	s.askPlaces(ctx, places)
}

// keepPlaces asks places whose answers only some clients would use: they are kept,
// but neither published nor judged.
func (s *search) keepPlaces(ctx context.Context, places []place) {
	var asks []func(context.Context, *mailcheck.Trace) answer
	for _, p := range places {
		asks = append(asks, func(ctx context.Context, t *mailcheck.Trace) answer { return s.fetchConfig(ctx, t, p) })
	}
	aside := s.trace.Branch()
	sideBySide(ctx, aside, asks)
	for i := range aside.Steps {
		aside.Steps[i].Findings = nil
	}
	s.trace.Join(aside)
}

// askPlaces asks all places at once and hands over what each names as soon as it
// answers. It concludes with the first place that has settings, or else the first
// that failed, and returns for each place whether its host has an address.
func (s *search) askPlaces(ctx context.Context, places []place) (there []bool) {
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
	for _, a := range sideBySide(ctx, s.trace, asks) {
		there = append(there, !a.unresolved)
		first := s.result.Reason == "" || s.result.State == mailcheck.Absent && a.state == mailcheck.Failed
		if a.state == mailcheck.Found && s.result.State != mailcheck.Found || first {
			s.result.State = a.state
			s.conclude(a.state, "%s", a.reason)
		}
		for _, server := range a.servers {
			s.publish(server)
		}
	}
	return there
}

// sideBySide runs the asks at once, each on its own trace, and returns their
// answers in order.
func sideBySide[T any](ctx context.Context, t *mailcheck.Trace, asks []func(context.Context, *mailcheck.Trace) T) []T {
	answers := make([]T, len(asks))
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

// fetchConfig fetches a settings file, reads it, and keeps what it was.
func (s *search) fetchConfig(ctx context.Context, t *mailcheck.Trace, p place) answer {
	a := s.askPlace(ctx, t, p)
	s.board.keep(documentOf(s.result.Name, p.url, a))
	return a
}

// askPlace asks one place for a settings file and reads it.
func (s *search) askPlace(ctx context.Context, t *mailcheck.Trace, p place) answer {
	most := mailcheck.Warning
	if p.optional {
		most = mailcheck.Info
	}
	u, err := url.Parse(p.url)
	if err != nil {
		return answer{state: mailcheck.Failed, reason: err.Error()}
	}
	if a, there := s.resolveHost(ctx, t, u, most); !there {
		return a
	}
	absent := ""
	doc, err := mailcheck.Do(ctx, t, mailcheck.OpFetch, p.url, func(ctx context.Context) (*netx.Document, error) {
		doc, err := s.net.Fetch(ctx, netx.Request{Method: http.MethodGet, URL: p.url, AllowHTTP: u.Scheme == "http"})
		if p.optional && err != nil && refused(err) {
			absent = "no web server there"
			return nil, nil
		}
		return doc, err
	})
	switch {
	case absent != "":
		t.Say(absent)
		return answer{state: mailcheck.Absent, reason: absent}
	case err != nil:
		soften(t, most)
		return answer{state: mailcheck.Failed, reason: u.Hostname() + ": " + firstDetail(t)}
	case doc.Status == http.StatusNotFound || doc.Status == http.StatusGone || doc.Status == http.StatusNoContent:
		t.Say(fmt.Sprintf("HTTP status %d", doc.Status))
		return answer{state: mailcheck.Absent, reason: u.Hostname() + " has no settings file", fetched: doc}
	case doc.Status != http.StatusOK:
		t.Say(fmt.Sprintf("HTTP status %d", doc.Status))
		t.Find(mailcheck.AutoconfigStatus, fmt.Sprintf("%s answers with HTTP status %d", p.url, doc.Status))
		soften(t, most)
		return answer{state: mailcheck.Failed, reason: fmt.Sprintf("%s answers with HTTP status %d", u.Hostname(), doc.Status), fetched: doc}
	}
	a := s.readDocument(ctx, t, doc, most)
	a.fetched = doc
	return a
}

// resolveHost looks a web server's name up, as a step of its own. Every domain may
// leave the name autoconfig out; then there is nothing to fetch and no fault.
func (s *search) resolveHost(ctx context.Context, t *mailcheck.Trace, u *url.URL, most mailcheck.Severity) (a answer, there bool) {
	addrs, err := mailcheck.Do(ctx, t, mailcheck.OpResolve, u.Hostname(), func(ctx context.Context) ([]netip.Addr, error) {
		addrs, _, err := s.net.Addrs(ctx, u.Hostname(), 443)
		if notFound(err) {
			return nil, nil
		}
		return addrs, err
	})
	switch {
	case err != nil:
		soften(t, most)
		return answer{state: mailcheck.Failed, reason: "DNS did not answer for " + u.Hostname(), unresolved: true}, false
	case len(addrs) == 0:
		t.Say("no such host")
		return answer{state: mailcheck.Absent, reason: "no such host: " + u.Hostname(), unresolved: true}, false
	}
	return answer{}, true
}

// refused reports whether nothing listens where a web server could be.
func refused(err error) bool {
	check, _ := mailcheck.Classify(mailcheck.OpConnect, err)
	return check == mailcheck.TCPRefused
}

// notFound reports whether DNS says that the name does not exist.
func notFound(err error) bool {
	e, ok := errors.AsType[*net.DNSError](err)
	return ok && e.IsNotFound
}

// firstDetail returns the evidence of the last step's first finding, or what it
// means where the evidence is a long URL.
func firstDetail(t *mailcheck.Trace) string {
	f := t.Steps[len(t.Steps)-1].Findings[0]
	if strings.Contains(f.Detail, "://") {
		return strings.TrimSuffix(f.Check.Summary, ".")
	}
	return f.Detail
}

// readDocument judges how a settings file was served, and reads it.
func (s *search) readDocument(ctx context.Context, t *mailcheck.Trace, doc *netx.Document, most mailcheck.Severity) answer {
	t.Say(fmt.Sprintf("%d bytes of %s", len(doc.Body), doc.ContentType))
	where := doc.URL
	if looksLikeHTML(doc.Body) {
		t.Find(mailcheck.AutoconfigHTML, fmt.Sprintf("%s answers with %s that begins %q", where, doc.ContentType, head(doc.Body)))
		soften(t, most)
		if most == mailcheck.Info {
			return answer{state: mailcheck.Absent, reason: "only a web page is there"}
		}
		return answer{state: mailcheck.Failed, reason: "a web page instead of the settings file"}
	}
	if !xmlType(doc.ContentType) {
		t.Find(mailcheck.AutoconfigContentType, fmt.Sprintf("%s is served as %q", where, doc.ContentType))
	}
	if s.result.Name == "autoconfig" { // the other sources' web servers are not the domain's to mend
		judgeCertificate(t, doc)
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
		return answer{state: mailcheck.Failed, reason: "the settings file is malformed"}
	}
	for _, issuer := range config.Issuers {
		s.board.nameIssuer(Issuer{expand(issuer.Name, s.address), issuer.Scopes})
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
		return answer{state: mailcheck.Failed, reason: "the settings file names no usable server", config: config}
	}
	t.Say(fmt.Sprintf("%d servers", len(servers)))
	host := where
	if u, err := url.Parse(where); err == nil && u.Host != "" {
		host = u.Scheme + "://" + u.Host + u.Path
	}
	s.findRefusals(t, where, config)
	return answer{state: mailcheck.Found, reason: host, servers: servers, config: config}
}
