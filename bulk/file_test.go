package bulk

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/internal/files"
	"mailcheck/report"
)

// lineOf is the line of an address, or of none.
func lineOf(t *testing.T, text string) []byte {
	t.Helper()
	o := report.Outcome{Input: text, File: "-", Line: 1, Error: "none"}
	if a, err := mailcheck.ParseAddress(text); err == nil {
		o.Report = &mailcheck.Report{Address: a, Verdict: mailcheck.Pass}
	}
	line, err := report.SurveyLine(o, nil, report.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// A survey goes on where it was, without the last line if that is cut.
func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "survey.jsonl")
	nothing := func(report.Outcome) error { return errors.New("there is an outcome in a new file") }
	f, err := Open(t.Context(), name, true, nothing)
	if err != nil {
		t.Fatal(err)
	}
	first, second := lineOf(t, "a@example.com"), lineOf(t, "nonsense")
	if err := errors.Join(f.Append(first), f.Append(second)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), name, true, nothing); !errors.Is(err, files.ErrBusy) {
		t.Errorf("a second survey at once: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), name, false, nothing); !errors.Is(err, files.ErrThere) {
		t.Errorf("without going on: %v", err)
	}
	whole := append(first, second...)
	for cut := range len(first) {
		if err := os.WriteFile(name, append(bytes.Clone(whole), first[:cut]...), 0o600); err != nil {
			t.Fatal(err)
		}
		var keys []string
		f, err := Open(t.Context(), name, true, func(o report.Outcome) error { keys = append(keys, o.Key()); return nil })
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Append(first), f.Close()); err != nil || strings.Join(keys, " ") != "a@example.com -:1:nonsense" {
			t.Fatalf("cut after %d bytes: %v, %q", cut, err, keys)
		}
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, append(bytes.Clone(whole), first...)) {
			t.Fatalf("cut after %d bytes the file has %q", cut, got)
		}
	}
}

// What is no survey stays as it is.
func TestFileRefuses(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "survey.jsonl")
	for _, content := range []string{"notes\n", "{}\n", string(lineOf(t, "a@example.com")) + "\x00\x00\n", `{"schema":2}` + "\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), name, true, func(report.Outcome) error { return nil }); err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%q: %v", content, err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != content {
			t.Errorf("%q has become %q", content, got)
		}
	}
	for _, bad := range []string{folder, filepath.Join(folder, "none", "survey.jsonl")} {
		if _, err := Open(t.Context(), bad, true, func(report.Outcome) error { return nil }); err == nil {
			t.Errorf("%s was opened", bad)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("stopped"))
	if _, err := ReadOutcomes(ctx, bytes.NewReader(lineOf(t, "a@example.com")), func(report.Outcome) error { return nil }); err == nil || err.Error() != "stopped" {
		t.Errorf("stopped: %v", err)
	}
}
