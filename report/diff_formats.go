package report

import (
	"io"
	"reflect"
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// DiffFormat is one way to write a difference.
type DiffFormat struct {
	Name, Doc string
	Write     func(io.Writer, Difference, Options) error
}

// DiffFormats lists them, the default first.
var DiffFormats = []DiffFormat{
	{"table", "for people: what is worse, better, changed", diffTable},
	{"json", "for programs", diffJSON},
	{"markdown", "for tickets", diffMarkdown},
}

// subject is what both reports are of.
func (d Difference) subject() mailcheck.Text {
	switch {
	case d.New.Address.Domain != "":
		return verbatim(d.New.Address.String())
	case d.New.File != "":
		return verbatim(d.New.File)
	}
	return mailcheck.Textf("%s", mailcheck.Count{N: len(d.New.Servers), Noun: "server"})
}

// sum says in one line how it stands.
func (d Difference) sum() mailcheck.Text {
	counts := map[Way]int{}
	for _, c := range d.Changes {
		counts[c.Way]++
	}
	if len(d.Changes) == 0 {
		return mailcheck.Textf("%s: nothing has changed since %s.", d.subject(), mailcheck.Stamp(d.Old.Started))
	}
	return mailcheck.Textf("%s: %d worse, %d better, %d changed since %s.", d.subject(), counts[Worse], counts[Better], counts[Changed], mailcheck.Stamp(d.Old.Started))
}

func diffTable(w io.Writer, d Difference, opts Options) error {
	p := &page{Options: opts}
	p.say(0, 2, "%s", d.sum())
	severities := map[Way]checks.Severity{Worse: checks.Failure, Better: checks.OK, Changed: checks.Info}
	for _, c := range d.Changes {
		for i, line := range wrap(c.Text.String(), p.width()-9) {
			label := "         "
			if i == 0 {
				label = opts.paint(string(c.Way), severities[c.Way]) + label[len(c.Way):]
			}
			p.WriteString(label + line + "\n")
		}
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// jsonDifference is a difference as a document.
type jsonDifference struct {
	Schema  int          `json:"schema"`
	Tool    jsonTool     `json:"tool"`
	Address string       `json:"address"`
	File    string       `json:"file"`
	Old     jsonRun      `json:"old"`
	New     jsonRun      `json:"new"`
	Changes []jsonChange `json:"changes"` // worse first
}

// jsonRun is one of the two reports.
type jsonRun struct {
	Started string `json:"started"`
	Verdict string `json:"verdict"`
}

type jsonChange struct {
	Way  string `json:"way"`  // worse, better or changed
	Kind string `json:"kind"` // of what changed
	What string `json:"what"` // URL of the server, name of the source, or id of the check
	Text string `json:"text"`
}

func diffJSON(w io.Writer, d Difference, opts Options) error {
	document := &jsonDifference{
		Schema: 1, Tool: jsonTool{"mailcheck", opts.Version}, Address: d.New.Address.String(), File: d.New.File,
		Old: jsonRun{stamp(d.Old.Started), string(d.Old.Verdict)}, New: jsonRun{stamp(d.New.Started), string(d.New.Verdict)},
		Changes: each(d.Changes, func(c Change) jsonChange { return jsonChange{string(c.Way), c.Kind, c.What, c.Text.String()} }),
	}
	clean(reflect.ValueOf(document))
	return encode(w, document)
}

func diffMarkdown(w io.Writer, d Difference, _ Options) error {
	p := &page{}
	p.WriteString(inline(d.sum().String()) + "\n")
	for _, way := range []Way{Worse, Better, Changed} {
		of := slices.DeleteFunc(slices.Clone(d.Changes), func(c Change) bool { return c.Way != way })
		if len(of) == 0 {
			continue
		}
		p.WriteString("\n**" + string(way) + "**\n\n")
		for _, c := range of {
			p.WriteString("- " + inline(c.Text.String()) + "\n")
		}
	}
	_, err := io.WriteString(w, p.String())
	return err
}
