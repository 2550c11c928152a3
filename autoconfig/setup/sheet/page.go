package sheet

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"unicode/utf8"

	"mailcheck"
)

// Page is what people read. Each of its texts is shown by the rules of the page's format.
type Page struct {
	Title    mailcheck.Text
	Warnings []mailcheck.Text
	Parts    []Part
}

// Part is a piece of a page below a title.
type Part struct {
	Title mailcheck.Text
	Says  []mailcheck.Text // a paragraph each
	Links []Link
	Asks  []Field
	Notes []mailcheck.Text // a paragraph each, below what is asked
}

// Field is what a form asks, and what to type or choose there.
type Field struct{ Name, Value mailcheck.Text }

// Link leads from a page to a file beside it.
type Link struct {
	Text mailcheck.Text
	To   string // name of the file, of letters, digits, dots and hyphens
}

// linked returns links as a page shows them that nobody clicks on.
func linked(links []Link) []mailcheck.Text {
	var all []mailcheck.Text
	for _, l := range links {
		all = append(all, mailcheck.Textf("%s: %s", l.Text, l.To))
	}
	return all
}

// in says a page in the language of its readers, its warnings marked as such, with what made
// it and a word about the translation as its last lines.
func (s *Set) in(p Page) (Page, []mailcheck.Text) {
	say := s.Language.Text
	all := func(texts []mailcheck.Text) (said []mailcheck.Text) {
		for _, text := range texts {
			said = append(said, say(text))
		}
		return said
	}
	said := Page{Title: say(p.Title)}
	for _, warning := range p.Warnings {
		said.Warnings = append(said.Warnings, say(mailcheck.Textf("WARNING: %s.", warning)))
	}
	for _, part := range p.Parts {
		links, asks := slices.Clone(part.Links), slices.Clone(part.Asks)
		for i := range links {
			links[i].Text = say(links[i].Text)
		}
		for i := range asks {
			asks[i] = Field{say(asks[i].Name), say(asks[i].Value)}
		}
		said.Parts = append(said.Parts, Part{say(part.Title), all(part.Says), links, asks, all(part.Notes)})
	}
	foot := []mailcheck.Text{mailcheck.Textf("%s.", say(s.Made))}
	if machine := s.Language.Foot(); !machine.Empty() {
		foot = append(foot, machine)
	}
	return said, foot
}

func (s *Set) page(name string, body string) {
	s.files = append(s.files, File{name, Shared, []byte(body)})
}

// TextPage adds a page as plain text.
func (s *Set) TextPage(name string, p Page) {
	p, foot := s.in(p)
	var b strings.Builder
	title := func(text mailcheck.Text, line string) {
		t := text.String()
		fmt.Fprintf(&b, "%s\n%s\n\n", t, strings.Repeat(line, min(utf8.RuneCountInString(t), pageWidth)))
	}
	says := func(texts []mailcheck.Text) {
		for _, text := range texts {
			fmt.Fprintf(&b, "%s\n\n", wrapped(text.String()))
		}
	}
	title(p.Title, "=")
	for _, w := range p.Warnings {
		fmt.Fprintf(&b, "%s\n\n", w)
	}
	for _, part := range p.Parts {
		title(part.Title, "-")
		says(slices.Concat(part.Says, linked(part.Links)))
		width := 0
		for _, f := range part.Asks {
			width = max(width, utf8.RuneCountInString(f.Name.String()))
		}
		for _, f := range part.Asks {
			if s.Language == nil {
				fmt.Fprintf(&b, "  %-*s  %s\n", width, f.Name, f.Value)
			} else { // how wide some letters are depends on who shows them
				fmt.Fprintf(&b, "  %s: %s\n", f.Name, f.Value)
			}
		}
		if len(part.Asks) > 0 {
			b.WriteString("\n")
		}
		says(part.Notes)
	}
	for _, text := range foot {
		fmt.Fprintf(&b, "%s\n\n", mailcheck.Clean(text.String()))
	}
	s.page(name, strings.TrimSuffix(b.String(), "\n"))
}

// pageWidth is that of a page of plain text.
const pageWidth = 78

// wrapped breaks a paragraph at spaces.
func wrapped(text string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Split(text, " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > pageWidth:
			b.WriteString("\n")
			column = 0
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

// markdownLive are the characters that mean something inside a line of Markdown
// (CommonMark 0.31 section 2.4), a table or a mention. A line never begins with a value.
const markdownLive = "\\`*_[]<>|~&$^={}@!"

// markdown returns a text of which nothing is markup.
func markdown(text mailcheck.Text) string {
	var b strings.Builder
	for _, r := range text.String() {
		if strings.ContainsRune(markdownLive, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// MarkdownPage adds a page as Markdown.
func (s *Set) MarkdownPage(name string, p Page) {
	p, foot := s.in(p)
	var b strings.Builder
	says := func(texts []mailcheck.Text) {
		for _, text := range texts {
			fmt.Fprintf(&b, "%s\n\n", markdown(text))
		}
	}
	fmt.Fprintf(&b, "# %s\n\n", markdown(p.Title))
	for _, w := range p.Warnings {
		fmt.Fprintf(&b, "**%s**\n\n", markdown(w))
	}
	for _, part := range p.Parts {
		fmt.Fprintf(&b, "## %s\n\n", markdown(part.Title))
		says(slices.Concat(part.Says, linked(part.Links)))
		if len(part.Asks) > 0 {
			b.WriteString("| | |\n|---|---|\n")
		}
		for _, f := range part.Asks {
			fmt.Fprintf(&b, "| %s | %s |\n", markdown(f.Name), markdown(f.Value))
		}
		if len(part.Asks) > 0 {
			b.WriteString("\n")
		}
		says(part.Notes)
	}
	says(foot)
	s.page(name, strings.TrimSuffix(b.String(), "\n"))
}

// htmlPage is without a script and without anything from elsewhere. It prints with a form
// on one page where it fits.
var htmlPage = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"{{if ne .Dir "ltr"}} dir="{{.Dir}}"{{end}}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{.Title}}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff; overflow-wrap: anywhere; }
section { break-inside: avoid; }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; }
th, td { border: 1px solid #777; padding: .3rem .6rem; text-align: left; vertical-align: top; }
th { font-weight: normal; width: 40%; background: #f2f2f2; }
td { font-family: ui-monospace, monospace; }
.warning { border: 2px solid #b00; padding: .5rem 1rem; }
footer { color: #444; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } h2 { break-after: avoid; } }
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
{{- range .Warnings}}
<p class="warning"><strong>{{.}}</strong></p>
{{- end}}
{{- range .Parts}}
<section>
<h2>{{.Title}}</h2>
{{- range .Says}}
<p>{{.}}</p>
{{- end}}
{{- range .Links}}
<p><a href="{{.To}}">{{.Text}}</a></p>
{{- end}}
{{- if .Asks}}
<table>
{{- range .Asks}}
<tr><th scope="row">{{.Name}}</th><td>{{.Value}}</td></tr>
{{- end}}
</table>
{{- end}}
{{- range .Notes}}
<p>{{.}}</p>
{{- end}}
</section>
{{- end}}
</main>
<footer>{{range .Foot}}<p>{{.}}</p>{{end}}</footer>
</body>
</html>
`))

// HTMLPage adds a page for a browser and for paper.
func (s *Set) HTMLPage(name string, p Page) {
	p, foot := s.in(p)
	var b strings.Builder
	err := htmlPage.Execute(&b, struct {
		Page
		Lang, Dir string
		Foot      []mailcheck.Text
	}{p, s.Language.Tag(), s.Language.Direction(), foot})
	if err != nil {
		s.fail(fmt.Errorf("%s: %w", name, err))
	}
	s.page(name, b.String())
}
