package report

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/catalogue"
	"mailcheck/checks"
)

// gap is what separates two columns.
const gap = "  "

// cell is a place in a grid: lines of text, or one that has the colour of a severity.
type cell struct {
	lead     mailcheck.Text // that has the colour then; empty for none
	lines    []mailcheck.Text
	coloured bool
	severity checks.Severity
}

func plain(lines ...mailcheck.Text) cell { return cell{lines: lines} }

func coloured(text mailcheck.Text, severity checks.Severity) cell {
	return cell{lines: []mailcheck.Text{text}, coloured: true, severity: severity}
}

// header returns the first row of a grid.
func header(titles ...string) []cell {
	var row []cell
	for _, title := range titles {
		row = append(row, plain(ours(title)))
	}
	return row
}

// text returns all of a cell, for where there is no room for a grid.
func (c cell) text() mailcheck.Text { return mailcheck.Joined(c.lines, " ") }

// strings returns the lines as they are written.
func (c cell) strings(o Options) []string {
	var lines []string
	for i, text := range c.lines {
		line := text.String()
		switch {
		case i == 0 && !c.lead.Empty():
			line = o.paint(c.lead.String(), c.severity) + ": " + line
		case c.coloured && c.lead.Empty():
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
	said := p.cells(cells)
	if p.told == nil && !catalogue.Latin(p.Language.Tag()) {
		said = lastWords(cells, said)
	}
	cells = said
	if p.tell(block{rows: cells}) {
		return true
	}
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
	for _, row := range rows {
		for i, lines := range row {
			row[i] = wrapped(lines, widths[i])
		}
	}
	for i := range widths {
		widths[i] = 0
		for _, row := range rows {
			widths[i] = max(widths[i], widest(row[i]))
		}
	}
	for _, row := range rows {
		p.row(row, widths)
	}
	return true
}

// cells says all cells in the language of the reader.
func (o Options) cells(rows [][]cell) [][]cell {
	return each(rows, func(row []cell) []cell {
		return each(row, func(c cell) cell {
			c.lines = each(c.lines, o.in)
			return c
		})
	})
}

// lastWords puts the words of a column before those of the last one, where they have been
// translated into a script of which terminals do not agree how wide it is: nothing stands
// to the right of them then.
func lastWords(english, said [][]cell) [][]cell {
	for column := len(english[0]) - 2; column >= 0; column-- {
		translated := false
		for i := 1; i < len(english); i++ {
			translated = translated || english[i][column].text().String() != said[i][column].text().String()
		}
		if !translated {
			continue
		}
		for i, row := range said {
			last := row[len(row)-1]
			last.coloured, last.severity = row[column].coloured, row[column].severity
			if last.lead.Empty() {
				last.lead = row[column].text()
			} else {
				last.lead = mailcheck.Textf("%s: %s", row[column].text(), last.lead)
			}
			said[i] = slices.Concat(row[:column], row[column+1:len(row)-1], []cell{last})
		}
	}
	return said
}

// row writes cells side by side, each in a column of its width.
func (p *page) row(cells [][]string, widths []int) {
	height := 0
	for _, lines := range cells {
		height = max(height, len(lines))
	}
	for n := range height {
		line := ""
		for i, lines := range cells {
			part := ""
			if n < len(lines) {
				part = lines[n]
			}
			line += part + strings.Repeat(" ", widths[i]-columns(part)) + gap
		}
		p.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// wrapped returns the lines of a cell, none wider than width unless a word is.
func wrapped(lines []string, width int) []string {
	var all []string
	for _, line := range lines {
		all = append(all, wrap(line, width)...)
	}
	return all
}

// widest returns the columns that the longest of the lines takes.
func widest(lines []string) int {
	most := 0
	for _, line := range lines {
		most = max(most, columns(line))
	}
	return most
}

// fit returns the width of each column: at least its longest word, at most its
// longest cell, and in between a fair part of the room there is.
func fit(rows [][][]string, width int) ([]int, bool) {
	widths := make([]int, len(rows[0]))
	wanted := make([]int, len(rows[0]))
	room := width + len(gap)
	for i := range widths {
		for _, row := range rows {
			wanted[i] = max(wanted[i], widest(row[i]))
			for _, line := range row[i] {
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
