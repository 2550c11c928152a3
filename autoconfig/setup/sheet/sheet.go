// Package sheet builds the files of a setup in a way that no value gets into one
// unescaped. The lines of a text are constants of the source code, and whatever is
// filled into them goes through the escape that the file has; XML and property
// lists are what their encoders make of a value. There is no other way to a body.
package sheet

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io/fs"
	"strings"

	"howett.net/plist"

	"mailcheck"
	"mailcheck/catalogue"
)

// The modes of files. What only its owner should read is so because its program
// refuses it otherwise, or because a secret will be added to it.
const (
	Shared  fs.FileMode = 0o644
	Private fs.FileMode = 0o600
)

// File is one file of a setup.
type File struct {
	Name string // with slashes, below the folder where the files are put
	Mode fs.FileMode
	body []byte
}

// Body returns the content.
func (f File) Body() []byte { return f.body }

// Escape writes a value as a format wants it at the places where values stand. It
// fails with a [ValueError] for one that the format cannot hold.
type Escape func(value string) (string, error)

// ValueError says that a kind of file cannot hold a value.
type ValueError struct {
	Value string
	Why   mailcheck.Text
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("%s cannot be written: %v", mailcheck.Clean(fmt.Sprintf("%q", e.Value)), e.Why)
}

// Set collects what a writer writes, and the first error, after which the rest is
// of no account.
type Set struct {
	Made   mailcheck.Text // what made the files, from what and when; the first comment of each
	Signer *Signer        // of the files that can be signed; nil: they are not

	Language *catalogue.Catalogue // of pages for people; nil for English

	texts []*Text
	files []File // a text's body is missing until all is written
	notes []mailcheck.Text
	err   error
}

// Note says something that the user has to do or to know, beside the files.
func (s *Set) Note(note mailcheck.Text) { s.notes = append(s.notes, note) }

// Refuse says that the format cannot hold a value.
func (s *Set) Refuse(value string, why mailcheck.Text) { s.fail(&ValueError{value, why}) }

// Result returns everything, or nothing with an error.
func (s *Set) Result() ([]File, []mailcheck.Text, error) {
	if s.err != nil {
		return nil, nil, s.err
	}
	for _, t := range s.texts {
		s.files[t.index].body = []byte(t.body(s.Made))
	}
	return s.files, s.notes, nil
}

// Add takes over what another set has: the notes, and each file at all the places that it
// has in this one.
func (s *Set) Add(other *Set, places map[string][]string) {
	files, notes, err := other.Result()
	if err != nil {
		s.fail(err)
		return
	}
	s.notes = append(s.notes, notes...)
	for _, f := range files {
		if len(places[f.Name]) == 0 {
			s.fail(fmt.Errorf("%s has no place", f.Name))
		}
		for _, place := range places[f.Name] {
			f.Name = place
			s.files = append(s.files, f)
		}
	}
}

func (s *Set) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// Warning returns a warning in one line that can be shown. It ends in a full stop: a
// backslash there would hide the next line from mutt.
func Warning(text mailcheck.Text) string {
	return mailcheck.Clean(fmt.Sprintf("WARNING: %s.", text))
}

// sentence returns a text in one line, which ends as a warning does.
func sentence(text mailcheck.Text) string {
	return mailcheck.Clean(fmt.Sprintf("%s.", text))
}

// xmlComment returns a line as a comment, which has no two hyphens in a row (XML 1.0
// section 2.5), as some names have.
func xmlComment(line string) string {
	for strings.Contains(line, "--") {
		line = strings.ReplaceAll(line, "--", "- -")
	}
	return "<!-- " + line + " -->\n"
}

// XML adds a value as an XML document, below warnings.
func (s *Set) XML(name string, warnings []mailcheck.Text, v any) {
	body, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		s.fail(fmt.Errorf("%s: %w", name, err))
	}
	above := xml.Header + xmlComment(sentence(s.Made))
	for _, w := range warnings {
		above += xmlComment(Warning(w))
	}
	s.files = append(s.files, File{name, Shared, []byte(above + string(body) + "\n")})
}

// JSON adds a value as a JSON document, in which there are no comments, and returns its
// bytes.
func (s *Set) JSON(name string, v any) []byte {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false) // which is for JSON inside HTML
	if err := encoder.Encode(v); err != nil {
		s.fail(fmt.Errorf("%s: %w", name, err))
	}
	s.files = append(s.files, File{name, Shared, body.Bytes()})
	return body.Bytes()
}

// Plist adds a value as a property list in XML, signed if there is a signer.
func (s *Set) Plist(name string, v any) {
	body, err := plist.MarshalIndent(v, plist.XMLFormat, "\t")
	if err != nil {
		s.fail(fmt.Errorf("%s: %w", name, err))
	}
	_, rest, _ := strings.Cut(string(body), "\n") // the XML declaration, above which nothing may stand
	body = []byte(xml.Header + xmlComment(sentence(s.Made)) + rest + "\n")
	if s.Signer == nil {
		s.Note(mailcheck.Textf("%s is not signed, and the device says so", name))
	} else if body, err = s.Signer.sign(body); err != nil {
		s.fail(fmt.Errorf("signing %s: %w", name, err))
	}
	s.files = append(s.files, File{name, Shared, body})
}

// Text is a file of lines.
type Text struct {
	set    *Set
	index  int
	escape Escape
	mark   string // what begins a comment
	b      strings.Builder
}

// Text begins a file of lines, in which values are written by escape and a comment begins
// with a number sign.
func (s *Set) Text(name string, mode fs.FileMode, escape Escape) *Text {
	t := &Text{set: s, index: len(s.files), escape: escape, mark: "#"}
	s.files = append(s.files, File{Name: name, Mode: mode})
	s.texts = append(s.texts, t)
	return t
}

// literal is text that can only be a constant where it is used outside this
// package: nobody else can turn a variable into one.
type literal string

// Line adds a line: a format of package fmt with a %s for each text, which is
// escaped, and a %d for each number.
func (t *Text) Line(format literal, values ...any) {
	if strings.Count(string(format), "%") != len(values) {
		t.set.fail(fmt.Errorf("the line %q has %d values", format, len(values)))
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
		if text, ok := v.(string); ok {
			args[i] = t.written(text)
		} else if _, ok := v.(uint16); !ok {
			t.set.fail(fmt.Errorf("%T in the line %q is neither a string nor a port", v, format))
		}
	}
	fmt.Fprintf(&t.b, string(format)+"\n", args...)
}

// Mark says what begins a comment in place of a number sign; nothing where the format has
// no comments.
func (t *Text) Mark(mark literal) *Text {
	t.mark = string(mark)
	return t
}

// Comments adds warnings as lines that no program reads.
func (t *Text) Comments(warnings []mailcheck.Text) {
	for _, w := range warnings {
		fmt.Fprintf(&t.b, "%s %s\n", t.mark, Warning(w))
	}
}

// Comment adds a line that no program reads, with texts as they are. It does not end in a
// backslash, which would hide the next line from mutt.
func (t *Text) Comment(format literal, texts ...string) {
	args := make([]any, len(texts))
	for i, text := range texts {
		if args[i] = text; !mailcheck.Printable(text) {
			t.set.fail(&ValueError{text, mailcheck.Textf("it has an invisible or control character")})
		}
	}
	line := fmt.Sprintf(string(format), args...)
	if strings.HasSuffix(line, "\\") {
		line += "."
	}
	fmt.Fprintf(&t.b, "%s %s\n", t.mark, line)
}

// body returns the file, which begins with what made it; in a script that stands below
// the line that names its interpreter.
func (t *Text) body(made mailcheck.Text) string {
	body := t.b.String()
	if t.mark == "" || made.Empty() {
		return body
	}
	comment := t.mark + " " + sentence(made) + "\n"
	if first, rest, _ := strings.Cut(body, "\n"); strings.HasPrefix(first, "#!") {
		return first + "\n" + comment + rest
	}
	return comment + body
}

// written escapes a value. No format here has a value that goes on in the next line.
func (t *Text) written(value string) string {
	if !mailcheck.Printable(value) {
		t.set.fail(&ValueError{value, mailcheck.Textf("it has an invisible or control character")})
		return ""
	}
	text, err := t.escape(value)
	if err != nil {
		t.set.fail(err)
	}
	return text
}

// Percent writes a value as a part of a URL (RFC 3986 section 2.1): everything but
// unreserved characters is encoded. The functions of net/url each leave something
// that ends a user name, or a value in the file around the URL: url.User a
// semicolon, PathEscape @ and colon; QueryEscape makes a plus of a space.
func Percent(value string) string {
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
