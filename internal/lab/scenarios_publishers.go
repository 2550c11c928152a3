package lab

import (
	"io"
	"net/http"
	"strings"
)

// publishers are domains where what is published is at fault, or where nothing is.
func publishers() []Scenario {
	return []Scenario{
		provider("old-host", "the SRV records of the old host are still there, before those of the new one", "publish.old-host srv.foreign-domain",
			unpublished, without("@"), records("@ MX 10 mx.newhost.test.", "mx.newhost.test. A 192.0.2.25",
				"_imaps._tcp SRV 0 1 993 imap.oldhost.test.", "_imaps._tcp SRV 10 1 993 mail.newhost.test.",
				"_submissions._tcp SRV 0 1 465 smtp.oldhost.test.", "_submissions._tcp SRV 10 1 465 mail.newhost.test.",
				"imap.oldhost.test. A 192.0.2.31", "smtp.oldhost.test. A 192.0.2.32", "mail.newhost.test. A 192.0.2.33"),
			serve("imap.oldhost.test", 993, imaps("imap.oldhost.test")), serve("smtp.oldhost.test", 465, submissions("smtp.oldhost.test")),
			host("mail.newhost.test", Host{993: imaps("mail.newhost.test"), 465: submissions("mail.newhost.test")})),
		provider("old-host-in-file", "the settings file still names the old host, the SRV records the new one", "publish.old-host publish.sources-disagree srv.foreign-domain",
			without("_imaps._tcp", "_pop3s._tcp", "@"), records("@ MX 10 mx.newhost.test.", "mx.newhost.test. A 192.0.2.25",
				"_imaps._tcp SRV 0 1 993 mail.newhost.test.", "mail.newhost.test. A 192.0.2.33"),
			serve("mail.newhost.test", 993, imaps("mail.newhost.test")),
			autoconfig(XML(config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL"), outgoing(smtpHost, 587, "STARTTLS"))))),
		provider("old-host-login", "the settings file still names the old host, which refuses the password that the new one accepts", "login.rejected publish.old-host",
			unpublished, without("@"), records("@ MX 10 mx.newhost.test.", "mx.newhost.test. A 192.0.2.25",
				"imap.oldhost.test. A 192.0.2.31", "mail.newhost.test. A 192.0.2.33"),
			serve("imap.oldhost.test", 993, TLS(cert("imap.oldhost.test"), IMAP(Mail{Host: "imap.oldhost.test", Users: map[string]string{}}))),
			host("mail.newhost.test", Host{
				993: TLS(cert("mail.newhost.test"), IMAP(Mail{Host: "mail.newhost.test", Users: map[string]string{"alice@example.com": rightPassword}})),
				465: TLS(cert("mail.newhost.test"), SMTP(Mail{Host: "mail.newhost.test", Users: map[string]string{"alice@example.com": rightPassword}})),
			}), password(rightPassword),
			autoconfig(XML(config(incoming("imap", "imap.oldhost.test", 993, "SSL"), incoming("imap", "mail.newhost.test", 993, "SSL"), outgoing("mail.newhost.test", 465, "SSL"))))),
		provider("srv-target-domain", "the DNS panel takes no \".\", so a record names the domain itself, where nothing listens", "tcp.refused",
			records("_imap._tcp SRV 0 1 143 @", "@ A 192.0.2.80"), host("example.com", Host{})),
		provider("file-closed-port", "the settings file names a port where nothing listens", "tcp.refused",
			onlyAutoconfig(XML(config(incoming("imap", imapHost, 993, "SSL"), incoming("pop3", popHost, 1995, "SSL"), outgoing(smtpHost, 465, "SSL"))))),
		provider("declined-and-closed", "DNS says that there is no POP3 with STARTTLS, the settings file names it, and it is closed", "publish.declined srv.not-offered tcp.refused",
			records("_pop3._tcp SRV 0 0 0 ."),
			autoconfig(XML(config(incoming("imap", imapHost, 993, "SSL"), incoming("pop3", popHost, 995, "SSL"), incoming("pop3", popHost, 110, "STARTTLS"),
				outgoing(smtpHost, 465, "SSL"), outgoing(smtpHost, 587, "STARTTLS"))))),
		provider("sending-only", "the domain declares that it has no IMAP and no POP3, but submission", "account.one-way srv.not-offered",
			without("_imaps._tcp", "_pop3s._tcp", "imap", "pop"), func(s *Scenario) { delete(s.Hosts, imapHost); delete(s.Hosts, popHost) },
			records("_imaps._tcp SRV 0 0 0 .", "_imap._tcp SRV 0 0 0 .", "_pop3s._tcp SRV 0 0 0 .", "_pop3._tcp SRV 0 0 0 .")),
		provider("reading-only", "the domain declares that it has no submission, but IMAP", "account.one-way srv.not-offered",
			without("_submissions._tcp", "_submission._tcp"),
			records("_submissions._tcp SRV 0 0 0 .", "_submission._tcp SRV 0 0 0 .")),
		provider("mx-nowhere", "the domain has neither an MX record nor an address", "mx.none", without("@", "mx")),
		provider("wildcard-certificate", "a wildcard record answers for autoconfig and autodiscover, with a web server that has no certificate for them",
			"autoconfig.certificate autodiscover.certificate dns.wildcard",
			records("* A 192.0.2.80"), host("192.0.2.80", Host{80: HTTP(nil), 443: TLS(cert("example.com"), HTTP(nil))})),
		provider("foreign-in-file", "SRV records lead to another domain, and so does the domain's own settings file", "",
			foreign, without("_pop3s._tcp", "_submission._tcp"),
			autoconfig(XML(config(incoming("imap", "imap.example.net", 993, "SSL"), outgoing(smtpHost, 465, "SSL"))))),
		{
			Name: "misspelt-domain", Doc: "the domain is a slip for a large provider's and does not exist", Address: "alice@gmial.com",
			Zone: "$ORIGIN gmail.com.\n@ MX 10 mx\nmx A 192.0.2.25\n", Hosts: map[string]Host{"mx.gmail.com": {}}, Want: []string{"account.misspelt-domain", "account.no-settings", "dns.nxdomain"},
		},
		{
			Name: "misspelt-parked", Doc: "the domain is a slip for a large provider's, and somebody has parked it", Address: "alice@hotnail.com",
			Zone:  "$ORIGIN hotnail.com.\n@ MX 10 mx\n@ A 192.0.2.80\nmx A 192.0.2.25\n",
			Hosts: map[string]Host{"hotnail.com": {80: HTTP(nil)}, "mx.hotnail.com": {}},
			Want:  []string{"account.misspelt-domain", "account.no-settings", "tcp.refused"},
		},
		{
			Name: "resolver-knows-nothing", Doc: "the resolver says that a large provider's domain does not exist", Address: "alice@gmail.com",
			Zone: "$ORIGIN internal.example.\n@ A 192.0.2.1\n", Hosts: map[string]Host{"internal.example": {}}, Want: []string{"account.no-incoming", "account.no-outgoing", "dns.nxdomain", "dns.resolver-knows-nothing", "provider.app-password"},
		},
		provider("icloud-domain", "a domain of one's own at iCloud, whose user names are not the addresses in it", "provider.account-name provider.app-password",
			zoneOf("example.com. MX 10 mx01.mail.icloud.com.\nmx01.mail.icloud.com. A 192.0.2.25\nimap.mail.me.com. A 192.0.2.10\nsmtp.mail.me.com. A 192.0.2.26\n"),
			host("mx01.mail.icloud.com", Host{}), serve("imap.mail.me.com", 993, imaps("imap.mail.me.com")), serve("smtp.mail.me.com", 587, submission("smtp.mail.me.com"))),
		provider("query-needed", "the generator of settings files fails without ?emailaddress=", "autoconfig.query-differs",
			onlyAutoconfigRoutes(map[string]Reply{configWithAddress: settings, configAlone: Status(500)})),
		provider("query-refused", "the web server knows the settings file without ?emailaddress= alone", "autoconfig.query-differs",
			onlyAutoconfigRoutes(map[string]Reply{configWithAddress: Status(404), configAlone: settings})),
		provider("query-other-file", "the web server has an older settings file where no address is sent along", "autoconfig.query-differs",
			onlyAutoconfigRoutes(map[string]Reply{configWithAddress: settings,
				configAlone: XML(config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 587, "STARTTLS")))})),
		provider("query-at-domain", "the generator at the domain's own web site fails without ?emailaddress=", "autoconfig.query-differs", unpublished,
			atDomain(map[string]Reply{wellKnownWithAddress: settings, wellKnownAlone: Status(500)})),
		provider("query-lost", "a redirect loses ?emailaddress=, without which the generator fails", "autoconfig.http-status publish.guessed-only",
			onlyAutoconfigRoutes(map[string]Reply{configAlone: Redirect("https://www.example.net/config.php")}),
			records("www.example.net. A 192.0.2.81"), serve("www.example.net", 443, TLS(cert("www.example.net"), HTTP(map[string]Reply{"/config.php": Status(400)}))),
			serve(imapHost, 143, imap(imapHost)), serve(popHost, 110, pop3(popHost))),
		provider("autodiscover-phones", "an ActiveSync gateway knows the question of phones and fails on Outlook's", "autodiscover.phones-only exchange.better",
			autodiscover(byQuestion("mobilesync/responseschema", phoneSettings, Status(500))), phoneServer),
		provider("autodiscover-phones-error", "a gateway knows the question of phones and answers Outlook's with the error 601", "autodiscover.phones-only exchange.better",
			autodiscover(byQuestion("mobilesync/responseschema", phoneSettings, poxError(601, "Provider is not available"))), phoneServer),
		provider("autodiscover-phones-login", "a gateway wants a login for the question of phones and fails on Outlook's", "autodiscover.phones-only",
			autodiscover(byQuestion("mobilesync/responseschema", Unauthorized(`Basic realm="Z-Push"`), Status(500)))),
		provider("autodiscover-both", "one service knows Outlook's question and that of phones", "exchange.better", unpublished,
			autodiscover(byQuestion("mobilesync/responseschema", phoneSettings, poxMailSettings)), phoneServer),
	}
}

// The two questions for a settings file.
const (
	configAlone       = "/mail/config-v1.1.xml"
	configWithAddress = configAlone + withAddress

	wellKnownAlone       = "/.well-known/autoconfig/mail/config-v1.1.xml"
	wellKnownWithAddress = wellKnownAlone + withAddress

	withAddress = "?emailaddress=alice%40example.com"
)

// onlyAutoconfigRoutes serves routes at autoconfig.example.com, in the place of SRV
// records.
func onlyAutoconfigRoutes(routes map[string]Reply) change {
	return func(s *Scenario) {
		unpublished(s)
		records("autoconfig A 192.0.2.80")(s)
		host(webHost, Host{80: HTTP(nil), 443: TLS(cert(webHost), HTTP(routes))})(s)
	}
}

// byQuestion answers a body that has some text in it with one reply, and all others
// with another.
func byQuestion(text string, yes, no Reply) Reply {
	return func(c *Conn, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		if strings.Contains(string(body), text) {
			yes(c, r)
			return
		}
		no(c, r)
	}
}

// phoneSettings names the ActiveSync server to phones.
func phoneSettings(c *Conn, r *http.Request) {
	XML(pox("http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006",
		"    <Action><Settings><Server><Type>MobileSync</Type><Url>https://mail.example.com"+activeSyncPath+"</Url></Server></Settings></Action>\n"))(c, r)
}

// phoneServer is an ActiveSync server.
func phoneServer(s *Scenario) {
	records("mail A 192.0.2.91")(s)
	serve(exchangeHost, 443, TLS(cert(exchangeHost), HTTP(map[string]Reply{
		activeSyncPath: Answer(200, map[string][]string{"Ms-Asprotocolversions": {"2.5,12.1,14.1,16.1"}, "Ms-Server-Activesync": {"15.2"}}),
	})))(s)
}
