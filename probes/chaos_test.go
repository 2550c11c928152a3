package probes

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

var (
	chaosSeeds = flag.Int("chaos", 64, "how many bad networks TestChaos tries; .ci/test tries some hundred")
	chaosFirst = flag.Int("chaos-first", 0, "the seed of the first")
)

// chaosScenarios are those that a bad network meets: healthy ones, and such as have
// something wrong that no bad network makes right.
var chaosScenarios = []string{
	"healthy", "login", "autoconfig-only", "autodiscover-only", "services", "exchange-beside-imap", "guess-only", "starttls-missing",
	"cert-expired", "login-username-form", "login-rejected", "dns-glue", "tls-old", "sieve-no-login", "cert-incomplete-chain", "ispdb-only",
}

// Whatever the network does to the packets: the run ends in time and leaves nothing
// behind; its report is whole, valid in every format, and blames nobody for what nobody
// knows; the password goes nowhere but where it belongs and is shown nowhere; and nothing
// that is broken works. A seed that fails is tried alone with -chaos-first SEED -chaos 1.
func TestChaos(t *testing.T) {
	known := map[string]lab.Scenario{}
	for _, s := range lab.Scenarios() {
		known[s.Name] = s
	}
	calm := map[string]*mailcheck.Report{}
	for seed := *chaosFirst; seed < *chaosFirst+*chaosSeeds; seed++ {
		name := chaosScenarios[seed%len(chaosScenarios)]
		s, ok := known[name]
		if !ok {
			t.Fatalf("no scenario %q", name)
		}
		if calm[name] == nil {
			synctest.Test(t, func(t *testing.T) {
				calm[name], _ = visit(t, s, 20*time.Millisecond, accountWith(chaosOptions(s, false)))
			})
		}
		synctest.Test(t, func(t *testing.T) {
			defer func() {
				if t.Failed() {
					t.Logf("seed %d, scenario %s", seed, name)
				}
			}()
			runChaos(t, s, uint64(seed), calm[name])
		})
		if t.Failed() {
			return
		}
	}
}

func chaosOptions(s lab.Scenario, audit bool) Options {
	o := optionsOf(s)
	o.TLSAudit = audit
	return o
}

// runChaos makes one run over a bad network and judges it.
func runChaos(t *testing.T, s lab.Scenario, seed uint64, calm *mailcheck.Report) {
	l := lab.New(s)
	defer l.Close()
	l.RTT = 20 * time.Millisecond
	c := &Client{Dial: l.Chaos(seed), Resolvers: []string{lab.Resolver}, Roots: l.Roots()}
	defer c.Close()
	a, err := mailcheck.ParseAddress(s.Address)
	if err != nil {
		t.Fatal(err)
	}
	limit := []time.Duration{30 * time.Second, 5 * time.Second, time.Second}[seed%3]
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	began := time.Now()
	o := chaosOptions(s, seed%5 == 0)
	r, err := c.Account(ctx, a, &o)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > limit+farewellTimeout {
		t.Errorf("took %v, more than %v", took, limit)
	}
	wholeReport(t, r)
	judgedRightly(t, r, calm)
	if s.Password == "" {
		return
	}
	checkConcealed(t, r, s.Password)
	for _, sent := range l.Credentials() {
		if !strings.HasPrefix(sent, "inside TLS to 192.0.2.") {
			t.Errorf("credentials were sent %s", sent)
		}
	}
	if n := len(l.Credentials()); n > 2*maxLogins {
		t.Errorf("%d messages with credentials", n)
	}
}

// wholeReport looks whether a report has all that was obtained, and can be written.
func wholeReport(t *testing.T, r *mailcheck.Report) {
	t.Helper()
	named := map[string]bool{}
	for _, source := range r.Sources {
		for _, server := range source.Servers {
			named[server.Key()] = true
		}
	}
	for _, server := range r.Servers {
		delete(named, server.Key())
		if len(server.Steps) == 0 || server.Verdict == "" {
			t.Errorf("%s: %q after %d steps", server.URL(), server.Verdict, len(server.Steps))
		}
		if server.Verdict.Usable() && (server.TLS == nil && server.Security != mailcheck.Plain || len(server.Addresses) == 0) {
			t.Errorf("%s is %s, and nothing is known of its connection", server.URL(), server.Verdict)
		}
		server.Steps = slices.DeleteFunc(slices.Clone(server.Steps), func(step mailcheck.Step) bool {
			return step.Failed() && len(step.Findings) == 0 // taken back, told elsewhere, or of no account
		})
		checkShown(t, server)
	}
	for _, missing := range slices.Sorted(maps.Keys(named)) {
		t.Errorf("%s is named, and not tested", missing)
	}
	var saved bytes.Buffer
	for _, f := range report.Formats {
		var b bytes.Buffer
		if err := f.Write(&b, r, report.Options{}); err != nil || b.Len() == 0 {
			t.Errorf("%s: %v", f.Name, err)
		}
		if f.Name == "json" {
			saved = b
		}
	}
	back, err := report.Read(&saved)
	if err != nil || back.Verdict != r.Verdict || len(back.Servers) != len(r.Servers) || len(back.Findings) != len(r.Findings) {
		t.Errorf("the report does not come back: %v", err)
	}
}

// judgedRightly compares a verdict with what is found over a good network.
func judgedRightly(t *testing.T, r, calm *mailcheck.Report) {
	t.Helper()
	for _, server := range r.Servers {
		if was := calm.Result(server.Server); server.Verdict.Usable() && was.Verdict == mailcheck.Fail {
			t.Errorf("%s is %s, and does not work over a good network: %v", server.URL(), server.Verdict, ids(&mailcheck.Report{Findings: was.Findings()}))
		}
	}
	if r.Verdict == mailcheck.Pass && calm.Verdict == mailcheck.Fail {
		t.Errorf("passes, and fails over a good network: %v", ids(calm))
	}
	if r.Verdict.Usable() {
		_, reads := r.Best(mailcheck.IMAP, mailcheck.POP3, mailcheck.ActiveSync, mailcheck.EWS)
		_, sends := r.Best(mailcheck.Submission, mailcheck.ActiveSync, mailcheck.EWS)
		if !reads || !sends {
			t.Errorf("%s, although no server for reading or none for sending works: %v", r.Verdict, ids(r))
		}
	}
	if r.Verdict == mailcheck.Fail && !slices.ContainsFunc(r.Findings, func(f mailcheck.Finding) bool { return f.Severity == checks.Failure }) {
		t.Error(fmt.Sprint("fails without a failure: ", ids(r)))
	}
}
