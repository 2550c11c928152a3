package report

import (
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"mailcheck"
	"mailcheck/checks"
)

// gap is what separates two columns.
const gap = "  "

// cell is a place in a grid: lines of text, or one that has the colour of a severity.
type cell struct {
	lines    []mailcheck.Text
	coloured bool
	severity checks.Severity
}

func plain(lines ...mailcheck.Text) cell { return cell{lines: lines} }

func coloured(text mailcheck.Text, severity checks.Severity) cell {
	return cell{[]mailcheck.Text{text}, true, severity}
}

// header returns the first row of a grid.
func header(titles ...string) []cell {
	var row []cell
	for _, title := range titles {
		row = append(row, plain(mailcheck.Text{Format: title}))
	}
	return row
}

// text returns all of a cell, for where there is no room for a grid.
func (c cell) text() mailcheck.Text { return mailcheck.Joined(c.lines, " ") }

// strings returns the lines as they are written.
func (c cell) strings(o Options) []string {
	var lines []string
	for _, text := range c.lines {
		line := text.String()
		if c.coloured {
			line = o.paint(line, c.severity)
		}
		lines = append(lines, line)
	}
	return lines
}

// grid writes rows below a header, in columns aligned with spaces and wrapped
// between words; it survives being pasted where lines and boxes do not. It
// returns false, and writes nothing, if the columns cannot be made narrow
// enough without breaking a word.
func (p *page) grid(cells [][]cell) bool {
	rows := make([][][]string, len(cells))
	for i, row := range cells {
		for _, c := range row {
			rows[i] = append(rows[i], c.strings(p.Options))
		}
	}
	widths, ok := fit(rows, p.width())
	if !ok {
		return false
	}
	var b strings.Builder
	table := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Symbols:  tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithHeaderAlignment(tw.AlignLeft),
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithPadding(tw.Padding{Right: gap, Overwrite: true}),
	)
	for i, row := range rows {
		wrapped := make([]string, len(row))
		for j, lines := range row {
			var short []string
			for _, line := range lines {
				short = append(short, wrap(line, widths[j])...)
			}
			wrapped[j] = strings.Join(short, "\n")
		}
		if i == 0 {
			table.Header(wrapped)
		} else if table.Append(wrapped) != nil {
			return false
		}
	}
	if table.Render() != nil {
		return false
	}
	for line := range strings.Lines(b.String()) {
		p.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return true
}

// fit returns the width of each column: at least its longest word, at most its
// longest cell, and in between a fair part of the room there is.
func fit(rows [][][]string, width int) ([]int, bool) {
	widths := make([]int, len(rows[0]))
	wanted := make([]int, len(rows[0]))
	room := width + len(gap)
	for i := range widths {
		for _, row := range rows {
			for _, line := range row[i] {
				wanted[i] = max(wanted[i], columns(line))
				for _, word := range strings.Fields(line) {
					widths[i] = max(widths[i], columns(word))
				}
			}
		}
		room -= widths[i] + len(gap)
	}
	for grown := true; grown && room > 0; {
		grown = false
		for i := range widths {
			if room > 0 && widths[i] < wanted[i] {
				widths[i], room, grown = widths[i]+1, room-1, true
			}
		}
	}
	return widths, room >= 0
}
