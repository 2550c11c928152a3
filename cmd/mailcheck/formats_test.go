package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mailcheck/report"
)

// viewOf says what the report of a command is read for.
var viewOf = map[string]report.View{"discover": report.Sources, "clients": report.Clients, "lint": report.File, "render": anyView}

// README.md, docs/json.md and the help of every command name the formats that there
// are, and no other.
func TestFormatsAreListed(t *testing.T) {
	var rows, quoted []string
	for _, f := range report.Formats {
		rows = append(rows, fmt.Sprintf("| `-o %s` | %s |", f.Name, f.Doc))
		quoted = append(quoted, "`"+f.Name+"`")
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
		if c.Flags().Lookup("output") == nil || c.Flags().Lookup("output-file") == nil {
			continue
		}
		commands++
		listed := regexp.MustCompile(`output FORMAT: ([a-z, \n]+);`).FindStringSubmatch(help(t, c.Name()))
		if want := formatNames(viewOf[c.Name()]); listed == nil || strings.Join(strings.Fields(listed[1]), " ") != want {
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

// One run has several readers, of which one may look at standard output.
func TestSeveralReaders(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	written := func(name string) string {
		text, err := os.ReadFile(in(name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	code, stdout, _ := demoIn(t, time.Minute, "demo", "cert-expired", "-o", "json="+in("r.json"), "-o", "transcript", "--output", "table="+in("r.txt"))
	if code != exitFailures || !strings.Contains(stdout, "STLS") && !strings.Contains(stdout, "TLS 1.3") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	if r, err := report.Read(strings.NewReader(written("r.json"))); err != nil || len(r.Servers) == 0 {
		t.Errorf("%v", err)
	}
	if text := written("r.txt"); !strings.HasPrefix(text, "FAIL") {
		t.Errorf("the table is\n%s", text)
	}
	if code, stdout, _ = demoIn(t, time.Minute, "demo", "--output-file", in("main.txt")); code != exitOK || stdout != "" || !strings.Contains(written("main.txt"), "imap.example.com") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	for _, c := range []struct{ args, want string }{
		{"-o nonsense", `unknown output format "nonsense"`},
		{"-o nonsense=x", `unknown output format "nonsense"`},
		{"-o json=", "the name of the file is missing"},
		{"-o json=a -o table=a", "two formats cannot go to one file"},
		{"-o json=a --output-file a", "two formats cannot go to one file"},
	} {
		if code, stdout, stderr := inProcess(t.Context(), append([]string{"demo"}, strings.Fields(c.args)...)); code != exitUsage || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d\n%s%s", c.args, code, stdout, stderr)
		}
	}
	code, stdout, stderr := demoIn(t, time.Minute, "demo", "-o", "json="+in("no/such/folder/r.json"))
	if code != exitNoRun || !strings.Contains(stdout, "imap.example.com") || !strings.Contains(stderr, "mailcheck: error: writing the result: ") {
		t.Errorf("a folder that is not there: exit code %d\n%s%s", code, stdout, stderr)
	}
}
