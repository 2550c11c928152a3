// Package letter writes the test message of a round trip, and reads what its way has
// left in the header (RFC 5322).
//
// Every server that takes a message on puts a Received field on top of it (RFC 5321
// section 4.4): who handed it over, who took it, how, under which id, and when. One that
// verifies the sender (SPF, DKIM, DMARC) notes what came of it in Authentication-Results
// (RFC 8601), under its own name. Whoever had the message before may have written any of
// that himself, so only what the receiving servers put on top of it is to be believed.
package letter

import (
	"fmt"
	"mime"
	"strings"
	"time"
)

// TokenField is the name of the header field that holds the token of a test message.
const TokenField = "X-Mailcheck-Token"

// Subject is what the subject of a test message begins with, before the token.
const Subject = "mailcheck test message"

// Test is a message that is sent to be found again and removed.
type Test struct {
	From, To string // addresses
	Domain   string // of the sender, in ASCII
	Token    string
	Date     time.Time
}

// Lines returns the message in lines without their ends. Beyond ASCII there are at most
// the addresses, which SMTPUTF8 carries (RFC 6532 section 3.2).
//
// Auto-Submitted keeps vacation notices from answering it (RFC 3834 section 5), and
// X-Auto-Response-Suppress those of Exchange. There is no address of a web page in it,
// which filters count against a message.
func (m Test) Lines() []string {
	return []string{
		"From: <" + m.From + ">",
		"To: <" + m.To + ">",
		"Subject: " + Subject + " " + m.Token,
		"Date: " + m.Date.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000"),
		"Message-ID: <mailcheck." + m.Token + "@" + m.Domain + ">",
		"Auto-Submitted: auto-generated",
		"X-Auto-Response-Suppress: All",
		TokenField + ": " + m.Token,
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=us-ascii",
		"Content-Transfer-Encoding: 7bit",
		"",
		"This message was sent by mailcheck, which tests mail accounts, at the wish",
		"of the owner of the account. It looks whether mail arrives, and removes the",
		"message by itself. If it is still here, it can be deleted.",
	}
}

// Field is one field of a header.
type Field struct {
	Name  string // as it is written
	Value string // unfolded (RFC 5322 section 2.2.3), without spaces around it
}

// maxFields is more than any real header has; what is beyond it is not looked at.
const maxFields = 300

// Parse reads a header, or the beginning of one. What is no field is passed over.
func Parse(header string) []Field {
	var fields []Field
	for line := range strings.Lines(header) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "":
			return fields
		case line[0] == ' ' || line[0] == '\t':
			if n := len(fields); n > 0 {
				fields[n-1].Value = strings.TrimSpace(fields[n-1].Value + " " + strings.TrimSpace(line))
			}
		case len(fields) == maxFields:
			return fields
		default:
			if name, value, ok := strings.Cut(line, ":"); ok {
				fields = append(fields, Field{strings.TrimRight(name, " \t"), strings.TrimSpace(value)})
			}
		}
	}
	return fields
}

// Marked reports whether a header is that of the test message with a token. A relay may
// have written the Message-ID anew, or dropped fields that it does not know.
func Marked(header, token string) bool {
	for _, f := range Parse(header) {
		switch {
		case strings.EqualFold(f.Name, TokenField) && f.Value == token:
			return true
		case strings.EqualFold(f.Name, "Subject") && subject(f.Value, token):
			return true
		}
	}
	return false
}

// subject reports whether it is that of the test message; a filter may have put a word
// before it, such as [SPAM], or encoded it.
func subject(value, token string) bool {
	var words mime.WordDecoder
	if decoded, err := words.DecodeHeader(value); err == nil {
		value = decoded
	}
	return strings.HasSuffix(value, fmt.Sprintf("%s %s", Subject, token))
}

// Spam returns the field in which a filter marked a message as spam, of SpamAssassin,
// rspamd and Exchange.
func Spam(fields []Field) Field {
	for _, f := range fields {
		value := strings.ToLower(f.Value)
		switch strings.ToLower(f.Name) {
		case "x-spam-flag", "x-spam":
			if strings.HasPrefix(value, "yes") {
				return f
			}
		case "x-spam-status":
			if strings.HasPrefix(value, "yes") {
				return f
			}
		case "x-ms-exchange-organization-scl", "x-forefront-antispam-report":
			if n, ok := confidence(value); ok && n >= 5 {
				return f
			}
		}
	}
	return Field{}
}

// confidence returns the spam confidence level of Exchange, from -1 to 9.
func confidence(value string) (int, bool) {
	if _, rest, ok := strings.Cut(value, "scl:"); ok {
		value, _, _ = strings.Cut(rest, ";")
	}
	value = strings.TrimSpace(value)
	if len(value) != 1 || value[0] < '0' || value[0] > '9' {
		return 0, false
	}
	return int(value[0] - '0'), true
}
