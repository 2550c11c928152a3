package lab

import "strings"

// ManageSieve returns a server for filter scripts (RFC 5804) up to the login. Caps
// and TLSCaps are whole lines.
func ManageSieve(m Mail) Behaviour {
	return func(c *Conn) {
		s, ok := begin(c, m)
		if !ok {
			return
		}
		s.greet(s.sieveCaps())
		for s.sieveCommand() {
		}
		s.end()
	}
}

// sieveCaps is the greeting, which is also the reply to CAPABILITY.
func (s *session) sieveCaps() string {
	base := []string{`"IMPLEMENTATION" "Dovecot Pigeonhole"`, `"SIEVE" "fileinto reject envelope vacation"`, `"NOTIFY" "mailto"`}
	plain := append(base[:len(base):len(base)], `"SASL" ""`)
	if s.StartTLS != nil {
		plain = append(plain, `"STARTTLS"`)
	}
	lines := s.caps(append(plain, `"VERSION" "1.0"`), append(base, `"SASL" "PLAIN LOGIN"`, `"VERSION" "1.0"`))
	return strings.Join(lines, "\r\n") + "\r\nOK \"" + s.Host + " ready.\"\r\n"
}

// sieveCommand answers one command; false ends the session.
func (s *session) sieveCommand() bool {
	line, ok := s.command("BYE \"Input line too long or not ended by CRLF.\"\r\n")
	if !ok {
		return false
	}
	verb, args, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	if s.override(verb) {
		return true
	}
	switch verb {
	case "CAPABILITY":
		return s.Say(s.sieveCaps())
	case "STARTTLS":
		if s.Secure || s.StartTLS == nil {
			return s.Say("NO \"TLS support isn't enabled.\"\r\n")
		}
		if !s.startTLS("OK \"Begin TLS negotiation now.\"\r\n") {
			return false
		}
		return s.override("capabilities") || s.Say(s.sieveCaps()) // section 2.2: without being asked
	case "AUTHENTICATE":
		return s.sieveAuth(args)
	case "LISTSCRIPTS":
		if s.open {
			return s.Say("\"vacation\"\r\n\"main\" ACTIVE\r\nOK \"Listscripts completed.\"\r\n")
		}
	case "LOGOUT":
		s.Say("OK \"Logout completed.\"\r\n")
		return false
	}
	return s.Say("NO \"Unknown command.\"\r\n")
}

// sieveAuth answers AUTHENTICATE (RFC 5804 section 2.1).
func (s *session) sieveAuth(args string) bool {
	words := strings.Fields(strings.ReplaceAll(args, `"`, ""))
	if len(words) != 2 || !s.Secure {
		s.secret("AUTHENTICATE " + args)
		return s.Say("NO \"Authentication failed.\"\r\n")
	}
	s.open, _ = s.sasl(words[0], words[1], func(challenge string) (string, bool) {
		s.Say("\"" + challenge + "\"\r\n")
		line, err := s.readLine()
		return strings.Trim(line, `"`), err == nil
	})
	if s.open {
		return s.Say("OK \"Logged in.\"\r\n")
	}
	return s.Say("NO \"Authentication failed.\"\r\n")
}
