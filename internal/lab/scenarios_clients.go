package lab

import "strings"

// clients are set-ups that mail clients configure themselves from differently,
// though nothing is wrong with them.
func clients() []Scenario {
	return []Scenario{
		provider("srv-tls-only", "SRV records for TLS from the first byte alone, as RFC 8314 has it", "",
			without("_pop3s._tcp", "_submission._tcp", "pop"), func(s *Scenario) { delete(s.Hosts, popHost) }),
		provider("autoconfig-local-part", "the settings file has the local part as the user name", "",
			onlyAutoconfig(XML(userNamed("%EMAILLOCALPART%")))),
		provider("autoconfig-own-user-name", "the settings file makes a user name of its own out of the address", "",
			autoconfig(XML(userNamed("%EMAILLOCALPART%.%EMAILDOMAIN%")))),
		provider("srv-outdated", "the SRV record for IMAP still leads to the old server, the settings file to the new one", "publish.sources-disagree tcp.refused",
			without("_imaps._tcp"), records("_imaps._tcp SRV 0 1 993 old", "old A 192.0.2.12"), host("old.example.com", Host{}),
			autoconfig(settings)),
		provider("first-server-down", "of the two ports for sending that the settings file names, the first refuses connections", "tcp.refused",
			onlyAutoconfig(settings), host(smtpHost, Host{587: submission(smtpHost)})),
		provider("autoconfig-http-other", "a forgotten settings file is still served over http, beside the right one over https", "autoconfig.http-differs",
			autoconfig(nil), without("_imaps._tcp", "_pop3s._tcp", "_submissions._tcp", "_submission._tcp"),
			records("@ A 192.0.2.81", "old A 192.0.2.12"),
			host("192.0.2.81", Host{443: TLS(cert("example.com"), HTTP(map[string]Reply{"/.well-known/autoconfig/mail/config-v1.1.xml": settings}))}),
			host(webHost, Host{80: web(XML(config(incoming("imap", "old.example.com", 143, "STARTTLS"), outgoing("old.example.com", 587, "STARTTLS")))), 443: TLS(cert(webHost), HTTP(nil))}),
			host("old.example.com", Host{143: imap("old.example.com")})),
		provider("pop3-first", "the settings file names POP3 before IMAP, which some programs do not find there", "publish.client-refuses",
			onlyAutoconfig(XML(config(incoming("pop3", popHost, 995, "SSL"), incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL"))))),
		provider("page-before-settings", "a web page answers at the usual host, and the settings file is at the other place", "autoconfig.html-instead-of-xml",
			onlyAutoconfig(HTML("<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><p>It works!</body></html>\n")),
			records("@ A 192.0.2.81"),
			host("192.0.2.81", Host{443: TLS(cert("example.com"), HTTP(map[string]Reply{"/.well-known/autoconfig/mail/config-v1.1.xml": settings}))})),
		provider("built-in-by-mx", "the domain publishes its own servers, but a client believes the provider of its mail exchanger", "",
			without("@", "mx"), records(
				"@ MX 10 mxext1.mailbox.org.", "mxext1.mailbox.org. A 192.0.2.24",
				"imap.mailbox.org. A 192.0.2.30", "pop3.mailbox.org. A 192.0.2.31", "smtp.mailbox.org. A 192.0.2.35"),
			host("192.0.2.24", Host{}),
			host("imap.mailbox.org", Host{993: imaps("imap.mailbox.org")}),
			host("pop3.mailbox.org", Host{995: pop3s("pop3.mailbox.org")}),
			host("smtp.mailbox.org", Host{465: submissions("smtp.mailbox.org"), 587: submission("smtp.mailbox.org")})),
		provider("client-words", "Autodiscover says SSL off beside Encryption TLS, which is encrypted for some programs and not for others", "autodiscover.ssl-off",
			unpublished, autodiscover(XML(strings.ReplaceAll(poxSettings(poxMail("IMAP", imapHost, 143, "TLS"), poxMail("SMTP", smtpHost, 587, "TLS")), "<SSL>on</SSL>", "<SSL>off</SSL>"))),
			serve(imapHost, 143, imap(imapHost))),
		provider("client-starttls", "all servers have STARTTLS alone, which some programs do without and others do not know", "",
			onlyAutoconfig(XML(config(incoming("imap", imapHost, 143, "STARTTLS"), outgoing(smtpHost, 587, "STARTTLS")))),
			host(imapHost, Host{143: imap(imapHost)}), host(smtpHost, Host{587: submission(smtpHost)})),
		{
			Name: "built-in-outdated", Doc: "a client has a provider built in with a port that was closed since", Address: "alice@xtra.co.nz",
			Zone: `$ORIGIN xtra.co.nz.
@          MX 10 mx
mx         A  192.0.2.25
imap       A  192.0.2.10
pop3       A  192.0.2.11
send       A  192.0.2.26
autoconfig A  192.0.2.80
`,
			Hosts: map[string]Host{
				"mx.xtra.co.nz":         {},
				"imap.xtra.co.nz":       {993: imaps("imap.xtra.co.nz")},
				"pop3.xtra.co.nz":       {995: pop3s("pop3.xtra.co.nz")},
				"send.xtra.co.nz":       {465: submissions("send.xtra.co.nz")},
				"autoconfig.xtra.co.nz": {80: HTTP(nil), 443: https("autoconfig.xtra.co.nz", XML(config(incoming("imap", "imap.xtra.co.nz", 993, "SSL"), outgoing("send.xtra.co.nz", 465, "SSL"))))},
			},
		},
		{
			Name: "built-in-refused", Doc: "a client knows that the provider has no standard protocols, and gives up", Address: "alice@proton.me",
			Zone: `$ORIGIN proton.me.
@    MX 10 mail.protonmail.ch.
$ORIGIN protonmail.ch.
mail A  192.0.2.25
`,
			Hosts: map[string]Host{"mail.protonmail.ch": {}},
			Want:  []string{"account.no-settings", "provider.no-imap"},
		},
	}
}

// userNamed is a settings file with another user name.
func userNamed(name string) string {
	return strings.ReplaceAll(config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL")), "%EMAILADDRESS%", name)
}
