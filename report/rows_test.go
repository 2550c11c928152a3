package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/checks"
)

// readCSV wants a mark that tells Excel the encoding, lines as in RFC 4180, and in each of
// them as many cells as in the first.
func readCSV(t *testing.T, out []byte) [][]string {
	t.Helper()
	rest, marked := bytes.CutPrefix(out, []byte("\ufeff"))
	if !marked || bytes.Count(rest, []byte("\n")) != bytes.Count(rest, []byte("\r\n")) || bytes.Contains(rest, []byte("\ufeff")) {
		t.Errorf("not as Excel reads it: %.200q", out)
	}
	rows, err := csv.NewReader(bytes.NewReader(rest)).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatal(err)
	}
	return rows
}

// printableCSV: no cell is a formula, whichever separator the reader goes by.
func printableCSV(t *testing.T, out []byte) {
	for _, row := range readCSV(t, out) {
		for _, cell := range row {
			if !mailcheck.Printable(cell) {
				t.Errorf("not fit to be shown: %.200q", cell)
			}
			for part := range strings.SplitSeq(cell, ";") {
				if strings.IndexAny(strings.TrimLeft(part, ` "`), "=+-@") == 0 && !regexp.MustCompile(`^-[0-9]+$`).MatchString(cell) {
					t.Errorf("a spreadsheet carries this out: %.200q", cell)
				}
			}
		}
	}
}

// printableJSONL: every line is an object of its own.
func printableJSONL(t *testing.T, out []byte) {
	for line := range bytes.Lines(out) {
		printableJSON(t, line)
		if line[0] != '{' {
			t.Errorf("not an object: %.100s", line)
		}
	}
}

func TestCSVCells(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "",
		"imap.example.com":          "imap.example.com",
		"-52":                       "-52",
		"993":                       "993",
		"=HYPERLINK(\"http://x\")":  "'=HYPERLINK(\"http://x\")",
		"+1":                        "'+1",
		"-1+1":                      "'-1+1",
		"@SUM(A1)":                  "'@SUM(A1)",
		"\t=1":                      "' =1",
		"\r=1":                      `\x0d=1`,
		" =1":                       "' =1",
		"＝1":                        "'＝1",
		"a;=1;b; -x":                "a;'=1;b;' -x",
		"a; b":                      "a; b",
		"a=b, c-d":                  "a=b, c-d",
		"-9999999999999999999999.9": "'-9999999999999999999999.9",
	} {
		if got := csvCell(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// Every value has a column, and every column is filled by something.
func TestCSVColumns(t *testing.T) {
	for name, view := range views {
		table := csvTables[view]
		used := map[string]bool{}
		for _, r := range contractReports() {
			for _, row := range table.rows(r.report, Options{View: view, Verbose: true}) {
				for column, value := range row {
					used[column] = used[column] || value != ""
					if !slices.Contains(table.columns, column) {
						t.Errorf("%s: no column %s", name, column)
					}
				}
			}
		}
		for _, column := range table.columns {
			if !used[column] {
				t.Errorf("%s: the column %s is always empty", name, column)
			}
		}
	}
}

// What a row says of a server, and of what is no server's.
func TestCSVRows(t *testing.T) {
	test := func(r *mailcheck.Report, row int, want map[string]string) {
		t.Helper()
		rows := readCSV(t, render(t, func(b *bytes.Buffer) error { return CSV(b, r, Options{}) }))
		for column, value := range want {
			if got := rows[row][slices.Index(rows[0], column)]; got != value {
				t.Errorf("row %d, %s: got %q, want %q", row, column, got, value)
			}
		}
	}
	test(healthy(), 1, map[string]string{"host": "imap.example.com", "port": "993", "verdict": "pass", "days_left": "61", "tls_version": "TLS 1.3", "id": ""})
	test(failures(), 1, map[string]string{"verdict": "fail", "id": "tls.expired", "who_acts": "Mail server operator", "severity": "failure"})
	test(nxdomain(), 1, map[string]string{"address": "alice@exmaple.com", "host": "", "verdict": "fail", "id": "dns.nxdomain"})
	test(interrupted(), 2, map[string]string{"verdict": "untested", "id": "run.timeout"})
	test(&mailcheck.Report{Address: address("a@example.com"), Verdict: mailcheck.Untested}, 1, map[string]string{"address": "a@example.com", "verdict": "untested"})

	ended := healthy()
	ended.Servers[0].TLS.Chain[0].NotAfter = now.AddDate(0, 0, -3)
	test(ended, 1, map[string]string{"days_left": "-4"}) // three whole ones and what the run took
	unverified := account("alice@example.com", nil, bad(imapS, checks.TLSExpired, "expired"))
	unverified.Servers[0].Steps[0].Leaf = &mailcheck.Certificate{NotAfter: now.AddDate(0, 0, -1).Add(-1)}
	test(unverified, 1, map[string]string{"days_left": "-2", "not_after": "2026-11-21T19:19:59Z"})
}

// A line has the fields that its server has in the document, but for what was said.
func TestJSONLinesAreOfTheDocument(t *testing.T) {
	for _, f := range contractReports() {
		var whole struct{ Servers, Sources, Clients []map[string]any }
		if err := json.Unmarshal(render(t, func(b *bytes.Buffer) error { return JSON(b, f.report, Options{}) }), &whole); err != nil {
			t.Fatal(err)
		}
		for view, objects := range map[View][]map[string]any{Account: whole.Servers, Sources: whole.Sources, Clients: whole.Clients} {
			n := 0
			for line := range bytes.Lines(render(t, func(b *bytes.Buffer) error { return JSONLines(b, f.report, Options{View: view, Verbose: true}) })) {
				var got map[string]any
				if err := json.Unmarshal(line, &got); err != nil {
					t.Fatal(err)
				}
				if n >= len(objects) {
					break // what is nobody's
				}
				for field := range objects[n] {
					if _, there := got[field]; there == (field == "steps" || field == "conversation") {
						t.Errorf("%s: field %s of line %d: %v", f.name, field, n, there)
					}
				}
				has(t, f.name, got, "schema address domain")
				n++
			}
			if n != len(objects) {
				t.Errorf("%s: %d lines, want %d", f.name, n, len(objects))
			}
		}
	}
}
