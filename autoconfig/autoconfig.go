package autoconfig

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/lint"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

const (
	configPath    = "/mail/config-v1.1.xml"
	wellKnownPath = "/.well-known/autoconfig" + configPath

	emailParameter = "emailaddress="

	ownFiles = "autoconfig" // the source of this file, by its name in Sources
)

// place is a URL where a settings file may be.
type place struct {
	url  string
	or   *rules // what it means that something else is there; nil for configRules
	bare string // the same place without the address, which some clients ask; empty where the address is not sent
}

// answer is what one place had.
type answer struct {
	state      mailcheck.State
	reason     mailcheck.Text
	servers    []mailcheck.Server
	unresolved bool // the host has no address, or DNS does not tell
	fetched    *netx.Document
	links      []mailcheck.Link // pages for people that the document names
	config     *document.Config // the settings file that was read, whether or not its servers are of use
	typed      typed
	pox        *document.AutodiscoverAnswer
}

// findAutoconfig asks the domain's web servers (draft-ietf-mailmaint-autoconfig
// section 4.1), all places at once. Those over http, which any network on the way can
// forge, count only if those over https have nothing; else they are kept to be compared,
// and for the programs that go by another order. The address is sent over https alone:
// to autoconfig.DOMAIN, where the draft asks for it, and to the domain itself, where
// Thunderbird and Nextcloud Mail send it.
func findAutoconfig(ctx context.Context, s *search) {
	d := s.address.Domain
	var overHTTP []answer
	insecure := s.beside(ctx, func(ctx context.Context, t *trace.Trace) {
		overHTTP = sideBySide(ctx, t, s.asks([]place{
			{url: "http://autoconfig." + d + configPath, or: &optionalRules},
			{url: "http://" + d + wellKnownPath, or: &optionalRules},
		}, s.fetchOverHTTP))
	})
	s.take(sideBySide(ctx, s.trace, s.asks([]place{
		s.askedBothWays("https://autoconfig."+d+configPath, &configRules),
		s.askedBothWays("https://"+d+wellKnownPath, &optionalRules),
	}, s.fetchBothWays)))
	if s.result.State == mailcheck.Found {
		s.release()
		insecure.hurry()
		insecure.trace.Forget() // what the answers mean is told where they are compared
	} else {
		insecure.await()
		s.take(overHTTP)
	}
	s.trace.Join(insecure.trace)
}

// asks are the questions for places, each to be asked in the same way.
func (s *search) asks(places []place, ask func(context.Context, *trace.Trace, place) answer) (all []func(context.Context, *trace.Trace) answer) {
	for _, p := range places {
		all = append(all, func(ctx context.Context, t *trace.Trace) answer { return ask(ctx, t, p) })
	}
	return all
}

// fetchBothWays asks a place, hands over what it names as soon as it answers, and asks
// it once more without the address.
func (s *search) fetchBothWays(ctx context.Context, t *trace.Trace, p place) answer {
	a := s.fetchConfig(ctx, t, p)
	for i, server := range a.servers {
		a.servers[i] = s.handOver(server)
	}
	return s.askBare(ctx, t, p, a)
}

// fetchOverHTTP asks a place on the host of another one, which says already if there is
// no such host.
func (s *search) fetchOverHTTP(ctx context.Context, t *trace.Trace, p place) answer {
	a := s.askPlace(ctx, t, p)
	if a.unresolved {
		t.Steps = nil
		return a
	}
	s.board.keep(copyOf(s.result.Name, p.url, a))
	return a
}

// take publishes what places have named. The source concludes with the first that has
// settings, or else the first that failed.
func (s *search) take(answers []answer) {
	for _, a := range answers {
		first := s.result.Reason.Empty() || s.result.State == mailcheck.Absent && a.state == mailcheck.Failed
		if a.state == mailcheck.Found && s.result.State != mailcheck.Found || first {
			s.result.State = a.state
			s.conclude(a.state, "%s", a.reason)
		}
		s.publishAll(a)
	}
}

// sideBySide runs the asks at once, each on its own trace, and returns their
// answers in order.
func sideBySide[T any](ctx context.Context, t *trace.Trace, asks []func(context.Context, *trace.Trace) T) []T {
	answers := make([]T, len(asks))
	traces := make([]*trace.Trace, len(asks))
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
	return "?" + emailParameter + url.QueryEscape(s.address.String())
}

// fetchConfig fetches a settings file, reads it, and keeps what it was.
func (s *search) fetchConfig(ctx context.Context, t *trace.Trace, p place) answer {
	a := s.askPlace(ctx, t, p)
	s.board.keep(copyOf(s.result.Name, p.url, a))
	return a
}

// askPlace asks one place for a settings file and reads it.
func (s *search) askPlace(ctx context.Context, t *trace.Trace, p place) answer {
	u, err := url.Parse(p.url)
	if err != nil {
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("%s", err.Error())}
	}
	or := cmp.Or(p.or, &configRules)
	if a, resolved := s.resolveHost(ctx, t, u, or.most); !resolved {
		return a
	}
	got := s.fetch(ctx, t, netx.Request{URL: p.url, AllowHTTP: u.Scheme == "http"})
	if got.came != there {
		return or.judge(t, got)
	}
	a := s.readDocument(ctx, t, got.Document)
	a.fetched = got.Document
	return a
}

// resolveHost looks a web server's name up, as a step of its own. Every domain may
// leave the name autoconfig out; then there is nothing to fetch and no fault.
func (s *search) resolveHost(ctx context.Context, t *trace.Trace, u *url.URL, most checks.Severity) (a answer, there bool) {
	addrs, err := trace.Do(ctx, t, mailcheck.OpResolve, u.Hostname(), func(ctx context.Context) ([]netip.Addr, error) {
		addrs, _, err := s.net.GuessedAddrs(ctx, u.Hostname(), 443)
		if notFound(err) {
			return nil, nil
		}
		return addrs, err
	})
	switch {
	case err != nil:
		soften(t, most)
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("DNS did not answer for %s", u.Hostname()), unresolved: true}, false
	case len(addrs) == 0:
		t.Say("no such host")
		return answer{state: mailcheck.Absent, reason: mailcheck.Textf("no such host: %s", u.Hostname()), unresolved: true}, false
	}
	return answer{}, true
}

// notFound reports whether DNS says that the name does not exist.
func notFound(err error) bool {
	e, ok := errors.AsType[*net.DNSError](err)
	return ok && e.IsNotFound
}

// readDocument judges how a settings file was served, and reads it.
func (s *search) readDocument(ctx context.Context, t *trace.Trace, doc *netx.Document) answer {
	where := doc.URL
	if !document.XMLType(doc.ContentType) {
		t.Find(checks.AutoconfigContentType, "%s is served as %q", where, doc.ContentType)
	}
	if s.ownFile() { // the other sources' web servers are not the domain's to mend
		judgeCertificate(t, doc)
	}
	a := s.readConfig(ctx, t, where, doc.Body)
	s.vouch(&a, s.vouchOfFile(doc))
	if doc.Insecure && len(a.servers) > 0 {
		t.Find(checks.AutoconfigHTTPOnly, "%s", strings.Join(doc.Hops, " -> "))
	}
	return a
}

// tellProblem adds the finding of a fault in a document.
func tellProblem(t *trace.Trace, where string, p document.Problem) {
	f := t.Find(p.Check, "%s line %d: %s", where, p.Line, p.Text)
	f.URL, f.Line, f.Element = where, p.Line, p.Element
}

// ownFile reports whether the settings files of the source are the domain's own, for
// its administrator to mend: those of the database, of the mail exchanger's operator and
// of a URL in a TXT record are others'.
func (s *search) ownFile() bool { return s.result.Name == ownFiles }

// readConfig reads a settings file and returns the servers it names for the
// address.
func (s *search) readConfig(ctx context.Context, t *trace.Trace, where string, body []byte) answer {
	config, err := trace.Do(ctx, t, mailcheck.OpParse, where, func(context.Context) (*document.Config, error) {
		return document.ParseConfig(body)
	})
	if err != nil {
		soften(t, checks.Warning)
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("the settings file is malformed: %s", lastDetail(t)), typed: readTyped(body)}
	}
	for _, issuer := range config.Issuers {
		s.board.nameIssuer(document.Issuer{Name: document.Expand(issuer.Name, s.address), Scopes: issuer.Scopes})
	}
	servers, problems := config.Servers(s.address)
	at := func(line int) (mailcheck.Server, bool) { return config.ServerAt(line, s.address) }
	locate(servers, where, config.Lines(), at)
	var faults []mailcheck.Finding
	if s.ownFile() { // what is wrong with a file of others beside its servers is theirs to see
		faults = lint.Config(config, s.address)
	}
	if len(servers) == 0 {
		faults = slices.DeleteFunc(faults, isNoServer)
	}
	placeSecurity(t, where, faults, at)
	told := tellFaults(t, where, checks.AutoconfigBadSection, faults, problems, at)
	if len(servers) == 0 {
		t.Find(checks.AutoconfigNoServers, "%s", where)
		return answer{state: mailcheck.Failed, reason: mailcheck.Textf("the settings file names no usable server"), config: config}
	}
	t.Say("%d servers", len(servers))
	host := where
	if u, err := url.Parse(where); err == nil && u.Host != "" {
		host = u.Scheme + "://" + u.Host + u.Path
	}
	s.findRefusals(t, where, config, told > 0)
	return answer{state: mailcheck.Found, reason: mailcheck.Textf("%s", host), servers: servers, config: config, links: config.Links}
}

// isNoServer reports whether a fault is that a file names no server of one side, which is
// said once where it names none at all.
func isNoServer(f mailcheck.Finding) bool {
	return slices.Contains([]string{"incomingServer", "outgoingServer", "Protocol"}, f.Element)
}

// lastDetail is the evidence of the last thing that was found.
func lastDetail(t *trace.Trace) mailcheck.Text {
	found := t.Steps[len(t.Steps)-1].Findings
	if len(found) == 0 {
		return mailcheck.Text{}
	}
	return found[len(found)-1].Detail
}
