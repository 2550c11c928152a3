package report

import (
	"io"

	"mailcheck"
	"mailcheck/checks"
)

// CodeQuality writes the findings about a file as GitLab reads them beside a merge request
// (its Code Quality report, a part of the format of Code Climate).
func CodeQuality(w io.Writer, r *mailcheck.Report, opts Options) error {
	seen := fingerprints{seen: map[string]int{}}
	issues := []codeQualityIssue{}
	for _, g := range inFile(r.Findings) {
		issue := codeQualityIssue{
			Description: plainLine(g), Check: g.Check.ID, Severity: codeQualitySeverity[g.Severity],
			Fingerprint: seen.fingerprint(g.Finding, artifact(r.File)),
		}
		if opts.fails(g.Severity) {
			issue.Severity = codeQualitySeverity[checks.Failure]
		}
		issue.Location.Path, issue.Location.Lines.Begin = filePath(r.File), max(1, g.Line)
		issues = append(issues, issue)
	}
	return encode(w, issues)
}

type codeQualityIssue struct {
	Description string `json:"description"`
	Check       string `json:"check_name"`
	Fingerprint string `json:"fingerprint"` // of two alike only one is shown
	Severity    string `json:"severity"`
	Location    struct {
		Path  string `json:"path"` // in the repository, without ./
		Lines struct {
			Begin int `json:"begin"`
		} `json:"lines"`
	} `json:"location"`
}

// codeQualitySeverity are GitLab's words. It has two more, which nothing about a settings
// file deserves.
var codeQualitySeverity = map[checks.Severity]string{
	checks.OK: "info", checks.Info: "info", checks.Warning: "minor", checks.Failure: "critical",
}

// plainLine says in one line what is wrong and who does what, since GitLab shows one.
func plainLine(g group) string {
	text := mailcheck.Text{Format: g.Check.Summary}
	if !g.Detail.Empty() {
		text = mailcheck.Textf("%s Seen: %s.", text, g.Detail)
	}
	for _, line := range lines(toDo(g.Finding)) {
		text = mailcheck.Textf("%s %s", text, line)
	}
	return text.String()
}
