package probes

import (
	"context"
	"strings"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// On the user's own machine it is the user who acts, and nobody listens on the way.
func TestGateway(t *testing.T) {
	greeting := func(line string) lab.Mail {
		return lab.Mail{Host: "127.0.0.1", StartTLS: &lab.Cert{Names: []string{"127.0.0.1"}, SelfSigned: true}, On: map[string]lab.Behaviour{"greeting": lab.Say(line)}}
	}
	scenario := lab.Scenario{Address: "alice@example.com", Hosts: map[string]lab.Host{"127.0.0.1": {
		1143: lab.IMAP(greeting("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] Proton Mail Bridge 03.21.02 - gluon session ID 1\r\n")),
		1025: lab.SMTP(greeting("220 127.0.0.1 ESMTP Service Ready\r\n")),
	}}}
	r, _ := visit(t, scenario, time.Millisecond, func(ctx context.Context, c *Client, _ mailcheck.Address) (*mailcheck.Report, error) {
		return c.Servers(ctx, []mailcheck.Server{
			{Protocol: mailcheck.IMAP, Host: "127.0.0.1", Port: 1143, Security: mailcheck.StartTLS},
			{Protocol: mailcheck.Submission, Host: "127.0.0.1", Port: 1025, Security: mailcheck.StartTLS},
			{Protocol: mailcheck.POP3, Host: "127.0.0.1", Port: 1110, Security: mailcheck.StartTLS},
		}, nil)
	})
	want := map[*checks.Check]string{
		checks.TLSSelfSigned: "Proton Mail Bridge",
		checks.TCPRefused:    "Start the gateway",
	}
	for _, f := range r.Findings {
		if f.Check == checks.AuthBeforeTLS {
			t.Errorf("%s: a password that does not leave the machine is in no danger", f.Server)
		}
		if f.Severity != checks.Failure {
			continue
		}
		if f.Actor() != checks.User || strings.Contains(f.Mend().String(), "Let's Encrypt") {
			t.Errorf("%s at %s: %s: %s", f.Check.ID, f.Server, f.Actor(), f.Mend())
		}
		if strings.Contains(f.Mend().String(), want[f.Check]) {
			delete(want, f.Check)
		}
	}
	for c, words := range want {
		t.Errorf("no %s that says %q: %v", c.ID, words, r.Findings)
	}
}
