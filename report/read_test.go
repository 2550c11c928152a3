package report

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/encoding/unicode"

	"mailcheck"
	"mailcheck/checks"
)

// reread writes a report as JSON and reads it.
func reread(t *testing.T, r *mailcheck.Report) *mailcheck.Report {
	t.Helper()
	out := render(t, func(b *bytes.Buffer) error { return JSON(b, r, Options{Version: "1.2.3"}) })
	back, err := Read(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// Everything that a report holds travels. Whoever adds a field to a noun and forgets
// it in the document finds it here.
func TestReadWhole(t *testing.T) {
	n := 0
	r := &mailcheck.Report{}
	(&filler{text: func() string { n++; return "text " + strconv.Itoa(n) }}).fill(reflect.ValueOf(r).Elem())
	r.Address = address("alice@example.com")
	r.Verdict = mailcheck.Fail
	for i := range r.Servers {
		r.Servers[i].Verdict, r.Settings[i].Verdict = mailcheck.Warn, mailcheck.Untested
	}
	texts := cmp.Comparer(func(a, b mailcheck.Text) bool { return a.String() == b.String() })
	if diff := cmp.Diff(r, reread(t, r), texts, cmpopts.EquateComparable(mailcheck.AddressResult{}.IP)); diff != "" {
		t.Errorf("lost on the way (-before +after):\n%s", diff)
	}
}

// Windows PowerShell writes what a program says as UTF-16, and editors add a byte order mark
// or other ends of lines.
func TestReadOtherEncodings(t *testing.T) {
	r := contractReports()[0].report
	r.Address = address("älice@bücher.example")
	text := string(render(t, func(b *bytes.Buffer) error { return JSON(b, r, Options{View: Sources, Version: "1.2.3"}) }))
	wide := func(order binary.AppendByteOrder) string {
		b := order.AppendUint16(nil, 0xfeff)
		for _, unit := range utf16.Encode([]rune(strings.ReplaceAll(text, "\n", "\r\n"))) {
			b = order.AppendUint16(b, unit)
		}
		return string(b)
	}
	for name, written := range map[string]string{
		"as it was": text, "with a mark": "\ufeff" + text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"),
		"UTF-16LE": wide(binary.LittleEndian), "UTF-16BE": wide(binary.BigEndian),
	} {
		saved, err := ReadSaved(strings.NewReader(written))
		if err != nil || saved.View != Sources || saved.Version != "1.2.3" {
			t.Errorf("%s: %v, %+v", name, err, saved)
			continue
		}
		if again := string(render(t, func(b *bytes.Buffer) error {
			return JSON(b, saved.Report, Options{View: saved.View, Version: saved.Version})
		})); again != text {
			t.Errorf("%s: it is another one:\n%s", name, cmp.Diff(text, again))
		}
	}
	for _, cut := range []string{"", "\xff\xfe", "\xff\xfe{", wide(binary.LittleEndian)[:101]} {
		if _, err := Read(strings.NewReader(cut)); err == nil {
			t.Errorf("%q is a report", cut)
		}
	}
}

// What another version of mailcheck said of a check stays with its evidence, and the check
// stays what it is.
func TestReadOtherTexts(t *testing.T) {
	r := &mailcheck.Report{Address: address("alice@example.com"), Verdict: mailcheck.Fail, Findings: []mailcheck.Finding{
		{Check: checks.LoginThrottled, Severity: checks.Failure, BecauseOf: checks.LoginRejected},
		{Check: checks.LoginRejected, Severity: checks.Failure},
	}}
	text := string(render(t, func(b *bytes.Buffer) error { return JSON(b, r, Options{}) }))
	text = strings.ReplaceAll(text, checks.LoginRejected.Summary, "As it was put in 2025.")
	back, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	table := string(render(t, func(b *bytes.Buffer) error { return Table(b, back, Options{}) }))
	if !strings.Contains(table, "put in 2025") || strings.Contains(table, checks.LoginRejected.Summary) {
		t.Errorf("the table is\n%s", table)
	}
	if f := back.Findings[1]; !f.Check.RejectsCredentials() || !mailcheck.Shows(back.Findings[1:], checks.LoginRejected) || f.Check != back.Findings[0].BecauseOf {
		t.Errorf("the check is %+v", f.Check)
	}
}

// Older documents do not say what they are read for.
func TestViewOfOlderDocuments(t *testing.T) {
	for want, d := range map[View]jsonReport{
		Account: {Sources: []jsonSource{{}}, Servers: []jsonServer{{}}}, Sources: {Sources: []jsonSource{{}}}, Clients: {Clients: []jsonClient{{}}}, File: {File: "a", Clients: []jsonClient{{}}},
	} {
		if got := viewOf(d); got != want {
			t.Errorf("%+v is of view %d, want %d", d, got, want)
		}
	}
}

// A report that was read looks in every format and view as it did before.
func TestReadLooksTheSame(t *testing.T) {
	for _, f := range contractReports() {
		if strings.HasPrefix(f.name, "hostile") {
			continue // cleaned on the way, and of domains that are none
		}
		back := reread(t, f.report)
		for _, format := range Formats {
			for name, view := range format.views() {
				opts := Options{View: view, Verbose: true, Version: "1.2.3"}
				before := render(t, func(b *bytes.Buffer) error { return format.Write(b, f.report, opts) })
				after := render(t, func(b *bytes.Buffer) error { return format.Write(b, back, opts) })
				if diff := cmp.Diff(string(before), string(after)); diff != "" {
					t.Errorf("%s as %s for %s (-before +after):\n%s", f.name, format.Name, name, diff)
				}
			}
		}
	}
}

func TestReadRefuses(t *testing.T) {
	test := func(document, want string) {
		t.Helper()
		r, err := Read(strings.NewReader(document))
		if err == nil || r != nil || !strings.HasPrefix(err.Error(), "read report: ") || !strings.Contains(err.Error(), want) || !mailcheck.Printable(err.Error()) {
			t.Errorf("%.100s: error %v, want %q", document, err, want)
		}
	}
	test("", "EOF")
	test("no JSON", "invalid character")
	test(`{"schema":1`, "unexpected EOF")
	test(`[1]`, "cannot unmarshal")
	test(`{}`, "no schema")
	test(`{"schema":0}`, "no schema")
	test(`{"schema":2,"verdict":["another","kind"]}`, "schema 2, from a newer version of mailcheck; this one knows schema 1")
	test(`{"schema":1,"error":{"what":"an address is \u001b[31mmissing"}}`, `there was no report to write: an address is \x1b[31mmissing`)
	test(`{"schema":1}{"schema":1}`, "something follows")
	test(`{"schema":1,"verdict":"fine"}`, `"fine" is no verdict`)
	test(`{"schema":1,"servers":[{"verdict":"\u202e"}]}`, `is no verdict`)
	test(`{"schema":1,"started":"yesterday"}`, "no time")
	test(`{"schema":1,"servers":[{"port":70000}]}`, "port")
	test(`{"schema":1,"servers":[{"addresses":[{"ip":"localhost"}]}]}`, "no IP address")
	test(`{"schema":1,"address":"a@example.com","domain":"example.net"}`, "not of the domain")
	test(`{"schema":1,"address":"a@\u001b","domain":"\u001b"}`, "is no domain")
	test(`{"schema":1,"domain":"`+strings.Repeat("a.", 5000)+`com"}`, "is no domain")
	test(`{"schema":1,"findings":[{"id":"tls.expired"}]}`, "no severity")
	test(`{"schema":1,"findings":[{"id":"tls.expired","severity":"bad"}]}`, "no severity")
	test(`{"schema":1,"findings":[{"id":"<b>","severity":"info"}]}`, "no check")
	test(`{"schema":1,"findings":[`+strings.Repeat("{},", 1000)+`{}]}`, "more than 1000")
	test(`{"schema":1,"network":[`+strings.Repeat("{},", 10000)+`{}]}`, "lists are longer")
	test(`{"schema":1,"other":[`+strings.Repeat(`[`+strings.Repeat("0,", 9000)+`0],`, 12)+`0]}`, "lists are longer")
	test(`{"schema":1,"other":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`}`, "nested deeper")
	test(`{"schema":1,"other":"`+strings.Repeat("x", maxDocument)+`"}`, "larger than 64 MiB")
}

// What another version of mailcheck wrote is understood as far as that goes.
func TestReadOtherVersions(t *testing.T) {
	r, err := Read(strings.NewReader(`{"schema":1, "new":[{"x":{}}], "address":"a@example.com", "domain":"example.com", "verdict":"fail",
		"servers":[{"protocol":"imap","host":"imap.example.com","port":993,"security":"tls","guessed":true,"login":{"state":"skipped","reason":"no credentials given"}}],
		"findings":[{"id":"tls.expired","severity":"warning","remedy":"Do this.","server":"imaps://imap.example.com:993"},
			{"id":"new.check","severity":"failure","who":"admin","summary":"It is new.","remedy":"Wait. Mend it.","meanwhile":"Wait.","ref":"RFC 1","because_of":"new.cause"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Servers[0]; s.Kind != mailcheck.Guessed || s.Login != nil {
		t.Errorf("%+v", s)
	}
	known, other := r.Findings[0], r.Findings[1]
	if known.Check != checks.TLSExpired || known.Severity != checks.Warning || known.Remedy().String() != "Do this." || known.Server == "" {
		t.Errorf("%+v", known)
	}
	if other.Check.Summary != "It is new." || other.Check.Who != checks.Admin || other.Remedy().String() != "Wait. Mend it." || other.BecauseOf.ID != "new.cause" {
		t.Errorf("%+v", other)
	}
	if out := string(render(t, func(b *bytes.Buffer) error { return Table(b, r, Options{}) })); !strings.Contains(out, "FAILURE: It is new.") {
		t.Error(out)
	}
}

// Nothing that is not a word of mailcheck's own makes a server trusted.
func TestReadVouch(t *testing.T) {
	seen := map[string]bool{}
	for vouch, text := range vouchWords {
		if vouchOf(text) != vouch || seen[text] {
			t.Errorf("%q is read as %d, want %d", text, vouchOf(text), vouch)
		}
		seen[text] = true
	}
	for _, text := range []string{"", "yes", "Named by the user", "7"} {
		if vouchOf(text) != mailcheck.NotVouched {
			t.Errorf("%q vouches for a server", text)
		}
	}
	if vouchWords[mailcheck.VouchedByUser+1] != "" || len(vouchWords) != int(mailcheck.VouchedByUser) {
		t.Error("a way to be vouched for has no words")
	}
}

// Reading a document and showing it in every format never panics, and what was read
// once is read again.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, file := range files {
		document, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var small bytes.Buffer
		if err := json.Compact(&small, document); err != nil {
			f.Fatal(err)
		}
		if small.Len() < 4000 { // longer ones would be changed too slowly
			f.Add(small.Bytes())
		}
	}
	for _, order := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} { // as PowerShell writes it
		wide, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().Bytes([]byte(`{"schema":1,"address":"ü@example.com","domain":"example.com","verdict":"pass"}`))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wide)
	}
	f.Add([]byte("\ufeff{\"schema\":1,\r\n\"verdict\":\"pass\"}\r\n"))
	f.Add([]byte(`{"schema":1,"verdict":"fail","findings":[{"id":"a.b","severity":"failure","because_of":"b.a"},{"id":"b.a","severity":"failure","because_of":"a.b"}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		r, err := Read(bytes.NewReader(document))
		if err != nil {
			if r != nil || !mailcheck.Printable(err.Error()) {
				t.Errorf("%v, %q", r, err)
			}
			return
		}
		for _, format := range Formats {
			for _, view := range views {
				out := render(t, func(b *bytes.Buffer) error { return format.Write(b, r, Options{View: view, Verbose: true}) })
				printable[format.Name](t, out)
			}
		}
		for _, format := range DiffFormats {
			for _, d := range []Difference{Diff(r, healthy()), Diff(healthy(), r), Diff(r, r)} {
				printableLines(t, render(t, func(b *bytes.Buffer) error { return format.Write(b, d, Options{}) }))
			}
		}
		if d := Diff(r, r); len(d.Changes) > 0 {
			t.Errorf("compared with itself it is another one: %+v", d.Changes)
		}
		Inconclusive(r)
		again := render(t, func(b *bytes.Buffer) error { return JSON(b, r, Options{}) })
		if _, err := Read(bytes.NewReader(again)); err != nil {
			t.Errorf("what was read and written is not read: %v\n%s", err, again)
		}
	})
}

// docs/json.md names every field that there is.
func TestJSONPageNamesEveryField(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "json.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[reflect.Type]bool{}
	var look func(reflect.Type)
	look = func(of reflect.Type) {
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice:
			look(of.Elem())
		case reflect.Struct:
			if seen[of] {
				return
			}
			seen[of] = true
			for i := range of.NumField() {
				name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
				if name != "" && !regexp.MustCompile("`"+name+"`").Match(page) {
					t.Errorf("docs/json.md does not name %s of %s", name, of.Name())
				}
				look(of.Field(i).Type)
			}
		}
	}
	look(reflect.TypeFor[jsonReport]())
	look(reflect.TypeFor[jsonFailure]())
}

// Lists that are longer than any real one are cut and counted, also when a document is
// read and written again.
func TestLongLists(t *testing.T) {
	var long []string
	for i := range 500 {
		long = append(long, fmt.Sprintf("X-%d", i))
	}
	s := imapS
	s.Auth = long
	server := good(s, 61)
	server.Capabilities = mailcheck.Lists{BeforeTLS: long, AfterTLS: []string{strings.Repeat("x", 9000), strings.Repeat("y", 9000), "IDLE"}}
	server.Login = &mailcheck.Login{State: mailcheck.LoginAccepted, Capabilities: long}
	document := render(t, func(b *bytes.Buffer) error { return JSON(b, account("", nil, server), Options{}) })
	r, err := Read(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	got := r.Servers[0]
	if len(got.Capabilities.BeforeTLS) != mailcheck.MaxList || len(got.Capabilities.AfterTLS) != 1 || got.Capabilities.LeftOff != 300+2 {
		t.Errorf("%d and %d words are kept, %d left off", len(got.Capabilities.BeforeTLS), len(got.Capabilities.AfterTLS), got.Capabilities.LeftOff)
	}
	if len(got.Login.Capabilities) != mailcheck.MaxList || got.Login.LeftOff != 300 {
		t.Errorf("after the login %d words are kept, %d left off", len(got.Login.Capabilities), got.Login.LeftOff)
	}
	if len(got.Auth) != mailcheck.MaxList || r.LeftOff < 300 {
		t.Errorf("%d words are kept as published, %d left off", len(got.Auth), r.LeftOff)
	}
	if again := render(t, func(b *bytes.Buffer) error { return JSON(b, r, Options{}) }); !bytes.Equal(document, again) {
		t.Errorf("the second document is another one:\n%s", again)
	}
}
