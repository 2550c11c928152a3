package report

import (
	"slices"
	"strconv"
	"time"

	"mailcheck"
)

// card is a small table of names and values.
type card struct {
	Title mailcheck.Text
	Rows  []cardRow
}

type cardRow struct {
	Name  string
	Value mailcheck.Text
	Code  bool // the value is somebody else's, or read letter by letter
	Copy  bool // it is typed in somewhere, so it is marked as a whole
}

func settingCard(a mailcheck.Address, s setting) card {
	c := card{Title: mailcheck.Textf("%s: %s", s.Purpose, s.Protocol)}
	add := func(name, value string) {
		if value != "" {
			c.Rows = append(c.Rows, cardRow{name, verbatim(value), true, true})
		}
	}
	if a.Local != "" {
		add("E-mail address", a.String())
	}
	add("Server", s.Host)
	add("Port", s.Port)
	c.Rows = append(c.Rows, cardRow{Name: "Security", Value: s.Security})
	add("User name", s.Username)
	if !s.Hint.Empty() {
		c.Rows = append(c.Rows, cardRow{Name: "User name", Value: s.Hint})
	}
	return c
}

// card says a card in the language of the reader.
func (o Options) card(c card) card {
	c.Title = o.in(c.Title)
	c.Rows = each(c.Rows, func(r cardRow) cardRow {
		r.Name = o.Language.Words(r.Name)
		if !r.Code {
			r.Value = o.in(r.Value)
		}
		return r
	})
	return c
}

// certified is a certificate with the servers that sent it.
type certified struct {
	leaf     mailcheck.Certificate
	tls      *mailcheck.TLS // nil where the certificate could not be verified
	sentBy   []string
	verified bool
}

// certificateCards returns a card for each certificate that servers sent for themselves.
func certificateCards(r *mailcheck.Report) []card {
	var all []certified
	add := func(c mailcheck.Certificate, t *mailcheck.TLS, s mailcheck.ServerResult) {
		i := slices.IndexFunc(all, func(o certified) bool { return o.leaf.SHA256 == c.SHA256 && o.leaf.Subject == c.Subject })
		if i < 0 {
			i = len(all)
			all = append(all, certified{leaf: c, tls: t, verified: t != nil && t.Verified})
		}
		if !slices.Contains(all[i].sentBy, s.Endpoint()) {
			all[i].sentBy = append(all[i].sentBy, s.Endpoint())
		}
	}
	for _, s := range ranked(r.Servers) {
		if s.TLS != nil && len(s.TLS.Chain) > 0 {
			add(s.TLS.Chain[0], s.TLS, s)
		}
		for _, step := range s.Steps {
			if step.Leaf != nil {
				add(*step.Leaf, nil, s)
			}
		}
	}
	return each(all, func(c certified) card { return c.card(finished(r)) })
}

func (c certified) card(now time.Time) card {
	made := card{Title: verbatim(c.leaf.Subject)}
	if c.leaf.Subject == "" {
		made.Title = mailcheck.Textf("no name")
	}
	add := func(name string, value mailcheck.Text) {
		if !value.Empty() {
			made.Rows = append(made.Rows, cardRow{Name: name, Value: value})
		}
	}
	letters := func(name, value string) {
		if value != "" {
			made.Rows = append(made.Rows, cardRow{Name: name, Value: verbatim(value), Code: true})
		}
	}
	add("Sent by", mailcheck.Textf("%s", mailcheck.ListOf(c.sentBy).AtMost(5)))
	add("For", mailcheck.Textf("%s", mailcheck.ListOf(c.leaf.Names).AtMost(10)))
	letters("From", c.leaf.Issuer)
	add("Valid", validity(c.leaf, now))
	if c.verified {
		add("Verified", mailcheck.Textf("yes"))
	} else {
		add("Verified", mailcheck.Textf("no"))
	}
	if c.tls != nil {
		add("Connection", verbatim(c.tls.Version))
		if c.tls.OCSP != nil {
			add("Stapled answer", ours(c.tls.OCSP.Status))
		}
		if c.tls.DANE != nil {
			add("TLSA records", ours(c.tls.DANE.State))
		}
	}
	letters("Key", c.leaf.Key)
	letters("SHA-256", c.leaf.SHA256)
	return made
}

// validity says until when a certificate is good, and how long that is from then on.
func validity(c mailcheck.Certificate, now time.Time) mailcheck.Text {
	switch {
	case c.NotAfter.IsZero():
		return mailcheck.Text{}
	case now.After(c.NotAfter):
		return mailcheck.Textf("expired on %s, %s before the test", mailcheck.Stamp(c.NotAfter), mailcheck.Span(now.Sub(c.NotAfter)))
	case now.Before(c.NotBefore):
		return mailcheck.Textf("not before %s", mailcheck.Stamp(c.NotBefore))
	}
	return mailcheck.Textf("until %s, %s from the test on", mailcheck.Stamp(c.NotAfter), mailcheck.Span(c.NotAfter.Sub(now)))
}

// How much of a run a picture shows.
const (
	maxStrips = 100
	maxBars   = 60
	maxSteps  = 8    // in words
	fullWidth = 1000 // of a strip, in the units of its picture
)

// timeline is a picture of a run: a strip for each source and each server, a bar for each
// of their steps.
type timeline struct {
	Whole  mailcheck.Text // says how long the strips are
	Strips []strip
	More   mailcheck.Text // what has no strip
}

type strip struct {
	Name        mailcheck.Text
	Began, Took string
	Steps       mailcheck.Text
	Bars        []bar
}

type bar struct {
	X, Width string
	Kind     string // a class
	Title    mailcheck.Text
}

// kindOf says in which colour a step is shown.
func kindOf(s mailcheck.Step) string {
	switch s.Op {
	case mailcheck.OpLookup, mailcheck.OpResolve:
		return "dns"
	case mailcheck.OpConnect:
		return "tcp"
	case mailcheck.OpTLS, mailcheck.OpCertificate, mailcheck.OpStartTLS:
		return "enc"
	case mailcheck.OpFetch, mailcheck.OpParse:
		return "web"
	}
	return "talk"
}

func timelineOf(r *mailcheck.Report, opts Options) timeline {
	type row struct {
		name  mailcheck.Text
		steps []mailcheck.Step
	}
	var rows []row
	for _, s := range r.Sources {
		rows = append(rows, row{verbatim(s.Name), s.Steps})
	}
	for _, s := range ranked(r.Servers) {
		rows = append(rows, row{verbatim(s.URL()), s.Steps})
	}
	rows = append(rows, row{mailcheck.Textf("this machine's network"), r.Network})
	rows = slices.DeleteFunc(rows, func(r row) bool { return len(r.steps) == 0 })
	whole := r.Elapsed
	for _, row := range rows {
		whole = max(whole, ended(row.steps))
	}
	var t timeline
	if whole <= 0 || len(rows) == 0 {
		return t
	}
	t.Whole = opts.in(mailcheck.Textf("Each strip is the whole run, %s.", mailcheck.Textf("%s s", seconds(whole))))
	if n := len(rows) - maxStrips; n > 0 {
		rows = rows[:maxStrips]
		t.More = opts.in(mailcheck.Textf("And %s.", mailcheck.Count{N: n, Noun: "more source or server|more sources and servers"}))
	}
	for _, row := range rows {
		t.Strips = append(t.Strips, stripOf(opts.in(row.name), row.steps, whole))
	}
	return t
}

func stripOf(name mailcheck.Text, steps []mailcheck.Step, whole time.Duration) strip {
	began := steps[0].Start
	var words []string
	s := strip{Name: name}
	for i, step := range steps {
		began = min(began, step.Start)
		words = append(words, stepInWords(step).String())
		if i < maxBars {
			s.Bars = append(s.Bars, barOf(step, whole))
		}
	}
	s.Began, s.Took = seconds(began), seconds(ended(steps)-began)
	s.Steps = mailcheck.Textf("%s", mailcheck.ListOf(words).AtMost(maxSteps))
	return s
}

func stepInWords(s mailcheck.Step) mailcheck.Text {
	if s.Failed() {
		return mailcheck.Textf("%s %s ms (failed)", s.Op, milliseconds(s.Elapsed))
	}
	return mailcheck.Textf("%s %s ms", s.Op, milliseconds(s.Elapsed))
}

func barOf(s mailcheck.Step, whole time.Duration) bar {
	part := func(d time.Duration) float64 {
		return fullWidth * float64(min(max(d, 0), whole)) / float64(whole)
	}
	width := max(4, part(s.Elapsed)) // so that it can be seen
	return bar{
		X: fixed(min(part(s.Start), fullWidth-width), 1), Width: fixed(width, 1), Kind: kindOf(s),
		Title: stepInWords(s),
	}
}

// ended is when the last of the steps was over.
func ended(steps []mailcheck.Step) time.Duration {
	var end time.Duration
	for _, s := range steps {
		end = max(end, s.Start+s.Elapsed)
	}
	return end
}

func seconds(d time.Duration) string      { return fixed(d.Seconds(), 3) }
func milliseconds(d time.Duration) string { return fixed(1000*d.Seconds(), 1) }
func fixed(f float64, digits int) string  { return strconv.FormatFloat(f, 'f', digits, 64) }
