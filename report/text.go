package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"mailcheck"
	"mailcheck/checks"
)

// safe returns s as it may be shown. Text in a report is clean already; this
// catches what was forgotten, without cutting a text that was cut before.
func safe(s string) string {
	if mailcheck.Printable(s) {
		return s
	}
	return mailcheck.Clean(s)
}

// columns returns how many terminal columns s takes. Whether ambiguous
// characters are wide depends on a terminal's settings; here they never are, so
// that output does not depend on the environment.
func columns(s string) int { return twwidth.WidthWithOptions(s, twwidth.Options{}) }

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

// page collects lines no wider than its width.
type page struct {
	strings.Builder
	width int
}

// paragraph writes text with its first line indented by first columns and the
// others by rest.
func (p *page) paragraph(first, rest int, text string) {
	for i, line := range wrap(text, p.width-max(first, rest)) {
		indent := rest
		if i == 0 {
			indent = first
		}
		p.WriteString(strings.Repeat(" ", indent) + line + "\n")
	}
}

// blank separates two blocks.
func (p *page) blank() {
	if s := p.String(); s != "" && !strings.HasSuffix(s, "\n\n") {
		p.WriteByte('\n')
	}
}

// paint colours a word that says how good or bad something is.
func paint(o Options, word string, severity checks.Severity) string {
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

// inside makes a sentence a part of another one: no full stop, and no capital
// letter where the first word is an ordinary one.
func inside(sentence string) string {
	s := strings.TrimSuffix(sentence, ".")
	first, size := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[size:])
	if unicode.IsUpper(first) && !unicode.IsUpper(second) && !unicode.IsDigit(second) {
		return string(unicode.ToLower(first)) + s[size:]
	}
	return s
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// few joins at most n names and counts the others.
func few(names []string, n int) string {
	if len(names) <= n+1 { // "and 1 more" is hardly shorter than the name
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), len(names)-n)
}
