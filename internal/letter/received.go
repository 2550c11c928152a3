package letter

import (
	"net/mail"
	"slices"
	"strings"
	"time"

	"mailcheck"
)

// maxHops is how many servers of a way are told; a message that loops has more.
const maxHops = 30

// Hops returns the servers that a message went through, the first one first, and how many
// of the last are left off. Of whoever had the message last the field stands on top.
func Hops(fields []Field) (hops []mailcheck.Hop, leftOff int) {
	for _, f := range slices.Backward(fields) {
		if !strings.EqualFold(f.Name, "Received") {
			continue
		}
		if len(hops) == maxHops {
			leftOff++
			continue
		}
		hop := received(f.Value)
		if n := len(hops); n > 0 && !hop.At.IsZero() && !hops[n-1].At.IsZero() {
			hop.Delay = hop.At.Sub(hops[n-1].At)
		}
		hops = append(hops, hop)
	}
	return hops, leftOff
}

// received reads one field: clauses of a word and a value, a semicolon, and the date (RFC
// 5321 section 4.4). Comments may stand anywhere.
func received(value string) mailcheck.Hop {
	var hop mailcheck.Hop
	clauses := value
	if i := strings.LastIndexByte(value, ';'); i >= 0 {
		clauses = value[:i]
		hop.At = date(value[i+1:])
	}
	words := strings.Fields(withoutComments(clauses))
	for i := 0; i+1 < len(words); i++ {
		into := map[string]*string{"from": &hop.From, "by": &hop.By, "with": &hop.With, "id": &hop.ID}[strings.ToLower(words[i])]
		if into != nil && *into == "" {
			*into = mailcheck.Clean(strings.Trim(words[i+1], "<>;"))
			i++
		}
	}
	return hop
}

// date reads a date, of which only the years of mail are believed.
func date(text string) time.Time {
	t, err := mail.ParseDate(strings.TrimSpace(text))
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC()
}

// withoutComments leaves out what stands in parentheses, which nest, and whose characters
// a backslash can quote (RFC 5322 section 3.2.2). In quotes there is no comment.
func withoutComments(text string) string {
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text):
			if depth == 0 {
				b.WriteString(text[i : i+2])
			}
			i++
		case c == '"' && depth == 0:
			quoted = !quoted
			b.WriteByte(c)
		case c == '(' && !quoted:
			depth++
		case c == ')' && depth > 0:
			if depth--; depth == 0 {
				b.WriteByte(' ')
			}
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}
