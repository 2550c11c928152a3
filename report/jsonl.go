package report

import (
	"encoding/json"
	"io"
	"slices"

	"mailcheck"
)

// JSONLines writes the report for programs that read line by line: an object for each
// server, source, mail client, or finding about a file, with the fields that it has in the
// json format, and what it belongs to. The steps and the conversation are left out.
func JSONLines(w io.Writer, r *mailcheck.Report, opts Options) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, line := range jsonlViews[opts.View](r, document(r, opts), opts) {
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// jsonlViews are the lines of each view.
var jsonlViews = map[View]func(*mailcheck.Report, *jsonReport, Options) []any{
	Account: serverLines, Sources: sourceLines, Clients: clientLines, File: findingLines,
}

// jsonlWithout writes the one line of a run without a report.
func jsonlWithout(w io.Writer, what, hint string) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(failureDocument(what, hint))
}

// jsonlHead is what the line of an account begins with.
type jsonlHead struct {
	Schema  int    `json:"schema"`
	Address string `json:"address"`
	Domain  string `json:"domain"`
}

// none hides a field of what is embedded.
type none = *struct{}

type jsonlServer struct {
	jsonlHead
	jsonServer
	Steps        none          `json:"steps,omitempty"`
	Conversation none          `json:"conversation,omitempty"`
	Findings     []jsonFinding `json:"findings"`
}

// jsonlAside is a line of what is no server's.
type jsonlAside struct {
	jsonlHead
	Verdict  string        `json:"verdict"` // of the account
	Findings []jsonFinding `json:"findings"`
}

type jsonlSource struct {
	jsonlHead
	jsonSource
	Steps    none          `json:"steps,omitempty"`
	Findings []jsonFinding `json:"findings"`
}

type jsonlClient struct {
	jsonlHead
	jsonClient
}

type jsonlFinding struct {
	Schema int    `json:"schema"`
	File   string `json:"file"`
	Kind   string `json:"kind"` // of the file
	jsonFinding
}

type jsonlFile struct {
	Schema  int    `json:"schema"`
	File    string `json:"file"`
	Kind    string `json:"kind"`
	Verdict string `json:"verdict"`
}

// serverLines has a line for each server, and one for what is found besides.
func serverLines(r *mailcheck.Report, d *jsonReport, opts Options) []any {
	head := jsonlHead{d.Schema, d.Address, d.Domain}
	lines := []any{}
	for i, s := range r.Servers {
		if hidden(s) && !opts.Verbose {
			continue
		}
		lines = append(lines, jsonlServer{jsonlHead: head, jsonServer: d.Servers[i], Findings: findingsOf(r, d, func(f mailcheck.Finding) bool { return f.Server == s.URL() })})
	}
	rest := findingsOf(r, d, func(f mailcheck.Finding) bool { return f.Server == "" })
	if len(rest) > 0 || len(lines) == 0 {
		lines = append(lines, jsonlAside{head, verdictWord(r.Verdict), rest})
	}
	return lines
}

// findingsOf are the findings of a document that are about something.
func findingsOf(r *mailcheck.Report, d *jsonReport, about func(mailcheck.Finding) bool) []jsonFinding {
	found := []jsonFinding{}
	for i, f := range r.Findings {
		if about(f) {
			found = append(found, d.Findings[i])
		}
	}
	return found
}

func sourceLines(r *mailcheck.Report, d *jsonReport, _ Options) []any {
	head := jsonlHead{d.Schema, d.Address, d.Domain}
	lines := []any{}
	for i, s := range r.Sources {
		lines = append(lines, jsonlSource{jsonlHead: head, jsonSource: d.Sources[i], Findings: findingsOf(r, d, func(f mailcheck.Finding) bool { return f.Source == s.Name })})
	}
	rest := findingsOf(r, d, func(f mailcheck.Finding) bool {
		return !slices.ContainsFunc(r.Sources, func(s mailcheck.SourceResult) bool { return s.Name == f.Source })
	})
	if len(rest) > 0 || len(lines) == 0 {
		lines = append(lines, jsonlAside{head, verdictWord(r.Verdict), rest})
	}
	return lines
}

func clientLines(r *mailcheck.Report, d *jsonReport, _ Options) []any {
	head := jsonlHead{d.Schema, d.Address, d.Domain}
	lines := []any{}
	for _, c := range d.Clients {
		lines = append(lines, jsonlClient{head, c})
	}
	if len(lines) == 0 {
		lines = append(lines, jsonlAside{head, verdictWord(r.Verdict), d.Findings})
	}
	return lines
}

func findingLines(r *mailcheck.Report, d *jsonReport, _ Options) []any {
	lines := []any{}
	for _, f := range d.Findings {
		lines = append(lines, jsonlFinding{d.Schema, d.File, d.Kind, f})
	}
	if len(lines) == 0 {
		lines = append(lines, jsonlFile{d.Schema, d.File, d.Kind, verdictWord(r.Verdict)})
	}
	return lines
}
