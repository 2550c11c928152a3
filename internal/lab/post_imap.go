package lab

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// openDrop finds the mailbox of a session that has logged in.
func (s *session) openDrop() {
	if s.Post == nil {
		return
	}
	s.drop = s.lab.maildrop(s.Post)
	if s.Post.Apart && s.imap {
		s.drop = newMaildrop(s.Post)
	}
}

// postCaps are what IMAP announces once a user has logged in.
func (s *session) postCaps() string {
	caps := s.Post.Caps
	if caps == nil {
		caps = []string{"IMAP4rev1", "IDLE", "NAMESPACE", "UIDPLUS", "MOVE", "SPECIAL-USE", "LIST-EXTENDED", "UNSELECT", "LITERAL+"}
	}
	return strings.Join(caps, " ")
}

// postIMAP answers a command about the mailbox; known is false for any other.
func (s *session) postIMAP(verb, args string) (goesOn, known bool) {
	if s.drop == nil || !s.open {
		return false, false
	}
	if s.drop.vanished() {
		return false, true
	}
	if verb == "UID" {
		next, rest, _ := strings.Cut(args, " ")
		verb, args = "UID "+strings.ToUpper(next), rest
	}
	words := astrings(args)
	if len(words) == 0 {
		words = []string{""}
	}
	switch verb {
	case "NAMESPACE":
		return s.Say("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n{tag} OK Namespace completed.\r\n"), true
	case "LIST":
		return s.postList(words[min(1, len(words)-1)]), true
	case "STATUS":
		return s.postStatus(words[0]), true
	case "SELECT", "EXAMINE":
		return s.postSelect(verb, words[0]), true
	case "NOOP":
		return s.Say(s.postNews() + "{tag} OK NOOP completed.\r\n"), true
	case "IDLE":
		return s.postIdle(), true
	case "CREATE", "DELETE":
		return s.postFolder(verb, words[0]), true
	case "APPEND":
		return s.postAppend(words[0], args), true
	case "UID FETCH":
		return s.postFetch(words[0], args), true
	case "UID SEARCH":
		return s.Say("* SEARCH\r\n{tag} OK Search completed.\r\n"), true // an index that has nothing new yet
	case "UID STORE", "UID EXPUNGE", "UID MOVE":
		return s.postChange(verb, words), true
	case "EXPUNGE": // removes whatever anybody has marked
		s.drop.locked(func() {
			s.box.mails = slices.DeleteFunc(s.box.mails, func(m *storedMail) bool { return m.deleted })
		})
		return s.Say("{tag} OK Expunge completed.\r\n"), true
	}
	return false, false
}

func (s *session) postList(pattern string) bool {
	reply := ""
	s.drop.locked(func() {
		for _, f := range s.drop.folders {
			if pattern == "*" || pattern == f.name {
				reply += fmt.Sprintf("* LIST (%s) \"/\" \"%s\"\r\n", f.attributes, f.name)
			}
		}
	})
	return s.Say(reply + "{tag} OK List completed.\r\n")
}

func (s *session) postStatus(name string) bool {
	reply := "{tag} NO [NONEXISTENT] Mailbox doesn't exist.\r\n"
	s.drop.locked(func() {
		if f := s.drop.folder(name); f != nil {
			reply = fmt.Sprintf("* STATUS \"%s\" (UIDNEXT %d UIDVALIDITY %d)\r\n{tag} OK Status completed.\r\n", f.name, f.next, f.validity)
		}
	})
	return s.Say(reply)
}

func (s *session) postSelect(verb, name string) bool {
	reply := "{tag} NO [NONEXISTENT] Mailbox doesn't exist.\r\n"
	s.box = nil
	s.drop.locked(func() {
		if f := s.drop.folder(name); f != nil {
			s.box, s.told = f, len(s.drop.seen(f, s))
			mode := map[string]string{"SELECT": "READ-WRITE", "EXAMINE": "READ-ONLY"}[verb]
			reply = fmt.Sprintf("* FLAGS (\\Seen \\Deleted)\r\n* %d EXISTS\r\n* OK [UIDVALIDITY %d] UIDs valid\r\n* OK [UIDNEXT %d] Predicted next UID\r\n{tag} OK [%s] %s completed.\r\n",
				s.told, f.validity, f.next, mode, verb)
		}
	})
	return s.Say(reply)
}

// postNews is what a session has not been told of the folder that is open.
func (s *session) postNews() (news string) {
	if s.box == nil {
		return ""
	}
	s.drop.locked(func() {
		if n := len(s.drop.seen(s.box, s)); n != s.told {
			s.told, news = n, fmt.Sprintf("* %d EXISTS\r\n", n)
		}
	})
	return news
}

// postIdle tells of new messages until the client says DONE.
func (s *session) postIdle() bool {
	const glance = 130 * time.Millisecond // no other time of a run is a multiple of it
	s.Say("+ idling\r\n")
	for {
		s.SetReadDeadline(time.Now().Add(glance))
		_, err := s.in.Peek(1)
		s.SetReadDeadline(time.Time{})
		switch {
		case s.drop.vanished() || err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return false
		case err == nil:
			line, err := s.readLine()
			return err == nil && line == "DONE" && s.Say("{tag} OK Idle completed.\r\n")
		case !s.Post.Deaf:
			s.Say(s.postNews())
		}
	}
}

func (s *session) postFolder(verb, name string) bool {
	reply := "{tag} OK done.\r\n"
	s.drop.locked(func() {
		f := s.drop.folder(name)
		switch {
		case s.Post.ReadOnly || verb == "DELETE" && s.Post.Locked:
			reply = "{tag} NO [NOPERM] Permission denied.\r\n"
		case verb == "CREATE" && f == nil:
			s.drop.folders = append(s.drop.folders, &mailFolder{name: name, attributes: `\HasNoChildren`, validity: 1700000001, next: 1, made: true})
		case verb == "DELETE" && f != nil && f.made:
			s.drop.folders = slices.DeleteFunc(s.drop.folders, func(o *mailFolder) bool { return o == f })
		default:
			reply = "{tag} NO [CANNOT] It is there, or it is not.\r\n"
		}
	})
	return s.Say(reply)
}

func (s *session) postAppend(name, args string) bool {
	size, waits := literal(args)
	if size < 0 {
		return s.Say("{tag} BAD Invalid arguments.\r\n")
	}
	if waits && !s.Say("+ OK\r\n") {
		return false
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(s, data); err != nil {
		return false
	}
	if _, err := s.readLine(); err != nil {
		return false
	}
	reply := "{tag} NO [TRYCREATE] Mailbox doesn't exist.\r\n"
	s.drop.locked(func() {
		if f := s.drop.folder(name); f != nil {
			f.add(strings.Split(string(data), "\r\n"), s)
			reply = fmt.Sprintf("{tag} OK [APPENDUID %d %d] Append completed.\r\n", f.validity, f.next-1)
		}
	})
	return s.Say(reply)
}

// postFetch answers with the header, or with fields of it. A range up to * always has the
// last message in it.
func (s *session) postFetch(set, args string) bool {
	if s.box == nil {
		return s.Say("{tag} BAD No mailbox selected.\r\n")
	}
	reply := ""
	s.drop.locked(func() {
		seen := s.drop.seen(s.box, s)
		for i, m := range seen {
			if !inSet(set, m.uid, i == len(seen)-1) {
				continue
			}
			header := ""
			for _, line := range m.lines[:max(0, slices.Index(m.lines, ""))] {
				name, _, _ := strings.Cut(strings.ToUpper(line), ":")
				if strings.Contains(args, "[HEADER]") || name == "SUBJECT" || name == "X-MAILCHECK-TOKEN" {
					header += line + "\r\n"
				}
			}
			header += "\r\n"
			part := "BODY[HEADER.FIELDS (X-MAILCHECK-TOKEN SUBJECT)]<0>"
			if strings.Contains(args, "[HEADER]") {
				part = "BODY[HEADER]<0>"
			}
			reply += fmt.Sprintf("* %d FETCH (UID %d %s {%d}\r\n%s)\r\n", i+1, m.uid, part, len(header), header)
		}
	})
	return s.Say(s.postNews() + reply + "{tag} OK Fetch completed.\r\n")
}

// inSet reports whether a set of UIDs (RFC 9051 section 9, sequence-set) has one in it.
func inSet(set string, uid uint32, last bool) bool {
	for _, part := range strings.Split(set, ",") {
		from, to, isRange := strings.Cut(part, ":")
		first, _ := strconv.ParseUint(from, 10, 32)
		end, _ := strconv.ParseUint(to, 10, 32)
		switch {
		case !isRange && uint64(uid) == first, isRange && to == "*" && (uint64(uid) >= first || last), isRange && uint64(uid) >= first && uint64(uid) <= end:
			return true
		}
	}
	return false
}

// postChange marks, expunges or moves messages.
func (s *session) postChange(verb string, words []string) bool {
	if s.box == nil {
		return s.Say("{tag} BAD No mailbox selected.\r\n")
	}
	if s.Post.ReadOnly {
		return s.Say("{tag} NO [NOPERM] Permission denied.\r\n")
	}
	if need := map[string]string{"UID EXPUNGE": "UIDPLUS", "UID MOVE": "MOVE"}[verb]; need != "" && !strings.Contains(s.postCaps(), need) {
		return s.Say("{tag} BAD Unknown command.\r\n")
	}
	s.drop.locked(func() {
		var moved []*storedMail
		s.box.mails = slices.DeleteFunc(s.box.mails, func(m *storedMail) bool {
			hit := inSet(words[0], m.uid, false)
			if hit && verb == "UID STORE" {
				m.deleted = true
			}
			if hit && verb == "UID MOVE" {
				moved = append(moved, m)
			}
			return hit && (verb == "UID MOVE" || verb == "UID EXPUNGE" && m.deleted)
		})
		for _, m := range moved {
			s.drop.folder(words[len(words)-1]).add(m.lines, nil)
		}
		s.told = len(s.drop.seen(s.box, s))
	})
	return s.Say("{tag} OK done.\r\n")
}
