package serve

import (
	"maps"
	"slices"
	"time"

	"mailcheck"
)

// Counts are what the runs have come to since the service began, for whoever watches it.
type Counts struct {
	Working, Waiting int                       // runs, now
	Started          int                       // runs
	Refused          int                       // that somebody wanted, and that were not made
	Ended            map[mailcheck.Verdict]int // runs with a report
	Broken           int                       // runs without one
	Took             []int                     // runs that took no longer than the bound of the same index; longer ones are counted by Ended alone
	Time             time.Duration             // of all that ended
}

// Bounds are how long runs take, from hardly to very.
var Bounds = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, time.Minute}

// add counts a run that has ended; nil is one without a report.
func (c *Counts) add(report *mailcheck.Report, took time.Duration) {
	if report == nil {
		c.Broken++
		return
	}
	if c.Ended == nil {
		c.Ended, c.Took = map[mailcheck.Verdict]int{}, make([]int, len(Bounds))
	}
	c.Ended[report.Verdict]++
	c.Time += took
	for i, bound := range Bounds {
		if took <= bound {
			c.Took[i]++
		}
	}
}

// Counts returns them.
func (r *Runs) Counts() Counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.counts
	c.Waiting, c.Working = r.waiting, len(r.working)
	c.Ended, c.Took = maps.Clone(c.Ended), slices.Clone(c.Took)
	return c
}
