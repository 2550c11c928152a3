package lab

import "strings"

// clients are set-ups that mail clients configure themselves from differently,
// though nothing is wrong with them.
var clients = []Scenario{
	provider("srv-tls-only", "SRV records for TLS from the first byte alone, as RFC 8314 has it", "",
		without("_pop3s._tcp", "_submission._tcp", "pop"), func(s *Scenario) { delete(s.Hosts, popHost) }),
	provider("autoconfig-local-part", "the settings file has the local part as the user name", "",
		onlyAutoconfig(XML(userNamed("%EMAILLOCALPART%")))),
	provider("autoconfig-own-user-name", "the settings file makes a user name of its own out of the address", "",
		autoconfig(XML(userNamed("%EMAILLOCALPART%.%EMAILDOMAIN%")))),
	provider("autoconfig-http-other", "a forgotten settings file is still served over http, beside the right one over https", "",
		autoconfig(nil), without("_imaps._tcp", "_pop3s._tcp", "_submissions._tcp", "_submission._tcp"),
		records("@ A 192.0.2.81", "old A 192.0.2.12"),
		host("192.0.2.81", Host{443: TLS(cert("example.com"), HTTP(map[string]Reply{"/.well-known/autoconfig/mail/config-v1.1.xml": settings}))}),
		host(webHost, Host{80: web(XML(config(incoming("imap", "old.example.com", 143, "STARTTLS"), outgoing("old.example.com", 587, "STARTTLS")))), 443: TLS(cert(webHost), HTTP(nil))}),
		host("old.example.com", Host{143: imap("old.example.com")})),
}

// userNamed is a settings file with another user name.
func userNamed(name string) string {
	return strings.ReplaceAll(config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL")), "%EMAILADDRESS%", name)
}
