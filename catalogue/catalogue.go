// Package catalogue has what mailcheck says to people, in their languages.
//
// The program's own language is English: every sentence stands where it is said, as the
// summary or the remedy of a check or as a format of a [mailcheck.Text]. A report and its JSON keep it so.
// A translation is made when a report is shown: the format finds its [Sentence], whose key
// finds the translation in the file of the language, and the arguments go to the
// places that have their names. What has no translation stays in English, a sentence at a time.
//
// A language is one file in the folder languages, named by its tag (BCP 47), in the JSON of
// go-i18n. docs/translating.md tells how it is made.
package catalogue

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"mailcheck"
	"mailcheck/checks"
)

//go:embed languages/*.json
var languages embed.FS

// English is the tag of the language that needs no catalogue.
const English = "en"

// Languages lists the tags of all languages, English first.
func Languages() []string {
	names, _ := fs.Glob(languages, "languages/*.json")
	tags := []string{English}
	for _, name := range names {
		tags = append(tags, strings.TrimSuffix(path.Base(name), ".json"))
	}
	return tags
}

// Catalogue is all there is in one language. A nil catalogue is English, for which nothing
// is read.
type Catalogue struct {
	tag       string
	reviewed  bool
	localizer *i18n.Localizer
	said      map[string]Sentence // by the English
	counted   map[string]Sentence // nouns, by the English
}

// Open reads the file of a language, which is one of [Languages]; for English there is none.
func Open(tag string) (*Catalogue, error) {
	if tag == English || tag == "" {
		return nil, nil
	}
	return open(languages, tag)
}

func open(files fs.FS, tag string) (*Catalogue, error) {
	data, err := fs.ReadFile(files, "languages/"+tag+".json")
	if err != nil {
		return nil, fmt.Errorf("there is no translation into %q", mailcheck.Clean(tag))
	}
	parsed, err := language.Parse(tag)
	if err != nil {
		return nil, fmt.Errorf("language %q: %w", tag, err)
	}
	bundle := i18n.NewBundle(parsed)
	if _, err := bundle.ParseMessageBytes(parsed, data, json.Unmarshal); err != nil {
		return nil, fmt.Errorf("translation into %q: %w", tag, err)
	}
	c := &Catalogue{tag: tag, localizer: i18n.NewLocalizer(bundle, tag), said: map[string]Sentence{}, counted: map[string]Sentence{}}
	for s := range Sentences {
		if s.Counted() {
			c.counted[s.English] = s
		} else {
			c.said[s.English] = s
		}
	}
	c.reviewed = c.localize(reviewedKey, nil) == "true"
	return c, nil
}

// Name returns what the language calls itself.
func (c *Catalogue) Name() string {
	if c == nil {
		return "English"
	}
	return c.localize(nameKey, nil)
}

// nameKey is that of what the language calls itself.
const nameKey = "name"

// reviewedKey is that of the word true where a native reader has read the whole file.
const reviewedKey = "reviewed"

// Tag returns the tag of the language, for the lang attribute of a page.
func (c *Catalogue) Tag() string {
	if c == nil {
		return English
	}
	return c.tag
}

// Direction returns in which direction the language is written, as the dir attribute of HTML
// has it: ltr or rtl.
func (c *Catalogue) Direction() string {
	if c != nil {
		script, _ := language.Make(c.tag).Script()
		if slices.Contains([]string{"Adlm", "Arab", "Hebr", "Nkoo", "Syrc", "Thaa"}, script.String()) {
			return "rtl"
		}
	}
	return "ltr"
}

// Reviewed reports whether a native reader has read the translation.
func (c *Catalogue) Reviewed() bool { return c == nil || c.reviewed }

// Foot says that a machine has made the translation, until a native reader has read it.
func (c *Catalogue) Foot() mailcheck.Text {
	if c.Reviewed() {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("%s (--lang en)", c.Text(mailcheck.Textf("Machine-made translation: the English text counts.")))
}

// localize returns the translation of a key, or nothing. An error is that there is none, or
// not the plural form, in the place of which the one for other numbers stands.
func (c *Catalogue) localize(key string, data map[string]any) string {
	text, _ := c.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: data[countName]})
	return text
}

// countName is the name of a number in the message of something counted.
const countName = "PluralCount"

// Words translates words without arguments, such as the title of a column.
func (c *Catalogue) Words(english string) string {
	return c.Text(mailcheck.Text{Format: english}).Format
}

// Text returns a text in the language.
func (c *Catalogue) Text(t mailcheck.Text) mailcheck.Text {
	if c == nil || t.Empty() {
		return t
	}
	if len(t.Args) > 0 && structural(t.Format) {
		return mailcheck.Text{Format: t.Format, Args: c.arguments(t.Args)}
	}
	s, known := c.said[t.Format]
	if !known {
		return t
	}
	var data map[string]any
	if len(t.Args) > 0 {
		data = named(s, c.arguments(t.Args))
	}
	translated := c.localize(s.Key, data)
	if translated == "" {
		return t
	}
	return mailcheck.Text{Format: translated}
}

func (c *Catalogue) arguments(args []any) []any {
	all := make([]any, len(args))
	for i, arg := range args {
		all[i] = c.argument(arg)
	}
	return all
}

// argument translates what can be told in another language.
func (c *Catalogue) argument(arg any) any {
	switch v := arg.(type) {
	case mailcheck.Text:
		return c.Text(v)
	case mailcheck.Clause: // of which no language but English makes the first letter small
		if whole := c.Words(string(v)); whole != string(v) {
			return mailcheck.Heading(whole)
		}
	case mailcheck.Heading:
		return mailcheck.Heading(c.Words(string(v)))
	case mailcheck.Count:
		return c.count(v)
	case mailcheck.Span:
		if unit, ok := v.Unit(); ok {
			return c.count(unit)
		}
	case mailcheck.List:
		return c.list(v)
	}
	return arg
}

// count says a number with its noun, in the plural form that the language has for it.
func (c *Catalogue) count(n mailcheck.Count) string {
	if text := c.localize(c.counted[n.Noun].Key, map[string]any{countName: n.N}); text != "" {
		return text
	}
	return n.String()
}

func (c *Catalogue) list(l mailcheck.List) any {
	shown, more := l.Shown()
	switch {
	case len(shown) == 0:
		return c.Words(l.None)
	case more > 0:
		return c.Text(mailcheck.Textf(mailcheck.AndMore, strings.Join(shown, ", "), more))
	}
	return l
}

// named gives each argument, written as its verb says, the name that translations have for it.
func named(s Sentence, args []any) map[string]any {
	data := map[string]any{}
	names := strings.Fields(s.Names)
	for _, v := range verbs(s.English) {
		if v.argument < min(len(args), len(names)) {
			data[names[v.argument]] = fmt.Sprintf(v.written, args[v.argument])
		}
	}
	return data
}

// Sentences goes through all that can be translated: what checks say, then the rest.
func Sentences(yield func(Sentence) bool) {
	for _, c := range checks.All {
		if !yield(Sentence{Key: c.ID + ".summary", English: c.Summary}) || c.Remedy != "" && !yield(Sentence{Key: c.ID + ".remedy", English: c.Remedy}) {
			return
		}
	}
	for _, area := range areas {
		for _, s := range area {
			if !yield(s) {
				return
			}
		}
	}
}

// ByKey returns the sentence with a key, which is not that of a check.
func ByKey(key string) (Sentence, bool) {
	return find(func(s Sentence) bool { return s.Key == key })
}

// ByEnglish returns the sentence that a text says, if it has a key. Checks have their ids.
func ByEnglish(format string) (Sentence, bool) {
	return find(func(s Sentence) bool { return s.English == format && !s.Counted() })
}

func find(is func(Sentence) bool) (Sentence, bool) {
	for _, area := range areas {
		if i := slices.IndexFunc(area, is); i >= 0 {
			return area[i], true
		}
	}
	return Sentence{}, false
}
