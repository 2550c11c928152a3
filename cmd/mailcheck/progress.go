package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"mailcheck"
	"mailcheck/probes"
)

// progress shows on a terminal what is going on, until the function that it returns is
// called; then nothing of it is left. Elsewhere it does nothing, and there is no view.
func progress(ctx context.Context, stderr io.Writer, what string) (view *live, done func()) {
	screen, ok := terminalOf(stderr)
	if !ok {
		return nil, func() {}
	}
	view = &live{what: what, began: time.Now(), state: map[string]probes.Progress{}}
	view.end, _ = ctx.Deadline()
	return view, view.show(screen, view.lines)
}

// terminalOf returns the terminal that something is written to, if it is one for people.
func terminalOf(w io.Writer) (screen *os.File, ok bool) {
	file, ok := w.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd())) && os.Getenv("CI") == "" // a job's log keeps every line
}

// display is a place on a terminal whose lines are drawn again and again.
type display struct {
	plain bool // the terminal cannot go back a line
	drawn int  // lines on the screen
}

// show draws lines until the function that it returns is called.
func (d *display) show(screen *os.File, lines func(now time.Time, width, height int) []string) (done func()) {
	d.plain = os.Getenv("TERM") == "dumb" || !enableColor(screen)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		d.run(screen, stop, func() (int, int) {
			width, height, _ := term.GetSize(int(screen.Fd()))
			return width, height
		}, lines)
	}()
	return func() {
		close(stop)
		<-stopped
	}
}

// live is what is shown while a run goes on: how long it has taken and what it waits for,
// and a line for each server that somebody named.
type live struct {
	display
	what  string
	began time.Time
	end   time.Time // when the run has to be over; zero if it need not

	mu    sync.Mutex
	order []string // URLs
	state map[string]probes.Progress
	waits probes.Awaited // before or after the tests
}

// watch is told of each server, at once. What is only guessed is shown once it works.
func (l *live) watch(s mailcheck.Server, p probes.Progress) {
	l.mu.Lock()
	defer l.mu.Unlock()
	url := s.URL()
	_, known := l.state[url]
	if !known && s.Guessed() && p != probes.Passed {
		return
	}
	if !known {
		l.order = append(l.order, url)
	}
	l.state[url] = p
}

// await is told what is waited for before or after the tests.
func (l *live) await(a probes.Awaited) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waits = a
}

// awaited are the words for it.
var awaited = map[probes.Awaited]string{
	probes.AwaitSignIn:  "asking the provider for a token, as the kept sign-in allows",
	probes.AwaitSending: "handing in the test message",
	probes.AwaitMessage: "waiting for the test message to arrive",
	probes.AwaitSync:    "looking from a second session at what the first does",
	probes.AwaitRemoval: "removing what the test has made (Ctrl-C leaves it there)",
}

// A test is mostly over before anybody could read what is shown of it.
const (
	firstDraw = 400 * time.Millisecond
	redraw    = 250 * time.Millisecond
)

// run draws again and again, and leaves nothing behind.
func (d *display) run(w io.Writer, stop <-chan struct{}, size func() (width, height int), lines func(now time.Time, width, height int) []string) {
	next := time.NewTimer(firstDraw)
	defer next.Stop()
	for {
		select {
		case <-stop:
			d.draw(w, nil)
			return
		case now := <-next.C:
			width, height := size()
			if width <= 0 {
				width, height = usualWidth, usualHeight
			}
			d.draw(w, lines(now, width, height))
			next.Reset(redraw)
		}
	}
}

// The size of a terminal that does not tell its own, and the most that is shown of one.
const (
	usualWidth, usualHeight = 80, 24
	mostLines               = 16
)

// lines are what is to be seen now, none longer than the terminal is wide.
func (l *live) lines(now time.Time, width, height int) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	words := map[probes.Progress]string{probes.Begun: "...", probes.Passed: "works", probes.Failed: "fails"}
	var waiting []string
	for _, url := range l.order {
		if l.state[url] == probes.Begun {
			waiting = append(waiting, url)
		}
	}
	lines := []string{shortened(l.head(now, waiting), width-1)}
	if l.plain {
		return lines
	}
	rows := l.order[:min(len(l.order), mostLines, max(0, height-2))]
	for _, url := range rows {
		lines = append(lines, shortened(fmt.Sprintf("  %-6s %s", words[l.state[url]], mailcheck.Clean(url)), width-1))
	}
	if more := len(l.order) - len(rows); more > 0 && len(rows) > 0 {
		lines[len(lines)-1] = shortened(fmt.Sprintf("  and %d more", more+1), width-1)
	}
	return lines
}

// head says how far the run is.
func (l *live) head(now time.Time, waiting []string) string {
	text := fmt.Sprintf("testing %s, %.0f s", mailcheck.Clean(l.what), now.Sub(l.began).Seconds())
	if !l.end.IsZero() {
		text += fmt.Sprintf(" of at most %.0f s", l.end.Sub(l.began).Seconds())
	}
	switch {
	case l.waits != probes.AwaitNothing:
		return text + ": " + awaited[l.waits]
	case len(l.order) == 0:
		return text + ": asking who has the mail"
	case len(waiting) == 0:
		return text + ": looking at what was found"
	}
	return text + fmt.Sprintf(": waiting for %d of %d servers", len(waiting), len(l.order))
}

// shortened cuts a line to so many columns. What is not ASCII may take two.
func shortened(line string, width int) string {
	for i, r := range line {
		if width--; r > 0x7f {
			width--
		}
		if width < 0 {
			return line[:i]
		}
	}
	return line
}

// draw puts lines in the place of those that were there, which it wipes.
func (d *display) draw(w io.Writer, lines []string) {
	var b strings.Builder
	if d.plain {
		if d.drawn > 0 {
			fmt.Fprintf(&b, "\r%s\r", strings.Repeat(" ", d.drawn))
		}
		b.WriteString(strings.Join(lines, ""))
		d.drawn = len([]rune(strings.Join(lines, "")))
	} else {
		if d.drawn > 0 {
			fmt.Fprintf(&b, "\r\x1b[%dA\x1b[J", d.drawn) // up, and wipe all below
		}
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
		d.drawn = len(lines)
	}
	io.WriteString(w, b.String())
}
