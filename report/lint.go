package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// Lint writes the judgement of a setup file for people.
func Lint(w io.Writer, l mailcheck.Lint, opts Options) error {
	p := &page{width: opts.width()}
	word := strings.ToUpper(string(l.Verdict))
	kind := l.Kind
	if kind == "" {
		kind = "unknown kind of file"
	}
	sentence := fmt.Sprintf("%s: %s, %s.", safe(l.File), kind, lintCounts(l.Findings))
	p.WriteString(paint(opts, word, severityOf(l.Verdict)) + gap + strings.Join(wrap(sentence, p.width-6), "\n      ") + "\n")
	if len(l.Clients) > 0 {
		p.blank()
		clientsGrid(p, l.Clients, opts)
	}
	reasons := &page{width: p.width}
	clientReasons(reasons, slices.DeleteFunc(slices.Clone(l.Clients), func(c mailcheck.ClientResult) bool {
		return !opts.Verbose && named(l.Findings, c.Client)
	}), opts)
	if reasons.Len() > 0 {
		p.blank()
		p.WriteString(reasons.String())
	}
	for _, f := range l.Findings {
		lintFinding(p, f, opts)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// lintCounts says how much is wrong.
func lintCounts(findings []mailcheck.Finding) string {
	var counts []string
	for _, s := range []checks.Severity{checks.Failure, checks.Warning, checks.Info} {
		noun, n := s.String(), 0
		for _, f := range findings {
			if f.Severity == s {
				n++
			}
		}
		if s == checks.Info {
			noun = "note"
		}
		if n > 0 {
			counts = append(counts, count(n, noun))
		}
	}
	if len(counts) == 0 {
		return "nothing to mend"
	}
	return strings.Join(counts, ", ")
}

// named reports whether a finding says what a client makes of the file, so that it
// need not be said twice.
func named(findings []mailcheck.Finding, client string) bool {
	return slices.ContainsFunc(findings, func(f mailcheck.Finding) bool { return slices.Contains(f.Clients, client) })
}

// lintFinding writes where and what first, so that an editor can jump there.
func lintFinding(p *page, f mailcheck.Finding, opts Options) {
	p.blank()
	where := safe(f.Source)
	if f.Line > 0 {
		where += fmt.Sprintf(":%d:%d", f.Line, f.Column)
	}
	word := f.Severity.String()
	p.WriteString(where + ": " + paint(opts, word, f.Severity) + ": " + f.Check.ID + "\n")
	p.paragraph(4, 6, "Seen: "+safe(f.Detail.String()))
	p.paragraph(4, 6, "Means: "+f.Check.Summary)
	p.paragraph(4, 6, actor(f.Check.Who)+": "+safe(f.Remedy().String()))
}

type jsonLint struct {
	Schema   int               `json:"schema"`
	Tool     jsonTool          `json:"tool"`
	File     string            `json:"file"`
	Kind     string            `json:"kind"`
	Verdict  string            `json:"verdict"`
	Clients  []jsonClient      `json:"clients"`
	Findings []jsonLintFinding `json:"findings"`
}

type jsonLintFinding struct {
	jsonFinding
	Line   int `json:"line"`   // from 1; 0 for the whole file
	Column int `json:"column"` // in bytes
}

// LintJSON writes the judgement for programs.
func LintJSON(w io.Writer, l mailcheck.Lint, opts Options) error {
	return encode(w, jsonLint{
		Schema: 1, Tool: jsonTool{"mailcheck", opts.Version}, File: safe(l.File), Kind: l.Kind, Verdict: string(l.Verdict),
		Clients: each(l.Clients, jsonClientOf),
		Findings: each(l.Findings, func(f mailcheck.Finding) jsonLintFinding {
			return jsonLintFinding{jsonFindingOf(f), f.Line, f.Column}
		}),
	})
}
