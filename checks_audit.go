package mailcheck

var auditChecks = []*Check{
	AuditOldVersion, AuditNoTLS13, AuditWeakCipher, AuditAnonymous, AuditNoForwardSecrecy, AuditFiniteField, AuditWeakDH,
	AuditNoHybrid, AuditRenegotiation, AuditMasterSecret, AuditCompression, AuditCrossProtocol,
	TLSSNINeeded, StartTLSCommandInjection, AuditIncomplete,
}

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
	AuditRenegotiation = &Check{"tls.audit-renegotiation", Warning, Operator,
		"The server's TLS lacks secure renegotiation, so that somebody on the way may put commands of his own before those of a user.",
		"Update the server's TLS library: all have had it since 2010. Some clients refuse servers without it.",
		"RFC 5746, RFC 9325 section 3.5, CVE-2009-3555"}
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
	StartTLSCommandInjection = &Check{"starttls.command-injection", Failure, Operator,
		"The server carries out, as if it were encrypted, a command that was sent unencrypted before TLS began.",
		"Update the mail server, or the proxy in front of it: somebody on the way can otherwise put commands in front of a user's session (CVE-2011-0411 and its kin).",
		"RFC 3207 section 4.2, RFC 9051 section 6.2.1"}
	AuditIncomplete = &Check{"tls.audit-incomplete", Info, User,
		"The audit of the server's TLS is not complete: what it does not list may be accepted all the same.",
		"Test again later, with more time (--timeout 2m), or from an address that the server does not limit.",
		"RFC 9325 section 4"}
)
