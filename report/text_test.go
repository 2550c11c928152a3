package report

import (
	"strings"
	"testing"

	"mailcheck"
)

// What is shown takes as many columns as terminals give it, in any script; what would
// take none has become an escape before.
func TestColumns(t *testing.T) {
	for text, want := range map[string]int{
		"imap.example.com": 16, "Grüße": 5, "u\u0308": 1, "用户": 4, "ﾒｰﾙ": 3, "ก็": 1, "نمی\u200cخواهم": 8, "a\u0301\u0301\u0301\u0301": 1,
		"સર્વરનું પ્રમાણપત્ર સમાપ્ત થયું છે.": 26, "ક્ષ": 2, "\u3164": len(`\u{3164}`), "\u2800x": len(`\u{2800}x`), "a\u202eb": len(`a\u{202e}b`),
	} {
		if got := columns(mailcheck.Clean(text)); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
}

// The columns of a table stand below each other whatever is in them.
func TestGridOfForeignText(t *testing.T) {
	p := &page{}
	rows := [][]cell{header("Server", "Result")}
	for _, name := range []string{"imap.example.com", "用户", "a\u0301\u0301\u0301\u0301\u0301", "क्\u200dष", "\u3164\u115f", "x\u2800"} {
		rows = append(rows, []cell{plain(verbatim(name)), plain(verbatim("|"))})
	}
	if !p.grid(rows) {
		t.Fatal("there is no table")
	}
	lines := strings.Split(strings.TrimSpace(p.String()), "\n")
	for _, line := range lines[1:] {
		before, _, _ := strings.Cut(line, "|")
		if first, _, _ := strings.Cut(lines[0], "Result"); columns(before) != columns(first) {
			t.Errorf("%q begins the second column at %d, not at %d", line, columns(before), columns(first))
		}
	}
}
