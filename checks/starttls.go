package checks

var starttlsChecks = []*Check{
	StartTLSMissing, StartTLSSometimes, StartTLSMasked, StartTLSRefused, StartTLSInjection,
	StartTLSStripped, StartTLSCapsStale, StartTLSAuthLost, StartTLSCommandInjection,
	StartTLSOnly,
}

var (
	StartTLSMissing = &Check{"starttls.missing", Failure, Operator,
		"The server does not offer STARTTLS, so the connection would stay unencrypted.",
		"Switch TLS on for this service and give it a certificate (Dovecot: ssl = yes; Postfix: smtpd_tls_security_level = may and smtpd_tls_chain_files). If the server did offer it before, somebody on the way may be removing it: test from another network.",
		"RFC 8314 section 3, RFC 3207, RFC 2595"}
	StartTLSSometimes = &Check{"starttls.sometimes", Failure, Operator,
		"The server offers STARTTLS on some connections and not on others.",
		"Several machines stand behind this name or address, and not all have TLS switched on: give all of them the same configuration and certificate.",
		"RFC 3207 section 4, RFC 2595 section 2"}
	StartTLSMasked = &Check{"starttls.masked", Failure, Network,
		"A firewall between here and the server overwrites the server's STARTTLS offer.",
		"Switch off SMTP inspection in the firewall (Cisco ASA: no inspect esmtp, or allow-tls in its policy map).",
		"RFC 3207, Cisco document 113423"}
	StartTLSRefused = &Check{"starttls.454", Failure, Operator,
		"The server announces STARTTLS but refuses it when asked.",
		"See the server's log: usually the service cannot load its certificate or key. Check file names and permissions, and that both were renewed together.",
		"RFC 3207 section 4, RFC 9051 section 6.2.1"}
	StartTLSInjection = &Check{"starttls.injection", Failure, Network,
		"Unencrypted data followed the server's go-ahead for TLS: a broken server, or somebody inserting text.",
		"Do not log in over this connection. Update the mail server; if it persists from this network only, something on the way tampers with mail connections.",
		"CVE-2011-0411, RFC 9051 section 11.1"}
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
	StartTLSCommandInjection = &Check{"starttls.command-injection", Failure, Operator,
		"The server carries out, as if it were encrypted, a command that was sent unencrypted before TLS began.",
		"Update the mail server, or the proxy in front of it: somebody on the way can otherwise put commands in front of a user's session (CVE-2011-0411 and its kin).",
		"RFC 3207 section 4.2, RFC 9051 section 6.2.1"}
	StartTLSOnly = &Check{"starttls.only", Info, Operator,
		"The host offers STARTTLS alone: nothing listens on the port with TLS from the first byte, and some mail programs know only that or no encryption at all.",
		"Open the port with TLS from the first byte as well: 993 for IMAP, 995 for POP3 (Dovecot: inet_listener imaps and pop3s), 465 for sending (Postfix: submissions in master.cf; Exim: tls_on_connect_ports = 465).",
		"RFC 8314 section 3, NDSS 2025 A Multifaceted Study section 5"}
)
