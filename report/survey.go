package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// Outcome is what became of one line of the input of a survey.
type Outcome struct {
	Input    string            // the address as it was given; empty where a secret may stand in its place
	File     string            // that it stands in, - for standard input
	Line     int               // in the file, from 1
	Operator string            // who runs the account's servers; empty where nobody knows
	Report   *mailcheck.Report // nil where there is none
	Error    string            // why there is none
	Hint     string            // what to do about that
}

// Key tells the accounts of a survey apart. What is no address has a place only.
func (o Outcome) Key() string {
	if o.Report != nil {
		return o.Report.Address.String()
	} else if a, err := mailcheck.ParseAddress(o.Input); err == nil {
		return a.String()
	}
	return fmt.Sprintf("%s:%d:%s", o.File, o.Line, o.Input)
}

// Survey counts outcomes. Its zero value is ready. What it takes is bounded, however many
// there are.
type Survey struct {
	Duplicates int // lines that were left out, since their address stands elsewhere

	verdicts  map[mailcheck.Verdict]int
	errors    int // lines without a report
	faults    map[string]*fault
	operators map[string]*standing
	sources   []*sourceCount // in the order of trust
}

// How many checks and operators are counted one by one. There are a few hundred checks, and
// what a survey says of the smallest operators nobody reads.
const (
	maxFaults    = 1_000
	maxOperators = 10_000
)

// fault is how often a check was found.
type fault struct {
	check    *checks.Check
	severity checks.Severity // the gravest it had
	accounts int             // at which it was found
	example  string          // one of them
}

// standing is how the accounts of an operator stand.
type standing struct {
	operator string
	verdicts map[mailcheck.Verdict]int
	accounts int
}

// sourceCount is what became of a source.
type sourceCount struct {
	name   string
	states map[mailcheck.State]int
}

// verdictsShown are the verdicts in the order of a survey.
var verdictsShown = []mailcheck.Verdict{mailcheck.Pass, mailcheck.Warn, mailcheck.Fail, mailcheck.Untested}

// Add counts one more.
func (s *Survey) Add(o Outcome) {
	if s.verdicts == nil {
		s.verdicts, s.faults, s.operators = map[mailcheck.Verdict]int{}, map[string]*fault{}, map[string]*standing{}
	}
	if o.Report == nil {
		s.errors++
		return
	}
	verdict := mailcheck.Verdict(verdictWord(o.Report.Verdict))
	s.verdicts[verdict]++
	s.addOperator(o.Operator, verdict)
	s.addFaults(o.Report)
	for _, source := range o.Report.Sources {
		s.addSource(source)
	}
}

func (s *Survey) addOperator(name string, verdict mailcheck.Verdict) {
	if name == "" {
		return
	}
	of := s.operators[name]
	if of == nil && len(s.operators) >= maxOperators {
		return
	} else if of == nil {
		of = &standing{operator: name, verdicts: map[mailcheck.Verdict]int{}}
		s.operators[name] = of
	}
	of.verdicts[verdict]++
	of.accounts++
}

// addFaults counts each check once an account, and no consequences of another.
func (s *Survey) addFaults(r *mailcheck.Report) {
	seen, causes := map[string]bool{}, causesOf(r.Findings)
	for _, f := range r.Findings {
		if causes.root(f) != nil {
			continue
		}
		of := s.faults[f.Check.ID]
		if of == nil && len(s.faults) >= maxFaults {
			continue
		} else if of == nil {
			of = &fault{check: f.Check, example: r.Address.String()}
			s.faults[f.Check.ID] = of
		}
		of.severity = max(of.severity, f.Severity)
		if !seen[f.Check.ID] {
			seen[f.Check.ID] = true
			of.accounts++
		}
	}
}

func (s *Survey) addSource(source mailcheck.SourceResult) {
	i := slices.IndexFunc(s.sources, func(c *sourceCount) bool { return c.name == source.Name })
	if i < 0 && len(s.sources) >= maxFaults {
		return
	} else if i < 0 {
		i = len(s.sources)
		s.sources = append(s.sources, &sourceCount{source.Name, map[mailcheck.State]int{}})
	}
	s.sources[i].states[source.State]++
}

// Count returns how many accounts have a verdict.
func (s *Survey) Count(v mailcheck.Verdict) int { return s.verdicts[v] }

// Accounts returns how many were counted, whatever their verdict.
func (s *Survey) Accounts() (n int) {
	for _, of := range s.verdicts {
		n += of
	}
	return n
}

// Exit is the exit code: 1 where an account fails or could not be judged, or a line has an
// error.
func (s *Survey) Exit(opts Options) int {
	if s.verdicts[mailcheck.Fail]+s.verdicts[mailcheck.Untested]+s.errors > 0 || opts.Strict && s.verdicts[mailcheck.Warn] > 0 {
		return 1
	}
	return 0
}

// commonest returns what was found of some severities, the commonest first.
func (s *Survey) commonest(least, most checks.Severity) []*fault {
	all := slices.DeleteFunc(slices.Collect(maps.Values(s.faults)), func(f *fault) bool { return f.severity < least || f.severity > most })
	slices.SortFunc(all, func(a, b *fault) int {
		return cmp.Or(cmp.Compare(b.accounts, a.accounts), cmp.Compare(b.severity, a.severity), cmp.Compare(a.check.ID, b.check.ID))
	})
	return all
}

// largest returns the operators, those with the most accounts first.
func (s *Survey) largest() []*standing {
	all := slices.Collect(maps.Values(s.operators))
	slices.SortFunc(all, func(a, b *standing) int {
		return cmp.Or(cmp.Compare(b.accounts, a.accounts), cmp.Compare(a.operator, b.operator))
	})
	return all
}
