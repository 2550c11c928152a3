package probes

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck"
	"mailcheck/autoconfig/lint"
	"mailcheck/checks"
	"mailcheck/internal/lab"
)

// Whoever does to the letter what lint and the check say about a published document has
// one in the end that lint passes and that works.
func TestRemediesMend(t *testing.T) {
	for _, b := range lab.BrokenDocuments() {
		t.Run(b.Name, func(t *testing.T) {
			t.Run("lint", func(t *testing.T) {
				if judged(b.Body()).Verdict == mailcheck.Pass {
					return // only where the address is known is anything wrong
				}
				mends(t, b, func(body string) []mailcheck.Finding { return judged(body).Findings })
			})
			t.Run("check", func(t *testing.T) {
				mends(t, b, func(body string) []mailcheck.Finding { return checked(t, b.Kind, body).Findings })
			})
		})
	}
}

func judged(body string) *mailcheck.Report {
	return lint.Judge(lint.File{Name: "file", Body: []byte(body)})
}

// checked publishes a document and checks the account.
func checked(t *testing.T, kind lab.DocumentKind, body string) (r *mailcheck.Report) {
	synctest.Test(t, func(t *testing.T) { r, _ = visit(t, kind.Publish(body), 0, withoutDatabase) })
	return r
}

// mends follows the remedies, the first that can be followed each time, until nothing
// but notes is left.
func mends(t *testing.T, b lab.BrokenDocument, findings func(string) []mailcheck.Finding) {
	body := b.Body()
	var followed []string
	for range 8 {
		after := body
		for _, f := range findings(body) {
			if f.Severity < checks.Warning || f.BecauseOf != nil {
				continue
			}
			if after = follow(body, f); after != body {
				followed = append(followed, f.Check.ID+": "+f.Mend().String())
				break
			}
		}
		if after == body {
			break
		}
		body = after
	}
	if l := judged(body); l.Verdict != mailcheck.Pass {
		t.Errorf("lint does not pass the mended document: %v\nfollowed %q\n%s", told(l.Findings), followed, body)
	}
	if r := checked(t, b.Kind, body); r.Verdict != mailcheck.Pass {
		t.Errorf("the mended document does not work: %v\nfollowed %q\n%s", told(r.Findings), followed, body)
	}
	if len(followed) == 0 {
		t.Errorf("no remedy can be followed: %v", told(findings(body)))
	}
}

func told(findings []mailcheck.Finding) (all []string) {
	for _, f := range findings {
		if f.Severity >= checks.Warning {
			all = append(all, f.Check.ID+": "+f.Detail.String()+": "+f.Mend().String())
		}
	}
	return all
}

var (
	writes     = regexp.MustCompile(`(?:[Ww]rite|Publish|Answer with|Add|made:|here) ((?:<\w+>[^<]*</\w+>(?: and | with )?)+)`)
	element    = regexp.MustCompile(`<(\w+)>([^<]*)</\w+>`)
	attributes = regexp.MustCompile(`Write (<(\w+) \w+="[^"]*">)`)
	takes      = regexp.MustCompile(`Take <(\w+)>`)
	members    = regexp.MustCompile(`(?:Write|Add|made:) ("(\w+)": (?:"[^"]*"|\{.*\}))`)
)

// follow does to a document what a remedy says, at the place that the finding names.
func follow(body string, f mailcheck.Finding) string {
	lines := strings.Split(body, "\n")
	at := f.Line - 1
	if f.Line == 0 { // of a server: its section is known by its port
		for i, line := range lines {
			if s, err := mailcheck.ParseServer(f.Server); err == nil && strings.Contains(line, portElement(s)) {
				at = i
			}
		}
	}
	if at < 0 {
		return body
	}
	fix := f.Mend().String()
	if m := writes.FindStringSubmatch(fix); m != nil {
		for _, e := range element.FindAllStringSubmatch(m[1], -1) {
			lines = putElement(lines, at, e[1], e[0])
		}
	} else if m := attributes.FindStringSubmatch(fix); m != nil {
		lines[at] = regexp.MustCompile("<"+m[2]+"[^>]*>").ReplaceAllString(lines[at], m[1])
	} else if m := takes.FindStringSubmatch(fix); m != nil {
		lines[at] = regexp.MustCompile("<"+m[1]+">[^<]*</"+m[1]+">").ReplaceAllString(lines[at], "")
	} else if m := members.FindStringSubmatch(fix); m != nil {
		old := regexp.MustCompile(`"` + m[2] + `": "[^"]*"`)
		if old.MatchString(lines[at]) {
			lines[at] = old.ReplaceAllLiteralString(lines[at], m[1])
		} else {
			lines[at] = strings.Replace(lines[at], "{", "{"+m[1]+", ", 1)
		}
	}
	return strings.Join(lines, "\n")
}

func portElement(s mailcheck.Server) string {
	_, port, _ := strings.Cut(s.Endpoint(), ":")
	return ">" + port + "<"
}

// putElement writes an element into the section around a line: in the place of the one that is
// there, or behind the line.
func putElement(lines []string, at int, name, whole string) []string {
	from, to := at, at
	opens := regexp.MustCompile(`<(incomingServer|outgoingServer|Protocol)\b`)
	closes := regexp.MustCompile(`</(incomingServer|outgoingServer|Protocol)>`)
	for from > 0 && !opens.MatchString(lines[from]) {
		from--
	}
	for to < len(lines)-1 && !closes.MatchString(lines[to]) {
		to++
	}
	old := regexp.MustCompile("<" + name + ">[^<]*</" + name + ">|<" + name + "/>")
	for i := from; i <= to; i++ {
		if old.MatchString(lines[i]) {
			lines[i] = old.ReplaceAllLiteralString(lines[i], whole)
			return lines
		}
	}
	return append(lines[:at+1], append([]string{whole}, lines[at+1:]...)...)
}
