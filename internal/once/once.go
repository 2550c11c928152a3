// Package once lets many callers share the answers to questions that cost something, so
// that each question is asked once as long as its answer counts.
package once

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Answers are questions that were answered, or are being asked. Make it with [New]. It is
// safe for use by several goroutines.
type Answers[T any] struct {
	most   int
	weight func(T) int
	full   int
	life   time.Duration

	mu      sync.Mutex
	entries map[string]*entry[T]
	used    *list.List // of the questions that were answered, the one that was wanted last in front
	heavy   int        // weight of all answers
}

// entry is one question.
type entry[T any] struct {
	done    chan struct{} // closed when it is answered, or was not
	answer  T
	good    bool // answer is one for everybody
	expires time.Time
	place   *list.Element // in used; nil while it is being asked
}

// New returns an empty memory. It holds the answers that were wanted last: so many of them,
// and so heavy together, as weight has it (nil: they weigh nothing); each counts for life
// after it was given.
func New[T any](most int, life time.Duration, full int, weight func(T) int) *Answers[T] {
	return &Answers[T]{most: most, life: life, full: full, weight: weight, entries: map[string]*entry[T]{}, used: list.New()}
}

// Get returns the answer to a question: the one that is remembered, or that another caller
// is just asking for, or else that of ask. It reports whether ask was called. An answer
// that ask calls no good is for its caller alone, and the next one asks anew. The error is
// the context's, of a caller who did not wait until another one had his answer.
func (a *Answers[T]) Get(ctx context.Context, question string, ask func() (answer T, good bool)) (answer T, asked bool, err error) {
	for {
		e, mine := a.join(question)
		if mine {
			answer, good := ask()
			a.settle(question, e, answer, good)
			return answer, true, nil
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			return answer, false, ctx.Err()
		}
		if e.good {
			return e.answer, false, nil
		}
	}
}

// join returns the entry of a question, and whether the caller is to answer it.
func (a *Answers[T]) join(question string) (e *entry[T], mine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e = a.entries[question]; e != nil && (e.place == nil || time.Now().Before(e.expires)) {
		if e.place != nil {
			a.used.MoveToFront(e.place)
		}
		return e, false
	}
	if e != nil {
		a.forget(e.place)
	}
	e = &entry[T]{done: make(chan struct{})}
	a.entries[question] = e
	return e, true
}

// settle keeps an answer, and lets those go on who wait for it.
func (a *Answers[T]) settle(question string, e *entry[T], answer T, good bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer close(e.done)
	if !good {
		delete(a.entries, question)
		return
	}
	e.answer, e.good, e.expires = answer, true, time.Now().Add(a.life)
	e.place = a.used.PushFront(question)
	a.heavy += a.weigh(e)
	for a.used.Len() > a.most || a.heavy > a.full && a.used.Len() > 0 {
		a.forget(a.used.Back())
	}
}

// forget removes a question that was answered.
func (a *Answers[T]) forget(place *list.Element) {
	question := a.used.Remove(place).(string)
	a.heavy -= a.weigh(a.entries[question])
	delete(a.entries, question)
}

func (a *Answers[T]) weigh(e *entry[T]) int {
	if a.weight == nil {
		return 0
	}
	return a.weight(e.answer)
}
