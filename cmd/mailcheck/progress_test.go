package main

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/probes"
)

func at(host string, kind mailcheck.SourceKind) mailcheck.Server {
	return mailcheck.Server{Protocol: mailcheck.IMAP, Host: host, Port: 993, Security: mailcheck.ImplicitTLS, Kind: kind}
}

// What somebody named has a line from the beginning; what is guessed, once it works.
func TestProgressLines(t *testing.T) {
	began := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	l := &live{what: "alice@example.com", began: began, end: began.Add(30 * time.Second), state: map[string]probes.Progress{}}
	see := func(width, height int, want ...string) {
		t.Helper()
		if got := l.lines(began.Add(3*time.Second), width, height); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	see(80, 24, "testing alice@example.com, 3 s of at most 30 s: asking who has the mail")
	l.watch(at("imap.example.com", mailcheck.Published), probes.Begun)
	l.watch(at("mail.example.com", mailcheck.Guessed), probes.Begun)
	l.watch(at("gone.example.com", mailcheck.Guessed), probes.Failed)
	see(80, 24, "testing alice@example.com, 3 s of at most 30 s: waiting for 1 of 1 servers", "  ...    imaps://imap.example.com:993")
	l.watch(at("mail.example.com", mailcheck.Guessed), probes.Passed)
	l.watch(at("imap.example.com", mailcheck.Published), probes.Failed)
	see(80, 24, "testing alice@example.com, 3 s of at most 30 s: looking at what was found", "  fails  imaps://imap.example.com:993", "  works  imaps://mail.example.com:993")
	see(20, 24, "testing alice@examp", "  fails  imaps://im", "  works  imaps://ma")
	see(80, 3, "testing alice@example.com, 3 s of at most 30 s: looking at what was found", "  and 2 more")
	l.await(probes.AwaitMessage)
	see(90, 3, "testing alice@example.com, 3 s of at most 30 s: waiting for the test message to arrive", "  and 2 more")
	for waits := probes.AwaitNothing + 1; waits <= probes.AwaitRemoval; waits++ {
		if awaited[waits] == "" {
			t.Errorf("nothing says what is waited for at %d", waits)
		}
	}
	l.await(probes.AwaitNothing)
	l.plain = true
	see(80, 24, "testing alice@example.com, 3 s of at most 30 s: looking at what was found")
	if got := shortened("ümläut", 4); got != "üml" {
		t.Errorf("cut it is %q", got)
	}
}

// terminal is a screen of lines, which understands what is written to it.
type terminal struct {
	mu    sync.Mutex
	lines []string
	all   bytes.Buffer
}

func (s *terminal) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.Write(p)
	text := string(p)
	if after, ok := strings.CutPrefix(text, "\r\x1b["); ok {
		count, rest, _ := strings.Cut(after, "A\x1b[J")
		n := 0
		for _, digit := range count {
			n = 10*n + int(digit-'0')
		}
		s.lines, text = s.lines[:len(s.lines)-n], rest
	}
	for line := range strings.Lines(text) {
		s.lines = append(s.lines, line)
	}
	return len(p), nil
}

// Nothing is left of what was shown, and nothing is shown of a run that is over at once.
func TestProgressLeavesNothing(t *testing.T) {
	for _, plain := range []bool{false, true} {
		for _, lasts := range []time.Duration{100 * time.Millisecond, 5 * time.Second} {
			synctest.Test(t, func(t *testing.T) {
				var screen terminal
				l := &live{what: "alice@example.com", began: time.Now(), state: map[string]probes.Progress{}, display: display{plain: plain}}
				stop, done := make(chan struct{}), make(chan struct{})
				go func() {
					l.run(&screen, stop, func() (int, int) { return 0, 0 }, l.lines)
					close(done)
				}()
				time.Sleep(lasts / 2)
				l.watch(at("imap.example.com", mailcheck.Published), probes.Begun)
				time.Sleep(lasts / 2)
				close(stop)
				<-done
				shown := screen.all.String()
				if !plain && len(screen.lines) > 0 || plain && shown != "" && !strings.HasSuffix(shown, " \r") {
					t.Errorf("plain %v, %s: left are %q of %q", plain, lasts, screen.lines, shown)
				}
				if long := lasts > time.Second; long != strings.Contains(shown, "testing alice@example.com, ") || long && !plain != strings.Contains(shown, "imaps://imap.example.com:993") {
					t.Errorf("plain %v, %s: shown was %q", plain, lasts, shown)
				}
			})
		}
	}
}
