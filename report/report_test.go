package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	got = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")) // of the csv format, whose own test wants the \r
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")) // a checkout on Windows may have added the \r
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func render(t *testing.T, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTableGolden(t *testing.T) {
	f := failures()
	for name, opts := range map[string]Options{
		"failures-60.table": {Width: 60}, "failures-120.table": {Width: 120},
		"failures-colour.table": {Color: true}, "failures-verbose.table": {Verbose: true},
	} {
		golden(t, name, render(t, func(b *bytes.Buffer) error { return Table(b, f, opts) }))
	}
}

func TestDiscoverGolden(t *testing.T) {
	for _, f := range fixtures() {
		f.report.Servers = nil
		golden(t, f.name+".discover", render(t, func(b *bytes.Buffer) error { return Table(b, f.report, Options{View: Sources}) }))
	}
}

func TestExplainGolden(t *testing.T) {
	golden(t, "explain", render(t, func(b *bytes.Buffer) error { return Explain(b, checks.TLSExpired, Options{}) }))
	golden(t, "list", render(t, func(b *bytes.Buffer) error { return List(b, Options{}) }))
}

// What people and tickets need of every output: no line wider than asked for,
// unless one word is, and nothing that a terminal would obey.
func TestOutputFits(t *testing.T) {
	writers := map[string]func(*bytes.Buffer, *mailcheck.Report, Options) error{
		"table":    func(b *bytes.Buffer, r *mailcheck.Report, o Options) error { return Table(b, r, o) },
		"discover": func(b *bytes.Buffer, r *mailcheck.Report, o Options) error { o.View = Sources; return Table(b, r, o) },
		"list":     func(b *bytes.Buffer, _ *mailcheck.Report, o Options) error { return List(b, o) },
		"explain": func(b *bytes.Buffer, _ *mailcheck.Report, o Options) error {
			for _, c := range checks.All {
				if err := Explain(b, c, o); err != nil {
					return err
				}
			}
			return nil
		},
	}
	for i, f := range fixtures() {
		for name, write := range writers {
			if i > 0 && (name == "list" || name == "explain") {
				continue // they show the checks, whatever the report
			}
			for width := 0; width <= 150; width += 10 {
				for _, color := range []bool{false, true} {
					opts := Options{Width: width, Color: color, Verbose: width%20 == 0}
					out := render(t, func(b *bytes.Buffer) error { return write(b, f.report, opts) })
					checkFits(t, f.name+" "+name, string(out), opts)
				}
			}
		}
	}
}

var sgr = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func checkFits(t *testing.T, name, out string, opts Options) {
	t.Helper()
	if opts.Color {
		out = sgr.ReplaceAllString(out, "")
	}
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if columns(line) > opts.width() && len(strings.Fields(line)) > 1 {
			t.Errorf("%s at width %d: %d columns in %q", name, opts.width(), columns(line), line)
		}
		if i := strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
			t.Errorf("%s: control character in %q", name, line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("%s: trailing space in %q", name, line)
		}
	}
}

// Every word of a host name has to stay whole to be copied.
func TestEndpointsStayWhole(t *testing.T) {
	for _, f := range fixtures() {
		for _, width := range []int{60, 80, 140} {
			out := string(render(t, func(b *bytes.Buffer) error { return Table(b, f.report, Options{Width: width, Verbose: true}) }))
			for _, s := range f.report.Servers {
				if !strings.Contains(out, s.Endpoint()) {
					t.Errorf("%s at width %d: %s is not in one piece", f.name, width, s.Endpoint())
				}
			}
		}
	}
}

func TestJSONContract(t *testing.T) {
	for _, f := range fixtures() {
		out := render(t, func(b *bytes.Buffer) error { return JSON(b, f.report, Options{Version: "1"}) })
		var doc map[string]any
		dec := json.NewDecoder(bytes.NewReader(out))
		if err := dec.Decode(&doc); err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		if dec.More() {
			t.Errorf("%s: more than one document", f.name)
		}
		has(t, f.name, doc, "schema tool address domain started elapsed_ms verdict settings sources servers findings")
		all(t, f.name, doc["settings"], "protocol host port security username auth sources verdict")
		all(t, f.name, doc["findings"], "id severity who summary detail remedy ref server because_of source")
		for _, s := range all(t, f.name, doc["sources"], "name state reason elapsed_ms servers steps") {
			all(t, f.name, s["servers"], "protocol host port security")
			all(t, f.name, s["steps"], "op target start_ms elapsed_ms detail error findings")
		}
		for _, s := range all(t, f.name, doc["servers"], "protocol host port security sources verdict addresses greeting capabilities auth tls login steps") {
			all(t, f.name, s["addresses"], "ip state elapsed_ms error")
			all(t, f.name, s["steps"], "op target start_ms elapsed_ms detail error findings")
			has(t, f.name, s["capabilities"].(map[string]any), "before_tls after_tls after_login")
			has(t, f.name, s["auth"].(map[string]any), "before_tls after_tls")
			has(t, f.name, s["login"].(map[string]any), "mechanism state reason")
			if tls, ok := s["tls"].(map[string]any); ok {
				has(t, f.name, tls, "version cipher curve verified chain scts")
				all(t, f.name, tls["chain"], "subject issuer names not_before not_after sha256 key")
			}
		}
		var typed jsonReport
		if err := json.Unmarshal(out, &typed); err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		if diff := cmp.Diff(document(f.report, Options{Version: "1"}), &typed, cmp.AllowUnexported(jsonSetting{}, jsonCapabilities{})); diff != "" {
			t.Errorf("%s does not survive the round trip:\n%s", f.name, diff)
		}
	}
}

// has wants every field in an object; a list in it is never null.
func has(t *testing.T, name string, object map[string]any, fields string) {
	t.Helper()
	for field := range strings.FieldsSeq(fields) {
		value, ok := object[field]
		if !ok || value == nil && field != "tls" {
			t.Errorf("%s: field %q is missing or null", name, field)
		}
	}
}

// all wants a list of objects with every field, and returns them.
func all(t *testing.T, name string, list any, fields string) []map[string]any {
	t.Helper()
	items, ok := list.([]any)
	if !ok {
		t.Fatalf("%s: want a list, got %v", name, list)
	}
	var objects []map[string]any
	for _, item := range items {
		object := item.(map[string]any)
		has(t, name, object, fields)
		objects = append(objects, object)
	}
	return objects
}

func TestVerdictLine(t *testing.T) {
	test := func(r *mailcheck.Report, want string) {
		t.Helper()
		out := string(render(t, func(b *bytes.Buffer) error { return Table(b, r, Options{Width: 140}) }))
		if first, _, _ := strings.Cut(out, "\n"); !strings.HasPrefix(first, want) {
			t.Errorf("got  %q\nwant %q", first, want)
		}
	}
	test(healthy(), "PASS  alice@example.com: read mail with IMAP at imap.example.com:993 (TLS), send with submission at smtp.example.com:465")
	test(warnings(), "WARN  alice@example.com: works, with 2 warnings: read mail with IMAP at")
	test(failures(), "FAIL  alice@example.com: no working server for reading or sending mail: the server's certificate has expired.")
	test(inPart(), "FAIL  alice@example.com: the server's certificate has expired (imaps://imap.example.com:993), and 1 more failure. This does work:")
	test(interrupted(), "UNTESTED  alice@example.com: the test did not get as far as a working server for sending mail. Reading works with IMAP")
	test(sending(), "FAIL  alice@example.com: no working server for sending mail: the server does not answer on this port")
	test(loginRefused(), "FAIL  alice@example.com: the server rejects the user name or the password (user name alice@example.com; server imap.example.com:993). The")
	test(nxdomain(), "FAIL  alice@exmaple.com: no server found for reading or sending mail: the name does not exist in DNS.")
	test(nothing(), "FAIL  alice@example.com: no server found for reading or sending mail.")
	test(idn(), "PASS  用户@bücher.example (xn--bcher-kva.example): read mail with")
	test(probeOne(), "FAIL  imaps://imap.example.com:993: the server's certificate is self-signed, so nobody vouches for it.")
	test(probeMany(), "FAIL  1 of 3 servers failed: pop3s://pop.example.com:995.")
}

func TestGroups(t *testing.T) {
	got := groups([]mailcheck.Finding{
		of(checks.TLSExpired, "a", "imaps://a:993", ""),
		of(checks.TLSExpired, "a", "imaps://b:993", ""),
		of(checks.TLSExpired, "other", "imaps://c:993", ""),
		of(checks.AccountNoIncoming, "", "", "tls.expired"),
		of(checks.AccountNoOutgoing, "", "imaps://c:993", "account.no-incoming"), // a chain
		of(checks.AuthNone, "", "", "no.such"),                                   // its root is not there
		of(checks.GreetBye, "", "", "greet.554"), of(checks.Greet554, "", "", "greet.bye"),
	})
	var shape []string
	for _, g := range got {
		line := g.Check.ID + " " + strings.Join(g.Places, " ")
		for _, c := range g.Consequences {
			line += " > " + c.Check.ID
		}
		shape = append(shape, line)
	}
	want := []string{
		"tls.expired imaps://a:993 imaps://b:993 > account.no-incoming", "tls.expired imaps://c:993 > account.no-outgoing",
		"auth.none-offered ", "greet.bye ", "greet.554 ",
	}
	if diff := cmp.Diff(want, shape); diff != "" {
		t.Error(diff)
	}
}

func TestChecksDocIsCurrent(t *testing.T) {
	file := filepath.Join("..", "docs", "checks.md")
	want, err := os.ReadFile(file)
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if err != nil || !bytes.Equal(want, ChecksDoc()) {
		t.Error("docs/checks.md is not what checks.go says; write it anew with: go generate ./...")
	}
}

func TestChecksDocIsComplete(t *testing.T) {
	doc := string(ChecksDoc())
	for _, c := range checks.All {
		if n := strings.Count(doc, "\n### "+c.ID+"\n"); n != 1 {
			t.Errorf("%s has %d sections; does its family stand in families?", c.ID, n)
		}
	}
}

// What follows from a cause is said in one line a check; where the cause itself
// was seen again, the places are enough.
func TestConsequences(t *testing.T) {
	mx, srv := of(checks.DNSTimeout, "example.com: no answer", "", ""), of(checks.DNSTimeout, "_imaps._tcp.example.com: no answer", "", "dns.timeout")
	mx.Source, srv.Source = "mx", "srv"
	guess := srv
	guess.Source, guess.Detail = "guess", mailcheck.Textf("imap.example.com: no answer")
	r := add(account("alice@example.com", nil), mx, srv, guess,
		of(checks.TCPUnreachable6, "2001:db8::1", "imaps://a:993", "dns.timeout"), of(checks.TCPUnreachable6, "2001:db8::2", "imaps://b:993", "dns.timeout"))
	out := string(render(t, func(b *bytes.Buffer) error { return Table(b, r, Options{Width: 140}) }))
	for _, want := range []string{
		"    Also seen by: srv, guess\n",
		"    Therefore: the server cannot be reached over IPv6 while IPv4 works; some clients then wait or fail: imaps://a:993, imaps://b:993\n",
	} {
		if strings.Count(out, want) != 1 {
			t.Errorf("want once %q in:\n%s", want, out)
		}
	}
	if n := strings.Count(out, "Therefore"); n != 1 {
		t.Errorf("%d consequences, want 1:\n%s", n, out)
	}
}

// A certificate that ends while other servers are tested has no time left, not less than none.
func TestCertificateEndsInTheRun(t *testing.T) {
	r := healthy()
	for i := range r.Servers {
		if s := &r.Servers[i]; s.TLS != nil {
			s.TLS.Chain[0].NotAfter = r.Started
		}
	}
	r.Elapsed = 2 * time.Second
	out := render(t, func(b *bytes.Buffer) error { return Table(b, r, Options{Width: 140}) })
	if bytes.Contains(out, []byte("certificate valid")) {
		t.Errorf("%s", out)
	}
}
