// Package report turns a report into bytes: a table for people and JSON for
// programs, both also for the views of sources and of mail clients and for the
// judgement of a setup file. It is pure: the same report always gives the same
// bytes, so that a golden file can hold them.
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

// Options say how a report is shown. The zero value suits a file.
type Options struct {
	Width   int    // columns; 0 means 80, and it is kept between 60 and 140
	Color   bool   // mark verdicts and severities with colour
	Verbose bool   // also show what is usually folded away
	Version string // of mailcheck, for JSON
}

// Format is one way to write a report.
type Format struct {
	Name, Doc string
	Write     func(io.Writer, *mailcheck.Report, Options) error
}

// Formats lists all formats, the default first.
var Formats = []Format{
	{"table", "for people: verdict, servers, findings", Table},
	{"json", "for programs: everything, schema 1", JSON},
}

// FormatByName returns the format of that name.
func FormatByName(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// A line shorter than minWidth cannot hold a server and its result side by
// side; one longer than maxWidth is hard to read.
const (
	defaultWidth = 80
	minWidth     = 60
	maxWidth     = 140
	roomy        = 110 // from here on the table also names the servers' software
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
