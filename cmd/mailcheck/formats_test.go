package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mailcheck/report"
)

// README.md, docs/json.md and the help of every command name the formats that there
// are, and no other.
func TestFormatsAreListed(t *testing.T) {
	var rows, quoted, names []string
	for _, f := range report.Formats {
		rows = append(rows, fmt.Sprintf("| `-o %s` | %s |", f.Name, f.Doc))
		quoted = append(quoted, "`"+f.Name+"`")
		names = append(names, f.Name)
	}
	if table := regexp.MustCompile("(?m)^\\| `-o [^`]*` \\| .* \\|$").FindAllString(page(t, "README.md"), -1); !slices.Equal(table, rows) {
		t.Errorf("README.md lists the formats as\n%s\nthey are\n%s", strings.Join(table, "\n"), strings.Join(rows, "\n"))
	}
	last := len(quoted) - 1
	sentence := "The formats are " + strings.Join(quoted[:last], ", ") + " and " + quoted[last] + "."
	if !strings.Contains(strings.ReplaceAll(page(t, "docs/json.md"), "\n", " "), sentence) {
		t.Errorf("docs/json.md does not say: %s", sentence)
	}
	commands := 0
	for _, c := range rootCommand(io.Discard).Commands() {
		if c.Flags().Lookup("output") == nil {
			continue
		}
		commands++
		listed := regexp.MustCompile(`output FORMAT: ([a-z, \n]+) \(default`).FindStringSubmatch(help(t, c.Name()))
		if listed == nil || strings.Join(strings.Fields(listed[1]), " ") != strings.Join(names, ", ") {
			t.Errorf("%s --help lists the formats as %q", c.Name(), listed)
		}
	}
	if commands < 6 {
		t.Errorf("only %d commands have formats", commands)
	}
}

// A run that was stopped leaves the one document that its report is.
func TestInterruptJSON(t *testing.T) {
	code, stdout, _ := demoIn(t, 3*time.Second, "demo", "silent-server", "--timeout", "30s", "-o", "json")
	if _, err := report.Read(strings.NewReader(stdout)); err != nil || code != exitNoRun {
		t.Errorf("exit code %d, %v:\n%s", code, err, stdout)
	}
}
