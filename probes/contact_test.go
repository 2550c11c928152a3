package probes

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"mailcheck"
	"mailcheck/internal/lab"
)

// Whoever says who asks is known to web servers and mail servers; who says nothing is not.
func TestContact(t *testing.T) {
	for contact, want := range map[string][3]string{
		"":                               {"mailcheck", "EHLO [127.0.0.1]", ""},
		"https://survey.example.org/who": {"mailcheck (+https://survey.example.org/who)", "EHLO survey.example.org", `c8 ID ("name" "mailcheck" "support-url" "https://survey.example.org/who")`},
		"postmaster@example.org":         {"mailcheck (+postmaster@example.org)", "EHLO example.org", `c8 ID ("name" "mailcheck" "support-url" "mailto:postmaster@example.org")`},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := scenario(t, "healthy")
			var mu sync.Mutex
			var agents []string
			s.Hosts["autoconfig.example.com"] = lab.Host{443: lab.TLS(lab.Cert{Names: []string{"autoconfig.example.com"}}, lab.HTTP(map[string]lab.Reply{"*": func(c *lab.Conn, r *http.Request) {
				mu.Lock()
				agents = append(agents, r.UserAgent())
				mu.Unlock()
				lab.Status(http.StatusNotFound)(c, r)
			}}))}
			r, _ := visit(t, s, 0, func(ctx context.Context, c *Client, a mailcheck.Address) (*mailcheck.Report, error) {
				c.Contact = contact
				return c.Account(ctx, a, nil)
			})
			if len(agents) == 0 || agents[0] != want[0] {
				t.Errorf("%q: web servers read %q", contact, agents)
			}
			said, identified := false, ""
			for _, server := range r.Servers {
				for _, l := range server.Conversation {
					said = said || l.Client && l.Text == want[1]
					if l.Client && strings.Contains(l.Text, " ID ") {
						identified = l.Text
					}
				}
			}
			if !said || identified != want[2] {
				t.Errorf("%q: mail servers read %q; whether it is %q: %v", contact, identified, want[1], said)
			}
		})
	}
	for _, contact := range []string{"example.org", "http://example.org/", "https://192.0.2.1/", "https://alice:secret@example.org/", "https://localhost/", "postmaster@example.org)", "a\r\nX: y@example.org"} {
		c := Client{Contact: contact}
		if wrong, ok := errors.AsType[*OptionError](c.Open()); !ok || wrong.Field != "Contact" {
			t.Errorf("%q is taken", contact)
		}
	}
}
