package letter

import (
	"strings"

	"mailcheck"
)

// maxVerifications is how many results are told of one message.
const maxVerifications = 40

// Verifications returns what servers say in a header that they verified, the last server
// first. own reports whether a name is that of the receiving server or of its operator.
// It counts only as long as nobody else has had the message in between: a field that
// stands below the Received field of another server may have been written by anybody (RFC
// 8601 section 5).
func Verifications(fields []Field, own func(host string) bool) []mailcheck.Verification {
	var all []mailcheck.Verification
	inside := true // at the receiving operator
	for _, f := range fields {
		switch {
		case strings.EqualFold(f.Name, "Received"):
			hop := received(f.Value)
			inside = inside && (hop.By == "" || !strings.Contains(hop.By, ".") || own(hop.By))
		case strings.EqualFold(f.Name, "Authentication-Results"):
			for _, v := range results(f.Value) {
				v.Own = inside && v.By != "" && own(v.By)
				if len(all) < maxVerifications {
					all = append(all, v)
				}
			}
		}
	}
	return all
}

// results reads one Authentication-Results field (RFC 8601 section 2.2): the name of
// whoever verified, perhaps with a version, and behind semicolons method=result. Microsoft
// leaves the name out.
func results(value string) []mailcheck.Verification {
	parts := split(withoutComments(value))
	by := ""
	if first := strings.Fields(parts[0]); len(first) > 0 && !strings.Contains(first[0], "=") {
		by, parts = mailcheck.Clean(strings.ToLower(strings.Trim(first[0], `"`))), parts[1:]
	}
	var all []mailcheck.Verification
	for _, part := range parts {
		words := strings.Fields(strings.ReplaceAll(part, "=", " = "))
		if len(words) < 3 || words[1] != "=" { // "none": nothing was verified
			continue
		}
		method, _, _ := strings.Cut(words[0], "/") // of some version
		if isWord(method) && isWord(words[2]) {
			all = append(all, mailcheck.Verification{By: by, Method: strings.ToLower(method), Result: strings.ToLower(words[2])})
		}
	}
	return all
}

// split cuts at semicolons that do not stand in quotes.
func split(value string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(value); i++ {
		switch {
		case value[i] == '\\':
			i++
		case value[i] == '"':
			quoted = !quoted
		case value[i] == ';' && !quoted:
			parts, start = append(parts, value[start:i]), i+1
		}
	}
	return append(parts, value[min(start, len(value)):])
}

// isWord reports whether a text can be the name of a method or of a result.
func isWord(s string) bool {
	return s != "" && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}
