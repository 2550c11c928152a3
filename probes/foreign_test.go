package probes

import (
	"testing"

	"mailcheck"
)

// The token of a sign-in that is kept goes to nobody but the servers of the issuer's
// provider, whoever vouches for others.
func TestForeign(t *testing.T) {
	const (
		microsoft, tenant = "https://login.microsoftonline.com/common/v2.0", "https://login.microsoftonline.com/example.onmicrosoft.com/v2.0"
		google, own       = "https://accounts.google.com", "https://login.example.com"
	)
	test := func(issuer, host string, want bool) {
		t.Helper()
		l := &logins{Credentials: Credentials{SignIn: &mailcheck.SignIn{Issuer: issuer}}}
		if l.foreign(host) != want {
			t.Errorf("%s for %s: want foreign %v", issuer, host, want)
		}
	}
	for _, issuer := range []string{microsoft, tenant} {
		test(issuer, "outlook.office365.com", false)
		test(issuer, "smtp-mail.outlook.com", false)
		test(issuer, "imap.gmail.com", true)
		test(issuer, "imap.example.com", true)
		test(issuer, "outlook.office365.com.example.com", true)
	}
	test(google, "imap.gmail.com", false)
	test(google, "outlook.office365.com", true)
	test(own, "imap.example.com", false)
	test(own, "outlook.office365.com", true)
	test(own, "imap.gmx.net", true)
	test("https://login.microsoftonline.com.example.com/common/v2.0", "outlook.office365.com", true)
	test("", "outlook.office365.com", true)
	if (&logins{}).foreign("imap.gmail.com") {
		t.Error("what the user gives is bound to a provider")
	}
}
