package probes

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

// within is a check that has so long for all of it, for visit.
func within(d time.Duration, o Options) func(context.Context, *Client, mailcheck.Address) (*mailcheck.Report, error) {
	return func(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
		ctx, cancel := context.WithTimeout(ctx, d)
		defer cancel()
		return c.Account(ctx, a, &o)
	}
}

// However early a run ends, it blames nobody for it: what passes when there is time does
// not fail without, and no cause is named that there is none of.
func TestEndOfTheRunIsNobodysFault(t *testing.T) {
	if raceDetector {
		t.Skip("takes too long with the race detector: run it without -race")
	}
	for _, s := range lab.Scenarios() {
		if s.Address == "" {
			continue
		}
		run := func(d time.Duration) (r *mailcheck.Report) {
			synctest.Test(t, func(t *testing.T) {
				r, _ = visit(t, s, 20*time.Millisecond, within(d, Options{Credentials: Credentials{Password: s.Password, Token: s.Token, SignIn: s.SignIn}}))
			})
			return r
		}
		full := run(30 * time.Second)
		if mailcheck.Shows(full.Findings, checks.TCPIntermittent) {
			continue // which did fail, at first
		}
		for _, d := range []time.Duration{170 * time.Millisecond, 2300 * time.Millisecond} {
			if d >= full.Elapsed {
				break
			}
			r := run(d)
			if r.Verdict == mailcheck.Fail && full.Verdict.Usable() {
				t.Errorf("%s fails after %v with %q, and is %s with all its time", s.Name, d, ids(r), full.Verdict)
			}
			for _, server := range r.Servers {
				if was := full.Result(server.Server); server.Verdict == mailcheck.Fail && was.Verdict != mailcheck.Fail && was.Verdict != "" {
					t.Errorf("%s: %s fails after %v with %q, and is %s with all its time", s.Name, server.URL(), d, ids(&mailcheck.Report{Findings: server.Findings()}), was.Verdict)
				}
			}
			if mailcheck.Shows(r.Findings, checks.NetOffline, checks.AccountNoSettings) && !mailcheck.Shows(full.Findings, checks.NetOffline, checks.AccountNoSettings) {
				t.Errorf("%s after %v: %q", s.Name, d, ids(r))
			}
		}
	}
}

// A server or a source that is slow takes neither time nor verdict from the others: what
// they are found to be is what they are found to be beside one that is in order.
func TestSlowOnesTakeNothingFromOthers(t *testing.T) {
	const slow = "imap.example.com"
	imap := func(m lab.Mail) func(*lab.Scenario) {
		return func(s *lab.Scenario) {
			m.Host, m.Users = slow, map[string]string{"alice@example.com": "correct horse"}
			s.Hosts[slow] = lab.Host{993: lab.TLS(lab.Cert{Names: []string{slow}}, lab.IMAP(m))}
		}
	}
	for name, trouble := range map[string]func(*lab.Scenario){
		"silent":             func(s *lab.Scenario) { s.Hosts[slow] = lab.Host{993: lab.Silent} },
		"silent inside TLS":  imap(lab.Mail{On: map[string]lab.Behaviour{"greeting": lab.Silent}}),
		"dripping":           imap(lab.Mail{On: map[string]lab.Behaviour{"greeting": lab.Drip("* OK ready, ready, ready, ready", time.Second)}}),
		"silent later":       imap(lab.Mail{On: map[string]lab.Behaviour{"CAPABILITY": lab.Silent}}),
		"greeting late":      imap(lab.Mail{GreetingDelay: 8 * time.Second}),
		"slow in everything": imap(lab.Mail{Slow: 3 * time.Second}),
		"mailbox silent":     imap(lab.Mail{On: map[string]lab.Behaviour{"EXAMINE": lab.Silent}}),
		"web server silent": func(s *lab.Scenario) {
			s.Zone += "\nautoconfig.example.com. A 192.0.2.80\nexample.com. A 192.0.2.81\n"
			s.Hosts["autoconfig.example.com"], s.Hosts["example.com"] = lab.Host{443: lab.Silent}, lab.Host{443: lab.Silent}
		},
	} {
		for _, password := range []string{"", "correct horse"} {
			for _, d := range []time.Duration{time.Second, 4 * time.Second, 12 * time.Second} {
				s := scenario(t, "login")
				trouble(&s)
				synctest.Test(t, func(t *testing.T) {
					r, _ := visit(t, s, 20*time.Millisecond, within(d, Options{Credentials: Credentials{Password: password}}))
					if r.Elapsed > d+100*time.Millisecond {
						t.Errorf("%s: %v took %v", name, d, r.Elapsed)
					}
					for _, server := range r.Servers {
						loggedIn := server.Login != nil && server.Login.State == mailcheck.LoginAccepted
						if server.Host != slow && (server.Verdict != mailcheck.Pass || loggedIn != (password != "")) {
							t.Errorf("%s, in %v with password %q: %s is %s, login %+v", name, d, password, server.URL(), server.Verdict, server.Login)
						}
					}
				})
			}
		}
	}
}

// What was seen before the time ran out stays seen, and what was not is unknown, not missing.
func TestWordsOfARunOutOfTime(t *testing.T) {
	for _, c := range []struct {
		scenario string
		change   func(*lab.Mail)
		time     time.Duration
		want     string
	}{
		{"login", func(m *lab.Mail) { m.On = map[string]lab.Behaviour{"AUTHENTICATE": lab.Silent} }, 4 * time.Second,
			"the servers answer, but whether a login works is not known. The time for the whole test ran out"},
		{"login", func(m *lab.Mail) { m.On = map[string]lab.Behaviour{"AUTHENTICATE": lab.Silent} }, 20 * time.Second,
			"the login came to no decision"},
		{"login", func(m *lab.Mail) { m.On = map[string]lab.Behaviour{"EXAMINE": lab.Silent} }, 4 * time.Second,
			"TLS answers logged in (PLAIN), run.timeout [1]"},
		{"login", func(m *lab.Mail) { m.On = map[string]lab.Behaviour{"greeting": lab.Silent} }, 4 * time.Second,
			"TLS untested run.timeout [1]"},
		{"autoconfig-only", nil, 50 * time.Millisecond, "the time for the whole test ran out before any server was found for reading or sending mail."},
	} {
		s := scenario(t, c.scenario)
		if c.change != nil {
			m := lab.Mail{Host: "imap.example.com", Users: map[string]string{"alice@example.com": "correct horse"}}
			c.change(&m)
			s.Hosts[m.Host] = lab.Host{993: lab.TLS(lab.Cert{Names: []string{m.Host}}, lab.IMAP(m))}
		}
		synctest.Test(t, func(t *testing.T) {
			r, _ := visit(t, s, 20*time.Millisecond, within(c.time, Options{Credentials: Credentials{Password: s.Password}}))
			var b strings.Builder
			if err := report.Table(&b, r, report.Options{}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(strings.Fields(b.String()), " "); !strings.Contains(got, c.want) {
				t.Errorf("%s in %v: no %q in\n%s", c.scenario, c.time, c.want, b.String())
			}
		})
	}
}
