// Package client follows the way of each mail program through the places where
// settings are published: its own list of providers, its order, its dialect of the
// settings file; and says what its user would end up with.
package client

import (
	"net/http"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// client is a mail client and the rules by which it configures itself. The rules
// are data; what applies them is the same for all.
type program struct {
	name    string
	order   []autoconfig.Place // where it looks, the first that answers wins
	builtin []builtin          // its own list of providers
	dialect *document.Dialect  // how it reads a settings file
	records []string           // the SRV services it reads, in its order of preference
	incoming,
	outgoing []mailcheck.Protocol // what it can speak, in its order
	guesses  []guess                     // what it guesses where an answer is enough for it; nil if it takes what works
	upgrades []mailcheck.Protocol        // those it guesses with STARTTLS before TLS
	confirms map[autoconfig.Place]string // places whose answer the user has to confirm, and why
	caveats  map[autoconfig.Place]string // what was not verified about a place, or is not the same in all builds
	tries    bool                        // all servers of a place, up to one that works
	goesOn   bool                        // to the next place, and to other user names, if the servers of one do not work
	settles  bool                        // the first of the domain's own places that answers decides, of Autodiscover's too, though the answer be of no use
	inOrder  bool                        // it takes the first server for reading, whatever that speaks
	signsIn  bool                        // it asks for the password where Autodiscover wants a login
	warns    bool                        // of settings without encryption
	username bool                        // a settings file counts for less than SRV records unless it has user names of its own
	byGet    bool                        // it asks Autodiscover by GET
	bare     bool                        // it never sends the address along
	readOnly bool                        // SRV records count even if there is none for sending
	exchange bool                        // of Autodiscover, only an Exchange server configures it
	unknown  string                      // why nothing certain can be said if no place answers
	manual   string                      // what happens if no place answers
	ref      string
}

// Names lists the mail clients whose rules are known.
func Names() []string {
	var names []string
	for _, p := range programs {
		names = append(names, p.name)
	}
	return names
}

// Asking lists the programs that take settings from one of the places.
func Asking(places ...autoconfig.Place) []string {
	var names []string
	for _, p := range programs {
		if slices.ContainsFunc(places, func(place autoconfig.Place) bool { return slices.Contains(p.order, place) }) {
			names = append(names, p.name)
		}
	}
	return names
}

// AskingByGet lists those that ask Autodiscover in another way than the protocol has it.
func AskingByGet() []string {
	var names []string
	for _, p := range programs {
		if p.byGet {
			names = append(names, p.name)
		}
	}
	return names
}

// Results applies the rules of each mail client to what discovery fetched. tested
// are the probes' results; where one failed, so would the client.
func Results(a mailcheck.Address, d autoconfig.Discovery, tested []mailcheck.ServerResult) []mailcheck.ClientResult {
	var results []mailcheck.ClientResult
	for _, c := range programs {
		w := walk{program: c, address: a, discovery: d, tested: tested}
		results = append(results, w.run())
	}
	return results
}

// Unpublished returns the servers that clients would take or try although no source
// hands them over: from a place that counts for these clients alone. Together with the
// published ones they keep to the bound on servers.
func Unpublished(a mailcheck.Address, d autoconfig.Discovery) []mailcheck.Server {
	var servers, wanted []mailcheck.Server
	for _, c := range Results(a, d, nil) {
		wanted = append(wanted, c.Servers...)
	}
	for _, p := range programs {
		w := walk{program: p, address: a, discovery: d}
		wanted = append(wanted, w.toTry()...)
	}
	known := slices.Clone(d.Servers)
	for _, s := range wanted {
		seen := slices.ContainsFunc(known, func(k mailcheck.Server) bool { return k.Key() == s.Key() })
		if host, err := mailcheck.ParseHost(s.Host); !seen && err == nil && host == s.Host && len(known) < autoconfig.MaxServers {
			known, servers = append(known, s), append(servers, s)
		}
	}
	return servers
}

// walk is one client on its way through the places.
type walk struct {
	program
	address   mailcheck.Address
	discovery autoconfig.Discovery
	tested    []mailcheck.ServerResult
	asked     []mailcheck.Text
	unusable  mailcheck.Text // the first place that had something the client could not use, and why
}

// run goes through the places in the client's order up to the first that answers,
// or whose servers work.
func (w *walk) run() mailcheck.ClientResult {
	var failed *mailcheck.ClientResult
	for _, place := range w.order {
		if w.settled(place) {
			w.note(place, mailcheck.Textf("does not count, since an earlier place has answered"))
			continue
		}
		found := w.look(place)
		if found.servers == nil && found.outcome == "" {
			w.note(place, found.note)
			if found.unusable && w.unusable.Empty() {
				w.unusable = w.asked[len(w.asked)-1]
			}
			continue
		}
		r := w.conclude(place, found)
		if r.Outcome == mailcheck.Fails && w.goesOn && place != autoconfig.BuiltIn {
			w.note(place, r.Reason)
			if failed == nil {
				failed = &r
			}
			continue
		}
		w.note(place, mailcheck.Textf("answers"))
		r.Asked = w.asked
		return r
	}
	if failed != nil {
		failed.Asked = w.asked
		return *failed
	}
	r := mailcheck.ClientResult{Client: w.name, Ref: w.ref, Asked: w.asked, Outcome: mailcheck.Asks, Reason: mailcheck.Textf("%s", w.nothing())}
	if w.unknown != "" {
		r.Outcome, r.Reason = mailcheck.NotKnown, mailcheck.Text{Format: w.unknown}
	}
	return r
}

// conclude says what comes of a place that answers.
func (w *walk) conclude(place autoconfig.Place, found find) mailcheck.ClientResult {
	r := mailcheck.ClientResult{Client: w.name, Ref: w.ref, Source: string(place), Servers: found.servers, Outcome: found.outcome, Reason: found.note}
	if found.outcome == "" {
		r.Outcome, r.Reason = w.judge(place, found)
	}
	switch {
	case r.Reason.Empty() && !w.unusable.Empty():
		r.Reason = mailcheck.Textf("%s; so it goes on to %s", w.unusable, place)
	case r.Reason.Empty():
		r.Reason = mailcheck.Text{Format: w.caveats[place]}
	}
	return r
}

func (w *walk) note(place autoconfig.Place, why mailcheck.Text) {
	w.asked = append(w.asked, mailcheck.Evidencef("%s: %s", place, why))
}

// find is what a place has for a client. Without servers, and without an outcome
// that needs none, the client goes on to the next place; note says why.
type find struct {
	servers  []mailcheck.Server
	outcome  mailcheck.Outcome // if the servers do not decide it
	note     mailcheck.Text
	unusable bool // it has something, which the client cannot use
	guessed  bool // the servers only had to answer
}

// encrypted are the places on the same hosts as those over http.
var encrypted = map[autoconfig.Place]autoconfig.Place{autoconfig.HTTPHost: autoconfig.HTTPSHost, autoconfig.HTTPWellKnown: autoconfig.HTTPSWellKnown}

// look returns what a place has for the client, or why that is nothing.
func (w *walk) look(place autoconfig.Place) find {
	switch place {
	case autoconfig.BuiltIn:
		return w.lookBuiltIn()
	case autoconfig.Records:
		return w.lookRecords()
	case autoconfig.Autodiscover:
		return w.lookAutodiscover()
	case autoconfig.Guess:
		return w.lookGuess()
	}
	return w.lookFiles(place)
}

// ownPlaces are those of the domain itself, in no order.
var ownPlaces = []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.HTTPHost, autoconfig.HTTPWellKnown}

// settled reports whether a place does not count any more, because one of the domain's
// own before it has answered.
func (w *walk) settled(place autoconfig.Place) bool {
	if !w.settles || !slices.Contains(ownPlaces, place) {
		return false
	}
	before := w.order[:slices.Index(w.order, place)]
	return slices.ContainsFunc(w.discovery.Copies, func(c autoconfig.Copy) bool {
		return slices.Contains(before, c.Place) && slices.Contains(ownPlaces, c.Place) && c.Status/100 == 2 && (c.Bare == w.bare || !w.askedBothWays(c.Place))
	})
}

// lookFiles takes the first settings file of a place that the client can use. Over
// http nothing is asked of a host that has no address.
func (w *walk) lookFiles(place autoconfig.Place) find {
	none, asked := find{note: mailcheck.Textf("not asked in this run")}, false
	for _, doc := range w.discovery.Copies {
		if doc.Place != place || doc.Bare != w.bare && w.askedBothWays(place) {
			continue
		}
		found := w.lookDocument(doc)
		if found.servers != nil {
			return found
		}
		if !asked || doc.Config != nil {
			none, asked = found, true
		}
	}
	if twin, ok := encrypted[place]; ok && !asked {
		found := w.lookFiles(twin)
		return find{note: found.note, unusable: found.unusable}
	}
	return none
}

// askedBothWays reports whether a place was asked with and without the address.
func (w *walk) askedBothWays(place autoconfig.Place) bool {
	return slices.ContainsFunc(w.discovery.Copies, func(c autoconfig.Copy) bool { return c.Place == place && c.Bare })
}

// lookDocument reads a settings file as the client would.
func (w *walk) lookDocument(doc autoconfig.Copy) find {
	switch {
	case doc.Config == nil:
		return find{note: doc.Reason, unusable: doc.State == mailcheck.Failed && doc.Status == http.StatusOK}
	case w.dialect.Ignores(doc.ContentType):
		return find{note: document.Ignored(doc.ContentType), unusable: true}
	}
	r := w.dialect.Read(doc.Config, w.address)
	if r.Refused != nil {
		return find{note: mailcheck.Textf("refuses the whole file because of %s", r.Refused.Place()), unusable: true}
	}
	records := w.lookRecords().servers
	if w.username && records != nil && !slices.ContainsFunc(records, w.fails) && !ownUsernames(doc.Config, w.address) {
		return find{note: mailcheck.Textf("counts for less than the SRV records, because it names no user name of its own")}
	}
	found := find{servers: w.choose(append(r.Incoming, r.Outgoing...))}
	if len(r.Dropped) > 0 {
		found.note = mailcheck.Textf("ignores %s", r.Dropped[0].Place())
	}
	if aside := r.Aside(); !aside.Empty() {
		found.note = aside
	}
	return found
}

// ownUsernames reports whether a settings file names users in another way than by
// their address or its local part.
func ownUsernames(c *document.Config, a mailcheck.Address) bool {
	usual := []string{"", "%EMAILADDRESS%", "%EMAILLOCALPART%", a.String()}
	return slices.ContainsFunc(c.Sections, func(s document.Section) bool { return !slices.Contains(usual, s.Username) })
}

// lookRecords picks the SRV records that the client reads.
func (w *walk) lookRecords() find {
	var all []mailcheck.Server
	source := w.source("srv")
	for _, label := range w.records {
		for _, service := range document.Services {
			for _, s := range source.Servers {
				if service.Label == label && s.Protocol == service.Protocol && s.Security == service.Security {
					all = append(all, s)
				}
			}
		}
	}
	servers := w.choose(all)
	if servers == nil && w.readOnly {
		servers = w.first(w.incoming, all)
	}
	switch {
	case servers != nil:
		return find{servers: servers}
	case len(source.Servers) > 0:
		return find{note: mailcheck.Textf("the records do not suffice; it reads only %s", mailcheck.ListOf(w.records)), unusable: true}
	}
	return find{note: mailcheck.Textf("no SRV records")}
}

// choose picks one server for reading and one for sending: the client's first
// protocol, and of that the first server. It needs both.
func (w *walk) choose(servers []mailcheck.Server) []mailcheck.Server {
	in, out := w.first(w.incoming, servers), w.first(w.outgoing, servers)
	if i := slices.IndexFunc(servers, func(s mailcheck.Server) bool { return slices.Contains(w.incoming, s.Protocol) }); w.inOrder && i >= 0 {
		in = servers[i : i+1]
	}
	if in == nil || out == nil {
		return nil
	}
	return slices.Concat(in, out)
}

// first returns the first server of the first protocol that has one, and for a client
// that tries them all the first that works.
func (w *walk) first(protocols []mailcheck.Protocol, servers []mailcheck.Server) []mailcheck.Server {
	for _, p := range protocols {
		i := slices.IndexFunc(servers, func(s mailcheck.Server) bool { return s.Protocol == p && !(w.tries && w.fails(s)) })
		if i < 0 {
			i = slices.IndexFunc(servers, func(s mailcheck.Server) bool { return s.Protocol == p })
		}
		if i >= 0 {
			return servers[i : i+1]
		}
	}
	return nil
}

// judge says what becomes of the servers: nothing if they do not work, a question
// if the client does not trust the place.
func (w *walk) judge(place autoconfig.Place, found find) (mailcheck.Outcome, mailcheck.Text) {
	servers, note := found.servers, found.note
	if why := w.misguess(servers); found.guessed && !why.Empty() {
		return mailcheck.Fails, why
	}
	for _, s := range servers {
		if result, ok := w.result(s); ok && result.Verdict == mailcheck.Fail {
			if place == autoconfig.BuiltIn {
				return mailcheck.Fails, mailcheck.Textf("takes %s from its own list of providers, which does not work: %s", s.URL(), failureOf(result))
			}
			return mailcheck.Fails, mailcheck.Textf("takes %s, which does not work: %s", s.URL(), failureOf(result))
		}
	}
	for _, s := range servers {
		if why := w.literal("host name", s.Host); !why.Empty() {
			return mailcheck.Fails, why
		}
		if why := w.unreachable(s); !why.Empty() {
			return mailcheck.Fails, why
		}
		switch why := w.literal("user name", s.Username); {
		case !why.Empty() && w.goesOn:
			note = mailcheck.Textf("%s; if the server refuses that, it tries the address and its local part", why)
		case !why.Empty():
			return mailcheck.Fails, why
		}
		if s.Security == mailcheck.Plain && w.warns {
			return mailcheck.Asks, mailcheck.Textf("would send the password to %s unencrypted, and warns of it", s.Endpoint())
		}
	}
	if why := w.confirms[place]; why != "" {
		return mailcheck.Asks, mailcheck.Text{Format: why}
	}
	if len(servers) == 1 && servers[0].Protocol.Reads() {
		return mailcheck.Asks, mailcheck.Textf("finds no server for sending, so the user has to type it in")
	}
	for _, s := range servers {
		if s.Security == mailcheck.Plain {
			note = mailcheck.Textf("sends the password to %s unencrypted", s.Endpoint())
		}
	}
	if place == autoconfig.Guess {
		note = mailcheck.Textf("tries likely names, since nothing it reads is published")
		if !w.unusable.Empty() {
			note = mailcheck.Textf("%s; so it tries likely names", w.unusable)
		}
	}
	return mailcheck.Configures, note
}

// unreachable says why the client cannot reach a server by its host name as a settings
// file has it.
func (w *walk) unreachable(s mailcheck.Server) mailcheck.Text {
	if w.dialect == nil {
		return mailcheck.Text{}
	}
	return w.dialect.Unreachable(s)
}

// literal says which placeholder stays in a name because the client does not know
// it, or not there.
func (w *walk) literal(kind, text string) mailcheck.Text {
	p := document.UnknownPlaceholder(text)
	if p == "" && w.address.Local != "" { // else it stays for want of a local part
		p = document.Placeholder.FindString(text)
	}
	if p == "" && text != w.address.String() && text != w.address.Local {
		p = document.TemplateIn(text)
	}
	if p == "" && strings.TrimSpace(text) != text && kind == "user name" {
		return mailcheck.Textf("takes the user name %q with the spaces around it", text)
	}
	if p == "" {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("takes the %s %q as it stands, since it does not replace %s there", mailcheck.Text{Format: kind}, text, p)
}

// nothing says why no place sufficed: the first that had something it could not
// use, else that nothing it reads is published.
func (w *walk) nothing() mailcheck.Text {
	manual := mailcheck.Text{Format: w.manual}
	if w.unusable.Empty() {
		return manual
	}
	return mailcheck.Textf("%s; %s", w.unusable, manual)
}

func failureOf(result mailcheck.ServerResult) mailcheck.Text {
	for _, f := range result.Findings() {
		if f.Severity == checks.Failure {
			return mailcheck.Textf("%s (%s)", mailcheck.Clause(f.Check.Summary), f.Check.ID)
		}
	}
	return mailcheck.Textf("see the check")
}

// source returns what a source published, with the user name that clients take where
// it says none; its state is empty if it was not asked.
func (w *walk) source(name string) mailcheck.SourceResult {
	for _, s := range w.discovery.Sources {
		if s.Name == name {
			s.Servers = slices.Clone(s.Servers)
			for i := range s.Servers {
				s.Servers[i] = autoconfig.WithUsername(s.Servers[i], w.address)
			}
			return s
		}
	}
	return mailcheck.SourceResult{}
}

// fails reports whether a server was tested and does not work, or is out of the client's reach.
func (w *walk) fails(s mailcheck.Server) bool {
	result, ok := w.result(s)
	return ok && result.Verdict == mailcheck.Fail || !w.unreachable(s).Empty()
}

func (w *walk) result(s mailcheck.Server) (mailcheck.ServerResult, bool) {
	i := slices.IndexFunc(w.tested, func(r mailcheck.ServerResult) bool { return r.Key() == s.Key() })
	if i < 0 {
		return mailcheck.ServerResult{}, false
	}
	return w.tested[i], true
}
