package probes

import (
	"context"
	"fmt"
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

// flowScenarios are those in which something is sent or made.
func flowScenarios() []lab.Scenario {
	return slices.DeleteFunc(lab.Scenarios(), func(s lab.Scenario) bool { return !s.RoundTrip && !s.Writes })
}

// Whatever happens to the message or the folder, nothing is left behind that the report
// does not name, and no other message is touched.
func TestNothingIsLeftUnnamed(t *testing.T) {
	for _, s := range flowScenarios() {
		t.Run(s.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, l := visit(t, s, 0, accountWith(optionsOf(s)))
				namesWhatIsLeft(t, r, l)
			})
		})
	}
}

func namesWhatIsLeft(t *testing.T, r *mailcheck.Report, l *lab.Lab) {
	t.Helper()
	named := mailcheck.Shows(r.Findings, checks.RoundTripLeft, checks.SyncLeft)
	onItsWay := r.RoundTrip != nil && r.RoundTrip.State != mailcheck.RoundTripDelivered // named, and nowhere yet
	if left := l.Left(); len(left) > 0 != named && !onItsWay || len(left) > 0 && !named {
		t.Errorf("left: %q, and the findings: %v", left, ids(r))
	}
	if n := l.Letters(); n%3 != 0 {
		t.Errorf("%d of the user's own messages are left", n)
	}
	for _, sent := range l.Credentials() {
		if !strings.HasPrefix(sent, "inside TLS") {
			t.Errorf("credentials were sent %s", sent)
		}
	}
}

// interrupted checks a scenario's address, and ends the run after a while.
func interrupted(after time.Duration, o Options) func(context.Context, *Client, mailcheck.Address) (*mailcheck.Report, error) {
	return func(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
		ctx, cancel := context.WithCancel(ctx)
		stop := time.AfterFunc(after, cancel)
		defer func() { stop.Stop(); cancel() }()
		return c.Account(ctx, a, &o)
	}
}

// Whenever the user or the clock ends the run, what was made is removed, or named.
func TestInterruptedFlowLeavesNothing(t *testing.T) {
	for _, name := range []string{"roundtrip", "roundtrip-sent-copy", "roundtrip-pop3", "roundtrip-relay", "sync", "sync-deaf"} {
		s := scenario(t, name)
		for after := 20 * time.Millisecond; after < 6*time.Second; after += after/3 + 30*time.Millisecond {
			t.Run(fmt.Sprintf("%s/%v", name, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r, l := visit(t, s, 40*time.Millisecond, interrupted(after, optionsOf(s)))
					namesWhatIsLeft(t, r, l)
					if r.Elapsed > after+cleanTimeout {
						t.Errorf("the run took %v", r.Elapsed)
					}
				})
				synctest.Test(t, func(t *testing.T) {
					r, l := visit(t, s, 40*time.Millisecond, within(after, optionsOf(s)))
					namesWhatIsLeft(t, r, l)
				})
			})
		}
	}
}

// A message that has not arrived when the user ends the run is waited for a moment; then it
// is named, with what it can be found by.
func TestInterruptedBeforeArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "roundtrip-queued")
		r, _ := visit(t, s, 0, interrupted(2*time.Second, optionsOf(s)))
		f := findingOf(r, checks.RoundTripLeft)
		if f == nil || !strings.Contains(f.Detail.String(), r.RoundTrip.Token) || !strings.Contains(f.Detail.String(), "4bXk2q0Vz1") {
			t.Errorf("%v", r.Findings)
		}
		if r.Elapsed > 8*time.Second {
			t.Errorf("the run took %v", r.Elapsed)
		}
	})
}

func findingOf(r *mailcheck.Report, c *checks.Check) *mailcheck.Finding {
	for i := range r.Findings {
		if r.Findings[i].Check == c {
			return &r.Findings[i]
		}
	}
	return nil
}

// What arrives is told by each way of reading, with the folder and the time, and found
// although a relay has written the Message-ID anew.
func TestRoundTripIsTold(t *testing.T) {
	test := func(name string, look func(*mailcheck.RoundTrip) bool) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := scenario(t, name)
			r, _ := visit(t, s, 20*time.Millisecond, accountWith(optionsOf(s)))
			if r.RoundTrip.State != mailcheck.RoundTripDelivered || !look(r.RoundTrip) {
				t.Errorf("%s: %+v", name, r.RoundTrip)
			}
		})
	}
	test("roundtrip", func(rt *mailcheck.RoundTrip) bool {
		return len(rt.Arrivals) == 2 && rt.Arrivals[0].Use == mailcheck.UseInbox && rt.Arrivals[1].Folder == "" && rt.Queue == "4bXk2q0Vz1" && len(rt.Hops) == 2
	})
	test("roundtrip-queued", func(rt *mailcheck.RoundTrip) bool {
		return rt.Arrivals[0].Pushed && rt.Arrivals[0].After > 20*time.Second && rt.Hops[1].Delay == 20*time.Second
	})
	test("roundtrip-filed", func(rt *mailcheck.RoundTrip) bool { return rt.Arrivals[0].Folder == "Lists" })
	test("roundtrip-relay", func(rt *mailcheck.RoundTrip) bool { return rt.Removals[0].Done })
	test("roundtrip-sent-copy", func(rt *mailcheck.RoundTrip) bool { return len(rt.Removals) == 2 && rt.Removals[1].Done })
	test("roundtrip-trash", func(rt *mailcheck.RoundTrip) bool { // it is named where it lies now
		return len(rt.Removals) == 1 && !rt.Removals[0].Done && rt.Removals[0].Folder == "Trash" && rt.Removals[0].UID == 0
	})
	test("roundtrip-pop3", func(rt *mailcheck.RoundTrip) bool { return len(rt.Removals) == 1 && rt.Removals[0].Done })
	test("roundtrip-verified", func(rt *mailcheck.RoundTrip) bool {
		return len(rt.Authentication) == 4 && rt.Authentication[2].Own && !rt.Authentication[3].Own
	})
}

// A rule that keeps a copy elsewhere does not take the message out of the inbox, whichever of
// the two is there first.
func TestRoundTripCopied(t *testing.T) {
	filed := mailcheck.Arrival{Folder: "Lists", Use: mailcheck.UseOther}
	inbox := mailcheck.Arrival{Folder: "INBOX", Use: mailcheck.UseInbox}
	for _, c := range []struct {
		arrivals []mailcheck.Arrival
		want     int
	}{{[]mailcheck.Arrival{filed, inbox}, 0}, {[]mailcheck.Arrival{inbox, filed}, 0}, {[]mailcheck.Arrival{filed}, 1}} {
		j := &journey{RoundTrip: &mailcheck.RoundTrip{Arrivals: c.arrivals}}
		if j.judgeArrival(); len(j.found) != c.want {
			t.Errorf("%+v: %d findings, want %d", c.arrivals, len(j.found), c.want)
		}
	}
}

// A run that was not asked to sends and makes nothing, and one without credentials cannot.
func TestFlowIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "roundtrip")
		r, l := visit(t, s, 0, accountWith(Options{Credentials: Credentials{Password: s.Password}}))
		if r.RoundTrip != nil || r.Synchronisation != nil || len(l.Left()) > 0 {
			t.Errorf("%+v", r.RoundTrip)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "roundtrip")
		r, l := visit(t, s, 0, accountWith(Options{RoundTrip: &RoundTrip{}, WriteTests: true}))
		if r.RoundTrip != nil || r.Synchronisation != nil || len(l.Credentials()) > 0 {
			t.Errorf("%+v", r.RoundTrip)
		}
	})
}

// A server that repeats the password, in the header or as the name of a folder, gets it
// into no output.
func TestRoundTripHidesSecrets(t *testing.T) {
	const secret = "correct horse"
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "roundtrip-echo")
		s.Password = secret
		r, _ := visit(t, s, 0, accountWith(optionsOf(s)))
		if r.RoundTrip.State != mailcheck.RoundTripDelivered {
			t.Errorf("%+v", r.RoundTrip)
		}
		for _, format := range []string{"json", "table", "transcript", "html"} {
			holdsNoSecret(t, written(t, format, r, report.Options{Verbose: true}), secret)
		}
	})
}
