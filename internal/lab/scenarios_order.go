package lab

// listed has the public database name servers for the domain.
func listed(sections ...string) change {
	return func(s *Scenario) {
		records("v1.ispdb.net. A 198.51.100.80")(s)
		serve("v1.ispdb.net", 443, TLS(cert("v1.ispdb.net"), HTTP(map[string]Reply{"/example.com": XML(config(sections...))})))(s)
	}
}

// orders are set-ups in which the better server stands behind the worse, or nowhere.
func orders() []Scenario {
	tlsIMAP, tlsSMTP := incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL")
	return []Scenario{
		provider("file-starttls-first", "the settings file names STARTTLS before TLS from the first byte, for reading and for sending", "publish.weak-first",
			onlyAutoconfig(XML(config(incoming("imap", imapHost, 143, "STARTTLS"), tlsIMAP, outgoing(smtpHost, 587, "STARTTLS"), tlsSMTP))),
			serve(imapHost, 143, imap(imapHost))),
		provider("file-plain-first", "the settings file names a server without encryption before one with it", "autoconfig.plain publish.client-refuses publish.plain-needless publish.weak-first",
			onlyAutoconfig(XML(config(incoming("imap", imapHost, 143, "plain"), tlsIMAP, tlsSMTP))), serve(imapHost, 143, imap(imapHost))),
		provider("file-starttls-first-dead", "the settings file names STARTTLS before TLS, and nothing listens there", "tcp.refused",
			onlyAutoconfig(XML(config(incoming("imap", imapHost, 143, "STARTTLS"), tlsIMAP, tlsSMTP)))),
		provider("answer-starttls-first", "the Autodiscover answer names STARTTLS before TLS from the first byte", "publish.weak-first",
			without("_imaps._tcp", "_pop3s._tcp", "_submissions._tcp", "_submission._tcp"),
			autodiscover(XML(poxSettings(poxMail("IMAP", imapHost, 993, "SSL"), poxMail("SMTP", smtpHost, 587, "TLS"), poxMail("SMTP", smtpHost, 465, "SSL"))))),
		provider("srv-starttls-first", "the SRV records prefer STARTTLS to TLS from the first byte", "srv.weak-first",
			without("_submissions._tcp"), records("_submissions._tcp SRV 10 1 465 smtp")),
		provider("srv-starttls-only", "the SRV records name STARTTLS alone, and the hosts have TLS from the first byte", "srv.starttls-only",
			without("_imaps._tcp", "_pop3s._tcp", "_submissions._tcp"), records("_imap._tcp SRV 0 1 143 imap"), serve(imapHost, 143, imap(imapHost))),
		provider("srv-starttls-only-unlisted", "the SRV records name STARTTLS alone, the settings file TLS too", "srv.starttls-only",
			without("_submissions._tcp"), autoconfig(settings)),
		provider("srv-starttls-only-silent", "the SRV records name STARTTLS alone, and a firewall drops what is sent to port 465", "srv.starttls-only",
			without("_submissions._tcp"), serve(smtpHost, 465, Drop)),
		provider("starttls-only", "the SRV records name STARTTLS alone, and the host has nothing else", "starttls.only",
			without("_imaps._tcp", "_submissions._tcp"), records("_imap._tcp SRV 0 1 143 imap"),
			host(imapHost, Host{143: imap(imapHost)}), host(smtpHost, Host{587: submission(smtpHost)})),
		provider("list-other-host", "the public database names another server than the domain, which works too", "ispdb.outdated",
			listed(incoming("imap", "mail.example.com", 993, "SSL"), tlsSMTP),
			records("mail A 192.0.2.12"), serve("mail.example.com", 993, imaps("mail.example.com"))),
		provider("list-gone", "the public database names a server that does not exist any more", "dns.nxdomain ispdb.outdated",
			listed(incoming("imap", "old.example.com", 993, "SSL"), tlsSMTP)),
		provider("list-weaker", "the public database still names STARTTLS, the domain TLS from the first byte", "ispdb.outdated",
			without("_submission._tcp"), listed(incoming("imap", imapHost, 143, "STARTTLS"), tlsSMTP), serve(imapHost, 143, imap(imapHost))),
		provider("list-same", "the public database names what the domain does", "", listed(tlsIMAP, tlsSMTP)),
	}
}

// unusualPorts are servers that work where nobody expects them.
func unusualPorts() []Scenario {
	tlsIMAP := incoming("imap", imapHost, 993, "SSL")
	return []Scenario{
		provider("starttls-on-465", "the submission server on port 465 wants STARTTLS, and is published so", "publish.port-unusual",
			onlyAutoconfig(XML(config(tlsIMAP, outgoing(smtpHost, 465, "STARTTLS")))), serve(smtpHost, 465, submission(smtpHost))),
		provider("tls-on-587", "the submission server on port 587 has TLS from the first byte, and is published so", "publish.port-unusual",
			onlyAutoconfig(XML(config(tlsIMAP, outgoing(smtpHost, 587, "SSL")))), serve(smtpHost, 587, submissions(smtpHost))),
		provider("pop3-on-993", "the POP3 server is on the port of IMAP, and is published so", "publish.port-unusual",
			without("_imaps._tcp", "_pop3s._tcp"), records("_pop3s._tcp SRV 0 1 993 pop"), host(popHost, Host{993: pop3s(popHost)})),
	}
}
