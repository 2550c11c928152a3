package trace_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// take runs one step that takes a while and ends with an error, and returns
// the step.
// longestShown is a little more than the length to which text is cut.
const longestShown = 450

func take(ctx context.Context, t *trace.Trace, op mailcheck.Op, d time.Duration, err error) mailcheck.Step {
	_, _ = trace.Do(ctx, t, op, "imap.example.com:993", func(ctx context.Context) (int, error) {
		select {
		case <-time.After(d):
			return 7, err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
	return t.Steps[len(t.Steps)-1]
}

func TestDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := trace.New(time.Now())
		time.Sleep(time.Second)
		v, err := trace.Do(t.Context(), tr, mailcheck.OpResolve, "imap.example.com", func(context.Context) (string, error) {
			time.Sleep(2 * time.Second)
			return "192.0.2.1", nil
		})
		if v != "192.0.2.1" || err != nil {
			t.Errorf("got %q, %v", v, err)
		}
		want := mailcheck.Step{Op: mailcheck.OpResolve, Target: "imap.example.com", Start: time.Second, Elapsed: 2 * time.Second}
		if got := tr.Steps[0]; got.Op != want.Op || got.Target != want.Target || got.Start != want.Start || got.Elapsed != want.Elapsed || got.Error != "" || len(got.Findings) > 0 {
			t.Errorf("the step is %+v, want %+v", got, want)
		}
		if tr.Since() != 3*time.Second {
			t.Errorf("%v have passed, want 3s", tr.Since())
		}
	})
}

// A step that fails has exactly one finding; the value and the error go to the
// caller as they came.
func TestDoClassifies(t *testing.T) {
	tr := trace.New(time.Now())
	cause := checks.GreetBye.Errorf("* BYE \x1b[2J%w", io.ErrUnexpectedEOF)
	v, err := trace.Do(t.Context(), tr, mailcheck.OpGreeting, "imap.example.com:993", func(context.Context) (int, error) { return 7, cause })
	if v != 7 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %d, %v", v, err)
	}
	findings := tr.Findings()
	if len(findings) != 1 || findings[0].Check != checks.GreetBye || findings[0].Severity != checks.Failure {
		t.Fatalf("findings %+v", findings)
	}
	if want := `* BYE \x1b[2Junexpected EOF`; findings[0].Detail.String() != want {
		t.Errorf("the evidence is %q, want %q", findings[0].Detail.String(), want)
	}
}

// When the run ends, a step that had no time to be decided is no fault of the
// server; a step that waited long is.
func TestDoWhenTheRunEnds(t *testing.T) {
	test := func(name string, limit, steps time.Duration, cancelled bool, want *checks.Check) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			if cancelled {
				time.AfterFunc(limit/2, cancel)
			}
			tr := trace.New(time.Now())
			step := take(ctx, tr, mailcheck.OpGreeting, steps, nil)
			if len(step.Findings) != 1 || step.Findings[0].Check != want {
				t.Errorf("%s: findings %+v, want %s", name, step.Findings, want.ID)
			} else if f := step.Findings[0]; want == checks.RunTimeout && !strings.HasPrefix(f.Detail.String(), "not finished: greeting") {
				t.Errorf("%s: the evidence is %q", name, f.Detail.String())
			}
		})
	}
	test("too late to say", time.Second, time.Minute, false, checks.RunTimeout)
	test("long enough to say", 20*time.Second, time.Minute, false, checks.GreetTimeout)
	test("too soon for one that delays its greeting", 8*time.Second, time.Minute, false, checks.RunTimeout)
	test("given up by the user", 20*time.Second, time.Minute, true, checks.RunTimeout)
}

func TestTraceJoinsInTheOrderGiven(t *testing.T) {
	tr := trace.New(time.Now())
	a, b := tr.Branch(), tr.Branch()
	take(t.Context(), b, mailcheck.OpConnect, 0, nil)
	take(t.Context(), a, mailcheck.OpResolve, 0, nil)
	take(t.Context(), a, mailcheck.OpTLS, 0, nil)
	tr.Join(a, b)
	var ops []mailcheck.Op
	for _, s := range tr.Steps {
		ops = append(ops, s.Op)
	}
	if want := []mailcheck.Op{mailcheck.OpResolve, mailcheck.OpTLS, mailcheck.OpConnect}; !slices.Equal(ops, want) {
		t.Errorf("got %q, want %q", ops, want)
	}
}

func TestFindAndSay(t *testing.T) {
	tr := trace.New(time.Now())
	tr.Say("nobody to say it of") // a trace without steps takes no detail, and does not fail
	if len(tr.Steps) != 0 {
		t.Errorf("steps %+v", tr.Steps)
	}
	tr.Find(checks.MXNull, "example.com MX 0 .")
	take(t.Context(), tr, mailcheck.OpLookup, 0, nil)
	tr.Say("10 mx\x1b.example.com")
	tr.Find(checks.SRVTooMany, "40\u202e records").Fix = mailcheck.Textf("Publish two.")
	tr.FindAt(0, checks.MXNull, "again")

	findings := tr.Findings()
	var got []string
	for _, f := range findings {
		got = append(got, f.Check.ID+": "+f.Detail.String()+": "+f.Remedy().String())
	}
	want := []string{
		"mx.null: example.com MX 0 .: " + checks.MXNull.Remedy,
		"mx.null: again: " + checks.MXNull.Remedy,
		`srv.too-many: 40\u{202e} records: Publish two.`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if step := tr.Steps[1].String(); step != `lookup imap.example.com:993: 10 mx\x1b.example.com` {
		t.Errorf("the step is shown as %q", step)
	}
}

func TestStepStringIsPrintable(t *testing.T) {
	s := mailcheck.Step{Op: mailcheck.OpGreeting, Target: "imap.example.com:993", Error: mailcheck.Clean("\x1b[2J\u202e" + strings.Repeat("x", 1000))}
	if text := s.String(); !mailcheck.Printable(text) || len(text) > 2*longestShown {
		t.Errorf("the step is shown as %q", text)
	}
}

func TestVerdictOf(t *testing.T) {
	test := func(want mailcheck.Verdict, severities ...checks.Severity) {
		t.Helper()
		var findings []mailcheck.Finding
		for _, s := range severities {
			findings = append(findings, mailcheck.Finding{Check: checks.TLSExpired, Severity: s})
		}
		if got := mailcheck.VerdictOf(findings); got != want {
			t.Errorf("%v: got %s, want %s", severities, got, want)
		}
	}
	test(mailcheck.Pass)
	test(mailcheck.Pass, checks.Info)
	test(mailcheck.Pass, checks.OK, checks.Info)
	test(mailcheck.Warn, checks.Info, checks.Warning, checks.Info)
	test(mailcheck.Fail, checks.Failure, checks.Warning)
}

// Every URL that a server is shown with names it completely.
func TestServerURL(t *testing.T) {
	test := func(want string, p mailcheck.Protocol, s mailcheck.Security, host string) {
		t.Helper()
		if got := (mailcheck.Server{Protocol: p, Security: s, Host: host, Port: mailcheck.DefaultPort(p, s)}).URL(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	test("imaps://imap.example.com:993", mailcheck.IMAP, mailcheck.ImplicitTLS, "imap.example.com")
	test("imap://imap.example.com:143", mailcheck.IMAP, mailcheck.StartTLS, "imap.example.com")
	test("imap+plain://imap.example.com:143", mailcheck.IMAP, mailcheck.Plain, "imap.example.com")
	test("pop3s://pop.example.com:995", mailcheck.POP3, mailcheck.ImplicitTLS, "pop.example.com")
	test("pop3://pop.example.com:110", mailcheck.POP3, mailcheck.StartTLS, "pop.example.com")
	test("submissions://smtp.example.com:465", mailcheck.Submission, mailcheck.ImplicitTLS, "smtp.example.com")
	test("submission://smtp.example.com:587", mailcheck.Submission, mailcheck.StartTLS, "smtp.example.com")
	test("imaps://[2001:db8::1]:993", mailcheck.IMAP, mailcheck.ImplicitTLS, "2001:db8::1")
}
