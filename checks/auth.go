package checks

var authChecks = []*Check{
	AuthNone, AuthBeforeTLS, AuthLoginDisabled, AuthWindowsOnly,
}

var (
	AuthNone = &Check{"auth.none-offered", Failure, Operator,
		"Over the encrypted connection the server offers no way to log in that mail programs know.",
		"Enable authentication for this service (Postfix: smtpd_sasl_auth_enable=yes; Dovecot: auth_mechanisms = plain login).",
		"RFC 4954 section 3, RFC 9051 section 6.2.2, RFC 5034"}
	AuthBeforeTLS = &Check{"auth.before-tls", Warning, Operator,
		"The server takes passwords before the connection is encrypted, so a mail program may send one in clear.",
		"Allow logins inside TLS only (Dovecot: auth_allow_cleartext = no, before 2.4 disable_plaintext_auth = yes; Postfix: smtpd_tls_auth_only = yes; Exim: auth_advertise_hosts for encrypted connections only).",
		"RFC 8314 section 4.1, RFC 9051 section 11.1, RFC 4954 section 4, NDSS 2025 A Multifaceted Study section 5"}
	AuthLoginDisabled = &Check{"auth.login-disabled", Failure, Operator,
		"Even over the encrypted connection the server forbids logging in.",
		"Usually a proxy in front (stunnel, HAProxy, load balancer) ends TLS and the mail server takes the connection for unencrypted: have the proxy say so (PROXY protocol; Dovecot: haproxy = yes, or login_trusted_networks), or let the mail server do TLS itself.",
		"RFC 9051 section 6.2.3"}
	AuthWindowsOnly = &Check{"auth.windows-only", Warning, Operator,
		"The only ways to log in that the server offers are those of Windows domains (NTLM, Kerberos), which most mail programs and telephones do not have.",
		"Offer PLAIN or LOGIN inside TLS as well. Exchange: in the properties of the receive connector for clients (port 587), under Authentication, tick Basic authentication and \"only after starting TLS\"; for IMAP and POP3 Set-ImapSettings and Set-PopSettings with -LoginType SecureLogin.",
		"MS-NLMP, RFC 4752, Microsoft Learn: Receive connectors"}
)
