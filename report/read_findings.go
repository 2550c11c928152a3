package report

import (
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lazy"
)

func (in *reader) finding(d jsonFinding) mailcheck.Finding {
	f := mailcheck.Finding{
		Check: in.check(d), Severity: in.severity(d.Severity), About: mailcheck.About(d.About),
		Detail: english(d.Detail), Meanwhile: english(d.Meanwhile), Fix: english(d.Fix),
	}
	f.Clients = words(f.Clients)
	if acts := checks.Who(d.Who); acts != "" && acts != f.Check.Who {
		f.Acts = acts
	}
	if d.Severity == "" {
		in.fail("the finding %s has no severity", f.Check.ID)
	}
	if f.Server == "" && f.Source == "" { // written before there was about
		f.Server, f.Source, f.Line, f.Column = d.Server, d.Source, d.Line, d.Column
	}
	if f.Fix.Empty() && f.Meanwhile.Empty() && d.Remedy != f.Check.Remedy {
		f.Fix = english(d.Remedy)
	}
	if d.BecauseOf != "" {
		f.BecauseOf = in.check(jsonFinding{ID: d.BecauseOf})
	}
	return f
}

var checkID = lazy.Regexp(`^[a-z0-9-]{1,50}\.[a-z0-9-]{1,50}$`)

// readTexts keeps what another version of mailcheck says of the checks that this one knows,
// since its evidence belongs to its words.
func (in *reader) readTexts(findings []jsonFinding) {
	for _, d := range findings {
		c := checks.ByID(d.ID)
		if c == nil || d.Summary == "" || d.Summary == c.Summary && d.Ref == c.Ref {
			continue
		}
		other := *c
		other.Summary, other.Ref = d.Summary, d.Ref
		in.other[d.ID] = &other
	}
}

// check returns what was found. A check of another version of mailcheck is as the
// document tells it.
func (in *reader) check(d jsonFinding) *checks.Check {
	if c := in.other[d.ID]; c != nil {
		return c
	}
	if c := checks.ByID(d.ID); c != nil {
		return c
	}
	if !checkID().MatchString(d.ID) {
		in.fail("%q is no check", mailcheck.Clean(d.ID))
	}
	c := in.unknown[d.ID]
	if c == nil {
		c = &checks.Check{ID: d.ID}
		in.unknown[d.ID] = c
	}
	if c.Summary == "" { // so far it was only named as a cause
		c.Severity, c.Who, c.Summary, c.Ref = in.severity(d.Severity), checks.Who(d.Who), d.Summary, d.Ref
		c.Remedy = strings.TrimPrefix(d.Remedy, d.Meanwhile+" ")
	}
	return c
}

// severity reads a word; none is that of a check that was only named.
func (in *reader) severity(word string) checks.Severity {
	for _, s := range []checks.Severity{checks.OK, checks.Info, checks.Warning, checks.Failure} {
		if s.String() == word || word == "" {
			return s
		}
	}
	in.fail("%q is no severity", mailcheck.Clean(word))
	return checks.OK
}
