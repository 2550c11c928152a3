package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mailcheck"
)

// event is a line of the transcript.
type event struct {
	at   time.Duration
	text string
}

// transcript writes the steps of every source, and the steps and the
// conversation of every server: time, > for what was sent, < for what came back.
func transcript(w io.Writer, r *mailcheck.Report) {
	var b strings.Builder
	for _, s := range r.Sources {
		writeEvents(&b, "source "+s.Name, steps(s.Steps))
	}
	for _, s := range r.Servers {
		events := steps(s.Steps)
		for _, line := range s.Conversation {
			arrow := "< "
			if line.Client {
				arrow = "> "
			}
			events = append(events, event{line.At, arrow + mailcheck.Clean(line.Text)})
		}
		slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
		writeEvents(&b, "server "+s.URL(), events)
	}
	io.WriteString(w, b.String())
}

func steps(list []mailcheck.Step) []event {
	var events []event
	for _, s := range list {
		events = append(events, event{s.Start + s.Elapsed, "- " + mailcheck.Clean(s.String())})
	}
	return events
}

func writeEvents(b *strings.Builder, title string, events []event) {
	fmt.Fprintf(b, "%s\n", mailcheck.Clean(title))
	for _, e := range events {
		fmt.Fprintf(b, "%8.3f %s\n", e.at.Seconds(), e.text)
	}
}
