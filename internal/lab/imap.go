package lab

import (
	"io"
	"strconv"
	"strings"
)

// IMAP returns an IMAP server (RFC 9051) up to the login and its answer.
func IMAP(m Mail) Behaviour {
	return func(c *Conn) {
		s, ok := begin(c, m)
		if !ok {
			return
		}
		s.imap = true
		if s.Post != nil && s.lab.maildrop(s.Post).vanished() {
			return
		}
		greeting := "* OK "
		if m.CapsInGreeting {
			greeting += "[CAPABILITY " + s.imapCaps() + "] "
		}
		s.greet(greeting + m.Host + " Dovecot ready.\r\n")
		for s.imapCommand() {
		}
		s.end()
	}
}

func (s *session) imapCaps() string {
	base := []string{"IMAP4rev1", "SASL-IR", "LOGIN-REFERRALS", "ID", "ENABLE", "IDLE", "LITERAL+"}
	plain := append(base[:len(base):len(base)], "AUTH=PLAIN")
	if s.StartTLS != nil {
		plain = append(base[:len(base):len(base)], "STARTTLS", "LOGINDISABLED")
	}
	return strings.Join(s.caps(plain, append(base, "AUTH=PLAIN", "AUTH=LOGIN")), " ")
}

// imapCommand answers one command; false ends the session.
func (s *session) imapCommand() bool {
	line, ok := s.command("* BYE Input line too long or not ended by CRLF.\r\n")
	if !ok {
		return false
	}
	tag, rest, _ := strings.Cut(line, " ")
	verb, args, _ := strings.Cut(rest, " ")
	verb = strings.ToUpper(verb)
	if tag == "" || verb == "" || strings.ContainsAny(tag, "*+(){%\"\\]") {
		return s.Say("* BAD Error in IMAP command received by server.\r\n")
	}
	s.Tag = tag
	if s.override(verb) {
		return true
	}
	if goesOn, known := s.postIMAP(verb, args); known {
		return goesOn
	}
	switch verb {
	case "CAPABILITY":
		if s.open {
			return s.Say("* CAPABILITY " + loggedIn + "\r\n{tag} OK Capability completed.\r\n")
		}
		return s.Say("* CAPABILITY " + s.imapCaps() + "\r\n{tag} OK Pre-login capabilities listed, post-login capabilities have more.\r\n")
	case "NOOP":
		return s.Say("{tag} OK NOOP completed.\r\n")
	case "ID":
		return s.Say("* ID (\"name\" \"Dovecot\")\r\n{tag} OK ID completed.\r\n")
	case "EXAMINE":
		if s.open {
			return s.Say("* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n{tag} OK [READ-ONLY] Examine completed.\r\n")
		}
	case "NAMESPACE", "GETQUOTAROOT", "LIST":
		if s.open {
			return s.imapAccount(verb)
		}
	case "LOGOUT":
		s.Say("* BYE Logging out\r\n{tag} OK Logout completed.\r\n")
		return false
	case "STARTTLS":
		return s.imapStartTLS()
	case "LOGIN", "AUTHENTICATE":
		return s.imapLogin(verb, args)
	}
	return s.Say("{tag} BAD Error in IMAP command " + verb + ": Unknown command.\r\n")
}

func (s *session) imapStartTLS() bool {
	if s.Secure {
		return s.Say("{tag} BAD TLS is already active.\r\n")
	}
	if s.StartTLS == nil {
		return s.Say("{tag} BAD TLS support isn't enabled.\r\n")
	}
	return s.startTLS("{tag} OK Begin TLS negotiation now.\r\n")
}

// imapLogin takes whatever form of login the client sends, literals included.
func (s *session) imapLogin(verb, args string) bool {
	if verb == "AUTHENTICATE" {
		mechanism, initial, _ := strings.Cut(args, " ")
		ok, known := s.sasl(mechanism, initial, func(challenge string) (string, bool) {
			s.Say("+ " + challenge + "\r\n")
			line, err := s.readLine()
			return line, err == nil
		})
		if !known {
			return s.Say("{tag} NO [CANNOT] Unsupported authentication mechanism.\r\n")
		}
		return s.imapVerdict(ok)
	}
	s.secret(verb + " " + args)
	var words []string
	for args != "" {
		size, waits := literal(args)
		if size < 0 {
			words = append(words, astrings(args)...)
			break
		}
		words = append(words, astrings(args[:strings.LastIndexByte(args, '{')])...)
		if waits {
			s.Say("+ OK\r\n")
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(s, data); err != nil {
			return false
		}
		words = append(words, string(data))
		var err error
		if args, err = s.readLine(); err != nil {
			return false
		}
		s.secret(string(data) + args)
	}
	return s.imapVerdict(len(words) == 2 && s.lets(words[0], words[1]))
}

func (s *session) imapVerdict(ok bool) bool {
	if s.open = ok; ok && s.Post != nil {
		s.openDrop()
		return s.Say("{tag} OK [CAPABILITY " + s.postCaps() + "] Logged in\r\n")
	}
	if ok {
		return s.Say("{tag} OK [CAPABILITY " + loggedIn + "] Logged in\r\n")
	}
	return s.Say("{tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n")
}

// astrings splits arguments: atoms and quoted strings (RFC 9051 section 4).
func astrings(args string) []string {
	var words []string
	for args = strings.TrimLeft(args, " "); args != ""; args = strings.TrimLeft(args, " ") {
		if args[0] != '"' {
			word, rest, _ := strings.Cut(args, " ")
			words, args = append(words, word), rest
			continue
		}
		word, i := "", 1
		for ; i < len(args) && args[i] != '"'; i++ {
			if args[i] == '\\' && i+1 < len(args) {
				i++
			}
			word += string(args[i])
		}
		words, args = append(words, word), args[min(i+1, len(args)):]
	}
	return words
}

// literal returns the size of the literal that a line announces, and whether
// the client waits to be asked for it (RFC 9051 section 4.3). It is -1 if the
// line announces none.
func literal(line string) (size int, waits bool) {
	i := strings.LastIndexByte(line, '{')
	if i < 0 || !strings.HasSuffix(line, "}") {
		return -1, false
	}
	digits, now := strings.CutSuffix(line[i+1:len(line)-1], "+")
	size, err := strconv.Atoi(digits)
	if err != nil || size < 0 || size > 4096 {
		return -1, false
	}
	return size, !now
}
