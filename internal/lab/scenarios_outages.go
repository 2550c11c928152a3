package lab

import "net/http"

// everyHost puts the same host at every address that has one, the provider
// database's included.
func everyHost(h Host) change {
	return func(s *Scenario) {
		database(h)(s)
		for name := range s.Hosts {
			s.Hosts[name] = h
		}
	}
}

// database replaces the host of the provider database.
func database(h Host) change {
	return func(s *Scenario) {
		records("v1.ispdb.net. A 198.51.100.80")(s)
		s.Hosts["v1.ispdb.net"] = h
	}
}

// deadIPv6 gives the hosts IPv6 addresses that nothing answers at.
func deadIPv6(s *Scenario) {
	records("imap AAAA 2001:db8::10", "smtp AAAA 2001:db8::25")(s)
	s.Hosts["192.0.2.10"], s.Hosts["192.0.2.25"] = s.Hosts[imapHost], s.Hosts[smtpHost]
	s.Hosts["2001:db8::10"], s.Hosts["2001:db8::25"] = Blackhole(), Blackhole()
	delete(s.Hosts, imapHost)
	delete(s.Hosts, smtpHost)
}

const loginPage = "http://login.hotel.example/"

// The web of a hotel: whatever is asked leads to the page to log in at.

func toLoginPage(c *Conn) { everywhere(Redirect(loginPage))(c) }
func noLogin(c *Conn)     { everywhere(Status(http.StatusNetworkAuthenticationRequired))(c) }
func loginTLS(c *Conn) {
	TLS(cert("login.hotel.example"), everywhere(HTML("<!DOCTYPE html><title>Welcome, guest</title>\n")))(c)
}

// everywhere answers every question of the web in one way.
func everywhere(r Reply) Behaviour { return HTTP(map[string]Reply{"*": r}) }

// outages are causes that explain many findings at once.
func outages() []Scenario {
	return []Scenario{
		provider("offline", "the machine that runs the test has no network at all", "account.no-settings ispdb.unreachable net.offline",
			func(s *Scenario) { s.NoNetwork = true }),
		provider("offline-but-dns", "DNS answers, and nothing else on the internet does", "account.no-incoming account.no-outgoing ispdb.unreachable net.offline tcp.host-down",
			everyHost(Blackhole())),
		provider("captive-portal", "a hotel's login page answers in the place of every web server, and mail ports are blocked",
			"account.no-incoming account.no-outgoing autoconfig.certificate http.redirect-refused ispdb.unreachable net.captive-portal tcp.blocked-here tcp.timeout",
			autoconfig(settings), everyHost(Host{0: Drop, 80: toLoginPage, 443: loginTLS})),
		provider("captive-portal-http", "a login page answers http only", "account.no-incoming account.no-outgoing ispdb.unreachable net.captive-portal tcp.host-down",
			everyHost(Host{0: Drop, 80: noLogin})),
		provider("captive-portal-mail", "the login page's certificate is shown on mail ports too", "account.no-incoming account.no-outgoing ispdb.unreachable greet.timeout net.captive-portal tls.name-mismatch",
			without("_submission._tcp"), everyHost(Host{0: Drop, 443: loginTLS, 993: loginTLS, 995: loginTLS, 465: loginTLS})),
		provider("proxy-in-the-way", "a proxy of the company takes over all connections and understands only the web", "account.no-incoming account.no-outgoing net.intercepted tcp.reset-after-connect tls.eof",
			host(imapHost, Host{0: CloseOnHello}), host(popHost, Host{0: CloseOnHello}), host(smtpHost, Host{0: Reset, 465: CloseOnHello}),
			host("203.0.113.80", Host{80: HTTP(nil)})),
		provider("host-down", "the host of four services is down", "account.no-incoming tcp.host-down",
			without("_pop3s._tcp", "pop"), records("_imap._tcp SRV 0 1 143 imap", "_pop3s._tcp SRV 0 1 995 imap", "_pop3._tcp SRV 0 1 110 imap"),
			func(s *Scenario) { delete(s.Hosts, popHost) },
			host(imapHost, Blackhole())),
		provider("port-silent", "a firewall drops connections to port 993, but not to others", "tcp.timeout", host(imapHost, Host{993: Drop})),
		provider("port-silent-door", "a firewall drops connections to port 993, and port 143, which nobody publishes, works", "tcp.timeout",
			host(imapHost, Host{993: Drop, 143: imap(imapHost)})),
		provider("port-blocked-door", "the network lets nothing out to port 465, and port 587, which nobody publishes, works", "account.no-outgoing tcp.blocked-here",
			without("_submission._tcp"), serve(smtpHost, 465, Drop)),
		provider("port-blocked", "the network lets nothing out to port 587", "tcp.blocked-here", serve(smtpHost, 587, Drop)),
		provider("ipv6-broken", "IPv6 does not work here, for any server", "net.ipv6-broken tcp.unreachable6", deadIPv6),
		provider("one-cert-expired", "one certificate for all services has expired", "account.no-incoming account.no-outgoing tls.expired",
			oneCert(Cert{Names: []string{imapHost, popHost, smtpHost}, NotAfter: -3 * day})),
		provider("one-cert-wrong", "one certificate with the hosting company's name is on all services", "account.no-incoming account.no-outgoing tls.name-mismatch",
			oneCert(Cert{Names: []string{"server7.hosting.example"}})),
		provider("antivirus-everywhere", "a virus scanner puts a certificate of its own in the place of each server's", "account.no-incoming account.no-outgoing tls.interception",
			serve(imapHost, 993, TLS(scanned(imapHost), IMAP(Mail{Host: imapHost}))), serve(popHost, 995, TLS(scanned(popHost), POP3(Mail{Host: popHost}))),
			serve(smtpHost, 465, TLS(scanned(smtpHost), SMTP(Mail{Host: smtpHost}))), onSubmission(Mail{StartTLS: new(scanned(smtpHost))})),
		provider("banned-in-words", "the IMAP server has banned the address: it says so on one port and hangs up on the other", "greet.blocklist tls.eof",
			onIMAP(greets(turnsAway("* BYE Your address is banned.\r\n"))), onIMAPS(CloseAtOnce)),
		provider("blocklisted-everywhere", "the submission server refuses the address on both ports, in two ways", "account.no-outgoing greet.blocklist",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": turnsAway("554 5.7.1 Service unavailable; client blocked using pbl.spamhaus.org\r\n")}}),
			onSubmissions(Mail{On: map[string]Behaviour{"EHLO": Then(Say("550 5.7.1 Your address is listed at pbl.spamhaus.org\r\n"), CloseAtOnce)}})),
		provider("too-many-everywhere", "the submission server counts too many connections, over both ports", "account.no-outgoing greet.rate-limit",
			onSubmission(Mail{On: map[string]Behaviour{"greeting": turnsAway("421 4.7.0 Too many connections\r\n")}}),
			onSubmissions(Mail{On: map[string]Behaviour{"greeting": turnsAway("421 4.7.0 smtp.example.com too many concurrent sessions\r\n")}})),
		provider("proxy-header-everywhere", "a proxy sends the submission server a header at both ports", "account.no-outgoing reply.proxy-header",
			serve(smtpHost, 587, headed(submission(smtpHost))), onSubmissions(Mail{On: map[string]Behaviour{"greeting": turnsAway("554 SMTP synchronization error\r\n")}})),
	}
}

// scanned is the certificate that a virus scanner makes for a host.
func scanned(host string) Cert {
	return Cert{Names: []string{host}, Authority: "Avast Web/Mail Shield Root"}
}

// oneCert puts the same certificate on all services.
func oneCert(c Cert) change {
	return func(s *Scenario) {
		serve(imapHost, 993, TLS(c, IMAP(Mail{Host: imapHost})))(s)
		serve(popHost, 995, TLS(c, POP3(Mail{Host: popHost})))(s)
		serve(smtpHost, 465, TLS(c, SMTP(Mail{Host: smtpHost})))(s)
		serve(smtpHost, 587, SMTP(Mail{Host: smtpHost, StartTLS: &c}))(s)
	}
}
