package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDigest(t *testing.T) {
	const d = "/m6AKEdIqnslFH+TVG+PnRyEejo1lRLaRS46GQ8ODng="
	for text, want := range map[string][2]bool{ // usable, announced
		"v=UAAC1; a=sha256; d=" + d:                     {true, true},
		"v=UAAC1;a=sha256;d=" + d + ";":                 {true, true},
		" d = " + d + " ; x ; A=SHA256;V=uaac1":         {true, true},
		"v=UAAC1; a=sha256; d=" + d[:20] + " " + d[20:]: {true, true},
		"v=UAAC1; a=sha512; d=" + d:                     {false, true},
		"v=UAAC1; a=sha256; d=" + d[:40]:                {false, true},
		"v=UAAC1":                                       {false, true},
		"v=spf1 -all":                                   {false, false},
		"":                                              {false, false},
	} {
		digest, announced := ParseDigest(text)
		if got := [2]bool{digest != nil, announced}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func FuzzDigest(f *testing.F) {
	f.Add("v=UAAC1; a=sha256; d=/m6AKEdIqnslFH+TVG+PnRyEejo1lRLaRS46GQ8ODng=")
	f.Fuzz(func(t *testing.T, text string) {
		if digest, announced := ParseDigest(text); digest != nil && (!announced || len(digest) != 32) {
			t.Errorf("digest %x", digest)
		}
	})
}

// Each entry is read by itself, with its line, and names as a name server completes them.
func TestParseZone(t *testing.T) {
	const text = `; a comment
$ORIGIN example.com.
$TTL 1h
@ IN SOA ns.example.net. root ( 1 2 3
	4 5 ) ; done
_imaps._tcp 3600 IN SRV 0 1 993 imap
	IN SRV 10 1 993 imap.example.net.
txt.example.com. TXT "a;b" c;d
wrong SRV 0 0
open TXT "x
( ) )
www CNAME @
`
	records, err := ParseZone(text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range records {
		line := fmt.Sprintf("%d %s %s %s %q", r.Line, r.Name, r.Type, r.Target, r.Texts)
		if r.Err != nil {
			line = fmt.Sprintf("%d %v", r.Line, r.Err)
		}
		got = append(got, line)
	}
	want := []string{
		`2    []`, `3    []`, `4 example.com SOA  []`, `6 _imaps._tcp.example.com SRV imap.example.com. []`,
		`7 _imaps._tcp.example.com SRV imap.example.net. []`, `8 txt.example.com TXT  ["a;b" "c"]`,
		`9 bad SRV Port: " "`, `10 a quotation mark is not closed`, `11 a parenthesis is closed that was not opened`, `12 www.example.com CNAME example.com. []`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func FuzzZone(f *testing.F) {
	for _, seed := range []string{"a SRV 0 1 993 b.\n", "$ORIGIN x.\n@ TXT \"a\\\"b\" (c\n) ; d\n", "\tTXT a", "$GENERATE 1-9 a$ A 192.0.2.$", "$INCLUDE /etc/passwd", "a TYPE33 \\# 7 000000000000", "TXT TXT TXT", "a TXT \\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		LooksLikeZone(text)
		records, _ := ParseZone(text)
		if len(records) > maxZoneRecords {
			t.Errorf("%d records", len(records))
		}
		for _, r := range records {
			if r.Line < 1 || r.Line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d", r.Line)
			}
			if r.Type != "" && len(r.Fields) < zoneFields[r.Type] {
				t.Errorf("%s with %d fields", r.Type, len(r.Fields))
			}
		}
	})
}
