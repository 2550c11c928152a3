package lab

import "strings"

// unpublished leaves a domain without any settings of its own.
func unpublished(s *Scenario) {
	without("_imaps._tcp", "_pop3s._tcp", "_submissions._tcp", "_submission._tcp")(s)
}

// domainHealth are faults of the domain itself.
func domainHealth() []Scenario {
	return []Scenario{
		provider("dnssec-bogus", "the DNSSEC signatures of the domain are wrong", "account.no-settings dns.bogus", dnsOn("*.example.com", Bogus)),
		provider("dnssec-bogus-host", "the DNSSEC signatures of the IMAP server's address are wrong", "dns.bogus", dnsOn("imap.example.com", Bogus)),
		provider("dnssec-valid", "DNSSEC, TLSA records, MTA-STS and TLS-RPT are all there", "",
			signed,
			records("_993._tcp.imap TLSA "+rightKey(), "_465._tcp.smtp TLSA 3 1 1 "+keyHash(smtpHost),
				`_mta-sts TXT "v=STSv1; id=20260101"`, `_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@example.com"`)),
		provider("wildcard", "a wildcard record answers for autoconfig and autodiscover", "dns.wildcard",
			records("* A 192.0.2.80"), host("192.0.2.80", Host{80: HTTP(nil), 443: TLS(Cert{Names: []string{"example.com", "*.example.com"}}, HTTP(nil))})),
		provider("dangling-cname", "autodiscover is an alias for a host that was removed", "dns.dangling-cname",
			records("autodiscover CNAME autodiscover.example.net.")),
		provider("dangling-server", "the SRV record for IMAP names an alias for a host that was removed", "dns.dangling-cname dns.nxdomain srv.no-address",
			without("_imaps._tcp"), records("_imaps._tcp SRV 0 1 993 mail", "mail CNAME mail.example.net.")),
		provider("mx-none", "the domain has no MX record", "mx.none", without("@", "mx"), records("@ A 192.0.2.25")),
		provider("mx-cname", "the MX record names an alias", "mx.cname", without("mx"), records("mx CNAME smtp")),
		provider("mx-no-address", "the MX record names a host that does not exist", "mx.no-address", without("mx")),
	}
}

// providers are domains of large mail providers, or run by them.
func providers() []Scenario {
	return []Scenario{
		{
			Name: "provider-app-password", Doc: "an address at a provider that wants an app password", Address: "alice@icloud.com",
			Zone: `$ORIGIN icloud.com.
@ MX 10 mx01.mail
mx01.mail A 192.0.2.25
$ORIGIN mail.me.com.
imap A 192.0.2.10
smtp A 192.0.2.25
`,
			Hosts: map[string]Host{
				"imap.mail.me.com": {993: imaps("imap.mail.me.com")},
				"smtp.mail.me.com": {587: submission("smtp.mail.me.com")},
			},
			Want: []string{"provider.app-password"},
		},
		provider("provider-by-mx", "a domain without settings of its own, hosted by a provider with OAuth2 only", "provider.oauth-only",
			unpublished, without("@", "imap", "pop", "smtp", "mx"), records(
				"@ MX 0 example-com.mail.protection.outlook.com.", "example-com.mail.protection.outlook.com. A 192.0.2.24",
				"outlook.office365.com. A 192.0.2.10", "smtp.office365.com. A 192.0.2.25"),
			func(s *Scenario) {
				s.Hosts = map[string]Host{
					"192.0.2.24": {},
					"outlook.office365.com": {
						993: TLS(cert("outlook.office365.com"), IMAP(Mail{Host: "outlook.office365.com", TLSCaps: []string{"IMAP4rev1", "LOGINDISABLED", "AUTH=XOAUTH2", "SASL-IR"}})),
						995: TLS(cert("outlook.office365.com"), POP3(Mail{Host: "outlook.office365.com", TLSCaps: []string{"TOP", "UIDL", "SASL XOAUTH2"}})),
					},
					"smtp.office365.com": {587: SMTP(Mail{Host: "smtp.office365.com", StartTLS: &Cert{Names: []string{"smtp.office365.com"}}, TLSCaps: []string{"SIZE 157286400", "AUTH XOAUTH2", "8BITMIME"}})},
				}
			}),
		provider("provider-by-server", "SRV records name the servers of a provider, behind a filter", "provider.app-password srv.foreign-domain",
			unpublished, without("@", "imap", "pop", "smtp", "mx"), records(
				"@ MX 10 mx0a-00000000.pphosted.com.", "mx0a-00000000.pphosted.com. A 192.0.2.24",
				"_imaps._tcp SRV 0 1 993 imap.gmail.com.", "_submissions._tcp SRV 0 1 465 smtp.gmail.com.",
				"imap.gmail.com. A 192.0.2.10", "smtp.gmail.com. A 192.0.2.25"),
			func(s *Scenario) {
				s.Hosts = map[string]Host{
					"192.0.2.24":     {},
					"imap.gmail.com": {993: imaps("imap.gmail.com")},
					"smtp.gmail.com": {465: submissions("smtp.gmail.com")},
				}
			}),
		{
			Name: "provider-imap-switch", Doc: "an address at a provider where IMAP has to be switched on", Address: "alice@web.de",
			Zone: `$ORIGIN web.de.
@ MX 10 mx
mx A 192.0.2.25
imap A 192.0.2.10
pop3 A 192.0.2.11
smtp A 192.0.2.25
`,
			Hosts: map[string]Host{
				"imap.web.de": {993: imaps("imap.web.de")},
				"pop3.web.de": {995: pop3s("pop3.web.de")},
				"smtp.web.de": {465: submissions("smtp.web.de"), 587: submission("smtp.web.de")},
			},
			Want: []string{"provider.app-password-2fa", "provider.imap-switch"},
		},
		{
			Name: "provider-paid-only", Doc: "an address at a provider that lets mail programs in only with a paid plan", Address: "alice@mail.com",
			Zone: `$ORIGIN mail.com.
@ MX 10 mx00
mx00 A 192.0.2.25
imap A 192.0.2.10
pop A 192.0.2.11
smtp A 192.0.2.25
`,
			Hosts: map[string]Host{
				"imap.mail.com": {993: imaps("imap.mail.com")},
				"pop.mail.com":  {995: pop3s("pop.mail.com")},
				"smtp.mail.com": {465: submissions("smtp.mail.com"), 587: submission("smtp.mail.com")},
			},
			Want: []string{"provider.imap-switch", "provider.paid-only"},
		},
		{
			Name: "login-wants-id", Doc: "an address at a provider that opens mailboxes only to programs that say who they are", Address: "alice@163.com",
			Password: rightPassword,
			Zone: `$ORIGIN 163.com.
@ MX 10 mx
mx A 192.0.2.25
imap A 192.0.2.10
smtp A 192.0.2.25
`,
			Hosts: map[string]Host{
				"imap.163.com": {993: TLS(cert("imap.163.com"), IMAP(Mail{Host: "imap.163.com", Users: map[string]string{"alice@163.com": rightPassword}, On: wantsID()}))},
				"smtp.163.com": {465: TLS(cert("smtp.163.com"), SMTP(Mail{Host: "smtp.163.com", Users: map[string]string{"alice@163.com": rightPassword}}))},
			},
			Want: []string{"login.wants-id", "provider.app-password", "provider.imap-switch"},
		},
		provider("provider-no-imap", "a domain at a provider that ordinary mail programs cannot use", "account.no-settings provider.no-imap",
			zoneOf("example.com. MX 10 mail.protonmail.ch.\nmail.protonmail.ch. A 192.0.2.25\n"),
			host("mail.protonmail.ch", Host{})),
		provider("mx-filter", "the mail passes through a filtering service, and nothing is published", "account.no-settings mx.filter",
			zoneOf("example.com. MX 10 mx0a-00000000.pphosted.com.\nmx0a-00000000.pphosted.com. A 192.0.2.25\n"),
			host("mx0a-00000000.pphosted.com", Host{})),
		provider("mx-forwarder", "the mail is forwarded to mailboxes elsewhere, and nothing is published", "account.no-settings mx.filter",
			zoneOf("example.com. MX 10 route1.mx.cloudflare.net.\nroute1.mx.cloudflare.net. A 192.0.2.25\n"),
			host("route1.mx.cloudflare.net", Host{})),
		provider("mailconf", "a TXT record says where the settings file is", "", unpublished,
			records(`@ TXT "mailconf=https://www.example.com/mail.xml"`, "www A 192.0.2.80"),
			host("www.example.com", Host{443: TLS(cert("www.example.com"), HTTP(map[string]Reply{"/mail.xml": settings}))})),
		provider("mailconf-http", "a TXT record names a settings file over http", "txt.mailconf-invalid",
			records(`@ TXT "mailconf=http://www.example.com/mail.xml"`)),
	}
}

// issuers are OAuth2 issuers that a settings file names.
func issuers() []Scenario {
	return []Scenario{
		issuer("oauth-issuer", "the settings file names an OAuth2 issuer", "", "https://auth.example.com",
			map[string]Reply{"/.well-known/oauth-authorization-server": metadata("https://auth.example.com")}),
		issuer("oauth-openid", "the issuer has a path and publishes OpenID metadata only", "", "https://auth.example.com/mail",
			map[string]Reply{"/mail/.well-known/openid-configuration": metadata("https://auth.example.com/mail")}),
		issuer("oauth-no-metadata", "the issuer publishes no metadata", "oauth.metadata-missing", "https://auth.example.com", nil),
		issuer("oauth-bad-metadata", "the metadata of the issuer has no endpoints", "oauth.metadata-invalid", "https://auth.example.com",
			map[string]Reply{"/.well-known/oauth-authorization-server": Body("application/json", `{"issuer": "https://auth.example.com"}`)}),
		issuer("oauth-mismatch", "the issuer calls itself by another name", "oauth.issuer-mismatch", "https://auth.example.com",
			map[string]Reply{"/.well-known/oauth-authorization-server": metadata("https://login.example.net")}),
		issuer("oauth-bad-issuer", "the settings file names an issuer over http", "oauth.issuer-invalid", "http://auth.example.com", nil),
	}
}

// issuer lets the settings file name an OAuth2 issuer, and serves its web server.
func issuer(name, doc, want, url string, routes map[string]Reply) Scenario {
	file := config(incoming("imap", imapHost, 993, "SSL"), outgoing(smtpHost, 465, "SSL"))
	file = strings.Replace(file, "</clientConfig>", "  <oAuth2><issuer>"+url+"</issuer><scope>mail</scope></oAuth2>\n</clientConfig>", 1)
	return provider(name, doc, want, autoconfig(XML(file)), records("auth A 192.0.2.81"),
		host("auth.example.com", Host{443: TLS(cert("auth.example.com"), HTTP(routes))}))
}

// metadata is what an issuer says about itself.
func metadata(issuer string) Reply {
	return Body("application/json", `{
  "issuer": "`+issuer+`",
  "authorization_endpoint": "`+issuer+`/authorize",
  "token_endpoint": "`+issuer+`/token",
  "scopes_supported": ["mail", "openid"]
}
`)
}
