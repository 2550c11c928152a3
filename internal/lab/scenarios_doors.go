package lab

import (
	"crypto/tls"
	"strings"
	"time"
)

// promised publishes, in a settings file, a submission server with STARTTLS next
// to the one with TLS from the first byte.
func promised(s *Scenario) {
	autoconfig(XML(config(incoming("imap", imapHost, 993, "SSL"),
		outgoing(smtpHost, 465, "SSL"), outgoing(smtpHost, 587, "STARTTLS"))))(s)
}

func pixGreeting(c *Conn) { c.Say("220 " + strings.Repeat("*", 40) + "\r\n") }

// doors are clients and servers that miss each other.
func doors() []Scenario {
	return []Scenario{
		provider("tls-on-starttls-port", "the IMAP server expects TLS from the first byte on port 143", "tls.tls-on-starttls-port",
			onIMAP(imaps(imapHost))),
		provider("tls-on-submission-port", "the submission server expects TLS from the first byte on port 587, and there is no other", "account.no-outgoing tls.tls-on-starttls-port",
			without("_submissions._tcp"), host(smtpHost, Host{587: submissions(smtpHost)})),
		provider("tls-on-starttls-port-impatient", "the same, and the server hangs up on silent clients after a second", "tls.tls-on-starttls-port",
			onIMAP(impatient(time.Second, imaps(imapHost)))),
		provider("srv-swapped", "the SRV records for IMAP with TLS and with STARTTLS name each other's port", "srv.port-odd tls.plain-on-tls-port tls.tls-on-starttls-port",
			without("_imaps._tcp"), records("_imaps._tcp SRV 0 1 143 imap", "_imap._tcp SRV 0 1 993 imap"), serve(imapHost, 143, imap(imapHost))),
		provider("wrong-port-published", "nothing listens on the published port 993, but port 143 works", "tcp.refused",
			host(imapHost, Host{143: imap(imapHost)})),
		provider("plain-on-tls-port-starttls", "the IMAP server on port 993 wants STARTTLS, and there is no other", "tls.plain-on-tls-port",
			onIMAPS(imap(imapHost))),
		provider("http-on-starttls-port", "a web server, which lets the client begin, is on the IMAP port", "greet.not-this-protocol",
			onIMAP(httpOnly)),
		provider("ssh-on-tls-port", "a remote login server is on the port for IMAP with TLS", "greet.not-this-protocol",
			onIMAPS(Then(Say("SSH-2.0-OpenSSH_9.9\r\n"), Silent))),
		provider("tls-no-common-cipher", "the server accepts only key exchange that clients gave up", "tls.no-common-cipher",
			onIMAPS(Hello(tls.VersionTLS12, 0x0039))),
		provider("tls-no-certificate", "the server has no certificate, and accepts only key exchange that needs none", "tls.no-common-cipher",
			onIMAPS(Hello(tls.VersionTLS12, 0x0034))),
		provider("tls-old-alert", "a server of TLS 1.0 that says only that the handshake failed", "tls.old-protocol",
			onIMAPS(Hello(tls.VersionTLS10, 0x002f))),
		provider("tls-sni-refused", "the server shakes hands with nobody who names its host", "tls.unrecognized-name",
			onIMAPS(TLS(cert("mail.example.com"), IMAP(Mail{Host: "mail.example.com"}), StrictSNI("")))),
		provider("tls-sni-hangs-up", "a router of connections hangs up on who names the host", "tls.unrecognized-name",
			onIMAPS(TLS(cert("mail.example.com"), IMAP(Mail{Host: "mail.example.com"}), hangsUpOnName))),
		provider("tls-long-hello", "something drops the first TLS message of programs with post-quantum encryption, since it takes two packets", "tls.long-hello",
			onIMAPS(onePacket(Silent, imaps(imapHost)))),
		provider("tls-long-hello-eof", "the server hangs up on the first TLS message of programs with post-quantum encryption", "tls.long-hello",
			onSubmission(Mail{StartTLS: &smtpCert, On: map[string]Behaviour{"handshake": onePacket(CloseAtOnce, TLS(smtpCert, Silent))}})),
		provider("starttls-old-tls", "behind STARTTLS there is TLS 1.1 and nothing newer", "tls.old-protocol",
			onSubmission(Mail{StartTLS: &smtpCert, On: map[string]Behaviour{"handshake": Hello(tls.VersionTLS11, 0x002f)}})),
		provider("starttls-stripped", "the settings file promises STARTTLS on port 587, TLS works on port 465, but STARTTLS is missing", "starttls.missing starttls.stripped-suspect",
			promised, onSubmission(Mail{})),
		provider("starttls-unannounced", "the IMAP server agrees to STARTTLS without announcing it", "starttls.missing starttls.stripped-suspect",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, Caps: []string{"IMAP4rev1", "IDLE", "LOGINDISABLED"}}))),
		provider("starttls-unannounced-smtp", "something removes STARTTLS from what the submission server announces", "starttls.missing starttls.stripped-suspect",
			onSubmission(Mail{StartTLS: &smtpCert, Caps: []string{"PIPELINING", "SIZE 52428800", "8BITMIME"}})),
		provider("starttls-masked-ehlo", "a firewall masks the greeting and refuses EHLO", "starttls.masked",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": pixGreeting, "EHLO": Say("500 5.5.1 Command unrecognized\r\n")}})),
		provider("starttls-still-announced", "inside TLS the submission server still announces STARTTLS", "starttls.caps-stale",
			onSubmission(Mail{StartTLS: &smtpCert, TLSCaps: []string{"SIZE 52428800", "8BITMIME", "STARTTLS", "AUTH PLAIN LOGIN"}})),
		provider("starttls-auth-lost", "the submission server offers login before TLS and none inside", "auth.before-tls starttls.auth-lost",
			onSubmission(Mail{StartTLS: &smtpCert, Caps: []string{"STARTTLS", "AUTH PLAIN LOGIN"}, TLSCaps: []string{"SIZE 52428800", "8BITMIME"}})),
	}
}

// hangsUpOnName ends the connection without an alert if the client names a host.
func hangsUpOnName(c *tls.Config) {
	c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if hello.ServerName != "" {
			hello.Conn.Close()
		}
		return nil, nil
	}
}

// impatient hangs up on clients that say nothing for a while.
func impatient(patience time.Duration, next Behaviour) Behaviour {
	return func(c *Conn) {
		c.raw.SetReadDeadline(time.Now().Add(patience))
		if _, err := c.in.Peek(1); err != nil {
			c.Close()
			return
		}
		c.raw.SetReadDeadline(time.Time{})
		next(c.peeked())
	}
}

// onePacket lets those pass to next whose first TLS record fits one packet.
func onePacket(tooLong, next Behaviour) Behaviour {
	return func(c *Conn) {
		head, err := c.in.Peek(5)
		if err == nil && int(head[3])<<8+int(head[4]) > 1400 {
			tooLong(c)
			return
		}
		next(c.peeked())
	}
}

// httpOnly is a web server that is told something else than HTTP.
func httpOnly(c *Conn) {
	c.Read(make([]byte, 1))
	c.Say("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
}
