// Package bulk checks many addresses: a survey.
//
// [Read] and [ReadAccounts] make inputs of what a user has, [Plan] puts them in order, and
// [Survey.Run] checks them, some at a time, and hands over each outcome as soon as it is known.
// A [File] keeps them, so that a survey that was killed goes on where it was.
//
// All runs share one client: what DNS has answered is known to the next one, and with a
// [probes.Survey] what servers have. Whatever a run costs is given back when its outcome is written, so that memory grows with how many run at
// once and hardly with how many there are.
package bulk

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
	"mailcheck/probes"
	"mailcheck/report"
)

// Survey says how many addresses are checked.
type Survey struct {
	Client      *probes.Client
	Options     probes.Options // of each run; Credentials has no more than the hosts that the user vouches for
	Timeout     time.Duration  // of each run, in which the wait for a turn does not count
	Concurrency int            // runs at once

	// LoginsPerOperator is how many accounts of one operator are logged in to in a minute at the
	// most. An operator is known by the domain's mail exchanger.
	LoginsPerOperator int

	// Begun is told what is being checked, from several goroutines. Nil: nobody watches.
	Begun func(Input)

	// Done takes the outcomes, one at a time, in the order in which they are known. An error
	// ends the survey.
	Done func(report.Outcome) error
}

// grace is how long runs that are under way may take after an interruption. What has not
// ended by then is left to the next time.
const grace = time.Second

// Run checks inputs. The error is that of the context, of Done, [ErrNoNetwork], or why no run
// could be made. After the end of the context nothing more begins; what ends within a second is handed over.
func (s *Survey) Run(ctx context.Context, inputs []Input) error {
	running, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, func() { end(ctx.Err()) }) })()
	beginning, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	w := &workers{Tester: s.Tester(), queue: newQueue(inputs)}
	var all sync.WaitGroup
	for range max(1, s.Concurrency) {
		all.Go(func() {
			for {
				in, tries, ok := w.queue.take(beginning)
				if !ok {
					return
				}
				o, due, err := w.Test(running, in, tries)
				if err == nil && due.IsZero() {
					err = w.handOver(running, o)
				}
				w.queue.giveBack(in, tries+1, due)
				if err != nil {
					w.fail(err)
					stop(err)
					end(err)
				}
			}
		})
	}
	all.Wait()
	if w.failed == nil && (w.queue.left() > 0 || w.lost > 0) {
		return context.Cause(ctx)
	}
	return w.failed
}

// workers are what checks the inputs of one survey.
type workers struct {
	*Tester
	queue *queue

	mu     sync.Mutex // held while an outcome is handed over
	lost   int        // runs that the end of the survey has cut off
	failed error      // what has ended the survey
}

// fail remembers why the survey ends, if nothing has ended it yet.
func (w *workers) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = cmp.Or(w.failed, err)
}

// Tester checks the inputs of a survey for whoever has them in hand.
type Tester struct {
	*Survey
	logins pace
	silent atomic.Int32 // runs in a row that failed for a reason of this machine
}

// Tester returns one for the survey.
func (s *Survey) Tester() *Tester {
	return &Tester{Survey: s, logins: pace{between: time.Minute / time.Duration(max(1, s.LoginsPerOperator)), next: map[string]time.Time{}}}
}

// Test checks one input, which was taken so many times before, or says when it is to be taken
// again: when it is its turn, or once more where a run says little of it. The error is
// [ErrNoNetwork], or why no run could be made.
func (t *Tester) Test(ctx context.Context, in Input, tries int) (o report.Outcome, again time.Time, err error) {
	o = in.outcome()
	address, err := mailcheck.ParseAddress(in.Text)
	if in.Err != nil {
		err = in.Err
	}
	if err != nil {
		o.Error, o.Hint = err.Error(), "an address looks like alice@example.com, a domain like example.com"
		return o, again, nil
	}
	if due := t.turn(ctx, in, address, tries); due.After(time.Now()) {
		return o, due, nil
	}
	if t.Begun != nil {
		t.Begun(in)
	}
	opts := t.Options
	if in.Account != nil {
		if opts.Credentials, err = in.Account.credentials(ctx, t.Options.Credentials.TrustedHosts); err != nil {
			o.Error = err.Error()
			return o, again, nil
		}
	}
	limited, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()
	if o.Report, err = t.Client.Account(limited, address, &opts); err != nil {
		return o, again, err
	}
	if err := t.judge(o.Report); err != nil {
		return o, again, err
	}
	if tries == 0 && in.Account == nil && !report.Inconclusive(o.Report).Empty() { // nobody is logged in to twice
		return o, time.Now().Add(pauseAfter(o.Report)), nil
	}
	o.Operator = operatorOf(o.Report)
	return o, again, nil
}

// How long an address of which a run says little is left alone before it is tested once more.
const (
	pause     = time.Minute     // a network that was away is back by then, if it comes back at all
	slowPause = 5 * time.Minute // an operator who asked to slow down is left alone for four
)

func pauseAfter(r *mailcheck.Report) time.Duration {
	if mailcheck.Shows(r.Findings, checks.RunSlowDown) {
		return slowPause
	}
	return pause
}

// ErrNoNetwork says that nothing can be tested from here any more.
var ErrNoNetwork = errors.New("one address after another could not be tested for a reason that lies with this machine or its network")

// maxSilent is after how many runs in a row that fail for such a reason a survey ends: what
// followed would say nothing of the addresses, and be taken for done.
const maxSilent = 50

// judge notes whether the network where the survey is made still does its part.
func (t *Tester) judge(r *mailcheck.Report) error {
	if !report.FailsHere(r) {
		t.silent.Store(0)
		return nil
	}
	if t.silent.Add(1) < maxSilent {
		return nil
	}
	return ErrNoNetwork
}

// turn returns when an account may be logged in to; at once where no login is tried.
func (t *Tester) turn(ctx context.Context, in Input, a mailcheck.Address, tries int) time.Time {
	if in.Account == nil || tries > 0 { // it has waited for its turn
		return time.Time{}
	}
	return t.logins.reserve(t.ExchangerOf(ctx, a))
}

// ExchangerOf names who takes the mail of an address, who mostly runs its servers too.
func (s *Survey) ExchangerOf(ctx context.Context, a mailcheck.Address) string {
	ctx, run, end, err := s.Client.Begin(ctx)
	if err != nil {
		return a.Domain
	}
	defer end()
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	if records, _, err := run.Resolver.MX(ctx, a.Domain); err == nil && len(records) > 0 {
		return autoconfig.Operator(records[0].Host)
	}
	return autoconfig.Operator(a.Domain)
}

// operatorOf names who runs the best server of an account; nobody where there is none.
func operatorOf(r *mailcheck.Report) string {
	for _, s := range r.Settings {
		if s.Protocol.Reads() || s.Protocol.Sends() || s.Protocol.Exchange() {
			return autoconfig.Operator(s.Host)
		}
	}
	return ""
}

// handOver gives an outcome away, unless the end of the survey has cut it off:
// then it is none.
func (w *workers) handOver(ctx context.Context, o report.Outcome) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil {
		w.lost++
		return nil
	}
	return w.Done(o)
}
