package mailcheck

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown is the length in bytes beyond which text from the network is cut
// when it is shown; a report pasted into a ticket must stay readable.
const maxShown = 400

// maxQuoted is the same for what is quoted in the middle of a sentence.
const maxQuoted = 100

// Clean makes text that came from the network safe to show: what would move the cursor of
// a terminal, turn the direction of the line around it, hide in it or pile up on a letter
// becomes a visible escape, as invalid UTF-8 does, and long text is cut.
func Clean(s string) string {
	shown, left := escaped(s, maxShown)
	if left > 0 {
		return fmt.Sprintf("%s... (%d more bytes)", shown, left)
	}
	return shown
}

// Quoted returns in quotes what somebody typed, short enough for the sentence around it to
// be read. Whoever shows that cleans it.
func Quoted(s string) string {
	width := 0
	for i, r := range s {
		width += len(strconv.QuoteRune(r)) - len("''")
		if hidden(r) || unicode.IsMark(r) {
			width += len(`\u{301}`)
		}
		if width > maxQuoted {
			return fmt.Sprintf("%q... (%d bytes)", s[:i], len(s))
		}
	}
	return strconv.Quote(s)
}

// shortened cuts what a library says of something that was typed, and may quote.
func shortened(s string) string {
	if len(s) <= 2*maxQuoted {
		return s
	}
	return s[:maxQuoted] + "..." + s[len(s)-maxQuoted:]
}

// escaped makes a text safe to show, up to so many bytes, and returns how many bytes of s
// are left off.
func escaped(s string, most int) (shown string, left int) {
	var b strings.Builder
	var before letters
	for i, n := 0, len(s); i < n; {
		if b.Len() >= most {
			return b.String(), n - i
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1, r < 0x80 && unicode.IsControl(r) && r != '\t':
			fmt.Fprintf(&b, `\x%02x`, s[i])
			before = letters{}
		case r == '\t':
			b.WriteByte(' ')
			before = letters{}
		case !before.take(r, s[i+size:]):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String(), 0
}

// Printable reports whether s holds nothing that [Clean] would escape. A host
// name, user name or URL that is not printable is refused before any protocol
// uses it.
func Printable(s string) bool {
	var before letters
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) || !before.take(r, s[i+utf8.RuneLen(r):]) {
			return false
		}
	}
	return true
}

// maxMarks is how many marks a letter may carry. Burmese, Tibetan and the letters of the
// Vedas need four; more pile up over the lines above and below.
const maxMarks = 4

// letters is what the characters of a text so far mean for the next one.
type letters struct {
	last  rune // the last that is no mark; 0 where there is none
	mark  rune // the mark right before; 0 where there is none
	marks int  // since the last
}

// take reports whether a character can be shown as it is, and goes on behind it.
func (l *letters) take(r rune, rest string) bool {
	switch {
	case (r == '\u200c' || r == '\u200d') && l.joins(rest):
		return true
	case unicode.IsControl(r) || hidden(r):
		*l = letters{}
		return false
	case !unicode.IsMark(r):
		*l = letters{last: r}
		return true
	case l.last == 0 || l.marks >= maxMarks:
		return false
	}
	l.mark = r
	l.marks++
	return true
}

// joins reports whether a joiner can stand here: it changes how letters are written
// behind a virama of an Indic script (RFC 5892 appendix A.1), and between letters that
// join, as in Persian. Anywhere else it shows nothing, so that two names could look the
// same; that takes emoji apart which are made of several.
func (l *letters) joins(rest string) bool {
	if l.mark != 0 && strings.ContainsRune(viramas, l.mark) {
		l.mark = 0 // one joiner alone
		return true
	}
	next, _ := utf8.DecodeRuneInString(rest)
	joined := l.last != 0 && unicode.In(l.last, joining...) && unicode.In(next, joining...) && unicode.IsLetter(next)
	if joined {
		l.mark = 0
	}
	return joined
}

// joining are the scripts whose letters change their form with their neighbours.
var joining = []*unicode.RangeTable{unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Mandaic, unicode.Adlam, unicode.Phags_Pa}

// viramas are the marks that take the vowel from a consonant (canonical combining class 9).
const viramas = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039" +
	"\u103a\u1714\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\ua806\ua8c4\ua953\ua9c0\uaaf6\uabed"

// hidden reports whether r shows nothing or changes how its neighbours show: format
// characters (the bidi controls among them), separators of lines and paragraphs, tags,
// private use, what Unicode lets programs ignore (fillers of Hangul, selectors of
// variants), spaces that are not the usual one, the empty pattern of Braille, and what is
// no character, which XML cannot hold (XML 1.0 section 2.2).
func hidden(r rune) bool {
	return r >= 0x80 && (r == '\u2800' || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Zs, unicode.Co, unicode.Cs,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point))
}
