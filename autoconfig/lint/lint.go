// Package lint judges one setup file: by its format, and then as the parsers of the
// mail programs read it. No server that the file names is asked.
package lint

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"errors"
	"math"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// lintKind is a kind of setup file that can be judged.
type lintKind struct {
	name  string
	root  string   // outermost XML element; empty for JSON
	media []string // the media types it may be served with; none: any will do
	judge func(*linter, *document.Node)
}

// lintKinds are the kinds that are XML. PACC and what a QR code says, which are JSON, and
// records for a zone stand beside them.
var lintKinds = []lintKind{
	{"Mail Autoconfig (config-v1.1.xml)", "clientConfig", []string{"text/xml", "application/xml"}, lintConfig},
	{"Apple configuration profile (.mobileconfig)", "plist", []string{"application/x-apple-aspen-config"}, lintProfile},
	{"K-9 Mail settings (.k9s)", "k9settings", nil, lintK9},
	{"Autodiscover answer (POX)", "Autodiscover", []string{"text/xml", "application/xml"}, lintAutodiscover},
}

// maxFindings bounds what is said about one file.
const maxFindings = 200

// File is a setup file to judge.
type File struct {
	Name        string // as the user named it
	Body        []byte
	ContentType string         // the media type it was served with, "none" without one; empty for what no web server gave
	Insecure    bool           // http was involved
	Roots       *x509.CertPool // who may vouch for a signature; nil means the system's
}

// linter collects what is wrong with one file.
type linter struct {
	*mailcheck.Report
	File
	signed  bool              // CMS signed data was around it
	live    bool              // it is published, and was found for an address
	address mailcheck.Address // that address; else a sample
	domains []string          // that user names may be in; none if that is not known
	refused mailcheck.Text    // why a device does not install the profile; empty where that is not known
}

// sampleAddress stands for the account where a file is judged for none.
var sampleAddress = mailcheck.Address{Local: "alice", Domain: "example.com"}

// Judge judges a setup file: its syntax and structure, then what each client's
// parser makes of it.
func Judge(file File) *mailcheck.Report {
	l := &linter{Report: &mailcheck.Report{File: file.Name}, File: file, address: sampleAddress}
	l.judge()
	slices.SortStableFunc(l.Findings, func(a, b mailcheck.Finding) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Column, b.Column))
	})
	l.Verdict = mailcheck.VerdictOf(l.Findings)
	return l.Report
}

// rank orders findings: what is about the whole file comes first, but notes on it
// last.
func rank(f mailcheck.Finding) int {
	if f.Line == 0 && f.Severity < checks.Warning {
		return math.MaxInt
	}
	return f.Line
}

func (l *linter) judge() {
	if len(l.Body) > document.MaxConfig {
		l.find(checks.LintMalformed, 0, 0, "larger than %d bytes; real setup files have some thousand", document.MaxConfig).
			Fix = mailcheck.Textf("See whether this is the right file.")
		return
	}
	body := l.unwrap(l.Body)
	text := bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark))
	source := document.ProgramSource(body)
	switch {
	case body == nil: // unwrap has said why
	case source != "":
		l.find(checks.LintUnknownKind, 1, 1, "the source of a program, which begins %q", source).
			Fix = mailcheck.Textf("Let the web server run the program at this place, instead of sending its text; and give the file that it makes.")
	case bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		l.judgeJSON(body)
	case document.LooksLikeHTML(body):
		l.find(checks.LintUnknownKind, 0, 0, "a web page that begins %q", firstLine(document.Head(body))).
			Fix = mailcheck.Textf("Give the setup file itself. If a web server should serve it here, see what answers for this URL: often a catch-all web site.")
	case bytes.HasPrefix(text, []byte("<")):
		l.judgeXML(body)
	case document.LooksLikeZone(string(text)):
		l.judgeZone(string(text))
	default:
		l.unknownKind(text)
	}
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// unknownKind says what a file is that is neither XML nor JSON.
func (l *linter) unknownKind(text []byte) {
	starts := func(prefix string) bool { return bytes.HasPrefix(text, []byte(prefix)) }
	switch {
	case len(text) == 0:
		l.find(checks.LintUnknownKind, 0, 0, "the file is empty").Fix = mailcheck.Textf("See why nothing was written to it.")
	case starts("bplist"):
		l.find(checks.LintUnknownKind, 0, 0, "a binary property list, which is not read here").
			Fix = mailcheck.Textf("Convert it first: plutil -convert xml1 FILE")
	case starts("\xff\xfe"), starts("\xfe\xff"), starts("<\x00"), starts("\x00<"):
		l.find(checks.LintMalformed, 0, 0, "the file is written in UTF-16").
			Fix = mailcheck.Textf("Save it as UTF-8, which every program reads (draft-ietf-mailmaint-autoconfig section 3, RFC 8259 section 8.1).")
	case starts("-----BEGIN"), starts("MIME-Version:"):
		l.find(checks.LintUnknownKind, 0, 0, "it begins %q: signed data as text", firstLine(document.Head(text))).
			Fix = mailcheck.Textf("Sign with binary output: openssl smime -sign -nodetach -outform der")
	default:
		l.find(checks.LintUnknownKind, 0, 0, "it begins %q", document.Head(text))
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}

func (l *linter) judgeXML(body []byte) {
	root, err := document.ParseTree(body, document.PlistType)
	if err != nil {
		l.malformed(err)
		return
	}
	for _, kind := range lintKinds {
		if kind.root == root.Name {
			l.Kind = kind.name
			l.served(kind.media)
			l.placed(kind.root)
			kind.judge(l, root)
			if mailcheck.Shows(l.Findings, checks.LintPlace) {
				l.askedByNone()
			}
			return
		}
	}
	l.find(checks.LintUnknownKind, root.Line, root.Column, "the outermost element is <%s>, not <clientConfig>, <plist>, <Autodiscover> or <k9settings>", root.Name)
}

// malformed tells where the syntax of the file ends.
func (l *linter) malformed(err error) {
	e, ok := errors.AsType[*document.SyntaxError](err)
	if !ok {
		e = &document.SyntaxError{Err: err}
	}
	l.find(checks.LintMalformed, e.Line, e.Column, "%v", e.Err).Fix = e.Fix
}

// served judges how the web server gave the file.
func (l *linter) served(wanted []string) {
	if l.ContentType != "" && len(wanted) > 0 && !slices.Contains(wanted, l.ContentType) {
		l.find(checks.LintContentType, 0, 0, "served as %q; it should be %q", l.ContentType, wanted[0])
	}
	if l.Insecure {
		l.find(checks.LintOverHTTP, 0, 0, "%s", l.Name)
	}
}

func (l *linter) find(c *checks.Check, line, column int, format string, args ...any) *mailcheck.Finding {
	if len(l.Findings) == maxFindings {
		return new(mailcheck.Finding) // a file this broken is not read to the end
	}
	f := mailcheck.NewFinding(c, format, args...)
	f.About = mailcheck.About{Source: l.Name, Line: line, Column: column}
	l.Findings = append(l.Findings, f)
	return &l.Findings[len(l.Findings)-1]
}

// at finds something at an element.
func (l *linter) at(n *document.Node, c *checks.Check, format string, args ...any) *mailcheck.Finding {
	f := l.find(c, n.Line, n.Column, format, args...)
	f.Element = n.Name
	return f
}

// lessOf lowers a finding: what the format demands is not always what programs do.
func lessOf(f *mailcheck.Finding, most checks.Severity) *mailcheck.Finding {
	f.Severity = min(f.Severity, most)
	return f
}
