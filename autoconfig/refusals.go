package autoconfig

import (
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// findRefusals finds the clients that refuse a settings file: over a section that
// Thunderbird can live with, or, where nothing else was found wrong with the file, over
// what Thunderbird itself refuses it for. Only the domain's own file can be mended by its
// administrator, so those of the database and of others are left alone.
func (s *search) findRefusals(t *trace.Trace, where string, c *document.Config, told bool) {
	thunderbird := document.ThunderbirdDialect.Read(c, s.address).Refused
	switch {
	case !s.ownFile(), thunderbird != nil && thunderbird.OAuth:
		return // a sign-in page that is missing is publish.oauth-only
	case thunderbird != nil && told:
		s.tellRefusals(t, where, c, *thunderbird)
		return
	}
	type refusal struct {
		fault   document.Fault
		clients []string
		first   bool // of a client that looks at the first section alone
	}
	var refusals []refusal
	for _, d := range document.Dialects {
		r := d.Read(c, s.address)
		if r.Refused == nil || len(r.Dropped) == 0 && thunderbird == nil {
			continue
		}
		i := slices.IndexFunc(refusals, func(o refusal) bool { return o.first && d.First && o.fault.Line == r.Refused.Line })
		if i < 0 {
			refusals, i = append(refusals, refusal{fault: *r.Refused, first: d.First}), len(refusals)
		}
		refusals[i].clients = append(refusals[i].clients, d.Client)
	}
	for _, r := range refusals {
		f := t.Find(checks.PublishClientRefuses, "refused by %s: %s: %s", mailcheck.ListOf(r.clients), where, r.fault.Place())
		f.URL, f.Line, f.Column, f.Clients = where, r.fault.Line, r.fault.Column, r.clients
	}
}

// tellRefusals says at the fault for which Thunderbird refuses a file who else does.
func (s *search) tellRefusals(t *trace.Trace, where string, c *document.Config, fault document.Fault) {
	var names []string
	for _, d := range document.Dialects {
		if r := d.Read(c, s.address); r.Refused != nil {
			names = append(names, d.Client)
		}
	}
	for _, f := range mailcheck.Each(t.Steps) {
		if f.URL == where && f.Line >= fault.Line && f.Severity >= checks.Warning {
			f.Detail = mailcheck.Textf("%s; mail programs that refuse the whole file: %s", f.Detail, mailcheck.ListOf(names).AtMost(3))
			return
		}
	}
}
