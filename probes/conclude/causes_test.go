package conclude

import (
	"testing"

	"mailcheck"
	"mailcheck/checks"
)

// Two bad certificates are two causes, though the fault is the same.
func TestTwoCertificatesAreTwoCauses(t *testing.T) {
	server := func(host, print string) (mailcheck.ServerResult, mailcheck.Finding) {
		s := mailcheck.Server{Protocol: mailcheck.IMAP, Host: host, Port: 993, Security: mailcheck.ImplicitTLS}
		f := mailcheck.NewFinding(checks.TLSNameMismatch, "the settings say %s", host)
		f.Server = s.URL()
		return mailcheck.ServerResult{Server: s, TLS: &mailcheck.TLS{Chain: []mailcheck.Certificate{{SHA256: print}}}}, f
	}
	test := func(prints ...string) (caused int) {
		r := &mailcheck.Report{}
		for i, print := range prints {
			s, f := server(string(rune('a'+i))+".example.com", print)
			r.Servers, r.Findings = append(r.Servers, s), append(r.Findings, f)
		}
		nameCauses(r)
		for _, f := range r.Findings {
			if f.BecauseOf != nil {
				caused++
			}
		}
		return caused
	}
	if n := test("1", "1", "1"); n != 2 {
		t.Errorf("one certificate on three servers: %d findings follow, want 2", n)
	}
	if n := test("1", "2", "1"); n != 0 {
		t.Errorf("two certificates: %d findings follow, want 0", n)
	}
}
