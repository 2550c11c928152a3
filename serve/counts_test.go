package serve

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/probes"
)

// instantly makes runs without any network: what they find is in their target.
func instantly(target string, took time.Duration, err error) Job {
	return Job{Kind: "test", Target: target, Passing: true, Do: func(context.Context, *probes.Client, *probes.Options) (*mailcheck.Report, error) {
		time.Sleep(took)
		if err != nil {
			return nil, err
		}
		return &mailcheck.Report{Verdict: mailcheck.Verdict(target[:4])}, nil
	}}
}

// What nobody looks for by its id takes no place from what somebody does, however much of it
// there is.
func TestPassing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &Runs{Client: &probes.Client{}}
		defer r.Close(t.Context())
		wanted := instantly("pass", 0, nil)
		wanted.Passing = false
		first := start(t, r, wanted)
		for i := range 2 * maxKept {
			run := start(t, r, instantly(fmt.Sprintf("pass %d", i), 0, nil))
			if err := run.Wait(t.Context()); err != nil || r.Find(run.ID) != nil {
				t.Fatalf("%v, or it is kept", err)
			}
		}
		if r.Find(first.ID) != first {
			t.Error("what somebody looks for is gone")
		}
	})
}

// Whoever watches the service learns what it has done.
func TestCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &Runs{Client: &probes.Client{}}
		for i, job := range []Job{
			instantly("pass 1", time.Second, nil), instantly("pass 2", 7*time.Second, nil), instantly("fail 1", 2*time.Minute, nil),
			instantly("none", 0, errors.New("no network")), instantly("pass 1", 0, nil), // which is shared
		} {
			if i == 2 {
				job.Timeout = 3 * time.Minute
			}
			start(t, r, job)
		}
		synctest.Wait()
		if c := r.Counts(); c.Working != 3 || c.Waiting != 0 || c.Broken != 1 || c.Started != 4 {
			t.Errorf("%+v", c)
		}
		time.Sleep(3 * time.Minute)
		r.Close(t.Context())
		if _, err := r.Start(instantly("pass 3", 0, nil)); err == nil {
			t.Error("a service that has ended makes runs")
		}
		c := r.Counts()
		if c.Working != 0 || c.Ended[mailcheck.Pass] != 2 || c.Ended[mailcheck.Fail] != 1 || c.Broken != 1 || c.Refused != 1 || c.Time != 128*time.Second {
			t.Errorf("%+v", c)
		}
		if want := []int{1, 1, 1, 2, 2, 2, 2}; fmt.Sprint(c.Took) != fmt.Sprint(want) {
			t.Errorf("%v, not %v", c.Took, want)
		}
	})
}
