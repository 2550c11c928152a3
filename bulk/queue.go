package bulk

import (
	"context"
	"slices"
	"sync"
	"time"
)

// queue hands out what is to be tested. What has to wait gives way to what has not.
type queue struct {
	mu      sync.Mutex
	fresh   []Input
	waiting []waiting     // the next one first
	busy    int           // handed out
	changed chan struct{} // closed when somebody who waits should look again
}

// waiting is an input that must not be tested before its time.
type waiting struct {
	Input
	tries int // that were made of it
	due   time.Time
}

func newQueue(inputs []Input) *queue { return &queue{fresh: inputs, changed: make(chan struct{})} }

// take returns the next one, and how often it was tried; false where there is nothing more, or
// the context has ended. Whoever takes one gives it back.
func (q *queue) take(ctx context.Context) (in Input, tries int, ok bool) {
	for {
		q.mu.Lock()
		wait := time.Duration(-1)
		switch {
		case ctx.Err() != nil:
			q.mu.Unlock()
			return Input{}, 0, false
		case len(q.waiting) > 0 && !q.waiting[0].due.After(time.Now()):
			in, tries, ok = q.waiting[0].Input, q.waiting[0].tries, true
			q.waiting = slices.Delete(q.waiting, 0, 1)
		case len(q.fresh) > 0:
			in, ok = q.fresh[0], true
			q.fresh = q.fresh[1:]
		case len(q.waiting) > 0:
			wait = time.Until(q.waiting[0].due)
		case q.busy == 0:
			q.mu.Unlock()
			return Input{}, 0, false
		}
		if ok {
			q.busy++
			q.mu.Unlock()
			return in, tries, true
		}
		changed := q.changed
		q.mu.Unlock()
		q.await(ctx, wait, changed)
	}
}

// await waits for a time, if it is one, for a change, or for the end.
func (q *queue) await(ctx context.Context, wait time.Duration, changed <-chan struct{}) {
	var due <-chan time.Time
	if wait >= 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-changed:
	case <-ctx.Done():
	}
}

// giveBack says that an input needs nothing more, or when it is to be tested again.
func (q *queue) giveBack(in Input, tries int, again time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy--
	if !again.IsZero() {
		w := waiting{in, tries, again}
		i, _ := slices.BinarySearchFunc(q.waiting, w, func(a, b waiting) int { return a.due.Compare(b.due) })
		q.waiting = slices.Insert(q.waiting, i, w)
	}
	close(q.changed)
	q.changed = make(chan struct{})
}

// left returns how many were never handed out, or have to wait.
func (q *queue) left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.fresh) + len(q.waiting)
}

// pace spreads what is done at each operator: no more than some a minute.
type pace struct {
	mu      sync.Mutex
	between time.Duration
	next    map[string]time.Time // by operator
}

// reserve returns when the next may begin at an operator, and keeps that time for the caller.
func (p *pace) reserve(operator string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	due := p.next[operator]
	if due.Before(now) {
		due = now
	}
	p.next[operator] = due.Add(p.between)
	return due
}
