package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/client"
	"mailcheck/autoconfig/setup"
	"mailcheck/internal/sasl"
)

// page reads a file of the repository.
func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// help returns the help text of a command.
func help(t *testing.T, command string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{command, "--help"}, &out, &errs); code != exitOK {
		t.Fatalf("%s --help ends with %d: %s", command, code, errs.String())
	}
	return out.String()
}

// A source that a page forgets is one that nobody knows of.
func TestSourcesAreListed(t *testing.T) {
	readme, doc, discover := page(t, "README.md"), page(t, "autoconfig/discover.go"), help(t, "discover")
	var rows []string
	for _, s := range autoconfig.Sources {
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", s.Name, s.Kind, s.Doc))
		if s.Kind == "" {
			t.Errorf("the source %s has no kind", s.Name)
		}
		if !strings.Contains(discover, s.Name) || !strings.Contains(discover, s.Doc) {
			t.Errorf("discover --help does not list %s", s.Name)
		}
		if !regexp.MustCompile(`(?m)^//   - (\w+, )*` + s.Name + `(, \w+)*:`).MatchString(doc) {
			t.Errorf("the documentation of package autoconfig does not list %s", s.Name)
		}
	}
	table := regexp.MustCompile("(?m)^\\| `[a-z]+` \\| [a-z]+ \\| .* \\|$").FindAllString(readme, -1)
	if !slices.Equal(table, rows) {
		t.Errorf("README.md lists the sources as\n%s\nthey are\n%s", strings.Join(table, "\n"), strings.Join(rows, "\n"))
	}
}

func TestMechanismsAreListed(t *testing.T) {
	for _, m := range sasl.Mechanisms {
		for where, text := range map[string]string{"README.md": page(t, "README.md"), "check --help": help(t, "check"), "probe --help": help(t, "probe")} {
			if m.Name != sasl.Command && !regexp.MustCompile(`\b`+m.Name+`\b`).MatchString(text) {
				t.Errorf("%s does not name %s", where, m.Name)
			}
		}
	}
}

func TestClientsAreListed(t *testing.T) {
	text := help(t, "clients")
	for _, name := range client.Names() {
		if !strings.Contains(text, "  "+name+"\n") {
			t.Errorf("clients --help does not name %s", name)
		}
	}
}

// Every command that there is has a row in README.md.
func TestCommandsAreListed(t *testing.T) {
	readme := page(t, "README.md")
	for _, c := range rootCommand(io.Discard).Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" && !strings.Contains(readme, "`mailcheck "+c.Name()) {
			t.Errorf("README.md has no row for mailcheck %s", c.Name())
		}
	}
}

// What clients says to write for a program, setup writes.
func TestClientsHaveWriters(t *testing.T) {
	for _, c := range client.Results(mailcheck.Address{Local: "alice", Domain: "example.com"}, autoconfig.Discovery{}, nil) {
		if _, ok := setup.ByName(c.Setup); !ok {
			t.Errorf("for %s setup should write %q", c.Client, c.Setup)
		}
	}
}
