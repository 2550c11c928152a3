package probes

import (
	"context"
	"flag"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// inside returns a client whose network is the lab.
func inside(l *lab.Lab) *Client {
	c := &Client{Dial: l.Dial, Resolvers: []string{lab.Resolver}, Anchors: l.Anchors(), Roots: l.Roots(), PublicOnly: l.PublicOnly(), AllowNets: lab.Nets()}
	if l.Survey() {
		c.Survey = &Survey{}
	}
	return c
}

// visit brings a scenario up and checks its address, in the bubble of the caller
// and within the 30 s of an ordinary run. It returns the report and the lab, which
// still knows what was asked of it.
func visit(tb testing.TB, s lab.Scenario, rtt time.Duration,
	check func(context.Context, *Client, mailcheck.Address) (*mailcheck.Report, error)) (*mailcheck.Report, *lab.Lab) {
	tb.Helper()
	l := lab.New(s)
	defer l.Close()
	l.RTT = rtt
	c := inside(l)
	defer c.Close()
	a, err := mailcheck.ParseAddress(s.Address)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	r, err := check(ctx, c, a)
	if err != nil {
		tb.Fatal(err)
	}
	return r, l
}

// accountWith is an ordinary check with options, for visit.
func accountWith(o Options) func(context.Context, *Client, mailcheck.Address) (*mailcheck.Report, error) {
	return func(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
		return c.Account(ctx, a, &o)
	}
}

// withoutDatabase is one that does not ask the provider database.
func withoutDatabase(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
	c.Discovery.ISPDB = "off"
	return c.Account(ctx, a, nil)
}

// runScenario checks a scenario's address inside a synctest bubble.
func runScenario(t *testing.T, s lab.Scenario, o Options) *mailcheck.Report {
	t.Helper()
	r, l := visit(t, s, 0, accountWith(o))
	if o.Credentials.Given() || s.Survey { // which comes back to who asked to slow down
		return r
	}
	if got := l.Credentials(); len(got) > 0 {
		t.Errorf("credentials were sent: %q", got)
	}
	checkFurther(t, r, l.Dials())
	return r
}

// optionsOf are those of the run that a scenario is about. What marks its message is no chance.
func optionsOf(s lab.Scenario) Options {
	o := Options{TLSAudit: s.TLSAudit, Credentials: credentialsOf(s), WriteTests: s.Writes}
	if s.RoundTrip {
		to, _ := mailcheck.ParseAddress(s.To)
		o.RoundTrip = &RoundTrip{To: to, Token: "0123456789abcdef0123456789abcdef"}
	} else if s.Writes {
		o.token = "0123456789abcdef0123456789abcdef"
	}
	return o
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
//
// And every source has something to say in one of them, and no finding is worse or less
// bad than its check without a reason.
func TestScenarios(t *testing.T) {
	var mu sync.Mutex
	found := map[string]bool{}
	severities := severityAudit{used: map[string]bool{}}
	t.Cleanup(func() { // after all scenarios
		if !t.Failed() && !strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
			severities.allUsed(t)
		}
		for _, s := range autoconfig.Sources {
			if !found[s.Name] && !t.Failed() && !strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
				t.Errorf("no scenario lets the source %s find something", s.Name)
			}
		}
	})
	for _, s := range lab.Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			opts := optionsOf(s)
			var reports []*mailcheck.Report
			synctest.Test(t, func(t *testing.T) { reports = append(reports, runScenario(t, s, opts)) })
			if !raceDetector {
				again := amidNoise
				if s.Survey {
					again = runScenario // a survey ends with its conclusions
				}
				synctest.Test(t, func(t *testing.T) { reports = append(reports, again(t, s, opts)) })
			}
			r := reports[0]
			severities.check(t, r)
			if !raceDetector {
				travels(t, s, r)
				speaks(t, s, r)
				urlsAreRead(t, r)
				asTyped(t, s, r.Servers, opts)
			}
			for _, source := range r.Sources {
				mu.Lock()
				found[source.Name] = found[source.Name] || source.State == mailcheck.Found
				mu.Unlock()
			}
			if diff := cmp.Diff(s.Want, ids(r), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("findings differ (-want +got):\n%s", diff)
				for _, f := range r.Findings {
					t.Logf("%s %s %s%s: %s", f.Severity, f.Check.ID, f.Server, f.Source, f.Detail.String())
				}
			}
			if r.Elapsed > 30*time.Second {
				t.Errorf("took %v, more than the time of the run", r.Elapsed)
			}
			if len(reports) < 2 {
				return
			}
			addrs := cmpopts.EquateComparable(mailcheck.AddressResult{}.IP)
			if diff := cmp.Diff(reports[0], reports[1], addrs); diff != "" {
				t.Errorf("two runs differ:\n%s", diff)
			}
		})
	}
}

// credentialsOf is what the check of a scenario logs in with.
func credentialsOf(s lab.Scenario) Credentials {
	return Credentials{Password: s.Password, Token: s.Token, SignIn: s.SignIn, Certificate: s.ClientCertificate(), AllMechanisms: s.EveryWay}
}

// Every check has a scenario that produces it.
func TestEveryCheckHasAScenario(t *testing.T) {
	produced := map[string]bool{}
	for _, s := range lab.Scenarios() {
		for _, id := range s.Want {
			produced[id] = true
		}
	}
	for _, c := range checks.All {
		if strings.HasPrefix(c.ID, "lint.") {
			continue // found in files; autoconfig's tests have one for each
		}
		if c == checks.RunInterrupted {
			continue // made by who runs it, in TestInterrupted
		}
		if !produced[c.ID] {
			t.Errorf("no scenario produces %s", c.ID)
		}
	}
}
