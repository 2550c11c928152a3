package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"mailcheck"
)

// event is a line of the transcript.
type event struct {
	at   time.Duration
	text string
}

// transcript writes the steps of every source, the steps and the conversation of
// every server, and what was asked about this machine's network: the time, > for what was sent, < for what came
// back, doubled inside TLS, - for a step. Secrets have been taken out already.
func transcript(w io.Writer, r *mailcheck.Report) {
	var b strings.Builder
	for _, s := range r.Sources {
		writeEvents(&b, "source "+s.Name, steps(s.Steps))
	}
	for _, s := range r.Servers {
		writeEvents(&b, "server "+s.URL(), conversation(s))
	}
	if len(r.Network) > 0 {
		writeEvents(&b, "this machine's network", steps(r.Network))
	}
	io.WriteString(w, b.String())
}

// conversation puts the lines of a conversation before the step that they belong
// to, and marks where TLS begins: what follows cannot be read on the way.
func conversation(s mailcheck.ServerResult) []event {
	var events []event
	rest := s.Conversation
	for i, step := range s.Steps {
		for len(rest) > 0 && rest[0].Step <= i {
			events, rest = append(events, said(rest[0])), rest[1:]
		}
		events = append(events, steps([]mailcheck.Step{step})...)
		if step.Op == mailcheck.OpTLS && step.Err == nil {
			events = append(events, event{step.Start + step.Elapsed, "= encrypted from here on"})
		}
	}
	for _, line := range rest {
		events = append(events, said(line))
	}
	return events
}

// said shows a line: one arrow in clear, two inside TLS.
func said(line mailcheck.Line) event {
	arrow := "<"
	if line.Client {
		arrow = ">"
	}
	if line.Secure {
		arrow += arrow
	}
	return event{line.At, arrow + " " + mailcheck.Clean(line.Text)}
}

// steps shows each step at the time it was over, and how long it took.
func steps(list []mailcheck.Step) []event {
	var events []event
	for _, s := range list {
		text := fmt.Sprintf("- %s (%.0f ms)", mailcheck.Clean(s.String()), 1000*s.Elapsed.Seconds())
		events = append(events, event{s.Start + s.Elapsed, text})
	}
	return events
}

func writeEvents(b *strings.Builder, title string, events []event) {
	fmt.Fprintf(b, "%s\n", mailcheck.Clean(title))
	for _, e := range events {
		fmt.Fprintf(b, "%8.3f %s\n", e.at.Seconds(), e.text)
	}
}
