package checks

var autodiscoverChecks = []*Check{
	AutodiscoverUnauthorized, AutodiscoverErrorCode, AutodiscoverStatus, AutodiscoverHTML,
	AutodiscoverContentType, AutodiscoverMalformed, AutodiscoverNoServers, AutodiscoverBadSection,
	AutodiscoverSPA, AutodiscoverDomain, AutodiscoverHTTPRedirect, AutodiscoverAsksConsent,
	AutodiscoverAddress, AutodiscoverSRVPort, AutodiscoverUnreachable, AutodiscoverCertificate,
	AutodiscoverProgram, AutodiscoverSSLPort, AutodiscoverPhonesOnly, AutodiscoverSSLOff,
	AutodiscoverSSLMissing,
	AutodiscoverHTTPToo, AutodiscoverHTTPDiffers, AutodiscoverHTTPOnly, AutodiscoverPostOnly,
}

var (
	AutodiscoverUnauthorized = &Check{"autodiscover.unauthorized", Info, Admin,
		"The Autodiscover service wants a login before it tells the settings: mail programs log in there, mailcheck does not.",
		"Nothing to mend: Exchange works this way. Outlook's \"Test E-mail AutoConfiguration\" and testconnectivity.microsoft.com show the answer after a login. For programs without Autodiscover publish SRV records or an autoconfig file too.",
		"https://learn.microsoft.com/exchange/client-developer/exchange-web-services/handling-autodiscover-error-messages"}
	AutodiscoverErrorCode = &Check{"autodiscover.error-code", Warning, Admin,
		"The Autodiscover service answers with an error instead of settings, so Outlook finds nothing.",
		"By the code: 500 and 501, the service does not know the address or has nothing for it; 600, it cannot read the request; 601, it does not offer what Outlook asks for; 602, the mailbox is configured wrongly; 603, the service failed. Its log has this request.",
		"MS-OXDSCLI section 2.2.4.1.1.3.2"}
	AutodiscoverStatus = &Check{"autodiscover.http-status", Warning, Admin,
		"The web server of the Autodiscover service answers with an HTTP error, so programs take the service for missing.",
		"Look at the web server's log for this request (IIS: the application pool MSExchangeAutodiscoverAppPool). It must accept POST at /autodiscover/autodiscover.xml, in any mixture of upper and lower case. For a web server that gives out a file, `mailcheck setup DOMAIN --for site --directory FOLDER` writes the file and a configuration that does.",
		"https://learn.microsoft.com/exchange/client-developer/exchange-web-services/handling-autodiscover-error-messages"}
	AutodiscoverHTML = &Check{"autodiscover.html", Warning, Admin,
		"The web server answers with a web page where the Autodiscover service should be.",
		"A catch-all web site (or, on a guest network, a login page) answers for this address. Pass /autodiscover/autodiscover.xml on to the service, or remove the DNS name autodiscover.",
		"MS-OXDSCLI section 2.2.4"}
	AutodiscoverContentType = &Check{"autodiscover.content-type", Warning, Admin,
		"The Autodiscover answer is served with the wrong media type; Thunderbird then ignores it without a word.",
		"Serve the answer with \"Content-Type: text/xml\". `mailcheck setup DOMAIN --for site --directory FOLDER` writes a configuration for nginx, Caddy and Apache that does.",
		"MS-OXDSCLI section 2.2.4"}
	AutodiscoverMalformed = &Check{"autodiscover.malformed", Warning, Admin,
		"The Autodiscover answer cannot be read.",
		"Correct the answer at the place given: an <Autodiscover> document with <Response>, <Account> and <Protocol>, or for version 2 a JSON object with Protocol and Url. `mailcheck setup DOMAIN --for outlook --directory FOLDER` writes both for IMAP, POP3 and SMTP.",
		"MS-OXDSCLI section 2.2.4"}
	AutodiscoverNoServers = &Check{"autodiscover.no-servers", Warning, Admin,
		"The Autodiscover answer names no server that a mail program could use.",
		"The answer needs a <Protocol> of type IMAP or POP3 and one of type SMTP, each with Server and Port, or the EwsUrl of an Exchange server.",
		"MS-OXDSCLI section 2.2.4.1"}
	AutodiscoverBadSection = &Check{"autodiscover.bad-section", Warning, Admin,
		"A <Protocol> of the Autodiscover answer is incomplete or has an invalid value; Outlook drops it or asks the user.",
		"Correct the section named in the evidence: Type, Server, Port (1 to 65535), SSL (on or off), Encryption (SSL, TLS, None or Auto), LoginName. `mailcheck setup DOMAIN --for outlook --directory FOLDER` writes a good answer.",
		"MS-OXDSCLI section 2.2.4.1, NDSS 2025 Automatic Insecurity A4.1"}
	AutodiscoverSPA = &Check{"autodiscover.spa", Info, Admin,
		"The Autodiscover answer leaves SPA on, so Outlook tries a Windows login (NTLM), which most IMAP, POP3 and SMTP servers lack.",
		"Write <SPA>off</SPA> into each <Protocol>, unless the server offers NTLM: without the element it is on.",
		"https://learn.microsoft.com/exchange/client-developer/web-service-reference/spa-pox"}
	AutodiscoverDomain = &Check{"autodiscover.domain-required", Info, Admin,
		"The Autodiscover answer says that a login needs a Windows domain and does not put one into the user name, so users have to type it themselves.",
		"Write the whole user name into <LoginName>, with its domain (DOMAIN\\user, or the address), or write <DomainRequired>off</DomainRequired>.",
		"https://learn.microsoft.com/exchange/client-developer/web-service-reference/domainrequired-pox"}
	AutodiscoverHTTPRedirect = &Check{"autodiscover.http-redirect", Info, Admin,
		"Autodiscover is only reached by a redirect over http, which anybody on the way can change, so programs ask the user to allow it.",
		"To spare users the question, serve https at autodiscover.DOMAIN with a certificate for that name, or list the host under RedirectServers on Outlook's computers.",
		"MS-OXDISCO section 3.1.5.4, https://learn.microsoft.com/outlook/troubleshoot/connectivity/how-to-suppress-autodiscover-redirect-warning"}
	AutodiscoverAsksConsent = &Check{"autodiscover.asks-consent", Info, Admin,
		"Autodiscover leads to a server in another domain, so programs ask the user to allow it.",
		"Tell users that the name in the question is right. To spare them the question, serve https at autodiscover.DOMAIN with a certificate for that name.",
		"MS-OXDISCO section 3.1.5"}
	AutodiscoverAddress = &Check{"autodiscover.redirect-address", Info, Admin,
		"Autodiscover knows the mailbox under another address and sends programs there.",
		"Nothing to mend if the other address is the right one, such as USER@TENANT.mail.onmicrosoft.com for a mailbox moved to Exchange Online; otherwise correct the mailbox's primary or target address.",
		"MS-OXDSCLI section 2.2.4.1.1.2.8"}
	AutodiscoverSRVPort = &Check{"autodiscover.srv-port", Warning, Admin,
		"The SRV record for Autodiscover names a port other than 443, which Outlook does not use.",
		"Serve Autodiscover on port 443 and correct the record.",
		"MS-OXDISCO section 3.1.5.3"}
	AutodiscoverUnreachable = &Check{"autodiscover.unreachable", Warning, Admin,
		"The host of the Autodiscover service exists in DNS but cannot be reached.",
		"Start the web server, open its port 443, or remove the DNS name autodiscover if there is no such service.",
		"MS-OXDISCO section 3.1.5"}
	AutodiscoverCertificate = &Check{"autodiscover.certificate", Warning, Admin,
		"The host of the Autodiscover service has no valid certificate for its name, so Outlook warns the user and other programs give up.",
		"Renew the web server's certificate, or add the name to it; or remove the DNS name autodiscover if there is no such service (a wildcard record often answers by accident).",
		"RFC 9110 section 4.3.4, RFC 9525"}
	AutodiscoverProgram = &Check{"autodiscover.program-source", Warning, Admin,
		"The web server sends the source of the program that should answer as Autodiscover, instead of running it.",
		"Let the web server run the program (PHP, CGI, WSGI or the like) at this place, and change any password that stands in it: everybody could read it.",
		"RFC 3875 section 3, MS-OXDSCLI section 2.2.4"}
	AutodiscoverSSLPort = &Check{"autodiscover.ssl-port", Warning, Admin,
		"The Autodiscover answer says SSL for a port that begins without TLS: Outlook starts TLS at once there and waits for ever.",
		"Write <Encryption>TLS</Encryption>, which means STARTTLS, for ports 143, 110 and 587.",
		"MS-OXDSCLI section 2.2.4.1.1.2.6, RFC 8314 section 7.1"}
	AutodiscoverPhonesOnly = &Check{"autodiscover.phones-only", Warning, Admin,
		"The Autodiscover service answers the question of phones (ActiveSync) and refuses Outlook's, so Outlook and other mail programs find nothing there.",
		"Let the service answer the schema outlook/responseschema/2006a too, with Exchange, IMAP or POP3 and SMTP. If it is meant for phones alone, let it answer Outlook's question with 404, and publish SRV records or a settings file for mail programs.",
		"MS-OXDSCLI section 2.2.3.1.1.2, MS-ASCMD section 2.2.1.1"}
	AutodiscoverHTTPToo = &Check{"autodiscover.http-too", Info, Admin,
		"The Autodiscover service gives the settings over http as well as over https, and programs that take them over http cannot tell whether somebody on the way has changed them.",
		"Over http answer GET with a redirect to https, and POST with nothing.",
		"MS-OXDISCO section 3.1.5.4, NDSS 2025 Automatic Insecurity A1.2"}
	AutodiscoverHTTPDiffers = &Check{"autodiscover.http-differs", Warning, Admin,
		"Over http Autodiscover names other servers than over https, so which ones a program gets depends on how it asks; and anybody on the way can change what comes over http.",
		"Over http answer GET with a redirect to https, and POST with nothing.",
		"MS-OXDISCO section 3.1.5.4, NDSS 2025 Automatic Insecurity A1.2, A10.1"}
	AutodiscoverHTTPOnly = &Check{"autodiscover.http-only", Warning, Admin,
		"Autodiscover gives the settings over http alone, where anybody on the way can change them; Outlook and other careful programs never ask there.",
		"Serve Autodiscover over https at autodiscover.DOMAIN with a certificate for that name, and over http nothing but a redirect to it.",
		"MS-OXDISCO section 3.1.5, NDSS 2025 Automatic Insecurity A1.2"}
	AutodiscoverPostOnly = &Check{"autodiscover.post-only", Info, Admin,
		"The Autodiscover service answers POST alone, as the protocol says, so programs that ask by GET find nothing there.",
		"Nothing to mend in the service. For programs that ask by GET, such as Delta Chat, publish a settings file at https://autoconfig.DOMAIN/mail/config-v1.1.xml too; `mailcheck setup DOMAIN --for thunderbird` writes it.",
		"MS-OXDSCLI section 3.1.5, NDSS 2025 Automatic Insecurity section VIII-A"}
	AutodiscoverSSLOff = &Check{"autodiscover.ssl-off", Warning, Admin,
		"The Autodiscover answer has SSL off beside an Encryption, and mail programs that go by SSL connect without encryption.",
		"Write <SSL>on</SSL>: it allows STARTTLS too, which Encryption then asks for with the word TLS.",
		"MS-OXDSCLI section 2.2.4.1.1.2.6, https://learn.microsoft.com/exchange/client-developer/web-service-reference/ssl-pox, NDSS 2025 Automatic Insecurity A6.1"}
	AutodiscoverSSLMissing = &Check{"autodiscover.ssl-missing", Info, Admin,
		"The Autodiscover answer says by Encryption alone how a server is encrypted, and some mail programs read SSL alone.",
		"Write <SSL>on</SSL> too.",
		"https://learn.microsoft.com/exchange/client-developer/web-service-reference/ssl-pox, NDSS 2025 Automatic Insecurity A6.1"}
)
