package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/checks"
)

func TestGitHubGolden(t *testing.T) {
	golden(t, "warnings-strict.github", render(t, func(b *bytes.Buffer) error { return GitHub(b, warnings(), Options{Strict: true}) }))
}

// command is what the runner understands.
type command struct {
	name, data string
	properties map[string]string
}

// runner reads lines as the runner of GitHub Actions does (actions/runner,
// ActionCommand.cs and ActionCommandManager.cs): in the newer form at the start of a line,
// in the older one anywhere.
type runner struct {
	token string // that ends a stop
	ran   []command
}

func (r *runner) knows(name string) bool {
	known := []string{"error", "warning", "notice", "debug", "group", "endgroup", "stop-commands", "add-mask", "set-output", "set-env", "add-path", "save-state", "add-matcher", "echo"}
	return slices.Contains(known, strings.ToLower(name)) || r.token != "" && strings.EqualFold(name, r.token)
}

func (r *runner) line(line string) {
	c, ok := r.parse(line)
	switch {
	case !ok:
	case r.token != "":
		if strings.EqualFold(c.name, r.token) {
			r.token = ""
		}
	case c.name == "stop-commands":
		r.token = c.data
	default:
		r.ran = append(r.ran, c)
	}
}

var undoData = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%", "%3A", ":", "%2C", ",")

func (r *runner) parse(line string) (command, bool) {
	if head, ok := strings.CutPrefix(strings.TrimSpace(line), "::"); ok {
		if head, data, ok := strings.Cut(head, "::"); ok {
			name, properties, _ := strings.Cut(head, " ")
			c := command{name, undoData.Replace(data), map[string]string{}}
			for property := range strings.SplitSeq(properties, ",") {
				key, value, _ := strings.Cut(strings.TrimSpace(property), "=")
				c.properties[key] = undoData.Replace(value)
			}
			if r.knows(name) {
				return c, true
			}
		}
	}
	if _, rest, ok := strings.Cut(line, "##["); ok {
		head, data, closed := strings.Cut(rest, "]")
		name, _, _ := strings.Cut(head, " ")
		return command{name: name, data: data}, closed && r.knows(name)
	}
	return command{}, false
}

func ran(t *testing.T, out []byte) []command {
	t.Helper()
	var r runner
	for line := range strings.Lines(string(out)) {
		r.line(strings.TrimSuffix(line, "\n"))
	}
	if r.token != "" {
		t.Error("commands stay stopped")
	}
	return r.ran
}

// printableCommands: the runner obeys nothing but what the format says itself.
func printableCommands(t *testing.T, out []byte) {
	printableLines(t, out)
	count := map[string]int{}
	folded := 0
	for _, c := range ran(t, out) {
		switch c.name {
		case "error", "warning", "notice":
			if count[c.name]++; c.data == "" || c.properties["title"] == "" {
				t.Errorf("%v says nothing", c)
			}
			for line := range strings.SplitSeq(c.data, "\n") {
				if !mailcheck.Printable(line) {
					t.Errorf("not fit to be shown: %.200q", line)
				}
			}
		case "group", "endgroup":
			folded++
		default:
			t.Errorf("the runner obeys %v", c)
		}
	}
	if count["error"] > 10 || count["warning"] > 10 || count["notice"] > 10 || folded%2 != 0 {
		t.Errorf("%v, %d groups", count, folded)
	}
}

// Servers say what the runner would obey; nobody does.
func TestGitHubHostile(t *testing.T) {
	for _, evil := range []string{
		"::add-mask::a", "\n::add-mask::a", "  ::set-output name=x::y", "##[add-mask]a", "x ##[set-env name=PATH]y", "\r\n::error::x", "%0A::add-mask::x",
		"::" + strings.Repeat("0", 32) + "::", "::endgroup::", "a,title=b::c", "::stop-commands::x",
	} {
		r := account("alice@example.com", []mailcheck.SourceResult{{Name: "srv", Kind: mailcheck.Published, State: mailcheck.Failed, Reason: mailcheck.Textf("%s", evil)}},
			bad(imapS, checks.GreetMalformed, evil))
		r.Findings[0].Source, r.Findings[0].Fix = evil, mailcheck.Textf("%s", evil)
		note := of(checks.SRVNotOffered, evil, "", "")
		note.Source = evil
		out := render(t, func(b *bytes.Buffer) error { return GitHub(b, add(r, note), Options{Verbose: true}) })
		printableCommands(t, out)
		if names := ran(t, out); len(names) < 4 {
			t.Errorf("%q: the runner sees only %v", evil, names)
		}
		file := lintFixtures()[1].lint
		file.Findings[0].Source, file.File = evil, evil
		out = render(t, func(b *bytes.Buffer) error { return GitHub(b, file, Options{View: File}) })
		printableCommands(t, out)
	}
}

// A place in a file is said as GitHub wants it, and what does not fit is counted.
func TestGitHubAnnotations(t *testing.T) {
	out := render(t, func(b *bytes.Buffer) error { return GitHub(b, lintFixtures()[1].lint, Options{View: File}) })
	if want := "::error file=config-v1.1.xml,line=5,col=5,title=lint.missing::Something that the format demands is missing.%0A"; !bytes.Contains(out, []byte(want)) {
		t.Errorf("%s is not in\n%s", want, out)
	}
	r := account("alice@example.com", nil)
	for i := range 25 {
		add(r, of(checks.TLSExpired, "imap.example.com", string(rune('a'+i)), ""))
		r.Findings[i].Fix = mailcheck.Textf("Fix %d.", i)
	}
	got := ran(t, render(t, func(b *bytes.Buffer) error { return GitHub(b, r, Options{}) }))
	if last := got[9]; got[8].name != "error" || last.name != "error" || !strings.HasPrefix(last.data, "and 16 more") || got[10].name != "notice" {
		t.Errorf("the tenth is %v", last)
	}
}
