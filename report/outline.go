package report

import (
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// outline is what a view says, in the language of the reader, for formats that have headings,
// tables and code of their own. The table writes the same.
type outline struct {
	Word     string // of the verdict; empty where there is none to give
	Severity checks.Severity
	Subject  mailcheck.Text
	Sentence mailcheck.Text
	First    *advice // nil where nothing is wrong
	Settings []setting
	Sections []section
	Footer   []block
}

// section is a part with a title.
type section struct {
	ID     string // the same in every language
	Title  string
	Blocks []block
}

// block is a paragraph, the title or an item of a finding, or a table.
type block struct {
	item
	indent   int  // of a paragraph, in columns
	title    bool // of a finding
	severity checks.Severity
	rows     [][]cell // of a table, the first its header
}

// tell takes a block, if the page is one that is told.
func (p *page) tell(b block) bool {
	if p.told == nil {
		return false
	}
	if b.rows == nil || len(b.rows) > 1 {
		*p.told = append(*p.told, b)
	}
	return true
}

// told returns what a part of the table has to say. There is no width to think of.
func told(r *mailcheck.Report, opts Options, write func(*page, *mailcheck.Report)) []block {
	var blocks []block
	opts.Width, opts.Color = maxWidth, false
	write(&page{Options: opts, told: &blocks}, r)
	return blocks
}

// part is what becomes a section, if it has anything to say.
type part struct {
	title string
	write func(*page, *mailcheck.Report)
}

// parts are the sections of each view: what is wrong before what it was seen by.
var parts = map[View][]part{
	Account: {{"Findings", findings}, {"Servers", servers}, {"Ways to log in", attempts}, {"Mailbox", mailboxes}, {"Mail", flow}, {"TLS", audits}, {"Sources", someSources}},
	Sources: {{"Findings", findings}, {"Published", sideBySide}, {"Sources", allSources}},
	Clients: {{"Mail clients", clientsAlone}, {"Setup files", clientsHelp}},
	File:    {{"Findings", fileFindings}, {"Mail clients", fileClients}},
}

func someSources(p *page, r *mailcheck.Report) { sources(p, r, p.Verbose) }
func allSources(p *page, r *mailcheck.Report)  { sources(p, r, true) }

// outlineOf tells a view.
func outlineOf(r *mailcheck.Report, opts Options) outline {
	o := outline{Subject: opts.in(subject(r)), First: firstOf(r, opts)}
	switch opts.View {
	case Account:
		o.Sentence, o.Settings = testSentence(r), settingsOf(r, opts)
	case Sources:
		o.Sentence = discoverySentence(r)
	case Clients:
		o.Sentence = clientsSentence(r)
	case File:
		o.Sentence = fileSentence(r)
	}
	o.Sentence = opts.in(o.Sentence)
	if opts.View != Clients {
		o.Word, o.Severity = strings.TrimSpace(opts.in(shouted(r.Verdict)).String()), severityOf(r.Verdict)
	}
	if opts.View == Account || opts.View == Sources {
		o.Footer = told(r, opts, footer)
	}
	for _, part := range parts[opts.View] {
		if blocks := told(r, opts, part.write); len(blocks) > 0 {
			o.Sections = append(o.Sections, section{strings.ReplaceAll(strings.ToLower(part.title), " ", "-"), opts.Language.Words(part.title), blocks})
		}
	}
	return o
}

// advice is what has to be done first, by whom.
type advice struct {
	Title mailcheck.Text
	Items []item   // each with who acts as its label
	Copy  []copied // what can be copied from them
	Again string   // the command that tests again; empty where nobody could copy it
}

// firstOf returns what is to be done about the worst that has been found, a cause
// before what follows from it.
func firstOf(r *mailcheck.Report, opts Options) *advice {
	all := roots(r, checks.Failure)
	if len(all) == 0 {
		all = roots(r, checks.Warning)
	}
	if len(all) == 0 {
		return nil
	}
	g := all[0]
	a := &advice{Title: opts.in(about(mailcheck.Textf("%s", mailcheck.Heading(g.Check.Summary)), g, mailcheck.Text{}))}
	for _, item := range toDo(g.Finding) {
		a.Items = append(a.Items, opts.item(item))
		for _, c := range copiesOf(item.text.String(), r.Address) {
			c.What = opts.Language.Words(c.What)
			if !slices.Contains(a.Copy, c) {
				a.Copy = append(a.Copy, c)
			}
		}
	}
	if typable(r.Address) {
		a.Again = "mailcheck check " + r.Address.String()
	}
	return a
}

// setting is what a person types into a mail program to use a server.
type setting struct {
	Purpose              mailcheck.Text
	Protocol, Host, Port string
	Security             mailcheck.Text
	Username             string // empty where nobody says it
	Hint                 mailcheck.Text
}

// settingsOf returns the best server of each protocol that passed. A program needs one
// to read mail with and one to send it.
func settingsOf(r *mailcheck.Report, opts Options) []setting {
	var list []setting
	for _, half := range []struct {
		purpose   mailcheck.Text
		protocols []mailcheck.Protocol
	}{{mailcheck.Textf("Reading mail"), incoming}, {mailcheck.Textf("Sending mail"), outgoing}, {mailcheck.Textf("Exchange"), exchange}} {
		for _, protocol := range half.protocols {
			if s, ok := r.Best(protocol); ok {
				made := settingOf(half.purpose, s)
				made.Purpose, made.Security, made.Hint = opts.in(made.Purpose), opts.in(made.Security), opts.in(made.Hint)
				list = append(list, made)
			}
		}
	}
	return list
}

func settingOf(purpose mailcheck.Text, s mailcheck.Setting) setting {
	typed := setting{purpose, protocolName(s.Protocol), mailcheck.Clean(s.Host), strconv.Itoa(int(s.Port)), securityName(s.Security), mailcheck.Clean(s.Username), mailcheck.Text{}}
	switch {
	case s.OwnName && s.Username == "":
		typed.Hint = mailcheck.Textf("that of the account at the provider")
	case s.Username == "":
		typed.Hint = mailcheck.Textf("not published; mostly the address")
	}
	return typed
}
