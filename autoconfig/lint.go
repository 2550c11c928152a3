package autoconfig

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/smallstep/pkcs7"

	"mailcheck"
)

// lintKind is a kind of setup file that can be judged.
type lintKind struct {
	name  string
	root  string   // outermost XML element; empty for JSON
	media []string // the media types it may be served with
	judge func(*linter, *node)
}

// lintKinds are the kinds that are XML. PACC, which is JSON, stands beside them.
var lintKinds = []lintKind{
	{"Mail Autoconfig (config-v1.1.xml)", "clientConfig", []string{"text/xml", "application/xml"}, lintConfig},
	{"Apple configuration profile (.mobileconfig)", "plist", []string{"application/x-apple-aspen-config"}, lintProfile},
	{"Autodiscover answer (POX)", "Autodiscover", []string{"text/xml", "application/xml"}, lintAutodiscover},
}

// maxFindings bounds what is said about one file.
const maxFindings = 200

// linter collects what is wrong with one file.
type linter struct {
	mailcheck.Lint
	contentType string // the media type the file was served with; empty for a file
}

// Lint judges a setup file: its syntax and structure, then what each client's
// parser makes of it. contentType is the media type it was served with, empty for
// a file.
func Lint(file string, body []byte, contentType string) mailcheck.Lint {
	l := &linter{mailcheck.Lint{File: file}, contentType}
	l.judge(body)
	slices.SortStableFunc(l.Findings, func(a, b mailcheck.LintFinding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var all []mailcheck.Finding
	for _, f := range l.Findings {
		all = append(all, f.Finding)
	}
	l.Verdict = mailcheck.VerdictOf(all)
	return l.Lint
}

func (l *linter) judge(body []byte) {
	if len(body) > maxConfig {
		l.find(mailcheck.LintMalformed, 0, 0, "larger than %d bytes", maxConfig)
		return
	}
	if content, signed := unwrap(body); signed {
		l.find(mailcheck.LintSigned, 0, 0, "CMS signed data around %d bytes", len(content))
		body = content
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	switch {
	case bytes.HasPrefix(text, []byte("{")):
		l.Kind = "PACC document (user-agent-configuration.json)"
		l.served([]string{"application/json"})
		lintPACC(l, body)
		return
	case bytes.HasPrefix(text, []byte("bplist")):
		l.find(mailcheck.LintUnknownKind, 0, 0, "a binary property list; convert it first: plutil -convert xml1 FILE")
		return
	case looksLikeHTML(body):
		l.find(mailcheck.LintUnknownKind, 0, 0, "a web page that begins %q", head(body))
		return
	case !bytes.HasPrefix(text, []byte("<")):
		l.find(mailcheck.LintUnknownKind, 0, 0, "it begins %q", head(body))
		return
	}
	root, err := parseTree(body, true)
	if err != nil {
		line, column := 0, 0
		if e, ok := errors.AsType[*syntaxError](err); ok {
			line, column = e.line, e.column
		}
		l.find(mailcheck.LintMalformed, line, column, "%v", err)
		return
	}
	for _, kind := range lintKinds {
		if kind.root == root.name {
			l.Kind = kind.name
			l.served(kind.media)
			kind.judge(l, root)
			return
		}
	}
	l.find(mailcheck.LintUnknownKind, root.line, root.column, "the outermost element is <%s>", root.name)
}

// served compares the media type that the file came with.
func (l *linter) served(wanted []string) {
	if l.contentType != "" && !slices.Contains(wanted, l.contentType) {
		l.find(mailcheck.LintContentType, 0, 0, "served as %q; it should be %q", l.contentType, wanted[0])
	}
}

// unwrap returns what a CMS signature is around, and false if there is none.
// Signed profiles are DER, which begins with a SEQUENCE.
func unwrap(body []byte) ([]byte, bool) {
	if len(body) < 2 || body[0] != 0x30 {
		return nil, false
	}
	signed, err := pkcs7.Parse(body)
	if err != nil || len(signed.Content) == 0 {
		return nil, false
	}
	return signed.Content, true
}

func (l *linter) find(c *mailcheck.Check, line, column int, format string, args ...any) *mailcheck.LintFinding {
	if len(l.Findings) == maxFindings {
		return new(mailcheck.LintFinding) // a file this broken is not read to the end
	}
	l.Findings = append(l.Findings, mailcheck.LintFinding{
		Finding: mailcheck.Finding{Check: c, Severity: c.Severity, Detail: mailcheck.Clean(fmt.Sprintf(format, args...)), Source: l.File},
		Line:    line, Column: column,
	})
	return &l.Findings[len(l.Findings)-1]
}

// at finds something at an element.
func (l *linter) at(n *node, c *mailcheck.Check, format string, args ...any) *mailcheck.LintFinding {
	return l.find(c, n.line, n.column, format, args...)
}

// lessOf lowers a finding: what the format demands is not always what programs do.
func lessOf(f *mailcheck.LintFinding, most mailcheck.Severity) { f.Severity = min(f.Severity, most) }
