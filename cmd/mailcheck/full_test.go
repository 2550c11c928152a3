package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
		if f.Has(report.Account) {
			lines = append(lines, "demo -o "+f.Name, "demo cert-expired -o "+f.Name)
		}
		if f.Has(report.File) {
			lines = append(lines, "lint full_test.go -o "+f.Name)
		}
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

// stalled is a pipe from which nobody reads.
type stalled struct{ ended <-chan struct{} }

func (s stalled) Write(p []byte) (int, error) {
	<-s.ended
	return len(p), nil
}

// A reader may take its time, as one with a pager does; after Ctrl-C it may not, nor after
// the time that was asked for.
func TestStalledReader(t *testing.T) {
	for _, line := range []string{"explain", "demo", "demo -o html", "demo login -o json"} {
		synctest.Test(t, func(t *testing.T) {
			read := make(chan struct{})
			time.AfterFunc(time.Hour, func() { close(read) })
			var errs bytes.Buffer
			if code := run(t.Context(), strings.Fields(line), stalled{read}, &errs); code != exitOK || errs.Len() > 0 {
				t.Errorf("%q with a pager: exit code %d\n%s", line, code, errs.String())
			}

			never := make(chan struct{})
			defer close(never)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Minute, cancel)
			code := run(ctx, strings.Fields(line), stalled{never}, &errs)
			if want := "mailcheck: error: writing the result: interrupted before all of it was read\n"; code != exitNoRun || errs.String() != want {
				t.Errorf("%q: exit code %d\n%s", line, code, errs.String())
			}

			if line == "explain" {
				return
			}
			errs.Reset()
			code = run(t.Context(), strings.Fields(line+" --timeout 40s"), stalled{never}, &errs)
			if want := "mailcheck: error: writing the result: nobody has read all of it within the 40s of --timeout\n"; code != exitNoRun || errs.String() != want {
				t.Errorf("%q in its time: exit code %d\n%s", line, code, errs.String())
			}
		})
	}
}
