package probes

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

// timeless returns a report without what a survey may change: how long things took, and
// which connection was used twice.
func timeless(r *mailcheck.Report) *mailcheck.Report {
	r.Started, r.Elapsed, r.Clock.Behind = time.Time{}, 0, r.Clock.Behind.Round(time.Second)
	still := func(steps []mailcheck.Step) {
		for i := range steps {
			steps[i].Start, steps[i].Elapsed = 0, 0
			if text, _, shared := strings.Cut(steps[i].Detail.String(), ", shared with"); shared {
				steps[i].Detail = mailcheck.Textf("%s", text)
			}
			if steps[i].Op == mailcheck.OpConnect {
				steps[i].Detail = mailcheck.Textf("%s", steps[i].Detail.String())
			}
		}
	}
	for i := range r.Sources {
		r.Sources[i].Elapsed = 0
		still(r.Sources[i].Steps)
	}
	for i := range r.Servers {
		s := &r.Servers[i]
		s.Elapsed = 0
		still(s.Steps)
		for j := range s.Conversation {
			s.Conversation[j].At = 0
		}
		for j := range s.Addresses {
			s.Addresses[j].Elapsed = 0
		}
	}
	still(r.Network)
	return r
}

// In a survey the report of an address is that of a check: for the first who asks, for one
// who asks later, and where they ask at once.
func TestSurveyIsLikeCheck(t *testing.T) {
	for i, s := range lab.Scenarios() {
		if raceDetector && i%10 != 0 {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			if s.Survey || slices.Contains(s.Want, "greet.rate-limit") { // a survey does what the server says
				synctest.Test(t, func(t *testing.T) {
					r := surveyOf(t, s, 1, false)[0]
					if slowed := mailcheck.Shows(r.Findings, checks.RunSlowDown); !slowed || mailcheck.Shows(r.Findings, checks.GreetRateLimit) {
						t.Errorf("%q", ids(r))
					}
				})
				return
			}
			var want *mailcheck.Report
			synctest.Test(t, func(t *testing.T) {
				r, _ := visit(t, s, 0, accountWith(optionsOf(s)))
				want = timeless(r)
			})
			runs := 2
			if optionsOf(s).learnsMore() {
				runs = 1 // mailboxes change, and nothing is shared
			}
			for name, together := range map[string]bool{"one after the other": false, "all at once": true} {
				synctest.Test(t, func(t *testing.T) {
					for i, r := range surveyOf(t, s, runs, together) {
						if diff := cmp.Diff(want, timeless(r), cmpopts.EquateComparable(mailcheck.AddressResult{}.IP)); diff != "" {
							t.Errorf("%s, run %d (-check +survey):\n%s", name, i, diff)
						}
					}
				})
			}
		})
	}
}

// surveyOf surveys the address of a scenario several times.
func surveyOf(t *testing.T, s lab.Scenario, runs int, together bool) []*mailcheck.Report {
	t.Helper()
	l := lab.New(s)
	defer l.Close()
	c := inside(l)
	c.Survey = &Survey{}
	if optionsOf(s).learnsMore() {
		c.Survey = hasty() // which of two logins comes first hangs on the pace
	}
	defer c.Close()
	a, err := mailcheck.ParseAddress(s.Address)
	if err != nil {
		t.Fatal(err)
	}
	reports := make([]*mailcheck.Report, runs)
	var wg sync.WaitGroup
	for i := range reports {
		run := func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			opts := optionsOf(s)
			r, err := c.Account(ctx, a, &opts)
			if err != nil {
				t.Error(err)
			}
			reports[i] = r
		}
		if together {
			wg.Go(run)
		} else {
			run()
		}
	}
	wg.Wait()
	if got := l.Credentials(); len(got) > 0 && !optionsOf(s).Credentials.Given() {
		t.Errorf("credentials were sent: %q", got)
	}
	return reports
}

// hasty is a survey that nobody has to be spared.
func hasty() *Survey { return &Survey{AtOnce: 1000, PerSecond: math.Inf(1)} }

// surveyed runs a survey of the addresses at once, in the bubble of the caller.
func surveyed(t *testing.T, c *Client, addresses ...string) []*mailcheck.Report {
	t.Helper()
	reports := make([]*mailcheck.Report, len(addresses))
	var wg sync.WaitGroup
	for i, text := range addresses {
		a, err := mailcheck.ParseAddress(text)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			r, err := c.Account(ctx, a, nil)
			if err != nil {
				t.Error(err)
			}
			reports[i] = r
		})
	}
	wg.Wait()
	return reports
}

// customers is an internet of domains that one hosting company serves, each under names of
// its own and at an address of its own.
func customers(n int, serve func(host string) lab.Behaviour) (s lab.Scenario, addresses []string) {
	s.Hosts = map[string]lab.Host{}
	for i := range n {
		domain, host := fmt.Sprintf("customer%d.example", i), fmt.Sprintf("imap%d.hosting.example", i)
		s.Zone += fmt.Sprintf("$ORIGIN %s.\n_imaps._tcp SRV 0 1 993 %s.\n%s. A 192.0.2.%d\n", domain, host, host, 100+i)
		s.Hosts[host] = lab.Host{993: lab.TLS(lab.Cert{Names: []string{host}}, serve(host))}
		addresses = append(addresses, "alice@"+domain)
	}
	return s, addresses
}

// visits records the connections to mail servers.
type visits struct {
	dial func(context.Context, string, string) (net.Conn, error)

	mu         sync.Mutex
	open, most int
	times      []time.Time
}

func (v *visits) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := v.dial(ctx, network, address)
	if err != nil || !strings.HasSuffix(address, ":993") {
		return conn, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.open++
	v.most = max(v.most, v.open)
	v.times = append(v.times, time.Now())
	return &visited{Conn: conn, over: sync.OnceFunc(func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.open--
	})}, nil
}

type visited struct {
	net.Conn
	over func()
}

func (v *visited) Close() error {
	v.over()
	return v.Conn.Close()
}

// The servers of one operator are visited in turns, however many runs want to, and no
// wait counts: not against the time of the run, and not as slowness of anybody.
func TestSurveyTakesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, addresses := customers(60, func(host string) lab.Behaviour {
			return lab.IMAP(lab.Mail{Host: host, GreetingDelay: 4 * time.Second})
		})
		l := lab.New(s)
		defer l.Close()
		l.RTT = 20 * time.Millisecond
		v := &visits{dial: l.Dial}
		c := inside(l)
		c.Dial, c.Survey = v.Dial, &Survey{}
		defer c.Close()
		began := time.Now()
		for i, r := range surveyed(t, c, addresses...) {
			if len(r.Servers) != 1 || r.Servers[0].Verdict != mailcheck.Pass || r.Elapsed > 15*time.Second {
				t.Errorf("%s: after %v %q", addresses[i], r.Elapsed, ids(r))
			}
		}
		if took := time.Since(began); took < 100*time.Second {
			t.Errorf("took %v for 60 conversations of 4 s, two at once", took)
		}
		if v.most != usualAtOnce {
			t.Errorf("%d connections at once", v.most)
		}
		for i := burst; i < len(v.times); i++ {
			if within := v.times[i].Sub(v.times[i-burst]); within < time.Second {
				t.Errorf("%d connections within %v", burst+1, within)
			}
		}
	})
}

// What is faster than the pace allows waits: after the first few, one connection a second.
func TestSurveyKeepsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, addresses := customers(30, func(host string) lab.Behaviour { return lab.IMAP(lab.Mail{Host: host}) })
		l := lab.New(s)
		defer l.Close()
		v := &visits{dial: l.Dial}
		c := inside(l)
		c.Dial, c.Survey = v.Dial, &Survey{AtOnce: 10, PerSecond: 2}
		defer c.Close()
		surveyed(t, c, addresses...)
		if took := v.times[len(v.times)-1].Sub(v.times[0]); took < 13*time.Second || took > 14*time.Second {
			t.Errorf("30 connections within %v", took)
		}
	})
}

// A server that asks to slow down is left alone, asked again, and has not failed. What it
// said binds its operator's servers, and nobody else's.
func TestSurveySlowsDown(t *testing.T) {
	away := lab.Then(lab.Say("* BYE [UNAVAILABLE] Too many connections from your address.\r\n"), lab.CloseAtOnce)
	synctest.Test(t, func(t *testing.T) {
		s, addresses := customers(4, func(host string) lab.Behaviour {
			if host == "imap0.hosting.example" {
				return away
			}
			return lab.IMAP(lab.Mail{Host: host})
		})
		other, _ := customers(1, func(host string) lab.Behaviour { return lab.IMAP(lab.Mail{Host: host}) })
		s.Zone += strings.NewReplacer("hosting", "elsewhere", "customer0", "other", "192.0.2.100", "192.0.2.99").Replace(other.Zone)
		s.Hosts["imap0.elsewhere.example"] = lab.Host{993: lab.TLS(lab.Cert{Names: []string{"imap0.elsewhere.example"}}, lab.IMAP(lab.Mail{Host: "imap0.elsewhere.example"}))}
		l := lab.New(s)
		defer l.Close()
		v := &visits{dial: l.Dial}
		c := inside(l)
		c.Dial, c.Survey = v.Dial, &Survey{AtOnce: 1}
		defer c.Close()
		began := time.Now()
		slow := surveyed(t, c, addresses[0])[0]
		if took := time.Since(began); took < 3*time.Minute || took > 4*time.Minute || slow.Elapsed > 15*time.Second {
			t.Errorf("left alone for %v, the run for %v", took, slow.Elapsed)
		}
		if len(v.times) != maxRefusals || slow.Servers[0].Verdict != mailcheck.Untested || !mailcheck.Shows(slow.Findings, checks.RunSlowDown) || mailcheck.Shows(slow.Findings, checks.GreetRateLimit) {
			t.Errorf("after %d connections %s, %q", len(v.times), slow.Servers[0].Verdict, ids(slow))
		}
		if text := asText(t, slow); !strings.Contains(text, "asked us to slow down") {
			t.Errorf("it reads\n%s", text)
		}
		for _, r := range surveyed(t, c, addresses[1:]...) {
			if r.Servers[0].Verdict != mailcheck.Untested || len(v.times) != maxRefusals {
				t.Errorf("another of the operator: %s %q, after %d connections", r.Servers[0].Verdict, ids(r), len(v.times))
			}
		}
		if r := surveyed(t, c, "alice@other.example")[0]; r.Servers[0].Verdict != mailcheck.Pass {
			t.Errorf("another operator: %q", ids(r))
		}
		time.Sleep(longestRest)
		if r := surveyed(t, c, addresses[1])[0]; r.Servers[0].Verdict != mailcheck.Pass {
			t.Errorf("afterwards: %q", ids(r))
		}
	})
	synctest.Test(t, func(t *testing.T) { // a minute later all is well
		s, addresses := customers(1, func(host string) lab.Behaviour { return lab.AtFirst(away, lab.IMAP(lab.Mail{Host: host})) })
		l := lab.New(s)
		defer l.Close()
		c := inside(l)
		c.Survey = &Survey{}
		defer c.Close()
		r := surveyed(t, c, addresses...)[0]
		if r.Servers[0].Verdict != mailcheck.Pass || r.Elapsed > 15*time.Second || mailcheck.Shows(r.Findings, checks.GreetRateLimit, checks.GreetDelay) {
			t.Errorf("%q after %v", ids(r), r.Elapsed)
		}
	})
}

func asText(t *testing.T, r *mailcheck.Report) string {
	t.Helper()
	i := slices.IndexFunc(report.Formats, func(f report.Format) bool { return f.Name == "table" })
	var b bytes.Buffer
	if err := report.Formats[i].Write(&b, r, report.Options{Width: 120}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Each server is tested once in a survey, and each document fetched once, however many
// want to know.
func TestSurveyAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(scenario(t, "healthy"))
		defer l.Close()
		c := inside(l)
		c.Survey = &Survey{}
		defer c.Close()
		var addresses []string
		for i := range 20 {
			addresses = append(addresses, fmt.Sprintf("user%d@example.com", i))
		}
		for i, r := range surveyed(t, c, addresses...) {
			if r.Verdict != mailcheck.Pass {
				t.Errorf("%q", ids(r))
			}
			for _, s := range r.Settings {
				if s.Username != addresses[i] {
					t.Errorf("%s is to log in as %s", addresses[i], s.Username)
				}
			}
		}
		times := map[string]int{}
		for _, d := range l.Dials() {
			times[d]++
		}
		for _, s := range []string{"192.0.2.10:993", "192.0.2.11:995", "192.0.2.25:465", "192.0.2.25:587"} {
			if times["tcp "+s] != 1 {
				t.Errorf("%d connections to %s", times["tcp "+s], s)
			}
		}
		asked := map[string]int{}
		for _, r := range l.Requests() {
			if asked[r]++; asked[r] > 1 && !strings.ContainsAny(r, "?@") && !strings.Contains(r, "POST") {
				t.Errorf("asked %d times: %s", asked[r], r)
			}
		}
	})
}

// The end of one run, or of its caller's patience, is nobody else's.
func TestSurveyGoesOnWithoutTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, addresses := customers(1, func(host string) lab.Behaviour {
			return lab.IMAP(lab.Mail{Host: host, GreetingDelay: 4 * time.Second})
		})
		l := lab.New(s)
		defer l.Close()
		c := inside(l)
		c.Survey = &Survey{}
		defer c.Close()
		a, _ := mailcheck.ParseAddress(addresses[0])
		ctx, cancel := context.WithCancel(t.Context())
		var first *mailcheck.Report
		var wg sync.WaitGroup
		wg.Go(func() { first, _ = c.Account(ctx, a, nil) })
		time.Sleep(2 * time.Second)
		wg.Go(func() {
			if r, err := c.Account(t.Context(), a, nil); err != nil || r.Servers[0].Verdict != mailcheck.Pass {
				t.Errorf("%v, %q", err, ids(r))
			}
		})
		time.Sleep(time.Second)
		cancel()
		wg.Wait()
		if !mailcheck.Shows(first.Findings, checks.RunInterrupted) {
			t.Errorf("the first: %q", ids(first))
		}
	})
}

// What a domain says in DNS and in its files is believed of the domain alone: in a survey
// too no other domain's servers get a user name, somebody to vouch for them, or a verdict
// from it.
func TestSurveyKeepsDomainsApart(t *testing.T) {
	const shared = "imap.hosting.example"
	file := func(domain, host, user string) lab.Reply {
		return lab.XML(`<clientConfig version="1.1"><emailProvider id="` + domain + `"><domain>` + domain + `</domain><displayName>x</displayName>
<incomingServer type="imap"><hostname>` + host + `</hostname><port>993</port><socketType>SSL</socketType>
<username>` + user + `</username><authentication>password-cleartext</authentication></incomingServer></emailProvider></clientConfig>`)
	}
	web := func(domain string, r lab.Reply) lab.Host {
		return lab.Host{443: lab.TLS(lab.Cert{Names: []string{"autoconfig." + domain}}, lab.HTTP(map[string]lab.Reply{"*": r}))}
	}
	internet := func() lab.Scenario {
		return lab.Scenario{
			Zone: `$ORIGIN example.
imap.hosting            A 192.0.2.10
autoconfig.evil         A 192.0.2.20
mail.evil               A 192.0.2.66
evil                    MX 10 mx.hosting
mx.hosting              A 192.0.2.25
_imaps._tcp.victim      SRV 0 1 993 imap.hosting
autoconfig.good         A 192.0.2.30
`,
			Hosts: map[string]lab.Host{
				shared: {993: lab.TLS(lab.Cert{Names: []string{shared}}, lab.IMAP(lab.Mail{Host: shared}))},
				// The evil domain vouches for the shared server, with a user name of its own, and
				// its own server, which stands in the place of the operator's, asks to slow down.
				"autoconfig.evil.example": web("evil.example", file("evil.example", shared, "thief")),
				"autoconfig.good.example": web("good.example", file("good.example", shared, "%EMAILADDRESS%")),
				"mail.evil.example":       {0: lab.Then(lab.Say("421 too many connections\r\n"), lab.CloseAtOnce)},
			},
		}
	}
	victims := []string{"alice@victim.example", "bob@good.example"}
	alone := map[string]*mailcheck.Report{}
	for _, a := range victims {
		synctest.Test(t, func(t *testing.T) {
			l := lab.New(internet())
			defer l.Close()
			c := inside(l)
			defer c.Close()
			alone[a] = timeless(surveyed(t, c, a)[0])
		})
	}
	for range 4 { // who is first is chance
		synctest.Test(t, func(t *testing.T) {
			l := lab.New(internet())
			defer l.Close()
			c := inside(l)
			c.Survey = &Survey{}
			defer c.Close()
			evil := surveyed(t, c, "eve@evil.example")[0]
			if len(evil.Servers) == 0 || evil.Servers[0].Username != "thief" {
				t.Fatalf("the attack is none: %+v", evil.Settings)
			}
			all := surveyed(t, c, "eve@evil.example", victims[0], "mallory@evil.example", victims[1])
			for i, a := range victims {
				if diff := cmp.Diff(alone[a], timeless(all[2*i+1]), cmpopts.EquateComparable(mailcheck.AddressResult{}.IP)); diff != "" {
					t.Errorf("%s (-alone +with the evil domain):\n%s", a, diff)
				}
			}
			if v := all[1].Servers[0].Vouch; v != mailcheck.NotVouched {
				t.Errorf("the victim's server is vouched for: %v", v)
			}
		})
	}
}
