package lab

import (
	"crypto/tls"
	"fmt"
	"slices"
)

// audited has the check include the audit of TLS.
func audited(s *Scenario) { s.TLSAudit = true }

// legacy has clients without TLS 1.3 see something else on port 993.
func legacy(l Legacy) change { return onIMAPS(l.Else(imaps(imapHost))) }

// in12 accepts suites in TLS 1.2.
func in12(suites ...uint16) map[uint16][]uint16 {
	return map[uint16][]uint16{tls.VersionTLS12: suites}
}

// limited lets so many connections in, and resets the others.
func limited(most int, next Behaviour) Behaviour {
	return func(c *Conn) {
		here := fmt.Sprintf("tcp %s", c.raw.LocalAddr())
		if len(slices.DeleteFunc(c.lab.Dials(), func(dial string) bool { return dial != here })) > most {
			c.Reset()
			return
		}
		next(c)
	}
}

// chooses has the server agree to a protocol, whichever the client offers.
func chooses(protocols ...string) TLSOption {
	return func(c *tls.Config) { c.NextProtos = protocols }
}

// audits are what only the audit of TLS sees.
func audits() []Scenario {
	return []Scenario{
		provider("audit-good", "an audit of servers whose TLS is up to date", "", audited),
		provider("audit-old-version", "the IMAP server still accepts TLS 1.0", "tls.audit-old-version", audited,
			legacy(Legacy{Suites: map[uint16][]uint16{tls.VersionTLS12: {0xc02b, 0xc02c}, tls.VersionTLS10: {0xc00a, 0xc009}}})),
		provider("audit-no-tls13", "the best of the IMAP server is TLS 1.2", "tls.audit-no-tls13", audited,
			onIMAPS(TLS(imapCert, IMAP(Mail{Host: imapHost}), func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }))),
		provider("audit-weak-cipher", "the IMAP server accepts 3DES", "tls.audit-weak-cipher", audited,
			legacy(Legacy{Suites: in12(0xc030, 0xc02f, 0x000a, 0xc012)})),
		provider("audit-everything", "the IMAP server accepts every kind of weak encryption, in the order of the client", "tls.audit-anonymous tls.audit-no-forward-secrecy tls.audit-old-version tls.audit-weak-cipher tls.audit-weak-dh", audited,
			legacy(Legacy{ClientOrder: true, DHBits: 1024, Suites: map[uint16][]uint16{
				tls.VersionTLS12: {0xc02f, 0xcca8, 0x0033, 0xc013, 0x002f, 0x0031, 0xc00e, 0x0005, 0x0007, 0x0009, 0x0008, 0x0002, 0x003a, 0xc019, 0xc0a0},
				tls.VersionTLS11: {0xc013, 0x000a}, tls.VersionTLS10: {0xc013, 0x000a}}})),
		provider("audit-anonymous", "the submission server accepts encryption without a certificate, as for mail between servers", "tls.audit-anonymous", audited,
			onSubmission(Mail{StartTLS: &smtpCert, Legacy: &Legacy{Suites: in12(0xc030, 0x00a7)}})),
		provider("audit-finite-field-dh", "the IMAP server accepts Diffie-Hellman over finite fields, of a good size", "tls.audit-finite-field-dh", audited,
			legacy(Legacy{DHBits: 2048, Suites: in12(0xc030, 0x009f)})),
		provider("audit-weak-dh", "the IMAP server accepts Diffie-Hellman with a group of 1024 bits", "tls.audit-weak-dh", audited,
			legacy(Legacy{DHBits: 1024, Suites: in12(0xc030, 0x009f)})),
		provider("audit-old-library", "the IMAP server's TLS 1.2 lacks what was added to it later, and compresses", "tls.audit-compression tls.audit-master-secret tls.audit-renegotiation", audited,
			legacy(Legacy{NoExtensions: true, Compresses: true, Suites: in12(0xc02f)})),
		provider("audit-bare", "the audit of a server whose ordinary handshake tells already that its TLS library is old", "tls.audit-master-secret tls.audit-no-tls13 tls.audit-renegotiation", audited,
			onIMAPS(BareTLS(imapCert, IMAP(Mail{Host: imapHost})))),
		provider("audit-closes", "the IMAP server hangs up where others send an alert", "", audited,
			legacy(Legacy{ClosesOnAlert: true, Suites: in12(0xc02f, 0xc030)})),
		provider("audit-no-dh-group", "the IMAP server fails when it chooses Diffie-Hellman over finite fields, as Dovecot does as it is installed", "", audited,
			legacy(Legacy{ClosesOnAlert: true, NoDHGroup: true, ClientOrder: true, Suites: in12(0xc02f, 0x009e, 0xc013)})),
		provider("audit-cross-protocol", "on the port of the IMAP server a proxy agrees to speak HTTP/2", "tls.audit-cross-protocol", audited,
			onIMAPS(TLS(imapCert, IMAP(Mail{Host: imapHost}), chooses("h2", "imap")))),
		provider("audit-alpn", "the IMAP server knows its own ALPN name and no other", "", audited,
			onIMAPS(TLS(imapCert, IMAP(Mail{Host: imapHost}), chooses("imap")))),
		provider("audit-limited", "the IMAP server lets nobody in more than eight times", "tls.audit-incomplete", audited,
			onIMAPS(limited(8, imaps(imapHost)))),
		provider("audit-rsa-key-exchange", "the POP3 server accepts key exchange without forward secrecy", "tls.audit-no-forward-secrecy", audited,
			serve(popHost, 995, Legacy{Suites: in12(0xc030, 0x009c)}.Else(pop3s(popHost)))),
		provider("audit-no-hybrid", "the IMAP server has no post-quantum key exchange", "tls.audit-no-hybrid", audited,
			onIMAPS(TLS(imapCert, IMAP(Mail{Host: imapHost}), func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256} }))),
		provider("audit-sni-needed", "clients that name no host get the certificate of another", "tls.sni-needed", audited,
			onIMAPS(TLS(imapCert, IMAP(Mail{Host: imapHost}), StrictSNI(imapHost)))),
		provider("audit-injection", "the submission server carries out a command that was sent along with STARTTLS", "starttls.command-injection", audited,
			onSubmission(Mail{StartTLS: &smtpCert, KeepsPlain: true})),
		provider("audit-injection-imap", "the IMAP server carries out a command that was sent along with STARTTLS", "starttls.command-injection", audited,
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, KeepsPlain: true}))),
		provider("audit-injection-pop3", "the POP3 server carries out a command that was sent along with STLS", "starttls.command-injection", audited,
			records("_pop3._tcp SRV 0 1 110 pop"), serve(popHost, 110, POP3(Mail{Host: popHost, StartTLS: &Cert{Names: []string{popHost}}, KeepsPlain: true}))),
		provider("audit-clear-ports", "ports that nobody publishes take a login in clear: 25, 110 and 143", "auth.before-tls", audited,
			serve(imapHost, 143, IMAP(Mail{Host: imapHost, StartTLS: &imapCert, Caps: []string{"IMAP4rev1", "STARTTLS", "AUTH=PLAIN"}})),
			serve(popHost, 110, POP3(Mail{Host: popHost, Caps: []string{"USER", "UIDL", "TOP"}})),
			serve(smtpHost, 25, SMTP(Mail{Host: smtpHost, StartTLS: &smtpCert, Caps: []string{"STARTTLS", "AUTH PLAIN LOGIN"}}))),
		provider("audit-clear-ports-shut", "ports that nobody publishes take no login before TLS, or are something else", "", audited,
			serve(imapHost, 143, imap(imapHost)), serve(popHost, 110, Drop), serve(popHost, 143, Silent), serve(imapHost, 587, httpOnly),
			serve(smtpHost, 25, SMTP(Mail{Host: smtpHost, StartTLS: &smtpCert, Caps: []string{"STARTTLS", "SIZE 52428800"}}))),
	}
}
