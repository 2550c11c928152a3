package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/rogpeppe/go-internal/testscript"

	"mailcheck/internal/lab"
)

// startNATS starts a server on a loopback socket that keeps its streams in a folder.
func startNATS(folder string) (url string, end func(), err error) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: folder, NoSigs: true})
	if err != nil {
		return "", nil, err
	}
	go s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		return "", nil, fmt.Errorf("the NATS server does not start")
	}
	return s.ClientURL(), func() { s.Shutdown(); s.WaitForShutdown() }, nil
}

// startQueue starts one for a script, in $NATS.
func startQueue(ts *testscript.TestScript, _ bool, _ []string) {
	url, end, err := startNATS(filepath.Join(ts.Getenv("WORK"), "store"))
	ts.Check(err)
	ts.Defer(end)
	ts.Setenv("NATS", url)
}

// grepStore looks for a text in all that the server keeps.
func grepStore(ts *testscript.TestScript, neg bool, args []string) {
	found, files := false, 0
	ts.Check(filepath.WalkDir(filepath.Join(ts.Getenv("WORK"), "store"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(name)
		files++
		found = found || bytes.Contains(content, []byte(args[0]))
		return err
	}))
	if found == neg || files == 0 {
		ts.Fatalf("%d files; there: %v", files, found)
	}
}

// Workers that are killed at any moment, again and again, lose nothing, and nothing comes twice.
func TestWorkersKilled(t *testing.T) {
	s, _ := lab.Find("healthy")
	l := lab.New(s)
	defer l.Close()
	resolver, connectTo, err := l.Loopback()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	url, end, err := startNATS(filepath.Join(folder, "store"))
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	list, ca := filepath.Join(folder, "list.txt"), filepath.Join(folder, "ca.pem")
	var addresses []string
	for i := range 30 {
		addresses = append(addresses, fmt.Sprintf("user%d@example.com", i))
	}
	for name, body := range map[string]string{list: strings.Join(addresses, "\n"), ca: string(l.CA())} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	way := []string{"--nats", url, "--resolver", resolver, "--ca-file", ca}
	for _, c := range connectTo {
		way = append(way, "--connect-to", c)
	}
	if code, _, stderr := inProcess(t.Context(), append([]string{"bulk", "feed", list}, way...)); code != exitOK {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	work := append([]string{"bulk", "work", "--lost-after", "1s"}, way...)
	for range 3 {
		c := itself(t, work)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Duration(chance.IntN(int(time.Second))), func() { _ = c.Process.Kill() })
		_ = c.Wait() // it may have ended before
		kill.Stop()
	}
	if code, _, stderr := inProcess(t.Context(), work); code != exitOK {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	code, stdout, stderr := inProcess(t.Context(), []string{"bulk", "collect", "--nats", url})
	var done []string
	for line := range strings.Lines(stdout) {
		var d struct{ Input, Verdict string }
		if err := json.Unmarshal([]byte(line), &d); err != nil || d.Verdict == "" {
			t.Fatalf("%v in %.200q", err, line)
		}
		done = append(done, d.Input)
	}
	slices.Sort(done)
	slices.Sort(addresses)
	if !slices.Equal(done, addresses) || code != exitOK {
		t.Errorf("exit code %d, %d lines: %q\n%s", code, len(done), done, stderr)
	}
}
