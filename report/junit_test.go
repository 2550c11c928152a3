package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"mailcheck"
	"mailcheck/checks"
)

func TestJUnitGolden(t *testing.T) {
	golden(t, "warnings-strict.junit", render(t, func(b *bytes.Buffer) error { return JUnit(b, warnings(), Options{Strict: true}) }))
}

// printableXML wants a document without characters that XML cannot hold, whose texts are
// fit to be shown and name no file to attach.
func printableXML(t *testing.T, out []byte) {
	printableLines(t, out)
	for dec := xml.NewDecoder(bytes.NewReader(out)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		var texts []string
		switch token := token.(type) {
		case xml.StartElement:
			for _, a := range token.Attr {
				texts = append(texts, a.Value)
			}
		case xml.CharData:
			texts = strings.Split(string(token), "\n")
		case xml.Comment, xml.Directive:
			t.Errorf("%T: nothing of the kind is needed", token)
		}
		for _, text := range texts {
			if !mailcheck.Printable(text) || strings.Contains(text, "[[ATTACHMENT|") {
				t.Errorf("not fit to be shown: %.200q", text)
			}
		}
	}
}

// junitFile is what is read back.
type junitFile struct {
	Suites []junitSuite `xml:"testsuite"`
}

func readJUnit(t *testing.T, r *mailcheck.Report, opts Options) junitSuite {
	t.Helper()
	var file junitFile
	if err := xml.Unmarshal(render(t, func(b *bytes.Buffer) error { return JUnit(b, r, opts) }), &file); err != nil || len(file.Suites) != 1 {
		t.Fatal(err, len(file.Suites))
	}
	return file.Suites[0]
}

// What the readers go by: the counts, one outcome a case, names that tell cases apart,
// and that some case fails if the verdict does.
func TestJUnitContract(t *testing.T) {
	for _, f := range contractReports() {
		for name, view := range views {
			for _, strict := range []bool{false, true} {
				s := readJUnit(t, f.report, Options{View: view, Strict: strict})
				failures, failed := 0, 0
				seen := map[string]bool{}
				for _, c := range s.Cases {
					if id := c.Class + " " + c.Name; seen[id] || strings.TrimSpace(c.Name) == "" {
						t.Errorf("%s, %s: two cases are called %q", f.name, name, id)
					} else {
						seen[id] = true
					}
					outcomes := 0
					for _, o := range []*junitOutcome{c.Failure, c.Error, c.Skipped} {
						if o == nil {
							continue
						}
						outcomes++
						if o.Message == "" || !strings.HasPrefix(o.Text, o.Message) {
							t.Errorf("%s, %s: %q does not begin with %q", f.name, name, o.Text, o.Message)
						}
						if (o == c.Skipped) != (o.Type == "") || o.Type != "" && !strings.Contains(o.Type, ".") {
							t.Errorf("%s, %s: type %q", f.name, name, o.Type)
						}
					}
					if outcomes > 1 {
						t.Errorf("%s, %s: %d outcomes of %s", f.name, name, outcomes, c.Name)
					}
					if c.Failure != nil {
						failures++
					}
					if c.Error != nil {
						failed++
					}
				}
				if s.Tests != len(s.Cases) || s.Failures != failures || s.Errors != failed || s.Tests == 0 {
					t.Errorf("%s, %s: %d tests, %d failures, %d errors are said", f.name, name, s.Tests, s.Failures, s.Errors)
				}
				if code := exitCode(f.report, Options{Strict: strict}); view == Account && agrees(f) && (code == 0) != (failures+failed == 0) {
					t.Errorf("%s: exit code %d, %d failures, %d errors", f.name, code, failures, failed)
				}
			}
		}
	}
}

// agrees reports whether the verdict of a report is that of its findings.
func agrees(f fixture) bool {
	return !strings.HasPrefix(f.name, "hostile") || f.report.Verdict == mailcheck.VerdictOf(f.report.Findings)
}

// A server that the account can do without, and a source that could not be asked, make no
// run red that the exit code calls green.
func TestJUnitIsNoWorseThanTheAccount(t *testing.T) {
	sieve := at(mailcheck.Sieve, mailcheck.StartTLS, "imap.example.com", "sieve")
	r := account("alice@example.com", wanted, good(imapS, 61), good(smtpS, 61), bad(sieve, checks.GreetMalformed, "?"))
	for i := range r.Findings {
		r.Findings[i].Severity = checks.Warning // as for all that is around the mail
	}
	r.Verdict = mailcheck.VerdictOf(r.Findings)
	if s := readJUnit(t, r, Options{}); s.Failures+s.Errors > 0 || !strings.Contains(s.Out, checks.GreetMalformed.ID) {
		t.Errorf("%d failures, %d errors; noted is %q", s.Failures, s.Errors, s.Out)
	}
	if s := readJUnit(t, r, Options{Strict: true}); s.Failures != 1 || s.Errors != 1 {
		t.Errorf("strict: %d failures, %d errors", s.Failures, s.Errors)
	}
	r.Findings, r.Verdict = nil, mailcheck.Pass
	if s := readJUnit(t, r, Options{}); s.Failures+s.Errors > 0 || !strings.Contains(s.Out, "sieve") {
		t.Errorf("%d failures, %d errors; noted is %q", s.Failures, s.Errors, s.Out)
	}
}

// The same servers and sources have the same cases, whatever became of them: else nobody
// could tell what is newly broken.
func TestJUnitSameCases(t *testing.T) {
	names := func(r *mailcheck.Report) (names []string) {
		for _, c := range readJUnit(t, r, Options{}).Cases {
			names = append(names, c.Class+" "+c.Name)
		}
		return names
	}
	good, bad := account("alice@example.com", wanted, good(imapS, 61), good(smtpS, 61)), account("alice@example.com", wanted,
		bad(imapS, checks.TLSExpired, "52 days ago"), bad(smtpS, checks.TCPRefused, "connection refused"))
	add(bad, of(checks.AccountNoIncoming, "", "", "tls.expired"), of(checks.AccountNoOutgoing, "", "", "tcp.refused"))
	if got, want := names(bad), names(good); !slices.Equal(got, want) {
		t.Errorf("the cases are\n%s\nand were\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What each reader is told about a case.
func TestJUnitOutcomes(t *testing.T) {
	test := func(r *mailcheck.Report, opts Options, name, want string) {
		t.Helper()
		for _, c := range readJUnit(t, r, opts).Cases {
			if c.Name != name {
				continue
			}
			got := "passed"
			for kind, o := range map[string]*junitOutcome{"failure": c.Failure, "error": c.Error, "skipped": c.Skipped} {
				if o != nil {
					got = kind + ": " + o.Message
				}
			}
			if got != want {
				t.Errorf("%s: got  %s\nwant %s", name, got, want)
			}
			return
		}
		t.Errorf("there is no case %s", name)
	}
	expired := "failure: The server's certificate has expired."
	test(failures(), Options{}, "imaps://imap.example.com:993", expired)
	test(failures(), Options{}, "reading mail", "failure: no working server for reading mail: the server's certificate has expired.")
	test(inPart(), Options{}, "reading mail", "passed")
	test(inPart(), Options{}, "imaps://imap.example.com:993", expired)
	test(nxdomain(), Options{}, "sending mail", "failure: no server found for sending mail: the name does not exist in DNS.")
	test(interrupted(), Options{}, "submissions://smtp.example.com:465", "error: "+checks.RunTimeout.Summary)
	test(interrupted(), Options{}, "sending mail", "error: the test did not get as far as a working server for sending mail.")
	test(loginRefused(), Options{}, "imaps://imap.example.com:993", "failure: "+checks.LoginRejected.Summary)
	test(loginRefused(), Options{}, "submissions://smtp.example.com:465", "skipped: Login not tried: another attempt could lock the account.")
	test(loginRefused(), Options{}, "sending mail", "skipped: Login not tried: another attempt could lock the account.")
	test(warnings(), Options{}, "submissions://smtp.example.com:465", "passed")
	test(warnings(), Options{Strict: true}, "submissions://smtp.example.com:465", "failure: "+checks.TLSExpiresSoon.Summary)
	test(warnings(), Options{Strict: true}, "srv", "failure: "+checks.SRVCNAMETarget.Summary)
	test(warnings(), Options{}, "mx", "skipped: The source could not be asked, or its answer makes no sense.")
	test(failures(), Options{}, "mx", "error: The source could not be asked, or its answer makes no sense.")
	test(clientResults(), Options{View: Clients}, "Delta Chat", "failure: fails: the server does not answer")
	test(clientResults(), Options{View: Clients}, "Outlook (new)", "skipped: not known: its rules are not published")
	test(lintFixtures()[1].lint, Options{View: File}, "5:5: lint.missing", "failure: "+checks.LintMissing.Summary)
	test(lintFixtures()[1].lint, Options{View: File}, "config-v1.1.xml", "passed")
	if out := readJUnit(t, warnings(), Options{}).Out; !strings.Contains(out, "in 5 days") || !strings.Contains(out, "tls.expires-soon") {
		t.Errorf("the warning is not noted in %q", out)
	}
}

// What the schemas of windyroad and of Jenkins want of values, beside their shape.
func TestJUnitValues(t *testing.T) {
	for _, f := range contractReports() {
		s := readJUnit(t, f.report, Options{})
		if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`).MatchString(s.Timestamp) {
			t.Errorf("%s: timestamp %q", f.name, s.Timestamp)
		}
		for _, c := range append(s.Cases, &junitCase{Name: s.Name, Time: s.Time}) {
			if !regexp.MustCompile(`^\d*\.\d{3}$`).MatchString(c.Time) || strings.TrimFunc(c.Name, unicode.IsSpace) != c.Name || c.Name == "" {
				t.Errorf("%s: %q takes %q", f.name, c.Name, c.Time)
			}
		}
	}
}
