package mailcheck

var auditChecks = []*Check{
	AuditOldVersion, AuditNoTLS13, AuditWeakCipher, AuditNoForwardSecrecy, AuditNoHybrid,
	TLSSNINeeded, StartTLSCommandInjection,
}

// What --tls-audit finds: what a server accepts beyond the handshake that an
// up-to-date client makes with it.
var (
	AuditOldVersion = &Check{"tls.audit-old-version", Warning, Operator,
		"The server still accepts TLS 1.0 or 1.1, which are no longer considered safe.",
		"Allow TLS 1.2 and 1.3 only (Postfix: smtpd_tls_mandatory_protocols = >=TLSv1.2 and smtpd_tls_protocols = >=TLSv1.2; Dovecot: ssl_min_protocol = TLSv1.2).",
		"RFC 8996, RFC 9325 section 3.1.1, RFC 8314 section 4.1"}
	AuditNoTLS13 = &Check{"tls.audit-no-tls13", Info, Operator,
		"The server does not offer TLS 1.3, the current version.",
		"Update the server's TLS library (OpenSSL 1.1.1 or later), or stop excluding TLS 1.3 in its configuration.",
		"RFC 9325 section 3.1.1"}
	AuditWeakCipher = &Check{"tls.audit-weak-cipher", Warning, Operator,
		"The server accepts encryption that can be broken, or none at all, if a client asks for it.",
		"Exclude RC4, DES, 3DES, NULL, EXPORT and anonymous cipher suites (Postfix: smtpd_tls_mandatory_ciphers = high and smtpd_tls_mandatory_exclude_ciphers = aNULL, 3DES; Dovecot: ssl_cipher_list at its default).",
		"RFC 9325 section 4.1"}
	AuditNoForwardSecrecy = &Check{"tls.audit-no-forward-secrecy", Warning, Operator,
		"The server accepts key exchange by RSA: whoever gets its key can later read recorded connections.",
		"Exclude RSA key exchange (OpenSSL cipher list: add !kRSA).",
		"RFC 9325 section 4.1"}
	AuditNoHybrid = &Check{"tls.audit-no-hybrid", Info, Operator,
		"The server offers no key exchange that withstands quantum computers, so recorded connections may be read one day.",
		"Nothing is broken. OpenSSL 3.5 and later offer X25519MLKEM768 on their own.",
		"draft-ietf-tls-ecdhe-mlkem, RFC 8446 section 4.2.7"}
	TLSSNINeeded = &Check{"tls.sni-needed", Info, Operator,
		"The server shows the right certificate only to clients that say which host name they want (SNI).",
		"Up-to-date mail clients do. For old ones, printers and monitoring, make this name's certificate the default of the service.",
		"RFC 6066 section 3, RFC 9325 section 3.6"}
	StartTLSCommandInjection = &Check{"starttls.command-injection", Failure, Operator,
		"The server carries out, as if it were encrypted, a command that was sent unencrypted before TLS began.",
		"Update the mail server, or the proxy in front of it: somebody on the way can otherwise put commands in front of a user's session (CVE-2011-0411 and its kin).",
		"RFC 3207 section 4.2, RFC 9051 section 6.2.1"}
)
