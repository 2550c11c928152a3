package mailbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// Talk is the conversation of a [Box].
type Talk interface {
	Lines
	// Begin says that a new response begins, whose bounds count from here.
	Begin()
	// Await waits until the server says something, or ctx ends, or so much time is over.
	// Only the first is said.
	Await(ctx context.Context, most time.Duration) (said bool, err error)
}

// Box is a mailbox in which messages are looked for, and some removed. Its commands are
// written and its answers read here: go-imap sends no literal through the filter, gives a
// conversation up over lists as some servers write them, and falls back to EXPUNGE, which
// removes what other programs have marked. It belongs to one goroutine.
//
// An error is one of the Talk, or says how the server broke the protocol: then nothing
// can be asked any more. What the server refuses is no error.
type Box struct {
	talk Talk
	caps []string
	over error
	said []string // untagged NO, BAD, BYE and alerts of the exchange
}

// Enter goes on as the logged-in user on a server with these capabilities. Nothing is
// sent.
func Enter(talk Talk, caps []string) *Box { return &Box{talk: talk, caps: caps} }

// Has reports whether the server has a capability.
func (b *Box) Has(capability string) bool { return mailcheck.Has(b.caps, capability) }

// maxResponses is how many responses are read for one packet of commands. A list of
// folders has one for each.
const maxResponses = 20_000

// reply is the end of a command.
type reply struct {
	status
	words string // "NO [CODE] text", with what was said before it
}

func (r reply) ok() bool { return r.word == "OK" }

// ask sends commands in one packet and reads until all are answered. What is data is
// handed to take.
func (b *Box) ask(take func([]token), commands ...string) ([]reply, error) {
	tags := make([]string, len(commands))
	lines := make([]string, len(commands))
	for i, command := range commands {
		verb, _, _ := strings.Cut(command, " ")
		tags[i] = b.talk.Tag(strings.ToLower(verb))
		lines[i] = tags[i] + " " + command
	}
	if b.over != nil {
		return make([]reply, len(commands)), b.over
	}
	b.said = nil
	if err := b.talk.Send(lines...); err != nil {
		return make([]reply, len(commands)), b.end(err)
	}
	return b.answers(take, tags)
}

// answers reads the answers to commands that were sent.
func (b *Box) answers(take func([]token), tags []string) ([]reply, error) {
	replies := make([]reply, len(tags))
	for answered, n := 0, 0; answered < len(tags); n++ {
		if n == maxResponses {
			return replies, b.end(checks.ReplyTooLong.Errorf("one reply has more than %d responses", maxResponses))
		}
		i, r, err := b.response(take, tags)
		switch {
		case err != nil:
			return replies, b.end(err)
		case i < 0:
		case replies[i].word != "":
			return replies, b.end(checks.ReplyMalformed.Errorf("one command is answered twice"))
		default:
			replies[i] = r
			answered++
		}
	}
	return replies, nil
}

// response reads one. i is the place of the command that it ends, or -1.
func (b *Box) response(take func([]token), tags []string) (i int, r reply, err error) {
	b.talk.Begin()
	line, err := b.talk.Read()
	if err != nil {
		return -1, r, err
	}
	tag, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimLeft(rest, " ")
	parsed, isStatus := parseStatus(rest)
	if tag == "*" {
		return -1, r, b.untagged(take, rest, parsed, isStatus)
	}
	i = slices.Index(tags, tag)
	switch {
	case tag == "+": // nothing waits for that here
		return -1, r, nil
	case i < 0:
		return -1, r, checks.ReplyMalformed.Errorf("%q is neither untagged nor tagged with %s", line, strings.Join(tags, ", "))
	case !isStatus || parsed.word == "BYE" || parsed.word == "PREAUTH":
		return -1, r, checks.ReplyMalformed.Errorf("%q is neither OK, NO nor BAD", line)
	}
	r = reply{parsed, strings.Join(append(b.said, rest), " / ")}
	b.said = nil
	return i, r, nil
}

// untagged takes data, or words that are of no command alone. After BYE the server hangs
// up (RFC 9051 section 7.1.5).
func (b *Box) untagged(take func([]token), rest string, s status, isStatus bool) error {
	const maxSaid = 10
	switch {
	case isStatus && s.word == "BYE":
		return checks.ReplyClosed.Errorf("%s", rest)
	case isStatus && (s.word != "OK" || s.code == "ALERT"):
		if len(b.said) < maxSaid {
			b.said = append(b.said, rest)
		}
		return nil
	case isStatus:
		if take != nil && s.code != "" {
			take([]token{{"[" + s.code, atom}, {s.args, atom}})
		}
		return nil
	}
	tokens, err := (&filter{lines: b.talk}).tokens(rest)
	if err == nil && len(tokens) > 0 && take != nil {
		take(tokens)
	}
	return err
}

func (b *Box) end(err error) error {
	if b.over == nil {
		b.over = err
	}
	return err
}

// Refusal is a NO or BAD to a command, in the words of the server, which are foreign.
type Refusal struct{ Command, Words string }

func (r *Refusal) Error() string { return r.Command + ": " + r.Words }

// do asks with a command that has to succeed. The error may be a *Refusal, after which
// the conversation goes on.
func (b *Box) do(take func([]token), format string, args ...any) error {
	command := fmt.Sprintf(format, args...)
	replies, err := b.ask(take, command)
	if r := replies[0]; err == nil && !r.ok() {
		verb, rest, _ := strings.Cut(command, " ")
		if verb == "UID" {
			next, _, _ := strings.Cut(rest, " ")
			verb += " " + next
		}
		err = &Refusal{verb, r.words}
	}
	return err
}

// Refused reports whether an error is a refusal alone.
func Refused(err error) bool {
	_, ok := errors.AsType[*Refusal](err)
	return ok
}

// quote writes the name of a folder. Names come in modified UTF-7, or as the server has
// them, and go back as they came.
func quote(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// sayable reports whether a name can stand in quotes.
func sayable(name string) bool {
	return name != "" && len(name) <= maxName && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// positive reads a number of 32 bits that is not 0.
func positive(text string) (uint32, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err == nil && n > 0
}
