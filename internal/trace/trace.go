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
	"crypto/tls"
	"errors"
	"slices"
	"strings"
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
	more := 0
	for _, b := range branches {
		more += len(b.Steps)
	}
	t.Steps = slices.Grow(t.Steps, more)
	for _, b := range branches {
		t.Steps = append(t.Steps, b.Steps...)
	}
}

// Forget drops what was found in the steps so far: it is said elsewhere, or does not
// matter.
func (t *Trace) Forget() {
	for i := range t.Steps {
		t.Steps[i].Findings = nil
	}
}

// Since returns the time since the run began.
func (t *Trace) Since() time.Duration { return time.Since(t.began) }

// Skip leaves a time out of the account in which nothing was done, or, where it is negative,
// adds one in which somebody else did it: steps that follow begin so much earlier.
func (t *Trace) Skip(d time.Duration) { t.began = t.began.Add(d) }

// Follow appends copies of steps that were made elsewhere, where the first began at from;
// here it began at to.
func (t *Trace) Follow(steps []mailcheck.Step, from, to time.Duration) {
	t.Steps = slices.Grow(t.Steps, len(steps))
	for _, s := range steps {
		s.Start += to - from
		s.Findings = slices.Clone(s.Findings)
		t.Steps = append(t.Steps, s)
	}
}

// Say sets the detail of the last step.
func (t *Trace) Say(format string, args ...any) {
	if n := len(t.Steps); n > 0 {
		t.Steps[n-1].Detail = mailcheck.Evidencef(format, args...)
	}
}

// Got keeps what DNS has of a type at a name with the last step, cleaned and bounded. Each
// record is as a zone file has it, but of TXT the text alone.
func (t *Trace) Got(name, kind string, data []string) {
	kept, _ := mailcheck.Bounded(data)
	set := &mailcheck.RecordSet{Name: name, Type: kind}
	for _, record := range kept {
		set.Data = append(set.Data, mailcheck.Clean(record))
	}
	if n := len(t.Steps); n > 0 {
		t.Steps[n-1].Records = set
	}
}

// Find adds a finding to the last step.
func (t *Trace) Find(c *checks.Check, format string, args ...any) *mailcheck.Finding {
	return t.FindText(c, mailcheck.Evidencef(format, args...))
}

// FindText does so with evidence that is a text already.
func (t *Trace) FindText(c *checks.Check, detail mailcheck.Text) *mailcheck.Finding {
	if len(t.Steps) == 0 {
		t.Steps = append(t.Steps, mailcheck.Step{Start: t.Since()})
	}
	return found(&t.Steps[len(t.Steps)-1], mailcheck.NewFindingText(c, detail))
}

// Fix sets the remedy of the last finding, if there is a better one than the
// check's own.
func (t *Trace) Fix(format string, args ...any) {
	if len(t.Steps) == 0 {
		return
	}
	if findings := t.Steps[len(t.Steps)-1].Findings; len(findings) > 0 {
		findings[len(findings)-1].Fix = mailcheck.Textf(format, args...)
	}
}

// FindAt adds a finding to the step with that index, where a fault shows only later.
func (t *Trace) FindAt(i int, c *checks.Check, format string, args ...any) *mailcheck.Finding {
	return found(&t.Steps[i], mailcheck.NewFinding(c, format, args...))
}

// found adds a finding to a step. It is about what was asked for: a name in DNS, a
// document.
func found(s *mailcheck.Step, f mailcheck.Finding) *mailcheck.Finding {
	switch s.Op {
	case mailcheck.OpLookup:
		f.Name, f.Record, _ = strings.Cut(s.Target, " ")
	case mailcheck.OpResolve:
		f.Name = s.Target
	case mailcheck.OpFetch, mailcheck.OpParse:
		f.URL = s.Target
	}
	s.Findings = append(s.Findings, f)
	return &s.Findings[len(s.Findings)-1]
}

// Findings returns the findings of all steps, in order.
func (t *Trace) Findings() []mailcheck.Finding { return mailcheck.FindingsOf(t.Steps) }

// Do runs one network operation and records it as a step. An error is
// classified into the step's finding and returned, so that the caller only
// decides whether to go on.
func Do[T any](ctx context.Context, t *Trace, op mailcheck.Op, target string, f func(context.Context) (T, error)) (T, error) {
	start := time.Now()
	v, err := f(ctx)
	step := mailcheck.Step{Op: op, Target: target, Start: start.Sub(t.began), Elapsed: time.Since(start)}
	if err != nil {
		check, detail := Classify(op, err)
		timeout := isTimeout(err)
		if timeout && detail.Equal(noAnswer) {
			detail = mailcheck.Textf("no answer within %s", mailcheck.Span(step.Elapsed))
		}
		over := Ended(ctx)
		if over && (ctx.Err() == context.Canceled || step.Elapsed < Decisive(op)) {
			check, detail = checks.RunTimeout, mailcheck.Textf("not finished: %s", op)
			if op == mailcheck.OpLookup || op == mailcheck.OpFetch {
				detail = mailcheck.Textf("%s %s", detail, target) // a server is named with the finding
			}
			if timeout && step.Elapsed >= time.Second {
				detail = mailcheck.Textf("%s, without an answer for %s", detail, mailcheck.Span(step.Elapsed))
			}
		}
		if over && (check == checks.RunTimeout || timeout) {
			// Whether the connection or the context noticed first is chance.
			err = cmp.Or(ctx.Err(), context.DeadlineExceeded)
		}
		Fail(&step, err)
		found(&step, mailcheck.NewFindingText(check, detail))
	}
	t.Steps = append(t.Steps, step)
	return v, err
}

// Fail notes in a step what went wrong, as facts that outlive the error.
func Fail(s *mailcheck.Step, err error) {
	s.Error, s.Reach = mailcheck.Clean(err.Error()), ConnectState(err)
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(e.UnverifiedCertificates) > 0 {
		leaf := CertificateOf(e.UnverifiedCertificates[0])
		s.Leaf = &leaf
	}
}

// Ended reports whether the run is over. A connection's deadline that was set to
// the end of the run can fire a moment before the context notices.
func Ended(ctx context.Context) bool {
	end, limited := ctx.Deadline()
	return ctx.Err() != nil || limited && !time.Now().Before(end)
}

// Decisive is how long a step has to wait for its verdict to stand although the run's
// time ended it. A connection may lose a packet, which is sent again after a second; a
// server in order takes seconds for a key operation or a reply under load, waits before
// it greets to expose those who talk first, and makes a wrong password wait. What waited
// for less was not finished, whoever is slow.
func Decisive(op mailcheck.Op) time.Duration {
	switch op {
	case mailcheck.OpGreeting:
		return 10 * time.Second
	case mailcheck.OpAuth, mailcheck.OpMailbox:
		return 15 * time.Second
	case mailcheck.OpLookup, mailcheck.OpResolve, mailcheck.OpTLS, mailcheck.OpCapability, mailcheck.OpStartTLS:
		return 5 * time.Second
	}
	return 2 * time.Second
}
