package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// mostAnnotations is how many of each kind GitHub shows of one step; it drops the others
// without a word.
const mostAnnotations = 10

// GitHub writes commands for the runner of GitHub Actions, which make annotations: what
// fails first, one for each group of findings. Below them the table stands in the log,
// folded, where the runner is told to take nothing for a command: a server could have sent
// one.
func GitHub(w io.Writer, r *mailcheck.Report, opts Options) error {
	var b bytes.Buffer
	all := annotations(r, opts)
	for _, kind := range []string{"error", "warning", "notice"} {
		of := slices.DeleteFunc(slices.Clone(all), func(a annotation) bool { return a.kind != kind })
		if more := len(of) - mostAnnotations + 1; more > 1 {
			of = append(of[:mostAnnotations-1], annotation{kind: kind, title: verbatim("mailcheck"), lines: []mailcheck.Text{mailcheck.Textf("and %d more, see the log of this step", more)}})
		}
		for _, a := range of {
			b.WriteString(a.command())
		}
	}
	var table bytes.Buffer
	if err := Table(&table, r, opts.onPaper()); err != nil {
		return err
	}
	text := unprefixed(table.String())
	end := token(text)
	b.WriteString("::group::" + commandData.Replace(unprefixed(mailcheck.Textf("mailcheck: %s", subject(r)).String())) + "\n")
	b.WriteString("::stop-commands::" + end + "\n" + strings.TrimRight(text, "\n") + "\n::" + end + "::\n::endgroup::\n")
	_, err := w.Write(b.Bytes())
	return err
}

// githubWithout writes the error of a run without a report.
func githubWithout(w io.Writer, what, hint string) error {
	a := annotation{kind: "error", title: verbatim("mailcheck"), lines: []mailcheck.Text{verbatim(what), verbatim(hint)}}
	_, err := io.WriteString(w, a.command())
	return err
}

// onPaper are the options for text that is no terminal's.
func (o Options) onPaper() Options {
	o.Width, o.Color = 0, false
	return o
}

// annotation is what GitHub shows beside a run, or at a line of a file.
type annotation struct {
	kind         string // error, warning or notice
	file         string // empty for none
	line, column int
	title        mailcheck.Text
	lines        []mailcheck.Text // the log shows them without the title
}

// kindOf is that of a severity.
func (o Options) kindOf(s checks.Severity) string {
	switch {
	case o.fails(s):
		return "error"
	case s == checks.Warning:
		return "warning"
	}
	return "notice"
}

// annotations are those of a report, in its order; of each kind the worst come first.
func annotations(r *mailcheck.Report, opts Options) []annotation {
	all := []annotation{{kind: "notice", title: verbatim(cmp.Or(strings.ToUpper(string(r.Verdict)), "mailcheck")), lines: []mailcheck.Text{sentence(r, opts.View)}}}
	found := groups(shown(&page{Options: opts}, r))
	if opts.View == File {
		found = inFile(r.Findings)
	}
	for _, g := range found {
		a := annotation{kind: opts.kindOf(g.Severity), title: verbatim(g.Check.ID), lines: explanation([]group{g})}
		if opts.View == File && !strings.Contains(g.Source, "://") && g.Source != "-" {
			a.file, a.line, a.column = g.Source, max(1, g.Line), g.Column
		}
		all = append(all, a)
	}
	if opts.View == Clients {
		all = append(all, clientAnnotations(r, opts)...)
	}
	return all
}

// clientAnnotations has one for all clients of which the same is to be said.
func clientAnnotations(r *mailcheck.Report, opts Options) []annotation {
	names := map[string][]mailcheck.Text{}
	for _, c := range r.Clients {
		says := outcomeSentence(c).String()
		names[says] = append(names[says], verbatim(c.Client))
	}
	var all []annotation
	for _, c := range r.Clients {
		says := outcomeSentence(c)
		severity := outcomeSeverity(c)
		if who := names[says.String()]; who != nil && severity >= checks.Warning {
			title := mailcheck.Joined(who, "; ")
			all = append(all, annotation{kind: opts.kindOf(severity), title: title, lines: []mailcheck.Text{mailcheck.Textf("%s: %s", title, says)}})
			delete(names, says.String())
		}
	}
	return all
}

// sentence is by what a reader judges the whole, with what was tested.
func sentence(r *mailcheck.Report, view View) mailcheck.Text {
	var text mailcheck.Text
	switch {
	case view == Sources:
		text = discoverySentence(r)
	case view == Clients:
		text = clientsSentence(r)
	case view == File:
		text = fileSentence(r)
	case r.Address.Domain == "":
		text = serversSentence(r)
	default:
		text = accountSentence(r)
	}
	if who := subject(r); !who.Empty() {
		return mailcheck.Textf("%s: %s", who, text)
	}
	return text
}

// What the runner would take for the end of a value or of the line.
var (
	commandData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// command is the line that the runner reads.
func (a annotation) command() string {
	property := func(name, value string) string {
		if value == "" {
			return ""
		}
		return name + "=" + commandProperty.Replace(unprefixed(value)) + ","
	}
	properties := property("file", verbatim(a.file).String())
	if a.file != "" {
		properties += property("line", strconv.Itoa(a.line))
		if a.column > 0 {
			properties += property("col", strconv.Itoa(a.column))
		}
	}
	properties += property("title", cmp.Or(strings.TrimSpace(a.title.String()), "mailcheck"))
	var lines []string
	for _, line := range a.lines {
		if !line.Empty() {
			lines = append(lines, line.String())
		}
	}
	message := cmp.Or(strings.Join(lines, "\n"), a.title.String())
	return "::" + a.kind + " " + strings.TrimSuffix(properties, ",") + "::" + commandData.Replace(unprefixed(message)) + "\n"
}

// unprefixed takes the older form of commands apart, which may stand anywhere in a line.
func unprefixed(s string) string { return midCommand().ReplaceAllString(s, "## $1") }

// token ends what begins with stop-commands. It depends on the text, so that the same
// report gives the same bytes, and no text can hold the digest of itself.
func token(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}
