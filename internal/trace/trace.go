// Package trace records what a source or a probe does on the network, step by step,
// and turns every error and refusal into the check it is an occurrence of.
//
// A step fails at most once, and it is classified once, where it failed: [Do] makes
// the step, [Classify] reads the error. What a server says in refusing a client or a
// login is read here too ([ClassifyTurnedAway], [ClassifyLogin]). Nobody else reads
// the texts of errors.
package trace

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// Trace is the steps of one source or one probe, in order. It belongs to one
// goroutine; work done side by side gets a trace of its own from [Trace.Branch]
// and is put back with [Trace.Join] in an order that does not depend on timing.
type Trace struct {
	Steps []mailcheck.Step
	began time.Time
}

// New returns an empty trace whose steps count time from began.
func New(began time.Time) *Trace { return &Trace{began: began} }

// Branch returns an empty trace with the same beginning.
func (t *Trace) Branch() *Trace { return &Trace{began: t.began} }

// Join appends the steps of the branches in the order given.
func (t *Trace) Join(branches ...*Trace) {
	for _, b := range branches {
		t.Steps = append(t.Steps, b.Steps...)
	}
}

// Since returns the time since the run began.
func (t *Trace) Since() time.Duration { return time.Since(t.began) }

// Say sets the detail of the last step.
func (t *Trace) Say(detail string) {
	if n := len(t.Steps); n > 0 {
		t.Steps[n-1].Detail = mailcheck.Clean(detail)
	}
}

// Find adds a finding to the last step.
func (t *Trace) Find(c *checks.Check, detail string) *mailcheck.Finding {
	if len(t.Steps) == 0 {
		t.Steps = append(t.Steps, mailcheck.Step{Start: t.Since()})
	}
	return t.FindAt(len(t.Steps)-1, c, detail)
}

// Fix sets the remedy of the last finding, if there is a better one than the
// check's own.
func (t *Trace) Fix(remedy string) {
	if len(t.Steps) == 0 {
		return
	}
	if findings := t.Steps[len(t.Steps)-1].Findings; len(findings) > 0 {
		findings[len(findings)-1].Fix = remedy
	}
}

// FindAt adds a finding to the step with that index, where a fault shows only later.
func (t *Trace) FindAt(i int, c *checks.Check, detail string) *mailcheck.Finding {
	step := &t.Steps[i]
	step.Findings = append(step.Findings, mailcheck.Finding{Check: c, Severity: c.Severity, Detail: mailcheck.Clean(detail)})
	return &step.Findings[len(step.Findings)-1]
}

// Findings returns the findings of all steps, in order.
func (t *Trace) Findings() []mailcheck.Finding { return mailcheck.FindingsOf(t.Steps) }

// Do runs one network operation and records it as a step. An error is
// classified into the step's finding and returned, so that the caller only
// decides whether to go on.
func Do[T any](ctx context.Context, t *Trace, op mailcheck.Op, target string, f func(context.Context) (T, error)) (T, error) {
	start := time.Now()
	v, err := f(ctx)
	t.Steps = append(t.Steps, mailcheck.Step{
		Op: op, Target: target, Err: err,
		Start: start.Sub(t.began), Elapsed: time.Since(start),
	})
	if err != nil {
		check, detail := Classify(op, err)
		if detail == noAnswer {
			detail = fmt.Sprintf("no answer within %s", mailcheck.Span(time.Since(start)))
		}
		over := ended(ctx)
		if over && (ctx.Err() == context.Canceled || time.Since(start) < decisive) {
			check, detail = checks.RunTimeout, fmt.Sprintf("not finished: %s %s", op, target)
		}
		if over && (check == checks.RunTimeout || isTimeout(err)) {
			// Whether the connection or the context noticed first is chance.
			t.Steps[len(t.Steps)-1].Err = cmp.Or(ctx.Err(), context.DeadlineExceeded)
		}
		t.Find(check, detail)
	}
	return v, err
}

// ended reports whether the run is over. A connection's deadline that was set to
// the end of the run can fire a moment before the context notices.
func ended(ctx context.Context) bool {
	end, limited := ctx.Deadline()
	return ctx.Err() != nil || limited && !time.Now().Before(end)
}

// decisive is how long a step has to wait for its verdict to stand although the
// run's time ended it: long enough for a lost packet to be sent again.
const decisive = 2 * time.Second
