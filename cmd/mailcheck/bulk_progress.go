package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/bulk"
	"mailcheck/report"
)

// underWay is what is shown while a survey goes on.
type underWay struct {
	display
	total int // accounts to be tested
	began time.Time

	mu     sync.Mutex
	done   int
	counts map[mailcheck.Verdict]int
	inHand map[string]time.Time // what is being tested, since when
}

func newUnderWay(total int) *underWay {
	return &underWay{total: total, began: time.Now(), counts: map[mailcheck.Verdict]int{}, inHand: map[string]time.Time{}}
}

func (u *underWay) begun(in bulk.Input) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.inHand[mailcheck.Clean(in.Text)] = time.Now()
}

func (u *underWay) ended(o report.Outcome) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.inHand, o.Input)
	u.done++
	if o.Report != nil {
		u.counts[cmp.Or(o.Report.Verdict, mailcheck.Untested)]++
	}
}

// mostWaiting is how many of those that a survey waits for are named.
const mostWaiting = 3

// lines are how far it is, how long it will take, and what it has waited for the longest.
func (u *underWay) lines(now time.Time, width, _ int) []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	text := fmt.Sprintf("%d of %d: %d pass, %d warn, %d fail, %d untested", u.done, u.total,
		u.counts[mailcheck.Pass], u.counts[mailcheck.Warn], u.counts[mailcheck.Fail], u.counts[mailcheck.Untested])
	if passed := now.Sub(u.began).Seconds(); u.done > 0 && passed > 0 {
		rate := float64(u.done) / passed
		text += fmt.Sprintf("; %.1f a second, %s left", rate, mailcheck.Span(float64(u.total-u.done)/rate*float64(time.Second)))
	}
	lines := []string{shortened(text, width-1)}
	if u.plain || len(u.inHand) == 0 {
		return lines
	}
	waiting := slices.SortedFunc(maps.Keys(u.inHand), func(a, b string) int {
		return cmp.Or(u.inHand[a].Compare(u.inHand[b]), cmp.Compare(a, b))
	})
	text = "  waiting for"
	for _, address := range waiting[:min(mostWaiting, len(waiting))] {
		text += fmt.Sprintf(" %s (%.0f s)", address, now.Sub(u.inHand[address]).Seconds())
	}
	if more := len(waiting) - mostWaiting; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return append(lines, shortened(text, width-1))
}
