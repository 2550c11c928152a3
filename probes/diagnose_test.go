package probes

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// inLab checks a scenario's address, and returns every dial next to the report.
func inLab(t *testing.T, s lab.Scenario, o Options) (*mailcheck.Report, []string) {
	t.Helper()
	r, l := visit(t, s, 20*time.Millisecond, accountWith(o))
	return r, l.Dials()
}

func scenario(t testing.TB, name string) lab.Scenario {
	t.Helper()
	s, ok := lab.Find(name)
	if !ok {
		t.Fatalf("no scenario %q", name)
	}
	return s
}

// checkFurther holds the run of a scenario to its connections: the diagnosis of a
// failing server costs at most three further ones to its host and one to make sure, an audit at most
// maxAudit a server, and a healthy server costs none.
func checkFurther(t *testing.T, r *mailcheck.Report, dials []string) {
	t.Helper()
	allowed := map[netip.AddrPort]int{}  // the first connection to each address
	perHost := map[netip.Addr]int{}      // beyond those
	further := map[netip.Addr][]string{} // what they were
	for _, server := range r.Servers {
		for _, a := range server.Addresses {
			allowed[netip.AddrPortFrom(a.IP, server.Port)]++
			if r.Source("ispdb").State == mailcheck.Found && r.Source("srv").State == mailcheck.Absent {
				// Guesses do not wait for the database, and are taken back.
				for _, security := range []mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS} {
					port := netip.AddrPortFrom(a.IP, mailcheck.DefaultPort(server.Protocol, security))
					allowed[port] = max(allowed[port], 1)
				}
			}
			if server.Verdict != mailcheck.Pass && !server.Guessed() { // a late greeting is a warning
				perHost[a.IP] += maxFurther + 1
			}
			if server.Security == mailcheck.StartTLS && len(server.Neighbours) > 0 {
				perHost[a.IP]++ // the port with TLS, which no record names
			}
			if server.TLSAudit != nil {
				perHost[a.IP] += maxAudit
			}
		}
	}
	for _, dial := range dials {
		to, err := netip.ParseAddrPort(strings.TrimPrefix(dial, "tcp "))
		if err != nil || len(r.Servers) == 0 || to.Port() == 443 || to.Port() == 80 || to.Port() == 53 {
			continue
		}
		if allowed[to]--; allowed[to] < 0 {
			further[to.Addr()] = append(further[to.Addr()], dial)
		}
	}
	for host, list := range further {
		if len(list) > perHost[host] {
			t.Errorf("%d further connections to %s, at most %d are allowed: %q", len(list), host, perHost[host], list)
		}
	}
}

// What is certain, or known from another server of the run, costs no connection.
func TestCertainCausesCostNothing(t *testing.T) {
	for name, want := range map[string]int{
		"healthy": 0, "cert-expired": 0, "tls-client-cert": 0, "tls-client-cert-greeting": 0, "tls-client-cert-ehlo": 0, "port-blocked": 0, "greeting-preauth": 0, "greeting-bye": 0, "starttls-injection": 0,
		"starttls-missing":     1, // whether a second connection is offered it; port 465 is published too
		"srv-swapped":          3, // one ClientHello, and port 993 with TLS for each of the two
		"tls-on-starttls-port": 1,
		"port-refused":         1, // port 143
		"port-silent":          1, // the same, next to knocking at 443 and 587
		"firewall":             1,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, _ := inLab(t, scenario(t, name), Options{})
				var asked []string
				for _, s := range r.Servers {
					for _, step := range s.Steps {
						if step.Op == mailcheck.OpDiagnose {
							asked = append(asked, step.String())
						}
					}
				}
				if len(asked) != want {
					t.Errorf("%d further connections, want %d: %q", len(asked), want, asked)
				}
			})
		})
	}
}

// A silent port costs three connections to other ports of its host at most, the
// knock at port 443 included.
func TestSilentPortCostsThree(t *testing.T) {
	for name, host := range map[string]string{"port-silent-door": "192.0.2.10:", "port-blocked-door": "192.0.2.25:", "port-25-blocked": "192.0.2.25:", "firewall": "192.0.2.10:"} {
		synctest.Test(t, func(t *testing.T) {
			_, dials := inLab(t, scenario(t, name), Options{})
			there := slices.DeleteFunc(dials, func(d string) bool { return !strings.HasPrefix(d, "tcp "+host) })
			if len(there) > 1+maxNearby {
				t.Errorf("%s: %q", name, there)
			}
		})
	}
}

// The long wait for a greeting ends as soon as the silence is explained.
func TestSilenceIsExplainedSoon(t *testing.T) {
	for _, name := range []string{"tls-on-starttls-port", "tls-on-starttls-port-impatient", "http-on-starttls-port", "srv-swapped"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if r, _ := inLab(t, scenario(t, name), Options{}); r.Elapsed > silence+time.Second {
					t.Errorf("took %v, more than a second after %v of silence", r.Elapsed, silence)
				}
			})
		})
	}
}

// A server that greets late is waited for, whatever a ClientHello was answered.
func TestLateGreetingIsNoWrongDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "healthy")
		s.Hosts = maps.Clone(s.Hosts)
		s.Hosts["smtp.example.com"] = lab.Host{587: lab.SMTP(lab.Mail{Host: "smtp.example.com", GreetingDelay: 8 * time.Second,
			StartTLS: &lab.Cert{Names: []string{"smtp.example.com"}}})}
		r, _ := inLab(t, s, Options{})
		if got := fmt.Sprint(ids(r)); got != "[greet.delay tcp.refused]" {
			t.Errorf("found %s", got)
		}
	})
}

// A handshake that fails with the end of the run leaves no time to ask why, whichever
// of the timers for that moment fires first.
func TestNothingIsAskedAtTheEnd(t *testing.T) {
	s := scenario(t, "healthy")
	s.Hosts = maps.Clone(s.Hosts)
	s.Hosts["smtp.example.com"] = lab.Host{587: lab.SMTP(lab.Mail{Host: "smtp.example.com", GreetingDelay: 30*time.Second - handshakeTimeout,
		StartTLS: &lab.Cert{Names: []string{"smtp.example.com"}}, On: map[string]lab.Behaviour{"handshake": lab.Silent}})}
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			r, _ := visit(t, s, 0, accountWith(Options{}))
			for _, server := range r.Servers {
				for _, step := range server.Steps {
					if step.Start >= 30*time.Second {
						t.Errorf("%s: %s", server.URL(), step)
					}
				}
			}
		})
	}
}

// What works is said first, with the record to publish where it is not published.
func TestDoorIsOffered(t *testing.T) {
	for _, c := range []struct{ scenario, id, want string }{
		{"tls-on-starttls-port", "tls.tls-on-starttls-port", "In the mail program choose imap.example.com, port 993, SSL/TLS: that works from here. Switch off"},
		{"tls-on-submission-port", "tls.tls-on-starttls-port", "In the mail program choose smtp.example.com, port 587, SSL/TLS: that works from here. Switch off"},
		{"srv-swapped", "tls.plain-on-tls-port", "port 993, SSL/TLS: that works from here. Publish the port that works: _imaps._tcp.example.com. SRV 0 1 993 imap.example.com. To mend port 143: "},
		{"srv-port-odd", "tls.plain-on-tls-port", "port 993, SSL/TLS: that works from here. Publish the port that works: _imaps._tcp.example.com. SRV 0 1 993 imap.example.com. To mend port 143: "},
		{"wrong-port-published", "tcp.refused", "port 143, STARTTLS: that works from here. Publish the port that works: _imap._tcp.example.com. SRV 0 1 143 imap.example.com. To mend port 993: "},
		{"plain-on-tls-port-starttls", "tls.plain-on-tls-port", "port 993, STARTTLS: that works from here. Switch on TLS"},
		{"starttls-masked-ehlo", "starttls.masked", "choose smtp.example.com, port 465, SSL/TLS: that works from here."},
		{"port-refused", "tcp.refused", "Start the mail service"}, // no door opens
		{"port-silent", "tcp.timeout", "Try from another network"},
		{"port-silent-door", "tcp.timeout", "In the mail program choose imap.example.com, port 143, STARTTLS: that works from here. Try from"},
		{"port-blocked-door", "tcp.blocked-here", "In the mail program choose smtp.example.com, port 587, STARTTLS: that works from here. Try from"},
		{"port-25-blocked", "tcp.port-25", "In the mail program choose smtp.example.com, port 587, STARTTLS: that works from here. In the place of port 25"},
		{"port-blocked", "tcp.blocked-here", "In the mail program choose smtp.example.com, port 465, SSL/TLS: that works from here. Try from"},
		{"tls-sni-refused", "tls.unrecognized-name", "use that name in the settings if it is the server's"},
		{"tls-no-certificate", "tls.no-common-cipher", "The server has no certificate"},
		{"tls-old-alert", "tls.old-protocol", "The server's best is TLS 1.0."},
		{"srv-outdated", "publish.sources-disagree", "SRV 0 1 993 imap.example.com. If old.example.com is right, name that in autoconfig."},
		{"cert-ip", "publish.sources-disagree", "If 192.0.2.10 is right, name that in srv."}, // no target of a record
	} {
		t.Run(c.scenario, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, _ := inLab(t, scenario(t, c.scenario), Options{})
				for _, f := range r.Findings {
					if f.Check.ID == c.id {
						if !strings.Contains(f.Remedy().String(), c.want) {
							t.Errorf("the remedy of %s lacks %q:\n%s", c.id, c.want, f.Remedy().String())
						}
						return
					}
				}
				t.Errorf("no %s among %v", c.id, ids(r))
			})
		})
	}
}

// A door whose test was cut short was not seen to work.
func TestDoorThatFallsSilentIsNotOffered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scenario(t, "wrong-port-published")
		s.Hosts = maps.Clone(s.Hosts)
		s.Hosts["imap.example.com"] = lab.Host{143: lab.IMAP(lab.Mail{Host: "imap.example.com", GreetingDelay: askTimeout - time.Second,
			StartTLS: &lab.Cert{Names: []string{"imap.example.com"}}, On: map[string]lab.Behaviour{"CAPABILITY": lab.Silent}})}
		r, _ := inLab(t, s, Options{})
		i := slices.IndexFunc(r.Findings, func(f mailcheck.Finding) bool { return f.Check == checks.TCPRefused })
		if i < 0 || !r.Findings[i].Meanwhile.Empty() {
			t.Errorf("%v, %+v", ids(r), r.Findings[max(i, 0)])
		}
	})
}

// Whoever gives the run more time gets a server known that greets after 25 s; in
// an ordinary run it counts as silent, and the evidence says how long that was.
func TestVeryLateGreeting(t *testing.T) {
	late := lab.Scenario{Address: "example.com", Zone: "imap.example.com. A 192.0.2.10\n",
		Hosts: map[string]lab.Host{"imap.example.com": {993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}},
			lab.IMAP(lab.Mail{Host: "imap.example.com", GreetingDelay: 50 * time.Second}))}}}
	for limit, want := range map[time.Duration]string{
		90 * time.Second: "greet.delay: the greeting took 50 s",
		30 * time.Second: "greet.timeout: no answer within 25 s",
	} {
		synctest.Test(t, func(t *testing.T) {
			r, _ := visit(t, late, 0, func(_ context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				return c.Servers(ctx, []mailcheck.Server{{Protocol: mailcheck.IMAP, Host: "imap.example.com", Port: 993, Security: mailcheck.ImplicitTLS}}, nil)
			})
			if got := r.Findings[0].Check.ID + ": " + r.Findings[0].Detail.String(); got != want {
				t.Errorf("with %v: %s, want %s", limit, got, want)
			}
		})
	}
}
