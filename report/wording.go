package report

import (
	"reflect"
	"time"

	"mailcheck"
	"mailcheck/catalogue"
	"mailcheck/internal/lazy"
)

// jsonSaid is a sentence of the document with what it was made of, so that a reader can say
// it in another language. Summaries and remedies of checks are not among them: their keys
// are the check's id.
type jsonSaid struct {
	Text   string         `json:"text"`             // in English, as it stands in the document
	Key    string         `json:"key,omitempty"`    // which never changes its meaning
	Format string         `json:"format,omitempty"` // what stands between the arguments, where that is punctuation and has no key
	Args   []jsonArgument `json:"args"`
}

// jsonArgument is what goes into a sentence: a word, a number, a counted noun, words in a row,
// a moment, a length of time, or another sentence.
type jsonArgument struct {
	Word    string    `json:"word,omitempty"`
	Number  *int64    `json:"number,omitempty"`
	Noun    string    `json:"noun,omitempty"` // of the number
	Words   []string  `json:"words,omitempty"`
	Most    int       `json:"most,omitempty"` // of the words that are shown
	None    string    `json:"none,omitempty"` // stands for no words
	Time    string    `json:"time,omitempty"`
	SpanMS  *float64  `json:"span_ms,omitempty"`
	Clause  string    `json:"clause,omitempty"`  // a whole sentence as a part of this one
	Heading string    `json:"heading,omitempty"` // a whole sentence without its full stop
	Said    *jsonSaid `json:"said,omitempty"`
}

// wording collects the sentences of a report that can be said in another language.
func wording(r *mailcheck.Report) []jsonSaid {
	all, seen := []jsonSaid{}, map[string]bool{}
	eachText(reflect.ValueOf(r), func(t *mailcheck.Text) {
		if len(t.Args) == 0 || t.Empty() {
			return
		}
		if said, ok := wordingOf(*t); ok && !seen[said.Text] {
			seen[said.Text] = true
			all = append(all, said)
		}
	})
	return all
}

// eachText goes through the texts of a report but for evidence, which stays as it is.
func eachText(v reflect.Value, do func(*mailcheck.Text)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachText(v.Elem(), do)
		}
	case reflect.Struct:
		if t, ok := v.Addr().Interface().(*mailcheck.Text); ok {
			do(t)
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Detail" {
				eachText(v.Field(i), do)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), do)
		}
	}
}

// wordingOf takes a text apart. It returns false for one in which nothing can be translated.
func wordingOf(t mailcheck.Text) (jsonSaid, bool) {
	said := jsonSaid{Text: t.String(), Args: []jsonArgument{}}
	sentence, known := catalogue.ByEnglish(t.Format)
	switch {
	case known:
		said.Key = sentence.Key
	case between().MatchString(t.Format):
		said.Format = t.Format
	case len(t.Args) > 0:
		return said, false
	}
	for _, arg := range t.Args {
		a, ok := argumentOf(arg)
		if !ok {
			return said, false
		}
		known = known || a.translatable()
		said.Args = append(said.Args, a)
	}
	return said, known
}

func argumentOf(arg any) (a jsonArgument, ok bool) {
	switch v := arg.(type) {
	case string:
		a.Word = v
	case int64:
		a.Number = &v
	case uint64:
		n := int64(v)
		a.Number = &n
	case mailcheck.Count:
		n := int64(v.N)
		a.Number, a.Noun = &n, v.Noun
	case mailcheck.List:
		a.Words, a.Most, a.None = list(v.Words), v.Most, v.None
	case mailcheck.Stamp:
		a.Time = stamp(time.Time(v))
	case mailcheck.Span:
		n := ms(time.Duration(v))
		a.SpanMS = &n
	case mailcheck.Clause:
		a.Clause = string(v)
	case mailcheck.Heading:
		a.Heading = string(v)
	case mailcheck.Text:
		said, _ := wordingOf(v)
		a.Said = &said
	default:
		return a, false
	}
	return a, true
}

// translatable reports whether an argument is other than what it is in every language.
func (a jsonArgument) translatable() bool {
	return a.Noun != "" || a.None != "" || a.Most > 0 || a.SpanMS != nil || a.Clause != "" || a.Heading != "" || a.Said != nil && (a.Said.Key != "" || len(a.Said.Args) > 0)
}

// between is what a format without words is made of.
var between = lazy.Regexp(`^(%[sd]|[^%\pL])*$`)

// maxSaid is how deep sentences are in each other.
const maxSaid = 8

// reword makes the sentences of a report that was read ones that can be translated again.
// One that would not read as it stands in the document stays as it is: the document is
// somebody else's, or of another version.
func reword(r *mailcheck.Report, all []jsonSaid) {
	texts := map[string]mailcheck.Text{}
	for _, said := range all {
		if t, ok := said.read(maxSaid); ok {
			texts[said.Text] = t
		}
	}
	if len(texts) == 0 {
		return
	}
	eachText(reflect.ValueOf(r), func(t *mailcheck.Text) {
		if whole, ok := texts[t.Format]; ok && len(t.Args) == 0 {
			*t = whole
		}
	})
}

func (s jsonSaid) read(depth int) (mailcheck.Text, bool) {
	t := mailcheck.Text{Format: s.Format}
	switch sentence, known := catalogue.ByKey(s.Key); {
	case depth == 0:
		return t, false
	case known:
		t.Format = sentence.English
	case s.Key != "" || !between().MatchString(s.Format):
		return t, false
	case s.Format == "":
		return english(s.Text), true
	}
	for _, a := range s.Args {
		arg, ok := a.read(depth)
		if !ok {
			return t, false
		}
		t.Args = append(t.Args, arg)
	}
	return t, t.String() == s.Text
}

func (a jsonArgument) read(depth int) (any, bool) {
	switch {
	case a.Said != nil:
		return a.Said.read(depth - 1)
	case a.Noun != "" && a.Number != nil:
		return mailcheck.Count{N: int(*a.Number), Noun: a.Noun}, true
	case a.Number != nil:
		return *a.Number, true
	case len(a.Words) > 0 || a.None != "":
		return mailcheck.List{Words: a.Words, Most: max(0, a.Most), None: a.None}, true
	case a.Time != "":
		at, err := time.Parse(time.RFC3339Nano, a.Time)
		return mailcheck.Stamp(at), err == nil
	case a.SpanMS != nil:
		return mailcheck.Span(duration(*a.SpanMS)), true
	case a.Clause != "":
		return mailcheck.Clause(a.Clause), true
	case a.Heading != "":
		return mailcheck.Heading(a.Heading), true
	}
	return a.Word, true
}
