package mailcheck

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown is the length in bytes beyond which text from the network is cut
// when it is shown; a report pasted into a ticket must stay readable.
const maxShown = 400

// Clean makes text that came from the network safe to show: control characters,
// invisible and bidirectional formatting characters and invalid UTF-8 become
// visible escapes, and long text is cut. A server can then neither move the
// cursor of a terminal nor turn the direction of the line around it.
func Clean(s string) string { return escaped(s, maxShown) }

// escaped does so, and cuts what is longer than most bytes.
func escaped(s string, most int) string {
	var b strings.Builder
	for i, n := 0, len(s); i < n; {
		if b.Len() >= most {
			fmt.Fprintf(&b, "... (%d more bytes)", n-i)
			break
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\t':
			b.WriteByte(' ')
		case r < 0x80 && unicode.IsControl(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case unicode.IsControl(r) || hidden(r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// hidden reports whether r shows nothing or changes how its neighbours show:
// format characters (the bidi controls among them), separators of lines and
// paragraphs, tags, private use and what is no character, which XML cannot hold (XML 1.0
// section 2.2). The joiners of Indic scripts stay.
func hidden(r rune) bool {
	if r < 0x80 || r == '\u200c' || r == '\u200d' {
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs, unicode.Noncharacter_Code_Point)
}

// Printable reports whether s holds nothing that [Clean] would escape. A host
// name, user name or URL that is not printable is refused before any protocol
// uses it.
func Printable(s string) bool {
	for i, r := range s {
		if unicode.IsControl(r) || hidden(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) {
			return false
		}
	}
	return true
}
