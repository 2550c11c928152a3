package client

import (
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
	"mailcheck/internal/sample"
)

// A host name that is written in an unusual way works in one program and not in another.
func TestHostsAsWritten(t *testing.T) {
	for _, test := range []struct {
		client, hostname string
		outcome          mailcheck.Outcome
		reason           string
	}{
		{"KMail", "imap.example.com.", mailcheck.Fails, `takes the host name "imap.example.com." with its final dot as it stands, and its certificate check then fails`},
		{"Evolution", "imap.example.com.", mailcheck.Fails, "its certificate check then fails"},
		{"Delta Chat", "imap.example.com.", mailcheck.Configures, ""},
		{"Nextcloud Mail", "imap.example.com.", mailcheck.Configures, ""},
		{"Delta Chat", "imap.bücher.example", mailcheck.Fails, `looks up the host name "imap.bücher.example" with its letters outside ASCII as they stand, and finds no such host`},
		{"Evolution", "imap.bücher.example", mailcheck.Configures, ""},
		{"Nextcloud Mail", "2001:db8::1", mailcheck.Fails, `appends the port to the IPv6 address "2001:db8::1" without brackets, and cannot connect then`},
		{"KMail", "imap.example.com:993", mailcheck.Fails, `takes "imap.example.com:993" for a host name, and finds no such host`},
		{"Nextcloud Mail", "imap.%EMAILDOMAIN%", mailcheck.Fails, `since it does not replace %EMAILDOMAIN% there`},
	} {
		r := resultOf(t, test.client, sample.File(sample.Incoming("imap.example.com", test.hostname), sample.Outgoing()))
		if r.Outcome != test.outcome || !strings.Contains(r.Reason.String(), test.reason) {
			t.Errorf("%s, %q: %s: %s", test.client, test.hostname, r.Outcome, r.Reason)
		}
	}
	r := resultOf(t, "Delta Chat", sample.File(sample.Incoming("imap.example.com", "imap example"), sample.Incoming(), sample.Outgoing()))
	if r.Outcome != mailcheck.Configures || r.Servers[0].Host != "imap.example.com" {
		t.Errorf("Delta Chat does not go on to the second server: %s, %v", r.Outcome, r.Servers)
	}
	r = resultOf(t, "Nextcloud Mail", sample.File(sample.Incoming("%EMAILADDRESS%", " %EMAILADDRESS% "), sample.Outgoing()))
	if want := `takes the user name " alice@example.com " with the spaces around it`; r.Outcome != mailcheck.Fails || r.Reason.String() != want {
		t.Errorf("spaces around the user name: %s: %s", r.Outcome, r.Reason)
	}
}

// resultOf returns what a client makes of a file, which all places have.
func resultOf(t *testing.T, client, body string) mailcheck.ClientResult {
	t.Helper()
	c, err := document.ParseConfig([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	var d autoconfig.Discovery
	for _, place := range []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.Database} {
		d.Copies = append(d.Copies, autoconfig.Copy{Place: place, Status: 200, ContentType: "text/xml", Config: c})
	}
	for _, r := range Results(sample.Alice, d, nil) {
		if r.Client == client {
			return r
		}
	}
	t.Fatalf("no client %s", client)
	return mailcheck.ClientResult{}
}
