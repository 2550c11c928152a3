package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// JUnit writes the report as test results. Their format is what the readers have in
// common, so that one file serves GitLab, Jenkins, Azure DevOps and the actions for
// GitHub, and is valid for the schemas of windyroad and of Jenkins: one suite for what was
// tested, no attribute that either schema lacks, and the reason of a failure twice, since
// some readers show the message and others the text.
//
// The cases are the same on every run, or nobody could tell what is newly broken: one
// for each server, source and half of the account, not one for each finding.
func JUnit(w io.Writer, r *mailcheck.Report, opts Options) error {
	name := word(subject(r))
	if name == "" {
		name = "servers"
	}
	s := newJUnit(name, r.Started, opts)
	s.Time = seconds(max(0, r.Elapsed))
	s.left = shown(&page{Options: opts}, r)
	junitCases[opts.View](s, r)
	s.rest(r)
	return s.write(w)
}

// junitWithout writes the one case of a run without a report, as one that could not be
// carried out.
func junitWithout(w io.Writer, what, hint string) error {
	s := newJUnit("mailcheck", time.Time{}, Options{})
	c := s.add("mailcheck", "the test", 0)
	c.Error = outcome("mailcheck.no-report", cmp.Or(word(verbatim(what)), "no report"), verbatim(hint))
	return s.write(w)
}

// junitCases are the cases of each view.
var junitCases = map[View]func(*junitReport, *mailcheck.Report){
	Account: func(s *junitReport, r *mailcheck.Report) {
		s.halves(r)
		s.servers(r)
		s.sources(r)
	},
	Sources: (*junitReport).sources,
	Clients: (*junitReport).clients,
	File:    (*junitReport).file,
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"` // without a zone
	Hostname   string          `xml:"hostname,attr"`
	ID         int             `xml:"id,attr"`
	Package    string          `xml:"package,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []*junitCase    `xml:"testcase"`
	Out        string          `xml:"system-out"`
	Err        string          `xml:"system-err"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// junitCase has at most one outcome; without one it has passed.
type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"` // no host: some readers take its dots apart
	Time    string        `xml:"time,attr"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"` // it could not be tested
	Skipped *junitOutcome `xml:"skipped"`
}

// junitOutcome has its text as chardata, never as CDATA, which would let control
// characters through that no XML may hold.
type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"` // with a dot: some readers take single words for Ruby types
	Text    string `xml:",chardata"`
}

// junitReport collects cases and what is said besides.
type junitReport struct {
	junitSuite
	Options
	left  []mailcheck.Finding // that no case has yet
	notes []mailcheck.Text
}

func newJUnit(name string, began time.Time, opts Options) *junitReport {
	return &junitReport{Options: opts, junitSuite: junitSuite{
		Name: name, Time: seconds(0), Timestamp: began.UTC().Format("2006-01-02T15:04:05"), Hostname: "localhost", Package: "mailcheck",
		Properties: []junitProperty{{"mailcheck.version", word(verbatim(opts.Version))}},
	}}
}

// add appends a case. Readers know a case by its names, so that no two have the same.
func (s *junitReport) add(class, name string, elapsed time.Duration) *junitCase {
	name = cmp.Or(word(verbatim(name)), "-")
	taken := func(c *junitCase) bool { return c.Class == class && c.Name == name }
	for n, plain := 2, name; slices.ContainsFunc(s.Cases, taken); n++ {
		name = fmt.Sprintf("%s (%d)", plain, n)
	}
	c := &junitCase{Name: name, Class: class, Time: seconds(max(0, elapsed))}
	s.Cases = append(s.Cases, c)
	return c
}

// take returns the findings that belong to a case, which no other case then has.
func (s *junitReport) take(belongs func(mailcheck.Finding) bool) []group {
	var taken, left []mailcheck.Finding
	for _, f := range s.left {
		if belongs(f) {
			taken = append(taken, f)
		} else {
			left = append(left, f)
		}
	}
	s.left = left
	return groups(taken)
}

// judge lets a case fail if one of the findings is a failure. The others are noted.
func (s *junitReport) judge(c *junitCase, found []group) {
	failures := slices.DeleteFunc(slices.Clone(found), func(g group) bool { return !s.fails(g.Severity) })
	if len(failures) > 0 {
		c.Failure = outcome(failures[0].Check.ID, failures[0].Check.Summary, explanation(failures)...)
	}
	for _, g := range found {
		if !s.fails(g.Severity) {
			s.notes = append(s.notes, mailcheck.Textf("%s, %s: %s", verbatim(c.Name), verbatim(g.Severity.String()), mailcheck.Text{Format: g.Check.Summary}))
			s.notes = append(s.notes, lines(items(g, fewConsequences))...)
		}
	}
}

// servers has a case for each server, but for guesses that are not there.
func (s *junitReport) servers(r *mailcheck.Report) {
	loginFailed := slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool {
		return s.Login != nil && (s.Login.State == mailcheck.LoginRefused || s.Login.State == mailcheck.LoginBroken)
	})
	for _, server := range r.Servers {
		if hidden(server) {
			continue
		}
		c := s.add("mailcheck.servers", server.URL(), server.Elapsed)
		found := s.take(func(f mailcheck.Finding) bool { return f.Server == server.URL() })
		switch {
		case waiting(server) && loginFailed:
			c.Skipped = outcome("", mailcheck.Textf("Login not tried: %s.", server.Login.Reason).String())
		case severityOf(server.Verdict) == checks.Info:
			c.Error = untested(found)
		default:
			s.judge(c, found)
		}
		if len(found) == 0 && s.fails(severityOf(server.Verdict)) {
			s.broken(r, c, server)
		}
	}
}

// broken lets a case fail whose server does, although the report has nothing to say of it,
// if the account fails: it can do without some servers.
func (s *junitReport) broken(r *mailcheck.Report, c *junitCase, server mailcheck.ServerResult) {
	if exitCode(r, s.Options) == 0 {
		s.notes = append(s.notes, mailcheck.Textf("%s: The server does not work.", c.Name))
		return
	}
	s.judge(c, groups(server.Findings()))
	if c.Failure == nil {
		c.Failure = outcome("mailcheck.server", "The server does not work.")
	}
}

// untested is the outcome where nobody knows whether it would have passed.
func untested(why []group) *junitOutcome {
	if len(why) == 0 {
		return outcome("mailcheck.untested", "The run ended before the test did.")
	}
	return outcome(why[0].Check.ID, why[0].Check.Summary, explanation(why)...)
}

// sources has a case for each source that names servers.
func (s *junitReport) sources(r *mailcheck.Report) {
	for _, source := range r.Sources {
		if !source.Publishes() {
			continue
		}
		c := s.add("mailcheck.sources", source.Name, source.Elapsed)
		s.judge(c, s.take(func(f mailcheck.Finding) bool { return f.Server == "" && f.Source == source.Name }))
		if c.Failure == nil && source.State == mailcheck.Failed {
			c.Error = outcome("mailcheck.untested", "The source could not be asked, or its answer makes no sense.", source.Reason)
		}
	}
}

// halves has a case for what the account is for: reading mail and sending it.
func (s *junitReport) halves(r *mailcheck.Report) {
	if r.Address.Domain == "" {
		return
	}
	all := s.take(func(f mailcheck.Finding) bool {
		return f.Check == checks.AccountNoSettings || f.Check == checks.AccountNoIncoming || f.Check == checks.AccountNoOutgoing
	})
	s.half(r, "reading mail", toRead(), without(all, checks.AccountNoOutgoing))
	s.half(r, "sending mail", toSend(), without(all, checks.AccountNoIncoming))
}

func without(all []group, c *checks.Check) []group {
	return slices.DeleteFunc(slices.Clone(all), func(g group) bool { return g.Check == c })
}

func (s *junitReport) half(r *mailcheck.Report, name string, to purpose, missing []group) {
	to.protocols = slices.Concat(to.protocols, exchange)
	protocols := to.protocols
	c := s.add("mailcheck.account", name, 0)
	if _, works := r.Best(protocols...); works {
		return
	}
	own := slices.DeleteFunc(slices.Clone(r.Servers), func(s mailcheck.ServerResult) bool {
		return hidden(s) || !slices.Contains(protocols, s.Protocol)
	})
	says := missingSentence(r, to)
	switch {
	case len(missing) > 0 || refused(r, protocols) != nil:
		c.Failure = outcome("mailcheck.account", says.String(), explanation(reason(r, protocols, missing))...)
	case len(own) > 0 && !slices.ContainsFunc(own, func(s mailcheck.ServerResult) bool { return !waiting(s) }):
		c.Skipped = outcome("", mailcheck.Textf("Login not tried: %s.", own[0].Login.Reason).String())
	case mailcheck.Shows(r.Findings, checks.AccountOneWay):
		c.Skipped = outcome("", checks.AccountOneWay.Summary)
	default:
		c.Error = outcome("mailcheck.untested", says.String())
	}
}

// reason is what keeps the servers of these protocols from working, else that there is
// none.
func reason(r *mailcheck.Report, protocols []mailcheck.Protocol, missing []group) []group {
	cause := causeFor(r, protocols)
	for _, g := range groups(r.Findings) {
		if g.Check == cause {
			return []group{g}
		}
	}
	return missing
}

// clients has a case for each mail client; it fails where the client does.
func (s *junitReport) clients(r *mailcheck.Report) {
	for _, client := range r.Clients {
		c := s.add("mailcheck.clients", client.Client, 0)
		says := outcomeSentence(client)
		switch severity := outcomeSeverity(client); {
		case client.Outcome == mailcheck.NotKnown:
			c.Skipped = outcome("", says.String())
		case s.fails(severity):
			c.Failure = outcome("mailcheck.client", says.String(), clientServers(client))
		case severity == checks.Warning:
			s.notes = append(s.notes, mailcheck.Textf("%s: %s", client.Client, says))
		}
	}
}

// file has a case for the file as a whole and one for each place where something is to be
// said.
func (s *junitReport) file(r *mailcheck.Report) {
	c := s.add("mailcheck.file", r.File, 0)
	s.judge(c, s.take(func(f mailcheck.Finding) bool { return f.Line == 0 }))
	for _, g := range inFile(s.left) {
		c := s.add("mailcheck.file", mailcheck.Textf("%d:%d: %s", g.Line, g.Column, g.Check.ID).String(), 0)
		s.judge(c, []group{g})
	}
	s.left = nil
}

// inFile keeps the findings of a file apart, in its order, each with its place.
func inFile(findings []mailcheck.Finding) []group {
	var all []group
	for _, f := range findings {
		all = append(all, group{Finding: f, Places: []string{where(f).String()}})
	}
	return all
}

// rest has what belongs to no other case. In the end some case has failed, or could not be
// tested, where the exit code says so, and none where it does not: readers colour a run by
// its cases.
func (s *junitReport) rest(r *mailcheck.Report) {
	if exitCode(r, s.Options) == 0 {
		for _, c := range s.Cases {
			if c.Error != nil { // nobody misses it
				c.Skipped, c.Error = &junitOutcome{Message: c.Error.Message, Text: c.Error.Text}, nil
			}
		}
	}
	if s.View == File {
		return
	}
	c := s.add("mailcheck", "everything else", 0)
	s.judge(c, s.take(func(mailcheck.Finding) bool { return true }))
	failed := slices.ContainsFunc(s.Cases, func(c *junitCase) bool { return c.Failure != nil || c.Error != nil })
	switch says := mailcheck.Textf("The verdict is %s.", string(r.Verdict)).String(); {
	case failed || s.View == Clients:
	case s.fails(severityOf(r.Verdict)):
		c.Failure = outcome("mailcheck.verdict", says)
	case r.Verdict == mailcheck.Untested:
		c.Error = outcome("mailcheck.untested", says)
	}
}

// explanation is all that there is to know of groups.
func explanation(all []group) []mailcheck.Text {
	var told []mailcheck.Text
	for _, g := range all {
		told = append(told, mailcheck.Text{Format: g.Check.Summary})
		told = append(told, lines(items(g, len(g.Consequences)))...)
	}
	return told
}

// outcome says the reason in the message, and again in the first line of the text.
func outcome(kind, message string, lines ...mailcheck.Text) *junitOutcome {
	message = word(verbatim(message))
	text := message
	for _, line := range lines {
		if l := word(line); l != message && l != "" {
			text += "\n" + l
		}
	}
	return &junitOutcome{Message: message, Type: kind, Text: text}
}

// word is a text as a reader shows it. Some take a word in brackets, wherever it stands,
// for the name of a file to attach.
func word(t mailcheck.Text) string {
	return strings.TrimSpace(strings.ReplaceAll(t.String(), "[[", "[ ["))
}

func (s *junitReport) write(w io.Writer) error {
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		if c.Failure != nil {
			s.Failures++
		} else if c.Error != nil {
			s.Errors++
		}
	}
	for _, note := range s.notes {
		s.Out += word(note) + "\n"
	}
	out, err := xml.MarshalIndent(struct {
		XMLName xml.Name    `xml:"testsuites"`
		Suite   *junitSuite `xml:"testsuite"`
	}{Suite: &s.junitSuite}, "", "  ")
	if err != nil {
		return err
	}
	// Lines as lines: attributes have none, since what is escaped in a text is no line.
	_, err = io.WriteString(w, xml.Header+strings.ReplaceAll(string(out), "&#xA;", "\n")+"\n")
	return err
}
