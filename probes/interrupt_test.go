package probes

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// What somebody who ends the run cuts off is not the clock's doing.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := visit(t, scenario(t, "silent-server"), 20*time.Millisecond, func(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(2*time.Second, cancel)
			return c.Account(ctx, a, &Options{})
		})
		if !mailcheck.Shows(r.Findings, checks.RunInterrupted) || mailcheck.Shows(r.Findings, checks.RunTimeout) {
			t.Errorf("%q", ids(r))
		}
	})
}
