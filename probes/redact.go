package probes

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"unicode/utf16"
)

// redactor takes out of a conversation what a client says in secret. It follows
// the replies, since what answers a server's request to go on (a SASL challenge
// or an IMAP literal) is secret whatever it looks like.
type redactor struct {
	asked  bool
	echoes []echoes // of the secrets; none without credentials
}

// hidden stands for what was taken out.
const hidden = "[hidden]"

// heard notes a line of the server, and returns it as it may be shown: "+ ..." in
// IMAP and POP3, 334 in SMTP (RFC 4954 section 4) ask for more. A long challenge is
// part of the cryptography and tells a reader nothing.
func (r *redactor) heard(line string) string {
	_, more := continuation(line)
	r.asked = more || strings.HasPrefix(line, "334")
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
		if secret && (len(words) > keep || strings.HasSuffix(line, " ")) { // a password may be spaces
			return strings.Join(append(words[:min(keep, len(words)):min(keep, len(words))], hidden), " ")
		}
	}
	return line
}

// conceal takes the secrets out of what a server says: some repeat the command
// they do not understand.
func (r *redactor) conceal(text string) string {
	if len(r.echoes) == 0 {
		return text
	}
	folded, secret := lower(text), make([]bool, len(text))
	for _, e := range r.echoes {
		e.mark(folded, secret)
	}
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !secret[i]:
			b.WriteByte(text[i])
		case i == 0 || !secret[i-1]:
			b.WriteString(hidden)
		}
	}
	return b.String()
}

// telling is how many bytes of a secret give it away. Servers cut the commands short
// that they repeat, and a token is longer than one line.
const telling = 8

// echoes finds a secret, or a piece of it, in any form: its pieces by their length.
type echoes map[int]map[string]bool

// echoesOf knows a secret in every form that a server may repeat it in.
func echoesOf(secret string) echoes {
	e := echoes{}
	for i, form := range echoForms(secret) {
		if i == 0 || len(form) >= 4 {
			e.add(form, telling*len(form)/len(secret))
		}
	}
	return e
}

// add has the pieces of a form found that are so long; the form as a whole if it is
// shorter.
func (e echoes) add(form string, length int) {
	form = lower(form)
	length = min(max(length, 1), len(form))
	if e[length] == nil {
		e[length] = map[string]bool{}
	}
	for i := range len(form) - length + 1 {
		e[length][form[i:i+length]] = true
	}
}

// mark marks the bytes of a text that belong to a secret.
func (e echoes) mark(text string, secret []bool) {
	for length, pieces := range e {
		for i := range len(text) - length + 1 {
			if pieces[text[i:i+length]] {
				for k := range length {
					secret[i+k] = true
				}
			}
		}
	}
}

// lower folds ASCII alone, so that every byte keeps its place.
func lower(text string) string {
	folded := []byte(text)
	for i, c := range folded {
		if c >= 'A' && c <= 'Z' {
			folded[i] += 'a' - 'A'
		}
	}
	return string(folded)
}

// echoForms lists how a secret may come back: as it is, as the protocols quote it,
// byte by byte in hexadecimal digits, in a URL, a mail, a web page or UTF-16, and
// inside base64 whatever stands before it there.
func echoForms(secret string) []string {
	forms := []string{secret, strings.ToUpper(secret), strings.ToLower(secret), escaped(secret),
		url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret)}
	asJSON, _ := json.Marshal(secret)
	forms = append(forms, strings.Trim(string(asJSON), `"`))
	var mail strings.Builder
	w := quotedprintable.NewWriter(&mail)
	w.Write([]byte(secret))
	w.Close()
	forms = append(forms, strings.ReplaceAll(mail.String(), "=\r\n", ""))
	little, big := make([]byte, 0, 2*len(secret)), make([]byte, 0, 2*len(secret))
	for _, unit := range utf16.Encode([]rune(secret)) {
		little, big = append(little, byte(unit), byte(unit>>8)), append(big, byte(unit>>8), byte(unit))
	}
	forms = append(forms, string(little), string(big))
	for _, between := range []string{"", " ", ":", "-", "%", "=", `\x`} {
		forms = append(forms, strings.ReplaceAll(fmt.Sprintf("% x", secret), " ", between))
	}
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
			forms = append(forms, form, strings.NewReplacer("+", "-", "/", "_").Replace(form))
		}
	}
	return forms
}
