package checks

var autoconfigChecks = []*Check{
	AutoconfigHTTPOnly, AutoconfigHTML, AutoconfigContentType, AutoconfigMalformed,
	AutoconfigNoServers, AutoconfigBadSection, AutoconfigPlaceholder, AutoconfigStatus,
	AutoconfigPlain, AutoconfigViaMX, AutoconfigUnreachable, AutoconfigCertificate,
	AutoconfigProgram, AutoconfigQuery, AutoconfigHTTPToo, AutoconfigHTTPDiffers,
}

var (
	AutoconfigHTTPOnly = &Check{"autoconfig.http-only", Warning, Admin,
		"The settings file is only available over http, where anybody on the way can change it; careful clients ignore it or ask first.",
		"Serve the same file over https at autoconfig.DOMAIN with a certificate for that name.",
		"draft-ietf-mailmaint-autoconfig section 4.1, NDSS 2025 Automatic Insecurity A1.1"}
	AutoconfigHTTPToo = &Check{"autoconfig.http-too", Info, Admin,
		"The settings file is given over http as well as over https, and programs that take it over http cannot tell whether somebody on the way has changed it.",
		"Let http answer with a redirect to https, or with nothing.",
		"draft-ietf-mailmaint-autoconfig section 4.1, NDSS 2025 Automatic Insecurity A1.1"}
	AutoconfigHTTPDiffers = &Check{"autoconfig.http-differs", Warning, Admin,
		"Over http there is another settings file than over https, so which servers a program gets depends on how it asks; and anybody on the way can change what comes over http.",
		"Take the file that is given over http away, and let http answer with a redirect to https, or with nothing.",
		"draft-ietf-mailmaint-autoconfig section 4.1, NDSS 2025 Automatic Insecurity A1.1, A10.1"}
	AutoconfigHTML = &Check{"autoconfig.html-instead-of-xml", Warning, Admin,
		"The web server answers with a web page where the settings file should be.",
		"A catch-all web site (or, on a guest network, a login page) answers for this address. Publish the XML file there, or let the server answer 404.",
		"draft-ietf-mailmaint-autoconfig section 4.1"}
	AutoconfigContentType = &Check{"autoconfig.content-type", Warning, Admin,
		"The settings file is served with the wrong media type; Thunderbird then ignores it without a word.",
		"Serve the file with \"Content-Type: text/xml\". `mailcheck setup DOMAIN --for site --directory FOLDER` writes a configuration for nginx, Caddy and Apache that does.",
		"draft-ietf-mailmaint-autoconfig section 4.1"}
	AutoconfigMalformed = &Check{"autoconfig.malformed", Warning, Admin,
		"The settings file is not well-formed XML, or not a settings file.",
		"Correct the file at the line given. `mailcheck setup ADDRESS --for thunderbird` writes a good one.",
		"draft-ietf-mailmaint-autoconfig section 3"}
	AutoconfigNoServers = &Check{"autoconfig.no-servers", Warning, Admin,
		"The settings file names no IMAP, POP3 or SMTP server that a client could use.",
		"The file needs at least one <incomingServer> and one <outgoingServer>, each with hostname, port, socketType, username and authentication. `mailcheck setup ADDRESS --for thunderbird` writes it.",
		"draft-ietf-mailmaint-autoconfig section 3.2"}
	AutoconfigBadSection = &Check{"autoconfig.bad-section", Warning, Admin,
		"A server section of the settings file is incomplete or has an invalid value; clients drop the section, and Thunderbird for Android drops the whole file.",
		"Correct the section named in the evidence: hostname, port (1 to 65535), socketType (exactly SSL, STARTTLS or plain), username and authentication are all needed. `mailcheck setup ADDRESS --for thunderbird` writes a good file.",
		"draft-ietf-mailmaint-autoconfig section 3.2, NDSS 2025 Automatic Insecurity A4.1"}
	AutoconfigPlaceholder = &Check{"autoconfig.placeholder", Warning, Admin,
		"The settings file has a placeholder that no client knows, so the user name will be wrong.",
		"Only %EMAILADDRESS%, %EMAILLOCALPART% and %EMAILDOMAIN% exist, with a % at both ends.",
		"draft-ietf-mailmaint-autoconfig section 3.4"}
	AutoconfigStatus = &Check{"autoconfig.http-status", Warning, Admin,
		"The web server that should give the settings file answers with an error.",
		"Look at the web server's log for this request. The file must be readable without a login, and with and without ?emailaddress=.",
		"draft-ietf-mailmaint-autoconfig section 4.1, RFC 9110 section 15"}
	AutoconfigPlain = &Check{"autoconfig.plain", Failure, Admin,
		"The settings tell clients to connect without encryption, so the password would be readable on the way.",
		"Offer TLS on the server, and have the settings use it.",
		"RFC 8314 section 4.1, NDSS 2025 Automatic Insecurity A3.1"}
	AutoconfigViaMX = &Check{"autoconfig.via-mx", Info, Admin,
		"The settings come from the operator of the domain's mail exchanger, since the domain itself publishes none; clients ask the user to confirm them.",
		"To make clients configure themselves without asking, publish SRV records or an autoconfig file for the domain itself. `mailcheck setup DOMAIN --for site --directory FOLDER` writes the file, and what a web server needs to serve it.",
		"draft-ietf-mailmaint-autoconfig section 4.3"}
	AutoconfigUnreachable = &Check{"autoconfig.unreachable", Warning, Admin,
		"The host that should give the settings file exists in DNS but cannot be reached.",
		"Start the web server, open its port, or remove the DNS name if no settings are published there.",
		"draft-ietf-mailmaint-autoconfig section 4.1"}
	AutoconfigCertificate = &Check{"autoconfig.certificate", Warning, Admin,
		"The web server that should give the settings file has no certificate for its name that mail programs accept, so they do not use the file.",
		"Renew the web server's certificate if it has expired, or add the name to it; or remove the DNS name if no settings are published there (a wildcard record often answers by accident).",
		"RFC 9110 section 4.3.4, RFC 9525"}
	AutoconfigProgram = &Check{"autoconfig.program-source", Warning, Admin,
		"The web server sends the source of the program that should make the settings file, instead of running it.",
		"Let the web server run the program (CGI, PHP, WSGI or the like) at this place, and change any password that stands in it: everybody could read it.",
		"RFC 3875 section 3, draft-ietf-mailmaint-autoconfig section 4.1"}
	AutoconfigQuery = &Check{"autoconfig.query-differs", Warning, Admin,
		"The web server answers differently with and without ?emailaddress=, and mail programs ask in both ways.",
		"Give the same settings file for both: Thunderbird asks with ?emailaddress=, Thunderbird for Android without. Where the address is needed, use the placeholders %EMAILADDRESS% and %EMAILLOCALPART% in the file.",
		"draft-ietf-mailmaint-autoconfig section 4.1, https://github.com/thunderbird/thunderbird-android/issues/8158"}
)
