package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"mailcheck"
	"mailcheck/bulk"
	"mailcheck/bulk/queue"
	"mailcheck/report"
)

// underWay is what is shown while a survey goes on.
type underWay struct {
	display
	began time.Time

	// others is whether other machines are at work on the survey too: then the queue tells how
	// much is done.
	others bool

	mu     sync.Mutex
	total  int                       // addresses in the survey
	done   int                       // of them, wherever that was
	before int                       // of those, when it began
	here   int                       // done by this process
	counts map[mailcheck.Verdict]int // of those; nil where nothing is tested
	inHand map[string]time.Time      // what is being tested, since when
	silent bool                      // the server with the queue does not answer
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
	u.add(1)
	if o.Report != nil {
		u.counts[cmp.Or(o.Report.Verdict, mailcheck.Untested)]++
	}
}

// postponed says that something is to be tested later, by whoever comes to it.
func (u *underWay) postponed(in bulk.Input) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.inHand, mailcheck.Clean(in.Text))
}

// fed says that so many addresses were put into the queue.
func (u *underWay) fed(n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.add(n)
}

func (u *underWay) add(n int) {
	u.here += n
	if !u.others {
		u.done += n
	}
}

// told is what the queue says of the survey: how many have a line, and how many are left.
func (u *underWay) told(lines, left int, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.silent = err != nil
	if err != nil {
		return
	}
	if u.total == 0 { // the first time
		u.before = lines
	}
	u.total = lines + left
	if u.others {
		u.done = lines
	}
}

// mostWaiting is how many of those that a survey waits for are named.
const mostWaiting = 3

// lines are how far it is, how long it will take, and what it has waited for the longest.
func (u *underWay) lines(now time.Time, width, _ int) []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	lines := []string{shortened(u.head(now), width-1)}
	if u.plain || len(u.inHand) == 0 {
		return lines
	}
	waiting := slices.SortedFunc(maps.Keys(u.inHand), func(a, b string) int {
		return cmp.Or(u.inHand[a].Compare(u.inHand[b]), cmp.Compare(a, b))
	})
	text := "  waiting for"
	for _, address := range waiting[:min(mostWaiting, len(waiting))] {
		text += fmt.Sprintf(" %s (%.0f s)", address, now.Sub(u.inHand[address]).Seconds())
	}
	if more := len(waiting) - mostWaiting; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return append(lines, shortened(text, width-1))
}

// head says how far it is.
func (u *underWay) head(now time.Time) string {
	text := fmt.Sprintf("%d of %d", u.done, u.total)
	if u.others {
		text += fmt.Sprintf(", %d here", u.here)
	}
	if u.counts != nil {
		text += fmt.Sprintf(": %d pass, %d warn, %d fail, %d untested",
			u.counts[mailcheck.Pass], u.counts[mailcheck.Warn], u.counts[mailcheck.Fail], u.counts[mailcheck.Untested])
	}
	if u.silent {
		return text + "; waiting for the server with the queue"
	}
	if passed, since := now.Sub(u.began).Seconds(), u.done-u.before; since > 0 && passed > 0 {
		rate := float64(since) / passed
		text += fmt.Sprintf("; %.1f a second, %s left", rate, mailcheck.Span(float64(u.total-u.done)/rate*float64(time.Second)))
	}
	return text
}

// shown shows it on the terminal, if there is one, until the function that it returns is called; of
// a survey in a queue it asks that now and then.
func (u *underWay) shown(c *cobra.Command, q *queue.Queue) (hidden func()) {
	screen, ok := terminalOf(c.ErrOrStderr())
	if !ok {
		return func() {}
	}
	ctx, stop := context.WithCancel(c.Context())
	var asking sync.WaitGroup
	if q != nil {
		asking.Go(func() { u.follow(ctx, q.Count) })
	}
	hide := u.show(screen, u.lines)
	return func() {
		stop()
		asking.Wait()
		hide()
	}
}

// How often a queue is asked how far a survey is, and for how long.
const (
	countEvery = 2 * time.Second
	countTime  = 5 * time.Second
)

// follow asks a queue again and again how far the survey is.
func (u *underWay) follow(ctx context.Context, count func(context.Context) (lines, left int, err error)) {
	for ctx.Err() == nil {
		asked, cancel := context.WithTimeout(ctx, countTime)
		u.told(count(asked))
		cancel()
		select {
		case <-time.After(countEvery):
		case <-ctx.Done():
		}
	}
}
