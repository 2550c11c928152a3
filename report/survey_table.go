package report

import (
	"bytes"
	_ "embed" // the page
	"html/template"
	"io"

	"mailcheck"
	"mailcheck/catalogue"
	"mailcheck/checks"
)

// SurveyFormat is one way to write what a survey has counted.
type SurveyFormat struct {
	Name, Doc string
	Write     func(io.Writer, *Survey, Options) error
}

// SurveyFormats lists them, the default first.
var SurveyFormats = []SurveyFormat{
	{"table", "for people: what was counted", SurveyTable},
	{"html", "for a browser or paper: the same with bars, one file without a script", SurveyPage},
}

// How many rows a table of a survey has, for a glance and at the most.
const (
	fewRows  = 10
	mostRows = 1_000
)

// surveyTable is a part of what was counted.
type surveyTable struct {
	ID, Title string
	Head      []cell
	Rows      []surveyRow
	More      mailcheck.Text // what has no row
}

// surveyRow is a row, with bars in the units of a strip.
type surveyRow struct {
	Cells []cell
	Bars  []bar
}

// SurveyTable writes what was counted for people: of each thing the ten commonest, or with
// Verbose all.
func SurveyTable(w io.Writer, s *Survey, opts Options) error {
	p := &page{Options: opts}
	p.say(0, 2, "%s", s.sentence())
	if besides := s.besides(); !besides.Empty() {
		p.say(0, 2, "%s", besides)
	}
	most := fewRows
	if opts.Verbose {
		most = mostRows
	}
	for _, t := range s.tables(most, opts.Verbose) {
		p.blank()
		p.say(0, 2, "%s:", t.Title)
		rows := [][]cell{t.Head}
		for _, row := range t.Rows {
			rows = append(rows, row.Cells)
		}
		if !p.grid(rows) {
			for _, row := range t.Rows {
				p.paragraph(2, 4, mailcheck.Joined(each(row.Cells, cell.text), ", "))
			}
		}
		if !t.More.Empty() {
			p.say(0, 2, "%s", t.More)
		}
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// sentence sums it up.
func (s *Survey) sentence() mailcheck.Text {
	return mailcheck.Textf("%s: %d pass, %d warn, %d fail, %d untested.", mailcheck.Count{N: s.Accounts(), Noun: "account"},
		s.verdicts[mailcheck.Pass], s.verdicts[mailcheck.Warn], s.verdicts[mailcheck.Fail], s.verdicts[mailcheck.Untested])
}

// besides says what else there was in the input; nothing if it was all accounts.
func (s *Survey) besides() mailcheck.Text {
	var parts []mailcheck.Text
	if s.errors > 0 {
		parts = append(parts, mailcheck.Textf("%s an error", mailcheck.Count{N: s.errors, Noun: "line has|lines have"}))
	}
	if s.Duplicates > 0 {
		parts = append(parts, mailcheck.Textf("%s left out", mailcheck.Count{N: s.Duplicates, Noun: "duplicate was|duplicates were"}))
	}
	if len(parts) == 0 {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("Besides, %s.", mailcheck.Joined(parts, ", and "))
}

// tables returns what was counted, with at most so many rows each; those with nothing to
// say are left out, and notes unless they are wanted.
func (s *Survey) tables(most int, notes bool) (all []surveyTable) {
	faults := s.faultTable("faults", "The commonest faults", s.commonest(checks.Warning, checks.Failure), most)
	tables := []surveyTable{faults, s.operatorTable(most), s.sourceTable()}
	if notes {
		tables = append(tables, s.faultTable("notes", "Notes", s.commonest(checks.OK, checks.Info), most))
	}
	for _, t := range tables {
		if len(t.Rows) > 0 {
			all = append(all, t)
		}
	}
	return all
}

func (s *Survey) faultTable(id, title string, faults []*fault, most int) surveyTable {
	t := surveyTable{ID: id, Title: title, Head: header("Fault", "Severity", "Accounts", "For example")}
	for _, f := range faults[:min(most, len(faults))] {
		t.Rows = append(t.Rows, surveyRow{
			[]cell{plain(mailcheck.Textf("%s (%s)", mailcheck.Text{Format: f.check.Summary}, f.check.ID)), coloured(verbatim(f.severity.String()), f.severity), tally(f.accounts), plain(verbatim(f.example))},
			stacked(s.Accounts(), share{verbatim(f.severity.String()), levels[f.severity], f.accounts}),
		})
	}
	t.More = left(len(faults)-len(t.Rows), "more check")
	return t
}

func (s *Survey) operatorTable(most int) surveyTable {
	t := surveyTable{ID: "operators", Title: "Who runs the servers", Head: header("Operator", "Accounts", "Pass", "Warn", "Fail", "Untested")}
	all := s.largest()
	for _, of := range all[:min(most, len(all))] {
		row := surveyRow{Cells: []cell{plain(verbatim(of.operator)), tally(of.accounts)}, Bars: stacked(all[0].accounts, shares(of.verdicts)...)}
		for _, v := range verdictsShown {
			row.Cells = append(row.Cells, tally(of.verdicts[v]))
		}
		t.Rows = append(t.Rows, row)
	}
	t.More = left(len(all)-len(t.Rows), "more operator")
	return t
}

func (s *Survey) sourceTable() surveyTable {
	t := surveyTable{ID: "sources", Title: "Where settings are published", Head: header("Source", "Found", "Absent", "Failed")}
	for _, c := range s.sources {
		found, absent, failed := c.states[mailcheck.Found], c.states[mailcheck.Absent], c.states[mailcheck.Failed]
		t.Rows = append(t.Rows, surveyRow{
			[]cell{plain(verbatim(c.name)), tally(found), tally(absent), tally(failed)},
			stacked(s.Accounts(), share{verbatim("found"), "ok", found}, share{verbatim("failed"), "failure", failed}),
		})
	}
	return t
}

func tally(n int) cell { return plain(mailcheck.Textf("%d", n)) }

// left says how many have no row.
func left(n int, noun string) mailcheck.Text {
	if n <= 0 {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("And %s.", mailcheck.Count{N: n, Noun: noun})
}

// share is a part of a bar.
type share struct {
	name  mailcheck.Text
	class string
	n     int
}

// shares are the accounts by their verdicts.
func shares(verdicts map[mailcheck.Verdict]int) []share {
	return each(verdictsShown, func(v mailcheck.Verdict) share { return share{verbatim(string(v)), levels[severityOf(v)], verdicts[v]} })
}

// stacked puts shares of a whole side by side.
func stacked(whole int, parts ...share) (bars []bar) {
	sum := 0
	for _, part := range parts {
		if part.n > 0 && whole > 0 {
			bars = append(bars, bar{
				X: fixed(fullWidth*float64(sum)/float64(whole), 1), Width: fixed(fullWidth*float64(part.n)/float64(whole), 1),
				Kind: part.class, Title: mailcheck.Textf("%s: %d", part.name, part.n),
			})
			sum += part.n
		}
	}
	return bars
}

//go:embed survey.html
var surveySource string

//go:embed survey.css
var surveyStyle string

// webSurvey is what the template shows.
type webSurvey struct {
	Lang     string
	Dir      string
	Policy   string
	Style    template.CSS
	Sentence mailcheck.Text
	Besides  mailcheck.Text // what else there was; empty if nothing
	Bars     []bar
	Tables   []surveyTable
	Version  string
}

// SurveyPage writes what was counted as one file for a browser, as [HTML] does a report.
func SurveyPage(w io.Writer, s *Survey, opts Options) error {
	style := unixLines(pageStyle + surveyStyle)
	page := webSurvey{catalogue.English, "ltr", policyFor(style), template.CSS(style), s.sentence(), s.besides(), stacked(s.Accounts(), shares(s.verdicts)...), s.tables(mostRows, true), opts.Version}
	var b bytes.Buffer
	if err := pageTemplate().ExecuteTemplate(&b, "survey", page); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
