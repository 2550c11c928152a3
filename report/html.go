package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/unicode/bidi"

	"mailcheck"
	"mailcheck/checks"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

// HTML writes the report as one file for a browser: without a script, with nothing from
// elsewhere, for a screen of any size and for paper.
func HTML(w io.Writer, r *mailcheck.Report, opts Options) error {
	p := pageOf(r, opts)
	p.Outline.Footer = append(p.Outline.Footer, told(r, opts, machine)...) // a site says it in its own way
	var b bytes.Buffer
	if err := pageTemplate().Execute(&b, p); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Section is a part of a page that somebody else has written, with a title.
type Section struct {
	ID, Title string
	HTML      template.HTML
}

// Page is what a site makes a page of its own from.
type Page struct {
	Title string        // in the title bar of a window
	Body  template.HTML // what HTML writes between <body> and </body>, with the sections after the findings
}

// PageOf returns a report as a part of a site, whose pages have PageStyle.
func PageOf(r *mailcheck.Report, opts Options, further ...Section) (Page, error) {
	p := pageOf(r, opts, further...)
	var b bytes.Buffer
	if err := pageTemplate().ExecuteTemplate(&b, "report", p); err != nil {
		return Page{}, err
	}
	title := p.Title.String()
	if p.Outline.Word != "" {
		title = p.Outline.Word + ": " + title
	}
	return Page{title, template.HTML(b.String())}, nil
}

// PageStyle returns the style of what PageOf gives, for a site to add its own to.
func PageStyle() template.CSS { return template.CSS(unixLines(pageStyle)) }

// PagePolicy returns the part of a Content-Security-Policy that lets a page have one style.
func PagePolicy(style template.CSS) string {
	sum := sha256.Sum256([]byte(style))
	return "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// pageTemplate has the pages of a report and of a survey. It is parsed when one is written:
// whoever wants a table does not wait for it.
var pageTemplate = sync.OnceValue(func() *template.Template {
	page := template.Must(template.New("page").Funcs(template.FuncMap{
		"runs": func(t mailcheck.Text) []webRun { return isolated(runsOf(t.String())) },
	}).Parse(unixLines(pageSource)))
	template.Must(page.New("survey").Parse(unixLines(surveySource)))
	return page
})

// webRun is a piece of a sentence. What is written from right to left is isolated, so that it
// does not turn round what stands beside it (Unicode Standard Annex #9).
type webRun struct {
	run
	Isolated bool
}

func isolated(runs []run) []webRun {
	var all []webRun
	for _, r := range runs {
		if r.Code || strings.IndexFunc(r.Text, fromRight) < 0 {
			all = append(all, webRun{run: r})
			continue
		}
		for i, part := range strings.SplitAfter(r.Text, " ") {
			leftward := strings.IndexFunc(part, fromRight) >= 0
			if last := len(all) - 1; i > 0 && all[last].Isolated == leftward {
				all[last].Text += part
			} else {
				all = append(all, webRun{run{Text: part}, leftward})
			}
		}
	}
	return all
}

// fromRight reports whether a letter is one of a script that is written from right to left.
func fromRight(r rune) bool {
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}

// unixLines undoes what a checkout on Windows does: a browser would compare the hash of the
// style with that of lines that end in \n.
func unixLines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// webPage is what the template shows.
type webPage struct {
	say      func(string) string // in the language of the reader
	Lang     string
	Dir      string // in which the language is written
	Policy   string // Content-Security-Policy
	Style    template.CSS
	Title    mailcheck.Text
	Outline  outline
	Level    string    // of the verdict, as a class
	Contents []webPart // the titles of the sections; none where there are few
	First    *advice
	Cards    []card // settings to type in
	Parts    []webPart
	Certs    []card
	Times    timeline
}

// webPart is a section whose blocks are put together as HTML has them.
type webPart struct {
	ID, Title string
	Nodes     []node
	HTML      template.HTML // of the site that the page is of; empty elsewhere
}

// node is a paragraph, a list, a table or a finding.
type node struct {
	Text    mailcheck.Text
	List    []mailcheck.Text
	Caption string
	Head    []cell
	Rows    [][]cell
	Finding *webFinding
}

// webFinding is a finding with what is said of it.
type webFinding struct {
	Level string
	Title mailcheck.Text
	Items []webItem
	More  []mailcheck.Text
}

type webItem struct {
	Label    mailcheck.Text
	Text     mailcheck.Text
	Acts     bool // the label names who acts
	Evidence bool // somebody else's words as they are
}

func pageOf(r *mailcheck.Report, opts Options, further ...Section) webPage {
	style := unixLines(pageStyle)
	o := outlineOf(r, opts)
	p := webPage{
		say: opts.Language.Words, Lang: opts.Language.Tag(), Dir: opts.Language.Direction(),
		Policy: policyFor(style),
		Style:  template.CSS(style), Outline: o, Level: levels[o.Severity], First: o.First,
		Title: mailcheck.Textf("mailcheck"),
	}
	if !o.Subject.Empty() {
		p.Title = mailcheck.Textf("%s - mailcheck", o.Subject)
	}
	for _, s := range o.Settings {
		p.Cards = append(p.Cards, opts.card(settingCard(r.Address, s)))
	}
	for _, s := range o.Sections {
		p.Parts = append(p.Parts, webPart{ID: s.ID, Title: s.Title, Nodes: nodesOf(s)})
	}
	if len(further) > 0 {
		p.become(further)
	}
	if opts.View == Account {
		p.Certs, p.Times = each(certificateCards(r), opts.card), timelineOf(r, opts)
	}
	p.Contents = p.contents()
	return p
}

// Say returns words in the language of the reader.
func (p webPage) Say(words string) string { return p.say(words) }

// become makes the page one of a site: its sections come after the findings, and a test is made
// again there, not by a command.
func (p *webPage) become(further []Section) {
	at := 0
	if len(p.Parts) > 0 && p.Parts[0].ID == "findings" {
		at = 1
	}
	for i, s := range further {
		p.Parts = slices.Insert(p.Parts, at+i, webPart{ID: s.ID, Title: s.Title, HTML: s.HTML})
	}
	if p.First != nil {
		first := *p.First
		first.Again = ""
		p.First = &first
	}
}

// policyFor is the Content-Security-Policy of a page that has one style and nothing else.
func policyFor(style string) string {
	return "default-src 'none'; " + PagePolicy(template.CSS(style)) + "; base-uri 'none'; form-action 'none'"
}

// contents lists the sections that there are, in their order.
func (p webPage) contents() []webPart {
	var all []webPart
	add := func(there bool, parts ...webPart) {
		if there {
			all = append(all, parts...)
		}
	}
	add(p.First != nil, webPart{ID: "first", Title: p.say("What to do first")})
	add(len(p.Cards) > 0, webPart{ID: "settings", Title: p.say("Settings to type in")})
	add(true, p.Parts...)
	add(len(p.Certs) > 0, webPart{ID: "certificates", Title: p.say("Certificates")})
	add(len(p.Times.Strips) > 0, webPart{ID: "times", Title: p.say("Times")})
	if len(all) < 3 {
		return nil
	}
	return all
}

// levels are the classes of severities.
var levels = map[checks.Severity]string{checks.OK: "ok", checks.Info: "note", checks.Warning: "warning", checks.Failure: "failure"}

// nodesOf puts items below the finding that they are of, and what is indented into lists.
func nodesOf(s section) []node {
	var nodes []node
	var finding *webFinding
	listing := false
	for _, b := range s.Blocks {
		switch {
		case b.title:
			finding = &webFinding{Level: levels[b.severity], Title: b.text}
			nodes = append(nodes, node{Finding: finding})
		case !b.label.Empty() && finding != nil:
			finding.Items = append(finding.Items, webItem{b.label, b.text, b.kind == toAct, b.kind == evidence})
		case b.indent > 0 && finding != nil:
			finding.More = append(finding.More, b.text)
		case b.indent > 0 && listing:
			last := &nodes[len(nodes)-1]
			last.List = append(last.List, b.text)
		case b.indent > 0:
			nodes = append(nodes, node{List: []mailcheck.Text{b.text}})
		case b.rows != nil:
			finding = nil
			nodes = append(nodes, node{Caption: s.Title, Head: b.rows[0], Rows: b.rows[1:]})
		default:
			finding = nil
			nodes = append(nodes, node{Text: b.text})
		}
		listing = b.indent > 0 && finding == nil
	}
	return nodes
}

// Lines, Level and Title are for the template.

// Lines returns the lines of a cell.
func (c cell) Lines() []mailcheck.Text { return c.lines }

// Level returns the class of a cell that has a colour.
func (c cell) Level() string {
	if !c.coloured {
		return ""
	}
	return levels[c.severity]
}

// Label returns who acts.
func (i item) Label() mailcheck.Text { return i.label }

// Text returns what it says.
func (i item) Text() mailcheck.Text { return i.text }
