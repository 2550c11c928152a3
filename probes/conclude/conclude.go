// Package conclude judges a report once all its servers have been tested: which
// settings are the best, what contradicts what is published, which findings are only
// consequences of others, and the verdict. A report goes in and comes out; nothing is
// asked of the network or the clock.
package conclude

import (
	"cmp"
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// Account turns what sources and probes saw into settings, findings and the
// verdict. dropped is the number of servers that were too many to test.
func Account(r *mailcheck.Report, dropped int) {
	for _, revise := range revisions {
		revise(r)
	}
	r.Settings = Settings(r)
	r.Findings = outages(r)
	r.Findings = append(r.Findings, sourceFindings(r.Sources)...)
	r.Findings = append(r.Findings, contradictionFindings(r)...)
	r.Findings = append(r.Findings, clockFindings(r)...)
	r.Findings = append(r.Findings, signInFindings(r.SignIn)...)
	r.Findings = append(r.Findings, serverFindings(r)...)
	r.Findings = append(r.Findings, flowFindings(r)...)
	if dropped > 0 {
		r.Findings = append(r.Findings, mailcheck.NewFinding(checks.RunTooManyServers, "%d servers were not tested", dropped))
	}
	if r.Address.Domain != "" {
		r.Findings = append(r.Findings, accountFindings(r)...)
	}
	finish(r)
}

// Discovery does the same where no server was tested.
func Discovery(r *mailcheck.Report, dropped int) {
	r.Findings = append(sourceFindings(r.Sources), contradictionFindings(r)...)
	if dropped > 0 {
		r.Findings = append(r.Findings, mailcheck.NewFinding(checks.RunTooManyServers, "%d servers are left out", dropped))
	}
	if len(r.Settings) == 0 {
		r.Findings = append(r.Findings, mailcheck.NewFinding(checks.AccountNoSettings, "no source names a server"))
	}
	r.Findings = append(r.Findings, misspelt(r)...)
	finish(r)
}

// revisions are what becomes of the findings of single servers once all are known, in
// this order: a port is named silent or blocked before anybody looks for a reason why
// STARTTLS is missing behind it.
var revisions = []func(*mailcheck.Report){
	explainSilence,
	suspectStripping,
	oneBan,
	believeLogins,
	refuteNotes,
	nameTLSPorts,
}

// finish folds consequences under their causes, which may make a cause worse, then
// orders what is left and judges the whole.
func finish(r *mailcheck.Report) {
	namePublishers(r)
	nameCauses(r)
	clearClock(r)
	slices.SortStableFunc(r.Findings, func(a, b mailcheck.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	r.Verdict = mailcheck.VerdictOf(r.Findings)
	if r.Verdict.Usable() && unknown(r) || r.Verdict == mailcheck.Fail && onlyHere(r) {
		r.Verdict = mailcheck.Untested
	}
}

// onlyHere reports whether nothing failed but what this machine cannot do, or may not.
func onlyHere(r *mailcheck.Report) bool {
	return !slices.ContainsFunc(r.Findings, func(f mailcheck.Finding) bool {
		return f.Severity == checks.Failure && f.Check != checks.NetShortage && f.Check != checks.NetNotAllowed && f.BecauseOf == nil
	})
}

// unknown reports whether the run ended before anybody could tell whether mail can be
// read and sent: that nothing failed is no sign that something works. Where servers were
// given by name each of them was asked about.
func unknown(r *mailcheck.Report) bool {
	incoming, outgoing := works(r)
	if cutShort(r) && !(incoming && outgoing) {
		return true
	}
	return slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool {
		needed := !incoming && s.Protocol.Reads() || !outgoing && s.Protocol.Sends() || s.Protocol.Exchange() && !(incoming && outgoing)
		return s.Verdict == mailcheck.Untested && (needed || r.Address.Domain == "")
	})
}

// cutShort reports whether the run ended before all sources had spoken that may name a
// server of the account, so that what was not found may yet be published.
func cutShort(r *mailcheck.Report) bool {
	return slices.ContainsFunc(r.Sources, func(s mailcheck.SourceResult) bool {
		return s.Publishes() && mailcheck.Shows(s.Findings(), checks.RunTimeout)
	})
}

// Settings ranks the servers a client may choose from: by protocol, what passed
// before what failed, what looks like an old host after others, TLS before
// STARTTLS, then by trust in the source. A guess
// that failed is not a setting: nobody said that it exists.
func Settings(r *mailcheck.Report) []mailcheck.Setting {
	var list []mailcheck.Setting
	for _, s := range r.Servers {
		if s.Verdict != mailcheck.Fail || !s.Guessed() {
			setting := mailcheck.Setting{Server: s.Server, Verdict: s.Verdict}
			if s.Login != nil && s.Login.State == mailcheck.LoginAccepted {
				setting.Username = s.Login.Username // the server's word counts more than what is published
			}
			list = append(list, setting)
		}
	}
	old := oldHosts(r)
	rank := func(s mailcheck.Setting) (int, int, int) {
		return slices.Index(mailcheck.Protocols, s.Protocol),
			slices.Index([]mailcheck.Verdict{mailcheck.Pass, mailcheck.Warn, mailcheck.Untested, mailcheck.Fail}, s.Verdict),
			slices.Index([]mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS, mailcheck.Plain}, s.Security)
	}
	slices.SortStableFunc(list, func(a, b mailcheck.Setting) int {
		p, v, s := rank(a)
		p2, v2, s2 := rank(b)
		// A warning is no reason to prefer STARTTLS; a failure is.
		if a.Verdict.Usable() == b.Verdict.Usable() {
			return cmp.Or(cmp.Compare(p, p2), byAge(old, a.Host, b.Host), cmp.Compare(s, s2), cmp.Compare(v, v2))
		}
		return cmp.Or(cmp.Compare(p, p2), cmp.Compare(v, v2))
	})
	return list
}

// sourceFindings collects what went wrong in discovery. A fault that many steps
// of one source share is told once, and once for all what the end of the run cut off.
func sourceFindings(sources []mailcheck.SourceResult) []mailcheck.Finding {
	var all []mailcheck.Finding
	var cut []string // off by the end of the run
	for _, source := range sources {
		own := len(all)
		more := map[int]int{} // how many were left out, by the index of the first
		for _, f := range source.Findings() {
			if f.Check == checks.PublishPortSecurity {
				continue // portSecurity says it, if the server does not work so
			}
			if f.Check == checks.RunTimeout {
				if !slices.Contains(cut, source.Name) {
					cut = append(cut, source.Name)
				}
				continue
			}
			f.Source = source.Name
			alike := func(o mailcheck.Finding) bool { return o.Check == f.Check && o.Severity == f.Severity }
			first := slices.IndexFunc(all[own:], alike)
			switch {
			case slices.ContainsFunc(all[own:], func(o mailcheck.Finding) bool { return alike(o) && o.Same(f.About) }):
			case first >= 0 && !repeats(f.Check):
				more[own+first]++
			default:
				all = append(all, f)
			}
		}
		for i, n := range more {
			all[i].Detail = mailcheck.Textf("%s (and %d more like it)", all[i].Detail, n)
		}
	}
	if len(cut) > 0 {
		all = append(all, mailcheck.NewFinding(checks.RunTimeout, "not finished: the sources %s", mailcheck.ListOf(cut)))
	}
	return all
}

// repeats reports whether every occurrence of a check in one source needs mending
// by itself.
func repeats(c *checks.Check) bool {
	return c == checks.SRVPortOdd || c == checks.SRVCNAMETarget || c == checks.SRVNoAddress || c == checks.SRVBadTarget || c == checks.SRVNotOffered ||
		c == checks.AutoconfigBadSection || c == checks.AutoconfigPlaceholder || c == checks.PublishClientRefuses || c == checks.PublishFileFault ||
		c == checks.AutodiscoverBadSection || c == checks.PACCBadEntry
}

// serverFindings collects what the probes found. What a guessed server lacks is
// no fault of the account: it is worth a note where no better server is known,
// and nothing where one is.
func serverFindings(r *mailcheck.Report) []mailcheck.Finding {
	incoming, outgoing := works(r)
	var all []mailcheck.Finding
	for _, s := range r.Servers {
		if s.Guessed() && s.Verdict == mailcheck.Fail && (s.Protocol.Sends() && outgoing || s.Protocol.Reads() && incoming) {
			continue
		}
		for _, f := range s.Findings() {
			f.Server = s.URL()
			if extra := !s.Protocol.Reads() && !s.Protocol.Sends() && !s.Protocol.Exchange(); extra && r.Address.Domain != "" {
				f.Severity = min(f.Severity, checks.Warning) // mail works without it
			}
			if s.Guessed() && s.Verdict == mailcheck.Fail {
				f.Severity = min(f.Severity, checks.Info)
			}
			all = append(all, f)
		}
	}
	return all
}

// flowFindings are what came out of a message that was sent, and of a folder that was made.
func flowFindings(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	if r.Synchronisation != nil {
		all = append(all, mailcheck.FindingsOf(r.Synchronisation.Steps)...)
	}
	if r.RoundTrip != nil {
		all = append(all, mailcheck.FindingsOf(r.RoundTrip.Steps)...)
	}
	return all
}

// accountFindings judges whether mail can be read and sent at all.
func accountFindings(r *mailcheck.Report) []mailcheck.Finding {
	cut := cutShort(r)
	if len(r.Settings) == 0 {
		if cut {
			return misspelt(r)
		}
		return append(misspelt(r), mailcheck.NewFinding(checks.AccountNoSettings, "%s", sourcesInOneLine(r)))
	}
	incoming, outgoing := works(r)
	if cut { // who knows what else is published
		incoming, outgoing = true, true
	}
	all := append(misspelt(r), guessedOnly(r)...)
	for _, s := range r.Servers {
		if s.Verdict == mailcheck.Untested { // nobody knows; run.timeout says so
			incoming = incoming || s.Protocol.Reads() || s.Protocol.Exchange()
			outgoing = outgoing || s.Protocol.Sends() || s.Protocol.Exchange()
		}
	}
	noReading, noSending := directionsDeclined(r)
	switch {
	case !incoming && noReading:
		all = append(all, oneWay(r, "reading mail"))
	case !incoming:
		all = append(all, mailcheck.NewFinding(checks.AccountNoIncoming, "%s", tested(r, false)))
	}
	switch {
	case !outgoing && noSending:
		all = append(all, oneWay(r, "sending mail"))
	case !outgoing:
		all = append(all, mailcheck.NewFinding(checks.AccountNoOutgoing, "%s", tested(r, true)))
	}
	return append(all, exchangeFindings(r)...)
}

// works reports whether some server for reading mail and some for sending it passed.
func works(r *mailcheck.Report) (incoming, outgoing bool) {
	for _, s := range r.Usable() {
		incoming = incoming || s.Protocol.Reads() || s.Protocol.Exchange()
		outgoing = outgoing || s.Protocol.Sends() || s.Protocol.Exchange()
	}
	return incoming, outgoing
}

// sourcesInOneLine says how many sources were asked, and what became of those
// that could not answer; what the others said stands at each of them.
func sourcesInOneLine(r *mailcheck.Report) mailcheck.Text {
	var asked int
	var failed []mailcheck.Text
	for _, s := range r.Sources {
		if !s.Publishes() {
			continue
		}
		asked++
		if s.State == mailcheck.Failed {
			failed = append(failed, mailcheck.Textf("%s: %s", s.Name, s.Reason))
		}
	}
	none := mailcheck.Textf("none of %s names a server", mailcheck.Count{N: asked, Noun: "source"})
	switch {
	case len(failed) == 0 && mailcheck.Shows(r.Findings, checks.DNSNotFound, checks.ProviderNoIMAP):
		return none // nobody can type in servers
	case len(failed) == 0:
		return mailcheck.Textf("%s; %s", none, plainForms())
	}
	return mailcheck.Textf("%s; %s", none, mailcheck.Joined(failed, "; "))
}

// tested lists the servers of one direction that were tried.
func tested(r *mailcheck.Report, outgoing bool) mailcheck.Text {
	var parts []string
	for _, s := range r.Servers {
		if s.Protocol.Sends() && outgoing || s.Protocol.Reads() && !outgoing {
			parts = append(parts, s.URL())
		}
	}
	if len(parts) == 0 {
		return mailcheck.Textf("none is published, and none of the usual names exists")
	}
	return mailcheck.Textf("tried %s", mailcheck.ListOf(parts))
}
