package report

import (
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// gap is what separates two columns.
const gap = "  "

// grid writes rows below a header, in columns aligned with spaces and wrapped
// between words; it survives being pasted where lines and boxes do not. It
// returns false, and writes nothing, if the columns cannot be made narrow
// enough without breaking a word. A line end in a cell stays one.
func (p *page) grid(rows [][]string) bool {
	widths, ok := fit(rows, p.width)
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
	table.Header(rows[0])
	for _, row := range rows[1:] {
		cells := make([]string, len(row))
		for i, cell := range row {
			var lines []string
			for line := range strings.SplitSeq(cell, "\n") {
				lines = append(lines, wrap(line, widths[i])...)
			}
			cells[i] = strings.Join(lines, "\n")
		}
		if table.Append(cells) != nil {
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
func fit(rows [][]string, width int) ([]int, bool) {
	widths := make([]int, len(rows[0]))
	wanted := make([]int, len(rows[0]))
	room := width + len(gap)
	for i := range widths {
		for _, row := range rows {
			for line := range strings.SplitSeq(row[i], "\n") {
				wanted[i] = max(wanted[i], columns(line))
			}
			for _, word := range strings.Fields(row[i]) {
				widths[i] = max(widths[i], columns(word))
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
