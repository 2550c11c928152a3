package probes

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/internal/lab"
)

// roots are what each scenario's findings come down to: "id" for a cause, "id <
// cause" for what follows.
var roots = map[string][]string{
	"offline": {"account.no-settings < net.offline", "ispdb.unreachable < net.offline", "net.offline", "net.offline < net.offline"},
	"offline-but-dns": {"account.no-incoming < net.offline", "account.no-outgoing < net.offline", "ispdb.unreachable < net.offline",
		"net.offline", "tcp.host-down < net.offline"},
	"captive-portal-mail": {"account.no-incoming < net.captive-portal", "account.no-outgoing < net.captive-portal", "greet.timeout < net.captive-portal",
		"ispdb.unreachable < net.captive-portal", "net.captive-portal", "tls.name-mismatch < net.captive-portal"},
	"dns-silent":              {"account.no-settings < dns.timeout", "dns.timeout", "dns.timeout < dns.timeout", "ispdb.unreachable < dns.timeout"},
	"host-down":               {"account.no-incoming < tcp.host-down", "tcp.host-down", "tcp.host-down < tcp.host-down"},
	"ipv6-broken":             {"net.ipv6-broken", "tcp.unreachable6 < net.ipv6-broken"},
	"ipv6-firewall":           {"tcp.unreachable6"},
	"one-cert-expired":        {"account.no-incoming < tls.expired", "account.no-outgoing < tls.expired", "tls.expired", "tls.expired < tls.expired"},
	"one-cert-wrong":          {"account.no-incoming < tls.name-mismatch", "account.no-outgoing < tls.name-mismatch", "tls.name-mismatch", "tls.name-mismatch < tls.name-mismatch"},
	"antivirus-everywhere":    {"account.no-incoming < tls.interception", "account.no-outgoing < tls.interception", "tls.interception", "tls.interception < tls.interception"},
	"banned-in-words":         {"greet.blocklist", "tls.eof < greet.blocklist"},
	"banned-every-tls-port":   {"account.no-incoming < tls.eof", "account.no-outgoing < tls.eof", "tls.eof"}, // three machines
	"banned-everywhere":       {"tcp.reset-after-connect", "tcp.reset-after-connect < tcp.reset-after-connect"},
	"blocklisted-everywhere":  {"account.no-outgoing < greet.blocklist", "greet.blocklist", "greet.blocklist < greet.blocklist"},
	"too-many-everywhere":     {"account.no-outgoing < greet.rate-limit", "greet.rate-limit", "greet.rate-limit < greet.rate-limit"},
	"proxy-header-everywhere": {"account.no-outgoing < reply.proxy-header", "reply.proxy-header", "reply.proxy-header < reply.proxy-header"},
	"port-25-self-signed": {"account.no-outgoing < tcp.port-25", "auth.none-offered < tcp.port-25", "publish.auth-not-offered < tcp.port-25", "tcp.port-25",
		"tls.self-signed < tcp.port-25"},
	"port-blocked": {"tcp.blocked-here"},
	"srv-swapped":  {"srv.port-odd", "tls.plain-on-tls-port < srv.port-odd", "tls.tls-on-starttls-port < srv.port-odd"},
}

func TestRootCauses(t *testing.T) {
	for name, want := range roots {
		t.Run(name, func(t *testing.T) {
			s, ok := lab.Find(name)
			if !ok {
				t.Fatal("no such scenario")
			}
			synctest.Test(t, func(t *testing.T) {
				var got []string
				for _, f := range runScenario(t, s, Options{}).Findings {
					line := f.Check.ID
					if f.BecauseOf != nil {
						line += " < " + f.BecauseOf.ID
					}
					got = append(got, line)
				}
				slices.Sort(got)
				if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
					t.Errorf("causes differ (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A dead host is asked on at most three further ports, however many services it
// has, and a host that answers on none. A port that the run tests is no further one.
func TestDeadHostIsAskedOnce(t *testing.T) {
	for name, want := range map[string][]string{
		"host-down": {"110", "143", "443", "587", "993", "995"},
		"healthy":   {"110", "143", "993", "995"},
	} {
		s, _ := lab.Find(name)
		synctest.Test(t, func(t *testing.T) {
			l := lab.New(s)
			defer l.Close()
			runOn(t, l, s)
			var ports []string
			for _, dial := range l.Dials() {
				for _, host := range []string{"192.0.2.10", "192.0.2.11"} {
					if port, ok := strings.CutPrefix(dial, "tcp "+host+":"); ok {
						ports = append(ports, port)
					}
				}
			}
			slices.Sort(ports)
			if diff := cmp.Diff(want, ports); diff != "" {
				t.Errorf("%s: ports dialled (-want +got):\n%s", name, diff)
			}
		})
	}
}

func runOn(t *testing.T, l *lab.Lab, s lab.Scenario) *mailcheck.Report {
	t.Helper()
	l.RTT = 20 * time.Millisecond
	c := inside(l)
	defer c.Close()
	a, err := mailcheck.ParseAddress(s.Address)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Account(t.Context(), a, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The software is named, the transcript knows where TLS begins, and every line
// belongs to a step.
func TestTranscript(t *testing.T) {
	s, _ := lab.Find("healthy")
	synctest.Test(t, func(t *testing.T) {
		for _, server := range runScenario(t, s, Options{}).Servers {
			if server.Software != "Dovecot" && server.Software != "Postfix" {
				t.Errorf("%s: software %q", server.URL(), server.Software)
			}
			tls := slices.IndexFunc(server.Steps, func(s mailcheck.Step) bool { return s.Op == mailcheck.OpTLS })
			for _, line := range server.Conversation {
				if line.Step > len(server.Steps) || line.Secure != (line.Step > tls) {
					t.Errorf("%s: %+v, TLS is step %d", server.URL(), line, tls)
				}
			}
		}
	})
}
