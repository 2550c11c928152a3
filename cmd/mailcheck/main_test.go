package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mailcheck"
	"mailcheck/internal/lab"
)

// TestMain makes this test binary mailcheck itself where a script runs it. The
// flags that lead it to a lab come from the script's environment.
func TestMain(m *testing.M) {
	if program := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"); strings.HasSuffix(program, ".test") { // nobody's own sign-ins
		for _, settings := range []string{"XDG_CONFIG_HOME", "AppData"} {
			os.Setenv(settings, filepath.Join(os.TempDir(), "no-settings"))
		}
	}
	testscript.Main(m, map[string]func(){"xdg-open": browse, "mailcheck": func() {
		if len(os.Args) > 1 && os.Args[1] != "accounts" { // which asks nobody
			os.Args = append(os.Args, strings.Fields(os.Getenv("LAB_FLAGS"))...)
		}
		main()
	}})
}

var update = flag.Bool("update", false, "write the golden files anew")

// TestScripts runs the stories in testdata.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector would have every program wait a second at its end
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "lab": startLab, "json": readJSON, "sign-in": startSignIn, "nats": startQueue, "grep-store": grepStore,
		},
	})
}

// exits runs a program and wants that exit code: exits CODE PROGRAM ARGUMENT...
func exits(ts *testscript.TestScript, _ bool, args []string) {
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		e, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = e.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s\n%s%s", code, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// startLab puts a scenario on loopback sockets and leads mailcheck to it.
func startLab(ts *testscript.TestScript, _ bool, args []string) {
	scenario, ok := lab.Find(args[0])
	if !ok {
		ts.Fatalf("no scenario %q", args[0])
	}
	l := lab.New(scenario)
	ts.Defer(l.Close)
	resolver, connectTo, err := l.Loopback()
	ts.Check(err)
	ca := filepath.Join(ts.Getenv("WORK"), "ca.pem")
	ts.Check(os.WriteFile(ca, l.CA(), 0o600))
	flags := []string{"--resolver", resolver, "--ca-file", ca}
	for _, c := range connectTo {
		flags = append(flags, "--connect-to", c)
	}
	ts.Setenv("LAB_FLAGS", strings.Join(flags, " "))
}

// readJSON wants standard output to be one JSON document with that verdict.
func readJSON(ts *testscript.TestScript, _ bool, args []string) {
	var doc struct {
		Schema  int
		Verdict string
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &doc))
	if doc.Schema != 1 || doc.Verdict != args[0] {
		ts.Fatalf("schema %d, verdict %q", doc.Schema, doc.Verdict)
	}
}

// demoIn runs a command line inside a synctest bubble, for at most that long.
func demoIn(t *testing.T, limit time.Duration, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		defer time.AfterFunc(limit, cancel).Stop()
		var out, errs bytes.Buffer
		code = run(ctx, args, &out, &errs)
		stdout, stderr = out.String(), errs.String()
	})
	return code, stdout, stderr
}

// A scenario gives a result that fits a terminal, or a JSON document, and an exit
// code that fits its verdict. Every fourth is shown, of each family some, since
// the probes' own tests go through them all.
func TestScenariosAreShown(t *testing.T) {
	codes := map[string]int{"pass": 0, "warn": 0, "fail": 1, "untested": 3}
	for i, s := range lab.Scenarios() {
		if i%4 != 0 {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			if i%8 == 0 {
				code, table, _ := demoIn(t, time.Hour, "demo", s.Name, "--timeout", "30s")
				for line := range strings.Lines(table) {
					if len([]rune(line)) > 81 && len(strings.Fields(line)) > 1 {
						t.Errorf("a long line: %q", line)
					}
				}
				verdict, _, _ := strings.Cut(table, " ")
				if want, known := codes[strings.ToLower(verdict)]; !known || code != want {
					t.Errorf("the table begins with %q, but the exit code is %d", verdict, code)
				}
				return
			}
			code, out, _ := demoIn(t, time.Hour, "demo", s.Name, "--timeout", "30s", "-o", "json")
			var doc struct{ Verdict string }
			if err := json.Unmarshal([]byte(out), &doc); err != nil {
				t.Fatal(err)
			}
			if want, known := codes[doc.Verdict]; !known || code != want {
				t.Errorf("verdict %q, but exit code %d", doc.Verdict, code)
			}
		})
	}
}

// Ctrl-C does not lose what was learned already.
func TestInterrupt(t *testing.T) {
	code, stdout, stderr := demoIn(t, 3*time.Second, "demo", "silent-server", "--timeout", "30s")
	if code != exitNoRun {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(stdout, "pop.example.com:995") || !strings.Contains(stdout, "The test was interrupted") {
		t.Errorf("the report lacks what was learned:\n%s", stdout)
	}
	if stderr != "mailcheck: error: interrupted; the report is not complete\n" {
		t.Errorf("stderr %q", stderr)
	}
	code, stdout, _ = demoIn(t, 3*time.Second, "demo", "silent-server", "--timeout", "30s", "-o", "json")
	if code != exitNoRun || !json.Valid([]byte(stdout)) {
		t.Errorf("exit code %d, JSON:\n%s", code, stdout)
	}
}

func TestParseServer(t *testing.T) {
	good := func(text, want string) {
		t.Helper()
		s, err := parseServer(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if s.URL() != want {
			t.Errorf("%s: got %s, want %s", text, s.URL(), want)
		}
	}
	good("imaps://imap.example.com", "imaps://imap.example.com:993")
	good("imap://imap.example.com", "imap://imap.example.com:143")
	good("imap+plain://imap.example.com:144/", "imap+plain://imap.example.com:144")
	good("pop3s://pop.example.com", "pop3s://pop.example.com:995")
	good("pop3://pop.example.com", "pop3://pop.example.com:110")
	good("submissions://smtp.example.com", "submissions://smtp.example.com:465")
	good("SUBMISSION://SMTP.Example.COM.", "submission://smtp.example.com:587")
	good("imaps://[2001:db8::25]", "imaps://[2001:db8::25]:993")
	good("imaps://[2001:db8::25]:1993", "imaps://[2001:db8::25]:1993")
	good("imaps://192.0.2.1", "imaps://192.0.2.1:993")
	good("imaps://bücher.example", "imaps://xn--bcher-kva.example:993")
	for _, text := range []string{
		"", "imap.example.com", "imap.example.com:993", "imaps://", "imaps://:993", "smtp://mx.example.com", "https://example.com", "ftp://x",
		"imaps://h:0", "imaps://h:65536", "imaps://h:x", "imaps://alice@h", "imaps://h/INBOX", "imaps://h?x=1", "imaps://h#x",
		"imaps://[2001:db8::25", "imaps://2001:db8::25", "imaps://h h", "imaps://h\x1b[0m", "imaps+plain://h", "imaps://h\x00",
	} {
		if s, err := parseServer(text); err == nil {
			t.Errorf("%q was taken for %s", text, s.URL())
		} else if e, ok := errors.AsType[*failure](err); !ok || e.code != exitUsage || e.text == "" {
			t.Errorf("%q: %v is no usage error", text, err)
		}
	}
}

func TestParseServersDropsRepetitions(t *testing.T) {
	servers, err := parseServers([]string{"imaps://h.example", "IMAPS://H.example:993", "imap://h.example"})
	if err != nil || len(servers) != 2 {
		t.Errorf("%v, %v", servers, err)
	}
}

// What a user typed cannot reach the terminal's control sequences.
func TestErrorsAreClean(t *testing.T) {
	var out, errs bytes.Buffer
	for _, args := range [][]string{
		{"\x1b[31mcheck"}, {"check", "a\x1b[0m@example.com"}, {"check", "a@example.com", "-o", "\x1b[0m"}, {"explain", "\u202etls"},
		{"probe", "imaps://\x1b[0m"}, {"demo", "\x1b[0m"}, {"setup", "a@example.com", "--for", "\x1b[0m"},
	} {
		if code := run(t.Context(), args, &out, &errs); code != exitUsage {
			t.Errorf("%q: exit code %d", args, code)
		}
	}
	for line := range strings.Lines(errs.String()) {
		if !mailcheck.Printable(strings.TrimSuffix(line, "\n")) || !strings.HasPrefix(line, "mailcheck: ") {
			t.Errorf("%q", line)
		}
	}
	if out.Len() > 0 {
		t.Errorf("standard output: %q", out.String())
	}
}

// An argument that is far too long leaves the reason to be read, in every place where it
// may stand.
func TestLongArguments(t *testing.T) {
	for _, long := range []string{strings.Repeat("x", 100_000), strings.Repeat("x y", 30_000), strings.Repeat("x\n", 50_000), strings.Repeat("\x1b", 100_000), strings.Repeat("\u3164", 30_000), strings.Repeat("a\u0301\u0301", 20_000)} {
		for _, args := range [][]string{
			{long}, {"--" + long}, {"-" + long}, {"check", long}, {"check", "alice@" + long}, {"check", "alice@" + long + ".example"}, {"check", long + "@example.com"}, {"check", "a@example.com", long},
			{"check", "imap://" + long}, {"check", "user:" + long + "@example.com"}, {"check", "a@example.com", "-o", long}, {"check", "a@example.com", "--color=" + long}, {"check", "a@example.com", "--timeout", long},
			{"check", "a@example.com", "--username", long}, {"check", "a@example.com", "--trust-server", long}, {"check", "a@example.com", "--resolver", long}, {"check", "a@example.com", "--connect-to", long},
			{"check", "a@example.com", "--ca-file", long}, {"check", "a@example.com", "--ispdb", long}, {"check", "a@example.com", "--password-file", long}, {"check", "a@example.com", "-4=" + long},
			{"explain", long}, {"demo", long}, {"setup", "a@example.com", "--for", long}, {"setup", "--for", "thunderbird", "--from", long}, {"lint", long}, {"lint", "https://" + long}, {"help", long}, {"completion", long}, {"version", long},
			{"probe", long}, {"probe", "imap://" + long}, {"probe", "imap://a:" + long + "@example.com"}, {"probe", "imap://example.com:" + long}, {"probe", "imap://example.com/" + long}, {"probe", long + "://example.com"}, {"probe", "https://example.com/" + long},
		} {
			var out, errs bytes.Buffer
			if !slices.Contains(args, "-o") {
				args = append(args, "-o", "json")
			}
			if code := run(t.Context(), args, &out, &errs); code != exitUsage && code != exitNoRun {
				t.Errorf("%.60q: exit code %d", args, code)
			}
			if out.Len() > 3000 {
				t.Errorf("%.60q: %d bytes on standard output: %.300q", args, out.Len(), out.String())
			}
			lines := strings.Split(strings.TrimSuffix(errs.String(), "\n"), "\n")
			if len(lines) > 5 || errs.Len() > 1500 {
				t.Errorf("%.60q: %d lines, %d bytes", args, len(lines), errs.Len())
			}
			for _, line := range lines {
				if !mailcheck.Printable(line) || !strings.HasPrefix(line, "mailcheck: ") || strings.HasSuffix(line, " more bytes)") {
					t.Errorf("%.60q: %q", args, line)
				}
			}
		}
	}
}
