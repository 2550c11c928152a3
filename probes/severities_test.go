package probes

import (
	"slices"
	"sync"
	"testing"

	"mailcheck"
	"mailcheck/checks"
)

// severityReason says why a finding may be worse or less bad than its check is.
type severityReason struct {
	reason string
	holds  func(*mailcheck.Report, mailcheck.Finding) bool
}

// severityReasons are all there are: a finding that differs from its check for another
// reason is a fault of the program.
var severityReasons = []severityReason{
	{"a source that fails while others may answer is no failure of the account", func(_ *mailcheck.Report, f mailcheck.Finding) bool {
		return f.Source != "" && f.Severity < f.Check.Severity
	}},
	{"mail works without calendars, address books and filter scripts", func(r *mailcheck.Report, f mailcheck.Finding) bool {
		return slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool {
			return s.URL() == f.Server && !s.Protocol.Reads() && !s.Protocol.Sends()
		}) && f.Severity == checks.Warning && f.Check.Severity == checks.Failure
	}},
	{"nobody said that a guessed server exists", func(r *mailcheck.Report, f mailcheck.Finding) bool {
		return slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool { return s.URL() == f.Server && s.Guessed() }) && f.Severity == checks.Info
	}},
	{"what causes a failure is one", func(r *mailcheck.Report, f mailcheck.Finding) bool {
		return f.Severity > f.Check.Severity && slices.ContainsFunc(r.Findings, func(o mailcheck.Finding) bool {
			return o.BecauseOf == f.Check && o.Severity >= f.Severity
		})
	}},
	of(checks.ISPDBOutdated, "the list names a server that does not work, or a weaker one"),
	of(checks.LoginBindingStripped, "the server does not say why it refuses"),
	of(checks.LoginMechanism, "no other way to log in is left"),
	of(checks.MXNone, "the domain has no address either, so that mail to it comes back"),
	of(checks.AutoconfigBadSection, "some program connects without encryption for the word"),
	of(checks.AutodiscoverBadSection, "some program connects without encryption for the word in the answer"),
	of(checks.PublishAuthNotOffered, "another published way to log in is offered"),
	of(checks.PublishTemplate, "the template stands where the encryption should, and some program connects without"),
	of(checks.PublishSRVPrefers, "what the records prefer works"),
	of(checks.ReplyViolation, "the reply is understood all the same"),
	of(checks.SRVStartTLSOnly, "whether the host does TLS from the first byte is not known"),
	of(checks.TLSInterception, "this machine trusts whoever is in the middle"),
	of(checks.TLSIPDiffer, "both certificates are good"),
}

// of is a reason that one check has.
func of(c *checks.Check, reason string) severityReason {
	return severityReason{reason, func(_ *mailcheck.Report, f mailcheck.Finding) bool { return f.Check == c }}
}

// severityAudit holds the findings of many reports against the reasons.
type severityAudit struct {
	mu   sync.Mutex
	used map[string]bool
}

// check looks at the findings of one report.
func (a *severityAudit) check(t *testing.T, r *mailcheck.Report) {
	t.Helper()
	for _, f := range r.Findings {
		if f.Severity == f.Check.Severity {
			continue
		}
		i := slices.IndexFunc(severityReasons, func(s severityReason) bool { return s.holds(r, f) })
		if i < 0 {
			t.Errorf("%s is a %s, and the check a %s, without a reason: %s", f.Check.ID, f.Severity, f.Check.Severity, f.Detail.String())
			continue
		}
		a.mu.Lock()
		a.used[severityReasons[i].reason] = true
		a.mu.Unlock()
	}
}

// allUsed finds reasons that nothing has.
func (a *severityAudit) allUsed(t *testing.T) {
	for _, s := range severityReasons {
		if !a.used[s.reason] {
			t.Errorf("no scenario has a finding with another severity because %s", s.reason)
		}
	}
}
