package report

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// Inconclusive returns why a report says little about the account: the run ended before
// everything was tested, or nothing works for a reason that lies with the machine or the
// network where the test ran. It is empty where the report says what it should.
func Inconclusive(r *mailcheck.Report) mailcheck.Text {
	server := func(s mailcheck.ServerResult) bool { return !s.Guessed() && cutShort(s.Findings()) }
	source := func(s mailcheck.SourceResult) bool { return s.Kind == mailcheck.Published && cutShort(s.Findings()) }
	switch {
	case r.Verdict == mailcheck.Untested, slices.ContainsFunc(r.Servers, server), slices.ContainsFunc(r.Sources, source):
		return mailcheck.Textf("not everything was tested")
	}
	if c := faultHere(r); c != nil {
		return mailcheck.Textf("%s", mailcheck.Clause(c.Summary))
	}
	return mailcheck.Text{}
}

// FailsHere reports whether nothing works for a reason that lies with the machine or the
// network where the test ran.
func FailsHere(r *mailcheck.Report) bool { return faultHere(r) != nil }

// faultHere returns the reason, nil where there is none.
func faultHere(r *mailcheck.Report) *checks.Check {
	if slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool { return s.Verdict.Usable() }) {
		return nil
	}
	for _, g := range roots(r, checks.Failure) {
		if local(g.Finding) {
			return g.Check
		}
	}
	return nil
}

// cutShort reports whether a test ended before it could tell anything.
func cutShort(findings []mailcheck.Finding) bool {
	return mailcheck.Shows(findings, checks.RunTimeout, checks.RunInterrupted, checks.RunSlowDown, checks.NetShortage, checks.NetNotAllowed)
}

// unseen are the servers, by URL, and the sources of which a run could tell nothing.
func unseen(r *mailcheck.Report) map[string]bool {
	places := map[string]bool{}
	for _, s := range r.Servers {
		places[s.URL()] = cutShort(s.Findings())
	}
	for _, s := range r.Sources {
		places[s.Name] = cutShort(s.Findings())
	}
	return places
}

// local reports whether a fault is one of the machine or the network where the test ran,
// whatever the account is.
func local(f mailcheck.Finding) bool {
	return mailcheck.Shows([]mailcheck.Finding{f}, checks.NetOffline, checks.NetCaptivePortal) ||
		strings.HasPrefix(f.Check.ID, "dns.") && f.Actor() == checks.Network
}
