// Package client follows the way of each mail program through the places where
// settings are published: its own list of providers, its order, its dialect of the
// settings file; and says what its user would end up with.
package client

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
)

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
	silent    bool           // some place was not asked, or gave no proper answer
}

// run says what the client ends up with, and what becomes of the password there.
func (w *walk) run() mailcheck.ClientResult {
	r := w.end()
	r.Client, r.Ref, r.Asked, r.Setup = w.name, w.ref, w.asked, w.writer()
	w.expose(&r)
	return r
}

// end goes through the places in the client's order up to the first that answers,
// or whose servers work.
func (w *walk) end() mailcheck.ClientResult {
	if _, large := provider.Of(w.address.Domain); large && w.listed {
		return mailcheck.ClientResult{Outcome: mailcheck.NotKnown, Reason: mailcheck.Textf("has a list of large providers of its own, which nobody has published")}
	}
	if w.mixed {
		return w.endMixed()
	}
	var failed *mailcheck.ClientResult
	for _, place := range w.order {
		found, there := w.visit(place)
		if !there {
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
		return r
	}
	if failed != nil {
		return *failed
	}
	return w.without()
}

// endMixed is the same where nobody knows the order: what all places that answer agree
// on is certain all the same.
func (w *walk) endMixed() mailcheck.ClientResult {
	var results []mailcheck.ClientResult
	for _, place := range w.order {
		if found, there := w.visit(place); there {
			results = append(results, w.conclude(place, found))
			w.note(place, mailcheck.Textf("answers"))
		}
	}
	if len(results) == 0 {
		return w.without()
	}
	for _, r := range results {
		if r.Outcome == mailcheck.NotKnown {
			return r
		}
		if !sameServers(r.Servers, results[0].Servers) {
			return mailcheck.ClientResult{Outcome: mailcheck.NotKnown, Reason: mailcheck.Textf(
				"%s and %s name different servers, and which of them it takes is not known", results[0].Source, r.Source)}
		}
	}
	return results[0]
}

func sameServers(a, b []mailcheck.Server) bool {
	return slices.EqualFunc(a, b, func(a, b mailcheck.Server) bool { return a.Key() == b.Key() && a.Username == b.Username })
}

// visit looks at a place, and remembers why it has nothing for the client if it has not.
func (w *walk) visit(place autoconfig.Place) (found find, there bool) {
	if w.settled(place) {
		found.note = mailcheck.Textf("does not count, since an earlier place has answered")
		found.unusable = slices.ContainsFunc(w.discovery.Copies, func(c autoconfig.Copy) bool { return c.Place == place && c.Config != nil })
	} else {
		found = w.look(place)
	}
	if found.servers != nil || found.outcome != "" {
		return found, true
	}
	w.note(place, found.note)
	if found.unusable && w.unusable.Empty() {
		w.unusable = w.asked[len(w.asked)-1]
	}
	w.silent = w.silent || found.unanswered
	return found, false
}

// without says what happens where no place suffices: the first that had something the
// client could not use comes first.
func (w *walk) without() mailcheck.ClientResult {
	r := mailcheck.ClientResult{Outcome: mailcheck.Asks, Reason: mailcheck.Text{Format: w.manual}, PresetsPlain: w.presets}
	if w.unknown != "" {
		r.Outcome, r.Reason = mailcheck.NotKnown, mailcheck.Text{Format: w.unknown}
	}
	if !w.unusable.Empty() {
		r.Reason = mailcheck.Textf("%s; %s", w.unusable, r.Reason)
	}
	return r
}

// conclude says what comes of a place that answers.
func (w *walk) conclude(place autoconfig.Place, found find) mailcheck.ClientResult {
	r := mailcheck.ClientResult{Source: string(place), Servers: found.servers, Outcome: found.outcome, Reason: found.note}
	if found.outcome == "" {
		r.Outcome, r.Reason = w.judge(place, found)
	}
	switch {
	case r.Reason.Empty() && !w.unusable.Empty():
		r.Reason = mailcheck.Textf("%s; so it goes on to %s", w.unusable, place)
	case r.Reason.Empty():
		r.Reason = mailcheck.Text{Format: w.caveats[place]}
	}
	if why := w.misread(found.servers); !why.Empty() {
		r.Reason = mailcheck.Joined(slices.DeleteFunc([]mailcheck.Text{why, r.Reason}, mailcheck.Text.Empty), "; ")
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

	unanswered bool           // it was not asked, or gave no proper answer, so that what it has is not known
	misnamed   mailcheck.Text // why the user name is not the one that was published
}

// encrypted are the places on the same hosts as those over http.
var encrypted = map[autoconfig.Place]autoconfig.Place{
	autoconfig.HTTPHost: autoconfig.HTTPSHost, autoconfig.HTTPWellKnown: autoconfig.HTTPSWellKnown, autoconfig.AutodiscoverHTTP: autoconfig.Autodiscover,
}

// look returns what a place has for the client, or why that is nothing.
func (w *walk) look(place autoconfig.Place) find {
	switch place {
	case autoconfig.BuiltIn:
		return w.lookBuiltIn()
	case autoconfig.Records:
		return w.lookRecords()
	case autoconfig.Autodiscover:
		return w.lookAutodiscover()
	case autoconfig.AutodiscoverHTTP:
		return w.lookAutodiscoverHTTP()
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
	none, asked := find{note: mailcheck.Textf("not asked in this run"), unanswered: w.unheard(place)}, false
	for _, doc := range w.discovery.Copies {
		if doc.Place != place || doc.Bare != w.bare && w.askedBothWays(place) {
			continue
		}
		found := w.lookDocument(doc)
		if found.servers != nil || found.outcome != "" {
			return found
		}
		if !asked || doc.Config != nil {
			none, asked = found, true
		}
	}
	if twin, ok := encrypted[place]; ok && !asked {
		found := w.lookFiles(twin)
		return find{note: found.note, unusable: found.unusable, unanswered: found.unanswered}
	}
	return none
}

// unheard reports whether it is not known what a place has that nothing is kept of.
func (w *walk) unheard(place autoconfig.Place) bool {
	switch place {
	case autoconfig.Database: // only where it is switched off
		return true
	case autoconfig.Exchanger:
		return w.source("mx").State == mailcheck.Failed
	}
	return w.source("autoconfig").State == ""
}

// askedBothWays reports whether a place was asked with and without the address.
func (w *walk) askedBothWays(place autoconfig.Place) bool {
	return slices.ContainsFunc(w.discovery.Copies, func(c autoconfig.Copy) bool { return c.Place == place && c.Bare })
}

// misnamed says which user name of a file the client does not take, though it reads the file.
func (w *walk) misnamed(c *document.Config, taken []mailcheck.Server) mailcheck.Text {
	published, _ := c.Servers(w.address)
	for _, s := range taken {
		i := slices.IndexFunc(published, func(p mailcheck.Server) bool { return p.Key() == s.Key() })
		if w.dialect.Address && i >= 0 && published[i].Username != "" && published[i].Username != s.Username {
			return mailcheck.Textf("takes the address as the user name, not %q as the file says", published[i].Username)
		}
	}
	return mailcheck.Text{}
}

// ownUsernames reports whether a settings file names users in another way than by
// their address or its local part.
func ownUsernames(c *document.Config, a mailcheck.Address) bool {
	usual := []string{"", "%EMAILADDRESS%", "%EMAILLOCALPART%", a.String()}
	return slices.ContainsFunc(c.Sections, func(s document.Section) bool { return !slices.Contains(usual, s.Username) })
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
	if !found.misnamed.Empty() {
		return mailcheck.Fails, found.misnamed
	}
	for _, s := range servers {
		result, ok := w.result(s)
		switch {
		case !ok || !broken(result):
		case badCertificate(result) && w.atCertificate(s, result) == mailcheck.GoesOn:
			note = mailcheck.Textf("accepts the certificate of %s without a word: %s", s.Endpoint(), failureOf(result))
		case badCertificate(result) && w.atCertificate(s, result) == mailcheck.AsksToGoOn:
			return mailcheck.Asks, mailcheck.Textf("asks whether to go on at %s: %s", s.Endpoint(), failureOf(result))
		case place == autoconfig.BuiltIn:
			return mailcheck.Fails, mailcheck.Textf("takes %s from its own list of providers, which does not work: %s", s.URL(), failureOf(result))
		default:
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
			verb := "takes"
			if found.guessed {
				verb = "guesses"
			}
			return mailcheck.Asks, mailcheck.Textf("%s %s, and warns that the password would be sent unencrypted", mailcheck.Text{Format: verb}, s.URL())
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
		note = w.guessesAs(w.whyGuess())
	}
	return mailcheck.Configures, note
}

// whyGuess says why the client tries likely names. That nothing is published is said only
// where every place has answered.
func (w *walk) whyGuess() mailcheck.Text {
	switch {
	case !w.unusable.Empty():
		return mailcheck.Textf("%s; so it tries likely names", w.unusable)
	case w.silent:
		return mailcheck.Textf("tries likely names, since it gets nothing from the places it reads, of which not all answer")
	}
	return mailcheck.Textf("tries likely names, since nothing it reads is published")
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
		p = document.PlaceholderIn(text)
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
	return ok && broken(result) || !w.unreachable(s).Empty()
}

func (w *walk) result(s mailcheck.Server) (mailcheck.ServerResult, bool) {
	i := slices.IndexFunc(w.tested, func(r mailcheck.ServerResult) bool { return r.Key() == s.Key() })
	if i < 0 {
		return mailcheck.ServerResult{}, false
	}
	return w.tested[i], true
}
