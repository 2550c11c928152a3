package report

import (
	"strings"
	"unicode"
)

// run is a piece of a sentence: words, or what is to be read letter by letter.
type run struct {
	Code bool
	Text string
}

// runsOf parts a sentence. Ordinary words stay words; names of hosts, addresses, URLs,
// records and whatever else somebody may have made up are code, in which no markup,
// mention or link begins. What stands between backticks is a command.
func runsOf(s string) []run {
	if s == "-" {
		return []run{{false, s}}
	}
	var runs []run
	var b strings.Builder
	code := false // what is in it
	flush := func() {
		if b.Len() > 0 {
			runs = append(runs, run{code, b.String()})
		}
		b.Reset()
	}
	add := func(isCode bool, text string) {
		if isCode != code && text != "" { // two code spans side by side would not end where they should
			flush()
			code = isCode
		}
		b.WriteString(text)
	}
	parts := wholes(s)
	for i, part := range parts {
		if part.Code {
			add(true, strings.Join(strings.Fields(part.Text), " "))
			continue
		}
		for j, word := range strings.Fields(part.Text) {
			if j > 0 || i > 0 && part.Text[0] == ' ' {
				add(false, " ")
			}
			before, core, after := bared(word)
			add(false, before)
			add(!ordinary(core), core)
			add(false, after)
		}
		if strings.HasSuffix(part.Text, " ") && i < len(parts)-1 {
			add(false, " ")
		}
	}
	flush()
	return runs
}

// wholes finds what is code with the spaces in it: commands between backticks, and DNS
// records.
func wholes(s string) []run {
	var parts []run
	quoted := strings.Split(s, "`")
	for i, part := range quoted {
		if len(quoted)%2 == 0 || i%2 == 1 && strings.TrimSpace(part) == "" { // one has no partner, or nothing is quoted
			quoted = []string{s}
			break
		}
	}
	for i, part := range quoted {
		if i%2 == 1 {
			parts = append(parts, run{true, part})
			continue
		}
		from := 0
		for _, at := range dnsRecord().FindAllStringIndex(part, -1) {
			parts = append(parts, run{false, part[from:at[0]]}, run{true, part[at[0]:at[1]]})
			from = at[1]
		}
		parts = append(parts, run{false, part[from:]})
	}
	return parts
}

// bared takes the punctuation off a word.
func bared(word string) (before, core, after string) {
	core = strings.TrimLeft(word, `("'`)
	before = word[:len(word)-len(core)]
	marks := `.,;:!?"'`
	if !strings.Contains(core, "(") {
		marks += ")"
	}
	bare := strings.TrimRight(core, marks)
	return before, bare, core[len(bare):]
}

// maxOrdinary is longer than the words of sentences, in bytes.
const maxOrdinary = 100

// ordinary reports whether a word means nothing to any program: letters, perhaps with a
// hyphen or an apostrophe inside or a few digits behind, or a number. What could be the name
// of a commit is none.
func ordinary(word string) bool {
	if len(word) > 2 && word[0] == '[' && word[len(word)-1] == ']' { // the number of a finding
		return strings.Trim(word[1:len(word)-1], "0123456789") == ""
	}
	if len(word) > maxOrdinary {
		return false
	}
	if len(word) >= 7 && strings.Trim(word, "0123456789abcdef") == "" {
		return false
	}
	digits, letters := 0, 0
	var last rune
	for _, r := range word {
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r):
			if digits > 0 {
				return false
			}
			letters++
		case '0' <= r && r <= '9' && (letters <= 1 || last != '-'):
			digits++
		case strings.ContainsRune(`-'`, r) && unicode.IsLetter(last), strings.ContainsRune(".:-", r) && letters == 0 && '0' <= last && last <= '9':
		default:
			return false
		}
		last = r
	}
	return word == "" || letters == 0 && digits > 0 && last != '.' || letters > 0 && digits <= 3 && last != '-'
}
