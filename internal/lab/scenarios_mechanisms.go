package lab

import (
	"crypto/tls"

	"github.com/xdg-go/scram"
)

// everyWay has the check try every way to log in.
func everyWay(s *Scenario) { s.EveryWay = true }

// showing has the check show a client certificate with this name.
func showing(name string) change { return func(s *Scenario) { s.Shows = name } }

// onlyIMAP publishes the IMAP server and submission alone, so that all logins of a run are
// theirs.
func onlyIMAP(s *Scenario) { without("_pop3s._tcp", "_submission._tcp")(s) }

// imapOffering is an IMAP server that lets alice in and offers these mechanisms.
func imapOffering(m Mail, mechanisms ...string) Mail {
	m.Host, m.Users = imapHost, map[string]string{wholeAddress: rightPassword}
	m.TLSCaps = []string{"IMAP4rev1", "SASL-IR", "LOGINDISABLED", "IDLE", "UIDPLUS", "MOVE", "SPECIAL-USE"}
	for _, name := range mechanisms {
		m.TLSCaps = append(m.TLSCaps, "AUTH="+name)
	}
	return m
}

// binding has the IMAP server make so much of channel binding.
func binding(b Binding, mechanisms []string, options ...TLSOption) change {
	return func(s *Scenario) {
		serve(imapHost, 993, TLS(cert(imapHost), IMAP(imapOffering(Mail{Binding: b}, mechanisms...)), options...))(s)
	}
}

// taking has the IMAP server take a client certificate of a user.
func taking(user string, options ...TLSOption) change {
	m := imapOffering(Mail{}, "EXTERNAL")
	m.Users = map[string]string{user: rightPassword}
	smtp := Mail{Host: smtpHost, Users: m.Users, TLSCaps: []string{"PIPELINING", "SIZE 52428800", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "CHUNKING", "AUTH EXTERNAL"}}
	return func(s *Scenario) {
		s.Hosts[imapHost] = Host{993: TLS(cert(imapHost), IMAP(m), options...)}
		s.Hosts[smtpHost] = Host{465: TLS(cert(smtpHost), SMTP(smtp), options...)}
	}
}

// mechanisms are the scenarios about ways to log in that mail programs seldom go.
func mechanisms() []Scenario {
	with := []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}
	stripped := []string{"PLAIN", "SCRAM-SHA-256"}
	return []Scenario{
		provider("login-every-way", "the servers offer many ways to log in, and each that mailcheck speaks lets the user in",
			"", mailboxes(wholeAddress, nil), password(rightPassword), everyWay, without("_submission._tcp"),
			serve(imapHost, 993, TLS(cert(imapHost), IMAP(imapOffering(Mail{Binding: Binding{Type: scram.ChannelBindingTLSExporter}},
				"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS", "NTLM", "GSSAPI", "DIGEST-MD5", "XOAUTH2")))),
			serve(popHost, 995, TLS(cert(popHost), POP3(Mail{Host: popHost, Users: map[string]string{wholeAddress: rightPassword}, Stamp: "<1896.697170952@pop.example.com>"})))),
		provider("login-every-way-refused", "the password is wrong, and every way to log in is tried all the same",
			"account.no-incoming account.no-outgoing login.rejected", mailboxes(wholeAddress, nil), password("wrong battery"), everyWay, onlyIMAP),
		provider("login-scram-sha-512", "the servers take SCRAM-SHA-512 alone",
			"", mailboxes(wholeAddress, offering("SCRAM-SHA-512")), password(rightPassword)),
		provider("login-binding-refused", "the IMAP server offers to bind logins to the TLS connection, by a type that TLS 1.3 does not have",
			"login.binding-refused", mailboxes(wholeAddress, nil), onlyIMAP, password(rightPassword), everyWay,
			binding(Binding{Type: scram.ChannelBindingTLSUnique, Mute: true}, with)),
		provider("login-binding-mismatch", "somebody with a trusted certificate stands before the IMAP server: the login is bound to another connection, and the server says so",
			"account.no-incoming login.binding-mismatch", mailboxes(wholeAddress, nil), onlyIMAP, password(rightPassword), everyWay,
			binding(Binding{Type: scram.ChannelBindingTLSExporter, Apart: true}, with)),
		provider("login-binding-mismatch-untold", "somebody with a trusted certificate stands before the IMAP server, over TLS 1.2, and the server does not say why it refuses the bound login",
			"account.no-incoming login.binding-mismatch", mailboxes(wholeAddress, nil), onlyIMAP, password(rightPassword), everyWay,
			binding(Binding{Type: scram.ChannelBindingTLSUnique, Apart: true, Mute: true}, with, MaxVersion(tls.VersionTLS12))),
		provider("login-binding-stripped", "somebody with a trusted certificate stands before the IMAP server, and has taken the bound logins out of its list",
			"account.no-incoming login.binding-stripped", mailboxes(wholeAddress, nil), onlyIMAP, password(rightPassword), everyWay,
			binding(Binding{Type: scram.ChannelBindingTLSExporter, Apart: true}, stripped)),
		provider("login-binding-stripped-untold", "the list of the IMAP server lacks the bound logins, and it refuses a client that says so, without a reason",
			"login.binding-stripped", mailboxes(wholeAddress, nil), onlyIMAP, password(rightPassword), everyWay,
			binding(Binding{Type: scram.ChannelBindingTLSExporter, Mute: true}, stripped)),
		provider("login-service-starts", "the IMAP server says that its service for logins is starting, and then greets",
			"", serve(imapHost, 993, TLS(cert(imapHost), IMAP(Mail{Host: imapHost, On: map[string]Behaviour{
				"greeting": Say("* OK Waiting for authentication process to respond..\r\n", "* OK Dovecot ready.\r\n")}})))),
		provider("login-service-away", "the IMAP server says that its service for logins is starting, and gives up",
			"login.unavailable", serve(imapHost, 993, TLS(cert(imapHost), Say("* OK Waiting for authentication process to respond..\r\n", "* BYE Auth process broken\r\n")))),
		provider("login-service-hangs", "the IMAP server says that its service for logins is starting, and no more",
			"login.unavailable", serve(imapHost, 993, TLS(cert(imapHost), Then(Say("* OK Waiting for authentication process to respond..\r\n"), Silent)))),
		provider("login-certificate", "the servers let the user in by the client certificate that TLS has shown them",
			"", onlyIMAP, showing(wholeAddress), taking(wholeAddress, AskClientCertificate)),
		provider("login-certificate-demanded", "the servers serve nobody without a client certificate",
			"", onlyIMAP, showing(wholeAddress), taking(wholeAddress, ClientCertificate)),
		provider("login-certificate-other", "the client certificate is of somebody whom the servers do not know",
			"account.no-incoming login.certificate-rejected", onlyIMAP, showing("mallory@example.com"), taking(wholeAddress, AskClientCertificate)),
		provider("login-certificate-rejected", "the servers end the TLS handshake at the client certificate",
			"account.no-incoming account.no-outgoing login.certificate-rejected", onlyIMAP, showing(wholeAddress), taking(wholeAddress, RejectClientCertificate)),
		provider("login-certificate-unasked", "the servers offer a login by client certificate, and never ask for one",
			"login.certificate-unasked", onlyIMAP, showing(wholeAddress), taking(wholeAddress)),
	}
}
