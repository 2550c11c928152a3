package lab

// guesses are domains that publish nothing, and whose servers a client takes because
// they answer at the usual names, though no login there can succeed.
func guesses() []Scenario {
	expired := func(host string) Cert { return Cert{Names: []string{host}, NotAfter: -3 * day} }
	bye := func(host string) Behaviour {
		return TLS(cert(host), IMAP(Mail{Host: host, On: map[string]Behaviour{"greeting": turnsAway("* BYE [UNAVAILABLE] Temporary authentication failure.\r\n")}}))
	}
	busy := TLS(smtpCert, SMTP(Mail{Host: smtpHost, On: map[string]Behaviour{"greeting": turnsAway("421 4.3.2 Service not available\r\n")}}))
	return []Scenario{
		guessed("guess-bad-certificate", "nothing is published; the certificate on 993 has expired, the one behind STARTTLS on 143 has not", "publish.guessed-only",
			host(imapHost, Host{993: TLS(expired(imapHost), IMAP(Mail{Host: imapHost})), 143: imap(imapHost)})),
		guessed("guess-starttls-bad-certificate", "nothing is published, and the certificate has expired on all ports", "account.no-settings tcp.refused tls.expired",
			host(imapHost, Host{993: TLS(expired(imapHost), IMAP(Mail{Host: imapHost})), 143: IMAP(Mail{Host: imapHost, StartTLS: new(expired(imapHost))})}),
			host(smtpHost, Host{587: SMTP(Mail{Host: smtpHost, StartTLS: new(expired(smtpHost))})})),
		guessed("guess-plain", "nothing is published, and the servers have no TLS", "account.no-settings starttls.missing tcp.refused",
			host(imapHost, Host{143: IMAP(Mail{Host: imapHost})}), host(smtpHost, Host{587: SMTP(Mail{Host: smtpHost})})),
		guessed("guess-bye", "nothing is published; the IMAP server says goodbye at once on 993, and works on 143", "publish.guessed-only",
			host(imapHost, Host{993: bye(imapHost), 143: imap(imapHost)})),
		guessed("guess-421", "nothing is published; the submission server turns everybody away on 465, and works on 587", "publish.guessed-only",
			host(smtpHost, Host{465: busy, 587: submission(smtpHost)})),
		guessed("guess-pop3-before-plain", "nothing is published; IMAP has no TLS, POP3 has", "publish.guessed-only",
			host(imapHost, Host{143: IMAP(Mail{Host: imapHost})}), records("pop A 192.0.2.11"), host(popHost, Host{995: pop3s(popHost)})),
		guessed("guess-port-25", "nothing is published, and the only port for sending is the one between servers", "account.no-outgoing publish.guessed-only tcp.refused",
			host(smtpHost, Host{25: submission(smtpHost)})),
		guessed("guess-bare-domain", "nothing is published, and the servers have the name of the domain, not the usual ones", "account.no-settings tcp.refused",
			host(imapHost, Host{}), host(smtpHost, Host{}), records("@ A 192.0.2.81"),
			host("192.0.2.81", Host{993: imaps("example.com"), 465: submissions("example.com")})),
	}
}

// guessed is a domain that publishes nothing, with IMAP and submission at the usual
// names, but for the changes.
func guessed(name, doc, want string, changes ...change) Scenario {
	base := []change{
		unpublished, without("pop", "smtp"), records("smtp A 192.0.2.26"),
		func(s *Scenario) { delete(s.Hosts, popHost) }, host("mx.example.com", Host{}),
	}
	return provider(name, doc, want, append(base, changes...)...)
}
