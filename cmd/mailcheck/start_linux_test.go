package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkStart measures what every run of the program pays before it does anything: CPU
// time, and, where there is GNU time, the memory of the process. Only a small parent can
// tell that: what a process used before it became another one counts too.
func BenchmarkStart(b *testing.B) {
	program := filepath.Join(b.TempDir(), "mailcheck")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".") // as a release
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	var milliseconds float64
	for b.Loop() {
		run := exec.Command(program, "version")
		if err := run.Run(); err != nil {
			b.Fatal(err)
		}
		milliseconds += float64((run.ProcessState.UserTime() + run.ProcessState.SystemTime()).Microseconds()) / 1000
	}
	b.ReportMetric(milliseconds/float64(b.N), "CPU-ms/op")
	out, err := exec.Command("/usr/bin/time", "-f", "%M", "sh", "-c", program+" version >&2").CombinedOutput()
	if lines := strings.Fields(string(out)); err == nil {
		kib, _ := strconv.ParseFloat(lines[len(lines)-1], 64)
		b.ReportMetric(kib/1024, "MB")
	}
}
