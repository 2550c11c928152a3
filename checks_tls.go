package mailcheck

var tlsChecks = []*Check{
	TLSPlainOnTLSPort, TLSExpired, TLSNotYetValid, TLSNameMismatch, TLSCNOnly,
	TLSIPSAN, TLSSelfSigned, TLSUnknownAuthority, TLSCertificate, TLSOldProtocol,
	TLSHandshakeFailure, TLSUnrecognizedName, TLSClientCert, TLSEOF, TLSTimeout,
	TLSExpiresSoon,
}

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
		"Add the published name to the certificate, or have a name published that it has.",
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
		"Correct the published host name. If it is right, the server's operator has to install a certificate for it.",
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
	TLSExpiresSoon = &Check{"tls.expires-soon", Warning, Operator,
		"The server's certificate expires soon, and its renewal seems to be late.",
		"Renew the certificate and reload the mail service.",
		"RFC 5280 section 4.1.2.5"}
)
