package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/checks"
)

// outcomes are those of a survey of all fixtures of an address, and of a line that is none.
func outcomes() []Outcome {
	all := []Outcome{{Input: "\x1b[31mnobody", File: "list.txt", Line: 1, Error: "it is not an e-mail address", Hint: "such as \u202ealice@example.com"}}
	for _, f := range fixtures() {
		if f.report.Address.Domain != "" {
			all = append(all, Outcome{Input: f.report.Address.String(), File: "list.txt", Line: len(all) + 1, Operator: "example.net", Report: f.report})
		}
	}
	return all
}

func counted(all []Outcome) *Survey {
	s := &Survey{Duplicates: 3}
	for _, o := range all {
		s.Add(o)
	}
	return s
}

// A line is a document that can be read back, as one by itself and as one of a survey; what a
// survey counts is the same either way.
func TestSurveyLine(t *testing.T) {
	var again []Outcome
	for _, o := range outcomes() {
		line, err := SurveyLine(o, nil, Options{Version: "1.2.3"})
		if err != nil {
			t.Fatal(err)
		}
		printableJSON(t, line)
		if bytes.Count(line, []byte("\n")) != 1 || !bytes.HasSuffix(line, []byte("\n")) {
			t.Errorf("not one line: %q", line)
		}
		read, err := ReadOutcome(line)
		if err != nil {
			t.Fatal(err)
		}
		if read.Input != mailcheck.Clean(o.Input) || read.Line != o.Line || read.File != o.File || read.Operator != o.Operator || (read.Report == nil) != (o.Report == nil) {
			t.Errorf("read back it is %+v", read)
		}
		again = append(again, read)
		whole, err := Read(bytes.NewReader(line))
		if o.Report == nil {
			if err == nil || !strings.Contains(err.Error(), o.Error) {
				t.Errorf("as a report: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var first, second bytes.Buffer
		if err := cmpJSON(&first, &second, o.Report, whole); err != nil || first.String() != second.String() {
			t.Errorf("%s: %v, it is another report", o.Input, err)
		}
	}
	var first, second bytes.Buffer
	for b, s := range map[*bytes.Buffer]*Survey{&first: counted(outcomes()), &second: counted(again)} {
		if err := SurveyTable(b, s, Options{Verbose: true}); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Errorf("counted from the lines it is\n%s\nnot\n%s", second.String(), first.String())
	}
}

func cmpJSON(first, second *bytes.Buffer, a, b *mailcheck.Report) error {
	if err := JSON(first, a, Options{}); err != nil {
		return err
	}
	return JSON(second, b, Options{})
}

// A line has the fields that are asked for, and what tells whose they are.
func TestSurveyFields(t *testing.T) {
	o := outcomes()[1]
	line, err := SurveyLine(o, []string{"findings", "clock"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"schema", "input", "place", "operator", "address", "domain", "verdict", "findings"} {
		if fields[name] == nil {
			t.Errorf("%s is missing", name)
		}
		delete(fields, name)
	}
	if len(fields) > 0 {
		t.Errorf("there are %v, too", fields)
	}
	if names := SurveyFields(); !slices.Contains(names, "settings") || slices.Contains(names, "schema") {
		t.Errorf("%q", names)
	}
}

func TestReadOutcomeRefuses(t *testing.T) {
	for _, line := range []string{
		``, `{}`, `[]`, `null`, `{"schema":2,"place":{"file":"-","line":1},"error":{"what":"x"}}`, `{"schema":1,"error":{"what":"x","hint":""}}`,
		`{"schema":1,"place":{"file":"-","line":1}}`, `{"schema":1,"place":{"line":1},"address":"a@b","domain":"c.example"}`,
		`{"schema":1,"place":{"line":1},"address":"b.example","domain":"b.example","verdict":"good"}`,
		`{"schema":1,"place":{"line":1},"address":"b.example","domain":"b.example","findings":[{"id":"x"}]}`,
		`{"schema":1,"place":{"line":1},"address":"b.example","domain":"b.example","sources":[` + strings.Repeat(`{},`, 2000) + `{}]}`,
	} {
		if o, err := ReadOutcome([]byte(line)); err == nil {
			t.Errorf("%.80s was read as %+v", line, o)
		}
	}
}

// Each fault counts once an account, and no consequence of another; the commonest come first.
func TestSurveyCounts(t *testing.T) {
	finding := func(c *checks.Check, because *checks.Check) mailcheck.Finding {
		f := mailcheck.NewFinding(c, "seen")
		f.BecauseOf = because
		return f
	}
	var s Survey
	for i := range 3 {
		r := &mailcheck.Report{Address: address(fmt.Sprintf("user%d@example.com", i)), Verdict: mailcheck.Fail,
			Findings: []mailcheck.Finding{finding(checks.TLSExpired, nil), finding(checks.TLSExpired, nil), finding(checks.TLSNameMismatch, checks.TLSExpired)},
			Sources:  []mailcheck.SourceResult{{Name: "srv", State: mailcheck.Found}}}
		if i == 2 {
			r.Verdict, r.Findings = "", []mailcheck.Finding{finding(checks.TLSSelfSigned, nil)}
		}
		s.Add(Outcome{Operator: "example.net", Report: r})
	}
	faults := s.commonest(checks.Warning, checks.Failure)
	if len(faults) != 2 || faults[0].check != checks.TLSExpired || faults[0].accounts != 2 || faults[0].example != "user0@example.com" || faults[1].accounts != 1 {
		t.Errorf("%+v", faults)
	}
	if s.Accounts() != 3 || s.Count(mailcheck.Fail) != 2 || s.Count(mailcheck.Untested) != 1 || s.largest()[0].accounts != 3 || s.sources[0].states[mailcheck.Found] != 3 {
		t.Errorf("%+v", s)
	}
}

func TestSurveyExit(t *testing.T) {
	exit := func(want, strict int, verdicts ...mailcheck.Verdict) {
		t.Helper()
		var s Survey
		for _, v := range verdicts {
			o := Outcome{Report: &mailcheck.Report{Verdict: v}}
			if v == "error" {
				o.Report = nil
			}
			s.Add(o)
		}
		if s.Exit(Options{}) != want || s.Exit(Options{Strict: true}) != strict {
			t.Errorf("%v: %d, strict %d", verdicts, s.Exit(Options{}), s.Exit(Options{Strict: true}))
		}
	}
	exit(0, 0)
	exit(0, 0, mailcheck.Pass)
	exit(0, 1, mailcheck.Pass, mailcheck.Warn)
	exit(1, 1, mailcheck.Pass, mailcheck.Fail)
	exit(1, 1, mailcheck.Pass, mailcheck.Untested)
	exit(1, 1, mailcheck.Pass, "error")
}

// What a survey takes does not grow with how many operators there are.
func TestSurveyIsBounded(t *testing.T) {
	var s Survey
	for i := range maxOperators + 10 {
		s.Add(Outcome{Operator: fmt.Sprintf("example%d.net", i), Report: &mailcheck.Report{Verdict: mailcheck.Pass}})
	}
	if len(s.operators) != maxOperators || s.Accounts() != maxOperators+10 {
		t.Errorf("%d operators, %d accounts", len(s.operators), s.Accounts())
	}
	out := render(t, func(b *bytes.Buffer) error { return SurveyPage(b, &s, Options{}) })
	if n := bytes.Count(out, []byte("<tr ")); n != mostRows+1 || !bytes.Contains(out, []byte(fmt.Sprintf("And %d more operators.", maxOperators-mostRows))) {
		t.Errorf("%d rows", n)
	}
}

// What was counted is shown in each format, fit to be shown, and the same twice.
func TestSurveyFormats(t *testing.T) {
	rows := SurveyHeader()
	for _, o := range outcomes() {
		rows = append(rows, SurveyRow(o)...)
	}
	printableCSV(t, rows)
	golden(t, "survey.csv", rows)
	for _, f := range SurveyFormats {
		for name, s := range map[string]*Survey{"": counted(outcomes()), "-empty": {}} {
			for _, opts := range []Options{{Version: "1.2.3"}, {Version: "1.2.3", Width: 60, Verbose: true, Color: f.Name != "table"}} {
				out := render(t, func(b *bytes.Buffer) error { return f.Write(b, s, opts) })
				printable[f.Name](t, out)
				if again := render(t, func(b *bytes.Buffer) error { return f.Write(b, s, opts) }); !bytes.Equal(out, again) {
					t.Errorf("%s: the second time it is another one", f.Name)
				}
				if !opts.Verbose {
					golden(t, "survey"+name+"."+f.Name, out) // with its style, which realtest/pages would not know
				}
			}
		}
	}
}
