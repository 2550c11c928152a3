package mailcheck

import (
	"fmt"
	"time"
)

// Step is one network operation of a source or a probe. It fails at most once.
type Step struct {
	Op       Op
	Target   string        // what was asked: a name, an endpoint, a URL
	Start    time.Duration // since the run began
	Elapsed  time.Duration
	Detail   string // what came back, cleaned, in one line
	Err      error
	Findings []Finding
}

func FindingsOf(steps []Step) []Finding {
	var all []Finding
	for _, s := range steps {
		all = append(all, s.Findings...)
	}
	return all
}

// String describes a step in one line, for a transcript.
func (s Step) String() string {
	text := fmt.Sprintf("%s %s", s.Op, s.Target)
	if s.Detail != "" {
		text += ": " + s.Detail
	}
	if s.Err != nil {
		text += ": " + Clean(s.Err.Error())
	}
	return text
}
