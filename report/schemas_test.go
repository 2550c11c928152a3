//go:build real

package report

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// schemas says what validates the files of a format, and against which schemas, which
// are in the folder that MAILCHECK_SCHEMAS names.
var schemas = map[string]struct {
	files    []string
	validate func(schema string, files []string) *exec.Cmd
}{
	"junit": {[]string{"JUnit.xsd", "junit-10.xsd"}, func(schema string, files []string) *exec.Cmd {
		return exec.Command("xmllint", append([]string{"--noout", "--nonet", "--schema", schema}, files...)...)
	}},
	"sarif": {[]string{"sarif-schema-2.1.0.json"}, func(schema string, files []string) *exec.Cmd {
		args := []string{"-W", "ignore", "-m", "jsonschema", schema}
		for _, file := range files {
			args = append(args, "--instance", file)
		}
		return exec.Command("python3", args...)
	}},
}

// Whatever is in a report and whatever it is read for, what comes out is valid.
func TestSchemas(t *testing.T) {
	folder := os.Getenv("MAILCHECK_SCHEMAS")
	for name, of := range schemas {
		f, _ := FormatByName(name)
		dir := t.TempDir()
		var files []string
		write := func(write func(*bytes.Buffer) error) {
			file := filepath.Join(dir, fmt.Sprintf("%d.%s", len(files), name))
			if err := os.WriteFile(file, render(t, write), 0o600); err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
		for _, r := range contractReports() {
			for _, view := range f.views() {
				for _, strict := range []bool{false, true} {
					opts := Options{View: view, Strict: strict, Verbose: strict, Version: "1.2.3"}
					write(func(b *bytes.Buffer) error { return f.Write(b, r.report, opts) })
				}
			}
		}
		if f.Failure != nil {
			write(func(b *bytes.Buffer) error { return f.Failure(b, "an address is missing", "") })
		}
		for _, schema := range of.files {
			t.Run(schema, func(t *testing.T) {
				schema = filepath.Join(folder, schema)
				if _, err := os.Stat(schema); folder == "" || err != nil {
					t.Skip("the schema is not there")
				}
				if out, err := of.validate(schema, files).CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, problems(string(out)))
				}
			})
		}
	}
}

// problems leaves out what is valid.
func problems(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if !strings.HasSuffix(line, " validates\n") && len(lines) < 20 {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
