package lab

import (
	"bufio"
	"io"
	"net"
	"strings"
	"time"
)

// Headers of a proxy that tells for whom it connects (haproxy.org, "The PROXY protocol").
const (
	headerV1 = "PROXY TCP4 203.0.113.250 192.0.2.10 50000 143\r\n"
	byeV2    = "221 2.0.0 Bye\r\n" // version 2 has a line QUIT in it, for servers that do not know it

	// What Dovecot 2.3 says to a header of version 2.
	dovecotV2 = "* BAD Error in IMAP command received by server.\r\n* BAD Error in IMAP command received by server.\r\n" +
		"* BYE Too many invalid IMAP commands.\r\n"
	dovecotPOP3 = "-ERR Unknown command.\r\n-ERR Unknown command.\r\n-ERR Unknown command.\r\n-ERR Too many invalid bad commands.\r\n"
)

// headed puts a header in front of what the client says. Greeting and answer come in one
// packet; a late header comes when the client has sent its first command.
func headed(b Behaviour) Behaviour {
	return func(c *Conn) {
		first := *c
		first.Conn = &corked{Conn: c.Conn}
		b(first.kept(headerV1))
	}
}

func headedLate(b Behaviour) Behaviour {
	return func(c *Conn) {
		later := &lateReader{c: c, text: strings.NewReader(headerV1)}
		c.in = bufio.NewReader(io.MultiReader(later, c.Conn))
		b(c)
	}
}

// corked holds the first packet back until there is a second.
type corked struct {
	net.Conn
	held  []byte
	loose bool
}

func (k *corked) Write(p []byte) (int, error) {
	if !k.loose && k.held == nil {
		k.held = append([]byte{}, p...)
		return len(p), nil
	}
	held := k.held
	k.held, k.loose = nil, true
	_, err := k.Conn.Write(append(held, p...))
	return len(p), err
}

// lateReader has nothing to read for a while.
type lateReader struct {
	c    *Conn
	text *strings.Reader
}

func (l *lateReader) Read(p []byte) (int, error) {
	if l.text.Size() == int64(l.text.Len()) {
		l.c.Sleep(5 * time.Millisecond)
	}
	return l.text.Read(p)
}

// onPOP3 publishes port 110 of the POP3 host, and what is on it.
func onPOP3(b Behaviour) change {
	return func(s *Scenario) {
		records("_pop3._tcp SRV 0 1 110 pop")(s)
		serve(popHost, 110, b)(s)
	}
}

// greetedWith is a server that says something more in the packet of its greeting.
func greetedWith(m Mail, text string, server func(Mail) Behaviour) Behaviour {
	m.On = map[string]Behaviour{"greeting": Say(text)}
	return server(m)
}

// shifts has a server say something before its answer to the first command.
func shifts(said string, b Behaviour) Behaviour {
	return func(c *Conn) {
		shifted := *c
		shifted.Conn = &shifting{Conn: c.Conn, said: said}
		b(&shifted)
	}
}

type shifting struct {
	net.Conn
	said   string
	writes int
}

func (s *shifting) Write(p []byte) (int, error) {
	if s.writes++; s.writes == 2 {
		io.WriteString(s.Conn, s.said)
	}
	return s.Conn.Write(p)
}

// unasked are servers that answer what the client has not said, or say it too often.
func unasked() []Scenario {
	smtp, pop, filters := upgradable(smtpHost), upgradable(popHost), upgradable(sieveHost)
	return []Scenario{
		provider("proxy-header", "a proxy sends the submission server a header that it does not expect", "reply.proxy-header",
			serve(smtpHost, 587, headed(SMTP(smtp)))),
		provider("proxy-header-late", "the same, and the answer to the header comes after the client's first command", "reply.proxy-header",
			serve(smtpHost, 587, headedLate(SMTP(smtp)))),
		provider("proxy-header-cert-expired", "the same, and the certificate behind STARTTLS has expired", "reply.proxy-header tls.expired",
			serve(smtpHost, 587, headed(SMTP(Mail{Host: smtpHost, StartTLS: &Cert{Names: []string{smtpHost}, NotAfter: -3 * day}})))),
		provider("proxy-header-inside-tls", "a proxy that ends TLS sends the submission server behind it a header", "reply.proxy-header",
			serve(smtpHost, 465, TLS(smtpCert, headedLate(SMTP(Mail{Host: smtpHost}))))),
		provider("proxy-header-imap", "a proxy sends the IMAP server a header that it does not expect", "reply.proxy-header", onIMAP(headed(imap(imapHost)))),
		provider("proxy-header-imap-late", "the same, a moment later", "reply.proxy-header", onIMAP(headedLate(imap(imapHost)))),
		provider("proxy-header-imaps", "a proxy that ends TLS sends the IMAP server behind it a header, and the greeting says all that the client asks", "reply.proxy-header",
			insideIMAPS(headed(IMAP(Mail{Host: imapHost, CapsInGreeting: true})))),
		provider("proxy-header-imaps-late", "the same, a moment later", "reply.proxy-header",
			insideIMAPS(headedLate(IMAP(Mail{Host: imapHost, CapsInGreeting: true})))),
		provider("proxy-header-courier", "the same, in the words of another server", "reply.proxy-header",
			insideIMAPS(greetedWith(Mail{Host: imapHost}, "* OK Courier-IMAP ready.\r\nPROXY NO Error in IMAP command\r\n", IMAP))),
		provider("proxy-header-garbage", "the header is binary, and the IMAP server says that it cannot read it", "reply.proxy-header",
			insideIMAPS(greetedWith(Mail{Host: imapHost}, "* OK ready.\r\n* BAD Error in IMAP command received by server.\r\nQUIT BAD Error in IMAP command QUIT: Unknown command.\r\n", IMAP))),
		provider("proxy-header-dovecot", "the header is binary, and the IMAP server hangs up over it", "reply.proxy-header",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, On: map[string]Behaviour{"greeting": Then(Say("* OK Dovecot ready.\r\n"+dovecotV2), CloseAtOnce)}}))),
		provider("proxy-header-dovecot-late", "the same, after the client's first command", "reply.proxy-header",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, On: map[string]Behaviour{"CAPABILITY": Then(Say(dovecotV2), CloseAtOnce)}}))),
		provider("proxy-header-dovecot-pop3", "the header is binary, and the POP3 server hangs up over it", "reply.proxy-header",
			onPOP3(POP3(Mail{Host: popHost, StartTLS: pop.StartTLS, On: map[string]Behaviour{"greeting": Then(Say("+OK Dovecot ready.\r\n"+dovecotPOP3), CloseAtOnce)}}))),
		provider("proxy-header-dovecot-pop3-late", "the same, after the client's first command", "reply.proxy-header",
			onPOP3(POP3(Mail{Host: popHost, StartTLS: pop.StartTLS, On: map[string]Behaviour{"CAPA": Then(Say(dovecotPOP3), CloseAtOnce)}}))),
		provider("proxy-header-before-tls", "a proxy puts a header in front of TLS, and the server answers it with an alert", "reply.proxy-header",
			onIMAPS(Then(Say("\x15\x03\x01\x00\x02\x02\x46"), CloseAtOnce))),
		provider("proxy-header-pop3", "a proxy sends the POP3 server a header that it does not expect", "reply.proxy-header", onPOP3(headed(POP3(pop)))),
		provider("proxy-header-pop3-late", "the same, a moment later", "reply.proxy-header", onPOP3(headedLate(POP3(pop)))),
		provider("proxy-header-pop3s-late", "the same inside TLS, a moment later", "reply.proxy-header",
			serve(popHost, 995, TLS(cert(popHost), headedLate(POP3(Mail{Host: popHost}))))),
		provider("proxy-header-sieve", "a proxy sends the server for filter scripts a header that it does not expect", "reply.proxy-header",
			sieveOn(headed(ManageSieve(filters)))),
		provider("proxy-header-sieve-late", "the same, a moment later", "reply.proxy-header", sieveOn(headedLate(ManageSieve(filters)))),
		provider("proxy-header-binary", "the header is binary and ends the conversation with the submission server", "reply.proxy-header",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": Then(
				Say("220 smtp.example.com ESMTP Postfix\r\n"+strings.Repeat("500 5.5.2 Error: bad syntax\r\n", 3)+byeV2), CloseAtOnce)}})),
		provider("proxy-header-binary-late", "the same, after the client's first command", "reply.proxy-header",
			onSubmission(Mail{On: map[string]Behaviour{"EHLO": Then(Say(strings.Repeat("500 unrecognized command\r\n", 3), byeV2), CloseAtOnce)}})),
		provider("proxy-header-postscreen", "the greeting guard of the submission server takes the header for a command", "reply.proxy-header",
			onSubmission(Mail{StartTLS: &smtpCert, On: map[string]Behaviour{"greeting": Say("220-smtp.example.com ESMTP\r\n220 smtp.example.com ESMTP\r\n521 5.5.1 Protocol error\r\n")}})),
		provider("proxy-header-exim", "the submission server says that the client spoke before the greeting, which it did not", "reply.proxy-header",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": turnsAway("554 SMTP synchronization error\r\n")}})),
		provider("capability-refused-beside", "the IMAP server refuses CAPABILITY, and says why in a line beside", "greet.rate-limit",
			insideIMAPS(answers("CAPABILITY", Say("* NO [ALERT] Too many connections from your address.\r\n{tag} NO Refused.\r\n")))),
		provider("capability-refused-alert", "the same, for a reason that is nobody's to know beforehand", "reply.rejected",
			insideIMAPS(answers("CAPABILITY", Say("* OK [ALERT] This server moves on Friday.\r\n{tag} NO Refused.\r\n")))),
		provider("capability-bye", "the IMAP server answers CAPABILITY with an alert and a goodbye", "reply.closed",
			insideIMAPS(answers("CAPABILITY", Then(Say("* OK [ALERT] The mailbox store is gone.\r\n* BYE Internal error.\r\n"), CloseAtOnce)))),
		provider("capability-bye-shutdown", "the IMAP server answers CAPABILITY with a goodbye that says why", "greet.overload",
			insideIMAPS(answers("CAPABILITY", Then(Say("* BYE Server shutting down.\r\n"), CloseAtOnce)))),
		provider("starttls-refused-beside", "the IMAP server refuses STARTTLS, and says why in a line beside", "starttls.454",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, On: map[string]Behaviour{"STARTTLS": Say("* BAD Cannot read the private key.\r\n{tag} NO Not now.\r\n")}}))),
		provider("starttls-bye", "the IMAP server answers STARTTLS with a goodbye", "reply.closed",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, On: map[string]Behaviour{"STARTTLS": Then(Say("* NO [ALERT] No certificate.\r\n* BYE Internal error.\r\n"), CloseAtOnce)}}))),
		provider("greets-twice", "the submission server greets twice", "reply.unasked",
			serve(smtpHost, 587, greetedWith(smtp, "220 proxy.example.com ESMTP\r\n220 smtp.example.com ESMTP Postfix\r\n", SMTP))),
		provider("greets-twice-late", "the same, and the second greeting comes late", "reply.unasked",
			serve(smtpHost, 587, shifts("220 smtp.example.com ESMTP Postfix\r\n", SMTP(smtp)))),
		provider("greets-twice-pop3", "the POP3 server greets twice", "reply.unasked",
			onPOP3(greetedWith(pop, "+OK proxy ready\r\n+OK Dovecot ready.\r\n", POP3))),
		provider("foreign-tag", "the IMAP server answers a command of somebody else", "reply.unasked",
			onIMAP(shifts("a77 OK NOOP completed.\r\n", imap(imapHost)))),
		provider("tag-of-its-own", "the IMAP server answers with another tag than it was given", "reply.malformed",
			insideIMAPS(answers("CAPABILITY", Say("* CAPABILITY IMAP4rev1\r\nX OK done\r\n")))),
		provider("greeting-alert", "the IMAP server says more than its greeting, as it may", "",
			insideIMAPS(greetedWith(Mail{Host: imapHost}, "* OK ready.\r\n* OK [ALERT] Maintenance at noon.\r\n", IMAP))),
		provider("greeting-then-421", "the submission server greets and turns the client away at once", "greet.rate-limit",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": Then(Say("220 smtp.example.com ESMTP\r\n421 4.7.0 Too many connections\r\n"), CloseAtOnce)}})),
		provider("stls-without-capa", "the POP3 server is older than the CAPA command, and has STLS", "",
			onPOP3(POP3(Mail{Host: popHost, StartTLS: pop.StartTLS, On: map[string]Behaviour{"CAPA": Say("-ERR Unknown command.\r\n")}}))),
	}
}
