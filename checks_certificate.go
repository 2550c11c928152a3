package mailcheck

var certificateChecks = []*Check{
	TLSMissingIntermediate, TLSPrivateCA, TLSInterception, TLSWeakSignature, TLSWeakKey,
	TLSWrongUsage, TLSRevoked, TLSOCSPStale, TLSMustStapleMissing, TLSIPDiffer,
}

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
)
