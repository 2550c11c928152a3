package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// jsonPlaceOfInput is where a line of the input of a survey stands.
type jsonPlaceOfInput struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// jsonOutcomeHead is what the line of an outcome has before what is in every document.
type jsonOutcomeHead struct {
	Schema   int              `json:"schema"`
	Input    string           `json:"input"`
	Place    jsonPlaceOfInput `json:"place"`
	Operator string           `json:"operator,omitempty"`
	Error    *jsonError       `json:"error,omitempty"` // in the place of a report
}

// jsonOutcome is what is read of such a line: what a survey counts.
type jsonOutcome struct {
	jsonOutcomeHead
	Address  string        `json:"address"`
	Domain   string        `json:"domain"`
	Verdict  string        `json:"verdict"`
	Settings []jsonSetting `json:"settings"`
	Sources  []struct {
		Name  string `json:"name"`
		Kind  string `json:"kind"`
		State string `json:"state"`
	} `json:"sources"`
	Findings []jsonFinding `json:"findings"`
}

// always are the fields that every line of an account has.
var always = []string{"schema", "address", "domain", "verdict"}

// SurveyFields are the fields that the line of an account can be asked to have.
func SurveyFields() (names []string) {
	for i := range reflect.TypeFor[jsonReport]().NumField() {
		if name := (inField{reflect.TypeFor[jsonReport](), i}).name(); name != "schema" {
			names = append(names, name)
		}
	}
	return names
}

// SurveyLine returns an outcome as one line: the document of the json format with where it
// comes from, or in the place of the document why there is none. Without fields it has all.
func SurveyLine(o Outcome, fields []string, opts Options) ([]byte, error) {
	head := &jsonOutcomeHead{Schema: 1, Input: o.Input, Place: jsonPlaceOfInput{o.File, o.Line}, Operator: o.Operator}
	if o.Report == nil {
		head.Error = &jsonError{o.Error, o.Hint}
	}
	clean(reflect.ValueOf(head))
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(head); err != nil || o.Report == nil {
		return b.Bytes(), err
	}
	b.Truncate(b.Len() - len("}\n"))
	document := reflect.ValueOf(document(o.Report, opts)).Elem()
	for i := range document.NumField() {
		name, value := inField{document.Type(), i}.name(), document.Field(i)
		wanted := len(fields) == 0 || slices.Contains(fields, name) || slices.Contains(always, name)
		if !wanted || name == "schema" || value.Kind() == reflect.Pointer && value.IsNil() {
			continue
		}
		fmt.Fprintf(&b, `,"%s":`, name)
		if err := enc.Encode(value.Interface()); err != nil {
			return nil, err
		}
		b.Truncate(b.Len() - len("\n"))
	}
	b.WriteString("}\n")
	return b.Bytes(), nil
}

// ReadOutcome reads of such a line what a survey counts. The rest of its report is empty.
func ReadOutcome(line []byte) (Outcome, error) {
	var d jsonOutcome
	if err := json.Unmarshal(line, &d); err != nil {
		return Outcome{}, err
	}
	if d.Schema != 1 || d.Place.Line == 0 {
		return Outcome{}, errors.New("it is no line of a survey of schema 1")
	}
	clean(reflect.ValueOf(&d))
	o := Outcome{Input: d.Input, File: d.Place.File, Line: d.Place.Line, Operator: d.Operator}
	if d.Error != nil {
		o.Error, o.Hint = d.Error.What, d.Error.Hint
		return o, nil
	}
	whole := jsonReport{Address: d.Address, Domain: d.Domain, Verdict: d.Verdict, Settings: d.Settings, Findings: d.Findings}
	for _, s := range d.Sources {
		whole.Sources = append(whole.Sources, jsonSource{Name: s.Name, Kind: s.Kind, State: s.State})
	}
	in := &reader{unknown: map[string]*checks.Check{}, other: map[string]*checks.Check{}}
	o.Report = in.report(whole)
	if in.err == nil && o.Report.Address.Domain == "" {
		in.fail("it has no address")
	}
	return o, in.err
}

// surveyColumns are those of the table with a row an account.
var surveyColumns = slices.Concat([]string{"input", "address", "verdict", "operator"}, csvFinding,
	[]string{"findings", "imap", "pop3", "submission", "file", "line"})

// SurveyHeader returns the first line of the table in CSV, with a byte order mark as of [CSV].
func SurveyHeader() []byte { return append([]byte("\ufeff"), csvLine(surveyColumns)...) }

// SurveyRow returns an outcome as a row of that table: the gravest finding, and the ids of
// all that are a fault.
func SurveyRow(o Outcome) []byte {
	row := csvRow{"input": o.Input, "verdict": "error", "operator": o.Operator, "file": o.File, "line": fmt.Sprint(o.Line), "summary": o.Error, "remedy": o.Hint}
	if r := o.Report; r != nil {
		found := slices.DeleteFunc(groups(r.Findings), func(g group) bool { return g.Severity < checks.Warning })
		ids := each(found, func(g group) string { return g.Check.ID })
		slices.Sort(ids)
		row["address"], row["verdict"], row["findings"] = r.Address.String(), verdictWord(r.Verdict), strings.Join(slices.Compact(ids), " ")
		for _, p := range []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3, mailcheck.Submission} {
			if best, ok := r.Best(p); ok {
				row[string(p)] = best.URL()
			}
		}
		row.found(found)
	}
	return csvLine(row.cells(surveyColumns))
}
