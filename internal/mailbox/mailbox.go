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
// EXAMINE and ID are written and their answers understood by go-imap, which believes a
// server: it fills memory, gives up or never comes to an end over what a hostile or an
// odd one says, and forgets its words. So it never sees the connection. A filter reads
// each response, keeps the words, and makes a line of its own from what go-imap may
// know. All reading and sending is done where the caller waits, so that the caller's
// limits hold, and go-imap has nothing to wait for but such lines.
//
// What else is asked of the account is written and read here: of LIST go-imap stops
// reading after 64 folders unless somebody takes each at once, and a QUOTA without a list,
// a name in broken UTF-7 or an untagged word that it does not know ends it.
//
//	C: T3 NAMESPACE
//	C: T4 GETQUOTAROOT INBOX
//	C: T5 LIST "" "*"
//	S: * NAMESPACE (("" "/")) NIL NIL
//	S: * QUOTA "User quota" (STORAGE 512 1048576)
//	S: * LIST (\HasNoChildren \Sent) "/" "Sent"
//
// NAMESPACE says where folders are (RFC 2342), GETQUOTAROOT how full the mailbox is (RFC
// 9208), and LIST which folders there are, with what each is for (RFC 6154).
package mailbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
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
	// Capabilities are those of the logged-in user, where they were asked for again.
	Capabilities []string
}

// Account is what the server says of the account beside the inbox, as it wrote it.
type Account struct {
	Namespaces []mailcheck.Namespace
	Folders    []mailcheck.Folder // that are there for something
	Count      int                // of all folders
	Quotas     []mailcheck.Quota
	Alerts     []string
	// Refused are the tagged NO or BAD, or the BYE, to the questions, without the tag.
	Refused []string
}

// MaxFolders is how many folders are kept of a mailbox.
const MaxFolders = 2000

var (
	errClosed = errors.New("the mailbox session is closed")
	errGone   = errors.New("go-imap has given up") // which only a fault of the filter explains
)

// Session is what a logged-in user asks of one server. It belongs to one goroutine.
type Session struct {
	// Stale says that the capabilities are those from before the login: then Examine
	// asks for them again beside the rest.
	Stale bool

	lines  Lines
	wire   *wire
	client *imapclient.Client
	caps   []string
	asked  int   // commands that are not go-imap's
	over   error // why nothing can be asked any more
}

// Open goes on as the logged-in user on a server with these capabilities. Nothing is
// sent. The session is to be closed.
func Open(lines Lines, caps []string) *Session {
	w := newWire()
	// RFC 9051 section 7.1.4: PREAUTH greets a client that is logged in already.
	w.feed("* PREAUTH [CAPABILITY" + strings.Join(append([]string{""}, passedCaps(caps)...), " ") + "] handed over\r\n")
	s := &Session{lines: lines, wire: w, client: imapclient.New(w, nil), caps: caps}
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
	if identify && mailcheck.Has(s.caps, "ID") {
		s.client.ID(&imap.IDData{Name: "mailcheck"})
		commands++
	}
	command := s.client.Select(folder, &imap.SelectOptions{ReadOnly: true})
	var also []string
	if s.Stale {
		also = append(also, "CAPABILITY")
	}
	tags, heard, err := s.exchange(commands, also)
	opened := Opened{Alerts: heard.alerts, Server: heard.server, Capabilities: heard.caps}
	if heard.caps != nil {
		s.caps, s.Stale = heard.caps, false
	}
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

// Survey asks about the account beside the inbox, as far as the server has commands for
// it: namespaces, quota and folders, in one round trip. An error is as with Examine;
// with it comes what was said up to then. The folders come last, since there may be very
// many.
func (s *Session) Survey() (Account, error) {
	if s.over != nil {
		return Account{}, s.over
	}
	has := func(c string) bool {
		return mailcheck.Has(s.caps, c) || mailcheck.Has(s.caps, "IMAP4rev2") // RFC 9051 appendix E
	}
	var questions []string
	if has("NAMESPACE") {
		questions = append(questions, "NAMESPACE")
	}
	if mailcheck.Has(s.caps, "QUOTA") {
		questions = append(questions, "GETQUOTAROOT INBOX")
	}
	list := `LIST "" "*"`
	if has("SPECIAL-USE") && has("LIST-EXTENDED") { // RFC 6154 section 2: without it a server may leave the uses out
		list += " RETURN (SPECIAL-USE)"
	}
	tags, heard, err := s.exchange(0, append(questions, list))
	a := Account{Count: len(heard.folders), Quotas: heard.quotas, Alerts: heard.alerts}
	for _, n := range heard.spaces {
		n.Prefix = decodeName(n.Prefix)
		a.Namespaces = append(a.Namespaces, n)
	}
	for _, r := range assign(heard.folders) {
		a.Folders = append(a.Folders, mailcheck.Folder{Name: r.name, Use: r.use, Guessed: r.guessed})
	}
	if heard.bye != "" {
		a.Refused = append(a.Refused, heard.bye)
		s.end(checks.ReplyClosed.Errorf("%s", heard.bye))
	}
	for _, tag := range tags {
		if words := heard.answers[tag].refusal(); words != "" {
			a.Refused = append(a.Refused, words)
		}
	}
	return a, err
}

// exchange sends the commands that go-imap has written, so many, and others, and reads on
// until all are answered, or until the server says BYE. tags are those of the commands,
// in order.
func (s *Session) exchange(want int, others []string) (tags []string, heard hearing, err error) {
	defer func() {
		if err != nil {
			s.end(err)
		}
	}()
	commands := s.wire.written()
	tags = make([]string, want, want+len(others))
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
	for _, c := range others {
		s.asked++
		tag := s.lines.Tag("M" + strconv.Itoa(s.asked))
		tags, commands = append(tags, tag), append(commands, tag+" "+c)
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
	// go-imap takes to literals beyond 4096 bytes, and modified UTF-7 at most triples.
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
