package probes

import (
	"testing"
	"testing/synctest"

	"mailcheck"
	"mailcheck/checks"
)

// Who acts follows from where the name came from, and what follows from what is told
// once.
func TestWhoActsAndWhy(t *testing.T) {
	for _, c := range []struct {
		scenario string
		check    *checks.Check
		who      checks.Who
		because  *checks.Check
	}{
		{"srv-target-domain", checks.TCPRefused, checks.Admin, nil},
		{"file-closed-port", checks.TCPRefused, checks.Admin, nil},
		{"host-nxdomain", checks.DNSNotFound, checks.Admin, nil},
		{"typo-domain", checks.DNSNotFound, checks.User, nil},
		{"declined-and-closed", checks.TCPRefused, checks.Admin, checks.PublishDeclined},
		{"wildcard-certificate", checks.AutoconfigCertificate, checks.Admin, checks.DNSWildcard},
		{"wildcard-certificate", checks.AutodiscoverCertificate, checks.Admin, checks.DNSWildcard},
		{"old-host-in-file", checks.PublishSourcesDisagree, checks.Admin, checks.PublishOldHost},
		{"misspelt-domain", checks.DNSNotFound, checks.User, checks.AccountMisspelt},
		{"misspelt-domain", checks.AccountNoSettings, checks.Admin, checks.AccountMisspelt},
		{"misspelt-parked", checks.AccountNoSettings, checks.Admin, checks.AccountMisspelt},
		{"resolver-knows-nothing", checks.AccountNoIncoming, checks.Admin, checks.DNSKnowsNothing},
	} {
		t.Run(c.scenario+"/"+c.check.ID, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := checkWithRTT(t, c.scenario, 0)
				if !mailcheck.Shows(r.Findings, c.check) {
					t.Fatalf("no %s: %v", c.check.ID, ids(r))
				}
				for _, f := range r.Findings {
					if f.Check == c.check && (f.Actor() != c.who || f.BecauseOf != c.because) {
						t.Errorf("%s at %s%s: %s acts, because of %v", f.Check.ID, f.Server, f.Source, f.Actor(), f.BecauseOf)
					}
				}
			})
		})
	}
}
