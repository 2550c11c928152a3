package netx

import (
	"slices"
	"strings"
)

// Challenges returns the names of the authentication schemes in the values of
// WWW-Authenticate headers (RFC 9110 section 11.6.1), each once. One header may
// hold several challenges, whose parameters are separated by the same comma.
func Challenges(values []string) []string {
	var names []string
	for _, value := range values {
		quoted := false
		for part := range strings.FieldsFuncSeq(value, func(r rune) bool {
			if r == '"' {
				quoted = !quoted
			}
			return r == ',' && !quoted
		}) {
			word, _, _ := strings.Cut(strings.TrimSpace(part), " ")
			other := strings.ContainsFunc(word, notInScheme) // a parameter of the challenge before
			known := slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, word) })
			if word != "" && !other && !known {
				names = append(names, word)
			}
		}
	}
	return names
}

// notInScheme reports whether a character is in no name of a registered scheme.
func notInScheme(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}
