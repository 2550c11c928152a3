package mailbox

import (
	"errors"
	"fmt"
	"strings"
)

// What a removal can come to.
type Removed int

// The ways.
const (
	NotRemoved Removed = iota // see the error
	Gone                      // it is no more in the folder
	Trashed                   // it was moved to the trash
	Marked                    // it is marked as deleted, and lies there until some program expunges the folder
)

// ErrRenumbered is why a message is not removed whose UID means another one by now, and which
// is not found again. The conversation goes on after it.
var ErrRenumbered = errors.New("the server has numbered the messages of the folder anew (UIDVALIDITY)")

// Remove removes one message marked with a word from a folder, and none else. UIDPLUS lets it be
// expunged alone (RFC 4315 section 2.1). Without that EXPUNGE would remove what other programs
// have marked, so the message is moved to the trash, if the server can move and a trash is
// named, or else marked. A message that is not there is gone.
//
// The UID is believed only if the folder has the validity that it is from (RFC 9051 section
// 2.3.1.1), and the message in its place is looked at before.
func (b *Box) Remove(folder string, uid, validity uint32, word, trash string) (Removed, error) {
	m, err := b.Open(folder, true)
	if err != nil {
		return NotRemoved, err
	}
	if m.Validity != validity && m.Validity != 0 && validity != 0 {
		// Courier numbers a new folder anew when it is first opened for writing.
		moved, err := b.Find(word, 0)
		if err == nil && len(moved) == 0 {
			err = ErrRenumbered
		}
		if err != nil {
			return NotRemoved, err
		}
		uid = moved[0]
	}
	there, err := b.find(word, join([]uint32{uid}), uid)
	if err != nil || len(there) == 0 {
		return Gone, err
	}
	plus := b.Has("UIDPLUS") || b.Has("IMAP4rev2")
	if (!plus || b.Has("X-GM-EXT-1")) && b.Has("MOVE") && trash != "" && trash != folder {
		// At Gmail an expunged message has lost a label, and lies with all the others.
		return Trashed, b.do(nil, "UID MOVE %d %s", uid, quote(trash))
	}
	if err := b.do(nil, `UID STORE %d +FLAGS.SILENT (\Deleted)`, uid); err != nil {
		return NotRemoved, err
	}
	if !plus {
		return Marked, nil
	}
	if err := b.do(nil, "UID EXPUNGE %d", uid); err != nil {
		return Marked, err
	}
	if there, err = b.find(word, join([]uint32{uid}), uid); err != nil || len(there) > 0 {
		return Marked, err
	}
	return Gone, nil
}

// Create makes a folder.
func (b *Box) Create(folder string) error { return b.do(nil, "CREATE %s", quote(folder)) }

// Delete removes a folder with all that is in it.
func (b *Box) Delete(folder string) error { return b.do(nil, "DELETE %s", quote(folder)) }

// Exists reports whether the server lists a folder. Its name has no wildcards.
func (b *Box) Exists(folder string) (bool, error) {
	found := false
	err := b.do(func(tokens []token) {
		e, ok := listed(tokens)
		found = found || ok && e.raw == folder
	}, `LIST "" %s`, quote(folder))
	return found, err
}

// Append puts a message into a folder. It is sent as a string of its length, once the
// server consents (RFC 9051 sections 4.3 and 6.3.12).
func (b *Box) Append(folder string, lines []string) error {
	if b.over != nil {
		return b.over
	}
	text := strings.Join(lines, "\r\n")
	tag := b.talk.Tag("append")
	b.said = nil
	if err := b.talk.Send(fmt.Sprintf(`%s APPEND %s (\Seen) {%d}`, tag, quote(folder), len(text))); err != nil {
		return b.end(err)
	}
	tags, err := b.consent(tag)
	if err != nil {
		return err
	}
	if err := b.talk.Send(lines...); err != nil {
		return b.end(err)
	}
	replies, err := b.answers(nil, tags)
	if err == nil && !replies[0].ok() {
		err = &Refusal{"APPEND", replies[0].words}
	}
	return err
}
