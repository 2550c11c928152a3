package lab

import "time"

// Mail describes a mail server. The zero value behaves well, like Dovecot
// (IMAP, POP3) or Postfix (submission); a login is rejected unless Users or Token let
// it in, and recorded for [Lab.Credentials].
type Mail struct {
	Host string // name in the greeting

	// Caps and TLSCaps are announced before and inside TLS; nil means the usual
	// ones, with STARTTLS if StartTLS is set.
	Caps, TLSCaps  []string
	CapsInGreeting bool // IMAP: the greeting carries the capabilities

	StartTLS   *Cert // certificate behind STARTTLS; nil: not offered
	TLSOptions []TLSOption
	GoAhead    string  // replaces the line that invites to TLS; "{tag}" as in Say
	KeepsPlain bool    // carries out inside TLS what came in clear behind STARTTLS
	Legacy     *Legacy // what clients without TLS 1.3 see behind STARTTLS; nil: the same as others

	Users map[string]string // passwords by user name
	Token string            // OAuth2 access token that is let in, under any user name
	Asks  func(string) bool // who knows which other tokens are let in; nil: there are none
	Post  *Post             // the mailbox behind the login; nil: one in which there is always the same

	Iterations       int  // SCRAM: what is asked for in the place of 4096
	ForgetsSignature bool // SCRAM: consents without the server's own proof
	Binding          Binding
	Stamp            string // POP3: in the greeting, for APOP (RFC 1939 section 7)

	GreetingDelay time.Duration // before the greeting
	Slow          time.Duration // before everything else, the TLS handshake included

	// On replaces answers: "greeting", or a command such as "EHLO", which may
	// be narrowed by "plain EHLO" and "tls EHLO". "handshake" replaces the TLS
	// handshake behind STARTTLS. The session goes on unless the behaviour
	// closes the connection.
	On map[string]Behaviour
}

// session is one connection to a mail server.
type session struct {
	*Conn
	Mail
	user string // POP3: what USER said
	open bool   // a user has logged in

	imap   bool
	drop   *maildrop     // behind the login, where there is a Post
	box    *mailFolder   // that is open
	told   int           // how many messages the client knows of in it
	doomed []*storedMail // POP3: marked to be deleted
}

// begin waits for the time to greet; false ends the session.
func begin(c *Conn, m Mail) (*session, bool) {
	return &session{Conn: c, Mail: m}, c.Sleep(m.GreetingDelay)
}

// end closes what startTLS put on the connection.
func (s *session) end() {
	if s.Secure {
		s.Close()
	}
}

// command reads a command and takes its time over it; false ends the session, with
// tooLong where the line does not end.
func (s *session) command(tooLong string) (line string, ok bool) {
	line, err := s.readLine()
	if err == errLine {
		s.Say(tooLong)
	}
	return line, err == nil && s.Sleep(s.Slow)
}

// override runs the behaviour that replaces an answer, if there is one.
func (s *session) override(what string) bool {
	state := "plain "
	if s.Secure {
		state = "tls "
	}
	b, ok := s.On[state+what]
	if !ok {
		b, ok = s.On[what]
	}
	if ok {
		b(s.Conn)
	}
	return ok
}

// greet says the first line.
func (s *session) greet(usual string) {
	if !s.override("greeting") {
		s.Say(usual)
	}
}

// startTLS says the go-ahead and shakes hands; false ends the session.
func (s *session) startTLS(goAhead string) bool {
	if s.GoAhead != "" {
		goAhead = s.GoAhead
	}
	if !s.Say(goAhead) {
		return false
	}
	if !s.Sleep(s.Slow) || s.override("handshake") {
		return false
	}
	plain, _ := s.in.Peek(s.in.Buffered())
	transport := s.Conn
	if s.Legacy != nil {
		if !s.knowsTLS13() {
			s.Legacy.answer(s.Conn)
			return false
		}
		transport = s.peeked()
	}
	secured, err := transport.upgrade(*s.StartTLS, s.TLSOptions)
	if err != nil {
		return false
	}
	if s.KeepsPlain {
		secured = secured.kept(string(plain))
	}
	s.Conn = secured
	return true
}

// secret records that the client handed over credentials.
func (s *session) secret(command string) {
	where := "in clear"
	if s.Secure {
		where = "inside TLS"
	}
	record(s.lab, &s.lab.credentials, where+" to "+s.LocalAddr().String()+": "+command)
}

// caps returns what is announced now: the given lists, or the usual ones.
func (s *session) caps(plain, secure []string) []string {
	switch {
	case s.Secure && s.TLSCaps != nil:
		return s.TLSCaps
	case s.Secure:
		return secure
	case s.Caps != nil:
		return s.Caps
	}
	return plain
}
