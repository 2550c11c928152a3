package probes

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"mailcheck"
	"mailcheck/internal/netx"
)

// What clients end up with, in the scenarios that tell them apart: outcome and
// the place that decided.
var clientCases = []struct {
	scenario, client string
	outcome          mailcheck.Outcome
	source           string
}{
	{"healthy", "Thunderbird", mailcheck.Configures, "autoconfig (https)"},
	{"healthy", "KMail", mailcheck.Configures, "autoconfig (https)"},
	{"healthy", "aerc", mailcheck.Configures, "srv"},
	{"healthy", "Apple Mail (macOS, iOS)", mailcheck.Asks, ""},
	{"healthy", "Outlook (new)", mailcheck.NotKnown, ""},
	{"srv-only", "Thunderbird for Android, K-9", mailcheck.Asks, ""}, // reads no SRV records
	{"srv-only", "Evolution", mailcheck.Configures, "srv"},
	{"srv-only", "Thunderbird", mailcheck.Configures, "guess"},
	{"ispdb-only", "Delta Chat", mailcheck.Configures, "ispdb"},
	{"autoconfig-via-mx", "Thunderbird", mailcheck.Configures, "mx"},
	{"autoconfig-via-mx", "Thunderbird for Android, K-9", mailcheck.Asks, "mx"},                   // approval
	{"autoconfig-http-only", "Thunderbird for Android, K-9", mailcheck.Asks, "autoconfig (http)"}, // approval
	{"autoconfig-content-type", "Thunderbird", mailcheck.Configures, "guess"},                     // ignores the file
	{"autoconfig-content-type", "Delta Chat", mailcheck.Configures, "autoconfig (https)"},
	{"client-refuses", "Thunderbird for Android, K-9", mailcheck.Asks, ""},
	{"client-refuses", "Thunderbird", mailcheck.Configures, "autoconfig (https)"},
	{"autoconfig-plain", "Thunderbird", mailcheck.Fails, "autoconfig (https)"},
	{"host-nxdomain", "Thunderbird", mailcheck.Fails, "autoconfig (https)"},
	{"no-settings", "Thunderbird", mailcheck.Asks, ""},
	{"healthy", "Evolution", mailcheck.Configures, "autoconfig (https)"}, // files before SRV records
	{"healthy", "FairEmail", mailcheck.Configures, "srv"},                // SRV records before files
	{"autoconfig-only", "FairEmail", mailcheck.Configures, "autoconfig (https)"},
	{"autoconfig-own-user-name", "FairEmail", mailcheck.Fails, "autoconfig (https)"}, // replaces no part of a name
	{"autoconfig-own-user-name", "Evolution", mailcheck.Configures, "autoconfig (https)"},
	{"autoconfig-local-part", "aerc", mailcheck.Fails, "autoconfig (https)"}, // knows only %EMAILADDRESS%
	{"autoconfig-local-part", "Nextcloud Mail", mailcheck.Configures, "autoconfig (https)"},
	{"srv-tls-only", "aerc", mailcheck.Asks, "srv"}, // does not know _submissions
	{"srv-tls-only", "Evolution", mailcheck.Configures, "srv"},
	{"autoconfig-plain", "FairEmail", mailcheck.Configures, "srv"},
	{"autoconfig-via-mx", "Evolution", mailcheck.Configures, "mx"},
	{"autoconfig-http-other", "Thunderbird", mailcheck.Configures, ".well-known (https)"},
	{"autoconfig-http-other", "KMail", mailcheck.Fails, "autoconfig (http)"}, // asks http before the well-known place
	{"autoconfig-http-other", "Evolution", mailcheck.Fails, "autoconfig (http)"},
}

func TestClients(t *testing.T) {
	for _, c := range clientCases {
		t.Run(c.scenario+"/"+c.client, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := clientsOf(t, c.scenario)
				for _, got := range r.Clients {
					if got.Client == c.client && (got.Outcome != c.outcome || got.Source != c.source) {
						t.Errorf("%s %q (%s), want %s %q; asked %q", got.Outcome, got.Source, got.Reason, c.outcome, c.source, got.Asked)
					}
				}
			})
		})
	}
}

func clientsOf(t *testing.T, name string) *mailcheck.Report {
	t.Helper()
	r, l := visit(t, scenario(t, name), 0, func(ctx context.Context, n *netx.Net, a mailcheck.Address) *mailcheck.Report {
		return Clients(ctx, n, a, Options{})
	})
	if got := l.Credentials(); len(got) > 0 {
		t.Errorf("credentials were sent: %q", got)
	}
	return r
}

// What clients would fetch over http is fetched for them alone, without the
// address, and no fault of it is the account's.
func TestClientsOverHTTP(t *testing.T) {
	const unsafe = "GET http://autoconfig.example.com/mail/config-v1.1.xml"
	s := scenario(t, "autoconfig-http-other")
	for name, check := range map[string]func(context.Context, *netx.Net, mailcheck.Address, Options) *mailcheck.Report{"check": Account, "clients": Clients} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, l := visit(t, s, 0, func(ctx context.Context, n *netx.Net, a mailcheck.Address) *mailcheck.Report {
					return check(ctx, n, a, Options{})
				})
				if got := slices.Contains(l.Requests(), unsafe); got != (name == "clients") {
					t.Errorf("asks over http: %v; requests %q", got, l.Requests())
				}
				if r.Verdict != mailcheck.Pass {
					t.Errorf("verdict %s, findings %q", r.Verdict, ids(r))
				}
				for _, s := range r.Servers {
					if s.Host == "old.example.com" {
						t.Errorf("%s counts for the account", s.URL())
					}
				}
			})
		})
	}
}
