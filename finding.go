package mailcheck

import (
	"iter"
	"slices"

	"mailcheck/checks"
)

// Finding is one occurrence of a check. What the program goes by is the check, its
// severity and what the finding is about; the texts are for people.
type Finding struct {
	Check    *checks.Check
	Severity checks.Severity // the check's own, or less where the fault matters less
	About
	Detail    Text          // verbatim evidence
	Meanwhile Text          // what the user can do until it is mended; empty where nothing is known to work
	Fix       Text          // a remedy for this very case; the check's own where empty
	BecauseOf *checks.Check // the root cause, if another is
	Acts      checks.Who    // who can mend it here; empty for whom the check names
}

// Actor returns who can mend it.
func (f Finding) Actor() checks.Who {
	if f.Acts != "" {
		return f.Acts
	}
	return f.Check.Who
}

// About says what a finding is about, as far as that is known. The zero value is about
// the run as a whole.
type About struct {
	Server string // URL of the server it was seen at; empty for discovery
	Source string // name of the source it was seen at, or the file that was judged; empty for servers

	Name   string // the host or DNS name that it is about
	Record string // type of the DNS record of that name, such as "SRV"
	Target string // URL of the server that a record, a section or an answer names

	URL          string   // of the document that it is about
	Line, Column int      // place in the document, both from 1; 0 if all of it is meant
	Element      string   // what it is about at that place, such as "hostname"
	Clients      []string // the mail programs that it is about; empty for all

	Instead string // URL of a server that works in the place of the one it is about
}

// Same reports whether both are about the same.
func (a About) Same(b About) bool {
	return a.Server == b.Server && a.Source == b.Source && a.Name == b.Name && a.Record == b.Record && a.Target == b.Target &&
		a.URL == b.URL && a.Line == b.Line && a.Column == b.Column && a.Element == b.Element && slices.Equal(a.Clients, b.Clients) && a.Instead == b.Instead
}

// NewFinding returns an occurrence of a check, with the evidence.
func NewFinding(c *checks.Check, format string, args ...any) Finding {
	return NewFindingText(c, Evidencef(format, args...))
}

// NewFindingText does so with evidence that is a text already.
func NewFindingText(c *checks.Check, detail Text) Finding {
	return Finding{Check: c, Severity: c.Severity, Detail: detail}
}

// Shows reports whether a finding is of one of the checks.
func Shows(findings []Finding, checks ...*checks.Check) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return slices.ContainsFunc(checks, f.Check.Is) })
}

// Mend returns what the person named by the check should do: the fix for this
// case, or the check's remedy.
func (f Finding) Mend() Text {
	if !f.Fix.Empty() {
		return f.Fix
	}
	return Text{Format: f.Check.Remedy}
}

// Remedy returns all there is to do, the user's part first.
func (f Finding) Remedy() Text {
	if f.Meanwhile.Empty() {
		return f.Mend()
	}
	return Textf("%s %s", f.Meanwhile, f.Mend())
}

// Become turns a finding into one of another check, now that more is known.
func (f *Finding) Become(c *checks.Check, format string, args ...any) {
	f.Check, f.Severity, f.Detail = c, c.Severity, Evidencef(format, args...)
}

// BecomeText does so with evidence that is a text already.
func (f *Finding) BecomeText(c *checks.Check, detail Text) {
	f.Check, f.Severity, f.Detail = c, c.Severity, detail
}

// Each goes through the findings of steps, for them to be revised.
func Each(steps []Step) iter.Seq2[*Step, *Finding] {
	return func(yield func(*Step, *Finding) bool) {
		for i := range steps {
			for j := range steps[i].Findings {
				if !yield(&steps[i], &steps[i].Findings[j]) {
					return
				}
			}
		}
	}
}

// TakeBack removes findings that have turned out to be wrong.
func TakeBack(steps []Step, wrong func(Step, Finding) bool) {
	for i := range steps {
		steps[i].Findings = slices.DeleteFunc(steps[i].Findings, func(f Finding) bool { return wrong(steps[i], f) })
	}
}
