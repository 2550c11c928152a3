package mailcheck

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Text is something that a person reads: evidence, a remedy, a reason. It is kept as
// a format of package fmt and what goes into it, so that a translation needs only
// another format; what the program reasons about is never in a Text. The zero value
// is no text.
//
// Numbers with a noun, lists, dates and lengths of time are arguments of their own
// types ([Count], [List], [Stamp], [Span]), since each language has its own way with
// them.
type Text struct {
	Format string // English; a constant, which is the key for a translation
	Args   []any  // strings, numbers, Text, Count, List, Stamp, Span, Clause and Heading
}

// Textf returns a text. Errors and other values that can tell themselves become
// strings at once, so that a text can travel.
func Textf(format string, args ...any) Text {
	if len(args) == 1 && format == "%s" {
		switch only := args[0].(type) {
		case Text:
			return only
		case string:
			if only == "" {
				return Text{}
			}
		}
	}
	t := Text{Format: format}
	for _, arg := range args {
		t.Args = append(t.Args, plainArgument(arg))
	}
	return t
}

func plainArgument(arg any) any {
	switch v := arg.(type) {
	case Text, Count, List, Stamp, Span, Clause, Heading:
		return v
	case error:
		return v.Error()
	case []byte:
		return string(v)
	case fmt.Stringer:
		return v.String()
	}
	switch v := reflect.ValueOf(arg); {
	case v.Kind() == reflect.String:
		return v.String()
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	}
	return arg
}

// Evidencef returns what came from the network as a text. A long one is cut, since a
// report pasted into a ticket must stay readable; it is then no longer anybody's to
// translate.
func Evidencef(format string, args ...any) Text {
	t := Textf(format, args...)
	if whole := t.whole(); len(whole) > maxShown {
		return Text{Format: "%s", Args: []any{Clean(whole)}}
	}
	return t
}

// Empty reports whether there is nothing to read, be it that all arguments are empty.
func (t Text) Empty() bool { return t.Format == "" || t.whole() == "" }

// Equal reports whether two texts read the same.
func (t Text) Equal(o Text) bool {
	return t.Format == o.Format && slices.EqualFunc(t.Args, o.Args, func(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
}

// String returns the text in English, with control characters made visible.
func (t Text) String() string {
	shown, _ := escaped(t.whole(), math.MaxInt)
	return shown
}

// whole returns the text as its arguments have it. Without arguments the format is
// no format, so that the sentence of a check is a text as it stands.
func (t Text) whole() string {
	if len(t.Args) == 0 {
		return t.Format
	}
	return fmt.Sprintf(t.Format, t.Args...)
}

// Count is a number with the noun for what was counted, such as "1 server" or "3
// servers". Nouns with another plural than s have it behind a bar: "reply|replies".
type Count struct {
	N    int
	Noun string
}

func (c Count) String() string {
	one, more, irregular := strings.Cut(c.Noun, "|")
	if !irregular {
		more = one + "s"
	}
	if c.N == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", c.N, more)
}

// List is words in a row.
type List struct {
	Words []string
	Most  int    // of them that are shown, the others being counted; 0 for all
	None  string // stands for an empty list
}

// ListOf returns a list of everything.
func ListOf[T any](things []T) List {
	var l List
	for _, thing := range things {
		l.Words = append(l.Words, fmt.Sprint(thing))
	}
	return l
}

// AtMost shows no more than n words.
func (l List) AtMost(n int) List {
	l.Most = n
	return l
}

// Or says what stands for an empty list.
func (l List) Or(none string) List {
	l.None = none
	return l
}

func (l List) String() string {
	shown, more := l.Shown()
	switch {
	case len(shown) == 0:
		return l.None
	case more > 0:
		return fmt.Sprintf(AndMore, strings.Join(shown, ", "), more)
	}
	return strings.Join(shown, ", ")
}

// AndMore is the format of a list that is not shown whole.
const AndMore = "%s and %d more"

// Shown returns the words that are shown, and how many others there are.
func (l List) Shown() (words []string, more int) {
	if l.Most == 0 || len(l.Words) <= l.Most+1 { // "and 1 more" is hardly shorter than the word
		return l.Words, 0
	}
	return l.Words[:l.Most], len(l.Words) - l.Most
}

// Stamp is a moment, shown to the minute in UTC.
type Stamp time.Time

func (s Stamp) String() string { return time.Time(s).UTC().Format("2006-01-02 15:04 UTC") }

// Span is a length of time, shown in the one unit a person would use: days, hours,
// minutes or seconds.
type Span time.Duration

func (s Span) String() string {
	if counted, long := s.Unit(); long {
		return counted.String()
	}
	return fmt.Sprintf("%.0f s", time.Duration(s).Seconds())
}

// Unit returns how many of its unit a length of time is; false for seconds, whose unit has
// no noun.
func (s Span) Unit() (Count, bool) {
	for _, unit := range []struct {
		length time.Duration
		noun   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if n := int(time.Duration(s) / unit.length); n > 0 {
			return Count{n, unit.noun}, true
		}
	}
	return Count{}, false
}

// Clause is a whole sentence, such as the summary of a check, as a part of another.
type Clause string

// String returns the sentence without its full stop, and without the capital letter
// where the first word is an ordinary one.
func (c Clause) String() string {
	s := strings.TrimSuffix(string(c), ".")
	if len(s) > 1 && isUpper(s[0]) && !isUpper(s[1]) && (s[1] < '0' || s[1] > '9') {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// Heading is a whole sentence that stands alone, but for its full stop: a title, or what a
// colon follows.
type Heading string

// String returns the sentence without its full stop.
func (h Heading) String() string { return strings.TrimSuffix(string(h), ".") }

func isUpper(b byte) bool { return 'A' <= b && b <= 'Z' }

// Joined puts texts, or words, in a row.
func Joined[T any](things []T, separator string) Text {
	var args []any
	for _, thing := range things {
		args = append(args, thing)
	}
	return Textf(strings.TrimSuffix(strings.Repeat("%s"+separator, len(things)), separator), args...)
}
