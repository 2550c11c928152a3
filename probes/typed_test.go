package probes

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

// ofPublishing are words about what a domain publishes.
var ofPublishing = regexp.MustCompile(`(?i)\w*publish\w*|SRV\b|settings files?|domain's settings|no source names`)

// asTyped tests the servers of a scenario as those that a user has typed: nobody has
// published them, so nothing may speak of that.
func asTyped(t *testing.T, s lab.Scenario, servers []mailcheck.ServerResult, o Options) {
	t.Helper()
	var typed []mailcheck.Server
	for _, r := range servers {
		typed = append(typed, mailcheck.Server{Protocol: r.Protocol, Host: r.Host, Port: r.Port, Security: r.Security, Path: r.Path})
	}
	if len(typed) == 0 {
		return
	}
	if o.Credentials.Given() {
		o.Credentials.Username = s.Address
	}
	synctest.Test(t, func(t *testing.T) {
		l := lab.New(s)
		defer l.Close()
		c := inside(l)
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		r, err := c.Servers(ctx, typed, &o)
		if err != nil {
			t.Fatal(err)
		}
		table := strings.Join(strings.Fields(string(written(t, "table", r, report.Options{Verbose: true, Width: 140}))), " ")
		for _, at := range ofPublishing.FindAllStringIndex(table, -1) {
			t.Errorf("of servers that were typed is said: ...%s...", table[max(0, at[0]-150):min(len(table), at[1]+80)])
		}
	})
}

// Nor may what a check says of itself, in the families that are about a server alone.
func TestServersAreNotPublished(t *testing.T) {
	for _, family := range checks.Families {
		switch family.Prefix {
		case "tcp", "net", "tls", "dane", "starttls", "greet", "reply", "auth", "caps", "sieve", "jmap":
		default:
			continue
		}
		for _, c := range family.Checks {
			if word := ofPublishing.FindString(c.Summary + " " + c.Remedy); word != "" {
				t.Errorf("%s says %q", c.ID, word)
			}
		}
	}
}
