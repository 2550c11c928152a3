package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"mailcheck/internal/lab"
)

var soakRuns = flag.Int("soak", 60, "how many runs TestSoak makes; .ci/test makes 500")

// Many runs leave what some leave: no file, no process, no open socket, no goroutine,
// and no memory.
func TestSoak(t *testing.T) {
	s, _ := lab.Find("login")
	l := lab.New(s)
	defer l.Close()
	resolver, connectTo, err := l.Loopback()
	if err != nil {
		t.Fatal(err)
	}
	folder, temporary := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temporary) // and what Windows has for it
	t.Setenv("TMP", temporary)
	t.Chdir(folder)
	for name, body := range map[string]string{"ca.pem": string(l.CA()), "password": s.Password + "\n"} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	network := []string{"--resolver", resolver, "--ca-file", "ca.pem"}
	for _, c := range connectTo {
		network = append(network, "--connect-to", c)
	}
	network = append(network, "--connect-to", "::127.0.0.1:1") // the rest of the internet refuses
	commands := []struct {
		code int
		args []string
	}{
		{0, append([]string{"check", s.Address}, network...)},
		{0, append([]string{"check", s.Address, "-o", "json", "--password-file", "password"}, network...)},
		{0, append([]string{"clients", s.Address, "-o", "json"}, network...)},
		{0, append([]string{"setup", s.Address, "--for", "thunderbird", "--write", "settings.xml", "--force"}, network...)},
		{3, append([]string{"check", s.Address, "--timeout", "1ms"}, network...)},
		{2, []string{"check", "no address"}},
	}
	soak := func(runs int) {
		for i := range runs {
			c := commands[i%len(commands)]
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), c.args, &stdout, &stderr); code != c.code {
				t.Fatalf("%s: exit code %d\n%s%s", strings.Join(c.args[:2], " "), code, stdout.String(), stderr.String())
			}
		}
	}
	soak(*soakRuns / 5)
	before := settled()
	soak(*soakRuns * 4 / 5)
	after := settled()
	t.Logf("before %v, after %v", before, after)
	if after.goroutines > before.goroutines+5 || after.open > before.open+5 || after.heap > before.heap+8<<20 { // the lab remembers what it was asked
		t.Errorf("grows: %v after %d runs, %v after %d", before, *soakRuns/5, after, *soakRuns)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
	if left, err := filepath.Glob("*"); fmt.Sprint(left) != "[ca.pem password settings.xml]" {
		t.Errorf("there are %v, %v", left, err)
	}
	if children, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid())); err == nil && len(children) > 0 {
		t.Errorf("processes are left: %s", children)
	}
}

// inUse is what the program has in use.
type inUse struct {
	goroutines, open int // open files and sockets, as far as the system tells
	heap             uint64
}

// settled returns what is in use when what is ending has ended.
func settled() (u inUse) {
	for range 50 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		files, _ := os.ReadDir("/proc/self/fd")
		now := inUse{runtime.NumGoroutine(), len(files), m.HeapAlloc}
		if u.heap > 0 {
			now = inUse{min(u.goroutines, now.goroutines), min(u.open, now.open), min(u.heap, now.heap)}
		}
		u = now
	}
	return u
}
