package trace_test

import (
	"testing"

	"mailcheck/checks"
	"mailcheck/internal/trace"
)

func TestClassifyTurnedAway(t *testing.T) {
	for _, c := range []struct {
		greeting string
		want     *checks.Check
	}{
		{"421 4.7.0 mail.example.com Error: too many connections from 192.0.2.1", checks.GreetRateLimit},
		{"421 4.7.0 mail.example.com Error: too many new TLS sessions from 192.0.2.1", checks.GreetRateLimit},
		{"421 4.3.2 Connection rate limit exceeded.", checks.GreetRateLimit},
		{"421 Too many concurrent SMTP connections from this IP address; please try again later.", checks.GreetRateLimit},
		{"* BYE [LIMIT] Maximum number of connections exceeded", checks.GreetRateLimit},
		{"-ERR [SYS/TEMP] Maximum number of connections from user+IP exceeded", checks.GreetRateLimit},
		{"554 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.org", checks.GreetBlocklist},
		{"554 mx.example.com Your access to this mail system has been rejected due to the sending MTA's poor reputation.", checks.GreetBlocklist},
		{"550 Too many failed login attempts, your IP is banned", checks.GreetBlocklist},
		{"421 4.3.2 All server ports are busy", checks.GreetOverload},
		{"* BYE Server shutting down.", checks.GreetOverload},
		{"554 SMTP synchronization error", checks.ReplyProxyHeader},
		{"554 5.7.1 rejecting commands from client.example [192.0.2.1] due to pre-greeting traffic after 0 seconds", checks.ReplyProxyHeader},
		{"", checks.GreetBye},
	} {
		if got := trace.ClassifyTurnedAway(c.greeting, checks.GreetBye); got != c.want {
			t.Errorf("%q is %s, want %s", c.greeting, got.ID, c.want.ID)
		}
	}
}
