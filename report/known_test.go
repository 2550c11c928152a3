package report

import (
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/checks"
)

// A fault of the machine or network where the test ran says nothing of an account, unless
// something works there all the same; a fault of the servers does.
func TestInconclusive(t *testing.T) {
	failing := func(check *checks.Check, others ...mailcheck.ServerResult) *mailcheck.Report {
		return account("alice@example.com", nil, append(others, bad(imapS, check, "no"))...)
	}
	for _, c := range []struct {
		name   string
		report *mailcheck.Report
		why    string // empty: it says what it should
	}{
		{"all is well", healthy(), ""},
		{"expired", failing(checks.TLSExpired), ""},
		{"silent", failing(checks.TCPTimeout), ""},
		{"refused login", loginRefused(), ""},
		{"no such domain", nxdomain(), ""},
		{"offline", failing(checks.NetOffline), "offline"},
		{"login page", failing(checks.NetCaptivePortal), "login page"},
		{"no resolver", failing(checks.DNSTimeout), "no DNS server answers"},
		{"a resolver that fails for one server", failing(checks.DNSTimeout, good(smtpS, 60)), ""},
		{"no sockets for one server", failing(checks.NetShortage, good(smtpS, 60)), "not everything was tested"},
		{"no time", failing(checks.RunTimeout), "not everything was tested"},
		{"stopped", interrupted(), "not everything was tested"},
	} {
		if got := Inconclusive(c.report).String(); (got == "") != (c.why == "") || !strings.Contains(got, c.why) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
