package probes

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// redactor takes out of a conversation what a client says in secret. It follows
// the replies, since what answers a server's request to go on (a SASL challenge
// or an IMAP literal) is secret whatever it looks like.
type redactor struct {
	asked  bool
	echoes *regexp.Regexp // secrets in every form a server may repeat them in; nil without credentials
}

// hidden stands for what was taken out.
const hidden = "[hidden]"

// heard notes a line of the server, and returns it as it may be shown: "+ ..." in
// IMAP and POP3, 334 in SMTP (RFC 4954 section 4) ask for more. A long challenge is
// part of the cryptography and tells a reader nothing.
func (r *redactor) heard(line string) string {
	r.asked = line == "+" || strings.HasPrefix(line, "+ ") || strings.HasPrefix(line, "334")
	if word, challenge, _ := strings.Cut(line, " "); r.asked && len(challenge) > 40 {
		return fmt.Sprintf("%s [challenge of %d bytes]", word, len(challenge))
	}
	return r.conceal(line)
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

// conceal takes the secrets out of what a server says: some repeat the command
// they do not understand.
func (r *redactor) conceal(text string) string {
	if r.echoes == nil {
		return text
	}
	return r.echoes.ReplaceAllString(text, hidden)
}

// watchFor has conceal know a secret.
func (r *redactor) watchFor(secret string) {
	forms := echoForms(secret)
	// The longest first, or the beginning of one would leave the rest of another.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	for i, form := range forms {
		forms[i] = regexp.QuoteMeta(form)
	}
	r.echoes = regexp.MustCompile("(?i)" + strings.Join(slices.Compact(forms), "|"))
}

// echoForms lists how a secret may come back: as it is, as hexadecimal digits, in
// a URL, and inside base64 whatever stands before it there.
func echoForms(secret string) []string {
	forms := []string{secret, hex.EncodeToString([]byte(secret)), url.QueryEscape(secret), url.PathEscape(secret)}
	for before := range 3 {
		coded := base64.RawStdEncoding.EncodeToString(append(make([]byte, before), secret...))
		// Three bytes are four digits. The first digits belong to what stands
		// before too, the last ones to what follows.
		first := []int{0, 2, 3}[before]
		last := len(coded)
		if (before+len(secret))%3 != 0 {
			last--
		}
		for _, form := range []string{coded[first:], coded[first:last]} { // as the end of a message, and anywhere
			if len(form) >= 4 {
				forms = append(forms, form, strings.NewReplacer("+", "-", "/", "_").Replace(form))
			}
		}
	}
	return forms
}
