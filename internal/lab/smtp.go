package lab

import "strings"

// SMTP returns a submission server (RFC 6409) up to the login and its answer.
func SMTP(m Mail) Behaviour {
	return func(c *Conn) {
		s, ok := begin(c, m)
		if !ok {
			return
		}
		// RFC 5321 section 4.3.1: the client waits for the greeting. A server that greets at
		// once does not look for early talkers: which of the two is first would be chance.
		if s.GreetingDelay > 0 && c.early() {
			s.Say("554 SMTP synchronization error\r\n")
			return
		}
		s.greet("220 " + m.Host + " ESMTP Postfix\r\n")
		for s.smtpCommand() {
		}
		s.end()
	}
}

func (s *session) smtpCaps() []string {
	base := []string{"PIPELINING", "SIZE 52428800", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "CHUNKING"}
	plain := append(base[:len(base):len(base)], "AUTH PLAIN LOGIN")
	if s.StartTLS != nil {
		plain = append(base[:len(base):len(base)], "STARTTLS")
	}
	return s.caps(plain, append(base, "AUTH PLAIN LOGIN"))
}

// smtpCommand answers one command; false ends the session.
func (s *session) smtpCommand() bool {
	line, ok := s.command("500 5.5.2 Error: line too long or not ended by CRLF\r\n")
	if !ok {
		return false
	}
	verb, args, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	// RFC 2920 section 3.1: these must be the last of a group.
	if (verb == "EHLO" || verb == "HELO" || verb == "STARTTLS") && s.early() && !s.KeepsPlain {
		s.Say("554 5.5.0 Error: SMTP protocol synchronization\r\n")
		return false
	}
	if s.override(verb) {
		return true
	}
	switch verb {
	case "EHLO", "HELO":
		return s.smtpHello(verb, args)
	case "NOOP", "RSET":
		return s.Say("250 2.0.0 Ok\r\n")
	case "QUIT":
		s.Say("221 2.0.0 Bye\r\n")
		return false
	case "STARTTLS":
		return s.smtpStartTLS(args)
	case "AUTH":
		return s.smtpAuth(args)
	case "MAIL":
		if s.open {
			return s.Say("250 2.1.0 Ok\r\n")
		}
		return s.Say("530 5.7.0 Authentication required\r\n")
	case "RCPT":
		if s.open {
			return s.Say("250 2.1.5 Ok\r\n")
		}
		return s.Say("530 5.7.0 Authentication required\r\n")
	case "DATA", "BDAT", "VRFY":
		if verb == "DATA" && s.drop != nil {
			return s.postData()
		}
		return s.Say("530 5.7.0 Authentication required\r\n")
	}
	return s.Say("502 5.5.2 Error: command not recognized\r\n")
}

func (s *session) smtpHello(verb, name string) bool {
	if name == "" || strings.ContainsAny(name, " \t@<>()") {
		return s.Say("501 5.5.2 Syntax: " + verb + " hostname\r\n")
	}
	if verb == "HELO" {
		return s.Say("250 " + s.Host + "\r\n")
	}
	lines := append([]string{s.Host}, s.smtpCaps()...)
	reply := ""
	for i, line := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		reply += "250" + sep + line + "\r\n"
	}
	return s.Say(reply)
}

func (s *session) smtpStartTLS(args string) bool {
	switch {
	case args != "":
		return s.Say("501 5.5.4 Syntax: STARTTLS\r\n")
	case s.Secure:
		return s.Say("554 5.5.1 Error: TLS already active\r\n")
	case s.StartTLS == nil:
		return s.Say("502 5.5.1 Error: command not implemented\r\n")
	}
	return s.startTLS("220 2.0.0 Ready to start TLS\r\n")
}

func (s *session) smtpAuth(args string) bool {
	if !s.Secure && s.StartTLS != nil {
		s.secret("AUTH " + args)
		return s.Say("530 5.7.0 Must issue a STARTTLS command first\r\n")
	}
	mechanism, initial, _ := strings.Cut(args, " ")
	ok, known := s.sasl(mechanism, initial, func(challenge string) (string, bool) {
		s.Say("334 " + challenge + "\r\n")
		line, err := s.readLine()
		return line, err == nil
	})
	switch {
	case !known:
		return s.Say("504 5.5.4 Unrecognized authentication type\r\n")
	case ok:
		s.open = true
		s.openDrop()
		return s.Say("235 2.7.0 Authentication successful\r\n")
	}
	return s.Say("535 5.7.8 Error: authentication failed\r\n")
}
