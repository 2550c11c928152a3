package probes

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// The bounds on what a server may say. Real replies are far below them; a
// hostile server must not fill memory or talk forever.
const (
	maxLine       = 8 << 10  // RFC 9051 section 4.3 asks clients to cope with 8192 octets
	maxReply      = 64 << 10 // all lines of one reply
	maxReplyLines = 500

	// The folders of a mailbox, or the names of its messages, are as many as a user likes.
	maxListing      = 512 << 10
	maxListingLines = 2500

	maxShownLines   = 50       // of one reply, in the transcript
	maxConversation = 64 << 10 // bytes of the server's words in the transcript
)

// lines reads and writes the lines of one conversation and keeps a transcript.
// Every limit is absolute: the deadline of a reply is set once, before its first
// byte, so neither bytes nor whole lines renew it.
type lines struct {
	conn       net.Conn
	in         *bufio.Reader
	trace      *trace.Trace
	transcript []mailcheck.Line
	secrets    redactor
	manners    *manners // of the server, before and inside TLS
	secure     bool     // inside TLS
	asked      bool     // a command was sent
	quotes     bool     // the client is in, and what it sends may have words of the server in it, such as the name of a folder
	tags       []string // what is shown in the place of each tag, after it

	cut string // what came of a line that did not end

	bytes, count         int // of the reply being read
	mostBytes, mostCount int // that it may have

	kept, unshown int               // lines of the server in the transcript since the client spoke, and left off
	private       func(string) bool // lines of the server that are nobody's business; nil: none is
}

func newLines(conn net.Conn, trace *trace.Trace) *lines {
	l := &lines{conn: conn, in: bufio.NewReaderSize(conn, maxLine), trace: trace, manners: new(manners)}
	l.begin()
	return l
}

// begin starts a new reply: its bounds count from here.
func (l *lines) begin() {
	l.bytes, l.count, l.mostBytes, l.mostCount = 0, 0, maxReply, maxReplyLines
}

// beginListing starts a reply that may be long without anything being wrong.
func (l *lines) beginListing() {
	l.bytes, l.count, l.mostBytes, l.mostCount = 0, 0, maxListing, maxListingLines
}

// read returns the next line without its line end.
func (l *lines) read() (string, error) {
	line, err := l.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		l.note(false, string(line))
		shown := l.secrets.conceal(string(line))
		return "", checks.ReplyTooLong.Errorf("one line is longer than %d bytes; it begins %q", maxLine, shown[:min(60, len(shown))])
	}
	if err != nil {
		if len(line) > 0 {
			l.note(false, string(line))
			l.cut = string(line)
		}
		return "", err
	}
	l.manners.note(line)
	text := readable(strings.TrimRight(string(line), "\r\n"))
	l.note(false, text)
	l.bytes += len(line)
	l.count++
	switch {
	case l.bytes > l.mostBytes:
		return "", checks.ReplyTooLong.Errorf("one reply is longer than %d bytes", l.mostBytes)
	case l.count > l.mostCount:
		return "", checks.ReplyTooLong.Errorf("one reply has more than %d lines", l.mostCount)
	}
	return text, nil
}

// tag returns a new tag for a command of IMAP, of which the label is shown. Nobody can have
// written the answer before he saw the command: what he sends ahead of it is none.
func (l *lines) tag(label string) string {
	t := label + strings.ToLower(rand.Text()[:8])
	l.tags = append(l.tags, t, label)
	return t
}

// shown returns a text of the server without secrets and without what is chance in it.
func (l *lines) shown(text string) string {
	return l.labelled(l.secrets.conceal(text))
}

// shownError does so with an error that quotes the server. What the error is stays.
func (l *lines) shownError(err error) error {
	err = l.secrets.concealError(err)
	if e, ok := err.(*checks.Error); ok && l.labelled(e.Error()) != e.Error() {
		return e.Check.Errorf("%s", l.labelled(e.Error()))
	}
	return err
}

// labelled has the labels in the place of tags.
func (l *lines) labelled(text string) string { return strings.NewReplacer(l.tags...).Replace(text) }

// send writes the lines in one packet, so that what may be pipelined costs one
// round trip.
func (l *lines) send(commands ...string) error {
	l.asked = true
	for _, c := range commands {
		l.note(true, c)
	}
	_, err := l.conn.Write([]byte(strings.Join(commands, "\r\n") + "\r\n"))
	return err
}

// buffered returns what has arrived beyond the lines read so far.
func (l *lines) buffered() string {
	rest, _ := l.in.Peek(l.in.Buffered())
	return string(rest)
}

func (l *lines) note(client bool, text string) {
	if client && l.quotes {
		text = l.secrets.quoted(text)
	} else if client {
		text = l.secrets.said(text)
	} else {
		text = l.secrets.heard(text)
	}
	if client {
		l.tellUnshown()
		l.kept = 0
	} else if l.private != nil && l.private(text) {
		l.unshown++
		return
	} else if l.kept++; l.kept > maxShownLines || l.transcriptBytes() > maxConversation {
		l.unshown++
		return
	}
	l.append(client, text)
}

// tellUnshown says in the transcript how many lines of the server are not there.
func (l *lines) tellUnshown() {
	if l.unshown > 0 {
		l.append(false, fmt.Sprintf("... (%d more lines)", l.unshown))
		l.unshown = 0
	}
}

func (l *lines) transcriptBytes() int {
	n := 0
	for _, line := range l.transcript {
		n += len(line.Text)
	}
	return n
}

func (l *lines) append(client bool, text string) {
	l.transcript = append(l.transcript, mailcheck.Line{
		At: l.trace.Since(), Client: client, Secure: l.secure, Step: len(l.trace.Steps),
		Text: mailcheck.Clean(l.labelled(text)),
	})
}
