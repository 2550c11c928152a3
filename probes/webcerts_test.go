package probes

import (
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck/checks"
)

// What is wrong with the certificate of a web server that publishes settings is told
// like that of a mail server, with the remedy that fits.
func TestWebHostCertificates(t *testing.T) {
	for _, c := range []struct{ scenario, seen, fix string }{
		{"autoconfig-cert-incomplete", "with it the chain is good (tls.missing-intermediate)", "nginx: ssl_certificate"},
		{"autoconfig-cert-self-signed", "autoconfig.example.com: CN=autoconfig.example.com signed itself (tls.self-signed)", "Install a certificate of a public authority"},
		{"autoconfig-certificate", "the certificate is for www.example.com, the settings say", "add the name to it"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r, _ := visit(t, scenario(t, c.scenario), 0, accountWith(Options{}))
			for _, f := range r.Findings {
				if f.Check == checks.AutoconfigCertificate && strings.Contains(f.Detail.String(), c.seen) && strings.Contains(f.Remedy().String(), c.fix) {
					return
				}
			}
			t.Errorf("%s: %+v", c.scenario, r.Findings)
		})
	}
}
