package probes

import "strings"

// redactor takes out of a conversation what a client says in secret. It follows
// the replies, since what answers a server's request to go on (a SASL challenge
// or an IMAP literal) is secret whatever it looks like.
type redactor struct{ asked bool }

// hidden stands for what was taken out.
const hidden = "[hidden]"

// heard notes a line of the server: "+ ..." in IMAP and POP3, 334 in SMTP
// (RFC 4954 section 4) ask for more.
func (r *redactor) heard(line string) {
	r.asked = line == "+" || strings.HasPrefix(line, "+ ") || strings.HasPrefix(line, "334")
}

// said returns a line of the client as it may be shown.
func (r *redactor) said(line string) string {
	if r.asked {
		r.asked = false
		return hidden
	}
	words := strings.Fields(line)
	for i, word := range words[:min(2, len(words))] { // IMAP has a tag before the command
		keep, secret := i+1, true
		switch strings.ToUpper(word) {
		case "AUTH", "AUTHENTICATE":
			keep = i + 2 // the mechanism is none
		case "LOGIN", "PASS", "APOP", "USER":
		default:
			secret = false
		}
		if secret && len(words) > keep {
			return strings.Join(append(words[:keep:keep], hidden), " ")
		}
	}
	return line
}
