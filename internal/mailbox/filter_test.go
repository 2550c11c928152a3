package mailbox

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck/checks"
)

// harmless is what a server may say without go-imap hearing of it: what would have it
// spin, give up, or understand something else.
var harmless = []string{
	// Capabilities: go-imap reads on at a parenthesis for good.
	"* CAPABILITY (", "* CAPABILITY(", "* CAPABILITY IMAP4rev1 (ID)", "* capability\t(", "* OK [CAPABILITY (", "* OK [CAPABILITY a (", "* OK [CAPABILITY(a)] x",
	"* NO [CAPABILITY (] x", "* PREAUTH [CAPABILITY (", "* 7 ENABLED (", "* enabled a(", "* ENABLED (", "* 7 CAPABILITY (", "* OK [capability (",
	// What it does not know, and what it knows differently.
	"* XFOO 1 2", "* ", "*", "* 1", "* 1 2 3", "* 4294967296 EXISTS", "* -1 EXISTS", "* 1 EXISTS7", "* +1 EXISTS", "* VANISHED (EARLIER) 1:9", "+ ", "+ idling", "+",
	"* ID (\"name\" nil)", "* ID (\"name\" (\"a\" \"b\"))", "* ID (((((", "* ID )))))", "* ID (\"name", "* ID \"name\" \"x\"", "* ID NILL", "* IDLE", "* ID (",
	`* LIST () "//" "a"`, `* LIST () "" "a"`, `* LIST () "/" "A&B"`, `* LIST () "/" a&b-c`, `* LSUB () nil INBOX`, "* LIST (", "* STATUS INBOX (MESSAGES",
	`* QUOTA "ROOT"`, `* QUOTA "ROOT" (STORAGE 1)`, "* QUOTAROOT", "* NAMESPACE nil nil nil", "* NAMESPACE ((((", "* FETCH", "* 1 FETCH (FLAGS (", "* 0 EXPUNGE",
	"* 1 EXPUNGE", "* 99999999999999999999 EXPUNGE", "* SEARCH 1 2 -3", "* ESEARCH (TAG \"x\") ALL 1:*", "* THREAD (", "* SORT 0", "* METADATA \"\" (", "* ACL a b", "* 3 RECENT",
	"* FLAGS", "* FLAGS \\Seen", "* FLAGS (\\Seen", "* FLAGS {3}x", "* OK [PERMANENTFLAGS", "* OK [PERMANENTFLAGS (] x", "* OK [PERMANENTFLAGS {1}] x",
	"* OK [UIDNEXT] x", "* OK [UIDNEXT -1] x", "* OK [UIDNEXT 4294967296] x", "* OK [UIDNEXT (1)] x", "* OK [UIDVALIDITY 1", "* OK [HIGHESTMODSEQ 18446744073709551615] x",
	"* OK [COPYUID 1 * *] x", "* OK [APPENDUID 1] x", "* OK [CLOSED] x", "* OK [", "* OK []", "* OK [] ", "* OK", "* OK ", "* OK\r", "* OK\rT2 OK", "* OK \x00", "* OK [\x00(] x",
	"* NO", "* BAD", "* BAD \xff\xfe", "* NO [UIDNEXT 3] x", "* PREAUTH", "* PREAUTH hello again",
	// A text that looks as if a literal followed.
	"* OK hi {60}", "* NO hi {60}", "* OK [ALERT] {3}",
	strings.Repeat("(", 4000), "* ID " + strings.Repeat("(", 7000), "* FLAGS (" + strings.Repeat("((", 3000) + ")",
}

// Nothing of what is harmless gets through, nor does it keep the answers from being
// heard.
func TestFilterDrops(t *testing.T) {
	for _, line := range harmless {
		if !strings.HasPrefix(line, "*") && !strings.HasPrefix(line, "+") {
			continue
		}
		f := filter{lines: script(crlf(line, "T1 OK")), waiting: []string{"T1"}, counted: map[string]string{"T1": "T1"}}
		passed, err := f.next()
		if want := map[bool]string{true: "* FLAGS ()\r\n"}[strings.HasPrefix(line, "* FLAGS (((")]; passed != want || err != nil {
			t.Errorf("%q: %q goes through, %v", line, passed, err)
		}
		s := Open(script(crlf(line, "* 2 EXISTS", "T1 OK done", line, "T2 OK done")), []string{"ID"})
		if o, err := s.Examine("INBOX", true); err != nil || o.Messages != 2 || o.Refused != nil {
			t.Errorf("%q: %+v, %v", line, o, err)
		}
		s.Close()
	}
}

// What gets through is written anew.
func TestFilterPasses(t *testing.T) {
	test := func(says, want string) {
		t.Helper()
		f := filter{lines: script(says), waiting: []string{"T1", "T2"}, counted: map[string]string{"T1": "T1", "T2": "T2"}}
		if got, err := f.next(); got != want || err != nil {
			t.Errorf("%.100q: %q goes through, %v; want %q", says, got, err, want)
		}
	}
	test(crlf("* 007 Exists and more"), "* 7 EXISTS\r\n")
	test(crlf(`* flags (\Seen $Junk  \* a)`), `* FLAGS (\Seen $Junk \* a)`+"\r\n")
	test(crlf(`* FLAGS ("a" \ \\a %b c] (\Seen) \Draft)`), `* FLAGS (\Seen \Draft)`+"\r\n")
	test(crlf(`* OK [permanentflags (\Deleted \*)] Limited`), `* OK [PERMANENTFLAGS (\Deleted \*)]`+"\r\n")
	test(crlf(`* OK [UIDNEXT 4392] Predicted next UID`), "* OK [UIDNEXT 4392]\r\n")
	test(crlf(`* ok  [uidvalidity 3857529045]`), "* OK [UIDVALIDITY 3857529045]\r\n")
	test(crlf(`* OK [HIGHESTMODSEQ 715194045007] x`), "* OK [HIGHESTMODSEQ 715194045007]\r\n")
	test(crlf(`T1 OK [CAPABILITY (] done`), "T1 OK\r\n")
	test(crlf(`T2 no [COPYUID (((] done {9}`), "T2 NO\r\n")
	test(crlf(`T1 BAD`), "T1 BAD\r\n")
	test(crlf(`* BYE [CAPABILITY (] x`), "")
}

// A string that a stranger wrote passes for nothing.
func TestFilterLiterals(t *testing.T) {
	forged := crlf("", "* 9 EXISTS", "T2 NO forged", "* BYE")
	says := crlf("T1 OK done") +
		fmt.Sprintf("* 1 FETCH (BODY[] {%d}\r\n%s UID 3 X ~{0}\r\n)\r\n", len(forged), forged) +
		fmt.Sprintf("* XFOO \"a\\\"{3}\" b{%d+}\r\n%s\r\n", len(forged), forged) +
		"* XFOO \"{5}\r\n" + "* XFOO {5} \r\n" + "* XFOO {x}\r\n" + "* XFOO {}\r\n" +
		"* ID ({4}\r\nname {8}\r\nFoo\r\n(\"} {6}\r\nvendor \"Bar\")\r\n" +
		crlf("* 2 EXISTS", "T2 OK done")
	s := Open(script(says), []string{"ID"})
	defer s.Close()
	got, err := s.Examine("INBOX", true)
	want := Opened{Messages: 2, Server: map[string]string{"name": "Foo\r\n(\"}", "vendor": "Bar"}}
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Where the protocol is broken, or a bound, that is the error.
func TestFilterErrors(t *testing.T) {
	test := func(says string, want *checks.Check) {
		t.Helper()
		s := Open(script(says), []string{"ID"})
		defer s.Close()
		_, err := s.Examine("INBOX", true)
		var found *checks.Error
		if !errors.As(err, &found) || found.Check != want {
			t.Errorf("%.100q: %v, want %s", says, err, want.ID)
		}
	}
	test(crlf(""), checks.ReplyMalformed)
	test(crlf("HTTP/1.1 400 Bad Request"), checks.ReplyMalformed)
	test(crlf("*OK"), checks.ReplyMalformed)
	test(crlf("T9 OK"), checks.ReplyMalformed)
	test(crlf("T1 OK", "T1 OK"), checks.ReplyMalformed)
	test(crlf("t1 OK"), checks.ReplyMalformed)
	test(crlf("T1"), checks.ReplyMalformed)
	test(crlf("T1 MAYBE"), checks.ReplyMalformed)
	test(crlf("T1 BYE"), checks.ReplyMalformed)
	test(crlf("T1 OK\rT2 OK"), checks.ReplyMalformed)
	test(crlf(strings.Repeat("(", 4000)), checks.ReplyMalformed)
	test(strings.Repeat("* LIST () \"/\" a\r\n", 200_000), checks.ReplyTooLong)
	test(strings.Repeat("* NO [ALERT] a\r\n", 200_000), checks.ReplyTooLong)
	test(strings.Repeat("+ \r\n", 200_000), checks.ReplyTooLong)
	test("* X "+strings.Repeat("{0}\r\n", 200_000), checks.ReplyTooLong)
	test("* OK "+strings.Repeat("a", 10_000), checks.ReplyTooLong)
	test("* X {8000000000}\r\n", checks.ReplyTooLong)
	test("* X {65537}\r\n", checks.ReplyTooLong)
	test("* X {"+strings.Repeat("9", 5000)+"}\r\n", checks.ReplyTooLong)
	for _, says := range []string{"", "* X {5}\r\n", "* X {5}\r\nabc", "* X {5}\r\nabcde", "T1 OK\r\nT2 OK"} {
		s := Open(script(says), []string{"ID"})
		if _, err := s.Examine("INBOX", true); err != io.EOF {
			t.Errorf("%q: %v, want the end", says, err)
		}
		s.Close()
	}
}

// go-imap gets no capability that it stumbles over, or that has it send literals.
func TestPassedCaps(t *testing.T) {
	test := func(want string, caps ...string) {
		t.Helper()
		if got := strings.Join(passedCaps(caps), " "); got != want {
			t.Errorf("%q: %q goes through, want %q", caps, got, want)
		}
		s := Open(script(""), caps)
		defer s.Close()
		if s.over != nil {
			t.Errorf("%q: %v", caps, s.over)
		}
		known := slices.Collect(maps.Keys(s.client.Caps()))
		if len(known) != len(strings.Fields(want)) {
			t.Errorf("%q: go-imap knows %q", caps, known)
		}
	}
	test("")
	test("IMAP4rev1 SASL-IR QUOTA=RES-STORAGE X", "IMAP4rev1", "SASL-IR", "literal+", "QUOTA=RES-STORAGE", "LITERAL-", "X")
	test("IMAP4rev2", "IMAP4rev2")
	test("IMAP4rev1", "imap4REV2", "IMAP4rev1")
	test("a", "(", "", " ", "a", "b]", "b(", "(b", "b c", "b\r\nT1 OK", "b\"", "{3}", "ü", "\x00", "\\b")
}

func TestPairs(t *testing.T) {
	test := func(list string, want map[string]string) {
		t.Helper()
		tokens, _, _ := scan(list)
		if diff := cmp.Diff(want, pairs(tokens)); diff != "" {
			t.Errorf("%.100s: %s", list, diff)
		}
	}
	test(`NIL`, map[string]string{})
	test(`()`, map[string]string{})
	test(`("a" "b" "c")`, map[string]string{"a": "b"})
	test(`("Name" "a\"\\b" vendor Acme "x" nil "y" NIL "z" "nil" "" "q")`, map[string]string{"name": `a"\b`, "vendor": "Acme", "z": "nil"})
	test(`("a" ("b" "c" ("d")) "e" "f" ("g") "h" "i" "j")`, map[string]string{"e": "f", "i": "j"})
	test(`("a" "b") ("c" "d")`, map[string]string{"a": "b", "c": "d"})
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, "k%d v ", i)
	}
	tokens, _, _ := scan("(" + many.String() + ")")
	if n := len(pairs(tokens)); n != 30 {
		t.Errorf("%d pairs are kept", n)
	}
}
