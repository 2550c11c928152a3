package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/rogpeppe/go-internal/testscript"
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
	list, addresses, way := manyUsers(t, 30)
	url, end, err := startNATS(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	way = append(way, "--nats", url)
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
	done := inputsOf(t, []byte(stdout))
	if !slices.Equal(done, addresses) || code != exitOK {
		t.Errorf("exit code %d, %d lines: %q\n%s", code, len(done), done, stderr)
	}
}

// BenchmarkQueue measures what an address of a survey takes in a queue: of its line, whole and with
// fewer fields, and of the server's disk, before and after it was tested.
func BenchmarkQueue(b *testing.B) {
	for name, fields := range map[string]string{"all": "", "with-sources": "findings,settings,sources", "few": "findings,settings"} {
		b.Run("fields="+name, func(b *testing.B) {
			const addresses = 200
			for b.Loop() {
				list, _, way := manyUsers(b, addresses)
				folder := b.TempDir()
				url, end, err := startNATS(folder)
				if err != nil {
					b.Fatal(err)
				}
				way = append(way, "--nats", url)
				run := func(args ...string) string {
					code, stdout, stderr := inProcess(b.Context(), append([]string{"bulk"}, args...))
					if code != exitOK {
						b.Fatal(stderr)
					}
					return stdout
				}
				run(append([]string{"feed", list}, way...)...)
				b.ReportMetric(float64(sizeOf(b, folder))/addresses, "fed-B/address")
				run(append([]string{"work", "--rate", "1000", "--fields", fields}, way...)...)
				b.ReportMetric(float64(sizeOf(b, folder))/addresses, "done-B/address")
				b.ReportMetric(float64(len(run("collect", "--nats", url)))/addresses, "line-B/address")
				end()
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// sizeOf returns how many bytes the files in a folder have.
func sizeOf(tb testing.TB, folder string) (bytes int64) {
	tb.Helper()
	if err := filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		bytes += info.Size()
		return err
	}); err != nil {
		tb.Fatal(err)
	}
	return bytes
}
