package report

import (
	"cmp"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// group is findings that are one to the reader: the same check with the same
// evidence on several servers, and what follows from it. What is wrong with an account
// is one fault, in whatever words each server has for it.
type group struct {
	mailcheck.Finding
	Places       []string // servers, else sources
	Consequences []group
}

// groups puts findings together, in the order of the first of each. A finding
// caused by another stands below that one.
func groups(findings []mailcheck.Finding) []group {
	causes := causesOf(findings)
	top, caused := merger{}, merger{}
	for _, f := range findings {
		if causes.root(f) != nil {
			caused.add(f)
		} else {
			top.add(f)
		}
	}
	for _, c := range caused.groups {
		i := rootIndex(top.groups, causes.root(c.Finding), c.Server)
		top.groups[i].Consequences = append(top.groups[i].Consequences, c)
	}
	return top.groups
}

// likeness is what findings of one group have in common.
type likeness struct {
	check, because         *checks.Check
	severity               checks.Severity
	detail, fix, meanwhile string
	atServer               bool
	acts                   checks.Who
}

// merger makes one group of findings that are alike.
type merger struct {
	groups []group
	index  map[likeness]int
}

func (m *merger) add(f mailcheck.Finding) {
	like := likeness{f.Check, f.BecauseOf, f.Severity, f.Detail.String(), f.Fix.String(), f.Meanwhile.String(), f.Server != "", f.Acts}
	ofAccount := f.Check.OfAccount()
	if ofAccount {
		like.detail = ""
	}
	i, ok := m.index[like]
	if !ok {
		if m.index == nil {
			m.index = map[likeness]int{}
		}
		i = len(m.groups)
		m.index[like] = i
		m.groups = append(m.groups, group{Finding: f})
	} else if g := &m.groups[i]; ofAccount && !strings.Contains(g.Detail.String(), f.Detail.String()) {
		g.Detail = mailcheck.Textf("%s; %s: %s", g.Detail, f.Server, f.Detail)
	}
	if place := cmp.Or(f.Server, f.Source); place != "" && !slices.Contains(m.groups[i].Places, place) {
		m.groups[i].Places = append(m.groups[i].Places, place)
	}
}

// causes says what is because of what.
type causes struct {
	roots map[*checks.Check]bool          // found, and not because of another
	next  map[*checks.Check]*checks.Check // found, and because of what
}

func causesOf(findings []mailcheck.Finding) causes {
	c := causes{map[*checks.Check]bool{}, map[*checks.Check]*checks.Check{}}
	for _, f := range findings {
		if _, seen := c.next[f.Check]; !seen {
			c.next[f.Check] = f.BecauseOf
		}
		if f.BecauseOf == nil {
			c.roots[f.Check] = true
		}
	}
	return c
}

// root follows BecauseOf to the check that nothing else has caused. It returns
// nil where there is none, or the chain leads nowhere or in a circle.
func (c causes) root(f mailcheck.Finding) *checks.Check {
	at := f.BecauseOf
	for range c.next {
		next, found := c.next[at]
		switch {
		case c.roots[at]:
			return at
		case !found:
			return nil
		}
		at = next
	}
	return nil
}

// rootIndex returns the index of the group that is of a check, if possible one about
// the same server.
func rootIndex(top []group, c *checks.Check, server string) int {
	same := slices.IndexFunc(top, func(g group) bool {
		return g.Check == c && server != "" && slices.Contains(g.Places, server)
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
func findings(p *page, r *mailcheck.Report) {
	all := groups(shown(p, r))
	n := 0
	for _, g := range all {
		if g.Severity >= checks.Warning {
			n++
			explained(p, g, n)
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
		p.say(0, 2, "Note: %s (%s)", about(mailcheck.Textf("%s", mailcheck.Heading(g.Check.Summary)), g, g.Detail), g.Check.ID)
		if !g.Fix.Empty() { // worth knowing how, although nothing is wrong
			p.say(2, 4, "%s: %s", actor(g.Actor()), g.Fix)
		}
	}
}

// shown leaves out the notes about guesses that the table folds into one line.
func shown(p *page, r *mailcheck.Report) []mailcheck.Finding {
	folded := map[string]bool{}
	for _, s := range r.Servers {
		folded[s.URL()] = hidden(s) && !p.Verbose
	}
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f mailcheck.Finding) bool {
		return f.Severity <= checks.Info && folded[f.Server]
	})
}

// explained writes one group.
func explained(p *page, g group, n int) {
	p.blank()
	p.findingTitle(g.Severity, mailcheck.Textf("[%d] %s: %s", n, severityWord(g.Severity), ours(g.Check.Summary)))
	most := fewConsequences
	if p.Verbose {
		most = len(g.Consequences)
	}
	for _, i := range items(g, most) {
		if i.label.Empty() {
			p.paragraph(4, 6, i.text)
		} else {
			p.item(i)
		}
	}
}

// item is something to say, with what it is; without a label it says that itself.
type item struct {
	kind  itemKind
	label mailcheck.Text
	text  mailcheck.Text
}

// itemKind says what an item is.
type itemKind int

const (
	fact     itemKind = iota
	evidence          // what somebody else said, as it is
	toAct             // what is to be done; the label names by whom
)

// whole is an item in one text.
func (i item) whole() mailcheck.Text {
	if i.label.Empty() {
		return i.text
	}
	return mailcheck.Textf("%s: %s", i.label, i.text)
}

// item says an item in the language of the reader.
func (o Options) item(i item) item { return item{i.kind, o.in(i.label), o.in(i.text)} }

// lines writes items as a text each.
func lines(items []item) []mailcheck.Text { return each(items, item.whole) }

// items says what there is to know of a group beside its summary: where it is, the
// evidence, who does what, and what follows from it, of which so much is named.
func items(g group, most int) []item {
	var all []item
	if len(g.Places) > 0 {
		all = append(all, item{fact, placeWord(g), mailcheck.Textf("%s", mailcheck.ListOf(g.Places))})
	}
	if !g.Detail.Empty() {
		all = append(all, seenItem(g.Detail))
	}
	all = append(all, toDo(g.Finding)...)
	shown := 0
	for _, c := range byCheck(g.Consequences) {
		if c.Check == g.Check {
			all = append(all, item{fact, alsoWord(c), mailcheck.Textf("%s", mailcheck.ListOf(c.Places))})
			continue
		}
		if shown++; shown > most {
			continue
		}
		summary := mailcheck.Textf("%s", mailcheck.Clause(c.Check.Summary))
		all = append(all, item{fact, mailcheck.Textf("Therefore"), mailcheck.Textf("%s (%s)", about(summary, c, mailcheck.Text{}), c.Check.ID)})
	}
	if more := shown - most; more > 0 {
		all = append(all, item{text: mailcheck.Textf("Therefore %s (-v shows them)", mailcheck.Count{N: more, Noun: "more finding"})})
	}
	return append(all, item{text: mailcheck.Textf("%s, see %s", g.Check.ID, g.Check.Ref)})
}

// seenItem is what somebody else said.
func seenItem(detail mailcheck.Text) item {
	return item{evidence, mailcheck.Textf("Seen"), asItIs(detail)}
}

// asItIs is evidence, in which nothing is translated.
func asItIs(detail mailcheck.Text) mailcheck.Text { return verbatim(detail.String()) }

// findingTitle writes the line above what is said of a finding.
func (p *page) findingTitle(severity checks.Severity, title mailcheck.Text) {
	title = p.in(title)
	if p.tell(block{title: true, severity: severity, item: item{text: title}}) {
		return
	}
	word := p.in(severityWord(severity)).String()
	for i, line := range wrap(title.String(), p.width()-4) {
		if i > 0 {
			line = "    " + line
		}
		p.WriteString(strings.Replace(line, word, p.paint(word, severity), 1) + "\n")
	}
}

// toDo says who does what, the user first where he can do something meanwhile.
func toDo(f mailcheck.Finding) []item {
	if !f.Meanwhile.Empty() && f.Actor() != checks.User {
		return []item{{toAct, actor(checks.User), f.Meanwhile}, {toAct, actor(f.Actor()), f.Mend()}}
	}
	return []item{{toAct, actor(f.Actor()), f.Remedy()}}
}

// fewConsequences is how many consequences of a cause are told without -v: the
// cause is what has to be mended.
const fewConsequences = 3

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
func alsoWord(g group) mailcheck.Text {
	if g.Server == "" {
		return mailcheck.Textf("Also seen by")
	}
	return mailcheck.Textf("Also seen at")
}

// about adds places and evidence to a sentence without its full stop.
func about(sentence mailcheck.Text, g group, evidence mailcheck.Text) mailcheck.Text {
	if len(g.Places) > 0 {
		sentence = mailcheck.Textf("%s: %s", sentence, mailcheck.ListOf(g.Places).AtMost(3))
	}
	if !evidence.Empty() {
		sentence = mailcheck.Textf("%s: %s", sentence, asItIs(evidence))
	}
	return sentence
}

func placeWord(g group) mailcheck.Text {
	switch {
	case g.Server == "":
		return mailcheck.Textf("Source")
	case len(g.Places) > 1:
		return mailcheck.Textf("Servers")
	}
	return mailcheck.Textf("Server")
}

// severityWord is how serious a finding is, in the line that is its title.
func severityWord(s checks.Severity) mailcheck.Text {
	return ours(strings.ToUpper(s.String()))
}

func actor(w checks.Who) mailcheck.Text { return ours(Actor(w)) }

// Actor names the person who can mend a fault, as the help desk would.
func Actor(w checks.Who) string {
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
