package checks

var tlsChecks = []*Check{
	TLSPlainOnTLSPort, TLSExpired, TLSNotYetValid, TLSNameMismatch, TLSCNOnly, TLSIPSAN,
	TLSSelfSigned, TLSUnknownAuthority, TLSCertificate, TLSOldProtocol, TLSHandshakeFailure,
	TLSUnrecognizedName, TLSClientCert, TLSEOF, TLSTimeout, TLSExpiresSoon, TLSMissingIntermediate,
	TLSPrivateCA, TLSInterception, TLSWeakSignature, TLSWeakKey, TLSWrongUsage, TLSRevoked,
	TLSOCSPStale, TLSMustStapleMissing, TLSIPDiffer, TLSOnStartTLSPort, TLSNoCommonCipher,
	TLSLongHello, AuditOldVersion, AuditNoTLS13, AuditWeakCipher, AuditAnonymous,
	AuditNoForwardSecrecy, AuditFiniteField, AuditWeakDH, AuditNoHybrid, TLSRenegotiation,
	AuditMasterSecret, AuditCompression, AuditCrossProtocol, TLSSNINeeded, AuditIncomplete,
	TLSPlaceholder, TLSExpiredAlongside, TLSIdleAlongside,
}

// TLS: the handshake and the certificate.
var (
	TLSPlainOnTLSPort = &Check{"tls.plain-on-tls-port", Failure, Operator,
		"The server speaks unencrypted text on a port that is meant for TLS from the first byte.",
		"Switch on TLS for this port (Dovecot: ssl = yes in the inet_listener; Postfix: smtpd_tls_wrappermode=yes), or have mail programs use STARTTLS there.",
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
		"Add the name in the settings to the certificate, or have the settings use a name that it has.",
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
		"Install a certificate of a public authority (Let's Encrypt costs nothing), or have every client trust this one (--ca-file for this test).",
		"RFC 5280 section 6"}
	TLSUnknownAuthority = &Check{"tls.unknown-authority", Failure, Operator,
		"The server's certificate is issued by an authority that this machine does not know.",
		"If the authority is your company's own, install its root on the client (--ca-file for this test). If it is a public one, serve the full chain (fullchain.pem, not cert.pem).",
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
		"Correct the host name in the settings. If it is right, the server's operator has to install a certificate for it.",
		"RFC 6066 section 3"}
	TLSClientCert = &Check{"tls.client-cert", Failure, Operator,
		"The server demands a client certificate.",
		"Make it optional (Dovecot: auth_ssl_require_client_cert = no; Postfix: smtpd_tls_req_ccert = no), or have users install the certificate they were given in their mail program.",
		"RFC 8446 section 4.3.2"}
	TLSEOF = &Check{"tls.eof", Failure, Operator,
		"The server ends the connection in the middle of the TLS handshake.",
		"Often the service has no usable certificate for the name, or a rate limit or filter cut in: see the server's log.",
		"RFC 8446 section 6"}
	TLSTimeout = &Check{"tls.timeout", Failure, Operator,
		"The server accepts the connection but does not answer the TLS handshake.",
		"See the server's log: the service hangs. If it works from another network (a mobile phone's hotspot), a firewall or VPN on the way swallows the handshake.",
		"RFC 8446 section 2"}
	TLSRenegotiation = &Check{"tls.audit-renegotiation", Warning, Operator,
		"The server's TLS lacks secure renegotiation: programs built with OpenSSL 3 refuse it, and somebody on the way may put other commands in front of those of a user.",
		"Update the server's TLS library, or the appliance in front that ends TLS: all have had it since 2010. A program that says \"unsafe legacy renegotiation disabled\" means this.",
		"RFC 5746, RFC 9325 section 3.5, CVE-2009-3555"}
	TLSExpiresSoon = &Check{"tls.expires-soon", Warning, Operator,
		"The server's certificate expires soon, and its renewal seems to be late.",
		"Renew the certificate and reload the mail service.",
		"RFC 5280 section 4.1.2.5"}
)

// Certificates: what is wrong with the chain beside its dates and names, and
// what its authority says about it.
var (
	TLSMissingIntermediate = &Check{"tls.missing-intermediate", Failure, Operator,
		"The server does not send the intermediate certificate that links its own to a trusted authority.",
		"Serve the full chain: fullchain.pem instead of cert.pem (Dovecot: ssl_server_cert_file; Postfix: smtpd_tls_chain_files), then reload. Web browsers fetch the missing one themselves, mail programs do not.",
		"RFC 8446 section 4.4.2, RFC 5280 section 4.2.2.1"}
	TLSPrivateCA = &Check{"tls.private-ca", Failure, Operator,
		"The server's certificate is issued by a private authority, which only machines that have its root trust.",
		"Install the root certificate on every client (--ca-file for this test), or install a certificate of a public authority on the server.",
		"RFC 5280 section 6.1.1"}
	TLSInterception = &Check{"tls.interception", Failure, User,
		"A virus scanner or filter on this machine or network puts its own certificate in the place of the server's.",
		"Switch off the scanning of encrypted mail in that program, or install its root certificate in the mail program. What else this test says about certificates is about that program, not about the server.",
		"RFC 8446 appendix E.1"}
	TLSWeakSignature = &Check{"tls.weak-signature", Failure, Operator,
		"A certificate of the server is signed with SHA-1 or MD5, which can be forged.",
		"Have it reissued with a signature that uses SHA-256.",
		"RFC 9155, RFC 6151"}
	TLSWeakKey = &Check{"tls.weak-key", Warning, Operator,
		"A certificate of the server has an RSA key that is too short; some clients refuse it.",
		"Make a new key, of the type ECDSA P-256 or RSA with 2048 bits or more, and have the certificate reissued for it.",
		"RFC 9325 section 4.5"}
	TLSWrongUsage = &Check{"tls.wrong-usage", Failure, Operator,
		"The server's certificate is not meant for servers.",
		"Have it reissued with the extended key usage serverAuth, or install the right file: this one may be a client's or a mail signing certificate.",
		"RFC 5280 section 4.2.1.12"}
	TLSRevoked = &Check{"tls.revoked", Failure, Operator,
		"The server's certificate has been revoked by its authority.",
		"Find out why (a leaked key?), have a new certificate issued for a new key, install it and reload the mail service.",
		"RFC 6960 section 2.2"}
	TLSOCSPStale = &Check{"tls.ocsp-stale", Warning, Operator,
		"The server staples an outdated or unreadable statement of its authority to the certificate; some clients then refuse the connection.",
		"Have the server fetch the OCSP answer again, before its end, or switch OCSP stapling off: most authorities have ended it.",
		"RFC 6960 section 3.2, RFC 6066 section 8"}
	TLSMustStapleMissing = &Check{"tls.must-staple-missing", Failure, Operator,
		"The certificate demands a stapled statement of its authority (must-staple), and the server sends no valid one.",
		"Reissue the certificate without must-staple (certbot: leave out --must-staple): few mail servers can staple.",
		"RFC 7633 section 4.2.3"}
	TLSIPDiffer = &Check{"tls.ip-differ", Warning, Operator,
		"The addresses of the server's name show different certificates, so that it depends on the address which one a client gets.",
		"Install the same new certificate on every machine behind the name, and reload the mail service on each.",
		"RFC 5280 section 6"}
	TLSPlaceholder = &Check{"tls.placeholder", Failure, Operator,
		"The server shows the placeholder certificate of a program, because it was given none for its name.",
		"Give the service its own certificate, and reload it.",
		"RFC 9525 section 6"}
	TLSExpiredAlongside = &Check{"tls.expired-alongside", Warning, Operator,
		"The certificate is good, but the server also sends an expired one, by which some programs judge it.",
		"Take the expired certificate out of the file that the server sends: it should hold the server's own and the intermediate certificates that came with it (fullchain.pem), and no others.",
		"RFC 8446 section 4.4.2, RFC 4158"}
	TLSIdleAlongside = &Check{"tls.idle-alongside", Info, Operator,
		"The server sends certificates that are no part of its chain.",
		"Nothing is broken. Take them out of the file that the server sends: every client has to fetch them at each connection.",
		"RFC 8446 section 4.4.2"}
)

// Wrong doors: a client and a server that each wait for the other to begin, or
// have no language in common; and what an upgrade by STARTTLS loses on the way.
var (
	TLSOnStartTLSPort = &Check{"tls.tls-on-starttls-port", Failure, Operator,
		"The server expects TLS from the first byte on a port that is meant for STARTTLS, so client and server wait for each other in silence.",
		"Switch off TLS from the first byte on this port (Dovecot: ssl = no in its inet_listener; Postfix: smtpd_tls_wrappermode=no), or move the service to port 993, 995 or 465.",
		"RFC 8314 section 3"}
	TLSNoCommonCipher = &Check{"tls.no-common-cipher", Failure, Operator,
		"The server accepts only encryption methods that clients no longer offer.",
		"Allow ECDHE with AES-GCM or ChaCha20 (Postfix: tls_high_cipherlist at its default; Dovecot: ssl_cipher_list at its default), with a certificate that fits.",
		"RFC 9325 section 4.2"}
	TLSLongHello = &Check{"tls.long-hello", Failure, Operator,
		"The server, or a device in front of it, cannot read the first message of programs with post-quantum encryption, since it takes two packets.",
		"Update the TLS library of the server, and of the load balancer or firewall in front of it: it must read a ClientHello to its end. If it works from another network, a firewall or VPN of this one is at fault.",
		"RFC 8446 section 5.1, https://tldr.fail"}
)

// What --tls-audit finds: what a server accepts beyond the handshake that an
// up-to-date client makes with it.
var (
	AuditOldVersion = &Check{"tls.audit-old-version", Warning, Operator,
		"The server still accepts TLS 1.0 or 1.1, which are no longer considered safe.",
		"Allow TLS 1.2 and 1.3 only (Postfix: smtpd_tls_mandatory_protocols = >=TLSv1.2 and smtpd_tls_protocols = >=TLSv1.2; Dovecot: ssl_min_protocol = TLSv1.2; nginx: ssl_protocols TLSv1.2 TLSv1.3; Exim: openssl_options = +no_tlsv1 +no_tlsv1_1).",
		"RFC 8996, RFC 9325 section 3.1.1, RFC 8997 section 3"}
	AuditNoTLS13 = &Check{"tls.audit-no-tls13", Info, Operator,
		"The server does not offer TLS 1.3, the current version.",
		"Update the server's TLS library (OpenSSL 1.1.1 or later), or stop excluding TLS 1.3 in its configuration.",
		"RFC 9325 section 3.1.1"}
	AuditWeakCipher = &Check{"tls.audit-weak-cipher", Warning, Operator,
		"The server accepts encryption that can be broken, or none at all, if a client asks for it.",
		"Exclude RC4, DES, 3DES, NULL and EXPORT cipher suites (Postfix: smtpd_tls_mandatory_ciphers = high and smtpd_tls_mandatory_exclude_ciphers = 3DES; Dovecot: ssl_cipher_list at its default).",
		"RFC 9325 section 4.1"}
	AuditAnonymous = &Check{"tls.audit-anonymous", Warning, Operator,
		"The server accepts encryption without a certificate, in which anybody on the way can take its place, if a client asks for it.",
		"Exclude anonymous cipher suites (Postfix: smtpd_tls_mandatory_exclude_ciphers = aNULL; elsewhere append :!aNULL to the cipher list).",
		"RFC 5246 appendices A.5 and F.1.1.1"}
	AuditNoForwardSecrecy = &Check{"tls.audit-no-forward-secrecy", Warning, Operator,
		"The server accepts key exchange without forward secrecy: whoever gets its key can later read recorded connections.",
		"Exclude key exchange by RSA and static Diffie-Hellman (OpenSSL cipher list: add !kRSA).",
		"RFC 9325 section 4.1"}
	AuditFiniteField = &Check{"tls.audit-finite-field-dh", Info, Operator,
		"The server accepts Diffie-Hellman key exchange over finite fields, which is advised against for its slowness and past attacks.",
		"Nothing is broken. Clients of today use elliptic curves, so that it can be excluded (OpenSSL cipher list: add !kDHE).",
		"RFC 9325 section 4.1"}
	AuditWeakDH = &Check{"tls.audit-weak-dh", Warning, Operator,
		"The server's Diffie-Hellman group is too small: such key exchange can be broken at great expense, once for all connections.",
		"Use a group of 2048 bits or more (Postfix: smtpd_tls_dh1024_param_file = auto; Dovecot: ssl_dh or ssl_server_dh_file; nginx: ssl_dhparam; Exim: tls_dhparam = ffdhe2048), or exclude the key exchange (OpenSSL cipher list: add !kDHE).",
		"RFC 9325 section 4.5, CVE-2015-4000"}
	AuditNoHybrid = &Check{"tls.audit-no-hybrid", Info, Operator,
		"The server offers no key exchange that withstands quantum computers, so recorded connections may be read one day.",
		"Nothing is broken. OpenSSL 3.5 and later offer X25519MLKEM768 on their own.",
		"draft-ietf-tls-ecdhe-mlkem, RFC 8446 section 4.2.7"}
	AuditMasterSecret = &Check{"tls.audit-master-secret", Info, Operator,
		"The server's TLS 1.2 does not tie its keys to the whole handshake (extended master secret).",
		"Update the server's TLS library (OpenSSL 1.1.0, GnuTLS 3.4 or later). It matters for logins by client certificate and channel binding.",
		"RFC 7627, RFC 9325 section 3.5"}
	AuditCompression = &Check{"tls.audit-compression", Warning, Operator,
		"The server compresses inside TLS if a client asks for it, which can give away passwords by the length of what is sent.",
		"Switch TLS compression off (Postfix: tls_ssl_options = NO_COMPRESSION; Dovecot: ssl_options = no_compression), or update the TLS library: OpenSSL has had it off since 1.1.0.",
		"RFC 9325 section 3.3, CVE-2012-4929"}
	AuditCrossProtocol = &Check{"tls.audit-cross-protocol", Warning, Operator,
		"On a mail port the server agrees to speak the web's protocol (ALPN), so that connections for a web site can be led to it and the other way round.",
		"Have the TLS of this port offer the mail protocol's ALPN name or none. If a proxy in front shares its TLS settings with a web site, give the mail port settings of its own.",
		"RFC 7301 section 3.2, RFC 9325 sections 3.8 and 3.9"}
	TLSSNINeeded = &Check{"tls.sni-needed", Info, Operator,
		"The server shows the right certificate only to clients that say which host name they want (SNI).",
		"Up-to-date mail programs do. For old ones, printers and monitoring, make this name's certificate the default of the service.",
		"RFC 6066 section 3, RFC 9325 section 3.7"}
	AuditIncomplete = &Check{"tls.audit-incomplete", Info, User,
		"The audit of the server's TLS is not complete: what it does not list may be accepted all the same.",
		"Test again later, with more time (--timeout 2m), or from an address that the server does not limit.",
		"RFC 9325 section 4"}
)
