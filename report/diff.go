package report

import (
	"cmp"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// Way says whether a change is for the better.
type Way string

// The ways a thing can change.
const (
	Worse   Way = "worse"
	Better  Way = "better"
	Changed Way = "changed" // neither: somebody may want to know it
)

// Change is one difference between two reports of the same.
type Change struct {
	Way  Way
	Kind string         // what changed: verdict, setting, server, certificate, tls, dane, capability, mechanism, login, finding or source
	What string         // URL of the server, name of the source, or id of the check; empty for all of it
	Text mailcheck.Text // for people
}

// Difference is what changed from one report to another, worse first.
type Difference struct {
	Old, New *mailcheck.Report
	Changes  []Change
}

// Worse reports whether anything is worse.
func (d Difference) Worse() bool {
	return slices.ContainsFunc(d.Changes, func(c Change) bool { return c.Way == Worse })
}

// Diff compares two reports of the same address, servers or file. The order of lists and
// how long things took are no difference; neither is what servers say of themselves in
// their greetings, nor the serial number of a renewed certificate.
func Diff(old, new *mailcheck.Report) Difference {
	d := &differ{Difference: Difference{Old: old, New: new}, before: unseen(old), after: unseen(new)}
	d.verdicts()
	d.settings()
	for _, s := range old.Servers {
		if now := new.Result(s.Server); now.Key() == s.Key() && !d.unseen(s.URL()) {
			d.server(s, now)
		}
	}
	d.findings()
	d.sources()
	order := []Way{Worse, Better, Changed}
	slices.SortStableFunc(d.Changes, func(a, b Change) int { return slices.Index(order, a.Way) - slices.Index(order, b.Way) })
	return d.Difference
}

// differ collects changes.
type differ struct {
	Difference
	before, after map[string]bool // the places of which a run could tell nothing
}

// unseen reports whether one of the runs could tell nothing of a server or source.
func (d *differ) unseen(place string) bool { return d.before[place] || d.after[place] }

func (d *differ) add(way Way, kind, what, format string, args ...any) {
	d.Changes = append(d.Changes, Change{way, kind, what, mailcheck.Textf(format, args...)})
}

// verdictRank orders the verdicts, the best first. Of what was not tested nothing is known.
var verdictRank = []mailcheck.Verdict{mailcheck.Pass, mailcheck.Warn, mailcheck.Fail}

// wayOf says which way it is from one place of an order to another.
func wayOf(before, after int) Way {
	switch {
	case before < 0 || after < 0:
		return Changed
	case after > before:
		return Worse
	}
	return Better
}

func (d *differ) verdicts() {
	before, after := d.Old.Verdict, d.New.Verdict
	if before != after {
		d.add(wayOf(slices.Index(verdictRank, before), slices.Index(verdictRank, after)), "verdict", "", "the verdict was %s, and is %s", verdictText(before), verdictText(after))
	}
}

func verdictText(v mailcheck.Verdict) mailcheck.Text {
	if v == "" {
		return mailcheck.Textf("none")
	}
	return verbatim(string(v))
}

// settings compares which servers a mail program is told to use, and the best of each
// protocol.
func (d *differ) settings() {
	has := func(r *mailcheck.Report, key string) bool {
		return slices.ContainsFunc(r.Settings, func(s mailcheck.Setting) bool { return s.Key() == key })
	}
	for _, s := range d.Old.Settings {
		if !has(d.New, s.Key()) {
			d.add(Changed, "setting", s.URL(), "%s is not published any more", described(s.Server))
		}
	}
	for _, s := range d.New.Settings {
		if !has(d.Old, s.Key()) {
			d.add(Changed, "setting", s.URL(), "%s is new", described(s.Server))
		}
	}
	securities := []mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS, mailcheck.Plain}
	for _, p := range mailcheck.Protocols {
		before, had := d.Old.Best(p)
		after, still := d.New.Best(p)
		switch {
		case had && !still && asked(d.New, p):
			d.add(Worse, "setting", before.URL(), "no server for %s works any more; %s did", protocolName(p), before.Endpoint())
		case !had && still && asked(d.Old, p):
			d.add(Better, "setting", after.URL(), "%s works now", described(after.Server))
		case had && still && before.Security != after.Security:
			d.add(wayOf(slices.Index(securities, before.Security), slices.Index(securities, after.Security)), "setting", after.URL(),
				"the best server for %s was protected by %s, and is by %s", protocolName(p), securityName(before.Security), securityName(after.Security))
		}
	}
}

// asked reports whether a run tested servers, and could tell of each of a protocol whether
// it works.
func asked(r *mailcheck.Report, p mailcheck.Protocol) bool {
	return len(r.Servers) > 0 && !slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool {
		return s.Protocol == p && cutShort(s.Findings())
	})
}

// server compares what the test of one server saw.
func (d *differ) server(before, after mailcheck.ServerResult) {
	url := after.URL()
	if before.Verdict != after.Verdict {
		d.add(wayOf(slices.Index(verdictRank, before.Verdict), slices.Index(verdictRank, after.Verdict)), "server", url, "%s: the verdict was %s, and is %s", url, verdictText(before.Verdict), verdictText(after.Verdict))
	}
	if before.TLS != nil && after.TLS != nil {
		d.protection(url, *before.TLS, *after.TLS)
	}
	d.lists("capability", url, before.Capabilities.AfterTLS, after.Capabilities.AfterTLS, Changed)
	d.lists("mechanism", url, before.Mechanisms.AfterTLS, after.Mechanisms.AfterTLS, Worse)
	if before.PasswordOK && !after.PasswordOK && after.Verdict.Usable() {
		d.add(Worse, "login", url, "%s: no way to log in with a password is offered any more", url)
	}
	if before.Login == nil || after.Login == nil || before.Login.State == after.Login.State {
		return
	}
	way := Changed // as where nobody gave a password this time
	if before.Login.State == mailcheck.LoginAccepted && after.Login.State != mailcheck.LoginSkipped {
		way = Worse
	} else if after.Login.State == mailcheck.LoginAccepted {
		way = Better
	}
	d.add(way, "login", url, "%s: the login was %s, and is %s", url, string(before.Login.State), string(after.Login.State))
}

// protection compares versions and certificates. A renewed certificate is as good as the one
// before it.
func (d *differ) protection(url string, before, after mailcheck.TLS) {
	versions := []string{"TLS 1.3", "TLS 1.2", "TLS 1.1", "TLS 1.0"}
	if before.Version != after.Version {
		d.add(wayOf(slices.Index(versions, before.Version), slices.Index(versions, after.Version)), "tls", url, "%s: it spoke %s, and speaks %s", url, before.Version, after.Version)
	}
	if before.DANE != nil && (after.DANE == nil || before.DANE.State == "ok" && after.DANE.State != "ok") {
		d.add(Worse, "dane", url, "%s: the record with its key (DANE) is gone, or does not fit any more", url)
	} else if after.DANE != nil && after.DANE.State == "ok" && (before.DANE == nil || before.DANE.State != "ok") {
		d.add(Better, "dane", url, "%s: a record with its key (DANE) fits", url)
	}
	if len(before.Chain) == 0 || len(after.Chain) == 0 || before.Chain[0].SHA256 == after.Chain[0].SHA256 {
		return
	}
	was, is := before.Chain[0], after.Chain[0]
	d.add(Changed, "certificate", url, "%s: the certificate is another one, valid until %s", url, mailcheck.Stamp(is.NotAfter))
	if was.Issuer != is.Issuer {
		d.add(Changed, "certificate", url, "%s: it was issued by %s, and is by %s", url, was.Issuer, is.Issuer)
	}
	for _, name := range was.Names {
		if !slices.Contains(is.Names, name) {
			d.add(Changed, "certificate", url, "%s: the certificate does not have the name %s any more", url, name)
		}
	}
}

// lists compares what a server announces; gone says what it means that something is lost.
func (d *differ) lists(kind, url string, before, after []string, gone Way) {
	if len(before) == 0 || len(after) == 0 { // it was not asked, or told nothing: a finding tells more
		return
	}
	for _, name := range missingIn(before, after) {
		d.add(gone, kind, url, "%s: %s is not announced any more", url, name)
	}
	for _, name := range missingIn(after, before) {
		d.add(Changed, kind, url, "%s: %s is new", url, name)
	}
}

// missingIn returns what only the first list has, each once and sorted.
func missingIn(list, other []string) []string {
	only := slices.DeleteFunc(slices.Clone(list), func(name string) bool {
		return slices.ContainsFunc(other, func(o string) bool { return strings.EqualFold(o, name) })
	})
	slices.Sort(only)
	return slices.Compact(only)
}

// place is where a check was found.
type place struct{ id, where string }

// gravest returns the worst finding of each check at each place.
func gravest(r *mailcheck.Report) (order []place, of map[place]mailcheck.Finding) {
	of = map[place]mailcheck.Finding{}
	for _, f := range r.Findings {
		p := place{f.Check.ID, cmp.Or(f.Server, f.Source)}
		if cutShort([]mailcheck.Finding{f}) { // it is about the run
			continue
		}
		known, seen := of[p]
		if !seen {
			order = append(order, p)
		}
		if !seen || f.Severity > known.Severity {
			of[p] = f
		}
	}
	return order, of
}

// findings compares what was found, where. Notes are no news.
func (d *differ) findings() {
	_, before := gravest(d.Old)
	order, after := gravest(d.New)
	for _, p := range order {
		f, was := after[p], before[p]
		switch {
		case f.Severity == was.Severity, f.Severity <= checks.Info && was.Severity <= checks.Info, d.after[p.where]:
		case d.before[p.where]:
			d.add(Changed, "finding", p.id, "not known before: %s", d.found(f, p))
		case f.Severity > was.Severity:
			d.add(Worse, "finding", p.id, "%s", d.found(f, p))
		default:
			d.add(Better, "finding", p.id, "less grave now: %s", d.found(f, p))
		}
	}
	order, _ = gravest(d.Old)
	for _, p := range order {
		if _, still := after[p]; !still && before[p].Severity > checks.Info && !d.after[p.where] {
			d.add(Better, "finding", p.id, "not found any more: %s", d.found(before[p], p))
		}
	}
}

func (d *differ) found(f mailcheck.Finding, p place) mailcheck.Text {
	if p.where == "" {
		return mailcheck.Textf("%s: %s (%s)", f.Severity.String(), mailcheck.Clause(f.Check.Summary), p.id)
	}
	return mailcheck.Textf("%s at %s: %s (%s)", f.Severity.String(), p.where, mailcheck.Clause(f.Check.Summary), p.id)
}

// sources compares which sources publish anything.
func (d *differ) sources() {
	for _, before := range d.Old.Sources {
		after := d.New.Source(before.Name)
		if after.Name == "" || before.State == after.State || d.unseen(before.Name) || !before.Publishes() || before.Kind == mailcheck.Guessed {
			continue
		}
		switch {
		case before.State == mailcheck.Found:
			d.add(Worse, "source", before.Name, "the source %s named servers, and now: %s", before.Name, after.Reason)
		case after.State == mailcheck.Found:
			d.add(Better, "source", before.Name, "the source %s names servers now", before.Name)
		default:
			d.add(Changed, "source", before.Name, "the source %s: %s", before.Name, after.Reason)
		}
	}
}
