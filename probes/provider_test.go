package probes

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// Without any network the help desk still learns what mailcheck knows by itself,
// as soon as the resolver has had its time.
func TestOfflineStillNamesTheProvider(t *testing.T) {
	const resolverLimit = 5 * time.Second
	synctest.Test(t, func(t *testing.T) {
		s := lab.Scenario{Name: "offline", Address: "alice@gmail.com", DNS: lab.DNSFaults{On: map[string]lab.Fault{"*": lab.NoReply}}}
		r, _ := visit(t, s, 0, withoutDatabase)
		if limit := resolverLimit + time.Second; r.Elapsed >= limit {
			t.Errorf("took %v, want less than %v", r.Elapsed, limit)
		}
		var settings []string
		for _, setting := range r.Settings {
			settings = append(settings, setting.URL()+" "+setting.Username)
		}
		for _, want := range []string{"imaps://imap.gmail.com:993 alice@gmail.com", "submissions://smtp.gmail.com:465 alice@gmail.com"} {
			if !slices.Contains(settings, want) {
				t.Errorf("settings %q lack %s", settings, want)
			}
		}
		for _, id := range []string{"dns.timeout", "provider.app-password"} {
			if !slices.Contains(ids(r), id) {
				t.Errorf("findings %q lack %s", ids(r), id)
			}
		}
		i := slices.IndexFunc(r.Findings, func(f mailcheck.Finding) bool { return f.Check == checks.ProviderAppPassword })
		if i >= 0 && !strings.Contains(r.Findings[i].Remedy().String(), "https://myaccount.google.com/apppasswords") {
			t.Errorf("the remedy does not say where: %s", r.Findings[i].Remedy().String())
		}
	})
}

// The rows that are not about settings say what they saw.
func TestReasonsOfTheDomain(t *testing.T) {
	for _, c := range []struct{ scenario, source, want string }{
		{"healthy", "dns", "mail goes to mx.example.com; no DNSSEC seen; no MTA-STS, no TLS-RPT"},
		{"dnssec-valid", "dns", "mail goes to mx.example.com; DNSSEC valid; MTA-STS and TLS-RPT published; TLSA for 2 of 4 servers"},
		{"dnssec-bogus", "dns", "the DNSSEC signatures of the domain are wrong"},
		{"null-mx", "dns", "takes no mail (null MX); no DNSSEC seen; no MTA-STS, no TLS-RPT"},
		{"typo-domain", "dns", "the domain does not exist"},
		{"provider-by-mx", "provider", "the mail exchanger example-com.mail.protection.outlook.com belongs to Microsoft 365 (ISPDB office365.com.xml, 2026-03-12)"},
		{"provider-by-server", "provider", "not needed: the settings are published; the servers belong to Gmail"},
		{"mx-filter", "mx", "the mail exchanger mx0a-00000000.pphosted.com is a filter (Proofpoint), which says nothing about the mailboxes"},
		{"mx-forwarder", "mx", "the mail exchanger route1.mx.cloudflare.net only forwards mail (Cloudflare Email Routing), and says nothing about the mailboxes"},
		{"oauth-openid", "oauth", "https://auth.example.com/mail says how to sign in"},
		{"mailconf", "txt", "https://www.example.com/mail.xml"},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, ok := lab.Find(c.scenario)
				if !ok {
					t.Fatal("no such scenario")
				}
				r := runScenario(t, s, Options{})
				i := slices.IndexFunc(r.Sources, func(s mailcheck.SourceResult) bool { return s.Name == c.source })
				if got := r.Sources[i].Reason.String(); got != c.want {
					t.Errorf("%s says %q, want %q", c.source, got, c.want)
				}
			})
		})
	}
}

// The operator of a filter is asked for nothing.
func TestFilterIsNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := lab.Find("mx-filter")
		r := runScenario(t, s, Options{})
		for _, source := range r.Sources {
			for _, step := range source.Steps {
				if step.Op == mailcheck.OpFetch && strings.Contains(step.Target, "pphosted") {
					t.Errorf("%s asked %s", source.Name, step.Target)
				}
			}
		}
	})
}

// The record to paste stands in the finding.
func TestFixesOfTheDomain(t *testing.T) {
	for _, c := range []struct{ scenario, id, want string }{
		{"mx-cname", "mx.cname", "Publish instead: example.com. MX 10 smtp.example.com."},
		{"dangling-cname", "dns.dangling-cname", "Remove this record, or point it at a host that exists: autodiscover.example.com. CNAME autodiscover.example.net."},
		{"wildcard", "dns.wildcard", "If no settings are served there, publish: autoconfig.example.com. TXT \"no settings here\", autodiscover.example.com. TXT \"no settings here\". A wildcard does not stand for a name that exists."},
		{"mailconf-http", "txt.mailconf-invalid", "Publish instead, or remove the record: example.com. TXT \"mailconf=https://autoconfig.example.com/mail/config-v1.1.xml\""},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _ := lab.Find(c.scenario)
				for _, f := range runScenario(t, s, Options{}).Findings {
					if f.Check.ID == c.id && f.Remedy().String() != c.want {
						t.Errorf("got %q, want %q", f.Remedy().String(), c.want)
					}
				}
			})
		})
	}
}
