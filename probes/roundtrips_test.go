package probes

import (
	"fmt"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
)

// roundTripLimits are the longest chains of dependent round trips that one check
// may cost, whatever the number of sources and servers.
var roundTripLimits = []struct {
	scenario string
	limit    int
}{
	{"healthy", 9},            // SRV: look-ups 2, submission with STARTTLS 6
	{"srv-starttls-only", 8},  // look-ups 2, submission with STARTTLS 6; the port that no record names is looked at beside it
	{"dnssec-valid", 9},       // proofs are beside the test of the servers
	{"dnssec-foreign", 9},     // the same for one that decides who gets the password
	{"services", 9},           // look-ups 2, the connection to the web server 2, on it calendars 2 and then address books with a redirect 3
	{"autoconfig-only", 12},   // settings file 4, look-up 1, submission with STARTTLS 6
	{"autodiscover-only", 12}, // answer of Autodiscover 4, look-up 1, submission with STARTTLS 6
	{"guess-only", 9},         // look-ups 2, submission with STARTTLS 6; 1.3 times the leanest chain of 7
	{"exchange", 11},          // demand for a login 4, version 2 of Autodiscover 2, look-up 1, Exchange Web Services 3
	{"microsoft-365", 11},     // mail exchanger 1, then what the provider table says: look-up 1, submission with STARTTLS 6
}

// The clock of the bubble stands still but for the simulated network, so the
// elapsed time counts round trips exactly.
func TestRoundTrips(t *testing.T) {
	for _, c := range roundTripLimits {
		for _, rtt := range []time.Duration{20 * time.Millisecond, 100 * time.Millisecond} {
			t.Run(fmt.Sprintf("%s/%v", c.scenario, rtt), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := checkWithRTT(t, c.scenario, rtt)
					if trips := float64(r.Elapsed) / float64(rtt); trips > float64(c.limit) {
						t.Errorf("%.1f round trips, more than %d", trips, c.limit)
						for _, s := range r.Sources {
							t.Logf("%s %v %s", s.Name, s.Elapsed, s.Reason.String())
						}
						for _, s := range r.Servers {
							for _, step := range s.Steps {
								t.Logf("%s %s %v +%v", s.URL(), step.Op, step.Start, step.Elapsed)
							}
						}
					}
				})
			})
		}
	}
}

// A check with a password takes at most 1.35 times as long as one without up to where the
// last server let the user in, and 1.5 times with the look at the mailbox.
func TestRoundTripsOfLogins(t *testing.T) {
	for _, name := range []string{"login", "login-username-published"} {
		for _, rtt := range []time.Duration{20 * time.Millisecond, 100 * time.Millisecond} {
			synctest.Test(t, func(t *testing.T) {
				s := scenario(t, name)
				without := checkWithRTT(t, name, rtt)
				with, _ := visit(t, s, rtt, accountWith(Options{Credentials: Credentials{Password: s.Password}}))
				var in time.Duration
				for _, server := range with.Servers {
					if server.Login.State != mailcheck.LoginAccepted {
						t.Errorf("%s: %+v", server.URL(), server.Login)
					}
					for _, step := range server.Steps {
						if step.Op == mailcheck.OpAuth {
							in = max(in, step.Start+step.Elapsed)
						}
					}
				}
				if limit := without.Elapsed * 135 / 100; in > limit {
					t.Errorf("%s at %v: everybody is in after %v, more than %v", name, rtt, in, limit)
				}
				if limit := without.Elapsed * 150 / 100; with.Elapsed > limit {
					t.Errorf("%s at %v: takes %v, more than %v", name, rtt, with.Elapsed, limit)
				}
			})
		}
	}
}

// A server that never greets holds up no login at the others.
func TestSlowServerHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "login")
		s.Hosts = maps.Clone(s.Hosts)
		s.Hosts["imap.example.com"] = lab.Host{993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.Silent)}
		r, _ := visit(t, s, 20*time.Millisecond, accountWith(Options{Credentials: Credentials{Password: s.Password}}))
		for _, server := range r.Servers {
			switch login := server.Steps[len(server.Steps)-1]; {
			case server.Protocol == mailcheck.IMAP:
			case server.Login.State != mailcheck.LoginAccepted:
				t.Errorf("%s: %+v", server.URL(), server.Login)
			case login.Start > time.Second:
				t.Errorf("%s: the login begins after %v", server.URL(), login.Start)
			}
		}
	})
}

// A silent or unreachable server or source costs its own limit, not a sum.
func TestBlackHolesDoNotAddUp(t *testing.T) {
	for _, name := range []string{"firewall", "silent-server", "ipv6-firewall", "tls-silent", "dns-silent", "body-drip", "autodiscover-silent"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := checkWithRTT(t, name, 20*time.Millisecond)
				if limit := greetingTimeout + time.Second; r.Elapsed > limit {
					t.Errorf("took %v, more than %v", r.Elapsed, limit)
				}
			})
		})
	}
}

func checkWithRTT(tb testing.TB, name string, rtt time.Duration) *mailcheck.Report {
	tb.Helper()
	r, _ := visit(tb, scenario(tb, name), rtt, accountWith(Options{}))
	return r
}

// BenchmarkCheck measures a whole check in real time over a simulated network
// and reports how many round trips it took.
func BenchmarkCheck(b *testing.B) {
	for _, c := range roundTripLimits {
		for _, rtt := range []time.Duration{20 * time.Millisecond, 100 * time.Millisecond} {
			b.Run(fmt.Sprintf("%s/rtt=%v", c.scenario, rtt), func(b *testing.B) {
				b.ReportAllocs()
				var elapsed time.Duration
				for b.Loop() {
					elapsed += checkWithRTT(b, c.scenario, rtt).Elapsed
				}
				b.ReportMetric(float64(elapsed)/float64(b.N)/float64(rtt), "roundtrips/op")
			})
		}
	}
}

// BenchmarkLogin measures a whole check with a password beside the same without.
func BenchmarkLogin(b *testing.B) {
	s := scenario(b, "login")
	for _, password := range []string{"", s.Password} {
		for _, rtt := range []time.Duration{20 * time.Millisecond, 100 * time.Millisecond} {
			b.Run(fmt.Sprintf("password=%t/rtt=%v", password != "", rtt), func(b *testing.B) {
				var elapsed time.Duration
				for b.Loop() {
					r, _ := visit(b, s, rtt, accountWith(Options{Credentials: Credentials{Password: password}}))
					elapsed += r.Elapsed
				}
				b.ReportMetric(float64(elapsed)/float64(b.N)/float64(rtt), "roundtrips/op")
			})
		}
	}
}
