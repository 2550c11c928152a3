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
		for _, part := range splitQuoted(value) {
			word, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
			// A parameter of the challenge before looks like no name, or is followed by "=".
			other := strings.ContainsFunc(word, notInScheme) || strings.HasPrefix(strings.TrimSpace(rest), "=")
			known := slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, word) })
			if word != "" && !other && !known {
				names = append(names, word)
			}
		}
	}
	return names
}

// splitQuoted splits at commas outside quoted strings.
func splitQuoted(value string) []string {
	var parts []string
	quoted, start := false, 0
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			parts = append(parts, value[start:i])
			start = i + 1
		}
	}
	return append(parts, value[start:])
}

// notInScheme reports whether a character is in no name of a registered scheme.
func notInScheme(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}
