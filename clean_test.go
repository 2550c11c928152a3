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
	test("क्\u200dष र्\u200dय ક્\u200cષ ന്\u200d", "क्\u200dष र्\u200dय ક્\u200cષ ന്\u200d") // the joiners of Indic scripts, behind a virama
	test("نمی\u200cخواهم", "نمی\u200cخواهم")                                                 // and of Persian, between letters
	test("မြို့ བསྒྲུབས ॐ कृ॑ष्ण ที่ Tiếng Việt שָׁלוֹם", "မြို့ བསྒྲུབས ॐ कृ॑ष्ण ที่ Tiếng Việt שָׁלוֹם")
	test("Tie\u0302\u0301ng a\u0323\u0302\u0301\u0308", "Tie\u0302\u0301ng a\u0323\u0302\u0301\u0308")
	test("\ufffd", "\ufffd") // the replacement character itself, as opposed to invalid bytes
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
	// Text that shows nothing: fillers, selectors, joiners where none belongs, odd spaces.
	test("a\u115f\u1160\u3164\uffa0\u2800b", `a\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2800}b`)
	test("❤\ufe0f\u034f\u180b\u180e\u180f\u2064\u206f\U000e0100\U000e01ef\U000e0fff", `❤\u{fe0f}\u{34f}\u{180b}\u{180e}\u{180f}\u{2064}\u{206f}\u{e0100}\u{e01ef}\u{e0fff}`)
	test("a\u200db ne\u200cmi क\u200dष", `a\u{200d}b ne\u{200c}mi क\u{200d}ष`)
	test("क्\u200d\u200dष ن\u200c\u200cخ \u200c", "क्\u200d\\u{200d}ष ن\\u{200c}\\u{200c}خ \\u{200c}")
	test("👩\u200d💻", `👩\u{200d}💻`)
	test("a\u00a0b\u2003c\u3000d\u202fe", `a\u{a0}b\u{2003}c\u{3000}d\u{202f}e`)

	// Marks that pile up, or that would settle on what the program says.
	test("a"+strings.Repeat("\u0301", 6)+"b", "a"+strings.Repeat("\u0301", 4)+`\u{301}\u{301}b`)
	test("\u0338x", `\u{338}x`)
	test("\n\u20e0x", `\x0a\u{20e0}x`)

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

// What is quoted leaves room for the sentence around it.
func TestQuoted(t *testing.T) {
	for text, want := range map[string]string{
		"":                            `""`,
		"alice@example.com":           `"alice@example.com"`,
		"a\nb\u202e":                  `"a\nb\u202e"`,
		strings.Repeat("x", 100):      `"` + strings.Repeat("x", 100) + `"`,
		strings.Repeat("x", 100_000):  `"` + strings.Repeat("x", 100) + `"... (100000 bytes)`,
		strings.Repeat("ü", 100_001):  `"` + strings.Repeat("ü", 50) + `"... (200002 bytes)`,
		"a" + strings.Repeat("ü", 99): `"a` + strings.Repeat("ü", 49) + `"... (199 bytes)`,
	} {
		if got := mailcheck.Quoted(text); got != want {
			t.Errorf("%.40q is quoted as %s", text, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "plain", "\x1b[2J", "\u202e", "\xff\xfe", "\ufffd", "a\u200db", "क्\u200dष", "نمی\u200cخواهم", "a\u0301\u0301\u0301\u0301\u0301", "\u3164", "\U000e0041", strings.Repeat("long ", 100), strings.Repeat("ü", 300)} {
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
