package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mailcheck"
	"mailcheck/checks"
)

// The states of a monitoring plugin, which are its exit codes (Monitoring Plugins
// Development Guidelines, "Plugin Return Codes").
const (
	nagiosOK       = 0
	nagiosWarning  = 1
	nagiosCritical = 2
	nagiosUnknown  = 3
)

var nagiosStates = [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}

// What a monitor keeps, in bytes. Nagios cuts the whole at 8 KiB and says nothing, old NRPE
// at 1 KiB; performance data that stands behind the cut is lost.
const (
	nagiosFirst  = 1000
	nagiosWhole  = 4000
	nagiosLine   = 600
	nagiosValues = 700 // of the first line
)

// nagiosState is the exit code. A warning that counts as a failure is one here too.
func nagiosState(r *mailcheck.Report, opts Options) int {
	switch {
	case r.Verdict == mailcheck.Fail, opts.Strict && r.Verdict == mailcheck.Warn:
		return nagiosCritical
	case r.Verdict == mailcheck.Warn:
		return nagiosWarning
	case r.Verdict == mailcheck.Pass:
		return nagiosOK
	}
	return nagiosUnknown
}

// Nagios writes the output of a monitoring plugin: the state and why in the first line,
// which has all performance data, then what is wrong and who acts, worst first.
func Nagios(w io.Writer, r *mailcheck.Report, opts Options) error {
	values := " | " + perfdata(r)
	sentence := testSentence(r)
	if who := subject(r); !who.Empty() {
		sentence = mailcheck.Textf("%s: %s", who, sentence)
	}
	sentence = mailcheck.Textf("%s: %s", nagiosStates[nagiosState(r, opts)], sentence)
	out := nagiosText(nagiosFirst-len(values)-1, opts.in(sentence)) + values + "\n"
	all := slices.DeleteFunc(groups(r.Findings), func(g group) bool { return g.Severity < checks.Warning })
	for i, g := range all {
		block, more := nagiosGroup(g, opts), ""
		if left := len(all) - i - 1; left > 0 {
			more = moreFindings(left, opts)
		}
		if len(out)+len(block)+len(more) > nagiosWhole {
			out += moreFindings(len(all)-i, opts)
			break
		}
		out += block
	}
	_, err := io.WriteString(w, out)
	return err
}

func moreFindings(n int, opts Options) string {
	return nagiosText(nagiosLine, opts.in(mailcheck.Textf("... and %s", mailcheck.Count{N: n, Noun: "more finding"}))) + "\n"
}

// nagiosWithout says why there is no state.
func nagiosWithout(w io.Writer, what, hint string) error {
	text := mailcheck.Textf("%s: %s", nagiosStates[nagiosUnknown], what)
	if hint != "" {
		text = mailcheck.Textf("%s (%s)", text, hint)
	}
	_, err := io.WriteString(w, nagiosText(nagiosFirst, text)+"\n")
	return err
}

// nagiosGroup writes what one fault is, where, and who can mend it, in the form that the
// newer plugins have.
func nagiosGroup(g group, opts Options) string {
	state := nagiosWarning
	if g.Severity == checks.Failure || opts.Strict {
		state = nagiosCritical
	}
	lines := []mailcheck.Text{mailcheck.Textf("[%s] %s (%s)", nagiosStates[state], about(mailcheck.Textf("%s", mailcheck.Heading(g.Check.Summary)), g, mailcheck.Text{}), g.Check.ID)}
	if !g.Detail.Empty() {
		lines = append(lines, mailcheck.Textf("  %s", seenItem(g.Detail).whole()))
	}
	for _, i := range toDo(g.Finding) {
		lines = append(lines, mailcheck.Textf(`  \_ %s`, i.whole()))
	}
	block := ""
	for _, line := range lines {
		block += nagiosText(nagiosLine, opts.in(line)) + "\n"
	}
	return block
}

// nagiosMarks are the characters that a monitor may take for its own: the bar begins the
// performance data and cannot be escaped, some pages show the text as HTML, and a command
// that notifies somebody may pass it to a shell.
var nagiosMarks = strings.NewReplacer("|", "/", "<", "(", ">", ")", "`", "'", "$", `\u{24}`)

// nagiosText returns a text as one line of at most so many bytes.
func nagiosText(most int, text mailcheck.Text) string {
	line := nagiosMarks.Replace(text.String())
	if len(line) <= most {
		return line
	}
	const dots = " ..."
	cut := most - len(dots)
	for !utf8.RuneStart(line[cut]) {
		cut--
	}
	if space := strings.LastIndexByte(line[:cut], ' '); space > cut/2 {
		cut = space
	}
	return line[:cut] + dots
}

// perfdata is what a monitor draws: 'label'=value[unit];warning;critical;minimum;maximum.
// The servers stand in an order that does not depend on how they are.
func perfdata(r *mailcheck.Report) string {
	failures, warnings := len(roots(r, checks.Failure)), warningCount(r).N
	values := fmt.Sprintf("'time'=%.3fs;;;0 'failures'=%d;;0;0 'warnings'=%d;0;;0", r.Elapsed.Seconds(), failures, warnings)
	servers := slices.DeleteFunc(slices.Clone(r.Servers), func(s mailcheck.ServerResult) bool { return hidden(s) || !tested(s.Verdict) })
	slices.SortStableFunc(servers, func(a, b mailcheck.ServerResult) int {
		rank := func(s mailcheck.ServerResult) int { return slices.Index(mailcheck.Protocols, s.Protocol) }
		return cmp.Or(rank(a)-rank(b), int(a.Port)-int(b.Port), cmp.Compare(a.URL(), b.URL()))
	})
	seen := map[string]int{}
	for _, s := range servers {
		label := fmt.Sprintf("%s_%d", strings.Map(labelRune, string(s.Protocol)), s.Port)
		if seen[label]++; seen[label] > 1 {
			label = fmt.Sprintf("%s_%d", label, seen[label])
		}
		more := fmt.Sprintf(" '%s_time'=%.3fs;;;0", label, s.Elapsed.Seconds())
		if leaf := leafOf(s); leaf != nil {
			more += fmt.Sprintf(" '%s_days'=%d;14:;0:", label, int(leaf.NotAfter.Sub(finished(r))/(24*time.Hour)))
		}
		if len(values)+len(more) > nagiosValues {
			break
		}
		values += more
	}
	return values
}

// tested reports whether a verdict says anything.
func tested(v mailcheck.Verdict) bool { return v.Usable() || v == mailcheck.Fail }

// labelRune drops what graphing programs do not take in a name.
func labelRune(r rune) rune {
	if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
		return r
	}
	return -1
}
