package report

import (
	"bytes"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/catalogue"
)

func inLanguage(t *testing.T, tag string) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Open(tag)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What people read is fit to be shown in every language, as in English; how it looks shows
// where something fails, and what a mailbox has.
func TestLanguagesShown(t *testing.T) {
	for _, tag := range catalogue.Languages()[1:] {
		language := inLanguage(t, tag)
		for _, name := range []string{"table", "markdown", "html", "nagios"} {
			f, _ := FormatByName(name)
			for _, r := range fixtures() {
				out := render(t, func(b *bytes.Buffer) error {
					return f.Write(b, r.report, Options{Version: "1.2.3", Language: language})
				})
				printable[name](t, out)
				if r.name == "failures" || r.name == "mailbox" {
					golden(t, r.name+"."+tag+"."+name, bytes.Replace(out, []byte(unixLines(pageStyle)), nil, 1))
				}
			}
		}
		for name, view := range views {
			reports := map[string]*mailcheck.Report{"account": talkative(), "sources": disagree(), "clients": clientResults(), "file": lintFixtures()[1].lint}
			golden(t, "view-"+name+"."+tag+".table", render(t, func(b *bytes.Buffer) error { return Table(b, reports[name], Options{View: view, Language: language}) }))
		}
	}
}

// On a terminal nothing stands to the right of words in a script of which terminals do not
// agree how wide it is, so that no column is shifted, and no line is too long.
func TestColumnsInGujarati(t *testing.T) {
	out := render(t, func(b *bytes.Buffer) error { return Table(b, failures(), Options{Language: inLanguage(t, "gu")}) })
	rows := 0
	for line := range strings.Lines(string(out)) {
		line = strings.TrimRight(line, "\n")
		if n := columns(line); n > defaultWidth {
			t.Errorf("%d columns: %s", n, line)
		}
		if !strings.HasPrefix(line, "IMAP ") && !strings.HasPrefix(line, "submission ") {
			continue
		}
		rows++
		before := line[:strings.LastIndex(line, gap)]
		for _, r := range before {
			if r > '~' {
				t.Errorf("%q stands before the last column of %q", r, line)
			}
		}
	}
	if rows == 0 {
		t.Errorf("there are no servers in\n%s", out)
	}
}

// A translation that nobody has read says so; English has nothing to say.
func TestMachineMade(t *testing.T) {
	for _, name := range []string{"table", "markdown", "html"} {
		f, _ := FormatByName(name)
		for _, view := range views {
			for tag, want := range map[string]bool{"en": false, "gu": true, "de": true} {
				out := render(t, func(b *bytes.Buffer) error {
					return f.Write(b, failures(), Options{View: view, Language: inLanguage(t, tag)})
				})
				if got := bytes.Contains(out, []byte("--lang")); got != want {
					t.Errorf("%s in %s: the foot is there: %v", name, tag, got)
				}
			}
		}
	}
}
