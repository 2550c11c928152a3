package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/bulk"
	"mailcheck/internal/lab"
	"mailcheck/report"
)

// A survey that is killed at any moment, again and again, has lost nothing in the end that was
// done, and nothing is done twice.
func TestBulkKilled(t *testing.T) {
	list, addresses, way := manyUsers(t, 60)
	kept := filepath.Join(t.TempDir(), "survey.jsonl")
	flags := append([]string{"bulk", list, "--out", kept, "--resume", "-o", "jsonl", "--concurrency", "4"}, way...)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	var before []byte
	killed := 0
	for killedAt(t, flags, chance.IntN(1<<20)) {
		killed++
		now, err := os.ReadFile(kept)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(now, before) {
			t.Fatalf("after kill %d what was done is lost", killed)
		}
		before = now[:bytes.LastIndexByte(now, '\n')+1]
	}
	content, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	done := inputsOf(t, content)
	if !slices.Equal(done, addresses) || killed < 2 {
		t.Errorf("killed %d times, %d lines: %q", killed, len(done), done)
	}
}

// manyUsers puts a healthy provider on loopback sockets, and returns a list of so many of its
// users, and the flags that lead there.
func manyUsers(t testing.TB, n int) (list string, addresses, flags []string) {
	t.Helper()
	s, _ := lab.Find("healthy")
	l := lab.New(s)
	t.Cleanup(l.Close)
	resolver, connectTo, err := l.Loopback()
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		addresses = append(addresses, fmt.Sprintf("user%d@example.com", i))
	}
	slices.Sort(addresses)
	folder := t.TempDir()
	list, ca := filepath.Join(folder, "list.txt"), filepath.Join(folder, "ca.pem")
	for name, body := range map[string]string{list: strings.Join(addresses, "\n"), ca: string(l.CA())} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flags = []string{"--resolver", resolver, "--ca-file", ca}
	for _, c := range connectTo {
		flags = append(flags, "--connect-to", c)
	}
	return list, addresses, flags
}

// inputsOf returns what the lines of a survey are of, in order.
func inputsOf(t *testing.T, lines []byte) (inputs []string) {
	t.Helper()
	for line := range bytes.Lines(lines) {
		var d struct{ Input, Verdict string }
		if err := json.Unmarshal(line, &d); err != nil || d.Verdict == "" {
			t.Fatalf("%v in %.200q", err, line)
		}
		inputs = append(inputs, d.Input)
	}
	slices.Sort(inputs)
	return inputs
}

// killedAt runs mailcheck until it has written so many bytes, and kills it then; false if it
// has ended before.
func killedAt(t *testing.T, flags []string, bytes int) bool {
	t.Helper()
	c := itself(t, flags)
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_, ended := io.CopyN(io.Discard, bufio.NewReaderSize(out, 4096), int64(bytes))
	if ended == nil {
		_ = c.Process.Kill()
	}
	if err := c.Wait(); ended != nil && err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	return ended == nil
}

// itself is a process of mailcheck.
func itself(t *testing.T, args []string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program)
	c.Args = append([]string{"mailcheck"}, args...) // see TestMain
	c.Env = append(os.Environ(), "LAB_FLAGS=", "GORACE=atexit_sleep_ms=0")
	return c
}

// What is shown of a survey is how far it is, how long it will take, and what it waits for.
func TestBulkProgress(t *testing.T) {
	u := newUnderWay(100)
	see := func(after time.Duration, width int, want ...string) {
		t.Helper()
		if got := u.lines(u.began.Add(after), width, 24); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	see(time.Second, 80, "0 of 100: 0 pass, 0 warn, 0 fail, 0 untested")
	for i := range 6 {
		u.begun(bulk.Input{Text: fmt.Sprintf("user%d@example.com", i)})
		u.inHand[fmt.Sprintf("user%d@example.com", i)] = u.began.Add(time.Duration(i) * time.Second)
	}
	u.ended(report.Outcome{Input: "user0@example.com", Report: &mailcheck.Report{Verdict: mailcheck.Fail}})
	u.ended(report.Outcome{Input: "nonsense"})
	see(10*time.Second, 100, "2 of 100: 0 pass, 0 warn, 1 fail, 0 untested; 0.2 a second, 8 minutes left",
		"  waiting for user1@example.com (9 s) user2@example.com (8 s) user3@example.com (7 s) and 2 more")
	see(10*time.Second, 30, "2 of 100: 0 pass, 0 warn, 1 f", "  waiting for user1@example.c")
	u.plain = true
	see(10*time.Second, 30, "2 of 100: 0 pass, 0 warn, 1 f")

	u = newUnderWay(0)
	u.others = true
	u.told(40, 60, nil)
	u.begun(bulk.Input{Text: "user7@example.com"})
	u.begun(bulk.Input{Text: "user8@example.com"})
	u.ended(report.Outcome{Input: "user7@example.com", Report: &mailcheck.Report{Verdict: mailcheck.Pass}})
	u.postponed(bulk.Input{Text: "user8@example.com"})
	see(10*time.Second, 100, "40 of 100, 1 here: 1 pass, 0 warn, 0 fail, 0 untested")
	u.told(60, 40, nil)
	see(10*time.Second, 100, "60 of 100, 1 here: 1 pass, 0 warn, 0 fail, 0 untested; 2.0 a second, 20 s left")
	u.told(0, 0, context.DeadlineExceeded)
	see(10*time.Second, 100, "60 of 100, 1 here: 1 pass, 0 warn, 0 fail, 0 untested; waiting for the server with the queue")

	u = &underWay{total: 1000, began: u.began}
	see(10*time.Second, 100, "0 of 1000")
	u.fed(200)
	see(10*time.Second, 100, "200 of 1000; 20.0 a second, 40 s left")
}

// A queue is asked how far a survey is until nobody wants to know.
func TestBulkProgressFollowsQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUnderWay(0)
		ctx, cancel := context.WithCancel(t.Context())
		asked := 0
		u.follow(ctx, func(ctx context.Context) (lines, left int, err error) {
			if asked++; asked == 3 {
				cancel()
			}
			return asked, 10 - asked, ctx.Err()
		})
		if asked != 3 || u.total != 10 || u.before != 1 || !u.silent {
			t.Errorf("asked %d times: %+v", asked, u)
		}
	})
}

// Ctrl-C ends a survey with what it has, and says how to go on.
func TestBulkInterrupted(t *testing.T) {
	folder := t.TempDir()
	list := filepath.Join(folder, "list.txt")
	if err := os.WriteFile(list, []byte("nonsense\nalice@example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, further := range [][]string{nil, {"--out", filepath.Join(folder, "survey.jsonl")}} {
		ctx, cancel := context.WithCancel(t.Context())
		resolver, err := net.ListenPacket("udp", "127.0.0.1:0") // that never answers
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_, _, _ = resolver.ReadFrom(make([]byte, 1))
			cancel()
		}()
		args := append([]string{"bulk", list, "--resolver", resolver.LocalAddr().String()}, further...)
		code, _, stderr := inProcess(ctx, args)
		resolver.Close()
		hint := map[bool]string{true: "to go on, add --resume", false: "--out FILE"}[further != nil]
		if code != exitNoRun || !regexp.MustCompile(`(?m)^mailcheck: error: interrupted after [01] of 2$`).MatchString(stderr) || !strings.Contains(stderr, hint) || !strings.HasPrefix(stderr, "0 accounts: ") {
			t.Errorf("exit code %d\n%s", code, stderr)
		}
	}
}
