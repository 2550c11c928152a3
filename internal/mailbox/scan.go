package mailbox

import (
	"strconv"
	"strings"
)

// status is a status response without its tag or star (RFC 9051 section 7.1).
type status struct {
	word string // OK, NO, BAD, BYE or PREAUTH
	code string // in upper case
	args string // of the code
	text string // for people
}

// parseStatus takes a status response apart; it is none if it begins otherwise. Its
// text is free, so that nothing in it is a literal, whatever it ends in.
func parseStatus(s string) (status, bool) {
	word, text, _ := strings.Cut(s, " ")
	word = strings.ToUpper(word)
	switch word {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
	default:
		return status{}, false
	}
	parsed := status{word: word, text: strings.TrimLeft(text, " ")}
	if inside, ok := strings.CutPrefix(parsed.text, "["); ok {
		if inside, after, ok := strings.Cut(inside, "]"); ok {
			code, args, _ := strings.Cut(inside, " ")
			parsed.code, parsed.args, parsed.text = strings.ToUpper(code), args, strings.TrimLeft(after, " ")
		}
	}
	return parsed, true
}

// token is a word of a response, or a parenthesis (RFC 9051 section 4).
type token struct {
	text string
	kind kind
}

type kind int

const (
	atom   kind = iota // a number too, and NIL
	quoted             // a string, in quotes or as literal
	open               // of a list
	shut
)

// scan splits a line. If it ends in {n}, literal is n, and the response goes on with so
// many bytes and a further line; else it is empty. A line is not ok if a string in it
// has no end.
func scan(line string) (tokens []token, literal string, ok bool) {
	for line = strings.TrimLeft(line, " "); line != ""; line = strings.TrimLeft(line, " ") {
		switch line[0] {
		case '(':
			tokens, line = append(tokens, token{"(", open}), line[1:]
		case ')':
			tokens, line = append(tokens, token{")", shut}), line[1:]
		case '"':
			text, rest, ok := scanQuoted(line[1:])
			if !ok {
				return tokens, "", false
			}
			tokens, line = append(tokens, token{text, quoted}), rest
		case '{':
			if digits, ok := literalSize(line); ok {
				return tokens, digits, true
			}
			tokens, line = append(tokens, token{"{", atom}), line[1:]
		default:
			end := strings.IndexAny(line, ` ()"{`)
			if end < 0 {
				end = len(line)
			}
			tokens, line = append(tokens, token{line[:end], atom}), line[end:]
		}
	}
	return tokens, "", true
}

// scanQuoted reads on behind the first quote; a backslash takes what follows as it is.
func scanQuoted(line string) (text, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '"':
			return b.String(), line[i+1:], true
		case line[i] == '\\' && i+1 < len(line):
			i++
		}
		b.WriteByte(line[i])
	}
	return "", "", false
}

// literalSize returns the digits of {n} or {n+}, if they are all that is left.
func literalSize(line string) (digits string, ok bool) {
	digits, ok = strings.CutSuffix(line[1:], "}")
	digits = strings.TrimSuffix(digits, "+")
	return digits, ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// number returns a number of at most so many bits, written anew.
func number(s string, bits int) (string, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || bits < 64 && n>>bits != 0 {
		return "", false
	}
	return strconv.FormatUint(n, 10), true
}

// flags writes a list of flags anew (RFC 9051 section 2.3.2), and leaves out what is
// none. \* says that further keywords may be made.
func flags(tokens []token) (list string, ok bool) {
	if len(tokens) < 2 || tokens[0].kind != open || tokens[len(tokens)-1].kind != shut {
		return "", false
	}
	var all []string
	for _, t := range tokens[1 : len(tokens)-1] {
		if t.kind == atom && (t.text == `\*` || isAtom(strings.TrimPrefix(t.text, `\`))) {
			all = append(all, t.text)
		}
	}
	return "(" + strings.Join(all, " ") + ")", true
}

// pairs returns the values of a list by their keys. RFC 2971 section 3.3 has strings
// and NIL for values and at most 30 pairs; what else stands there is passed over.
func pairs(tokens []token) map[string]string {
	const maxPairs = 30
	found := map[string]string{}
	var key *token
	depth := 0
	for _, t := range tokens {
		switch t.kind {
		case open:
			depth++
			continue
		case shut:
			if depth--; depth != 1 {
				continue
			}
			t.text = "" // a list in the place of a key or a value
		}
		switch {
		case depth != 1:
		case key == nil:
			key = &t
		default:
			isNIL := t.kind == atom && strings.EqualFold(t.text, "NIL")
			if key.text != "" && t.text != "" && !isNIL && len(found) < maxPairs {
				found[strings.ToLower(key.text)] = t.text
			}
			key = nil
		}
	}
	return found
}

// isAtom reports whether go-imap reads a word as it is meant: the characters that RFC
// 9051 allows in an atom, in ASCII.
func isAtom(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`(){%*"\]`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
