package mailbox

import (
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// hearing is what the server said to the commands of one exchange.
type hearing struct {
	answers map[string]answer // by tag
	said    []string          // untagged NO and BAD, and alerts, since the last tagged line
	bye     string            // "BYE ...", after which nothing is read
	alerts  []string          // texts
	server  map[string]string // of ID
	caps    []string          // of CAPABILITY
	folders []entry           // of LIST
	spaces  []mailcheck.Namespace
	quotas  []mailcheck.Quota
}

// answer is the tagged line to one command.
type answer struct {
	before []string // see hearing.said
	words  string   // "NO [CODE] text"
	ok     bool
}

// refusal returns the words of a NO or BAD.
func (a answer) refusal() string {
	if a.ok {
		return ""
	}
	return a.words
}

// refused returns what a command was refused with, and what led to it; nil if it was
// done.
func (h hearing) refused(tag string) []string {
	a, answered := h.answers[tag]
	switch {
	case !answered: // BYE came first
		return append(h.said, h.bye)
	case a.ok:
		return nil
	}
	return append(a.before, a.words)
}

// filter stands between the server and go-imap for one exchange. It reads whole
// responses, keeps the words, and lets through only lines that it has made itself from
// values it understood. What is not known here is dropped: a server may send any
// untagged response at any time (RFC 9051 section 2.2.2), and go-imap ends the
// conversation over each that it does not know.
type filter struct {
	lines   Lines
	waiting []string          // tags of the commands not answered yet
	counted map[string]string // the tags that go-imap knows them by, of those that it wrote
	hearing
}

// next reads one response, and returns what go-imap gets to read for it: one line with
// its end, or nothing.
func (f *filter) next() (passed string, err error) {
	line, err := f.lines.Read()
	if err != nil {
		return "", err
	}
	tag, rest, _ := strings.Cut(line, " ")
	switch {
	case tag == "*":
		return f.untagged(strings.TrimLeft(rest, " "))
	case tag == "+":
		return "", nil // no command goes on, so there is nothing to consent to
	case slices.Contains(f.waiting, tag):
		return f.tagged(tag, strings.TrimLeft(rest, " "))
	}
	return "", checks.ReplyMalformed.Errorf("%q is neither untagged nor tagged with %s", line, strings.Join(f.waiting, ", "))
}

// tagged takes the end of a command. go-imap gets to know how it ended, without a code
// or a text, which it would lose anyway.
func (f *filter) tagged(tag, rest string) (passed string, err error) {
	s, _ := parseStatus(rest)
	if s.word != "OK" && s.word != "NO" && s.word != "BAD" {
		return "", checks.ReplyMalformed.Errorf("%q is neither OK, NO nor BAD", tag+" "+rest)
	}
	if s.code == "ALERT" {
		f.alerts = append(f.alerts, s.text)
	}
	if f.answers == nil {
		f.answers = map[string]answer{}
	}
	f.answers[tag] = answer{before: f.said, words: rest, ok: s.word == "OK"}
	f.said = nil
	f.waiting = slices.DeleteFunc(f.waiting, func(t string) bool { return t == tag })
	if f.counted[tag] == "" {
		return "", nil
	}
	return f.counted[tag] + " " + s.word + "\r\n", nil
}

// untagged takes data, or a status that is of no command alone.
func (f *filter) untagged(rest string) (passed string, err error) {
	s, ok := parseStatus(rest)
	if !ok {
		tokens, err := f.tokens(rest)
		if err != nil {
			return "", err
		}
		return f.data(tokens), nil
	}
	if s.code == "ALERT" {
		f.alerts = append(f.alerts, s.text)
	}
	switch {
	case s.word == "BYE":
		f.bye = rest
	case s.word == "NO", s.word == "BAD", s.code == "ALERT":
		f.said = append(f.said, rest)
	case s.word == "OK":
		return passedCode(s), nil
	}
	return "", nil
}

// tokens splits a response that is no status, and reads its literals (RFC 9051 section
// 4.3), which a stranger may have written: as lines they could pass for answers. A
// response that cannot be split has none.
func (f *filter) tokens(line string) ([]token, error) {
	var all []token
	for {
		tokens, literal, ok := scan(line)
		all = append(all, tokens...)
		if !ok {
			return nil, nil
		}
		if literal == "" {
			return all, nil
		}
		size, err := strconv.Atoi(literal)
		if err != nil || size > maxLiteral {
			return nil, checks.ReplyTooLong.Errorf("a string of more than %d bytes is announced", maxLiteral)
		}
		text, err := f.lines.Literal(size)
		if err != nil {
			return nil, err
		}
		all = append(all, token{text, quoted})
		if line, err = f.lines.Read(); err != nil {
			return nil, err
		}
	}
}

// ReadOn reads the strings that an untagged response announces, and what follows them,
// before a login as well as after it. rest is the response without its star.
func ReadOn(lines Lines, rest string) error {
	if _, ok := parseStatus(rest); ok {
		return nil
	}
	_, err := (&filter{lines: lines}).tokens(rest)
	return err
}

// maxLiteral is the most bytes of a string that are asked of Lines, which may bound
// them further. Nothing that is read here has one nearly as long.
const maxLiteral = 64 << 10

// data keeps what is for the caller, and returns what of a response that is no status
// goes to go-imap.
func (f *filter) data(tokens []token) (passed string) {
	if len(tokens) < 2 || tokens[0].kind != atom {
		return ""
	}
	switch strings.ToUpper(tokens[0].text) {
	case "ID": // of which go-imap would lose most keys, or its thread
		f.server = pairs(tokens[1:])
	case "LIST", "NAMESPACE", "QUOTA", "CAPABILITY": // each of which some server sends in a way that ends go-imap
		f.keep(strings.ToUpper(tokens[0].text), tokens[1:])
	case "FLAGS":
		if list, ok := flags(tokens[1:]); ok {
			return "* FLAGS " + list + "\r\n"
		}
	}
	if n, ok := number(tokens[0].text, 32); ok && tokens[1].kind == atom && strings.EqualFold(tokens[1].text, "EXISTS") {
		return "* " + n + " EXISTS\r\n"
	}
	return ""
}

// keep takes what go-imap does not get to read.
func (f *filter) keep(word string, tokens []token) {
	switch word {
	case "LIST":
		if e, ok := entryOf(tokens); ok && len(f.folders) < MaxFolders {
			f.folders = append(f.folders, e)
		}
	case "NAMESPACE":
		f.spaces = namespaces(tokens)
	case "QUOTA":
		if len(f.quotas) < maxQuotas {
			f.quotas = append(f.quotas, quotas(tokens)...)
		}
	case "CAPABILITY":
		f.caps = nil
		for _, t := range tokens {
			f.caps = append(f.caps, t.text)
		}
	}
}

// passedCode returns what of an untagged OK goes to go-imap: the codes in which SELECT
// and EXAMINE bring data (RFC 9051 section 6.3.2, RFC 7162 section 3.1.2.1).
func passedCode(s status) string {
	bits := map[string]int{"UIDVALIDITY": 32, "UIDNEXT": 32, "HIGHESTMODSEQ": 63}[s.code]
	if n, ok := number(s.args, bits); ok && bits > 0 {
		return "* OK [" + s.code + " " + n + "]\r\n"
	}
	if s.code != "PERMANENTFLAGS" {
		return ""
	}
	tokens, literal, ok := scan(s.args)
	list, isList := flags(tokens)
	if !ok || literal != "" || !isList {
		return ""
	}
	return "* OK [PERMANENTFLAGS " + list + "]\r\n"
}
