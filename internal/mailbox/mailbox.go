// Package mailbox speaks IMAP after the login (RFC 9051, RFC 3501).
//
// A client gives each command a tag, and may send the next command before the last
// is answered (section 5.5). The server answers with untagged lines, which begin with
// a star and bring data or warnings, and with one tagged line for each command: OK, it
// is done; NO, it is not; BAD, it is not understood (section 7.1).
//
//	C: T1 ID ("name" "mailcheck")
//	C: T2 EXAMINE INBOX
//	S: * ID ("name" "Dovecot")
//	S: T1 OK ID completed
//	S: * 12 EXISTS
//	S: * OK [UIDVALIDITY 1763800000] UIDs valid
//	S: T2 OK [READ-ONLY] Examine completed
//
// What is in brackets is a response code, for programs; [ALERT] marks words that the
// user must get to see. "* NO" warns and refuses nothing by itself, and after "* BYE"
// the server closes the connection. EXAMINE opens a folder for reading alone (section
// 6.3.3): nothing is marked as seen. ID says who the client is and asks who the server
// is (RFC 2971); some providers open no folder before it.
//
// The commands are written and the answers understood by go-imap, which believes a
// server: it fills memory, gives up or never comes to an end over what a hostile or an
// odd one says, and forgets its words. So it never sees the connection. A filter reads
// each response, keeps the words, and makes a line of its own from what go-imap may
// know. All reading and sending is done where the caller waits, so that the caller's
// limits hold, and go-imap has nothing to wait for but such lines.
package mailbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"mailcheck"
	"mailcheck/checks"
)

// Lines is the conversation on which the login was made. It bounds what is read, in
// length, number and time, and records it; what is secret in a line it conceals. It is
// used by the goroutine that calls the Session, and only during the call.
type Lines interface {
	// Read returns the next line, without its end.
	Read() (string, error)
	// Literal returns the string of so many bytes that a line ending in {size}
	// announced (RFC 9051 section 4.3). The next Read goes on behind it.
	Literal(size int) (string, error)
	// Tag returns the tag of a new command, in the place of one that go-imap has counted
	// up: what a server sent ahead could be an answer to that.
	Tag(counted string) string
	// Send sends lines, which have no end, in one packet.
	Send(lines ...string) error
}

// Opened is what came of opening a folder. All words in it are as the server wrote
// them, and foreign: whoever shows them cleans them first.
type Opened struct {
	// Messages is how many are in the folder.
	Messages uint32
	// Refused is empty if the folder opened. Else its last entry is the tagged NO or
	// BAD, or the BYE, without the tag or the star: "NO [SERVERBUG] Internal error".
	// Before it stand the untagged NO and BAD, and alerts, that led to it. With an
	// error it holds what was said up to then.
	Refused []string
	// Alerts are the texts that the server wants every user to see.
	Alerts []string
	// Server is what the server says of itself: values by the keys of RFC 2971
	// section 3.3, in lower case, such as name, vendor and version. It is nil where
	// nothing was asked or answered.
	Server map[string]string
	// IDRefused is the tagged NO or BAD to ID, which keeps no folder closed.
	IDRefused string
}

var (
	errClosed = errors.New("the mailbox session is closed")
	errGone   = errors.New("go-imap has given up") // which only a fault of the filter explains
)

// Session is what a logged-in user asks of one server. It belongs to one goroutine.
type Session struct {
	lines  Lines
	wire   *wire
	client *imapclient.Client
	hasID  bool
	over   error // why nothing can be asked any more
}

// Open goes on as the logged-in user on a server with these capabilities. Nothing is
// sent. The session is to be closed.
func Open(lines Lines, caps []string) *Session {
	w := newWire()
	// RFC 9051 section 7.1.4: PREAUTH greets a client that is logged in already.
	w.feed("* PREAUTH [CAPABILITY" + strings.Join(append([]string{""}, passedCaps(caps)...), " ") + "] handed over\r\n")
	s := &Session{lines: lines, wire: w, client: imapclient.New(w, nil), hasID: mailcheck.Has(caps, "ID")}
	if err := s.client.WaitGreeting(); err != nil {
		s.end(err)
	}
	return s
}

// Close ends the session, and waits for what go-imap has running. The conversation
// stays the caller's, and can be used on unless an error or a BYE was returned.
func (s *Session) Close() { s.end(errClosed) }

func (s *Session) end(why error) {
	if s.over == nil {
		s.over = why
	}
	s.client.Close() // its error is that of the parser, which was told no more
}

// Examine opens a folder for reading alone. If identify is set, and the server has ID,
// the client says before it who it is; both cost one round trip. An error is one of
// the Lines, as it is, or says how the server broke the protocol: then the session is
// over. That the folder does not open is no error.
func (s *Session) Examine(folder string, identify bool) (Opened, error) {
	if s.over != nil {
		return Opened{}, s.over
	}
	if !nameable(folder) {
		return Opened{}, fmt.Errorf("EXAMINE: %q cannot be the name of a folder", folder)
	}
	commands := 1
	if identify && s.hasID {
		s.client.ID(&imap.IDData{Name: "mailcheck"})
		commands++
	}
	command := s.client.Select(folder, &imap.SelectOptions{ReadOnly: true})
	tags, heard, err := s.exchange(commands)
	opened := Opened{Alerts: heard.alerts, Server: heard.server}
	if commands > 1 {
		opened.IDRefused = heard.answers[tags[0]].refusal()
	}
	if err != nil {
		opened.Refused = heard.said
		return opened, err
	}
	if heard.bye != "" {
		defer s.end(checks.ReplyClosed.Errorf("%s", heard.bye)) // after go-imap has read the rest
	}
	if opened.Refused = heard.refused(tags[commands-1]); opened.Refused != nil {
		return opened, nil
	}
	data, err := command.Wait()
	if err != nil {
		s.end(err)
		return opened, fmt.Errorf("EXAMINE: %w", err)
	}
	opened.Messages = data.NumMessages
	return opened, nil
}

// exchange sends the commands that go-imap has written, so many, and reads on until all
// are answered, or until the server says BYE. tags are those of the commands, in order.
func (s *Session) exchange(want int) (tags []string, heard hearing, err error) {
	defer func() {
		if err != nil {
			s.end(err)
		}
	}()
	commands := s.wire.written()
	tags = make([]string, want)
	if len(commands) != want {
		return tags, hearing{}, errGone
	}
	f := filter{lines: s.lines, counted: map[string]string{}}
	for i, c := range commands {
		counted, rest, _ := strings.Cut(c, " ")
		tags[i] = s.lines.Tag(counted)
		f.counted[tags[i]] = counted
		commands[i] = tags[i] + " " + rest
	}
	f.waiting = slices.Clone(tags)
	if err := s.lines.Send(commands...); err != nil {
		return tags, f.hearing, err
	}
	for len(f.waiting) > 0 && f.bye == "" {
		passed, err := f.next()
		if err != nil {
			return tags, f.hearing, err
		}
		s.wire.feed(passed)
	}
	return tags, f.hearing, nil
}

// nameable reports whether a folder can have this name, and go-imap can send it in
// quotes. Without control characters it needs no literal (RFC 9051 section 5.1), whose
// sending this package refuses.
func nameable(folder string) bool {
	const maxName = 1000 // bytes; go-imap takes to literals beyond 4096, and modified UTF-7 at most triples
	return folder != "" && len(folder) <= maxName && utf8.ValidString(folder) && !strings.ContainsFunc(folder, unicode.IsControl)
}

// passedCaps returns the capabilities that go-imap gets to know. A parenthesis in one
// would have it read forever. LITERAL+ and LITERAL- would have it send literals. With
// IMAP4rev2 it writes names in UTF-8, which a server with both revisions takes only
// after ENABLE (RFC 9051 appendix A).
func passedCaps(caps []string) []string {
	var passed []string
	for _, c := range caps {
		name := strings.ToUpper(c)
		literals := name == "LITERAL+" || name == "LITERAL-"
		unasked := name == "IMAP4REV2" && mailcheck.Has(caps, "IMAP4rev1")
		if isAtom(c) && !literals && !unasked {
			passed = append(passed, c)
		}
	}
	return passed
}
