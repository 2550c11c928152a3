package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/autoconfig/lint"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

var views = map[string]View{"account": Account, "sources": Sources, "clients": Clients, "file": File}

// views are those that a format has.
func (f Format) views() map[string]View {
	has := maps.Clone(views)
	maps.DeleteFunc(has, func(_ string, v View) bool { return !f.Has(v) })
	return has
}

// printable has the rule by which the output of each format is fit to be shown.
var printable = map[string]func(*testing.T, []byte){
	"table":      printableLines,
	"transcript": printableLines,
	"json":       printableJSON,
	"html":       printableHTML,
	"markdown":   printableMarkdown,
	"junit":      printableXML,
	"github":     printableCommands,

	"sarif":       printableSARIF,
	"codequality": printableCodeQuality,

	"csv":        printableCSV,
	"jsonl":      printableJSONL,
	"nagios":     printableNagios,
	"prometheus": printablePrometheus,
}

func printableLines(t *testing.T, out []byte) {
	for line := range strings.Lines(string(out)) {
		if !mailcheck.Printable(strings.TrimSuffix(line, "\n")) {
			t.Errorf("not fit to be shown: %.200q", line)
		}
	}
}

func printableJSON(t *testing.T, out []byte) {
	printableLines(t, out)
	var document any
	if err := json.Unmarshal(out, &document); err != nil {
		t.Fatal(err)
	}
	var look func(any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, member := range v {
				look(member)
			}
		case []any:
			for _, entry := range v {
				look(entry)
			}
		case string:
			if !mailcheck.Printable(v) {
				t.Errorf("not fit to be shown: %.200q", v)
			}
		}
	}
	look(document)
}

// What every format owes to everybody, whatever the report and the view: bytes that
// are fit to be shown, end in a newline and are the same twice.
func TestFormatsContract(t *testing.T) {
	const secret = "correct-horse-battery-staple"
	t.Setenv("MAILCHECK_PASSWORD", secret)
	t.Setenv("MAILCHECK_TOKEN", secret)
	for _, f := range Formats {
		if f.Name == "" || f.Doc == "" || !regexp.MustCompile(`^[a-z]+/[a-z0-9.+-]+(; version=0\.0\.4)?(; charset=utf-8)?$`).MatchString(f.Media) {
			t.Errorf("%q, %q, %q: a format has a name, a sentence and a media type", f.Name, f.Doc, f.Media)
		}
		if printable[f.Name] == nil {
			t.Errorf("no rule says what of %s is fit to be shown", f.Name)
			continue
		}
		for name, view := range f.views() {
			for _, r := range contractReports() {
				t.Run(f.Name+"/"+name+"/"+r.name, func(t *testing.T) {
					for _, opts := range []Options{{View: view}, {View: view, Verbose: true, Strict: true, Width: 60, Version: "1"}} {
						first := render(t, func(b *bytes.Buffer) error { return f.Write(b, r.report, opts) })
						printable[f.Name](t, first)
						if !bytes.HasSuffix(first, []byte("\n")) {
							t.Errorf("the end is %q", first[max(0, len(first)-20):])
						}
						if again := render(t, func(b *bytes.Buffer) error { return f.Write(b, r.report, opts) }); !bytes.Equal(first, again) {
							t.Error("the second time it is another one")
						}
						if bytes.Contains(first, []byte(secret)) {
							t.Error("a secret is in it")
						}
						if bytes.Contains(first, []byte("%!")) {
							t.Error("a format and its arguments do not fit")
						}
					}
				})
			}
		}
	}
}

// Where there is no report, a format may say so, by the same rules.
func TestFormatsFailure(t *testing.T) {
	for _, f := range Formats {
		if f.Failure == nil {
			continue
		}
		for _, text := range []string{"", "an address is missing", "\x1b[31m\u202e\n\xff<>&%s", strings.Repeat("x", 3000)} {
			out := render(t, func(b *bytes.Buffer) error { return f.Failure(b, text, text) })
			if printable[f.Name](t, out); !bytes.HasSuffix(out, []byte("\n")) {
				t.Errorf("%s of %.50q: %q", f.Name, text, out)
			}
		}
	}
}

// Every format shows what it makes of each fixture; one that names the line of a file, of
// each file. That they keep their columns in any script shows in the one of that name.
func TestFormatsShown(t *testing.T) {
	if n, files := len(fixtures()), len(files()); n < 20 || files < 20 {
		t.Errorf("only %d fixtures and %d files", n, files)
	}
	for _, f := range Formats {
		show := func(r fixture, opts Options) {
			opts.Version = "1.2.3"
			out := render(t, func(b *bytes.Buffer) error { return f.Write(b, r.report, opts) })
			golden(t, r.name+"."+f.Name, bytes.Replace(out, []byte(unixLines(pageStyle)), nil, 1)) // which is the same in every page
		}
		if f.Has(Account) {
			for _, r := range fixtures() {
				show(r, Options{})
			}
		}
		if f.Name == "sarif" || f.Name == "codequality" {
			for _, r := range files() {
				show(r, Options{View: File})
			}
		}
	}
}

// files are judgements of files: made up ones, and what lint makes of real faults.
func files() []fixture {
	var all []fixture
	for _, l := range lintFixtures() {
		all = append(all, fixture{l.name, l.lint})
	}
	for _, b := range lab.BrokenDocuments() {
		switch b.Name {
		case "file-umlaut", "file-two-hosts", "file-no-port", "file-starttls-small", "file-socket-plain-993", "file-authentication-empty",
			"file-username-domain", "file-username-open", "file-username-jinja", "file-password",
			"answer-ssl-587", "answer-starttls", "answer-ssl-contradicts", "answer-host-port", "pacc-url", "pacc-no-authentication":
			all = append(all, fixture{b.Name, lint.Judge(lint.File{Name: "mail/" + b.Name, Body: []byte(b.Body())})})
		}
	}
	return all
}

// A format has a golden file for each view, which shows what it is good for.
func TestFormatsGolden(t *testing.T) {
	reports := map[string]*mailcheck.Report{"account": talkative(), "sources": disagree(), "clients": clientResults(), "file": lintFixtures()[1].lint}
	for _, f := range Formats {
		for name, view := range f.views() {
			golden(t, "view-"+name+"."+f.Name, render(t, func(b *bytes.Buffer) error { return f.Write(b, reports[name], Options{View: view, Version: "1.2.3"}) }))
		}
	}
}

// The exit code agrees with the verdict, in every view. A format with codes of its
// own has a table here.
func TestFormatsExit(t *testing.T) {
	usual := map[mailcheck.Verdict][2]int{ // with --strict the second
		"": {0, 0}, mailcheck.Pass: {0, 0}, mailcheck.Warn: {0, 1}, mailcheck.Fail: {1, 1}, mailcheck.Untested: {3, 3},
	}
	codes := map[string]map[mailcheck.Verdict][2]int{"table": usual, "json": usual, "transcript": usual, "markdown": usual, "html": usual,
		"junit": usual, "github": usual, "sarif": usual, "codequality": usual,
		"csv": usual, "jsonl": usual, "prometheus": usual,
	}
	codes["nagios"] = map[mailcheck.Verdict][2]int{"": {3, 3}, mailcheck.Pass: {0, 0}, mailcheck.Warn: {1, 2}, mailcheck.Fail: {2, 2}, mailcheck.Untested: {3, 3}}
	for _, f := range Formats {
		if codes[f.Name] == nil {
			t.Errorf("nothing says with which code %s ends", f.Name)
			continue
		}
		for verdict, want := range codes[f.Name] {
			for _, view := range f.views() {
				r := &mailcheck.Report{Verdict: verdict}
				if got := [2]int{f.Exit(r, Options{View: view}), f.Exit(r, Options{View: view, Strict: true})}; got != want {
					t.Errorf("%s of %q: exit codes %v, want %v", f.Name, verdict, got, want)
				}
			}
		}
	}
}

func contractReports() []fixture {
	reports := fixtures()
	for _, verdict := range []mailcheck.Verdict{mailcheck.Pass, mailcheck.Warn, mailcheck.Fail, mailcheck.Untested} {
		reports = append(reports, fixture{"verdict " + string(verdict), &mailcheck.Report{Address: address("a@example.com"), Verdict: verdict}})
	}
	for name, text := range map[string]string{
		"controls": "\x1b[31mx\x00\x07\u009b\x7f", "bidi": "a\u202eb\u2066c", "newlines": "a\nPASS  b\r\n\u2028c", "bytes": "a\xff\xc0\xafb",
		"tags": "\U000e0041\ue000", "formats": "%s%d%n{{.}}|<b>&\"'`", "nothing but spaces": "  \t ",
		"long": strings.Repeat("x", 1000), "long words": strings.Repeat("word ", 150), "long and evil": strings.Repeat("x\x1b", 300),
	} {
		r := &mailcheck.Report{}
		(&filler{text: func() string { return text }}).fill(reflect.ValueOf(r).Elem())
		reports = append(reports, fixture{"hostile " + name, r})
		without := *r
		without.Verdict, without.Clients = mailcheck.Fail, nil
		if name == "controls" {
			reports = append(reports, fixture{"hostile without clients", &without})
		}
	}
	for _, l := range lintFixtures() {
		reports = append(reports, fixture{l.name, l.lint})
	}
	return append(reports, fixture{"clients", clientResults()}, fixture{"talkative", talkative()})
}

// talkative is a report with a conversation.
func talkative() *mailcheck.Report {
	r := inPart()
	s := &r.Servers[2]
	s.Steps = append(s.Steps,
		mailcheck.Step{Op: mailcheck.OpTLS, Target: s.Endpoint(), Start: 10 * time.Millisecond, Elapsed: 12 * time.Millisecond, Detail: mailcheck.Textf("TLS 1.3")},
		mailcheck.Step{Op: mailcheck.OpGreeting, Target: s.Endpoint(), Start: 22 * time.Millisecond, Elapsed: 8 * time.Millisecond, Detail: mailcheck.Textf("+OK ready")})
	s.Conversation = []mailcheck.Line{
		{At: 30 * time.Millisecond, Secure: true, Step: 2, Text: "+OK ready"},
		{At: 31 * time.Millisecond, Secure: true, Client: true, Step: 3, Text: "QUIT"},
	}
	r.Sources = append([]mailcheck.SourceResult{}, r.Sources...)
	r.Sources[0].Steps = []mailcheck.Step{{Op: mailcheck.OpLookup, Target: "_imaps._tcp.example.com SRV", Elapsed: 1500 * time.Microsecond, Detail: mailcheck.Textf("1 record")}}
	return r
}

// filler gives every field of a report, however deep, something that is not nothing.
type filler struct {
	text func() string
	n    int64
}

func (f *filler) fill(v reflect.Value) {
	f.n++
	switch v.Interface().(type) {
	case mailcheck.Text:
		v.Set(reflect.ValueOf(mailcheck.Text{Format: "%s", Args: []any{f.text()}}))
	case *checks.Check:
		v.Set(reflect.ValueOf(checks.All[f.n%int64(len(checks.All))]))
	case checks.Severity:
		v.SetInt(1 + f.n%3)
	case mailcheck.Vouch:
		v.SetInt(1 + f.n%int64(len(vouchWords)))
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1_800_000_000+f.n, 123_456_789).UTC()))
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.AddrFrom4([4]byte{192, 0, 2, byte(f.n)})))
	default:
		f.fillKind(v)
	}
}

func (f *filler) fillKind(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(f.n)
	case reflect.Uint16, reflect.Uint32:
		v.SetUint(uint64(f.n))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	default:
		panic(fmt.Sprintf("a report cannot travel with a %s in it", v.Type()))
	}
}
