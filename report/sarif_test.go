package report

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"mailcheck"
	"mailcheck/checks"
)

func TestSARIFGolden(t *testing.T) {
	golden(t, "in-part-file.sarif", render(t, func(b *bytes.Buffer) error {
		return SARIF(b, inPart(), Options{Strict: true, SARIFFile: "./web/config v1.1.xml"})
	}))
}

// printableJSONLines: as JSON, but a text may have several lines.
func printableJSONLines(t *testing.T, out []byte) {
	printableJSON(t, bytes.ReplaceAll(out, []byte(`\n`), []byte(" ")))
}

// sarifFile is what is read back.
type sarifFile struct {
	Schema  string `json:"$schema"`
	Version string
	Runs    []sarifRun
}

// printableSARIF wants what the standard and GitHub want of a file, field by field.
func printableSARIF(t *testing.T, out []byte) {
	printableJSONLines(t, out)
	var file sarifFile
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		t.Fatal(err)
	}
	if file.Schema == "" || file.Version != "2.1.0" || len(file.Runs) != 1 || file.Runs[0].Results == nil || file.Runs[0].Tool.Driver.Name == "" || file.Runs[0].Tool.Driver.Rules == nil {
		t.Fatalf("not the shape of SARIF: %.300s", out)
	}
	rules, run := file.Runs[0].Tool.Driver.Rules, file.Runs[0]
	for _, rule := range rules {
		for _, text := range []string{rule.ID, rule.Short.Text, rule.Full.Text, rule.Help.Text} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: an empty text counts as missing", rule.ID)
			}
		}
		if utf8.RuneCountInString(rule.Short.Text) > 1024 || utf8.RuneCountInString(rule.Full.Text) > 1024 {
			t.Errorf("%s: the description is too long", rule.ID)
		}
	}
	seen := map[string]bool{}
	for _, r := range run.Results {
		if r.Index >= len(rules) || rules[r.Index].ID != r.Rule || strings.TrimSpace(r.Message.Text) == "" {
			t.Errorf("%s: not of rule %d, or without a message", r.Rule, r.Index)
		}
		if strings.Contains(r.Message.Text, "](") || strings.Count(r.Message.Text, "{")%2 != 0 {
			t.Errorf("%s: %q has the syntax of messages in it", r.Rule, r.Message.Text)
		}
		if r.Level != "error" && r.Level != "warning" && r.Level != "note" {
			t.Errorf("%s: level %s", r.Rule, r.Level)
		}
		fingerprint := r.Fingerprints["primaryLocationLineHash"]
		if len(fingerprint) != 64 || seen[fingerprint] {
			t.Errorf("%s: fingerprint %q is none, or that of another", r.Rule, fingerprint)
		}
		seen[fingerprint] = true
		for _, l := range r.Locations {
			if _, err := url.Parse(l.Physical.Artifact.URI); err != nil || l.Physical.Artifact.URI == "" {
				t.Errorf("%s: URI %q: %v", r.Rule, l.Physical.Artifact.URI, err)
			}
			if g := l.Physical.Region; g.StartLine < 1 || g.StartColumn < 1 || g.EndLine < g.StartLine || g.EndColumn < g.StartColumn {
				t.Errorf("%s: region %v", r.Rule, g)
			}
		}
		if len(r.Locations) != 1 {
			t.Errorf("%s: %d locations", r.Rule, len(r.Locations))
		}
	}
}

// printableCodeQuality wants what GitLab documents, and nothing in front of it.
func printableCodeQuality(t *testing.T, out []byte) {
	printableJSON(t, out)
	var issues []codeQualityIssue
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&issues); err != nil || out[0] != '[' {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, i := range issues {
		if seen[i.Fingerprint] || len(i.Fingerprint) != 64 || i.Description == "" || i.Check == "" || i.Location.Lines.Begin < 1 ||
			i.Location.Path == "" || strings.HasPrefix(i.Location.Path, "./") || !strings.Contains(" info minor critical ", " "+i.Severity+" ") {
			t.Errorf("%+v", i)
		}
		seen[i.Fingerprint] = true
	}
}

func resultsOf(t *testing.T, r *mailcheck.Report, opts Options) []sarifResult {
	t.Helper()
	var file sarifFile
	if err := json.Unmarshal(render(t, func(b *bytes.Buffer) error { return SARIF(b, r, opts) }), &file); err != nil {
		t.Fatal(err)
	}
	return file.Runs[0].Results
}

// What was found before keeps its fingerprint, wherever it is now and whatever the dates in
// its evidence: else GitHub closes it and opens another.
func TestFingerprintsStay(t *testing.T) {
	prints := func(r *mailcheck.Report, opts Options) (all []string) {
		for _, result := range resultsOf(t, r, opts) {
			all = append(all, result.Fingerprints["primaryLocationLineHash"])
		}
		return all
	}
	file := func() *mailcheck.Report {
		return &mailcheck.Report{File: "c.xml", Findings: []mailcheck.Finding{
			linted(checks.LintMissing, 5, 5, "no port", ""), linted(checks.LintMissing, 5, 5, "no port", ""), linted(checks.LintMissing, 8, 1, "no name", ""),
		}}
	}
	moved := file()
	for i := range moved.Findings {
		moved.Findings[i].Line += 10
		moved.Findings[i].Detail = mailcheck.Textf("other words")
	}
	before, after := prints(file(), Options{View: File}), prints(moved, Options{View: File})
	if len(before) != 3 || strings.Join(before, " ") != strings.Join(after, " ") || before[0] == before[1] {
		t.Errorf("before %v\nafter  %v", before, after)
	}
	yesterday, today := inPart(), inPart()
	today.Findings[0].Detail = mailcheck.Textf("expired 53 days ago")
	today.Findings[0], today.Findings[1] = today.Findings[1], today.Findings[0]
	before, after = prints(yesterday, Options{}), prints(today, Options{})
	if len(before) != 2 || before[0] != after[1] || before[1] != after[0] {
		t.Errorf("before %v\nafter  %v", before, after)
	}
	other := inPart()
	other.Address = address("alice@example.net")
	if prints(other, Options{})[0] == before[0] {
		t.Error("the same of another domain is the same")
	}
}

func TestArtifact(t *testing.T) {
	test := func(name, want, path string) {
		t.Helper()
		if got := artifact(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		if got := filePath(name); path != "" && got != path {
			t.Errorf("%s: got %s, want %s", name, got, path)
		}
	}
	test("config-v1.1.xml", "config-v1.1.xml", "config-v1.1.xml")
	test("./a/../web/config v1.1.xml", "web/config%20v1.1.xml", "web/config v1.1.xml")
	test(`.\web\config.xml`, "web/config.xml", "web/config.xml")
	test(`C:\web\config.xml`, "file:///C:/web/config.xml", "")
	test("/srv/config.xml", "file:///srv/config.xml", "")
	test("a:b", "./a:b", "a:b")
	test("-", "standard-input", "standard-input")
	test("https://autoconfig.example.com/mail/config-v1.1.xml?a=b", "https://autoconfig.example.com/mail/config-v1.1.xml?a=b", "")
	test("a%2fb#c?d", "a%252fb%23c%3Fd", "")
	test("../x", "../x", "../x")
	test("a\x1b[31m\u202eb", `a/x1b%5B31m/u%7B202e%7Db`, "")
}

// The levels are the severities, and those of --strict are said as such.
func TestSARIFLevels(t *testing.T) {
	levels := func(opts Options) (all []string) {
		for _, r := range resultsOf(t, lintFixtures()[1].lint, opts) {
			all = append(all, r.Level)
		}
		return all
	}
	if got := strings.Join(levels(Options{View: File}), " "); got != "error warning note" {
		t.Error(got)
	}
	if got := strings.Join(levels(Options{View: File, Strict: true}), " "); got != "error error note" {
		t.Error(got)
	}
}

// Nothing in a message is taken for a link or a place to fill in.
func TestSARIFMessages(t *testing.T) {
	r := account("", nil, bad(imapS, checks.GreetMalformed, "* OK [click](https://evil.example) {0}"))
	if text := resultsOf(t, r, Options{})[0].Message.Text; !strings.Contains(text, "[click] (https://evil.example) {{0}}") {
		t.Error(text)
	}
}
