package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

// What the documents show, and when it was run there.
var (
	pictured   = []string{"demo", "cert-expired"}
	picturedAt = time.Date(2026, 11, 26, 16, 0, 0, 0, time.UTC)
)

// What the documents show of a terminal is what it shows. The script docs/pictures has this
// test draw it anew.
func TestPicture(t *testing.T) {
	var says string
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(picturedAt))
		_, says, _ = inProcess(t.Context(), append(pictured, "--color", "always"))
	})
	drawn := picture("mailcheck "+strings.Join(pictured, " "), says)
	if *update {
		if err := os.WriteFile(filepath.Join("..", "..", "docs", "terminal.svg"), []byte(drawn), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if page(t, "docs/terminal.svg") != drawn {
		t.Error("docs/terminal.svg is out of date: run docs/pictures")
	}
	if xml.Unmarshal([]byte(drawn), new(struct{})) != nil {
		t.Error("docs/terminal.svg is not XML")
	}
}

// The size of a character, and of the border, in pixels.
const (
	charWidth, lineHeight = 8, 18
	border                = 16
)

// colors are what a terminal with a dark ground makes of the codes that a table has.
var colors = map[string]string{"1;31": "#ff7b72", "1;32": "#56d364", "1;33": "#e3b341"}

// picture draws a command and what it says, as a picture whose text can be read and copied.
func picture(command, output string) string {
	lines := strings.Split("$ "+command+"\n"+strings.TrimSuffix(output, "\n"), "\n")
	width, height := 80*charWidth+2*border, len(lines)*lineHeight+2*border
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d">`+"\n", width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n", escaped(command))
	b.WriteString(`<rect width="100%" height="100%" rx="8" fill="#161b22"/>` + "\n")
	b.WriteString(`<g fill="#e6edf3" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace" font-size="13">` + "\n")
	for i, line := range lines {
		length := utf8.RuneCountInString(codes.ReplaceAllString(line, ""))
		if length == 0 {
			continue
		}
		// The length is given, so that columns stand below each other in any font.
		fmt.Fprintf(&b, `<text xml:space="preserve" x="%d" y="%d" textLength="%d">%s</text>`+"\n", border, border+i*lineHeight+13, length*charWidth, spans(line))
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

var codes = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// spans has each stretch of a line in its colour.
func spans(line string) string {
	var b strings.Builder
	open, at := "", 0
	for _, code := range append(codes.FindAllStringSubmatchIndex(line, -1), []int{len(line), len(line), 0, 0}) {
		b.WriteString(escaped(line[at:code[0]]))
		b.WriteString(open)
		open, at = "", code[1]
		if color := colors[line[code[2]:code[3]]]; color != "" {
			fmt.Fprintf(&b, `<tspan fill="%s" font-weight="bold">`, color)
			open = "</tspan>"
		}
	}
	return b.String()
}

func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
