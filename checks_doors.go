package mailcheck

var doorChecks = []*Check{
	TLSOnStartTLSPort, TLSNoCommonCipher, TLSLongHello,
	StartTLSStripped, StartTLSCapsStale, StartTLSAuthLost,
}

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
	StartTLSStripped = &Check{"starttls.stripped-suspect", Warning, Network,
		"STARTTLS is promised for this server but missing here: something on the way may be removing it.",
		"Do not log in unencrypted. Test again from another network (a mobile phone's hotspot): if STARTTLS is there, a firewall or virus scanner of this network removes it; if not, the server's operator must switch it on.",
		"RFC 8314 section 5.1, RFC 3207 section 6"}
	StartTLSCapsStale = &Check{"starttls.caps-stale", Warning, Operator,
		"The server still announces STARTTLS although the connection is already encrypted.",
		"Update the server, or the proxy in front of it that ends TLS and passes on the list of the server behind it unchanged.",
		"RFC 3207 section 4.2, RFC 9051 section 6.2.1, RFC 2595 section 4"}
	StartTLSAuthLost = &Check{"starttls.auth-lost", Failure, Operator,
		"The server offers login only while the connection is unencrypted, and none after STARTTLS.",
		"Enable authentication inside TLS, and disable it before (Postfix: smtpd_tls_auth_only = yes; Dovecot: auth_allow_cleartext = no, before 2.4 disable_plaintext_auth = yes); a proxy in front of the server may need the same.",
		"RFC 4954 section 4, RFC 8314 section 4"}
)
