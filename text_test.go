package mailcheck_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"mailcheck"
)

func TestText(t *testing.T) {
	words := []string{"a", "b", "c", "d"}
	at := time.Date(2026, 11, 26, 14, 15, 59, 0, time.UTC)
	for _, c := range []struct {
		text mailcheck.Text
		want string
	}{
		{mailcheck.Text{}, ""},
		{mailcheck.Textf("100 %"), "100 %"},
		{mailcheck.Textf("%s has %s", "imap.example.com", mailcheck.Count{N: 1, Noun: "address|addresses"}), "imap.example.com has 1 address"},
		{mailcheck.Textf("%s", mailcheck.Count{N: 2, Noun: "address|addresses"}), "2 addresses"},
		{mailcheck.Textf("%s", mailcheck.Count{N: 0, Noun: "server"}), "0 servers"},
		{mailcheck.Textf("offers %s", mailcheck.ListOf(words)), "offers a, b, c, d"},
		{mailcheck.Textf("offers %s", mailcheck.ListOf(words).AtMost(3)), "offers a, b, c, d"},
		{mailcheck.Textf("offers %s", mailcheck.ListOf(words).AtMost(2)), "offers a, b and 2 more"},
		{mailcheck.Textf("offers %s", mailcheck.ListOf[string](nil).Or("nothing")), "offers nothing"},
		{mailcheck.Textf("until %s, in %s", mailcheck.Stamp(at), mailcheck.Span(36*time.Hour)), "until 2026-11-26 14:15 UTC, in 1 day"},
		{mailcheck.Textf("so %s", mailcheck.Clause("The server's certificate has expired.")), "so the server's certificate has expired"},
		{mailcheck.Textf("so %s", mailcheck.Clause("TLS 1.0 only.")), "so TLS 1.0 only"},
		{mailcheck.Textf("%s; %s", mailcheck.Textf("one %d", 1), errors.New("two")), "one 1; two"},
		{mailcheck.Textf("%q and %s", "\x1b[2J", "\x1b[2J\u202e"), `"\x1b[2J" and \x1b[2J\u{202e}`},
		{mailcheck.Textf("%s", mailcheck.IMAP), "imap"},
	} {
		if got := c.text.String(); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text.Format, got, c.want)
		}
	}
}

// What comes from the network is cut; what mailcheck says itself is not.
func TestEvidenceIsCut(t *testing.T) {
	long := strings.Repeat("x", 5000)
	if got := mailcheck.Evidencef("the server says %q", long).String(); len(got) > longestShown {
		t.Errorf("the evidence has %d bytes", len(got))
	}
	if got := mailcheck.Textf("the server says %q", long).String(); len(got) < 5000 {
		t.Errorf("the text has %d bytes", len(got))
	}
	short := mailcheck.Evidencef("the server says %q", "no")
	if short.Format != "the server says %q" {
		t.Errorf("short evidence lost its format: %q", short.Format)
	}
}

func TestEmptyText(t *testing.T) {
	for _, text := range []mailcheck.Text{{}, mailcheck.Textf("%s", ""), mailcheck.Textf("%s", mailcheck.List{}), mailcheck.Joined([]mailcheck.Text(nil), ", ")} {
		if !text.Empty() || text.String() != "" {
			t.Errorf("%q is not empty", text.Format)
		}
	}
	if mailcheck.Textf("%s", "0").Empty() {
		t.Error("a text is empty")
	}
}
