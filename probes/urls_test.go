package probes

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/report"
)

// urlsAreRead wants every URL of a server that a report has, in its fields and in what
// people read, to be one that probe takes, and of the same server.
func urlsAreRead(t *testing.T, r *mailcheck.Report) {
	t.Helper()
	read := func(url, where string) {
		if s, err := mailcheck.ParseServer(url); err != nil {
			t.Errorf("%s is %q, which probe does not take: %v", where, url, err)
		} else if s.URL() != url {
			t.Errorf("%s is %q, which probe takes for %s", where, url, s.URL())
		}
	}
	for _, s := range r.Servers {
		read(s.URL(), "a server")
	}
	for _, f := range r.Findings {
		for _, url := range []string{f.Server, f.Target, f.Instead} {
			if strings.Contains(url, "://") {
				read(url, "what "+f.Check.ID+" is about")
			}
		}
	}
	var b bytes.Buffer
	for _, view := range []report.View{report.Account, report.Sources} {
		if err := report.Table(&b, r, report.Options{Verbose: true, Width: 1000, View: view}); err != nil {
			t.Fatal(err)
		}
	}
	for _, url := range serverURLs.FindAllString(b.String(), -1) {
		if url = strings.TrimRight(url, ".,;:)"); url != "" { // it may be evidence, in the words of somebody else
			if _, err := mailcheck.ParseServer(url); err != nil {
				t.Errorf("in the table there is %q, which probe does not take: %v", url, err)
			}
		}
	}
}

// serverURLs finds the URLs of servers in a text.
var serverURLs = regexp.MustCompile(`\b(?:imap|pop3|submission|sieve|jmap|caldav|carddav|activesync|ews)s?(?:\+plain)?://[^\s"\x60<>]+`)
