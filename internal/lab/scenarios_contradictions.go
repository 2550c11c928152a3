package lab

import (
	"fmt"
	"strings"
)

// contradictions are set-ups in which two sources, or a source and a server, do
// not say the same.
func contradictions() []Scenario {
	return []Scenario{
		provider("port-security", "the settings file asks for TLS from the first byte on port 587", "publish.port-security tls.plain-on-tls-port",
			autoconfig(XML(config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 587, "SSL"))))),
		provider("auth-not-offered", "the settings file asks for Kerberos, which the server does not offer", "publish.auth-not-offered publish.client-refuses",
			onlyAutoconfig(XML(config(withAuth(incoming("imap", imapHost, 993, "SSL"), "GSSAPI"), outgoing(smtpHost, 465, "SSL"))))),
		provider("auth-partly-offered", "the settings file names OAuth2 first, which the server does not offer, and then passwords", "publish.auth-not-offered",
			autoconfig(XML(config(withAuth(incoming("imap", imapHost, 993, "SSL"), "OAuth2", "password-cleartext"), outgoing(smtpHost, 465, "SSL"))))),
		provider("oauth-only", "the settings file allows only OAuth2, and clients do not know this host", "publish.oauth-only",
			autoconfig(XML(config(
				withAuth(incoming("imap", imapHost, 993, "SSL"), "OAuth2"), withAuth(outgoing(smtpHost, 465, "SSL"), "OAuth2")))),
			insideIMAPS(IMAP(Mail{Host: imapHost, TLSCaps: []string{"IMAP4rev1", "AUTH=XOAUTH2", "AUTH=OAUTHBEARER", "LOGINDISABLED"}})),
			serve(smtpHost, 465, TLS(smtpCert, SMTP(Mail{Host: smtpHost, TLSCaps: []string{"PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8", "AUTH XOAUTH2 OAUTHBEARER"}})))),
		provider("sources-disagree", "SRV records and the settings file name different IMAP servers", "publish.sources-disagree",
			autoconfig(XML(config(incoming("imap", "mail.example.com", 993, "SSL"), outgoing(smtpHost, 465, "SSL")))),
			records("mail A 192.0.2.12"), serve("mail.example.com", 993, imaps("mail.example.com"))),
		provider("sources-disagree-dead", "the settings file names an IMAP server that does not exist, the SRV records one that works", "dns.nxdomain publish.sources-disagree",
			autoconfig(XML(config(incoming("imap", "mail.example.com", 993, "SSL"), outgoing(smtpHost, 465, "SSL"))))),
		provider("declined-but-published", "DNS says that there is no POP3, but the settings file names a server", "publish.declined srv.not-offered",
			without("_pop3s._tcp"), records("_pop3s._tcp SRV 0 0 0 ."), autoconfig(settings)),
		provider("srv-prefers", "SRV records prefer STARTTLS, which the settings file leaves out and the server does not offer", "publish.srv-prefers starttls.missing",
			without("_imaps._tcp"), records("_imaps._tcp SRV 10 1 993 imap", "_imap._tcp SRV 0 1 143 imap"),
			serve(imapHost, 143, IMAP(Mail{Host: imapHost})), autoconfig(settings)),
		provider("srv-prefers-starttls", "SRV records prefer STARTTLS, which works, while the settings file has TLS from the first byte alone", "publish.srv-prefers srv.weak-first",
			without("_imaps._tcp"), records("_imaps._tcp SRV 10 1 993 imap", "_imap._tcp SRV 0 1 143 imap"),
			serve(imapHost, 143, imap(imapHost)), autoconfig(settings)),
		provider("client-refuses", "one section without encryption makes Thunderbird for Android refuse the whole file", "autoconfig.plain publish.client-refuses publish.plain-needless",
			autoconfig(XML(config(
				incoming("imap", imapHost, 993, "SSL"), incoming("imap", imapHost, 143, "plain"), outgoing(smtpHost, 465, "SSL")))),
			serve(imapHost, 143, imap(imapHost))),
	}
}

// withAuth replaces the ways to log in of a section.
func withAuth(section string, methods ...string) string {
	var elements []string
	for _, m := range methods {
		elements = append(elements, fmt.Sprintf("<authentication>%s</authentication>", m))
	}
	return strings.Replace(section, "<authentication>password-cleartext</authentication>", strings.Join(elements, ""), 1)
}
