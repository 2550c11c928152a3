package mailcheck

import "fmt"

// Checks is everything mailcheck can find, in the order `mailcheck explain`
// lists it: family by family, along the way a connection is made.
var Checks = []*Check{
	// DNS
	DNSNotFound, DNSServfail, DNSRefused, DNSTimeout, DNSMalformed, DNSNoAddress,
	SRVNotOffered, SRVCNAMETarget, SRVNoAddress, SRVPortOdd, SRVForeignDomain, SRVTooMany, SRVBadTarget, MXNull,
	// Published settings
	AutoconfigHTTPOnly, AutoconfigHTML, AutoconfigContentType, AutoconfigMalformed, AutoconfigNoServers,
	AutoconfigBadSection, AutoconfigPlaceholder, AutoconfigStatus, AutoconfigPlain, AutoconfigViaMX,
	AutoconfigUnreachable, AutoconfigCertificate, ISPDBUnreachable,
	HTTPRedirectRefused, HTTPTooManyRedirects, HTTPTooLarge, HTTPMalformed,
	// Network
	TCPRefused, TCPTimeout, TCPUnreachable, TCPUnreachable6, TCPUnreachable4, TCPReset, NetNoIPv6, NetBadAddress,
	// TLS
	TLSPlainOnTLSPort, TLSExpired, TLSNotYetValid, TLSNameMismatch, TLSCNOnly, TLSIPSAN, TLSSelfSigned, TLSUnknownAuthority,
	TLSCertificate, TLSOldProtocol, TLSHandshakeFailure, TLSUnrecognizedName, TLSClientCert, TLSEOF, TLSTimeout, TLSExpiresSoon,
	// STARTTLS
	StartTLSMissing, StartTLSMasked, StartTLSRefused, StartTLSInjection,
	// Greeting and capabilities
	GreetTimeout, GreetDelay, GreetBye, Greet554, GreetOtherProtocol, GreetMalformed, GreetPreauth,
	ReplyMalformed, ReplyTooLong, ReplyTimeout, ReplyClosed, ReplyRejected, AuthNone,
	// The account as a whole
	AccountNoSettings, AccountNoIncoming, AccountNoOutgoing, RunTimeout, RunTooManyServers, Unclassified,
}

// ByID returns the check with that id, or nil.
func ByID(id string) *Check {
	for _, c := range Checks {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Errorf returns an error that is an occurrence of the check, with the evidence
// as its text.
func (c *Check) Errorf(format string, args ...any) error {
	return &checkError{c, fmt.Errorf(format, args...)}
}

type checkError struct {
	check *Check
	err   error
}

func (e *checkError) Error() string   { return e.err.Error() }
func (e *checkError) Unwrap() error   { return e.err }
func (e *checkError) CheckID() string { return e.check.ID }

// DNS: names, service records and mail exchangers.
var (
	DNSNotFound = &Check{"dns.nxdomain", Failure, User,
		"The name does not exist in DNS.",
		"Check the spelling of the part after the @ (or of the host name). If it is right, the domain or the record was removed or never made: ask whoever manages the domain's DNS.",
		"RFC 1034 section 4.3.1, RFC 2308 section 2.1"}
	DNSServfail = &Check{"dns.servfail", Failure, Admin,
		"The name servers of the domain do not give a usable answer (SERVFAIL).",
		"Either the domain's name servers are broken or its DNSSEC signatures are wrong. Test the zone with a DNSSEC analyser; after a change of provider, check that the DS record at the registrar fits the new keys.",
		"RFC 4035 section 5.5, RFC 8914"}
	DNSRefused = &Check{"dns.refused", Failure, Network,
		"The DNS resolver refuses to answer.",
		"Use another resolver (--resolver 1.1.1.1 shows whether that helps), or have the resolver's administrator allow this machine to ask it.",
		"RFC 1035 section 4.1.1"}
	DNSTimeout = &Check{"dns.timeout", Failure, Network,
		"No DNS server answers.",
		"Check that this machine is online and that its firewall or VPN lets DNS (UDP and TCP port 53) through; try another resolver with --resolver 1.1.1.1.",
		"RFC 1035 section 7"}
	DNSMalformed = &Check{"dns.malformed", Failure, Network,
		"The DNS answer is malformed or answers a question that was not asked.",
		"A router or security product on the way may be rewriting DNS. Try another resolver with --resolver; if the answer is the same, the domain's name servers are at fault.",
		"RFC 1035 section 4.1, RFC 5452 section 3"}
	DNSNoAddress = &Check{"dns.no-address", Failure, Admin,
		"The server's name exists in DNS but has no address.",
		"Add an A record (and AAAA for IPv6) for the host name, or correct the host name in the published settings.",
		"RFC 1035 section 3.4.1, RFC 3596"}
	SRVNotOffered = &Check{"srv.not-offered", Info, Admin,
		"The domain says in DNS that it does not offer this service.",
		"Nothing to mend: the SRV target \".\" is the right way to say so. Use one of the services that are offered.",
		"RFC 2782 (Target), RFC 6186 section 3.4"}
	SRVCNAMETarget = &Check{"srv.cname-target", Warning, Admin,
		"The target of an SRV record is an alias (CNAME), which is forbidden; some clients fail on it.",
		"Let the SRV record name the host that the alias points at.",
		"RFC 2782 (Target)"}
	SRVNoAddress = &Check{"srv.no-address", Failure, Admin,
		"An SRV record points at a name without an address.",
		"Correct the target of the SRV record, or add the missing A/AAAA record for it.",
		"RFC 2782 (Target)"}
	SRVPortOdd = &Check{"srv.port-odd", Warning, Admin,
		"An SRV record names the port of the other kind of protection, so clients will start TLS in the wrong way.",
		"Names ending in s (_imaps, _pop3s, _submissions) are for ports with TLS from the first byte (993, 995, 465); _imap, _pop3 and _submission are for STARTTLS (143, 110, 587). Move the port to the fitting record.",
		"RFC 8314 section 5.1, RFC 6186 section 3"}
	SRVForeignDomain = &Check{"srv.foreign-domain", Info, Admin,
		"An SRV record points into another domain, and nothing proves that this is meant; careful clients ask the user first.",
		"Sign the zone with DNSSEC, or publish the same settings over https (autoconfig).",
		"RFC 6186 section 6"}
	SRVTooMany = &Check{"srv.too-many", Warning, Admin,
		"There are more SRV records under one name than any client will try.",
		"Publish no more than a few SRV records per service.",
		"RFC 2782"}
	SRVBadTarget = &Check{"srv.bad-target", Warning, Admin,
		"The target or port of an SRV record cannot be used.",
		"The target must be a plain host name and the port must not be 0. Correct the record.",
		"RFC 2782 (Target, Port)"}
	MXNull = &Check{"mx.null", Warning, Admin,
		"The domain says that it accepts no mail at all (null MX).",
		"If the address should receive mail, replace the record \"MX 0 .\" by the real mail exchanger. If not, there is no account to set up.",
		"RFC 7505"}
)

// Published settings: autoconfig files and the web servers they come from.
var (
	AutoconfigHTTPOnly = &Check{"autoconfig.http-only", Warning, Admin,
		"The settings file is only available over http, where anybody on the way can change it; careful clients ignore it or ask first.",
		"Serve the same file over https at autoconfig.DOMAIN with a certificate for that name.",
		"draft-ietf-mailmaint-autoconfig section 4.1"}
	AutoconfigHTML = &Check{"autoconfig.html-instead-of-xml", Warning, Admin,
		"The web server answers with a web page where the settings file should be.",
		"A catch-all web site (or, on a guest network, a login page) answers for this address. Publish the XML file there, or let the server answer 404.",
		"draft-ietf-mailmaint-autoconfig section 4.1"}
	AutoconfigContentType = &Check{"autoconfig.content-type", Warning, Admin,
		"The settings file is served with the wrong media type; Thunderbird then ignores it without a word.",
		"Serve the file with \"Content-Type: text/xml\".",
		"draft-ietf-mailmaint-autoconfig section 4.1"}
	AutoconfigMalformed = &Check{"autoconfig.malformed", Warning, Admin,
		"The settings file is not well-formed XML, or not a settings file.",
		"Correct the file at the line given. `mailcheck setup ADDRESS --for thunderbird` writes a good one.",
		"draft-ietf-mailmaint-autoconfig section 3"}
	AutoconfigNoServers = &Check{"autoconfig.no-servers", Warning, Admin,
		"The settings file names no IMAP, POP3 or SMTP server that a client could use.",
		"The file needs at least one <incomingServer> and one <outgoingServer>, each with hostname, port, socketType, username and authentication.",
		"draft-ietf-mailmaint-autoconfig section 3.2"}
	AutoconfigBadSection = &Check{"autoconfig.bad-section", Warning, Admin,
		"A server section of the settings file is incomplete or has an invalid value; clients drop the section, and Thunderbird for Android drops the whole file.",
		"Correct the section named in the evidence: hostname, port (1 to 65535), socketType (exactly SSL, STARTTLS or plain), username and authentication are all needed.",
		"draft-ietf-mailmaint-autoconfig section 3.2"}
	AutoconfigPlaceholder = &Check{"autoconfig.placeholder", Warning, Admin,
		"The settings file has a placeholder that no client knows, so the user name will be wrong.",
		"Only %EMAILADDRESS%, %EMAILLOCALPART% and %EMAILDOMAIN% exist, with a % at both ends.",
		"draft-ietf-mailmaint-autoconfig section 3.4"}
	AutoconfigStatus = &Check{"autoconfig.http-status", Warning, Admin,
		"The web server that should give the settings file answers with an error.",
		"Look at the web server's log for this request. The file must be readable without a login, and with and without ?emailaddress=.",
		"draft-ietf-mailmaint-autoconfig section 4.1, RFC 9110 section 15"}
	AutoconfigPlain = &Check{"autoconfig.plain", Failure, Admin,
		"The published settings tell clients to connect without encryption, so the password would be readable on the way.",
		"Publish the server with socketType SSL (or STARTTLS) and offer TLS on it.",
		"RFC 8314 section 4.1"}
	AutoconfigViaMX = &Check{"autoconfig.via-mx", Info, Admin,
		"The settings come from the operator of the domain's mail exchanger; the domain itself publishes none. Clients ask the user to confirm them.",
		"To make clients configure themselves without asking, publish SRV records or an autoconfig file for the domain itself.",
		"draft-ietf-mailmaint-autoconfig section 4.3"}
	AutoconfigUnreachable = &Check{"autoconfig.unreachable", Warning, Admin,
		"The host that should give the settings file exists in DNS but cannot be reached.",
		"Start the web server, open its port, or remove the DNS name if no settings are published there.",
		"draft-ietf-mailmaint-autoconfig section 4.1"}
	AutoconfigCertificate = &Check{"autoconfig.certificate", Warning, Admin,
		"The web server that should give the settings file has no valid certificate for its name, so clients do not use the file.",
		"Add the name to the web server's certificate, or remove the DNS name if no settings are published there (a wildcard record often answers by accident).",
		"RFC 9110 section 4.3.4, RFC 9525"}
	ISPDBUnreachable = &Check{"ispdb.unreachable", Info, Network,
		"The public database of mail providers (ISPDB) could not be asked.",
		"The account is not at fault. If this network blocks web access, use a copy of the database (--ispdb FOLDER) or switch it off (--ispdb off).",
		"draft-ietf-mailmaint-autoconfig section 4.2"}
	HTTPRedirectRefused = &Check{"http.redirect-refused", Warning, Admin,
		"The web server redirects to a place that must not be followed.",
		"Redirect only to https, to a host name, on the standard port, without user name or password in the URL.",
		"RFC 9110 section 15.4, draft-ietf-mailmaint-autoconfig section 4"}
	HTTPTooManyRedirects = &Check{"http.too-many-redirects", Warning, Admin,
		"The web server redirects in a circle or too often.",
		"Let the URL answer directly, or with one redirect.",
		"RFC 9110 section 15.4"}
	HTTPTooLarge = &Check{"http.too-large", Warning, Admin,
		"The answer of the web server is larger than a settings file can be (1 MiB); reading stopped there.",
		"Check what the web server serves at this URL.",
		"draft-ietf-mailmaint-autoconfig section 7"}
	HTTPMalformed = &Check{"http.malformed", Warning, Admin,
		"The answer is not valid HTTP.",
		"Check what listens on that port of the web server.",
		"RFC 9112"}
)

// Network: reaching a server at all.
var (
	TCPRefused = &Check{"tcp.refused", Failure, Operator,
		"The server refuses connections on this port: nothing is listening there.",
		"Start the mail service, make it listen on this port, or correct the published port.",
		"RFC 9293 section 3.5.2"}
	TCPTimeout = &Check{"tcp.timeout", Failure, Network,
		"The server does not answer on this port: a firewall drops the connection, or the host is down.",
		"Try from another network (a mobile phone's hotspot). If it works there, the local network blocks the port; if not, the server's firewall must open it or the host is down.",
		"RFC 9293 section 3.8.3"}
	TCPUnreachable = &Check{"tcp.unreachable", Failure, Network,
		"There is no route to the server's address.",
		"Check this machine's network connection. If only this server is unreachable, its published address is wrong or its network is down.",
		"RFC 1812 section 5.2.7.1, RFC 4443 section 3.1"}
	TCPUnreachable6 = &Check{"tcp.unreachable6", Warning, Operator,
		"The server cannot be reached over IPv6 while IPv4 works; some clients then wait or fail.",
		"Make the service listen on its IPv6 address and open the firewall for it, or remove the AAAA record.",
		"RFC 8305 section 3"}
	TCPUnreachable4 = &Check{"tcp.unreachable4", Warning, Operator,
		"The server cannot be reached over IPv4 while IPv6 works; most clients fail where there is no IPv6.",
		"Make the service listen on its IPv4 address and open the firewall for it, or remove the A record.",
		"RFC 8305 section 3"}
	TCPReset = &Check{"tcp.reset-after-connect", Failure, Operator,
		"The server closes the connection before it says anything.",
		"Often this address was banned after failed logins (fail2ban): wait or have it unbanned. Otherwise the service crashes or expects TLS on this port: see the server's log.",
		"RFC 9293 section 3.5.2"}
	NetNoIPv6 = &Check{"net.no-ipv6-here", Info, Network,
		"This machine has no IPv6 connection, so the server's IPv6 address was not tested.",
		"Nothing to mend on the server. Test from a machine with IPv6 to be sure of both.",
		"RFC 8305 section 3"}
	NetBadAddress = &Check{"net.bad-address", Failure, Admin,
		"DNS gives an address for the server that no server can have.",
		"Correct the A or AAAA record of the host.",
		"RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.2"}
)

// TLS: the handshake and the certificate.
var (
	TLSPlainOnTLSPort = &Check{"tls.plain-on-tls-port", Failure, Operator,
		"The server speaks unencrypted text on a port that is meant for TLS from the first byte.",
		"Switch on TLS for this port (Dovecot: ssl = yes in the inet_listener; Postfix: smtpd_tls_wrappermode=yes), or publish the server with STARTTLS.",
		"RFC 8314 section 3"}
	TLSExpired = &Check{"tls.expired", Failure, Operator,
		"The server's certificate has expired.",
		"Renew the certificate, then reload the mail service: it keeps using the old file until told otherwise. Have the renewal reload it (certbot: --deploy-hook).",
		"RFC 5280 section 4.1.2.5"}
	TLSNotYetValid = &Check{"tls.not-yet-valid", Failure, User,
		"The server's certificate is not valid yet, or this machine's clock is wrong.",
		"Check date and time of this machine first. If they are right, the server's administrator installed a certificate too early.",
		"RFC 5280 section 4.1.2.5"}
	TLSNameMismatch = &Check{"tls.name-mismatch", Failure, Operator,
		"The server's certificate is for another name than the one in the settings.",
		"Use the name that the certificate has in the settings, or add the published name to the certificate.",
		"RFC 9525 section 6, RFC 7817"}
	TLSCNOnly = &Check{"tls.cn-only", Failure, Operator,
		"The server's certificate carries its name in the obsolete way (common name only).",
		"Reissue the certificate with the name as subject alternative name (SAN).",
		"RFC 9525 section 2"}
	TLSIPSAN = &Check{"tls.ip-san", Failure, User,
		"The settings name the server by its IP address, which its certificate does not cover.",
		"Use the server's host name in the settings.",
		"RFC 9525 section 6.5"}
	TLSSelfSigned = &Check{"tls.self-signed", Failure, Operator,
		"The server's certificate is self-signed, so nobody vouches for it.",
		"Install a certificate of a public authority (Let's Encrypt costs nothing), or give its root to every client (--ca-file for this test).",
		"RFC 5280 section 6"}
	TLSUnknownAuthority = &Check{"tls.unknown-authority", Failure, Operator,
		"The server's certificate is issued by an authority that this machine does not trust, or its intermediate certificate is not sent.",
		"Serve the full chain (fullchain.pem, not cert.pem). If the authority is your company's own, install its root on the client (--ca-file for this test).",
		"RFC 5280 section 6, RFC 8446 section 4.4.2"}
	TLSCertificate = &Check{"tls.certificate", Failure, Operator,
		"The server's certificate cannot be verified.",
		"Reissue the certificate; the evidence says what is wrong with it.",
		"RFC 5280 section 6"}
	TLSOldProtocol = &Check{"tls.old-protocol", Failure, Operator,
		"The server only speaks TLS 1.0 or 1.1, which clients refuse today.",
		"Update the server's TLS library or allow TLS 1.2 and 1.3 in its configuration.",
		"RFC 8996"}
	TLSHandshakeFailure = &Check{"tls.handshake-failure", Failure, Operator,
		"The TLS handshake fails: the server and this client have no common ground, or the server's TLS is misconfigured.",
		"See the mail server's log for this connection; check its certificate, key and cipher settings.",
		"RFC 8446 section 6.2"}
	TLSUnrecognizedName = &Check{"tls.unrecognized-name", Failure, Admin,
		"The server says that it does not know the host name it was asked for.",
		"The published host name is wrong, or the server lacks a certificate for it.",
		"RFC 6066 section 3"}
	TLSClientCert = &Check{"tls.client-cert", Failure, Operator,
		"The server demands a client certificate.",
		"Install the client certificate you were given, or have the operator make it optional.",
		"RFC 8446 section 4.3.2"}
	TLSEOF = &Check{"tls.eof", Failure, Operator,
		"The server ends the connection in the middle of the TLS handshake.",
		"Often the service has no usable certificate for the name, or a rate limit or filter cut in: see the server's log.",
		"RFC 8446 section 6"}
	TLSTimeout = &Check{"tls.timeout", Failure, Operator,
		"The server accepts the connection but does not answer the TLS handshake.",
		"The port may be meant for STARTTLS (143, 110, 587) rather than TLS, or the service hangs: see the server's log.",
		"RFC 8446 section 2"}
	TLSExpiresSoon = &Check{"tls.expires-soon", Warning, Operator,
		"The server's certificate expires soon, and its renewal seems to be late.",
		"Renew the certificate and reload the mail service.",
		"RFC 5280 section 4.1.2.5"}
)

// STARTTLS: upgrading a connection.
var (
	StartTLSMissing = &Check{"starttls.missing", Failure, Operator,
		"The server does not offer STARTTLS, so the connection would stay unencrypted.",
		"Configure a certificate for this service. Until then use the port with TLS from the first byte (993, 995 or 465). If the server did offer it before, somebody on the way may be removing it.",
		"RFC 8314 section 3, RFC 3207, RFC 2595"}
	StartTLSMasked = &Check{"starttls.masked", Failure, Network,
		"A firewall between here and the server overwrites the server's STARTTLS offer.",
		"Switch off SMTP inspection in the firewall (Cisco ASA: allow-tls in the esmtp inspection policy). Until then use port 465.",
		"RFC 3207, Cisco document 113423"}
	StartTLSRefused = &Check{"starttls.454", Failure, Operator,
		"The server announces STARTTLS but refuses it when asked.",
		"The service cannot load its certificate or key: see its log, and check file names and permissions.",
		"RFC 3207 section 4, RFC 9051 section 6.2.1"}
	StartTLSInjection = &Check{"starttls.injection", Failure, Network,
		"Unencrypted data followed the server's go-ahead for TLS: a broken server, or somebody inserting text.",
		"Do not log in over this connection. Update the mail server; if it persists from this network only, something on the way tampers with mail connections.",
		"CVE-2011-0411, RFC 9051 section 11.1"}
)

// Greeting and capabilities.
var (
	GreetTimeout = &Check{"greet.timeout", Failure, Operator,
		"The server accepts the connection but says nothing.",
		"The service hangs, or the port expects TLS from the first byte: see the server's log, and try 993, 995 or 465.",
		"RFC 9051 section 7.1, RFC 5321 section 4.3.1"}
	GreetDelay = &Check{"greet.delay", Info, Operator,
		"The server takes long to greet.",
		"Nothing is broken, but impatient clients give up. Look for slow reverse DNS look-ups or a greet delay on the submission port.",
		"RFC 5321 section 4.5.3.2.1"}
	GreetBye = &Check{"greet.bye", Failure, Operator,
		"The server turns the connection away for now.",
		"Usually a limit on connections from one address, or overload: close other clients, wait some minutes, test again.",
		"RFC 9051 section 7.1.5, RFC 5321 section 3.8"}
	Greet554 = &Check{"greet.554", Failure, Operator,
		"The server refuses to serve this machine.",
		"This machine's address may be on a blocklist, or the host offers no mail service; the server's own words say which. Try from another network.",
		"RFC 5321 section 3.1, RFC 7504"}
	GreetOtherProtocol = &Check{"greet.not-this-protocol", Failure, Admin,
		"Another service answers on this port.",
		"Correct the published host or port.",
		"RFC 6335"}
	GreetMalformed = &Check{"greet.malformed", Failure, Operator,
		"The server's greeting is not what the protocol demands.",
		"See what listens on that port; the evidence shows what it said.",
		"RFC 9051 section 7.1, RFC 5321 section 4.2, RFC 1939 section 4"}
	GreetPreauth = &Check{"greet.preauth", Failure, Operator,
		"The server claims that the user is already logged in, which makes STARTTLS impossible; this can be an attack.",
		"Do not use this server from this network. A public IMAP server must not greet with PREAUTH.",
		"RFC 9051 section 11.1"}
	ReplyMalformed = &Check{"reply.malformed", Failure, Operator,
		"A reply of the server breaks the rules of the protocol.",
		"Update the server, or look for a proxy in front of it; the evidence shows the reply.",
		"RFC 9051 section 7, RFC 5321 section 4.2, RFC 2449 section 3"}
	ReplyTooLong = &Check{"reply.too-long", Failure, Operator,
		"A reply of the server is longer than any client has to accept; reading stopped there.",
		"See what the server sends; the evidence says which limit was hit.",
		"RFC 9051 section 4.3, RFC 5321 section 4.5.3.1"}
	ReplyTimeout = &Check{"reply.timeout", Failure, Operator,
		"The server stops answering in the middle of the conversation.",
		"See the server's log: a backend may hang. A connection that stalls only from one network points to a firewall there.",
		"RFC 9051 section 5.4, RFC 5321 section 4.5.3.2"}
	ReplyClosed = &Check{"reply.closed", Failure, Operator,
		"The server ends the connection in the middle of the conversation.",
		"See the server's log: a crash, a limit or a proxy in front of it.",
		"RFC 9051 section 3.4, RFC 5321 section 3.8"}
	ReplyRejected = &Check{"reply.rejected", Failure, Operator,
		"The server rejects a command that every client sends first.",
		"The server is very old, or a proxy in front of it rewrites commands. Update it or take the proxy out.",
		"RFC 9051 section 6.1.1, RFC 5321 section 4.1.1.1, RFC 2449 section 5"}
	AuthNone = &Check{"auth.none-offered", Warning, Operator,
		"Over the encrypted connection the server offers no way to log in that mail clients know.",
		"Enable authentication for this service (Postfix: smtpd_sasl_auth_enable=yes; Dovecot: auth_mechanisms = plain login).",
		"RFC 4954 section 3, RFC 9051 section 6.2.2, RFC 5034"}
)

// The account as a whole, and the run itself.
var (
	AccountNoSettings = &Check{"account.no-settings", Failure, Admin,
		"No mail server was found for this address, neither published nor by guessing.",
		"Check the spelling of the address. If it is right, ask the provider for the server names, and the administrator to publish them (SRV records or autoconfig).",
		"RFC 6186, draft-ietf-mailmaint-autoconfig"}
	AccountNoIncoming = &Check{"account.no-incoming", Failure, Admin,
		"No working server was found for reading mail (IMAP or POP3).",
		"Mend one of the servers above, or publish one that works.",
		"RFC 6186"}
	AccountNoOutgoing = &Check{"account.no-outgoing", Failure, Admin,
		"No working server was found for sending mail (submission).",
		"Mend one of the servers above, or publish one that works.",
		"RFC 6409, RFC 8314 section 3.3"}
	RunTimeout = &Check{"run.timeout", Warning, User,
		"The time for the whole test ran out before everything was tested.",
		"Run it again with a longer --timeout.",
		"mailcheck --timeout"}
	RunTooManyServers = &Check{"run.too-many-servers", Warning, Admin,
		"More servers are published than one run tests.",
		"Publish fewer servers, or test the others with `mailcheck probe`.",
		"mailcheck"}
	Unclassified = &Check{"internal.unclassified", Failure, Operator,
		"Something failed in a way that mailcheck does not know.",
		"The evidence is the error as it came. Please report it, so that it gets a name.",
		"mailcheck"}
)
