package autoconfig

import (
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
	if !s.ownFile() || thunderbird != nil && (told || thunderbird.OAuth) {
		return // a sign-in page that is missing is publish.oauth-only
	}
	for _, d := range document.Dialects {
		if r := d.Read(c, s.address); r.Refused != nil && (len(r.Dropped) > 0 || thunderbird != nil) {
			f := t.Find(checks.PublishClientRefuses, "%s refuses %s: %s", d.Client, where, r.Refused.Place())
			f.URL, f.Line, f.Column, f.Clients = where, r.Refused.Line, r.Refused.Column, []string{d.Client}
		}
	}
}
