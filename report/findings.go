package report

import (
	"fmt"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// group is findings that are one to the reader: the same check with the same
// evidence on several servers, and what follows from it.
type group struct {
	mailcheck.Finding
	Places       []string // servers, else sources
	Consequences []group
}

// groups puts findings together, in the order of the first of each. A finding
// caused by another stands below that one.
func groups(findings []mailcheck.Finding) []group {
	var top, caused []group
	for _, f := range findings {
		if cause(findings, f) != nil {
			caused = merge(caused, f)
		} else {
			top = merge(top, f)
		}
	}
	for _, c := range caused {
		i := rootOf(top, findings, c.Finding)
		top[i].Consequences = append(top[i].Consequences, c)
	}
	return top
}

func merge(all []group, f mailcheck.Finding) []group {
	place := safe(f.Server)
	if place == "" {
		place = safe(f.Source)
	}
	i := slices.IndexFunc(all, func(g group) bool {
		return g.Check == f.Check && g.Detail.String() == f.Detail.String() && g.Severity == f.Severity && g.Fix.String() == f.Fix.String() && g.Meanwhile.String() == f.Meanwhile.String() && g.BecauseOf == f.BecauseOf &&
			(g.Server == "") == (f.Server == "")
	})
	if i < 0 {
		all, i = append(all, group{Finding: f}), len(all)
	}
	if place != "" && !slices.Contains(all[i].Places, place) {
		all[i].Places = append(all[i].Places, place)
	}
	return all
}

// cause follows BecauseOf to the check that nothing else has caused. It returns
// nil where there is none, or the chain leads nowhere or in a circle.
func cause(findings []mailcheck.Finding, f mailcheck.Finding) *checks.Check {
	c := f.BecauseOf
	for range findings {
		if slices.ContainsFunc(findings, func(g mailcheck.Finding) bool { return g.Check == c && g.BecauseOf == nil }) {
			return c
		}
		i := slices.IndexFunc(findings, func(g mailcheck.Finding) bool { return g.Check == c })
		if i < 0 {
			return nil
		}
		c = findings[i].BecauseOf
	}
	return nil
}

// rootOf returns the index of the group that caused f, if possible one about
// the same server.
func rootOf(top []group, findings []mailcheck.Finding, f mailcheck.Finding) int {
	c := cause(findings, f)
	same := slices.IndexFunc(top, func(g group) bool {
		return g.Check == c && f.Server != "" && slices.Contains(g.Places, safe(f.Server))
	})
	if same >= 0 {
		return same
	}
	return slices.IndexFunc(top, func(g group) bool { return g.Check == c })
}

// numbered returns the number under which the table lists a finding, by check
// and server. Only failures and warnings have numbers.
func numbered(r *mailcheck.Report) map[string]int {
	numbers := map[string]int{}
	n := 0
	for _, g := range groups(r.Findings) {
		if g.Severity < checks.Warning {
			continue
		}
		n++
		for _, place := range g.Places {
			numbers[g.Check.ID+" "+place] = n
		}
		for _, c := range g.Consequences {
			for _, place := range c.Places {
				numbers[c.Check.ID+" "+place] = n
			}
		}
	}
	return numbers
}

// findings writes failures and warnings with their remedies, then the rest in
// short.
func findings(p *page, r *mailcheck.Report, opts Options) {
	all := groups(shown(r, opts))
	n := 0
	for _, g := range all {
		if g.Severity >= checks.Warning {
			n++
			finding(p, g, n, opts)
		}
	}
	first := true
	for _, g := range all {
		if g.Severity >= checks.Warning {
			continue
		}
		if first {
			p.blank()
			first = false
		}
		p.paragraph(0, 2, "Note: "+strings.TrimSuffix(g.Check.Summary, ".")+about(g, g.Detail.String())+" ("+g.Check.ID+")")
		if !g.Fix.Empty() { // worth knowing how, although nothing is wrong
			p.paragraph(2, 4, actor(g.Check.Who)+": "+safe(g.Fix.String()))
		}
	}
}

// shown leaves out the notes about guesses that the table folds into one line.
func shown(r *mailcheck.Report, opts Options) []mailcheck.Finding {
	folded := map[string]bool{}
	for _, s := range r.Servers {
		folded[s.URL()] = hidden(s) && !opts.Verbose
	}
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f mailcheck.Finding) bool {
		return f.Severity <= checks.Info && folded[f.Server]
	})
}

// finding writes one group.
func finding(p *page, g group, n int, opts Options) {
	p.blank()
	word := strings.ToUpper(g.Severity.String())
	for i, line := range wrap(fmt.Sprintf("[%d] %s: %s", n, word, g.Check.Summary), p.width-4) {
		if i > 0 {
			line = "    " + line
		}
		p.WriteString(strings.Replace(line, word, paint(opts, word, g.Severity), 1) + "\n")
	}
	if len(g.Places) > 0 {
		p.paragraph(4, 6, placeWord(g)+": "+strings.Join(g.Places, ", "))
	}
	if !g.Detail.Empty() {
		p.paragraph(4, 6, "Seen: "+safe(g.Detail.String()))
	}
	if !g.Meanwhile.Empty() && g.Check.Who != checks.User {
		p.paragraph(4, 6, actor(checks.User)+": "+safe(g.Meanwhile.String()))
		p.paragraph(4, 6, actor(g.Check.Who)+": "+safe(g.Mend().String()))
	} else {
		p.paragraph(4, 6, actor(g.Check.Who)+": "+safe(g.Remedy().String()))
	}
	for _, c := range byCheck(g.Consequences) {
		if c.Check == g.Check {
			p.paragraph(4, 6, alsoWord(c)+": "+strings.Join(c.Places, ", "))
			continue
		}
		p.paragraph(4, 6, "Therefore: "+inside(c.Check.Summary)+about(c, "")+" ("+c.Check.ID+")")
	}
	p.paragraph(4, 6, g.Check.ID+", see "+g.Check.Ref)
}

// byCheck joins consequences of one check, whatever their evidence: to the reader
// of the cause they are one.
func byCheck(consequences []group) []group {
	var joined []group
	for _, c := range consequences {
		i := slices.IndexFunc(joined, func(o group) bool { return o.Check == c.Check })
		if i < 0 {
			c.Places = slices.Clone(c.Places)
			joined = append(joined, c)
			continue
		}
		for _, place := range c.Places {
			if !slices.Contains(joined[i].Places, place) {
				joined[i].Places = append(joined[i].Places, place)
			}
		}
	}
	return joined
}

// alsoWord introduces where else a cause was seen.
func alsoWord(g group) string {
	if g.Server == "" {
		return "Also seen by"
	}
	return "Also seen at"
}

// about adds places and evidence to a sentence without its full stop.
func about(g group, evidence string) string {
	var parts []string
	if len(g.Places) > 0 {
		parts = append(parts, few(g.Places, 3))
	}
	if evidence != "" {
		parts = append(parts, safe(evidence))
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ": ")
}

func placeWord(g group) string {
	switch {
	case g.Server == "":
		return "Source"
	case len(g.Places) > 1:
		return "Servers"
	}
	return "Server"
}

// actor names the person who can mend a fault, as the help desk would.
func actor(w checks.Who) string {
	switch w {
	case checks.User:
		return "User"
	case checks.Admin:
		return "Domain administrator"
	case checks.Operator:
		return "Mail server operator"
	}
	return "Network administrator"
}
