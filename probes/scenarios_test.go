package probes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
)

// visit brings a scenario up and checks its address, in the bubble of the caller
// and within the 30 s of an ordinary run. It returns the report and the lab, which
// still knows what was asked of it.
func visit(tb testing.TB, s lab.Scenario, rtt time.Duration,
	check func(context.Context, *netx.Net, mailcheck.Address) *mailcheck.Report) (*mailcheck.Report, *lab.Lab) {
	tb.Helper()
	l := lab.New(s)
	defer l.Close()
	l.RTT = rtt
	n, err := netx.New(l.Options())
	if err != nil {
		tb.Fatal(err)
	}
	defer n.Close()
	a, err := mailcheck.ParseAddress(s.Address)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	return check(ctx, n, a), l
}

// accountWith is an ordinary check with options, for visit.
func accountWith(o Options) func(context.Context, *netx.Net, mailcheck.Address) *mailcheck.Report {
	return func(ctx context.Context, n *netx.Net, a mailcheck.Address) *mailcheck.Report {
		return Account(ctx, n, a, o)
	}
}

// runScenario checks a scenario's address inside a synctest bubble.
func runScenario(t *testing.T, s lab.Scenario, o Options) *mailcheck.Report {
	t.Helper()
	r, l := visit(t, s, 0, accountWith(o))
	if o.Credentials.Given() {
		return r
	}
	if got := l.Credentials(); len(got) > 0 {
		t.Errorf("credentials were sent: %q", got)
	}
	checkFurther(t, r, l.Dials())
	return r
}

func ids(r *mailcheck.Report) []string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, f.Check.ID)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Every scenario produces the findings it names and no other, and the same report
// when it is run again, to the last millisecond. The round trip is nothing, as in
// the demo: which of two requests to one web server finds a connection open and
// which opens its own is chance.
func TestScenarios(t *testing.T) {
	for _, s := range lab.Scenarios {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			var reports []*mailcheck.Report
			runs := 2
			if raceDetector {
				runs = 1
			}
			for range runs {
				synctest.Test(t, func(t *testing.T) {
					reports = append(reports, runScenario(t, s, Options{TLSAudit: s.TLSAudit, Credentials: Credentials{Password: s.Password, Token: s.Token}}))
				})
			}
			r := reports[0]
			if diff := cmp.Diff(s.Want, ids(r), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("findings differ (-want +got):\n%s", diff)
				for _, f := range r.Findings {
					t.Logf("%s %s %s%s: %s", f.Severity, f.Check.ID, f.Server, f.Source, f.Detail)
				}
			}
			if r.Elapsed > 30*time.Second {
				t.Errorf("took %v, more than the time of the run", r.Elapsed)
			}
			if runs < 2 {
				return
			}
			// Errors are compared by what they say, for they may hold connections.
			texts := cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
			addrs := cmpopts.EquateComparable(mailcheck.AddressResult{}.IP)
			if diff := cmp.Diff(reports[0], reports[1], texts, addrs); diff != "" {
				t.Errorf("two runs differ:\n%s", diff)
			}
		})
	}
}

// Every check has a scenario that produces it.
func TestEveryCheckHasAScenario(t *testing.T) {
	produced := map[string]bool{}
	for _, s := range lab.Scenarios {
		for _, id := range s.Want {
			produced[id] = true
		}
	}
	for _, c := range mailcheck.Checks {
		if strings.HasPrefix(c.ID, "lint.") {
			continue // found in files; autoconfig's tests have one for each
		}
		if !produced[c.ID] {
			t.Errorf("no scenario produces %s", c.ID)
		}
	}
}
