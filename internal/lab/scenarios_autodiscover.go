package lab

import (
	"net/http"
	"strings"
)

const (
	discoverHost = "autodiscover.example.com"
	exchangeHost = "mail.example.com"
	onlineHost   = "outlook.office365.com"
)

// poxMailSettings names the servers of the small provider.
func poxMailSettings(c *Conn, r *http.Request) {
	XML(poxSettings(
		poxMail("IMAP", imapHost, 993, "SSL"), poxMail("POP3", popHost, 995, "SSL"), poxMail("SMTP", smtpHost, 587, "TLS"),
	))(c, r)
}

// autodiscover has a reply stand at autodiscover.example.com.
func autodiscover(r Reply) change {
	return autodiscoverRoutes(map[string]Reply{poxPath: Autodiscover(r)})
}

// autodiscoverRoutes serves routes there; over http there is nothing.
func autodiscoverRoutes(routes map[string]Reply) change {
	return func(s *Scenario) {
		records("autodiscover A 192.0.2.90")(s)
		host(discoverHost, Host{80: HTTP(nil), 443: TLS(cert(discoverHost), HTTP(routes))})(s)
	}
}

// elsewhere serves a reply at a host of its own.
func elsewhere(name, ip string, r Reply) change {
	return func(s *Scenario) {
		records(name + ". A " + ip)(s)
		host(name, Host{443: TLS(cert(name), HTTP(map[string]Reply{poxPath: Autodiscover(r)}))})(s)
	}
}

// overHTTP has autodiscover.example.com answer over http alone.
func overHTTP(r Reply) change {
	return func(s *Scenario) {
		records("autodiscover A 192.0.2.90")(s)
		host(discoverHost, Host{80: HTTP(map[string]Reply{poxPath: r})})(s)
	}
}

// bareDomain asks about the domain alone.
func bareDomain(s *Scenario) { s.Address = "example.com" }

// exchangeServer is an Exchange server of the company's own: Autodiscover wants a
// login, its version 2 does not.
func exchangeServer(services map[string]Reply) change {
	return func(s *Scenario) {
		autodiscoverRoutes(map[string]Reply{
			poxPath: Autodiscover(exchangeLogin), v2Path: versionTwo(exchangeHost, serverProtocols...),
		})(s)
		records("mail A 192.0.2.91")(s)
		host(exchangeHost, Host{443: TLS(cert(exchangeHost), HTTP(services))})(s)
	}
}

func exchangeServices() map[string]Reply {
	return map[string]Reply{activeSyncPath: exchangeLogin, ewsPath: exchangeLogin}
}

// microsoft365 moves the domain to Exchange Online: the mail exchanger and the
// name autodiscover are Microsoft's, and only http leads on from there.
func microsoft365(s *Scenario) {
	zoneOf(`$ORIGIN example.com.
@             MX    0 example-com.mail.protection.outlook.com.
autodiscover  CNAME autodiscover.outlook.com.
example-com.mail.protection.outlook.com. A 198.51.100.25
autodiscover.outlook.com.   A 198.51.100.60
autodiscover-s.outlook.com. A 198.51.100.61
outlook.office365.com.      A 198.51.100.62
smtp.office365.com.         A 198.51.100.63
`)(s)
	routes := onlineServices()
	routes[v2Path] = versionTwo(onlineHost, onlineProtocols...)
	s.Hosts = map[string]Host{
		"autodiscover.outlook.com":   {80: HTTP(map[string]Reply{poxPath: Found("https://autodiscover-s.outlook.com" + poxPath)})},
		"autodiscover-s.outlook.com": {443: TLS(cert("autodiscover-s.outlook.com"), HTTP(map[string]Reply{poxPath: Autodiscover(onlineLogin)}))},
		onlineHost: {443: TLS(cert(onlineHost), HTTP(routes)),
			993: TLS(cert(onlineHost), IMAP(Mail{Host: onlineHost, TLSCaps: []string{"IMAP4rev1", "LOGINDISABLED", "AUTH=XOAUTH2", "SASL-IR"}})),
			995: TLS(cert(onlineHost), POP3(Mail{Host: onlineHost, TLSCaps: []string{"TOP", "UIDL", "SASL XOAUTH2"}}))},
		"example-com.mail.protection.outlook.com": {},
		"smtp.office365.com": {587: SMTP(Mail{
			Host: "smtp.office365.com", StartTLS: &Cert{Names: []string{"smtp.office365.com"}},
			TLSCaps: []string{"SIZE 157286400", "AUTH XOAUTH2", "8BITMIME"}})},
	}
}

func onlineLogin(c *Conn, r *http.Request) {
	Unauthorized(`Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1 service_asserted_app_v1"`)(c, r)
}

func onlineServices() map[string]Reply {
	return map[string]Reply{activeSyncPath: onlineLogin, ewsPath: onlineLogin}
}

// filtered has Microsoft receive the mail of the domain, and a reply stand for what
// Exchange Online says of the mailbox.
func filtered(r Reply) change {
	return func(s *Scenario) {
		without("@")(s)
		records("@ MX 0 example-com.mail.protection.outlook.com.", "example-com.mail.protection.outlook.com. A 198.51.100.25", onlineHost+". A 198.51.100.62")(s)
		host("example-com.mail.protection.outlook.com", Host{})(s)
		host(onlineHost, Host{443: TLS(cert(onlineHost), HTTP(map[string]Reply{v2Path: r}))})(s)
	}
}

func autodiscoverServices() []Scenario {
	return []Scenario{
		provider("autodiscover-only", "settings by Autodiscover and nothing else", "", unpublished, autodiscover(poxMailSettings)),
		provider("autodiscover-domain", "Autodiscover on the domain's own web server", "", unpublished,
			records("@ A 192.0.2.80"),
			serve("example.com", 443, TLS(cert("example.com"), HTTP(map[string]Reply{poxPath: Autodiscover(poxMailSettings)})))),
		provider("autodiscover-bare", "settings by Autodiscover, asked for a domain alone", "", bareDomain, unpublished, autodiscover(poxMailSettings)),
		provider("autodiscover-srv", "Autodiscover on a host that an SRV record names", "", unpublished,
			records("_autodiscover._tcp SRV 0 0 443 mail", "mail A 192.0.2.91", "_autodiscover._tcp SRV 5 0 443 nowhere"),
			serve(exchangeHost, 443, TLS(cert(exchangeHost), HTTP(map[string]Reply{poxPath: Autodiscover(poxMailSettings)})))),
		provider("autodiscover-after-page", "the domain's own web site has a page for every question, and Autodiscover is on a host that an SRV record names", "", unpublished,
			records("@ A 192.0.2.80", "_autodiscover._tcp SRV 0 0 443 mail", "mail A 192.0.2.91"),
			serve("example.com", 443, TLS(cert("example.com"), HTTP(map[string]Reply{poxPath: HTML("<!DOCTYPE html>\n<html><body>Welcome</body></html>\n")}))),
			serve(exchangeHost, 443, TLS(cert(exchangeHost), HTTP(map[string]Reply{poxPath: Autodiscover(poxMailSettings)})))),
		provider("autodiscover-redirect-url", "the answer of Autodiscover sends to another host of the domain", "", unpublished,
			autodiscover(XML(poxAccount("<Action>redirectUrl</Action>", "<RedirectUrl>https://mail.example.com"+poxPath+"</RedirectUrl>"))),
			elsewhere(exchangeHost, "192.0.2.91", poxMailSettings)),
		provider("autodiscover-redirect-address", "Autodiscover knows the mailbox under another address", "autodiscover.redirect-address autodiscover.asks-consent", unpublished,
			autodiscover(XML(poxAccount("<Action>redirectAddr</Action>", "<RedirectAddr>alice@tenant.example</RedirectAddr>"))),
			elsewhere("mail.hosting.example", "192.0.2.92", poxMailSettings),
			elsewhere("autodiscover.tenant.example", "192.0.2.91", Found("https://mail.hosting.example"+poxPath))),
		provider("autodiscover-hosted", "Autodiscover of a hosting company, by a redirect over http", "autodiscover.http-redirect autodiscover.asks-consent autodiscover.unreachable", unpublished,
			overHTTP(Redirect("https://autodiscover.hosting.example"+poxPath)),
			elsewhere("autodiscover.hosting.example", "192.0.2.92", poxMailSettings)),
		provider("autodiscover-mobilesync", "Autodiscover answers with the settings for phones", "exchange.better",
			autodiscover(XML(pox("http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006",
				"    <Action><Settings><Server><Type>MobileSync</Type><Url>https://mail.example.com"+activeSyncPath+"</Url></Server></Settings></Action>\n"))),
			records("mail A 192.0.2.91"),
			serve(exchangeHost, 443, TLS(cert(exchangeHost), HTTP(map[string]Reply{
				activeSyncPath: Answer(200, map[string][]string{"Ms-Asprotocolversions": {"2.5,12.1,14.1,16.1"}, "Ms-Server-Activesync": {"15.2"}}),
			})))),
		provider("exchange", "an Exchange server of the company's own, beside IMAP", "autodiscover.unauthorized exchange.better",
			exchangeServer(exchangeServices())),
		provider("exchange-only", "an Exchange server and nothing else", "autodiscover.unauthorized exchange.better",
			zoneOf("$ORIGIN example.com.\n@ MX 10 mail\n"), exchangeServer(exchangeServices())),
		provider("exchange-beside-imap", "Autodiscover names an Exchange server and nothing else, and its host has IMAP and submission, too", "exchange.better",
			unpublished, without("imap", "pop", "smtp"), func(s *Scenario) { s.Hosts = map[string]Host{"mx.example.com": {}} },
			autodiscover(XML(poxSettings(poxExchange("EXCH", "https://"+exchangeHost+ewsPath)))), records("mail A 192.0.2.91"),
			host(exchangeHost, Host{443: TLS(cert(exchangeHost), HTTP(exchangeServices())), 993: imaps(exchangeHost), 465: submissions(exchangeHost)})),
		provider("microsoft-365", "a domain in Microsoft 365", "autodiscover.unauthorized exchange.better exchange.ews-ending exchange.online provider.oauth-only",
			microsoft365),
	}
}

// exchangeHomes are the ways in which Exchange Online answers where a mailbox is.
func exchangeHomes() []Scenario {
	return []Scenario{
		provider("exchange-elsewhere", "Microsoft filters the mail of a domain whose mailboxes are elsewhere; asked for one, it sends to itself", "exchange.elsewhere",
			filtered(versionTwoSends(onlineHost))),
		provider("exchange-unknown", "Exchange Online answers that it does not know the mailbox", "exchange.elsewhere",
			filtered(versionTwoError(404, "UserNotFound", "The given user is not found"))),
		provider("exchange-busy", "Exchange Online has no time to tell whether it has the mailbox", "",
			filtered(versionTwoError(503, "ServiceUnavailable", "The service is not available"))),
		provider("exchange-hybrid", "Exchange Online sends to the Exchange server of the company", "autodiscover.unauthorized exchange.better exchange.hybrid",
			filtered(versionTwoSends(discoverHost)), exchangeServer(exchangeServices())),
		provider("exchange-hybrid-closed", "Exchange Online sends to an Exchange server that does not answer it", "exchange.hybrid",
			filtered(versionTwoSends("hybrid.example.com")), records("hybrid A 192.0.2.93"),
			host("hybrid.example.com", Host{443: TLS(cert("hybrid.example.com"), HTTP(nil))})),
		provider("exchange-filtered", "a filter receives the mail, and the SPF record tells of Exchange Online", "exchange.better exchange.ews-ending exchange.online mx.filter",
			zoneOf(`$ORIGIN example.com.
@ MX  10 mx0a-00000000.pphosted.com.
@ TXT "v=spf1 include:spf.protection.outlook.com -all"
mx0a-00000000.pphosted.com. A 198.51.100.26
`+onlineHost+". A 198.51.100.62\n"), host("mx0a-00000000.pphosted.com", Host{}), serveOnline),
		provider("exchange-circle", "Exchange Online sends to the domain's own name, which is an alias of Exchange Online", "autodiscover.unreachable exchange.elsewhere",
			filtered(versionTwoSends(discoverHost)), records("autodiscover CNAME autodiscover.outlook.com.", "autodiscover.outlook.com. A 198.51.100.60"),
			host("autodiscover.outlook.com", Host{})),
		provider("exchange-moved", "the company's Exchange server sends to Exchange Online, where the mailbox was moved to", "autodiscover.unauthorized exchange.better exchange.ews-ending exchange.online provider.oauth-only",
			autodiscoverRoutes(map[string]Reply{poxPath: Autodiscover(exchangeLogin), v2Path: versionTwoSends(onlineHost)}),
			records(onlineHost+". A 198.51.100.62"), serveOnline),
	}
}

// serveOnline puts Exchange Online up.
func serveOnline(s *Scenario) {
	routes := onlineServices()
	routes[v2Path] = versionTwo(onlineHost, onlineProtocols...)
	host(onlineHost, Host{443: TLS(cert(onlineHost), HTTP(routes))})(s)
}

func autodiscoverFaults() []Scenario {
	return []Scenario{
		provider("autodiscover-error", "Autodiscover answers with an error code", "autodiscover.error-code",
			autodiscover(poxError(600, "Invalid Request"))),
		provider("autodiscover-unknown", "Autodiscover does not know the address", "autodiscover.error-code",
			autodiscover(poxError(500, "The e-mail address cannot be found."))),
		provider("autodiscover-postmaster", "Autodiscover is asked about a domain alone, and does not know its postmaster", "", bareDomain,
			autodiscover(poxError(500, "The e-mail address cannot be found."))),
		provider("autodiscover-status", "the web server fails on Autodiscover", "autodiscover.http-status", autodiscover(Status(500))),
		provider("autodiscover-html", "a web page stands where Autodiscover should be", "autodiscover.html",
			autodiscover(HTML("<!DOCTYPE html>\n<html><head><title>Welcome</title></head></html>\n"))),
		provider("autodiscover-content-type", "Autodiscover answers with the wrong media type", "autodiscover.content-type",
			autodiscover(Body("text/plain", poxSettings(poxMail("IMAP", imapHost, 993, "SSL"), poxMail("SMTP", smtpHost, 465, "SSL"))))),
		provider("autodiscover-malformed", "the answer of Autodiscover is cut off", "autodiscover.malformed",
			autodiscover(XML(poxSettings(poxMail("IMAP", imapHost, 993, "SSL"))[:400]))),
		provider("autodiscover-no-servers", "Autodiscover names no server", "autodiscover.no-servers", autodiscover(XML(poxSettings()))),
		provider("autodiscover-bad-section", "Autodiscover names an impossible port, and Exchange without https", "autodiscover.bad-section",
			autodiscover(XML(poxSettings(poxMail("IMAP", imapHost, 993, "SSL"), poxMail("SMTP", smtpHost, 99999, "TLS"),
				poxExchange("EXPR", "http://mail.example.com"+ewsPath))))),
		provider("autodiscover-spa", "Autodiscover forgets to switch the Windows login off", "autodiscover.spa publish.weakest-place",
			autodiscover(XML(strings.ReplaceAll(poxSettings(poxMail("IMAP", imapHost, 993, "SSL"), poxMail("SMTP", smtpHost, 587, "TLS")), "<SPA>off</SPA>", "")))),
		provider("autodiscover-domain-required", "Autodiscover wants a Windows domain before the user name", "autodiscover.domain-required publish.weakest-place",
			autodiscover(XML(strings.ReplaceAll(poxSettings(poxMail("IMAP", imapHost, 993, "SSL"), poxMail("SMTP", smtpHost, 587, "TLS")),
				"<LoginName>alice@example.com</LoginName>", "<LoginName>alice</LoginName><DomainRequired>on</DomainRequired><DomainName>EXAMPLE</DomainName>")))),
		provider("autodiscover-nowhere", "Autodiscover redirects and does not say where to", "autodiscover.malformed",
			autodiscover(XML(poxAccount("<Action>redirectUrl</Action>")))),
		provider("autodiscover-srv-port", "the SRV record of Autodiscover names another port", "autodiscover.srv-port",
			records("_autodiscover._tcp SRV 0 0 8443 mail", "mail A 192.0.2.91"),
			serve(exchangeHost, 8443, TLS(cert(exchangeHost), HTTP(map[string]Reply{poxPath: poxMailSettings})))),
		provider("autodiscover-unreachable", "the host of Autodiscover refuses connections", "autodiscover.unreachable",
			records("autodiscover A 192.0.2.90"), host(discoverHost, Host{})),
		provider("autodiscover-cert-expired", "the certificate of the Autodiscover host has expired", "autodiscover.certificate",
			records("autodiscover A 192.0.2.90"),
			host(discoverHost, Host{443: TLS(Cert{Names: []string{discoverHost}, NotAfter: -3 * day}, HTTP(map[string]Reply{poxPath: poxMailSettings}))})),
		provider("autodiscover-cert-name", "a web hoster's certificate stands at the Autodiscover host", "autodiscover.certificate",
			records("autodiscover A 192.0.2.90"),
			host(discoverHost, Host{443: TLS(cert("www.hosting.example"), HTTP(map[string]Reply{poxPath: poxMailSettings}))})),
		provider("autodiscover-domain-cert", "a web hoster's certificate stands at the domain's own web site, which Outlook asks first", "autoconfig.certificate autodiscover.certificate",
			records("@ A 192.0.2.80"), serve("example.com", 443, TLS(cert("www.hosting.example"), HTTP(nil)))),
		provider("autodiscover-cert-expires", "the certificate of the Autodiscover host expires in four days", "publish.weakest-place tls.expires-soon",
			records("autodiscover A 192.0.2.90"),
			host(discoverHost, Host{443: TLS(Cert{Names: []string{discoverHost}, NotAfter: 4 * day}, HTTP(map[string]Reply{poxPath: poxMailSettings}))})),
		provider("autodiscover-loop", "two Autodiscover hosts send to each other", "http.too-many-redirects",
			autodiscover(Found("https://mail.example.com"+poxPath)),
			elsewhere(exchangeHost, "192.0.2.91", Found("https://autodiscover.example.com"+poxPath))),
		provider("autodiscover-address-loop", "two addresses send to each other", "autodiscover.redirect-address http.too-many-redirects",
			autodiscover(XML(poxAccount("<Action>redirectAddr</Action>", "<RedirectAddr>alice@tenant.example</RedirectAddr>"))),
			elsewhere("autodiscover.tenant.example", "192.0.2.91", XML(poxAccount("<Action>redirectAddr</Action>", "<RedirectAddr>alice@example.com</RedirectAddr>")))),
		provider("autodiscover-redirect-refused", "Autodiscover sends to http", "http.to-unencrypted",
			autodiscover(XML(poxAccount("<Action>redirectUrl</Action>", "<RedirectUrl>http://mail.example.com"+poxPath+"</RedirectUrl>")))),
		provider("autodiscover-silent", "the host of Autodiscover accepts the question and stays silent", "autodiscover.unreachable", autodiscover(NoAnswer)),
		provider("exchange-status", "the Exchange server fails on ActiveSync", "autodiscover.unauthorized exchange.better exchange.http-status",
			exchangeServer(map[string]Reply{activeSyncPath: Status(503), ewsPath: exchangeLogin})),
		provider("exchange-not-there", "a web site answers where Exchange should be", "autodiscover.unauthorized exchange.not-exchange",
			exchangeServer(map[string]Reply{"*": HTML("<!DOCTYPE html><title>Welcome</title>")})),
		provider("exchange-no-login", "the Exchange server wants a login and offers no way to make one", "auth.none-offered autodiscover.unauthorized exchange.better",
			exchangeServer(map[string]Reply{activeSyncPath: Unauthorized(), ewsPath: exchangeLogin})),
		provider("exchange-certificate", "the certificate of the Exchange server has expired", "autodiscover.unauthorized tls.expired",
			exchangeServer(nil),
			host(exchangeHost, Host{443: TLS(Cert{Names: []string{exchangeHost}, NotAfter: -3 * day}, HTTP(exchangeServices()))})),
	}
}
