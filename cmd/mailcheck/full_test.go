package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck/report"
)

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// A result that cannot be written is told once, and is no success, whatever the result.
func TestFullDisk(t *testing.T) {
	lines := []string{
		"", "--help", "--version", "version", "help check", "check --help", "explain", "explain tls.expired", "demo --list",
		"completion bash", "completion zsh", "completion fish", "completion powershell", "__complete check ", "lint testdata/none.xml -o json",
	}
	for _, f := range report.Formats {
		lines = append(lines, "demo -o "+f.Name, "demo cert-expired -o "+f.Name)
		if f.Failure != nil {
			lines = append(lines, "demo no-such-scenario -o "+f.Name)
		}
	}
	for _, line := range lines {
		synctest.Test(t, func(t *testing.T) {
			var errs bytes.Buffer
			code := run(t.Context(), strings.Fields(line), full{}, &errs)
			const want = "mailcheck: error: writing the result: no space left on device\n"
			if code != exitNoRun || strings.Count(errs.String(), want) != 1 || !strings.HasSuffix(errs.String(), want) {
				t.Errorf("%q: exit code %d\n%s", line, code, errs.String())
			}
		})
	}
}

// What goes to standard error alone is not in need of any room.
func TestFullDiskWithoutResult(t *testing.T) {
	var errs bytes.Buffer
	if code := run(t.Context(), []string{"check"}, full{}, &errs); code != exitUsage || strings.Contains(errs.String(), "no space") {
		t.Error(fmt.Sprint(code, errs.String()))
	}
}
