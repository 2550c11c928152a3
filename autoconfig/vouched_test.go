package autoconfig

import (
	"testing"

	"mailcheck/internal/lab"
)

// Whether the domain itself vouches for the servers that a source names decides who
// gets a password, so each way to name them is here.
func TestVouched(t *testing.T) {
	lookalike := lab.Scenario{Address: "alice@example.com", Zone: "$ORIGIN example.com.\n_imaps._tcp SRV 0 1 993 imap.notexample.com.\nimap.notexample.com. A 192.0.2.10\n"}
	for _, c := range []struct {
		what     string
		scenario lab.Scenario
		source   string
		want     bool
	}{
		{"SRV records into the domain", named(t, "healthy"), "srv", true},
		{"unsigned SRV records to another domain", named(t, "login-foreign-srv"), "srv", false},
		{"SRV records to a domain that ends alike", lookalike, "srv", false},
		{"a settings file over https", named(t, "autoconfig-only"), "autoconfig", true},
		{"a settings file over http", named(t, "autoconfig-http-only"), "autoconfig", false},
		{"PACC", named(t, "pacc-only"), "pacc", true},
		{"Autodiscover over https", named(t, "autodiscover-only"), "autodiscover", true},
		{"Autodiscover by a redirect over http", named(t, "autodiscover-hosted"), "autodiscover", false},
		{"Autodiscover by an SRV record", named(t, "autodiscover-srv"), "autodiscover", false},
		{"a domain of the table", named(t, "provider-app-password"), "provider", true},
		{"a domain whose mail exchanger is in the table", named(t, "provider-by-mx"), "provider", false},
		{"the provider database", named(t, "ispdb-only"), "ispdb", false},
		{"the settings of the mail exchanger's operator", named(t, "autoconfig-via-mx"), "mx", false},
		{"guesses", named(t, "guess-only"), "guess", false},
		{"a TXT record", named(t, "mailconf"), "txt", false},
	} {
		r := discover(t, c.scenario, Options{})
		servers := r.source(t, c.source).Servers
		if len(servers) == 0 {
			t.Errorf("%s: the source names no server", c.what)
		}
		for _, s := range servers {
			if mail := s.Protocol.Reads() || s.Protocol.Sends(); mail && (s.Vouched != "") != c.want {
				t.Errorf("%s: %s is vouched for by %q", c.what, s.URL(), s.Vouched)
			}
		}
	}
}

func named(t *testing.T, name string) lab.Scenario {
	t.Helper()
	s, ok := lab.Find(name)
	if !ok {
		t.Fatalf("there is no scenario %s", name)
	}
	return s
}
