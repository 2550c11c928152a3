package probes

import (
	"context"
	"sync"
	"time"
)

// stopwatch measures the time that the test of one server takes, and not the time that it
// waits for its turn: that is nobody's fault, and no time limit may count it.
type stopwatch struct {
	mu      sync.Mutex
	limited bool
	left    time.Duration // of the run's time, when it last stood still
	spent   time.Duration
	going   int       // questions under way
	since   time.Time // when the first of them began
}

// newStopwatch returns one that has so much time; 0 for as much as it takes.
func newStopwatch(limit time.Duration) *stopwatch {
	return &stopwatch{limited: limit > 0, left: limit}
}

// start lets the time run. The context ends when it is over; stop lets it stand still
// again, and returns how long it ran.
func (w *stopwatch) start(ctx context.Context) (_ context.Context, stop func() time.Duration) {
	began := time.Now()
	w.mu.Lock()
	if w.going == 0 {
		w.since = began
	}
	w.going++
	end := w.since.Add(w.left)
	w.mu.Unlock()
	cancel := func() {}
	if w.limited {
		ctx, cancel = context.WithDeadline(ctx, end)
	}
	return ctx, func() time.Duration {
		cancel()
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.going--; w.going == 0 {
			w.take(time.Since(w.since))
		}
		return time.Since(began)
	}
}

// charge takes off time that somebody else has spent on the answer.
func (w *stopwatch) charge(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.take(d)
}

func (w *stopwatch) take(d time.Duration) {
	w.left -= d
	w.spent += d
}

func (w *stopwatch) took() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.spent
}

// standing is a context whose deadline is always as far away as the stopwatch has time
// left. Nothing ends with it but by cancellation: what asks a server has a context from
// [stopwatch.start].
type standing struct {
	context.Context
	watch *stopwatch
}

func (c standing) Deadline() (time.Time, bool) {
	c.watch.mu.Lock()
	defer c.watch.mu.Unlock()
	if !c.watch.limited {
		return time.Time{}, false
	}
	if c.watch.going > 0 {
		return c.watch.since.Add(c.watch.left), true
	}
	return time.Now().Add(c.watch.left), true
}
