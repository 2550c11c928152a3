// Package report turns a report into bytes: a table for people, JSON for programs, the
// whole conversation for experts. Each format serves every view: an account, its
// sources, mail clients, a judged file. It is pure: the same report always gives the
// same bytes, so that a golden file can hold them.
//
// # Who reads it
//
// The help desk judges the first line of the table during a phone call, so it
// says whether the account works, with which servers, and if not, why. What
// follows can be pasted into a ticket: no colour unless asked for, no lines
// drawn around it, and host names are never broken.
package report

import (
	"io"
	"time"

	"mailcheck"
)

//go:generate go run mailcheck/cmd/mailcheck explain --markdown ../docs/checks.md

// Options say how a report is shown. The zero value suits an account in a file.
type Options struct {
	View    View
	Width   int    // columns; 0 means 80, and it is kept between 60 and 140
	Color   bool   // mark verdicts and severities with colour
	Verbose bool   // also show what is usually folded away
	Strict  bool   // count warnings as failures
	Version string // of mailcheck, for JSON
}

// View is what a report is read for. A format may leave out what does not matter to
// a view.
type View int

// The views.
const (
	Account View = iota // does it work, and with which servers?
	Sources             // what does each source publish?
	Clients             // what would each mail client end up with?
	File                // what is wrong with this file?
)

// Format is one way to write a report.
type Format struct {
	Name, Doc string
	Media     string // media type of what it writes
	Write     func(io.Writer, *mailcheck.Report, Options) error
	Exit      func(*mailcheck.Report, Options) int // the exit code that its readers expect

	// Failure is what stands in the place of a report where there is none, and why; nil
	// where nothing does.
	Failure func(w io.Writer, what, hint string) error
}

// Formats lists all formats, the default first.
var Formats = []Format{
	{"table", "for people: verdict, servers, findings", plainText, Table, exitCode, nil},
	{"json", "for programs: everything, schema 1", "application/json", JSON, exitCode, jsonWithout},
	{"transcript", "for experts: every step and every line said, with its time", plainText, Transcript, exitCode, nil},
}

const plainText = "text/plain; charset=utf-8"

// FormatByName returns the format of that name.
func FormatByName(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// exitCode is 1 where something fails; a test that came to nothing is no success.
func exitCode(r *mailcheck.Report, opts Options) int {
	switch {
	case r.Verdict == mailcheck.Fail, opts.Strict && r.Verdict == mailcheck.Warn:
		return 1
	case r.Verdict == mailcheck.Untested:
		return 3
	}
	return 0
}

// A line shorter than minWidth cannot hold a server and its result side by
// side; one longer than maxWidth is hard to read.
const (
	defaultWidth = 80
	minWidth     = 60
	maxWidth     = 140
	roomy        = 110 // from here on the table also says how long certificates are valid, and names the servers' software
)

func (o Options) width() int {
	if o.Width == 0 {
		return defaultWidth
	}
	return min(max(o.Width, minWidth), maxWidth)
}

// finished returns the time at which the run ended. Dates are judged against
// it, not against the clock, so that a report reads the same tomorrow.
func finished(r *mailcheck.Report) time.Time { return r.Started.Add(r.Elapsed) }
