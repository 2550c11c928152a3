package lab

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
)

// POP3 returns a POP3 server (RFC 1939) up to the login and its answer.
func POP3(m Mail) Behaviour {
	return func(c *Conn) {
		s, ok := begin(c, m)
		if !ok {
			return
		}
		if s.Post != nil && s.lab.maildrop(s.Post).vanished() {
			return
		}
		s.greet(strings.TrimSpace("+OK "+m.Host+" Dovecot ready. "+m.Stamp) + "\r\n")
		for s.pop3Command() {
		}
		s.end()
	}
}

func (s *session) pop3Caps() string {
	base := []string{"TOP", "UIDL", "RESP-CODES", "PIPELINING", "AUTH-RESP-CODE"}
	plain := append(base[:len(base):len(base)], "USER", "SASL PLAIN")
	if s.StartTLS != nil {
		plain = append(base[:len(base):len(base)], "STLS", "SASL") // RFC 5034 section 3: an empty list until TLS
	}
	return strings.Join(s.caps(plain, append(base, "USER", "SASL PLAIN LOGIN")), "\r\n")
}

// pop3Command answers one command; false ends the session.
func (s *session) pop3Command() bool {
	line, ok := s.command("-ERR Input line too long or not ended by CRLF.\r\n")
	if !ok {
		return false
	}
	verb, args, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	if s.override(verb) {
		return true
	}
	if goesOn, known := s.postPOP3(verb, args); known {
		return goesOn
	}
	switch verb {
	case "CAPA":
		return s.Say("+OK\r\n" + s.pop3Caps() + "\r\n.\r\n")
	case "STLS":
		return s.pop3StartTLS()
	case "STAT":
		if s.open {
			return s.Say("+OK 3 4096\r\n")
		}
	case "UIDL", "TOP":
		if s.open {
			return s.pop3Message(verb)
		}
	case "QUIT":
		s.Say("+OK Logging out\r\n")
		return false
	case "USER":
		s.secret(line)
		s.user = args
		return s.Say("+OK\r\n")
	case "PASS", "APOP":
		s.secret(line)
		return s.pop3Verdict(verb == "PASS" && s.lets(s.user, args) || verb == "APOP" && s.apop(args))
	case "AUTH":
		return s.pop3Auth(args)
	}
	return s.Say("-ERR Unknown command.\r\n")
}

func (s *session) pop3StartTLS() bool {
	if s.Secure {
		return s.Say("-ERR TLS is already active.\r\n")
	}
	if s.StartTLS == nil {
		return s.Say("-ERR TLS support isn't enabled.\r\n")
	}
	return s.startTLS("+OK Begin TLS negotiation now.\r\n")
}

func (s *session) pop3Auth(args string) bool {
	mechanism, initial, _ := strings.Cut(args, " ")
	if mechanism == "" {
		return s.Say("+OK\r\nPLAIN\r\nLOGIN\r\n.\r\n") // not in any RFC, but asked by some clients
	}
	ok, known := s.sasl(mechanism, initial, func(challenge string) (string, bool) {
		s.Say("+ " + challenge + "\r\n")
		line, err := s.readLine()
		return line, err == nil
	})
	if !known {
		return s.Say("-ERR Unsupported authentication mechanism.\r\n")
	}
	return s.pop3Verdict(ok)
}

func (s *session) pop3Verdict(ok bool) bool {
	if s.open = ok; ok {
		s.openDrop()
		return s.Say("+OK Logged in.\r\n")
	}
	return s.Say("-ERR [AUTH] Authentication failed.\r\n")
}

// apop compares a digest of stamp and password (RFC 1939 section 7).
func (s *session) apop(args string) bool {
	user, digest, _ := strings.Cut(args, " ")
	password, known := s.Users[user]
	sum := md5.Sum([]byte(s.Stamp + password))
	return s.Stamp != "" && known && digest == hex.EncodeToString(sum[:])
}
