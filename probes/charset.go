package probes

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// readable returns a line of a server in UTF-8. The protocols want ASCII or UTF-8
// (RFC 9051 section 7.1, RFC 6531), but servers of China still speak GBK, and those
// of Europe Latin-1; nobody can act on a line of \x escapes.
func readable(line string) string {
	if utf8.ValidString(line) {
		return line
	}
	var from encoding.Encoding = charmap.Windows1252
	if inGB2312(line) {
		from = simplifiedchinese.GBK
	}
	text, err := from.NewDecoder().String(line)
	if err != nil || strings.ContainsRune(text, utf8.RuneError) {
		return line
	}
	return text
}

// inGB2312 reports whether all bytes beyond ASCII come in pairs that are Chinese
// characters or punctuation of GB 2312. In Latin-1 they seldom stand together.
func inGB2312(line string) bool {
	for i := 0; i < len(line); i++ {
		lead := line[i]
		if lead < 0x80 {
			continue
		}
		i++
		if i == len(line) || line[i] < 0xa1 || line[i] == 0xff || lead < 0xa1 || lead > 0xf7 || lead > 0xa9 && lead < 0xb0 {
			return false
		}
	}
	return true
}
