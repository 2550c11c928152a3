package lab

import "strings"

// turnsAway says a line in the place of the greeting and hangs up.
func turnsAway(line string) Behaviour { return Then(Say(line), CloseAtOnce) }

// announces changes what the IMAP server announces inside TLS.
func announces(caps ...string) change {
	return insideIMAPS(IMAP(Mail{Host: imapHost, TLSCaps: caps}))
}

// onSubmissions changes the submission server on port 465, inside TLS.
func onSubmissions(m Mail) change {
	m.Host = smtpHost
	return serve(smtpHost, 465, TLS(smtpCert, SMTP(m)))
}

// health holds servers that turn a client away and say why, and servers that
// answer but not as well as they could.
func health() []Scenario {
	return []Scenario{
		provider("greeting-too-many", "the IMAP server counts too many connections from this address", "greet.rate-limit",
			insideIMAPS(greets(turnsAway("* BYE [UNAVAILABLE] Too many connections from your address.\r\n")))),
		provider("greeting-too-many-smtp", "the submission server counts too many connections from this address", "greet.rate-limit",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": turnsAway("421 4.7.0 smtp.example.com Error: too many connections from 203.0.113.250\r\n")}})),
		provider("survey-slow-down", "the IMAP server tells a survey each time that there are too many connections", "run.slow-down",
			insideIMAPS(greets(turnsAway("* BYE [UNAVAILABLE] Too many connections from your address.\r\n"))),
			func(s *Scenario) { s.Survey = true }),
		provider("greeting-blocklist", "the submission server refuses the address as listed", "greet.blocklist",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": turnsAway("554 5.7.1 Service unavailable; client [203.0.113.250] blocked using zen.spamhaus.org\r\n")}})),
		provider("greeting-banned-pop3", "the POP3 server has banned the address after failed logins", "greet.blocklist",
			serve(popHost, 995, TLS(cert(popHost), POP3(Mail{Host: popHost, On: map[string]Behaviour{"greeting": turnsAway("-ERR [SYS/PERM] Too many authentication failures from your address\r\n")}})))),

		provider("login-before-tls", "the IMAP server takes passwords before TLS", "auth.before-tls",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, Caps: strings.Fields("IMAP4rev1 SASL-IR IDLE STARTTLS AUTH=PLAIN")}))),
		provider("login-before-tls-smtp", "the submission server takes passwords before TLS", "auth.before-tls",
			onSubmission(Mail{StartTLS: &smtpCert, Caps: []string{"SIZE 52428800", "STARTTLS", "AUTH PLAIN LOGIN", "8BITMIME"}})),
		provider("login-before-tls-pop3", "the POP3 server takes passwords before TLS", "auth.before-tls",
			records("_pop3._tcp SRV 0 1 110 pop"),
			serve(popHost, 110, POP3(Mail{Host: popHost, StartTLS: &Cert{Names: []string{popHost}}, Caps: []string{"TOP", "UIDL", "STLS", "USER", "SASL PLAIN"}}))),
		provider("login-disabled", "a proxy ends TLS, and the IMAP server behind it forbids logins as unencrypted", "auth.login-disabled",
			announces(strings.Fields("IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ LOGINDISABLED")...)),

		provider("features-missing", "the IMAP server lacks what programs use after the login", "caps.missing",
			announces(strings.Fields("IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA AUTH=PLAIN")...)),
		provider("features-missing-pop3", "the POP3 server knows neither UIDL nor TOP", "caps.missing",
			serve(popHost, 995, TLS(cert(popHost), POP3(Mail{Host: popHost, TLSCaps: []string{"USER", "IMPLEMENTATION Qpopper 4.1"}})))),
		provider("features-missing-smtp", "the submission server announces nothing but AUTH", "caps.missing",
			onSubmissions(Mail{TLSCaps: []string{"AUTH PLAIN"}})),
		provider("smtputf8-missing", "the submission server cannot send for an address outside ASCII", "caps.no-smtputf8",
			func(s *Scenario) { s.Address = "andr\u00e9@example.com" },
			onSubmissions(Mail{TLSCaps: []string{"SIZE 52428800", "8BITMIME", "AUTH PLAIN"}})),

		provider("bare-newlines", "the IMAP server ends its lines with LF alone", "reply.violation",
			insideIMAPS(answers("CAPABILITY", Say("* CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN\n{tag} OK done\n")))),
		provider("capability-incomplete", "the IMAP server forgets to announce IMAP4rev1", "reply.violation",
			announces("IDLE", "AUTH=PLAIN")),
		provider("ehlo-sloppy", "the submission server answers EHLO without its name, with two AUTH lines and in lower case", "reply.violation",
			onSubmissions(Mail{On: map[string]Behaviour{"EHLO": Say("250-\r\n250-size 1000000\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250 AUTH LOGIN CRAM-MD5\r\n")}})),
		provider("greeting-bare", "the submission server greets without its name, and one line is far too long", "reply.violation",
			onSubmissions(Mail{On: map[string]Behaviour{"greeting": Say("220\r\n"),
				"EHLO": Say("250-smtp.example.com\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250 AUTH PLAIN" + strings.Repeat(" X-OURS", 80) + "\r\n")}})),
		provider("auth-obsolete", "the submission server announces AUTH in its obsolete form only", "reply.violation",
			onSubmissions(Mail{TLSCaps: []string{"SIZE 1000000", "8BITMIME", "AUTH=LOGIN PLAIN"}})),
		provider("greeting-latin1", "the POP3 server greets in Latin-1", "reply.violation",
			serve(popHost, 995, TLS(cert(popHost), POP3(Mail{Host: popHost, On: map[string]Behaviour{"greeting": Say("+OK Serveur pr\xeat.\r\n")}})))),
	}
}
