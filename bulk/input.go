package bulk

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"mailcheck"
	"mailcheck/report"
)

// Input is one line of what a survey is given.
type Input struct {
	Text    string   // of the address; empty where a secret may stand in its place
	File    string   // that it stands in, - for standard input
	Line    int      // from 1
	Account *Account // to log in to; nil: no login is tried
	Err     error    // why the line cannot be read; nil where at most its address is none
}

// MaxInput is how many bytes a file may have: enough for two million addresses. A larger survey
// is one of several.
const MaxInput = 64 << 20

// What is taken from a file.
const (
	maxText  = 1024 // of a cell that is kept, which is more than an address has
	maxLines = 100  // of one record of a table
)

// ErrColumn says that a file has no column of the name that was asked for.
var ErrColumn = errors.New("there is no such column")

// Read reads a file of addresses or domains: one a line, or a table (CSV) with commas,
// semicolons or tabs, of which the first column counts, or the one whose name is column.
// Empty lines and cells, lines that begin with # and the usual names of a first column are left out.
// A byte order mark tells UTF-16 from UTF-8. What is no address is an input all the same.
//
// The error is [ErrColumn], or that of an encoding.
func Read(name string, content []byte, column string) ([]Input, error) {
	lines, err := linesOf(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t := table{first: column == ""}
	var all []Input
	for i := 0; i < len(lines); {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "#") {
			i++
			continue
		}
		cells, height := t.record(lines[i:])
		title := t.records == 1
		switch {
		case title && column != "":
			t.at = slices.IndexFunc(cells, func(c string) bool { return strings.EqualFold(c, column) })
			if t.at < 0 {
				return nil, fmt.Errorf("%s: %w as %s: it has %s", name, ErrColumn, mailcheck.Quoted(column), mailcheck.ListOf(cells).AtMost(fewColumns))
			}
		case title && slices.Contains(titles, strings.ToLower(cells[0])):
		case t.at >= len(cells):
			all = append(all, Input{Text: cut(line), File: name, Line: i + 1, Err: errors.New("the line ends before that column")})
		case cells[t.at] != "":
			all = append(all, Input{Text: cut(cells[t.at]), File: name, Line: i + 1})
		}
		i += height
	}
	return all, nil
}

// titles are names of a first column, so that such a table needs no option.
var titles = []string{"address", "addresses", "domain", "domains", "email", "e-mail", "mail", "email address", "e-mail address"}

// fewColumns is how many are named to somebody who has named another.
const fewColumns = 10

// linesOf returns the lines of a text, however they end and whatever its encoding is.
func linesOf(content []byte) ([]string, error) {
	content, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), content)
	if err != nil {
		return nil, err
	}
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	return strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n"), nil
}

// table takes records apart.
type table struct {
	first   bool // only the first column is wanted, if there are several at all
	comma   rune // what parts them; 0 where that is not known yet
	at      int  // the column that is wanted
	records int  // that were read
}

// record returns the cells of the record that begins with the first of the lines, and how
// many lines it takes: a cell in quotes may have several. A quote that nothing closes is an
// ordinary letter.
func (t *table) record(lines []string) (cells []string, height int) {
	t.records++
	line := strings.TrimSpace(lines[0])
	if _, err := mailcheck.ParseAddress(line); t.first && err == nil {
		return []string{line}, 1
	}
	if i := strings.IndexAny(line, ",;\t"); i >= 0 && t.comma == 0 {
		t.comma = rune(line[i])
	}
	text, open := lines[0], strings.Count(lines[0], `"`)%2 == 1
	for height = 1; open && t.comma != 0 && height < min(len(lines), maxLines) && len(text) <= maxText*maxLines; height++ {
		text += "\n" + lines[height]
		open = open != (strings.Count(lines[height], `"`)%2 == 1)
	}
	if t.comma != 0 && !open && len(text) <= maxText*maxLines {
		in := csv.NewReader(strings.NewReader(text))
		in.Comma = t.comma
		if cells, err := in.Read(); err == nil {
			return trimmed(cells), height
		}
	}
	if t.comma == 0 {
		return []string{line}, 1
	}
	return trimmed(strings.SplitN(line, string(t.comma), t.at+2)), 1 // which has what is wanted, and the rest
}

func trimmed(cells []string) []string {
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// cut keeps of a text what can be an address, and does not hold on to the rest of the file.
func cut(text string) string { return strings.Clone(text[:min(len(text), maxText)]) }

// outcome is that of an input without a report.
func (in Input) outcome() report.Outcome {
	return report.Outcome{Input: mailcheck.Clean(in.Text), File: mailcheck.Clean(in.File), Line: in.Line}
}

// Key tells inputs apart, as that of an outcome does.
func (in Input) Key() string {
	if a, err := mailcheck.ParseAddress(in.Text); err == nil {
		return a.String()
	}
	return in.outcome().Key()
}

// Plan returns the inputs in the order in which they are to be tested, each address once, and
// how many were left out as they stand there again. done has the keys of the outcomes that
// there are already. The addresses of a domain are spread evenly over the whole, so that whoever
// runs its servers does not meet them all in a row.
func Plan(inputs []Input, done map[string]bool) (todo []Input, duplicates int) {
	type place struct {
		Input
		domain string
		nth    int     // of its domain
		at     float64 // 0 is the beginning of the survey, 1 its end
	}
	var places []place
	seen, count := make(map[string]bool, len(inputs)), map[string]int{}
	for _, in := range inputs {
		key := in.Key()
		if seen[key] {
			duplicates++
			continue
		}
		seen[key] = true
		if !done[key] {
			domain := key[strings.LastIndexByte(key, '@')+1:]
			places = append(places, place{Input: in, domain: domain, nth: count[domain]})
			count[domain]++
		}
	}
	for i, p := range places {
		h := fnv.New32a()
		io.WriteString(h, p.domain)
		places[i].at = (float64(p.nth) + float64(h.Sum32())/(1<<32)) / float64(count[p.domain])
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	for _, p := range places {
		todo = append(todo, p.Input)
	}
	return todo, duplicates
}
