package probes

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// telling is how many bytes of a secret give it away; far more are no accident wherever
// they stand. Servers cut the commands short that they repeat, and a token is longer
// than one line.
const telling, noAccident = 8, 16

// secrets is what one server was sent in secret, and what it may say all the same.
type secrets struct {
	all      []*secret
	messages []string        // of SASL, as they were sent
	users    []string        // in lower case
	names    map[string]bool // the words of what is no secret: user, address, host
}

// secret is one secret in lower case, and its pieces of those lengths.
type secret struct {
	text   string
	pieces map[int]map[string]bool
}

func newSecret(text string) *secret {
	s := &secret{strings.ToLower(text), map[int]map[string]bool{telling: {}, noAccident: {}}}
	for length, pieces := range s.pieces {
		for i := range len(s.text) - length + 1 {
			pieces[s.text[i:i+length]] = true
		}
	}
	return s
}

// newSecrets knows one secret, and what stands beside it that is none.
func newSecrets(one *secret, users []string, names ...string) *secrets {
	k := &secrets{all: []*secret{one}, names: map[string]bool{}}
	for _, user := range users {
		k.users = append(k.users, strings.ToLower(user))
	}
	for _, name := range append(names, users...) {
		for _, word := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !inWord(r) }) {
			k.names[word] = true
		}
	}
	return k
}

// in reports whether a server's text repeats something of it.
func (k *secrets) in(text string) bool {
	lower := strings.ToLower(text)
	for _, message := range k.messages {
		if holdsMessage(lower, message) {
			return true
		}
	}
	for _, reading := range readings(text) {
		if k.repeatsCommand(reading.text) {
			return true
		}
		folded := strings.ToLower(reading.text)
		for _, s := range k.all {
			if k.holds(folded, s, reading.coded) {
				return true
			}
		}
	}
	return false
}

// holdsMessage reports whether a text has a message of SASL, be it that its end was cut
// off.
func holdsMessage(text, message string) bool {
	beginning := message[:min(len(message), 12)]
	i := strings.Index(text, beginning)
	return i >= 0 && (len(beginning) >= telling || edge(text, i) && edge(text, i+len(beginning)))
}

// repeatsCommand reports whether a text has the client's own command with more behind
// it, which is hidden whatever it is.
func (k *secrets) repeatsCommand(text string) bool {
	if i := strings.Index(text, "PASS "); i >= 0 && edge(text, i) && strings.TrimSpace(text[i+len("PASS "):]) != "" {
		return true
	}
	lower := strings.ToLower(text)
	for _, user := range k.users {
		if strings.Contains(lower, `"`+escaped(user)+`" "`) || strings.Contains(lower, `login "`+escaped(user)+`" `) {
			return true
		}
		if i := strings.Index(lower, "login "+user+" "); i >= 0 && strings.HasPrefix(text[i:], "LOGIN ") {
			return true
		}
	}
	return false
}

// holds reports whether a text in lower case has a secret, or enough of it.
func (k *secrets) holds(text string, s *secret, coded bool) bool {
	for i := 0; s.text != ""; i++ {
		at := strings.Index(text[i:], s.text)
		if at < 0 {
			break
		}
		if i += at; !k.byChance(text, i, i+len(s.text), coded) {
			return true
		}
	}
	return k.holdsPiece(text, s, coded) || k.holdsBeginning(text, s) || k.holdsEnd(text, s)
}

// holdsPiece looks for pieces that are no accident wherever they stand. No words come
// about by decoding what is not coded.
func (k *secrets) holdsPiece(text string, s *secret, coded bool) bool {
	length := noAccident
	if coded {
		length = telling
	}
	for i := 0; i+length <= len(text); i++ {
		end := i
		for end+length <= len(text) && s.pieces[length][text[end:end+length]] {
			end++
		}
		if end == i {
			continue
		}
		if end += length - 1; !k.byChance(text, i, end, coded) && (coded || !oneWord(text[i:end])) {
			return true
		}
		i = end - length
	}
	return false
}

// holdsBeginning looks for a secret that was cut off: by the end of the line, or by what
// the server puts around it.
func (k *secrets) holdsBeginning(text string, s *secret) bool {
	if len(s.text) <= telling {
		return false
	}
	for i := 0; ; i++ {
		at := strings.Index(text[i:], s.text[:telling])
		if at < 0 {
			return false
		}
		i += at
		end := i + telling
		for end < len(text) && end-i < len(s.text) && text[end] == s.text[end-i] {
			end++
		}
		if edge(text, i) && edge(text, end) && !k.byChance(text, i, end, false) && !oneWord(text[i:end]) {
			return true
		}
	}
}

// holdsEnd looks for the rest of a secret at the beginning of a line.
func (k *secrets) holdsEnd(text string, s *secret) bool {
	for i := max(1, len(s.text)-len(text)); i+telling <= len(s.text); i++ {
		if rest := s.text[i:]; strings.HasPrefix(text, rest) && edge(text, len(rest)) {
			return !k.byChance(text, 0, len(rest), false) && !oneWord(rest)
		}
	}
	return false
}

// byChance reports whether a server may have said a part of its text without knowing the
// secret that it fits: the part is ordinary, or inside of a longer word, which does not come
// about by decoding.
func (k *secrets) byChance(text string, from, to int, coded bool) bool {
	first, last := wordAround(text, from, to)
	inside := first < from || last > to
	if inside && to-from < 5 {
		return true
	}
	words := strings.FieldsFunc(text[first:last], func(r rune) bool { return !inWord(r) })
	if len(words) == 0 {
		return to-from < 4 || strings.Trim(text[from:to], text[from:from+1]) == ""
	}
	for i, word := range words {
		partly := i == 0 && first < from || i == len(words)-1 && last > to
		if !k.ordinary(word) && !(partly && natural(word) && !coded) {
			return false
		}
	}
	return k.separated(text[first:last], words)
}

// separated reports whether words stand beside each other as they do in sentences, and
// among them no number, or in names.
func (k *secrets) separated(text string, words []string) bool {
	rest := text[strings.Index(text, words[0]):]
	if len(text)-len(rest) > 1 {
		return false
	}
	for i, word := range words {
		at := strings.Index(rest, word)
		between := rest[:at]
		named := i > 0 && k.names[word] && k.names[words[i-1]] && len(between) == 1
		if i > 0 && !named && (digits(word) || digits(words[0]) || !strings.Contains("| |-|, |: |. |; |", "|"+between+"|")) {
			return false
		}
		rest = rest[at+len(word):]
	}
	return len(rest) <= 1
}

// ordinary reports whether anybody may be told a word, in lower case: the words of
// servers and of users' names, and what is as short as codes, ports and particles are.
func (k *secrets) ordinary(word string) bool {
	n := utf8.RuneCountInString(word)
	return n <= 3 && natural(word) || n <= 5 && digits(word) || k.names[word] || ordinaryWords()[word]
}

// maxWord is how far the ends of a word are looked for; none is that long.
const maxWord = 64

// wordAround widens a part of a text to whole words at both ends.
func wordAround(text string, from, to int) (first, last int) {
	for first, last = from, to; !edge(text, first) && from-first < maxWord; {
		_, size := utf8.DecodeLastRuneInString(text[:first])
		first -= size
	}
	for !edge(text, last) && last-to < maxWord {
		_, size := utf8.DecodeRuneInString(text[last:])
		last += size
	}
	return first, last
}

// edge reports whether no word goes on across a place in a text.
func edge(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	return at == 0 || at == len(text) || !inWord(before) || !inWord(after)
}

func inWord(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M) }

// natural reports whether a word is of letters alone or of digits alone, as words and
// numbers are, and passwords rarely.
func natural(word string) bool { return digits(word) || !strings.ContainsFunc(word, unicode.IsNumber) }

func digits(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return r < '0' || r > '9' })
}

// oneWord reports whether a piece is one word as languages have them, which a server may
// well use that also begins a password.
func oneWord(piece string) bool {
	return utf8.RuneCountInString(piece) < noAccident && natural(piece) && !strings.ContainsFunc(piece, func(r rune) bool { return !inWord(r) })
}
