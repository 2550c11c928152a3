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
}

// userNamed is a settings file with another user name.
func userNamed(name string) string {
	return strings.ReplaceAll(config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL")), "%EMAILADDRESS%", name)
}
