package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lazy"
)

// SARIF writes the findings in the Static Analysis Results Interchange Format, version
// 2.1.0 of OASIS, with all that GitHub's code scanning wants. It is made for files, so it
// suits a judged one. The findings of an account are said of the file that publishes its
// settings, which Options.SARIFFile names; without it GitHub lists them, and shows them
// nowhere.
func SARIF(w io.Writer, r *mailcheck.Report, opts Options) error {
	name := opts.SARIFFile
	found := groups(shown(&page{Options: opts}, r))
	if opts.View == File {
		name, found = r.File, inFile(r.Findings)
	}
	s := sarif{Options: opts, fingerprints: fingerprints{of: r.Address.Domain, seen: map[string]int{}}, uri: artifact(cmp.Or(name, "mailcheck.json"))}
	for _, g := range found {
		s.add(g)
	}
	run := s.run(sarifInvocation{Successful: r.Verdict != mailcheck.Untested})
	if !r.Started.IsZero() {
		run.Invocations[0].Start, run.Invocations[0].End = stamp(r.Started), stamp(finished(r))
	}
	if what := subject(r).String(); what != "" {
		run.Automation = &sarifID{"mailcheck/" + what + "/"}
	}
	return writeSARIF(w, run)
}

// sarifWithout writes a run that came to nothing.
func sarifWithout(w io.Writer, what, hint string) error {
	message := plainMessage(verbatim(cmp.Or(what, "no report")), verbatim(hint))
	return writeSARIF(w, (&sarif{}).run(sarifInvocation{Notifications: []sarifNotification{{"error", message}}}))
}

func writeSARIF(w io.Writer, run sarifRun) error {
	return encode(w, struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Automation  *sarifID          `json:"automationDetails,omitempty"` // GitHub keeps runs apart by it
	Invocations []sarifInvocation `json:"invocations"`
	ColumnKind  string            `json:"columnKind"`
	Results     []sarifResult     `json:"results"` // there even if there are none
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID         string          `json:"id"`
	Short      sarifMessage    `json:"shortDescription"`
	Full       sarifMessage    `json:"fullDescription"`
	Help       sarifMessage    `json:"help"`
	Default    sarifLevel      `json:"defaultConfiguration"`
	Properties sarifProperties `json:"properties"`
}

type sarifProperties struct {
	Tags      []string `json:"tags"`
	Precision string   `json:"precision"`
	Severity  string   `json:"problem.severity"` // GitHub's own
}

type sarifLevel struct {
	Level string `json:"level"`
}

type sarifID struct {
	ID string `json:"id"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Start         string              `json:"startTimeUtc,omitempty"`
	End           string              `json:"endTimeUtc,omitempty"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level   string       `json:"level"`
	Message sarifMessage `json:"message"`
}

type sarifResult struct {
	Rule         string            `json:"ruleId"`
	Index        int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifMessage      `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact struct {
		URI string `json:"uri"`
	} `json:"artifactLocation"`
	Region sarifRegion `json:"region"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"` // URL of a server, or name of a source
}

// sarif collects results and the rules that they are of.
type sarif struct {
	Options
	fingerprints
	uri     string
	rules   []sarifRule
	results []sarifResult
}

// add has a result for each place of a group, so that one that is mended is closed by
// itself.
func (s *sarif) add(g group) {
	places := g.Places
	if len(places) == 0 {
		places = []string{""}
	}
	text := plainMessage(explanation([]group{g})...)
	for _, place := range places {
		l := sarifLocation{Physical: sarifPhysical{Region: region(g)}}
		l.Physical.Artifact.URI = s.uri
		if s.View == File {
			place = s.uri
		} else if name := verbatim(place).String(); name != "" {
			l.Logical = []sarifLogical{{name}}
		}
		s.results = append(s.results, sarifResult{
			Rule: g.Check.ID, Index: s.rule(g.Check), Level: s.level(g.Severity), Message: text, Locations: []sarifLocation{l},
			Fingerprints: map[string]string{"primaryLocationLineHash": s.fingerprint(g.Finding, place)},
		})
	}
}

// rule returns the index of the rule that stands for a check.
func (s *sarif) rule(c *checks.Check) int {
	for i, rule := range s.rules {
		if rule.ID == c.ID {
			return i
		}
	}
	summary := mailcheck.Text{Format: cmp.Or(c.Summary, c.ID)} // of another version's checks something may be missing
	remedy := mailcheck.Textf("%s: %s", Actor(c.Who), mailcheck.Text{Format: c.Remedy})
	family, _, _ := strings.Cut(c.ID, ".")
	severity := s.level(c.Severity)
	s.rules = append(s.rules, sarifRule{
		ID: c.ID, Short: description(summary), Full: description(summary, remedy), Help: plainMessage(summary, remedy, mailcheck.Textf("%s, see %s", c.ID, c.Ref)),
		Default:    sarifLevel{severity},
		Properties: sarifProperties{[]string{"mail", family}, "high", strings.Replace(severity, "note", "recommendation", 1)},
	})
	return len(s.rules) - 1
}

func (o Options) level(s checks.Severity) string {
	return strings.Replace(o.kindOf(s), "notice", "note", 1)
}

func (s *sarif) run(i sarifInvocation) sarifRun {
	return sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "mailcheck", Version: s.Version, Rules: append([]sarifRule{}, s.rules...)}},
		Invocations: []sarifInvocation{i},
		ColumnKind:  "unicodeCodePoints", // ours are bytes, which the format does not know; in names and words of settings they are the same
		Results:     append([]sarifResult{}, s.results...),
	}
}

// region is one character at the place in the file, or the beginning of it.
func region(g group) sarifRegion {
	if g.Line == 0 {
		return sarifRegion{1, 1, 1, 1}
	}
	column := max(1, g.Column)
	return sarifRegion{g.Line, column, g.Line, column + 1}
}

// maxDescription is how many characters GitHub takes of a description.
const maxDescription = 1024

// messageSyntax defuses what has a meaning in a message: placeholders (section 3.11.5) and
// links (3.11.6).
var messageSyntax = strings.NewReplacer("{", "{{", "}", "}}", "](", "] (")

// plainMessage puts lines into the syntax of messages.
func plainMessage(lines ...mailcheck.Text) sarifMessage {
	var words []string
	for _, line := range lines {
		if !line.Empty() {
			words = append(words, messageSyntax.Replace(line.String()))
		}
	}
	return sarifMessage{strings.Join(words, "\n")}
}

// description is a message cut to what GitHub takes.
func description(lines ...mailcheck.Text) sarifMessage {
	m := plainMessage(lines...)
	if letters := []rune(m.Text); len(letters) > maxDescription {
		m.Text = string(letters[:maxDescription-3]) + "..."
	}
	return m
}

// fingerprints tells results apart, by what they are and what they are about.
type fingerprints struct {
	of   string // the domain
	seen map[string]int
}

// fingerprint is the same as long as the same is found: it knows neither the line, which
// changes with what stands above it, nor the evidence, which has dates in it. Results alike
// are counted.
func (p *fingerprints) fingerprint(f mailcheck.Finding, place string) string {
	about := append([]string{p.of, f.Check.ID, place, f.Name, f.Record, f.Target, f.URL, f.Element}, f.Clients...)
	key := mailcheck.Joined(about, "\x00").String() // as a saved report has it
	p.seen[key]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", key, p.seen[key]))
	return hex.EncodeToString(sum[:])
}

var drive = lazy.Regexp(`^[A-Za-z]:/`)

// artifact names a file as a URI; a relative one is in the repository.
func artifact(name string) string {
	if u, err := url.Parse(verbatim(name).String()); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		return u.String()
	}
	u := url.URL{Path: filePath(name)}
	if drive().MatchString(u.Path) {
		u.Path = "/" + u.Path
	}
	if strings.HasPrefix(u.Path, "/") {
		u.Scheme = "file"
	}
	return u.String()
}

// filePath is the name of a file without detours, with slashes.
func filePath(name string) string {
	if name == "-" {
		return "standard-input"
	}
	return path.Clean(strings.ReplaceAll(verbatim(name).String(), `\`, "/"))
}
