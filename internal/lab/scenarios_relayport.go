package lab

import "time"

// sendsAt25 has the settings file send mail over port 25, to a host with these ports.
func sendsAt25(h Host) change {
	return func(s *Scenario) {
		onlyAutoconfig(XML(config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 25, "STARTTLS"))))(s)
		s.Hosts[smtpHost] = h
	}
}

// relay is a server as other servers see it: it has TLS, and no login.
func relay(m Mail) Behaviour {
	m.Host, m.StartTLS = smtpHost, &smtpCert
	m.TLSCaps = []string{"PIPELINING", "SIZE 52428800", "8BITMIME"}
	return SMTP(m)
}

// relayPorts are settings that send mail programs to the port of servers.
func relayPorts() []Scenario {
	turned := func(line string) Behaviour { return relay(Mail{On: map[string]Behaviour{"greeting": turnsAway(line)}}) }
	return []Scenario{
		provider("port-25-blocked", "the settings file sends mail over port 25, which the network blocks, and the host has port 587", "account.no-outgoing tcp.blocked-here tcp.port-25",
			sendsAt25(Host{25: Drop, 587: submission(smtpHost)})),
		provider("port-25-no-login", "port 25 offers no login, and port 465 works", "account.no-outgoing auth.none-offered publish.auth-not-offered tcp.port-25",
			sendsAt25(Host{25: relay(Mail{}), 465: submissions(smtpHost)})),
		provider("port-25-postscreen", "the same, and port 25 lets everybody wait", "account.no-outgoing auth.none-offered greet.delay publish.auth-not-offered tcp.port-25",
			sendsAt25(Host{25: relay(Mail{GreetingDelay: 6 * time.Second}), 587: submission(smtpHost)})),
		provider("port-25-blocklist", "port 25 refuses the addresses of people at home", "account.no-outgoing greet.blocklist tcp.port-25",
			sendsAt25(Host{25: turned("554 5.7.1 Service unavailable; client [203.0.113.250] blocked using pbl.spamhaus.org\r\n"), 587: submission(smtpHost)})),
		provider("port-25-554", "port 25 serves nobody", "account.no-outgoing greet.554 tcp.port-25",
			sendsAt25(Host{25: turned("554 5.3.2 No mail service here\r\n"), 587: submission(smtpHost)})),
		provider("port-25-refused", "nothing listens on port 25", "account.no-outgoing tcp.port-25 tcp.refused",
			sendsAt25(Host{465: submissions(smtpHost)})),
		provider("port-25-no-starttls", "port 25 has no TLS", "account.no-outgoing starttls.missing starttls.stripped-suspect tcp.port-25",
			sendsAt25(Host{25: SMTP(Mail{Host: smtpHost}), 587: submission(smtpHost)})),
		provider("port-25-self-signed", "the certificate on port 25 is self-signed, as servers do not mind", "account.no-outgoing auth.none-offered publish.auth-not-offered tcp.port-25 tls.self-signed",
			sendsAt25(Host{25: SMTP(Mail{Host: smtpHost, StartTLS: &Cert{Names: []string{smtpHost}, SelfSigned: true}, TLSCaps: []string{"PIPELINING", "SIZE 52428800", "8BITMIME"}}), 587: submission(smtpHost)})),
		provider("port-25-alone", "port 25 offers no login, port 587 none either, and there is no other", "account.no-outgoing auth.none-offered publish.auth-not-offered tcp.port-25",
			sendsAt25(Host{25: relay(Mail{}), 587: relay(Mail{})})),
		provider("port-25-works", "port 25 lets users log in, where it is not blocked", "tcp.port-25",
			sendsAt25(Host{25: submission(smtpHost)})),
		provider("port-25-beside", "the settings file names port 25 besides one that works", "auth.none-offered publish.auth-not-offered tcp.port-25",
			onlyAutoconfig(XML(config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 587, "STARTTLS"), outgoing(smtpHost, 25, "STARTTLS")))),
			serve(smtpHost, 25, relay(Mail{}))),
		provider("port-25-srv", "the SRV record names port 25", "account.no-outgoing auth.none-offered tcp.port-25",
			without("_submissions._tcp", "_submission._tcp"), records("_submission._tcp SRV 0 1 25 smtp"), serve(smtpHost, 25, relay(Mail{}))),
	}
}
