package lab

// places are domains that answer in one place otherwise than in another.
func places() []Scenario {
	starttls := XML(config(incoming("imap", imapHost, 143, "STARTTLS"), outgoing(smtpHost, 587, "STARTTLS")))
	poxStartTLS := XML(poxSettings(poxMail("IMAP", imapHost, 143, "TLS"), poxMail("SMTP", smtpHost, 587, "TLS")))
	poxTLS := XML(poxSettings(poxMail("IMAP", imapHost, 993, "SSL"), poxMail("SMTP", smtpHost, 465, "SSL")))
	both := func(s *Scenario) {
		serve(imapHost, 143, imap(imapHost))(s)
		serve(smtpHost, 465, submissions(smtpHost))(s)
	}
	return []Scenario{
		provider("autoconfig-http-too", "the settings file is given over http as well", "autoconfig.http-too",
			onlyAutoconfig(settings), host(webHost, Host{80: web(settings), 443: TLS(cert(webHost), web(settings))})),
		provider("autoconfig-http-redirected", "http answers with a redirect to https", "",
			onlyAutoconfig(settings), host(webHost, Host{80: web(Redirect("https://" + webHost + "/mail/config-v1.1.xml")), 443: TLS(cert(webHost), web(settings))})),
		provider("autodiscover-http-too", "Autodiscover gives the settings over http as well", "autodiscover.http-too", unpublished, both,
			autodiscover(poxTLS), serve(discoverHost, 80, HTTP(map[string]Reply{poxPath: poxTLS}))),
		provider("autodiscover-http-differs", "over http an older Autodiscover service names STARTTLS", "autodiscover.http-differs", unpublished, both,
			autodiscover(poxTLS), records("@ A 192.0.2.81"), host("192.0.2.81", Host{80: HTTP(map[string]Reply{poxPath: poxStartTLS})})),
		provider("autodiscover-http-only", "Autodiscover gives the settings over http alone", "autodiscover.http-only publish.guessed-only", unpublished,
			autodiscoverRoutes(nil), serve(discoverHost, 80, HTTP(map[string]Reply{poxPath: byPost(poxTLS)})),
			serve(imapHost, 143, imap(imapHost)), serve(popHost, 110, pop3(popHost))),
		provider("autodiscover-post-only", "Autodiscover answers POST alone, and there is no settings file", "autodiscover.post-only", unpublished, both,
			autodiscover(byPost(poxTLS))),
		provider("autodiscover-get-weaker", "where it is asked by GET, a forgotten file with STARTTLS answers for Autodiscover", "publish.weakest-place", unpublished, both,
			autodiscoverRoutes(map[string]Reply{poxPath: byMethod(poxTLS, poxStartTLS)})),
		provider("weaker-well-known", "the settings file at the domain itself names STARTTLS, the one at autoconfig TLS", "publish.weakest-place", both,
			onlyAutoconfig(settings), records("@ A 192.0.2.81"),
			host("192.0.2.81", Host{443: TLS(cert("example.com"), HTTP(map[string]Reply{wellKnownAlone: starttls}))})),
		provider("weaker-autodiscover", "the settings file names TLS, Autodiscover STARTTLS", "publish.weakest-place", both,
			onlyAutoconfig(settings), autodiscover(poxStartTLS)),
		provider("weaker-elsewhere", "the settings file names TLS, Autodiscover another host without encryption", "autoconfig.plain publish.sources-disagree publish.weakest-place",
			onlyAutoconfig(settings), records("old A 192.0.2.12"), autodiscover(XML(poxSettings(poxMail("IMAP", "old.example.com", 143, "None"), poxMail("SMTP", smtpHost, 465, "SSL")))),
			serve("old.example.com", 143, IMAP(Mail{Host: "old.example.com"}))),
		provider("mx-registrable", "the mail exchanger's name is one that can be registered, and there is no settings file", "mx.registrable",
			without("@"), records("@ MX 10 mailhost.co.uk.", "mailhost.co.uk. A 192.0.2.24"), host("192.0.2.24", Host{})),
		provider("mx-registrable-and-file", "the same, with a settings file", "",
			onlyAutoconfig(settings), without("@"), records("@ MX 10 mailhost.co.uk.", "mailhost.co.uk. A 192.0.2.24"), host("192.0.2.24", Host{})),
	}
}
