package lab

import (
	"crypto/tls"
	"strings"
	"syscall"
	"time"
)

// onIMAPS changes what is on port 993 of the IMAP host.
func onIMAPS(b Behaviour) change { return serve(imapHost, 993, b) }

// insideIMAPS changes the IMAP server inside TLS.
func insideIMAPS(b Behaviour) change { return onIMAPS(TLS(cert(imapHost), b)) }

// withCert changes the certificate of port 993.
func withCert(c Cert) change { return onIMAPS(TLS(c, IMAP(Mail{Host: imapHost}))) }

// onIMAP publishes port 143 of the IMAP host, and what is on it.
func onIMAP(b Behaviour) change {
	return func(s *Scenario) {
		records("_imap._tcp SRV 0 1 143 imap")(s)
		serve(imapHost, 143, b)(s)
	}
}

// onSubmission changes what is on port 587.
func onSubmission(m Mail) change {
	m.Host = smtpHost
	return serve(smtpHost, 587, SMTP(m))
}

// bothFamilies gives the IMAP host an IPv6 address.
func bothFamilies(s *Scenario) { records("imap AAAA 2001:db8::10")(s) }

var smtpCert, imapCert = Cert{Names: []string{smtpHost}}, Cert{Names: []string{imapHost}}

func networkFaults() []Scenario {
	return []Scenario{
		provider("port-refused", "nothing listens on the published port", "tcp.refused", host(imapHost, Host{})),
		provider("firewall", "a firewall drops connections to the IMAP server", "tcp.host-down", host(imapHost, Blackhole())),
		provider("no-route", "the IMAP server's address is in a network that is gone", "tcp.unreachable",
			without("imap"), records("imap A 198.51.100.66"), func(s *Scenario) { delete(s.Hosts, imapHost) }),
		provider("ipv6-dead", "the IMAP server listens on IPv4 only, but has an IPv6 address", "tcp.unreachable6", bothFamilies,
			func(s *Scenario) { delete(s.Hosts, imapHost) },
			host("192.0.2.10", Host{993: imaps(imapHost)}), host("2001:db8::10", Host{})),
		provider("ipv6-firewall", "a firewall drops connections to the IMAP server's IPv6 address", "tcp.unreachable6", bothFamilies,
			func(s *Scenario) { delete(s.Hosts, imapHost) },
			host("192.0.2.10", Host{993: imaps(imapHost)}), host("2001:db8::10", Blackhole())),
		provider("ipv4-dead", "the IMAP server listens on IPv6 only, but has an IPv4 address", "tcp.unreachable4", bothFamilies,
			func(s *Scenario) { delete(s.Hosts, imapHost) },
			host("192.0.2.10", Host{}), host("2001:db8::10", Host{993: imaps(imapHost)})),
		provider("no-sockets", "the machine that runs the test can open no connection for want of buffers", "ispdb.unreachable net.shortage",
			func(s *Scenario) { s.Sockets = syscall.ENOBUFS }),
		provider("private-address", "a service for strangers tests a domain whose IMAP server is in a private network", "net.not-allowed",
			without("imap"), records("imap A 10.1.2.3"), func(s *Scenario) { s.PublicOnly = true }),
		provider("odd-sockets", "the machine that runs the test can open no connection, for a reason unknown to mailcheck", "account.no-incoming account.no-outgoing internal.unclassified ispdb.unreachable",
			func(s *Scenario) { s.Sockets = syscall.EPROTONOSUPPORT }),
		provider("no-ipv6-here", "the machine that runs the test has no IPv6", "net.no-ipv6-here", bothFamilies,
			func(s *Scenario) { s.NoIPv6 = true }),
		provider("banned", "the IMAP server hangs up at once, as for a banned address", "tcp.reset-after-connect",
			onIMAP(Reset)),
		provider("banned-everywhere", "the server hangs up at once on every port, with TLS and without", "tcp.reset-after-connect",
			onIMAP(CloseAtOnce), onIMAPS(CloseAtOnce)),
		provider("proxy-expected", "the submission server waits for the header of a proxy that does not stand in front of it", "account.no-outgoing tcp.proxy-expected",
			serve(smtpHost, 587, BehindProxy(5*time.Second, SMTP(Mail{Host: smtpHost, StartTLS: &smtpCert}))),
			serve(smtpHost, 465, BehindProxy(5*time.Second, TLS(smtpCert, SMTP(Mail{Host: smtpHost}))))),
		provider("proxy-expected-tls", "the port for IMAP with TLS waits for the header of a proxy that does not stand in front of it", "tcp.proxy-expected",
			onIMAPS(BehindProxy(5*time.Second, imaps(imapHost)))),
		provider("proxy-expected-every-tls-port", "so do the ports for POP3 and submission with TLS", "account.no-incoming account.no-outgoing tcp.proxy-expected",
			without("_submission._tcp"), onIMAPS(BehindProxy(5*time.Second, imaps(imapHost))),
			serve(popHost, 995, BehindProxy(5*time.Second, pop3s(popHost))), serve(smtpHost, 465, BehindProxy(5*time.Second, submissions(smtpHost)))),
		provider("proxy-expected-tls-silent", "the same, and the server is silent to who comes without the header", "tcp.proxy-expected",
			onIMAPS(silentWithoutHeader(imaps(imapHost)))),
		provider("banned-tls", "the port for IMAP with TLS hangs up at once, and there is no other", "tls.eof", onIMAPS(CloseAtOnce)),
		provider("banned-every-tls-port", "every port with TLS hangs up at once, and there is none without", "account.no-incoming account.no-outgoing tls.eof",
			without("_submission._tcp"), onIMAPS(CloseAtOnce), serve(popHost, 995, CloseAtOnce), serve(smtpHost, 465, Reset)),
		provider("slow-to-hang-up", "the IMAP server says nothing for some seconds and hangs up", "tcp.reset-after-connect",
			onIMAP(Then(Wait(4*time.Second), CloseAtOnce))),
		provider("bad-address", "DNS gives an address that no server can have", "net.bad-address",
			without("imap"), records("imap A 0.0.0.0"), func(s *Scenario) { delete(s.Hosts, imapHost) }),
	}
}

func handshakes() []Scenario {
	return []Scenario{
		provider("plain-on-tls-port", "the IMAP server speaks plain text on port 993", "tls.plain-on-tls-port",
			onIMAPS(IMAP(Mail{Host: imapHost}))),
		provider("cert-expired", "the certificate of the IMAP server has expired", "tls.expired",
			withCert(Cert{Names: []string{imapHost}, NotAfter: -3 * day})),
		provider("cert-not-yet-valid", "the certificate is valid from tomorrow", "tls.not-yet-valid",
			withCert(Cert{Names: []string{imapHost}, NotBefore: day})),
		provider("cert-expires-soon", "the certificate expires in four days", "tls.expires-soon",
			withCert(Cert{Names: []string{imapHost}, NotAfter: 4 * day})),
		provider("wrong-host-certificate", "the certificate is for the hosting company's name", "tls.name-mismatch",
			withCert(Cert{Names: []string{"server7.hosting.example", "*.hosting.example"}})),
		provider("cert-cn-only", "the certificate has its name as common name only", "tls.cn-only",
			withCert(Cert{Names: []string{imapHost}, NoSAN: true})),
		provider("cert-ip", "the settings file names the server by its IP address", "publish.sources-disagree tls.ip-san",
			autoconfig(XML(config(incoming("imap", "192.0.2.10", 993, "SSL"), outgoing(smtpHost, 465, "SSL"))))),
		provider("cert-self-signed", "the certificate is self-signed", "tls.self-signed",
			withCert(Cert{Names: []string{imapHost}, SelfSigned: true})),
		provider("cert-wrong-usage", "the certificate is not meant for servers", "tls.wrong-usage",
			withCert(Cert{Names: []string{imapHost}, ClientOnly: true})),
		provider("tls-old", "the server speaks TLS 1.0 and nothing newer", "tls.old-protocol",
			onIMAPS(TLS(imapCert, IMAP(Mail{Host: imapHost}), MaxVersion(tls.VersionTLS10)))),
		provider("tls-alert", "the server rejects the TLS handshake", "tls.handshake-failure", onIMAPS(Alert(40))),
		provider("tls-unrecognized-name", "the server does not know its own name", "tls.unrecognized-name",
			onIMAPS(TLS(imapCert, IMAP(Mail{Host: imapHost}), StrictSNI("mail.example.com")))),
		provider("tls-client-cert", "the server demands a client certificate", "tls.client-cert",
			onIMAPS(TLS(imapCert, IMAP(Mail{Host: imapHost}), ClientCertificate))),
		provider("tls-client-cert-greeting", "the server asks for a client certificate, and says in its greeting that it must have one", "tls.client-cert",
			onIMAPS(TLS(imapCert, Say("* BYE No required SSL certificate\r\n"), AskClientCertificate))),
		provider("tls-client-cert-ehlo", "the same behind STARTTLS, in answer to the first command", "tls.client-cert",
			onSubmission(Mail{StartTLS: &smtpCert, TLSOptions: []TLSOption{AskClientCertificate},
				On: map[string]Behaviour{"tls EHLO": Say("421 4.7.1 smtp.example.com Error: No client certificate presented\r\n")}})),
		provider("tls-client-cert-optional", "the server asks for a client certificate, and does without", "",
			onIMAPS(TLS(imapCert, IMAP(Mail{Host: imapHost}), AskClientCertificate))),
		provider("tls-no-secure-renegotiation", "the TLS library of the IMAP server is from before 2010", "tls.audit-renegotiation",
			onIMAPS(BareTLS(imapCert, IMAP(Mail{Host: imapHost})))),
		provider("starttls-no-secure-renegotiation", "the same of the submission server, behind STARTTLS", "tls.audit-renegotiation",
			onSubmission(Mail{StartTLS: &smtpCert, On: map[string]Behaviour{"handshake": BareTLS(smtpCert, withinTLS(smtpHost))}})),
		provider("tls-eof", "the server hangs up in the middle of the TLS handshake", "tls.eof", onIMAPS(CloseOnHello)),
		provider("tls-silent", "the server does not answer the TLS handshake", "tls.timeout", onIMAPS(Silent)),
	}
}

func upgrades() []Scenario {
	return []Scenario{
		provider("starttls-missing", "the submission server does not offer STARTTLS", "starttls.missing", onSubmission(Mail{})),
		provider("starttls-missing-imap", "the IMAP server does not offer STARTTLS", "starttls.missing", onIMAP(IMAP(Mail{Host: imapHost}))),
		provider("starttls-missing-pop3", "the POP3 server does not offer STLS", "starttls.missing",
			records("_pop3._tcp SRV 0 1 110 pop"), serve(popHost, 110, POP3(Mail{Host: popHost}))),
		provider("starttls-sometimes", "of the two machines behind the IMAP server's name one offers no STARTTLS", "starttls.sometimes",
			records("imap A 192.0.2.12", "_imap._tcp SRV 0 1 143 imap"),
			func(s *Scenario) { delete(s.Hosts, imapHost) },
			host("192.0.2.10", Host{993: imaps(imapHost), 143: IMAP(Mail{Host: imapHost})}),
			host("192.0.2.12", Host{993: imaps(imapHost), 143: imap(imapHost)})),
		provider("starttls-masked", "a firewall overwrites the STARTTLS offer", "starttls.masked",
			onSubmission(Mail{Caps: []string{"PIPELINING", "SIZE 52428800", "XXXXXXXA", "8BITMIME"},
				On: map[string]Behaviour{"greeting": Say("220 " + strings.Repeat("*", 40) + "\r\n"), "STARTTLS": Say("500 5.5.1 Command unrecognized: \"XXXXXXXX\"\r\n")}})),
		provider("starttls-breaks", "the IMAP server agrees to STARTTLS and then finds that its key does not fit", "starttls.454",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, On: map[string]Behaviour{"handshake": Say("* BYE TLS initialization failed.\r\n")}}))),
		provider("starttls-breaks-at-once", "the same, and its last words come together with its consent", "starttls.454",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, GoAhead: "{tag} OK Begin TLS negotiation now.\r\n* BYE [UNAVAILABLE] TLS initialization failed.\r\n",
				On: map[string]Behaviour{"handshake": func(c *Conn) { c.Close() }}}))),
		provider("starttls-refused", "the submission server announces STARTTLS but refuses it", "starttls.454",
			onSubmission(Mail{StartTLS: &smtpCert, On: map[string]Behaviour{"STARTTLS": Say("454 4.7.0 TLS not available due to local problem\r\n")}})),
		provider("starttls-too-many", "the submission server counts too many TLS sessions from this address", "greet.rate-limit",
			onSubmission(Mail{StartTLS: &smtpCert, On: map[string]Behaviour{"STARTTLS": Then(Say("421 4.7.0 smtp.example.com Error: too many new TLS sessions from 203.0.113.250\r\n"), CloseAtOnce)}})),
		provider("starttls-refused-imap", "the IMAP server announces STARTTLS but refuses it", "starttls.454",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, On: map[string]Behaviour{"STARTTLS": Say("{tag} NO TLS initialization failed.\r\n")}}))),
		provider("starttls-refused-pop3", "the POP3 server announces STLS but refuses it", "starttls.454",
			records("_pop3._tcp SRV 0 1 110 pop"), serve(popHost, 110, POP3(Mail{Host: popHost, StartTLS: &Cert{Names: []string{popHost}},
				On: map[string]Behaviour{"STLS": Say("-ERR [SYS/TEMP] TLS is not available.\r\n")}}))),
		provider("starttls-injection", "plain text follows the submission server's go-ahead for TLS", "starttls.injection",
			onSubmission(Mail{StartTLS: &smtpCert, GoAhead: "220 2.0.0 Ready to start TLS\r\n250-smtp.example.com\r\n250 AUTH PLAIN\r\n"})),
		provider("starttls-injection-imap", "plain text follows the IMAP server's go-ahead for TLS", "starttls.injection",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, GoAhead: "{tag} OK Begin TLS negotiation now.\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"}))),
		provider("starttls-forged-capabilities", "the go-ahead for TLS carries capabilities, which must be forgotten", "",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, GoAhead: "{tag} OK [CAPABILITY IMAP4rev1 AUTH=ANONYMOUS] Begin TLS negotiation now.\r\n"}))),
		provider("starttls-hang", "after its go-ahead the server does not answer the TLS handshake", "tls.timeout",
			onSubmission(Mail{StartTLS: &smtpCert, On: map[string]Behaviour{"handshake": Silent}})),
		provider("starttls-cert-expired", "the certificate behind STARTTLS has expired", "tls.expired",
			onSubmission(Mail{StartTLS: &Cert{Names: []string{smtpHost}, NotAfter: -3 * day}})),
	}
}

func conversations() []Scenario {
	return []Scenario{
		provider("silent-server", "the IMAP server accepts connections but never greets", "greet.timeout", insideIMAPS(Silent)),
		provider("greeting-drip", "the greeting arrives so slowly that no client waits for it", "greet.timeout",
			insideIMAPS(greets(Drip("* OK "+imapHost+" Dovecot ready.\r\n", 5*time.Second)))),
		provider("greeting-delay", "the IMAP server takes seven seconds to greet", "greet.delay",
			insideIMAPS(IMAP(Mail{Host: imapHost, GreetingDelay: 7 * time.Second}))),
		provider("greeting-bye", "the IMAP server turns everybody away for now", "greet.bye",
			insideIMAPS(greets(Say("* BYE [UNAVAILABLE] Internal error, try again later.\r\n"), CloseAtOnce))),
		provider("greeting-421", "the submission server is overloaded", "greet.overload",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": turnsAway("421 4.3.2 All server ports are busy\r\n")}})),
		provider("greeting-554", "the submission server serves nobody", "greet.554",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": turnsAway("554 5.3.2 No SMTP service here\r\n")}})),
		provider("greeting-ssh", "an SSH server answers on the IMAP port", "greet.not-this-protocol",
			onIMAP(greets(Say("SSH-2.0-OpenSSH_9.9\r\n")))),
		provider("greeting-http", "a web server answers on the submission port", "greet.not-this-protocol",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": Then(Say("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), CloseAtOnce)}})),
		provider("greeting-smtp", "an SMTP server answers on the IMAP port", "greet.not-this-protocol",
			onIMAP(submission(smtpHost))),
		provider("greeting-malformed", "the IMAP server's greeting is not IMAP", "greet.malformed",
			insideIMAPS(greets(Say("\x1b[2J\x1b[31mHello\u202e!\x00\xff\r\n")))),
		provider("greeting-escapes", "the greeting is right but holds terminal escapes and a direction override", "",
			insideIMAPS(greets(Say("* OK \x1b]0;owned\x07\x1b[2JDovecot \u202eready\x7f.\r\n")))),
		provider("greeting-multiline", "the submission server greets in several lines", "",
			onSubmission(Mail{StartTLS: &smtpCert, On: map[string]Behaviour{"greeting": Say("220-smtp.example.com ESMTP Postfix\r\n220-No unsolicited mail, please.\r\n220 Ready.\r\n")}})),
		provider("greeting-preauth", "the IMAP server claims that the user is logged in already", "greet.preauth",
			onIMAP(IMAP(Mail{Host: imapHost, StartTLS: &imapCert, On: map[string]Behaviour{"greeting": Say("* PREAUTH Welcome back.\r\n")}}))),
		provider("reply-malformed", "the lines of the EHLO reply have different codes", "reply.malformed",
			onSubmission(Mail{On: map[string]Behaviour{"EHLO": Say("250-smtp.example.com\r\n251-STARTTLS\r\n250 SIZE\r\n")}})),
		provider("reply-endless-line", "the CAPABILITY reply is one line without end", "reply.too-long",
			insideIMAPS(answers("CAPABILITY", Then(Say("* CAPABILITY IMAP4rev1 "), Endless("AUTH=X "))))),
		provider("reply-endless-lines", "the CAPA reply never ends", "reply.too-long",
			serve(popHost, 995, TLS(cert(popHost), POP3(Mail{Host: popHost, On: map[string]Behaviour{"CAPA": Then(Say("+OK\r\n"), Endless("X-MORE\r\n"))}})))),
		provider("reply-timeout", "the IMAP server does not answer CAPABILITY", "reply.timeout", insideIMAPS(answers("CAPABILITY", Silent))),
		provider("reply-lines-forever", "the IMAP server sends a line every second but never the end of the reply", "reply.timeout",
			insideIMAPS(answers("CAPABILITY", EndlessEvery("* OK Still here.\r\n", time.Second)))),
		provider("reply-closed", "the IMAP server hangs up on CAPABILITY", "reply.closed", insideIMAPS(answers("CAPABILITY", CloseAtOnce))),
		provider("reply-rejected", "the submission server does not know EHLO", "reply.rejected",
			serve(smtpHost, 465, TLS(smtpCert, SMTP(Mail{Host: smtpHost, On: map[string]Behaviour{"EHLO": Say("502 5.5.2 Error: command not recognized\r\n")}})))),
		provider("ehlo-name-refused", "the submission server rejects the name that mail programs say in EHLO", "reply.ehlo-name",
			onSubmissions(Mail{On: map[string]Behaviour{"EHLO": Say("501 5.5.2 Invalid domain name\r\n")}})),
		provider("ehlo-too-many", "the submission server counts connections at EHLO only", "greet.rate-limit",
			onSubmissions(Mail{On: map[string]Behaviour{"EHLO": Then(Say("421 4.7.0 Too many connections from your address\r\n"), CloseAtOnce)}})),
		provider("capa-unknown", "the POP3 server is older than the CAPA command", "",
			serve(popHost, 995, TLS(cert(popHost), POP3(Mail{Host: popHost, On: map[string]Behaviour{"CAPA": Say("-ERR Unknown command.\r\n")}})))),
		provider("auth-none", "inside TLS the submission server offers no way to log in", "auth.none-offered",
			serve(smtpHost, 465, TLS(smtpCert, SMTP(Mail{Host: smtpHost, TLSCaps: []string{"PIPELINING", "8BITMIME", "SIZE 52428800"}})))),
		provider("auth-windows-only", "the submission server has only the logins of Windows domains", "auth.windows-only",
			onSubmissions(Mail{TLSCaps: []string{"PIPELINING", "8BITMIME", "SIZE 52428800", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "AUTH NTLM GSSAPI"}})),
	}
}

// withinTLS is a submission server that goes on in a connection that was taken into TLS
// already.
func withinTLS(host string) Behaviour {
	return func(c *Conn) {
		s := &session{Conn: c, Mail: Mail{Host: host}}
		for s.smtpCommand() {
		}
	}
}

// silentWithoutHeader waits for the header of a proxy for ever.
func silentWithoutHeader(next Behaviour) Behaviour {
	return func(c *Conn) {
		if begin, err := c.in.Peek(6); err != nil || string(begin) != "PROXY " {
			Silent(c)
			return
		}
		c.readLine()
		next(c)
	}
}

// greets returns an IMAP server that greets in another way.
func greets(steps ...Behaviour) Behaviour {
	return IMAP(Mail{Host: imapHost, On: map[string]Behaviour{"greeting": Then(steps...)}})
}

// answers returns an IMAP server that answers one command in another way.
func answers(command string, b Behaviour) Behaviour {
	return IMAP(Mail{Host: imapHost, On: map[string]Behaviour{command: b}})
}
