package lab

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Post is a mailbox that the servers of a provider share: what is handed in at one is
// delivered, and can be read at the others. Servers with the same *Post have the same
// mailbox, which every lab makes anew.
type Post struct {
	Caps    []string // of IMAP after the login; nil: the usual ones
	Folders []string // besides INBOX, with attributes before the name: `\Sent Sent`; nil: Drafts, Junk, Sent and Trash

	Into  string        // folder for what is delivered; empty: INBOX
	Delay time.Duration // from handing in to delivery
	Never bool          // nothing is delivered
	Adds  []string      // lines that go on top of the header
	Relay bool          // on the way the Message-ID is written anew, and unknown fields are dropped
	Keeps bool          // a copy of what is handed in goes to Sent

	Refuses  string // reply to a message after DATA; empty: it is taken
	Dies     bool   // the connection ends before the reply to a message, which is taken
	Vanishes bool   // once a message was handed in, IMAP and POP3 hang up on everybody

	ReadOnly bool // no folder can be made, and nothing be removed
	Apart    bool // each session of IMAP has a mailbox of its own
	Stale    bool // a session sees no message that another has put into a folder
	Deaf     bool // IDLE tells nothing
	Locked   bool // a folder that was made cannot be removed
}

// maildrop is the mailbox while the lab is up.
type maildrop struct {
	post    *Post
	mu      sync.Mutex
	folders []*mailFolder
	due     []delivery
	handed  int // messages that were handed in
}

type mailFolder struct {
	name, attributes string
	validity, next   uint32
	mails            []*storedMail
	made             bool // by a client
}

type storedMail struct {
	uid     uint32
	lines   []string
	deleted bool
	by      *session // that appended it; nil if it was delivered
}

type delivery struct {
	at    time.Time
	into  string
	lines []string
}

// maildrop returns the mailbox of a post.
func (l *Lab) maildrop(p *Post) *maildrop {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.drops == nil {
		l.drops = map[*Post]*maildrop{}
	}
	if l.drops[p] == nil {
		l.drops[p] = newMaildrop(p)
	}
	return l.drops[p]
}

func newMaildrop(p *Post) *maildrop {
	d := &maildrop{post: p}
	names := p.Folders
	if names == nil {
		names = []string{`\Drafts Drafts`, `\Junk Junk`, `\Sent Sent`, `\Trash Trash`}
	}
	for _, name := range append([]string{"INBOX"}, names...) {
		attributes := `\HasNoChildren`
		for strings.HasPrefix(name, `\`) {
			attribute, rest, _ := strings.Cut(name, " ")
			attributes, name = attributes+" "+attribute, rest
		}
		d.folders = append(d.folders, &mailFolder{name: name, attributes: attributes, validity: 1700000000, next: 1})
	}
	for i := range 3 {
		d.folder("INBOX").add([]string{"From: <bob@example.net>", fmt.Sprintf("Subject: letter %d", i+1), "", "Hello."}, nil)
	}
	return d
}

// folder returns the one of that name, or nil.
func (d *maildrop) folder(name string) *mailFolder {
	i := slices.IndexFunc(d.folders, func(f *mailFolder) bool {
		return f.name == name || f.name == "INBOX" && strings.EqualFold(name, "INBOX")
	})
	if i < 0 {
		return nil
	}
	return d.folders[i]
}

func (f *mailFolder) add(lines []string, by *session) {
	f.mails = append(f.mails, &storedMail{uid: f.next, lines: lines, by: by})
	f.next++
}

// seen returns the messages that a session sees.
func (d *maildrop) seen(f *mailFolder, by *session) []*storedMail {
	if !d.post.Stale {
		return f.mails
	}
	return slices.DeleteFunc(slices.Clone(f.mails), func(m *storedMail) bool { return m.by != nil && m.by != by })
}

// locked runs something on the mailbox, in which all that is due was delivered.
func (d *maildrop) locked(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.due = slices.DeleteFunc(d.due, func(m delivery) bool {
		arrived := !time.Now().Before(m.at)
		if f := d.folder(m.into); arrived && f != nil {
			f.add(m.lines, nil)
		}
		return arrived
	})
	do()
}

// vanished reports whether nobody can read mail any more.
func (d *maildrop) vanished() (gone bool) {
	d.locked(func() { gone = d.post.Vanishes && d.handed > 0 })
	return gone
}

// queueID is that of every message in the lab.
const queueID = "4bXk2q0Vz1"

// handIn takes a message.
func (d *maildrop) handIn(host string, lines []string) {
	now, p := time.Now(), d.post
	arrives := now.Add(p.Delay)
	if p.Relay {
		lines = relayed(lines)
	}
	way := append(slices.Clone(p.Adds),
		"Received: from "+host+" by "+imapHost+" (Dovecot) with LMTP id "+queueID+";", "\t"+arrives.UTC().Format(time.RFC1123Z),
		"Received: from [127.0.0.1] (unknown [203.0.113.250]) by "+host+" (Postfix)", "\twith ESMTPSA id "+queueID+"; "+now.UTC().Format(time.RFC1123Z))
	d.locked(func() {
		d.handed++
		if !p.Never {
			into := p.Into
			if into == "" {
				into = "INBOX"
			}
			if d.folder(into) == nil { // a rule makes it
				d.folders = append(d.folders, &mailFolder{name: into, attributes: `\HasNoChildren`, validity: 1700000002, next: 1})
			}
			d.due = append(d.due, delivery{arrives, into, append(way, lines...)})
		}
		if p.Keeps {
			d.folder("Sent").add(lines, nil)
		}
	})
}

// relayed is a message after a relay that knows better.
func relayed(lines []string) []string {
	end := slices.Index(lines, "")
	if end < 0 {
		return lines
	}
	kept := []string{"Message-ID: <0102019-rewritten@relay.example.net>"}
	for _, line := range lines[:end] {
		if !strings.HasPrefix(line, "Message-ID:") && !strings.HasPrefix(line, "X-") {
			kept = append(kept, line)
		}
	}
	return append(kept, lines[end:]...)
}

// Left returns where in the mailboxes of the lab there is something that a client has put
// there: folders it made, and messages that are not of the beginning. Those of a message
// that has not been delivered yet are not there.
func (l *Lab) Left() []string {
	l.mu.Lock()
	drops := make([]*maildrop, 0, len(l.drops))
	for _, d := range l.drops {
		drops = append(drops, d)
	}
	l.mu.Unlock()
	var left []string
	for _, d := range drops {
		d.locked(func() {
			for _, f := range d.folders {
				if f.made {
					left = append(left, f.name)
				}
				for _, m := range f.mails {
					if !strings.HasPrefix(m.lines[1], "Subject: letter ") {
						left = append(left, fmt.Sprintf("%s %d", f.name, m.uid))
					}
				}
			}
		})
	}
	slices.Sort(left)
	return left
}

// Letters returns how many of the messages of the beginning are still in the mailboxes.
func (l *Lab) Letters() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, d := range l.drops {
		d.locked(func() {
			for _, m := range d.folder("INBOX").mails {
				if strings.HasPrefix(m.lines[1], "Subject: letter ") {
					n++
				}
			}
		})
	}
	return n
}
