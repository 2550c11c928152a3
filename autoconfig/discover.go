// Package autoconfig finds the servers of a mail account wherever they are
// published.
//
// # Where settings are published
//
//   - srv: DNS service records, RFC 6186 and RFC 8314. Evolution, aerc and
//     FairEmail read them; Thunderbird, Outlook and Apple Mail do not.
//   - autoconfig: an XML file on a web server of the domain
//     (draft-ietf-mailmaint-autoconfig). Read by Thunderbird, K-9 and most free
//     clients.
//   - autodiscover: Microsoft's own service (MS-OXDISCO), which names Exchange and,
//     where it is used for them, IMAP, POP3 and SMTP. Read by Outlook, Apple's
//     programs, phones and Thunderbird.
//   - pacc: a JSON document on a web server of the domain, whose digest stands in
//     DNS (draft-ietf-mailmaint-pacc). New; some JMAP clients read it.
//   - provider: what mailcheck knows of large providers by itself, from the domain
//     or from its mail exchanger.
//   - txt: a TXT record "mailconf=URL" that says where the domain keeps such a file.
//   - ispdb: the files of autoconfig collected by Thunderbird for large providers.
//   - mx: the same files of whoever runs the domain's mail exchanger, for domains
//     that are hosted somewhere and publish nothing themselves.
//   - guess: likely host names such as imap.example.com.
//   - dav, jmap, sieve: DNS service records and .well-known places of what stands
//     around mail: calendars, address books, JMAP, filter scripts.
//
// All sources are asked at once. The mx and guess sources are worth less than what
// a domain publishes itself, so they wait a moment for those before them; so does
// provider where only the mail exchanger leads to it. What stands around mail comes
// last, since nobody needs to wait for it.
//
// Two more rows name no servers but say what stands around them:
//
//   - oauth: what the OAuth2 issuers that settings name say about themselves.
//   - dns: the health of the domain, such as its mail exchangers, DNSSEC and aliases
//     that lead nowhere.
//
// # What clients make of it
//
// Package client follows the way of each mail client through these places: its own
// list of providers, its order, its dialect of the settings file. Package lint judges
// one setup file by its format, and then as the parsers of the clients read it.
// Package setup writes such files.
package autoconfig

import (
	"cmp"
	"context"
	"crypto/x509"
	"slices"
	"strings"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// Options says which sources are asked.
type Options struct {
	ISPDB   string   // URL or folder of the provider database; "off" for none; empty for the public one
	NoGuess bool     // do not try likely host names where nothing is published
	Every   bool     // ask the fallback sources even if the settings are known: some clients read nothing else
	Without []string // names of sources that are not asked, such as those that repeat the answer
}

// Source is one place that publishes settings.
type Source struct {
	Name     string
	Kind     mailcheck.SourceKind
	Form     mailcheck.SourceForm
	Doc      string
	fallback bool // asked in earnest only if the sources before it do not have everything
	find     func(context.Context, *search)
}

// Sources lists every source, the most trusted first. Results keep this order. What
// the domain says of itself comes before what mailcheck knows of its provider, and
// that before the public database, whose facts the table corrects and completes.
var Sources = []Source{
	{"srv", mailcheck.Published, mailcheck.Records, "DNS service records (RFC 6186, RFC 8314)", false, findSRV},
	{"autoconfig", mailcheck.Published, mailcheck.SettingsFile, "settings file on the domain's web server (Mail Autoconfig)", false, findAutoconfig},
	{"autodiscover", mailcheck.Published, mailcheck.Answer, "Microsoft's Autodiscover service, of the domain or of Exchange Online", false, findAutodiscover},
	{"pacc", mailcheck.Published, mailcheck.Document, "JSON document on the domain's web server, with its digest in DNS (PACC)", false, findPACC},
	{"provider", mailcheck.Known, mailcheck.OtherForm, "what mailcheck knows of large providers", false, findProvider},
	{"txt", mailcheck.Published, mailcheck.SettingsFile, "settings file that a TXT record names (mailconf=)", false, findTXT},
	{"ispdb", mailcheck.Published, mailcheck.Database, "public database of mail providers", false, findISPDB},
	{"mx", mailcheck.Known, mailcheck.SettingsFile, "settings file of the mail exchanger's operator", true, findMX},
	{"guess", mailcheck.Guessed, mailcheck.OtherForm, "likely host names", true, findGuess},
	{"dav", mailcheck.Published, mailcheck.OtherForm, "calendars and address books (CalDAV, CardDAV: RFC 6764)", false, findDAV},
	{"jmap", mailcheck.Published, mailcheck.OtherForm, "mail over HTTPS (JMAP: RFC 8620)", false, findJMAP},
	{"sieve", mailcheck.Published, mailcheck.OtherForm, "filter scripts (ManageSieve: RFC 5804)", false, findSieve},
	{"oauth", mailcheck.Around, mailcheck.OtherForm, "what named OAuth2 issuers say about themselves (RFC 8414)", false, findOAuth},
	{"dns", mailcheck.Around, mailcheck.OtherForm, "health of the domain: mail exchangers, DNSSEC, stray records", false, findDNS},
}

// WebHosts are the names under which the web servers are asked that are mostly a domain's
// own; by the name of Microsoft's service most lead to its large ones.
func WebHosts(domain string) []string { return []string{domain, "autoconfig." + domain} }

// MaxServers is the number of distinct servers that one run looks at.
const MaxServers = 40

// Discovery is what all sources together know.
type Discovery struct {
	Sources []mailcheck.SourceResult // in the order of Sources
	Servers []mailcheck.Server       // distinct, in the order of trust
	Dropped int                      // servers beyond the bound of 40

	Copies         []Copy   // what each place of a settings file answered
	Likely         []string // the host names that have an address, of those that clients guess
	Autodiscovered Autodiscovered
	// Disbelieved are the certificates for which web servers were not believed, by the
	// URL that was asked.
	Disbelieved map[string][]*x509.Certificate
	Exchanger   string // the preferred mail exchanger, or nothing
}

// Autodiscovered is how asking by Autodiscover went, where clients differ in what they
// make of it.
type Autodiscovered struct {
	Login  bool // a service wants a login, and no place answers without
	ByURL  bool // the answer that counts was found at a URL that another answer names
	Missed bool // a place that Thunderbird asks before has answered with something else
}

// Discover asks every source at once and calls found for each distinct server as
// soon as it is known; found is called by one goroutine at a time. Steps count
// time from began. Another module calls probes.Client.Discover, which calls this.
func Discover(ctx context.Context, n *netx.Run, a mailcheck.Address, o Options, began time.Time, found func(mailcheck.Server)) Discovery {
	b := &board{found: func(s mailcheck.Server) { found(WithUsername(s, a)) }, known: map[string]bool{}, dropped: map[string]bool{}, disbelieved: map[string][]*x509.Certificate{}}
	searches := make([]*search, len(Sources))
	var wg sync.WaitGroup
	var names []string
	var before []turn
	for i, source := range Sources {
		its := turn{make(chan struct{}), make(chan struct{})}
		release := sync.OnceFunc(func() { close(its.passed) })
		s := &search{
			net: n, address: a, opts: o, board: b,
			trace:   trace.New(began),
			result:  mailcheck.SourceResult{Name: source.Name, Kind: source.Kind, Form: source.Form, State: mailcheck.Absent},
			trusted: slices.Clone(names), before: slices.Clone(before),
			release: release,
		}
		searches[i] = s
		wg.Go(func() {
			defer close(its.done)
			defer release()
			if slices.Contains(o.Without, source.Name) {
				s.conclude(mailcheck.Absent, "not asked")
				return
			}
			start := time.Now()
			source.find(ctx, s)
			s.result.Elapsed = time.Since(start)
			if trace.Ended(ctx) && !mailcheck.Shows(s.trace.Findings(), checks.RunTimeout) {
				s.trace.Find(checks.RunTimeout, "not finished: the source %s", source.Name)
			}
			s.result.Steps = s.trace.Steps
		})
		names, before = append(names, source.Name), append(before, its)
	}
	wg.Wait()
	d := Discovery{Dropped: len(b.dropped)}
	for _, s := range searches {
		d.Sources = append(d.Sources, s.result)
	}
	d.Servers = merge(d.Sources, b.known)
	for i, s := range d.Servers {
		d.Servers[i] = WithUsername(s, a)
	}
	d.Autodiscovered = b.autodiscovered
	d.Copies, d.Likely, d.Exchanger, d.Disbelieved = b.documents, b.likely, b.exchanger, b.disbelieved
	if dns := &d.Sources[len(d.Sources)-1]; len(dns.Steps) > 0 { // the last of Sources, which asks for the mail exchanger first
		judgeOperators(dns.Steps, &d, a)
		judgeExchanger(dns.Steps, &d)
	}
	slices.SortStableFunc(d.Copies, func(a, b Copy) int { return cmp.Or(strings.Compare(a.URL, b.URL), strings.Compare(a.Method, b.Method)) }) // not by time
	for i, source := range d.Sources {
		for _, c := range d.Copies {
			if c.Source == source.Name && c.Status != 0 {
				d.Sources[i].Places = append(d.Sources[i].Places, c.place(a))
			}
		}
	}
	return d
}

// WithUsername gives a mail server for which nobody says the user name the one that
// clients try first: the full address (RFC 6186 section 4).
func WithUsername(s mailcheck.Server, a mailcheck.Address) mailcheck.Server {
	if s.Username == "" && !s.OwnName && (s.Protocol.Reads() || s.Protocol.Sends()) {
		s.Username = a.Username()
	}
	return s
}

// merge joins the servers that several sources name. The first source that has a
// user name or authentication methods for a server is believed. But of a server that is
// vouched for only a source that does so has a say in the user name: whoever can forge
// the others would have the password go along with any name.
func merge(sources []mailcheck.SourceResult, known map[string]bool) []mailcheck.Server {
	var merged []mailcheck.Server
	var sure []bool // the user name is from a source that vouches for the server
	index := map[string]int{}
	for _, source := range sources {
		for _, s := range source.Servers {
			i, seen := index[s.Key()]
			if !seen {
				if known[s.Key()] {
					index[s.Key()] = len(merged)
					merged, sure = append(merged, s), append(sure, surelyNamed(s))
				}
				continue
			}
			m := &merged[i]
			if !slices.Contains(m.Sources, source.Name) {
				m.Sources = append(m.Sources, source.Name)
			}
			if !m.OwnName && (m.Username == "" || !sure[i] && surelyNamed(s)) {
				m.Username, sure[i] = s.Username, surelyNamed(s)
			}
			if m.Auth == nil {
				m.Auth = s.Auth
			}
			if m.Vouch == mailcheck.NotVouched {
				m.Vouch = s.Vouch
			}
			m.Kind = telling(m.Kind, s.Kind)
		}
	}
	for i, s := range merged {
		if s.Vouch != mailcheck.NotVouched && !sure[i] {
			merged[i].Username = ""
		}
	}
	return merged
}

// surelyNamed reports whether nobody can forge the user name that a source has for a server.
func surelyNamed(s mailcheck.Server) bool {
	return s.Username != "" && s.Vouch != mailcheck.NotVouched
}

// telling returns the kind that tells more.
func telling(a, b mailcheck.SourceKind) mailcheck.SourceKind {
	for _, k := range []mailcheck.SourceKind{mailcheck.Published, mailcheck.Known} {
		if a == k || b == k {
			return k
		}
	}
	return a
}

// board is where the sources of one run meet.
type board struct {
	mu             sync.Mutex
	found          func(mailcheck.Server)
	known          map[string]bool
	dropped        map[string]bool       // servers beyond the bound, which may be posted again too
	named          map[string]directions // by source: what it named servers for
	documents      []Copy
	likely         []string       // set by the source guess alone
	autodiscovered Autodiscovered // set by the source autodiscover alone
	disbelieved    map[string][]*x509.Certificate
	exchanger      string                                             // set by the source mx alone
	declined       map[mailcheck.Protocol]map[mailcheck.Security]bool // services that the domain says it does not offer
	watchers                                                          // those who want to hear of everything
}

func (b *board) post(s mailcheck.Server) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.named == nil {
		b.named = map[string]directions{}
	}
	b.named[s.Sources[0]] = b.named[s.Sources[0]].and(s.Protocol)
	switch {
	case b.known[s.Key()]:
	case len(b.known) == MaxServers:
		b.dropped[s.Key()] = true
	default:
		b.known[s.Key()] = true
		b.found(s)
		b.tellServer(s)
	}
}

// disbelieve remembers the certificates for which a web server was not believed.
func (b *board) disbelieve(url string, chain []*x509.Certificate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(chain) > 0 {
		b.disbelieved[url] = chain
	}
}

// keep remembers what a place of a settings file answered.
func (b *board) keep(d Copy) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.documents = append(b.documents, d)
}

// decline notes that the domain says in DNS that it does not offer a service.
func (b *board) decline(p mailcheck.Protocol, sec mailcheck.Security) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.declined == nil {
		b.declined = map[mailcheck.Protocol]map[mailcheck.Security]bool{}
	}
	if b.declined[p] == nil {
		b.declined[p] = map[mailcheck.Security]bool{}
	}
	b.declined[p][sec] = true
}

// directions says whether there are servers for reading mail and for sending it.
type directions struct{ incoming, outgoing bool }

func (d directions) and(p mailcheck.Protocol) directions {
	return directions{d.incoming || p.Reads(), d.outgoing || p.Sends()}
}

// earlier returns what the sources of more trust have named servers for. Sources
// of less trust do not count, so that the answer does not depend on who is faster.
func (s *search) earlier() directions { return s.earlierBut("") }

// earlierBut leaves one of them out.
func (s *search) earlierBut(out string) directions {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	var d directions
	for _, name := range s.trusted {
		if name == out {
			continue
		}
		n := s.board.named[name]
		d = directions{d.incoming || n.incoming, d.outgoing || n.outgoing}
	}
	return d
}

// wanted reports whether a fallback should look for a server of the protocol: none
// is named for its direction, and the domain did not decline it.
func (s *search) wanted(p mailcheck.Protocol, sec mailcheck.Security, d directions) bool {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	return !s.board.declined[p][sec] && (p.Reads() && !d.incoming || p.Sends() && !d.outgoing)
}

// turn is how far a source has come, for those that wait for it.
type turn struct {
	passed chan struct{} // closed when it will name no more mail servers, or is done
	done   chan struct{} // closed when it is done
}

// search is one source at work.
type search struct {
	net     *netx.Run
	address mailcheck.Address
	opts    Options
	board   *board
	trace   *trace.Trace
	result  mailcheck.SourceResult
	trusted []string // names of the sources of more trust
	before  []turn   // one for each source of more trust
	release func()   // tells the sources of less trust not to wait for this one
}

// signed returns a server as one that the source names.
func (s *search) signed(server mailcheck.Server) mailcheck.Server {
	server.Sources, server.Kind = []string{s.result.Name}, s.result.Kind
	return server
}

// handOver has a server tested before the source is done, and returns it signed.
func (s *search) handOver(server mailcheck.Server) mailcheck.Server {
	server = s.signed(server)
	s.board.post(server)
	return server
}

// publish adds a server in the source's own order of preference and hands it
// over for testing.
func (s *search) publish(server mailcheck.Server) {
	server = s.signed(server)
	for _, known := range s.result.Servers {
		if known.Key() == server.Key() {
			return
		}
	}
	s.result.State = mailcheck.Found
	s.result.Servers = append(s.result.Servers, server)
	s.board.post(server)
}

// publishAll publishes what an answer names.
func (s *search) publishAll(a answer) {
	for _, server := range a.servers {
		s.publish(server)
	}
	for _, link := range a.links {
		if !slices.Contains(s.result.Links, link) {
			s.result.Links = append(s.result.Links, link)
		}
	}
}

// conclude sets the state and the reason of a source that found nothing.
func (s *search) conclude(state mailcheck.State, format string, args ...any) {
	if s.result.State != mailcheck.Found {
		s.result.State = state
	}
	s.result.Reason = mailcheck.Evidencef(format, args...)
}

// awaitOthers waits until the sources of more trust are done or have had their
// head start, and returns why this source is not needed; nothing if it is.
func (s *search) awaitOthers(ctx context.Context) (why mailcheck.Text) {
	timer := time.NewTimer(headStart)
	defer timer.Stop()
	for _, other := range s.before {
		select {
		case <-other.passed:
			continue
		case <-timer.C:
		case <-ctx.Done():
		}
		break
	}
	switch {
	case s.earlier() == directions{true, true} && !s.opts.Every:
		return mailcheck.Textf("not needed: the settings are published")
	case ctx.Err() != nil:
		return mailcheck.Textf("not asked: the time ran out")
	}
	return mailcheck.Text{}
}

// soften lowers the severity of the findings of the last step: a source that
// fails while others answer is no failure of the account.
func soften(t *trace.Trace, most checks.Severity) {
	if len(t.Steps) == 0 {
		return
	}
	for i := range t.Steps[len(t.Steps)-1].Findings {
		f := &t.Steps[len(t.Steps)-1].Findings[i]
		f.Severity = min(f.Severity, most)
	}
}
