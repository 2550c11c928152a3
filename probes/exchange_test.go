package probes

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck"
	"mailcheck/internal/lab"
)

// run checks a scenario's address and returns the report and what the lab saw.
func run(t *testing.T, name string) (*mailcheck.Report, *lab.Lab) {
	t.Helper()
	return visit(t, scenario(t, name), 0, accountWith(Options{}))
}

// Whatever a server asks for or sends to: no address over http, nothing secret,
// nothing asked above the domain, and Exchange Online is told the address only where
// the domain points there, in DNS or by its own server.
func TestAutodiscoverTellsNobodyElse(t *testing.T) {
	for _, s := range lab.Scenarios() {
		if !strings.Contains(s.Zone, "autodiscover") && !strings.Contains(s.Zone, "outlook") {
			continue // there is nothing to tempt it
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, l := run(t, s.Name)
				for _, r := range l.InClear() {
					if strings.Contains(r, "alice") {
						t.Errorf("sent in clear: %s", r)
					}
				}
				for _, r := range l.Requests() {
					if strings.Contains(r, "office365") && !strings.Contains(s.Zone, "outlook.com ") && !strings.Contains(s.Zone, "outlook.com.") && s.Name != "exchange-moved" {
						t.Errorf("Exchange Online was asked: %s", r)
					}
				}
				for _, q := range l.Questions() {
					if strings.HasSuffix(q, " autodiscover.com") || strings.HasSuffix(q, "_tcp.com") {
						t.Errorf("asked above the domain: %s", q)
					}
				}
				if secrets := l.Credentials(); len(secrets) > 0 {
					t.Errorf("credentials were sent: %q", secrets)
				}
			})
		})
	}
}

// A redirect is followed by the same question, and two servers that send to each
// other are asked once each. What answers Outlook is asked once more, as phones do.
func TestAutodiscoverRedirects(t *testing.T) {
	for _, c := range []struct {
		scenario string
		want     []string
	}{
		{"autodiscover-redirect-url", []string{"POST https://autodiscover.example.com/autodiscover/autodiscover.xml", "POST https://mail.example.com/autodiscover/autodiscover.xml", "POST https://mail.example.com/autodiscover/autodiscover.xml"}},
		{"autodiscover-loop", []string{"POST https://autodiscover.example.com/autodiscover/autodiscover.xml", "POST https://mail.example.com/autodiscover/autodiscover.xml"}},
		{"autodiscover-srv", []string{"POST https://mail.example.com/autodiscover/autodiscover.xml", "POST https://mail.example.com/autodiscover/autodiscover.xml"}},
		{"microsoft-365", []string{"POST https://autodiscover-s.outlook.com/autodiscover/autodiscover.xml"}},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, l := run(t, c.scenario)
				questions := slices.DeleteFunc(l.Requests(), func(r string) bool { return !strings.HasPrefix(r, "POST https://") })
				if !slices.Equal(questions, c.want) {
					t.Errorf("got  %q\nwant %q", questions, c.want)
				}
			})
		})
	}
}

// The result of an Exchange server has what a reader of the report needs.
func TestExchangeResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := run(t, "autodiscover-mobilesync")
		i := slices.IndexFunc(r.Servers, func(s mailcheck.ServerResult) bool { return s.Protocol == mailcheck.ActiveSync })
		if i < 0 {
			t.Fatal("no ActiveSync server was tested")
		}
		s := r.Servers[i]
		if s.URL() != "https://mail.example.com/Microsoft-Server-ActiveSync" || s.Verdict != mailcheck.Pass || !s.TLS.Verified {
			t.Errorf("%s: %s, TLS %+v", s.URL(), s.Verdict, s.TLS)
		}
		if got := strings.Join(s.Capabilities.AfterTLS, " "); got != "2.5 12.1 14.1 16.1" {
			t.Errorf("protocol versions %q", got)
		}
		r, _ = run(t, "exchange")
		for _, s := range r.Servers {
			if got := strings.Join(s.Mechanisms.AfterTLS, " "); s.Protocol.Exchange() && got != "NEGOTIATE NTLM BASIC" {
				t.Errorf("%s: login with %q", s.URL(), got)
			}
		}
	})
}

// Where there is nothing but Exchange, mail can be read and sent all the same.
func TestExchangeAloneIsAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := run(t, "exchange-only")
		if r.Verdict != mailcheck.Pass {
			t.Errorf("verdict %s", r.Verdict)
			for _, f := range r.Findings {
				t.Logf("%s %s: %s", f.Severity, f.Check.ID, f.Detail.String())
			}
		}
	})
}

// Where only a domain is given the postmaster's address is asked about, which the
// user is told; that nobody knows it is no fault.
func TestAutodiscoverTellsWhomItAskedAbout(t *testing.T) {
	for scenario, want := range map[string]string{
		"autodiscover-bare":       "found: https://autodiscover.example.com/autodiscover/autodiscover.xml, asked about postmaster@example.com",
		"autodiscover-postmaster": "absent: autodiscover.example.com knows nothing of postmaster@example.com; ask about a whole address",
		"autodiscover-only":       "found: https://autodiscover.example.com/autodiscover/autodiscover.xml",
	} {
		synctest.Test(t, func(t *testing.T) {
			r, _ := run(t, scenario)
			i := slices.IndexFunc(r.Sources, func(s mailcheck.SourceResult) bool { return s.Name == "autodiscover" })
			if got := fmt.Sprintf("%s: %s", r.Sources[i].State, r.Sources[i].Reason.String()); got != want {
				t.Errorf("%s: %s, want %s", scenario, got, want)
			}
		})
	}
}

// A finding that means different things comes with what to do about each.
func TestAutodiscoverRemedies(t *testing.T) {
	for scenario, want := range map[string]string{
		"autodiscover-error":       "could not read the request",
		"autodiscover-unknown":     "does not know the address",
		"autodiscover-domain-cert": "Outlook asks the domain's own web site",
	} {
		synctest.Test(t, func(t *testing.T) {
			r, _ := run(t, scenario)
			i := slices.IndexFunc(r.Findings, func(f mailcheck.Finding) bool { return strings.HasPrefix(f.Check.ID, "autodiscover.") })
			if i < 0 || !strings.Contains(r.Findings[i].Fix.String(), want) {
				t.Errorf("%s: no remedy with %q in %+v", scenario, want, r.Findings)
			}
		})
	}
}
