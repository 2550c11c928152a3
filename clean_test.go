package mailcheck_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"mailcheck"
)

// longestShown is a little more than the length to which text is cut, with the
// note that says so.
const longestShown = 450

func TestClean(t *testing.T) {
	test := func(text, want string) {
		t.Helper()
		if got := mailcheck.Clean(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
		if printable := text == want; mailcheck.Printable(text) != printable {
			t.Errorf("%q: Printable says %v", text, !printable)
		}
	}

	// What stays.
	test("", "")
	test("* OK Dovecot ready.", "* OK Dovecot ready.")
	test("Grüße, 用户, ડેટામેલ", "Grüße, 用户, ડેટામેલ")
	test("क्\u200dष ne\u200cmi", "क्\u200dष ne\u200cmi") // the joiners of Indic scripts and Persian
	test("\ufffd", "\ufffd")                             // the replacement character itself, as opposed to invalid bytes
	test("👍", "👍")
	test(`back\slash`, `back\slash`)

	// C0, DEL, C1.
	test("\x00", `\x00`)
	test("a\tb", "a b")
	test("a\r\nb", `a\x0d\x0ab`)
	test("\x1b[2J\x1b]0;owned\x07", `\x1b[2J\x1b]0;owned\x07`)
	test("\x7f", `\x7f`)
	test("\u0080\u009b31m", `\u{80}\u{9b}31m`)
	test("\u0085", `\u{85}`) // next line

	// Text that turns or hides its neighbours.
	test("\u202emoc.elpmaxe", `\u{202e}moc.elpmaxe`)
	test("\u202a\u202b\u202c\u202d", `\u{202a}\u{202b}\u{202c}\u{202d}`)
	test("\u2066\u2067\u2068\u2069", `\u{2066}\u{2067}\u{2068}\u{2069}`)
	test("\u200e\u200f\u061c", `\u{200e}\u{200f}\u{61c}`)
	test("\u200b\u2060\ufeff\u00ad", `\u{200b}\u{2060}\u{feff}\u{ad}`)
	test("\u2028\u2029", `\u{2028}\u{2029}`)
	test("a\U000e0041\U000e007f", `a\u{e0041}\u{e007f}`) // tags
	test("\ue000\U0010fffd", `\u{e000}\u{10fffd}`)       // private use

	test("\ufffe\uffff\ufdd0", `\u{fffe}\u{ffff}\u{fdd0}`) // no characters

	// Invalid UTF-8, byte by byte.
	test("\xff\xfe", `\xff\xfe`)
	test("a\xc3", `a\xc3`)
	test("\xed\xa0\x80", `\xed\xa0\x80`) // a surrogate
	test("\xc0\xaf", `\xc0\xaf`)         // a slash in too many bytes
}

func TestCleanCutsLongText(t *testing.T) {
	test := func(text string) {
		t.Helper()
		got := mailcheck.Clean(text)
		if len(got) > longestShown {
			t.Errorf("%d bytes are shown of %d", len(got), len(text))
		}
		if !strings.HasSuffix(got, " more bytes)") {
			t.Errorf("%q does not say that there is more", got)
		}
		if !mailcheck.Printable(got) {
			t.Errorf("%q is not fit to be shown", got)
		}
	}
	test(strings.Repeat("x", 1<<20))
	test(strings.Repeat("\x00", 1<<20))
	test(strings.Repeat("ü", 1<<10))
	test(strings.Repeat("\U000e0041", 1<<10))
	test(strings.Repeat("\xff", 401))

	short := strings.Repeat("x", 400)
	if got := mailcheck.Clean(short); got != short {
		t.Errorf("text of %d bytes is cut to %q", len(short), got)
	}
	if got, want := mailcheck.Clean(short+"yz"), short+"... (2 more bytes)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "plain", "\x1b[2J", "\u202e", "\xff\xfe", "\ufffd", "a\u200db", "\U000e0041", strings.Repeat("long ", 100), strings.Repeat("ü", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := mailcheck.Clean(text)
		if !utf8.ValidString(got) {
			t.Errorf("%q is shown as %q, which is not UTF-8", text, got)
		}
		if !mailcheck.Printable(got) {
			t.Errorf("%q is shown as %q, which is not printable", text, got)
		}
		if len(got) > longestShown {
			t.Errorf("%q is shown with %d bytes", text, len(got))
		}
		if mailcheck.Printable(text) && len(text) <= 400 && got != text {
			t.Errorf("%q is harmless and shown as %q", text, got)
		}
	})
}
