package mailcheck

// Lint is the judgement of one setup file.
type Lint struct {
	File     string // as named: a path, a URL, or - for standard input
	Kind     string // what the file is, in words; empty if that is unknown
	Clients  []ClientResult
	Findings []Finding // in the order of the file; notes on the whole of it last
	Verdict  Verdict
}
