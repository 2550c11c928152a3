package probes

import (
	"errors"
	"fmt"
	"strings"

	"mailcheck/checks"
	"mailcheck/internal/lazy"
)

// What a server says after a login is judged as it came and shown without what it repeats
// of the secret. A report goes into tickets, so neither may what is shown tell the secret,
// nor may what is hidden: whoever sees "un[hidden]" where the server always says
// "unavailable" has learned a piece of the password. Hence the rules:
//
//   - What cannot be there by chance is an echo: the secret as a whole, its beginning where
//     the line or the word ends, or a long piece of it, read plainly or through any coding
//     ([readings]).
//   - What servers say to anybody is none, whatever the secret is: ordinary words and what
//     consists of them, the user's names, short numbers, and a piece of a longer word
//     ([byChance]). So a password that is such a word hides nothing, and nobody learns it
//     from that. Only where the words of the client's own command stand before it
//     ([repeatsCommand]) is it hidden, and then whatever the secret is.
//   - A line with an echo loses its whole text; the status and a registered response code
//     stay. What is left does not depend on where the echo was, or how long.
//
// The price is that a server may repeat a password such as "login" outside its command.
type redactor struct {
	asked  bool     // the next line of the client answers a request to go on
	echoed bool     // the server has repeated something since the client spoke
	known  *secrets // nil without credentials
}

// hidden stands for what was taken out.
const hidden = "[hidden]"

// heard notes a line of the server, and returns it as it may be shown: "+ ..." in
// IMAP and POP3, 334 in SMTP (RFC 4954 section 4) ask for more. A long challenge is
// part of the cryptography and tells a reader nothing. A line behind an echo may hold
// the rest of it, too short to be known.
func (r *redactor) heard(line string) string {
	_, more := continuation(line)
	r.asked = more || strings.HasPrefix(line, "334")
	if word, challenge, _ := strings.Cut(line, " "); r.asked && len(challenge) > 40 {
		return fmt.Sprintf("%s [challenge of %d bytes]", word, len(challenge))
	}
	r.echoed = r.echoed || r.repeats(line)
	if r.echoed {
		return head(line) + hidden
	}
	return line
}

// said returns a line of the client as it may be shown. What answers a server's request
// to go on (a SASL challenge or an IMAP literal) is secret whatever it looks like.
func (r *redactor) said(line string) string {
	r.echoed = false
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

// quoted returns a line of a client that is in and has nothing secret to say, but may repeat
// what the server said.
func (r *redactor) quoted(line string) string {
	r.echoed, r.asked = false, false
	return r.conceal(line)
}

// conceal returns what a server says as it may be shown.
func (r *redactor) conceal(text string) string {
	if r.repeats(text) {
		return head(text) + hidden
	}
	return text
}

// concealAll does so with each of a list of words.
func (r *redactor) concealAll(words []string) []string {
	var shown []string
	for _, word := range words {
		shown = append(shown, r.conceal(word))
	}
	return shown
}

// concealError does so with what an error has from the server. What the error is stays.
func (r *redactor) concealError(err error) error {
	if err == nil || !r.repeats(err.Error()) {
		return err
	}
	if e, ok := err.(*checks.Error); ok {
		return e.Check.Errorf("%s", hidden)
	}
	return errors.New(hidden)
}

// repeats reports whether a text of the server holds what it was sent in secret.
func (r *redactor) repeats(text string) bool {
	return r.known != nil && r.known.in(text[len(head(text)):])
}

// heads is how a reply begins that is kept: a tag, the status, a code of RFC 3463 and a
// response code of RFC 5530, RFC 2449, RFC 3206 or RFC 9051.
var heads = lazy.Regexp(`^(?:(?:\*|[A-Za-z][0-9]{1,2}) (?i:OK|NO|BAD|BYE|PREAUTH)(?: |$)|(?i:OK|NO|BAD|BYE)(?: |$)|\+OK(?: |$)|-ERR(?: |$)|\+(?: |$)|[2-5][0-9][0-9](?:[ -]|$)(?:[245]\.[0-9]{1,3}\.[0-9]{1,3} )?)` +
	`(?i:\[(?:ALERT|AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|PRIVACYREQUIRED|CONTACTADMIN|NOPERM|INUSE|IN-USE|CORRUPTION|SERVERBUG|CLIENTBUG|CANNOT|LIMIT|OVERQUOTA|NONEXISTENT|UNAVAILABLE|AUTH|SYS/TEMP|SYS/PERM|LOGIN-DELAY)\] ?)?`)

func head(line string) string { return heads().FindString(line) }
