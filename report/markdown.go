package report

import (
	"io"
	"strings"

	"mailcheck"
)

// Markdown writes the report for a ticket or the summary of a job, as GitHub, GitLab and
// others read it. Whatever is more than an ordinary word stands in code, so that nobody
// else's text makes a mention, a link, a picture or a tag.
func Markdown(w io.Writer, r *mailcheck.Report, opts Options) error {
	m := ticket{say: opts.Language.Words}
	o := outlineOf(r, opts)
	m.verdict(o)
	m.first(o.First)
	m.settings(o.Settings)
	for _, s := range o.Sections {
		m.add("## " + s.Title)
		m.blocks(s.Blocks)
	}
	m.blocks(append(o.Footer, told(r, opts, machine)...))
	_, err := io.WriteString(w, strings.TrimRight(m.String(), "\n")+"\n")
	return err
}

// ticket collects blocks, each with an empty line behind it but for the items of a list.
type ticket struct {
	strings.Builder
	say     func(string) string // in the language of the reader
	listing bool
}

// add ends a list, if there is one, and writes a block.
func (m *ticket) add(block string) {
	if m.listing {
		m.WriteByte('\n')
	}
	m.listing = false
	m.WriteString(block + "\n\n")
}

func (m *ticket) item(depth int, text string) {
	m.listing = true
	m.WriteString(strings.Repeat("  ", depth) + "- " + text + "\n")
}

func (m *ticket) verdict(o outline) {
	line := inline(o.Sentence.String())
	if !o.Subject.Empty() {
		line = code(o.Subject.String()) + ": " + line
	}
	if o.Word != "" {
		line = "**" + inline(o.Word) + "** " + line
	}
	m.add(line)
}

// first says who does what first, with what can be copied.
func (m *ticket) first(a *advice) {
	if a == nil {
		return
	}
	m.add("**" + m.say("What to do first") + ":** " + inline(a.Title.String()))
	for _, item := range a.Items {
		m.item(0, actorBold(item))
	}
	for _, c := range a.Copy {
		m.add(inline(c.What) + ":")
		m.add(fenced(c.Text))
	}
	if a.Again != "" {
		m.add(m.say("Then test again") + ": " + code(a.Again))
	}
}

func (m *ticket) settings(list []setting) {
	if len(list) == 0 {
		return
	}
	m.add("## " + m.say("Settings"))
	rows := [][]string{each([]string{"For", "Protocol", "Server", "Port", "Security", "User name"}, m.say)}
	for _, s := range list {
		name := inline(s.Hint.String())
		if s.Username != "" {
			name = code(s.Username)
		}
		rows = append(rows, []string{inline(s.Purpose.String()), inline(s.Protocol), code(s.Host), s.Port, inline(s.Security.String()), name})
	}
	m.table(rows)
}

func (m *ticket) blocks(blocks []block) {
	base := 0 // the indent of the list
	for _, b := range blocks {
		if b.indent == 0 || base == 0 {
			base = b.indent
		}
		switch {
		case b.rows != nil:
			var rows [][]string
			for _, row := range b.rows {
				rows = append(rows, inlineCells(row))
			}
			m.table(rows)
		case b.title:
			m.add("### " + inline(b.text.String()))
		case b.kind == evidence:
			m.item(0, b.label.String()+": "+code(b.text.String()))
		case !b.label.Empty():
			m.item(0, actorBold(b.item))
		case b.indent > 0:
			m.item(max(0, b.indent-base)/2, inline(b.text.String()))
		default:
			m.add(inline(b.text.String()))
		}
	}
}

// actorBold shows who acts, which is what a reader looks for.
func actorBold(i item) string {
	label := i.label.String()
	if i.kind == toAct {
		label = "**" + label + "**"
	}
	return label + ": " + inline(i.text.String())
}

// table writes rows below a header. A cell that is empty stays one.
func (m *ticket) table(rows [][]string) {
	var b strings.Builder
	for i, row := range rows {
		for _, cell := range row {
			b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
		}
	}
	m.add(strings.TrimSuffix(b.String(), "\n"))
}

func inlineCells(row []cell) []string {
	var cells []string
	for _, c := range row {
		var lines []string
		for _, line := range c.lines {
			lines = append(lines, inline(line.String()))
		}
		cells = append(cells, strings.Join(lines, ", "))
	}
	return cells
}

// inline writes a sentence. A number that stands first must not begin a list.
func inline(s string) string {
	var b strings.Builder
	for i, r := range runsOf(s) {
		switch {
		case r.Code:
			b.WriteString(code(r.Text))
		case i == 0:
			b.WriteString(notListed(r.Text))
		default:
			b.WriteString(r.Text)
		}
	}
	return b.String()
}

func notListed(s string) string {
	if rest := strings.TrimLeft(s, "0123456789"); rest != s && rest != "" && strings.ContainsRune(".)", rune(rest[0])) && (len(rest) == 1 || rest[1] == ' ') {
		return s[:len(s)-len(rest)] + `\` + rest
	}
	return s
}

// code is a code span, which nothing in it ends (CommonMark section 6.1).
func code(s string) string {
	ticks := strings.Repeat("`", 1+longestTicks(s))
	if s == "" || ticks != "`" || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// fenced is a block to copy from, which nothing in it ends (CommonMark section 4.5).
func fenced(s string) string {
	fence := strings.Repeat("`", max(3, 1+longestTicks(s)))
	return fence + "\n" + s + "\n" + fence
}

// longestTicks is the length of the longest run of backticks.
func longestTicks(s string) int {
	longest, length := 0, 0
	for _, r := range s {
		length++
		if r != '`' {
			length = 0
		}
		longest = max(longest, length)
	}
	return longest
}
