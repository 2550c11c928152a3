package report

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

// legend stands above a transcript.
const legend = `Seconds since the start, and what happened:
  >  sent   <  received   (>> << inside TLS)
  -  a step ended, after so many milliseconds   !  what was found in it

`

// Transcript writes the steps of every source, the steps and the conversation of
// every server, and what was asked about this machine's network. Secrets have been
// taken out already.
func Transcript(w io.Writer, r *mailcheck.Report, _ Options) error {
	var b strings.Builder
	b.WriteString(legend)
	for _, s := range r.Sources {
		writeEvents(&b, "source "+s.Name, steps(s.Steps, ""))
	}
	for _, s := range r.Servers {
		writeEvents(&b, "server "+s.URL(), conversation(s))
	}
	if t := r.Synchronisation; t != nil {
		writeEvents(&b, "synchronisation", conversation(mailcheck.ServerResult{Steps: t.Steps, Conversation: t.Conversation}))
	}
	if t := r.RoundTrip; t != nil {
		writeEvents(&b, "round trip", conversation(mailcheck.ServerResult{Steps: t.Steps, Conversation: t.Conversation}))
	}
	if len(r.Network) > 0 {
		writeEvents(&b, "this machine's network", steps(r.Network, ""))
	}
	if b.Len() == len(legend) {
		b.Reset()
		b.WriteString("Nothing was asked of the network.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// conversation puts the lines of a conversation before the step that they belong
// to, and marks where TLS begins: what follows cannot be read on the way. What
// went on beside it stands where it ended.
func conversation(s mailcheck.ServerResult) []event {
	var events []event
	rest := s.Conversation
	for i, step := range s.Steps {
		for len(rest) > 0 && rest[0].Step <= i {
			events, rest = append(events, said(rest[0])), rest[1:]
		}
		if step.Op == mailcheck.OpGreeting && !step.Failed() {
			step.Detail = mailcheck.Text{} // the line above
		}
		events = append(events, steps([]mailcheck.Step{step}, s.Endpoint())...)
		if step.Op == mailcheck.OpTLS && !step.Failed() {
			events = append(events, event{step.Start + step.Elapsed, "= encrypted from here on"})
		}
	}
	for _, line := range rest {
		events = append(events, said(line))
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
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

// steps shows each step at the time it was over, how long it took, and what was
// found in it. A target that the heading names already is left out.
func steps(list []mailcheck.Step, known string) []event {
	var events []event
	for _, s := range list {
		at := s.Start + s.Elapsed
		if s.Target == known {
			s.Target = ""
		}
		if len(s.Findings) > 0 {
			s.Error = "" // said better below
		}
		text := strings.TrimSpace(strings.Replace(s.String(), " :", ":", 1))
		events = append(events, event{at, fmt.Sprintf("- %s (%.0f ms)", mailcheck.Clean(text), 1000*s.Elapsed.Seconds())})
		for _, f := range s.Findings {
			events = append(events, event{at, fmt.Sprintf("! %s: %s", f.Check.ID, mailcheck.Clean(f.Detail.String()))})
		}
	}
	return events
}

func writeEvents(b *strings.Builder, title string, events []event) {
	fmt.Fprintf(b, "%s\n", mailcheck.Clean(title))
	for _, e := range events {
		fmt.Fprintf(b, "%8.3f %s\n", e.at.Seconds(), e.text)
	}
}
