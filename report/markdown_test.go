package report

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"mailcheck"
)

var (
	codeElement = regexp.MustCompile(`(?s)<code>.*?</code>`)
	anyTag      = regexp.MustCompile(`</?([a-z0-9]+)[^>]*>`)
	tableRow    = regexp.MustCompile(`(?s)<tr>.*?</tr>`)
)

// asHTML is what GitHub and GitLab make of Markdown, as goldmark does.
func asHTML(t *testing.T, text []byte) string {
	var b bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(text, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// printableMarkdown holds if nothing but code and ordinary words is left of what others
// said: no mention, no reference, no link, no picture, no tag, no emphasis.
func printableMarkdown(t *testing.T, out []byte) {
	printableLines(t, out)
	page := asHTML(t, out)
	for _, tag := range anyTag.FindAllStringSubmatch(codeElement.ReplaceAllString(page, ""), -1) {
		if !strings.Contains(" h2 h3 p strong ul li pre table thead tbody tr th td ", " "+tag[1]+" ") {
			t.Errorf("a tag %s", tag[0])
		}
	}
	if strings.Contains(page, "<!-- raw HTML omitted -->") {
		t.Error("a tag is in it")
	}
	words := html.UnescapeString(anyTag.ReplaceAllString(codeElement.ReplaceAllString(page, ""), ""))
	if found := regexp.MustCompile(`[@#~$<>&*_|\\]|![0-9\[]|://|www\.[\pL\pN]`).FindString(words); found != "" {
		t.Errorf("%q is outside code: %.300q", found, words)
	}
	columns := 0
	for _, row := range tableRow.FindAllString(page, -1) {
		cells := strings.Count(row, "</td>")
		if head := strings.Count(row, "</th>"); head > 0 {
			columns = head
		} else if cells != columns {
			t.Errorf("%d cells below %d titles: %s", cells, columns, row)
		}
	}
}

func TestInline(t *testing.T) {
	for said, want := range map[string]string{
		"Renew the certificate, then reload it.":        "Renew the certificate, then reload it.",
		"the names of imap.example.com, POP3 and IPv6.": "the names of `imap.example.com`, POP3 and IPv6.",
		"Thanks to @everybody (@all), see #12 and !3":   "Thanks to `@everybody` (`@all`), see `#12` and `!3`",
		"[a](http://b) <b>x</b> *y* _z_":                "`[a](http://b)` `<b>x</b>` `*y*` `_z_`",
		"`mailcheck setup DOMAIN --for dns` writes it":  "`mailcheck setup DOMAIN --for dns` writes it",
		"one ` alone, or ``two":                         "one `` ` `` alone, or ``` ``two ```",
		"1. no list":                                    `1\. no list`,
		"1.3 of 2026-10-01 at 19:20":                    "1.3 of 2026-10-01 at 19:20",
		"commit deadbeef1 or defaced or 12345678":       "commit `deadbeef1` or `defaced` or `12345678`",
		"tls.expired [1]":                               "`tls.expired` [1]",
		"[x]: http://evil":                              "`[x]`: `http://evil`",
		"- + = # >":                                     "`-` `+` `=` `#` `>`",
		"a@`b` x":                                       "`a@b` x",
		"-":                                             "-",
		"Publish: _a._tcp.b.example. SRV 0 1 993 c.example. Then wait.": "Publish: `_a._tcp.b.example. SRV 0 1 993 c.example.` Then wait.",
		"પ્રમાણપત્ર 证书 شهادة":                                           "પ્રમાણપત્ર 证书 شهادة",
		"GH-12, PROJ-7, user@example.com":                               "`GH-12`, `PROJ-7`, `user@example.com`",
		"http:// and:":                                                  "`http://` and:",
	} {
		if got := inline(said); got != want {
			t.Errorf("%q becomes\n%s, want\n%s", said, got, want)
		}
	}
}

// Whatever somebody says, in a sentence or in a cell, it stays inside code.
func FuzzInline(f *testing.F) {
	for _, seed := range []string{"@all `x` [a](http://b)", "| a | b |", "``` ` \\` <b>", "1) #12 !3 ~x $y$ _z_ *w*", "a. SRV 0 1 2 b. `c", "www.example.com", "!``0", "&amp; \\[x\\]: y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		said = mailcheck.Textf("%s", said).String()
		var m ticket
		m.add("A: " + inline(said))
		m.item(0, "B: "+code(said))
		m.add("C:")
		m.table([][]string{{"D", "E"}, {inline(said), code(said)}})
		m.add(fenced(said))
		printableMarkdown(t, []byte(m.String()))
	})
}
