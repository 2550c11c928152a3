package catalogue

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Sentence is something that the program says, with the key under which translations have it.
type Sentence struct {
	Key     string // stable, such as "verdict.works"
	English string // as the code has it: words, a format of package fmt, or the noun of a [mailcheck.Count]
	Names   string // of the arguments of the format, in their order, with a space between
}

// areas are all sentences but those of checks.
var areas = [][]Sentence{verdictSentences, tableSentences, mailboxSentences, findingSentences, remedySentences, providerSentences, reasonSentences, sheetSentences, siteSentences}

// Counted reports whether the sentence is a noun that stands behind a number.
func (s Sentence) Counted() bool { return strings.HasPrefix(s.Key, "count.") }

// Forms returns the sentence as a file of translations has it, by plural form: with a name at
// each place of an argument.
func (s Sentence) Forms() map[string]string {
	if !s.Counted() {
		return map[string]string{"other": s.template()}
	}
	one, more, irregular := strings.Cut(s.English, "|")
	if !irregular {
		more = one + "s"
	}
	return map[string]string{"one": placeholder(countName) + " " + one, "other": placeholder(countName) + " " + more}
}

func placeholder(name string) string { return "{{." + name + "}}" }

func (s Sentence) template() string {
	names := strings.Fields(s.Names)
	if len(names) == 0 {
		return s.English
	}
	var b strings.Builder
	from := 0
	for _, v := range verbs(s.English) {
		name := "?"
		if v.argument < len(names) {
			name = names[v.argument]
		}
		b.WriteString(strings.ReplaceAll(s.English[from:v.begins], "%%", "%") + placeholder(name))
		from = v.ends
	}
	return b.String() + strings.ReplaceAll(s.English[from:], "%%", "%")
}

// verb is a place of an argument in a format of package fmt.
type verb struct {
	begins, ends int
	argument     int    // from 0
	written      string // the verb without an index, as [fmt.Sprintf] takes it for one argument
}

// verbs finds the places. Of what package fmt knows it knows what mailcheck uses: flags,
// precision, and an index in brackets.
func verbs(format string) []verb {
	var all []verb
	next := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		begins := i
		i++
		if i < len(format) && format[i] == '%' {
			continue
		}
		flags := i
		for i < len(format) && strings.IndexByte("+-# 0.123456789", format[i]) >= 0 {
			i++
		}
		spec := format[flags:i]
		if i < len(format) && format[i] == '[' {
			if end := strings.IndexByte(format[i:], ']'); end > 0 {
				if n, err := strconv.Atoi(format[i+1 : i+end]); err == nil {
					next = n - 1
				}
				i += end + 1
			}
		}
		if i == len(format) {
			break
		}
		all = append(all, verb{begins, i + 1, next, fmt.Sprintf("%%%s%c", spec, format[i])})
		next++
	}
	return all
}

// structural reports whether a format has no words of its own, so that only what goes into
// it can be translated.
func structural(format string) bool {
	from := 0
	for _, v := range verbs(format) {
		if strings.IndexFunc(format[from:v.begins], unicode.IsLetter) >= 0 {
			return false
		}
		from = v.ends
	}
	return strings.IndexFunc(format[from:], unicode.IsLetter) < 0
}
