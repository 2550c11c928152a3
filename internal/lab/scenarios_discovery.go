package lab

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// healthy is the default.
func healthy() Scenario {
	return provider(Default, "a provider that does everything right: all six services by SRV, a settings file, IPv4 and IPv6", "",
		records(
			"_imap._tcp   SRV  0 1 143 imap",
			"_pop3._tcp   SRV  0 1 110 pop",
			"imap         AAAA 2001:db8::10",
			"pop          AAAA 2001:db8::11",
			"smtp         AAAA 2001:db8::25",
			"autoconfig   AAAA 2001:db8::80",
		),
		serve(imapHost, 143, imap(imapHost)), serve(popHost, 110, pop3(popHost)),
		autoconfig(XML(config(
			incoming("imap", imapHost, 993, "SSL"), incoming("imap", imapHost, 143, "STARTTLS"),
			incoming("pop3", popHost, 995, "SSL"), incoming("pop3", popHost, 110, "STARTTLS"),
			outgoing(smtpHost, 465, "SSL"), outgoing(smtpHost, 587, "STARTTLS"),
		))),
	)
}

// everyday are set-ups without a fault, each special in one way.
func everyday() []Scenario {
	return []Scenario{
		healthy(),
		provider("srv-only", "settings by SRV records and nothing else", ""),
		provider("autoconfig-only", "settings by a file on the domain's web server and nothing else", "", onlyAutoconfig(settings)),
		provider("ispdb-only", "settings in the public database and nothing else", "",
			without("_imaps._tcp", "_pop3s._tcp", "_submissions._tcp", "_submission._tcp"),
			records("v1.ispdb.net. A 198.51.100.80"),
			serve("v1.ispdb.net", 443, TLS(cert("v1.ispdb.net"), HTTP(map[string]Reply{"/example.com": settings})))),
		provider("guess-only", "nothing is published, but the servers have the usual names", "publish.guessed-only",
			without("_imaps._tcp", "_pop3s._tcp", "_submissions._tcp", "_submission._tcp"),
			serve(imapHost, 143, imap(imapHost)), serve(popHost, 110, pop3(popHost))),
		provider("autoconfig-redirect", "the settings file is on another host, one redirect away", "",
			onlyAutoconfig(Redirect("https://www.example.net/config.xml")),
			records("www.example.net. A 192.0.2.81"),
			serve("www.example.net", 443, TLS(cert("www.example.net"), HTTP(map[string]Reply{"/config.xml": settings})))),
		provider("dns-no-tcp", "the DNS server says that TCP is needed, and does not answer there", "account.no-settings dns.tcp-failed ispdb.unreachable", dnsOn("*", CutOff)),
		provider("dns-over-tcp", "the DNS server answers over UDP only that TCP is needed", "", dnsOn("*", Truncated)),
		provider("dns-glue", "the DNS server sends the addresses along with the SRV records", "",
			func(s *Scenario) { s.DNS.Glue = true }),
		provider("idn-domain", "a domain with a letter outside ASCII", "",
			func(s *Scenario) {
				s.Address = "alice@b\u00fccher.example"
				s.Zone = strings.ReplaceAll(s.Zone, "$ORIGIN example.com.", "$ORIGIN xn--bcher-kva.example.")
				s.Hosts = map[string]Host{
					"imap.xn--bcher-kva.example": {993: imaps("imap.xn--bcher-kva.example")},
					"pop.xn--bcher-kva.example":  {995: pop3s("pop.xn--bcher-kva.example")},
					"smtp.xn--bcher-kva.example": {465: submissions("smtp.xn--bcher-kva.example"), 587: submission("smtp.xn--bcher-kva.example")},
				}
			}),
		provider("dnssec-foreign", "SRV records into another domain, proven by DNSSEC", "",
			foreign, signed),
		provider("alias-host", "the host named in the settings file is an alias, which is allowed there", "",
			onlyAutoconfig(XML(config(incoming("imap", "mail.example.com", 993, "SSL"), outgoing(smtpHost, 465, "SSL")))),
			records("mail CNAME imap"), serve(imapHost, 993, imaps("mail.example.com"))),
	}
}

// foreign moves IMAP to a host in another domain.
func foreign(s *Scenario) {
	without("_imaps._tcp", "imap")(s)
	records("_imaps._tcp SRV 0 1 993 imap.example.net.", "imap.example.net. A 192.0.2.30")(s)
	delete(s.Hosts, imapHost)
	serve("imap.example.net", 993, imaps("imap.example.net"))(s)
}

func lookupFaults() []Scenario {
	return []Scenario{
		provider("typo-domain", "the domain does not exist", "account.no-settings dns.nxdomain",
			func(s *Scenario) { s.Address = "alice@exmaple.example" }),
		provider("host-nxdomain", "the settings file names a host that does not exist", "dns.nxdomain publish.sources-disagree",
			autoconfig(XML(config(incoming("imap", "mial.example.com", 993, "SSL"), outgoing(smtpHost, 465, "SSL"))))),
		provider("host-no-address", "the settings file names a host without an address", "dns.no-address publish.sources-disagree",
			autoconfig(XML(config(incoming("imap", "mail.example.com", 993, "SSL"), outgoing(smtpHost, 465, "SSL")))),
			records(`mail TXT "moved"`)),
		provider("dnssec-broken", "every answer for the domain is SERVFAIL", "account.no-settings dns.servfail",
			dnsOn("*.example.com", ServFail)),
		provider("host-servfail", "the address of the IMAP server cannot be resolved (SERVFAIL)", "dns.servfail",
			dnsOn("imap.example.com", ServFail)),
		provider("dns-refused", "the resolver refuses every question", "account.no-settings dns.refused ispdb.unreachable", dnsOn("*", Refused)),
		provider("dns-silent", "the resolver does not answer", "account.no-settings dns.timeout ispdb.unreachable", dnsOn("*", NoReply)),
		provider("dns-garbled", "the resolver's answers cannot be read", "account.no-settings dns.malformed ispdb.unreachable", dnsOn("*", Garbled)),
		provider("dns-not-dns", "something that is not DNS answers in the resolver's place", "account.no-settings dns.malformed ispdb.unreachable", dnsOn("*", NotDNS)),
		provider("dns-spoofed", "answers for the IMAP server's address are to another question", "dns.malformed",
			dnsOn("imap.example.com", WrongQuestion)),
		provider("null-mx", "the domain says that it takes no mail", "mx.null", without("@"), records("@ MX 0 .")),
	}
}

func serviceRecords() []Scenario {
	return []Scenario{
		provider("srv-not-offered", "SRV records say that there is no POP3", "srv.not-offered",
			without("_pop3s._tcp", "pop"), records("_pop3s._tcp SRV 0 0 0 .", "_pop3._tcp SRV 0 0 0 ."),
			func(s *Scenario) { delete(s.Hosts, popHost) }),
		provider("srv-alias", "the target of an SRV record is an alias", "srv.cname-target",
			without("_imaps._tcp"), records("_imaps._tcp SRV 0 1 993 mail", "mail CNAME imap"),
			serve(imapHost, 993, imaps("mail.example.com"))),
		provider("srv-no-address", "the target of an SRV record has no address", "dns.no-address srv.no-address",
			without("_imaps._tcp"), records("_imaps._tcp SRV 0 1 993 mail", `mail TXT "moved"`)),
		provider("srv-port-odd", "the SRV record for IMAP with TLS names the STARTTLS port", "srv.port-odd tls.plain-on-tls-port",
			without("_imaps._tcp"), records("_imaps._tcp SRV 0 1 143 imap"), serve(imapHost, 143, imap(imapHost))),
		provider("srv-foreign-domain", "an SRV record points into another domain without DNSSEC", "srv.foreign-domain", foreign),
		provider("srv-too-many", "forty SRV records for one service", "srv.too-many", without("_imaps._tcp"),
			func(s *Scenario) {
				for i := range 40 {
					records(fmt.Sprintf("_imaps._tcp SRV %d 1 993 imap", i))(s)
				}
			}),
		provider("srv-bad-target", "an SRV record names port 0", "srv.bad-target",
			without("_imaps._tcp"), records("_imaps._tcp SRV 0 1 0 imap")),
	}
}

func settingsFiles() []Scenario {
	return []Scenario{
		provider("autoconfig-babbles", "the domain's web server goes on talking after the settings file",
			"", autoconfig(func(c *Conn, r *http.Request) {
				settings(c, r)
				c.Say("\x1b[31mHTTP/1.1 200 OK\r\n\r\n")
			})),
		provider("autoconfig-html", "a web page stands where the settings file should be", "autoconfig.html-instead-of-xml",
			autoconfig(HTML("<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><p>It works!</body></html>\n"))),
		provider("autoconfig-http-only", "the settings file is served over http only", "autoconfig.http-only",
			autoconfig(nil), host(webHost, Host{80: web(settings), 443: TLS(cert(webHost), HTTP(nil))})),
		provider("autoconfig-content-type", "the settings file is served as plain text", "autoconfig.content-type",
			autoconfig(Body("text/plain", config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL"))))),
		provider("autoconfig-malformed", "the settings file is cut off", "autoconfig.malformed",
			autoconfig(XML(config(incoming("imap", imapHost, 993, "SSL"))[:300]))),
		provider("autoconfig-no-servers", "the settings file names no server", "autoconfig.no-servers", autoconfig(XML(config()))),
		provider("autoconfig-bad-section", "one server section of the settings file has no valid port", "autoconfig.bad-section",
			autoconfig(XML(config(incoming("imap", imapHost, 993, "SSL"), incoming("pop3", popHost, 99999, "SSL"), outgoing(smtpHost, 465, "SSL"))))),
		provider("autoconfig-placeholder", "the settings file has a placeholder nobody knows", "autoconfig.placeholder",
			autoconfig(XML(strings.ReplaceAll(
				config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL")), "%EMAILADDRESS%", "%EMAILUSER%")))),
		provider("autoconfig-status", "the web server fails on the settings file", "autoconfig.http-status", autoconfig(Status(500))),
		provider("autoconfig-plain", "the settings file tells clients to connect without encryption", "autoconfig.plain publish.client-refuses publish.plain-needless",
			autoconfig(XML(config(incoming("imap", imapHost, 143, "plain"), outgoing(smtpHost, 465, "SSL")))),
			serve(imapHost, 143, imap(imapHost))),
		provider("autoconfig-via-mx", "only the operator of the mail exchanger publishes settings", "autoconfig.via-mx", viaMX),
		provider("autoconfig-unreachable", "the host for the settings file refuses connections", "autoconfig.unreachable",
			autoconfig(nil), host(webHost, Host{})),
		provider("autoconfig-cert-expires", "the certificate of the host with the settings file expires in four days", "tls.expires-soon",
			records("autoconfig A 192.0.2.80"),
			host(webHost, Host{443: TLS(Cert{Names: []string{webHost}, NotAfter: 4 * day}, web(settings))})),
		provider("autoconfig-cert-incomplete", "the host with the settings file does not send its intermediate certificate", "autoconfig.certificate",
			records("autoconfig A 192.0.2.80"), publishes(Cert{OmitIntermediate: true, IssuerURL: issuerURL}),
			host(webHost, Host{443: TLS(Cert{Names: []string{webHost}, OmitIntermediate: true, IssuerURL: issuerURL}, web(settings))})),
		provider("autoconfig-cert-self-signed", "the certificate of the host with the settings file signed itself", "autoconfig.certificate",
			records("autoconfig A 192.0.2.80"),
			host(webHost, Host{443: TLS(Cert{Names: []string{webHost}, SelfSigned: true}, web(settings))})),
		provider("autoconfig-cert-weak-key", "the certificate of the host with the settings file has an RSA key of 1024 bits", "tls.weak-key",
			records("autoconfig A 192.0.2.80"),
			host(webHost, Host{443: TLS(Cert{Names: []string{webHost}, WeakKey: true}, web(settings))})),
		provider("autoconfig-certificate", "a wildcard in DNS leads to a web server with another name", "autoconfig.certificate autodiscover.certificate dns.wildcard",
			records("* A 192.0.2.80"), host("192.0.2.80", Host{80: HTTP(nil), 443: https("www.example.com", settings)})),
		provider("redirect-refused", "the settings file redirects to http", "http.to-unencrypted",
			autoconfig(Redirect("http://www.example.com/config.xml"))),
		provider("redirect-loop", "the settings file redirects to itself", "http.too-many-redirects",
			autoconfig(Redirect("https://autoconfig.example.com/mail/config-v1.1.xml"))),
		provider("body-endless", "the settings file never ends", "http.too-large", autoconfig(EndlessBody)),
		provider("gzip-bomb", "the settings file decompresses to 64 MiB", "http.too-large", autoconfig(GzipBomb(64<<20))),
		provider("body-drip", "the settings file arrives at one byte a second", "autoconfig.unreachable",
			autoconfig(DripBody(config(), time.Second))),
		provider("ispdb-unreachable", "the public database refuses connections", "ispdb.unreachable",
			records("v1.ispdb.net. A 198.51.100.80"), host("v1.ispdb.net", Host{})),
		provider("http-malformed", "the web server does not speak HTTP", "http.malformed", autoconfig(Raw("Hello, who is there?\r\n\r\n"))),
	}
}

// viaMX leaves nothing but an MX record in the domain.
func viaMX(s *Scenario) {
	s.Zone = `$ORIGIN example.com.
@           MX 10 mx.example.net.
$ORIGIN example.net.
mx          A  192.0.2.25
imap        A  192.0.2.10
smtp        A  192.0.2.25
autoconfig  A  192.0.2.80
`
	s.Hosts = map[string]Host{
		"imap.example.net":       {993: imaps("imap.example.net")},
		"smtp.example.net":       {465: submissions("smtp.example.net")},
		"autoconfig.example.net": {80: HTTP(nil), 443: https("autoconfig.example.net", XML(config(incoming("imap", "imap.example.net", 993, "SSL"), outgoing("smtp.example.net", 465, "SSL"))))},
	}
}

func accounts() []Scenario {
	return []Scenario{
		provider("no-settings", "the domain exists, and nothing in it is about mail accounts", "account.no-settings mx.none",
			zoneOf("example.com. TXT \"parked\"\n")),
		provider("no-incoming", "there is only a server for sending", "account.no-incoming",
			without("_imaps._tcp", "_pop3s._tcp", "imap", "pop"),
			func(s *Scenario) { delete(s.Hosts, imapHost); delete(s.Hosts, popHost) }),
		provider("no-outgoing", "there are only servers for reading", "account.no-outgoing mx.none",
			without("@", "_submissions._tcp", "_submission._tcp", "mx", "smtp"),
			func(s *Scenario) { delete(s.Hosts, smtpHost) }),
		provider("slow-everything", "a server so slow that the time for the whole test runs out", "greet.delay run.timeout",
			records("_imap._tcp SRV 0 1 143 imap"),
			serve(imapHost, 143, IMAP(Mail{Host: imapHost, StartTLS: &Cert{Names: []string{imapHost}}, GreetingDelay: 20 * time.Second, Slow: 4600 * time.Millisecond}))),
		provider("too-many-servers", "the settings file names sixty servers", "run.too-many-servers", tooMany),
	}
}

// tooMany fills the settings file with IMAP servers on ports from 2001.
func tooMany(s *Scenario) {
	sections := []string{outgoing(smtpHost, 465, "SSL")}
	for port := range uint16(60) {
		sections = append(sections, incoming("imap", imapHost, int(2001+port), "SSL"))
		serve(imapHost, 2001+port, imaps(imapHost))(s)
	}
	onlyAutoconfig(XML(config(sections...)))(s)
}
