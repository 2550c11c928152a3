package setup

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
)

// docFile has a table of all formats between two lines, which -update writes anew.
const docFile = "../../docs/setup.md"

func TestDoc(t *testing.T) {
	text, err := os.ReadFile(docFile)
	if err != nil {
		t.Fatal(err)
	}
	was := strings.ReplaceAll(string(text), "\r\n", "\n")
	is := between(t, between(t, was, "formats", docFormats(t)), "not-written", docNotWritten())
	if *update && was != is {
		if err := os.WriteFile(docFile, []byte(is), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(was, is); diff != "" {
		t.Errorf("docs/setup.md: -is +should be:\n%s", diff)
	}
}

func between(t *testing.T, text, name, body string) string {
	t.Helper()
	begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->\n"
	before, rest, ok := strings.Cut(text, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("docs/setup.md has no place for %s", name)
	}
	return before + begin + body + end + after
}

func docFormats(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| `--for` | files | go to | the person is asked for | read back by | cannot |\n|---|---|---|---|---|---|\n")
	for _, f := range Formats {
		made, err := f.Make(everything(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var names, files []string
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			names = append(names, "`"+name+"`")
		}
		for _, file := range made.Files {
			files = append(files, "`"+file.Name+"`")
		}
		row := []string{strings.Join(names, ", "), strings.Join(files, ", "), f.Place.String(), f.Asks.String(), f.Proof.String(), strings.Join(cannot(f), ", ")}
		for i := range row {
			row[i] = strings.ReplaceAll(row[i], "|", `\|`)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	return b.String()
}

// cannot is what the files of a format have no place for.
func cannot(f Format) []string {
	var all []string
	add := func(what string, lacks bool) {
		if lacks {
			all = append(all, what)
		}
	}
	reads := len(f.Reads) > 0
	add("read mail", !reads)
	add("IMAP", reads && !slices.Contains(f.Reads, mailcheck.IMAP))
	add("POP3", reads && !slices.Contains(f.Reads, mailcheck.POP3))
	add("send mail", !f.Sends)
	add("OAuth2", !slices.Contains(f.Logins, OAuth2))
	exchange := slices.ContainsFunc(f.Around, mailcheck.Protocol.Exchange)
	add("OAuth2 at a provider that it does not know", f.SignsIn != nil && !exchange)
	add("OAuth2 elsewhere than at Exchange", f.SignsIn != nil && exchange)
	add("a whole domain", !f.Domain)
	add("a second server", f.isMail() && !f.All)
	add("the person's name", !f.Named)
	add("calendars and contacts", reads && !slices.Contains(f.Around, mailcheck.CalDAV))
	return all
}

func docNotWritten() string {
	var b strings.Builder
	for _, u := range NotWritten {
		fmt.Fprintf(&b, "- `%s`: %s.\n", u.Name, u.Why)
	}
	return b.String()
}
