package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck/report"
)

// asked are the ways to ask for a format.
var asked = []string{"-o FORMAT", "-oFORMAT", "-o=FORMAT", "--output FORMAT", "--output=FORMAT"}

// without are command lines that come to no report, with their exit codes. Only some
// of the commands have an option -o.
func without(t *testing.T) []struct {
	line string
	code int
} {
	folder := t.TempDir()
	empty, binary := filepath.Join(folder, "empty"), filepath.Join(folder, "binary")
	for name, body := range map[string]string{empty: "", binary: "a\x00b"} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return []struct {
		line string
		code int
	}{
		{"--nonsense", 2}, {"nonsense", 2}, {"chek a@example.com", 2}, {"a@example.com", 2}, {"imaps://h", 2},
		{"help nonsense", 2}, {"version --nonsense", 2}, {"version word", 2}, {"completion", 2}, {"completion csh", 2},
		{"explain no.such", 2}, {"explain a b", 2}, {"explain --nonsense", 2},
		{"setup", 2}, {"setup a@example.com", 2}, {"setup a@example.com --for pine", 2}, {"setup a@", 2},

		{"check", 2}, {"check a@", 2}, {"check a@example.com b", 2}, {"check a@example.com --nonsense", 2}, {"check a@example.com -x", 2},
		{"check a@example.com --color maybe", 2}, {"check a@example.com --timeout 0s", 2}, {"check a@example.com --timeout soon", 2},
		{"check a@example.com --resolver", 2}, {"check a@example.com --resolver dns.example.com", 2}, {"check a@example.com --connect-to x", 2},
		{"check a@example.com -4 -6", 2}, {"check a@example.com --ispdb " + folder + "/none", 2}, {"check a@example.com --ispdb https://a:b@h", 2},
		{"check a@example.com --expiry-warning x", 2}, {"check a@example.com --strict=perhaps", 2},
		{"check a@example.com --ca-file " + folder + "/none", 3}, {"check a@example.com --ca-file " + folder, 3}, {"check a@example.com --ca-file " + empty, 3},
		{"check a@example.com --password-file " + folder + "/none", 3}, {"check a@example.com --password-file " + folder, 3},
		{"check a@example.com --token-file " + folder + "/none", 3}, {"check a@example.com --password-file " + empty, 2}, {"check a@example.com --password-file " + binary, 2},
		{"check a@example.com --password-file x --token-file y", 2}, {"check a@example.com --username a", 2}, {"check a@example.com --trust-server a_b", 2},
		{"check a@example.com --ask-password", 2},
		{"discover", 2}, {"discover a@", 2}, {"discover a@example.com --password-file x", 2}, {"discover a@example.com --ca-file " + folder + "/none", 3},
		{"clients", 2}, {"clients a@", 2}, {"clients a@example.com --nonsense", 2}, {"clients a@example.com --resolver x.y", 2},
		{"probe", 2}, {"probe h", 2}, {"probe smtp://h", 2}, {"probe imaps://a:b@h", 2}, {"probe imaps://h:0", 2}, {"probe https://h/x", 2}, {"probe imaps://h imaps://", 2},
		{"probe imaps://h --nonsense", 2}, {"probe imaps://h --password-file " + folder + "/none", 3}, {"probe imaps://h --ca-file " + empty, 3},
		{"lint", 2}, {"lint a b", 2}, {"lint " + folder + "/none", 3}, {"lint " + folder, 3}, {"lint http://", 3}, {"lint https://a:b@h.invalid/ --resolver x.y", 2},
		{"demo nonsense", 2}, {"demo a b", 2}, {"demo --timeout 0s", 2}, {"demo --list", 2}, {"demo --nonsense", 2}, {"demo --color x", 2},
	}
}

// inProcess runs a command line in this process.
func inProcess(ctx context.Context, words []string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(ctx, words, &out, &errs)
	return code, out.String(), errs.String()
}

// Whoever asks for JSON gets one document, whatever goes wrong and however it is asked for.
func TestFailuresAreJSON(t *testing.T) {
	t.Setenv("MAILCHECK_PASSWORD", "")
	t.Setenv("MAILCHECK_TOKEN", "")
	for _, c := range without(t) {
		words := strings.Fields(c.line)
		for _, way := range asked {
			flag := strings.Fields(strings.ReplaceAll(way, "FORMAT", "json"))
			lines := [][]string{append(flag[:len(flag):len(flag)], words...)}
			if !strings.HasSuffix(c.line, "--resolver") { // which would take it for its value
				lines = append(lines, append(words[:len(words):len(words)], flag...))
			}
			if len(words) > 1 {
				lines = append(lines, append(append(words[:1:1], flag...), words[1:]...))
			}
			for _, line := range lines {
				code, stdout, stderr := inProcess(t.Context(), line)
				if onlyError(t, line, stdout, stderr); code != exitUsage && code != exitNoRun {
					t.Errorf("%q: exit code %d", line, code)
				}
			}
		}
		if hasOutput(words) {
			if code, _, _ := inProcess(t.Context(), append(words[:1:1], append([]string{"-o", "json"}, words[1:]...)...)); code != c.code {
				t.Errorf("%q: exit code %d, want %d", c.line, code, c.code)
			}
			for _, f := range report.Formats {
				if code, stdout, _ := inProcess(t.Context(), append(words[:1:1], append([]string{"-o", f.Name}, words[1:]...)...)); f.Failure == nil && stdout != "" && code >= exitUsage {
					t.Errorf("%q as %s has the result %q", c.line, f.Name, stdout)
				}
			}
		}
	}
}

func hasOutput(words []string) bool {
	c, _, err := rootCommand(io.Discard).Find(words)
	return err == nil && c.Flags().Lookup("output") != nil
}

// onlyError wants one document that says what stands on standard error.
func onlyError(t *testing.T, line []string, stdout, stderr string) {
	t.Helper()
	var doc struct {
		Schema int
		Error  struct{ What, Hint string }
	}
	in := json.NewDecoder(strings.NewReader(stdout))
	in.DisallowUnknownFields()
	if err := in.Decode(&doc); err != nil || in.Decode(new(any)) != io.EOF || doc.Schema != 1 || doc.Error.What == "" {
		t.Errorf("%q: %v\n%s", line, err, stdout)
	}
	first, _, _ := strings.Cut(doc.Error.What, "; ")
	if !strings.Contains(stderr, "mailcheck: error: "+first) || doc.Error.Hint != "" && !strings.Contains(stderr, "mailcheck: hint: ") {
		t.Errorf("%q: the document says %q, %q, standard error\n%s", line, doc.Error.What, doc.Error.Hint, stderr)
	}
}

// Nagios takes 2 for a server that is down: a command line that is wrong is UNKNOWN. Icinga
// puts standard error before the result, where the state has to be.
func TestFailuresAreNagios(t *testing.T) {
	t.Setenv("MAILCHECK_PASSWORD", "")
	t.Setenv("MAILCHECK_TOKEN", "")
	for _, c := range without(t) {
		line := append([]string{"-o", "nagios"}, strings.Fields(c.line)...)
		if strings.HasPrefix(c.line, "lint") || strings.HasPrefix(c.line, "help") {
			line = append(line[2:], line[:2]...)
		}
		code, stdout, stderr := inProcess(t.Context(), line)
		if code != exitNoRun || !strings.HasPrefix(stdout, "UNKNOWN: ") || strings.Count(stdout, "\n") != 1 || len(stdout) > 1001 || stderr != "" {
			t.Errorf("%q: exit code %d\n%s%s", line, code, stdout, stderr)
		}
	}
}

// A run that the user stops before it has begun, and one that has no time, are reports that
// know little, and documents all the same.
func TestStoppedRunsAreJSON(t *testing.T) {
	for _, line := range []string{"demo", "demo silent-server", "demo login", "demo silent-server --timeout 1s"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stopped := !strings.Contains(line, "--timeout")
			if stopped {
				cancel()
			}
			code, stdout, _ := inProcess(ctx, append(strings.Fields(line), "-o", "json"))
			if _, err := report.Read(strings.NewReader(stdout)); err != nil || stopped && code != exitNoRun {
				t.Errorf("%s: exit code %d, %v\n%s", line, code, err, stdout)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, line := range []string{"check a@example.com", "discover a@example.com", "clients example.com", "probe imaps://192.0.2.1", "lint https://192.0.2.1/x"} {
		code, stdout, _ := inProcess(ctx, append(strings.Fields(line), "--resolver", "192.0.2.53", "-o", "json"))
		if !json.Valid([]byte(stdout)) || code != exitNoRun {
			t.Errorf("%s: exit code %d\n%s", line, code, stdout)
		}
	}
}
