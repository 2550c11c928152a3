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
	"slices"
	"time"

	"mailcheck"
	"mailcheck/catalogue"
	"mailcheck/checks"
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

	Language *catalogue.Catalogue // of what people read; nil for English

	SARIFFile string // the file that publishes the settings of an account; the sarif format says of it what it finds
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
	Views     []View // it has; nil: all
	Write     func(io.Writer, *mailcheck.Report, Options) error
	Exit      func(*mailcheck.Report, Options) int // the exit code that its readers expect

	// Failure is what stands in the place of a report where there is none, and why; nil
	// where nothing does.
	Failure func(w io.Writer, what, hint string) error

	// FailureExit is the exit code that its readers expect then; 0 for the usual ones.
	// Those with one of their own take standard error for a part of the result, so that it
	// stays empty.
	FailureExit int
}

// Formats lists all formats, the default first.
var Formats = []Format{
	{Name: "table", Doc: "for people: verdict, servers, findings", Media: plainText, Write: Table, Exit: exitCode},
	{Name: "json", Doc: "for programs: everything, schema 1", Media: "application/json", Write: JSON, Exit: exitCode, Failure: jsonWithout},
	{Name: "transcript", Doc: "for experts: every step and every line said, with its time", Media: plainText, Write: Transcript, Exit: exitCode},
	{Name: "markdown", Doc: "for tickets and job summaries", Media: "text/markdown; charset=utf-8", Write: Markdown, Exit: exitCode},
	{Name: "html", Doc: "for a browser or paper: one file without a script", Media: "text/html; charset=utf-8", Write: HTML, Exit: exitCode},
	{Name: "junit", Doc: "for CI jobs: test results in XML, one case a server", Media: "application/xml", Write: JUnit, Exit: exitCode, Failure: junitWithout},
	{Name: "github", Doc: "for GitHub Actions: annotations, and the table in the log", Media: plainText, Write: GitHub, Exit: exitCode, Failure: githubWithout},
	{Name: "sarif", Doc: "for code scanning: findings in SARIF 2.1.0", Media: "application/sarif+json", Views: []View{Account, File}, Write: SARIF, Exit: exitCode, Failure: sarifWithout},
	{Name: "codequality", Doc: "for GitLab's merge requests: findings about a file", Media: "application/json", Views: []View{File}, Write: CodeQuality, Exit: exitCode},
	{Name: "csv", Doc: "for spreadsheets: one row a server", Media: "text/csv; charset=utf-8", Write: CSV, Exit: exitCode},
	{Name: "jsonl", Doc: "for jq and the like: one line of JSON a server", Media: "application/jsonl", Write: JSONLines, Exit: exitCode, Failure: jsonlWithout},
	{Name: "nagios", Doc: "for Nagios, Icinga and Checkmk: one state, worst first, with performance data", Media: plainText, Views: []View{Account}, Write: Nagios, Exit: nagiosState, Failure: nagiosWithout, FailureExit: nagiosUnknown},
	{Name: "prometheus", Doc: "for Prometheus: metrics for the textfile collector", Media: prometheusText, Views: []View{Account}, Write: Prometheus, Exit: exitCode},
}

// Has reports whether a format makes sense for a view.
func (f Format) Has(v View) bool { return f.Views == nil || slices.Contains(f.Views, v) }

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

// fails reports whether a severity counts as a failure.
func (o Options) fails(s checks.Severity) bool {
	return s == checks.Failure || o.Strict && s == checks.Warning
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
