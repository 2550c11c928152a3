package mailcheck

import (
	"fmt"
	"slices"
	"time"
)

// Step is one network operation of a source or a probe. It fails at most once.
type Step struct {
	Op       Op
	Target   string        // what was asked: a name, an endpoint, a URL
	Start    time.Duration // since the run began
	Elapsed  time.Duration
	Detail   Text         // what came back, in one line
	Error    string       // what went wrong, cleaned; empty if nothing did
	Reach    Reach        // how it went wrong, as far as that is about reaching somebody
	Leaf     *Certificate // the certificate that could not be verified, where that is what went wrong
	Records  *RecordSet   // what DNS has, where that was asked and answered; nil where it is not kept
	Findings []Finding
}

// RecordSet is all that DNS has of one type at one name (RFC 2181 section 5).
type RecordSet struct {
	Name string   // lower case, without the dot at the end
	Type string   // such as "SRV"
	Data []string // of each record, as a zone file has it, but of TXT the text alone; empty where there is no record
}

// Failed reports whether the operation did not succeed.
func (s Step) Failed() bool { return s.Error != "" }

// Reach is what became of an attempt to reach somebody.
type Reach string

// The ways it can go.
const (
	Connected    Reach = "connected"
	Refused      Reach = "refused" // which proves that the host is there
	TimedOut     Reach = "timeout"
	Unreachable  Reach = "unreachable" // no way leads there
	NotReached   Reach = "failed"      // anything else
	NotAttempted Reach = "untested"
)

// FindingsOf returns the findings of steps, in order.
func FindingsOf(steps []Step) []Finding {
	found := 0
	for i := range steps {
		found += len(steps[i].Findings)
	}
	all := slices.Grow([]Finding(nil), found)
	for i := range steps {
		all = append(all, steps[i].Findings...)
	}
	return all
}

// String describes a step in one line, for a transcript.
func (s Step) String() string {
	text := fmt.Sprintf("%s %s", s.Op, s.Target)
	if !s.Detail.Empty() {
		text += ": " + s.Detail.String()
	}
	if s.Error != "" {
		text += ": " + s.Error
	}
	return text
}
