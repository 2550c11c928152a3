package mailcheck

// Lint is the judgement of one setup file.
type Lint struct {
	File     string // as named: a path, a URL, or - for standard input
	Kind     string // what the file is, in words; empty if that is unknown
	Clients  []ClientResult
	Findings []LintFinding // in the order of the file; notes on the whole of it last
	Verdict  Verdict
}

// LintFinding is a finding at a place in a file.
type LintFinding struct {
	Finding
	Line, Column int // both from 1; 0 if the whole file is meant
}
