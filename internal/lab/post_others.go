package lab

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// postData takes a message after DATA (RFC 5321 section 4.1.1.4).
func (s *session) postData() bool {
	if !s.Say("354 End data with <CR><LF>.<CR><LF>\r\n") {
		return false
	}
	var lines []string
	for {
		line, err := s.readLine()
		if err != nil {
			return false
		}
		if line == "." {
			break
		}
		lines = append(lines, strings.TrimPrefix(line, "."))
	}
	if s.Post.Refuses != "" {
		return s.Say(s.Post.Refuses + "\r\n")
	}
	s.drop.handIn(s.Host, lines)
	if s.Post.Dies {
		return false
	}
	return s.Say("250 2.0.0 Ok: queued as " + queueID + "\r\n")
}

// postPOP3 answers a command about the maildrop; known is false for any other.
func (s *session) postPOP3(verb, args string) (goesOn, known bool) {
	if s.drop == nil || !s.open {
		return false, false
	}
	if s.drop.vanished() {
		return false, true
	}
	if s.box == nil { // RFC 1939 section 4: from the login on nothing comes in
		s.drop.locked(func() {
			inbox := s.drop.folder("INBOX")
			s.box = &mailFolder{name: inbox.name, mails: slices.Clone(inbox.mails)}
		})
	}
	number, rest, _ := strings.Cut(args, " ")
	n, _ := strconv.Atoi(number)
	there := n >= 1 && n <= len(s.box.mails)
	switch verb {
	case "STAT":
		return s.Say(fmt.Sprintf("+OK %d %d\r\n", len(s.box.mails), 400*len(s.box.mails))), true
	case "UIDL":
		reply := "+OK\r\n"
		for i, m := range s.box.mails {
			reply += fmt.Sprintf("%d %08x\r\n", i+1, m.uid)
		}
		return s.Say(reply + ".\r\n"), true
	case "TOP":
		if !there || rest == "" {
			return s.Say("-ERR No such message.\r\n"), true
		}
		mail := s.box.mails[n-1]
		return s.Say("+OK\r\n" + strings.Join(mail.lines[:max(0, slices.Index(mail.lines, ""))], "\r\n") + "\r\n\r\n.\r\n"), true
	case "DELE":
		if !there || s.Post.ReadOnly {
			return s.Say("-ERR No such message.\r\n"), true
		}
		s.doomed = append(s.doomed, s.box.mails[n-1])
		return s.Say("+OK Marked to be deleted.\r\n"), true
	case "QUIT": // RFC 1939 section 6: only now they are removed
		s.drop.locked(func() {
			inbox := s.drop.folder("INBOX")
			inbox.mails = slices.DeleteFunc(inbox.mails, func(m *storedMail) bool { return slices.Contains(s.doomed, m) })
		})
		s.Say("+OK Logging out.\r\n")
		return false, true
	}
	return false, false
}
