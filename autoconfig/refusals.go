package autoconfig

import (
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// findRefusals finds the clients that refuse a settings file over a section that
// Thunderbird can live with. Only the domain's own file can be mended by its
// administrator, so those of the database and of others are left alone.
func (s *search) findRefusals(t *trace.Trace, where string, c *document.Config) {
	if !s.ownFile() || document.ThunderbirdDialect.Read(c, s.address).Refused != nil {
		return
	}
	for _, d := range document.Dialects {
		if r := d.Read(c, s.address); r.Refused != nil && len(r.Dropped) > 0 {
			t.Find(checks.PublishClientRefuses, "%s refuses %s: %s", d.Client, where, r.Refused.Place())
		}
	}
}
