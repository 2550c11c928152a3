package report

import (
	"strings"
	"unicode"

	"github.com/clipperhouse/displaywidth"

	"mailcheck"
	"mailcheck/checks"
)

// verbatim returns a word of somebody else's as a text.
func verbatim(s string) mailcheck.Text { return mailcheck.Textf("%s", s) }

// ours returns a word of our own as a text, which translations may have.
func ours[T ~string](s T) mailcheck.Text { return mailcheck.Text{Format: string(s)} }

// columns returns how many terminal columns s takes. Whether ambiguous
// characters are wide depends on a terminal's settings; here they never are, so
// that output does not depend on the environment. Colours take none.
//
// A letter with its marks, as scripts of India have them, takes a column for each character
// that is not laid above or below another, as tmux and the C libraries count (wcwidth).
// Terminals that draw the whole letter in one column have room left then.
func columns(s string) int {
	n := 0
	for g := (displaywidth.Options{ControlSequences: true}).StringGraphemes(s); g.Next(); {
		n += max(g.Width(), marked(g.Value()))
	}
	return n
}

// marked counts the columns of a letter with its marks; none for anything else.
func marked(letter string) int {
	n := 0
	for i, r := range letter {
		if i == 0 && !unicode.IsLetter(r) {
			return 0
		}
		n += displaywidth.Rune(r)
	}
	return n
}

// wrap breaks text between words into lines of at most width columns. A word
// longer than that gets a line of its own: a host name has to stay whole to be
// copied.
func wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		w := columns(word)
		if used > 0 && used+1+w > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+w
	}
	if used > 0 {
		lines = append(lines, line)
	}
	return lines
}

// page collects lines no wider than the options say. What it is given are texts,
// which escape what a terminal would obey when they become strings. A format that lays
// them out in its own way has them told instead of written.
type page struct {
	strings.Builder
	Options
	told *[]block // nil: they are written
}

// in says a text in the language of the reader.
func (o Options) in(text mailcheck.Text) mailcheck.Text { return o.Language.Text(text) }

// paragraph writes text with its first line indented by first columns and the
// others by rest.
func (p *page) paragraph(first, rest int, text mailcheck.Text) {
	text = p.in(text)
	if p.tell(block{indent: first, item: item{text: text}}) {
		return
	}
	for i, line := range wrap(text.String(), p.width()-max(first, rest)) {
		indent := rest
		if i == 0 {
			indent = first
		}
		p.WriteString(strings.Repeat(" ", indent) + line + "\n")
	}
}

// say writes a paragraph from a format and its arguments.
func (p *page) say(first, rest int, format string, args ...any) {
	p.paragraph(first, rest, mailcheck.Textf(format, args...))
}

// item writes a paragraph about the title above, behind the word for what it is.
func (p *page) item(i item) {
	if !p.tell(block{item: p.Options.item(i)}) {
		p.paragraph(4, 6, i.whole())
	}
}

// blank separates two blocks.
func (p *page) blank() {
	if s := p.String(); s != "" && !strings.HasSuffix(s, "\n\n") {
		p.WriteByte('\n')
	}
}

// paint colours a word that says how good or bad something is.
func (o Options) paint(word string, severity checks.Severity) string {
	if !o.Color || word == "" {
		return word
	}
	return "\x1b[" + [...]string{"1;32", "1;36", "1;33", "1;31"}[severity] + "m" + word + "\x1b[0m"
}

// severityOf returns the severity whose colour a verdict has.
func severityOf(v mailcheck.Verdict) checks.Severity {
	switch v {
	case mailcheck.Fail:
		return checks.Failure
	case mailcheck.Warn:
		return checks.Warning
	case mailcheck.Pass:
		return checks.OK
	}
	return checks.Info
}
