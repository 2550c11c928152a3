package mailcheck

var healthChecks = []*Check{
	GreetRateLimit, GreetBlocklist, GreetOverload, AuthBeforeTLS, AuthLoginDisabled, ReplyViolation,
	CapsMissing, CapsNoSMTPUTF8,
}

// Health of a conversation: why a server turns a client away, and what a server
// that answers does less well than it could.
var (
	GreetRateLimit = &Check{"greet.rate-limit", Failure, User,
		"The server turns the connection away because too many came from this network address.",
		"Close other mail programs and devices, wait some minutes, and test again. If many people share the address, the server's operator has to raise the limit (Postfix: smtpd_client_connection_count_limit; Dovecot: client_limit of the login services; Exim: smtp_accept_max_per_host).",
		"RFC 5530 section 3 (LIMIT), RFC 5321 section 3.8"}
	GreetBlocklist = &Check{"greet.blocklist", Failure, Operator,
		"The server refuses this network address because it is banned or on a blocklist.",
		"Try from another network (a mobile phone's hotspot). Blocklists are meant for port 25 and must not apply to people who log in (Postfix: give the submission services their own smtpd_client_restrictions in master.cf). An address banned after failed logins (fail2ban) has to be unbanned.",
		"RFC 5321 section 7.8, RFC 6471 section 2.2"}
	GreetOverload = &Check{"greet.overload", Failure, Operator,
		"The server turns the connection away because it is overloaded or in maintenance, as it says.",
		"Users can only wait and try again. If it stays, see the server's load, disk and limits on processes (Postfix: default_process_limit; Dovecot: process_limit of the login services; Exim: smtp_accept_max, smtp_load_reserve).",
		"RFC 3463 section 3.4, RFC 5321 section 3.8"}
	AuthBeforeTLS = &Check{"auth.before-tls", Warning, Operator,
		"The server takes passwords before the connection is encrypted, so a mail program may send one in clear.",
		"Allow logins inside TLS only (Dovecot: auth_allow_cleartext = no, before 2.4 disable_plaintext_auth = yes; Postfix: smtpd_tls_auth_only = yes; Exim: auth_advertise_hosts for encrypted connections only).",
		"RFC 8314 section 4.1, RFC 9051 section 11.1, RFC 4954 section 4"}
	AuthLoginDisabled = &Check{"auth.login-disabled", Failure, Operator,
		"Even over the encrypted connection the server forbids logging in.",
		"Usually a proxy in front (stunnel, HAProxy, load balancer) ends TLS and the mail server takes the connection for unencrypted: have the proxy say so (PROXY protocol; Dovecot: haproxy = yes, or login_trusted_networks), or let the mail server do TLS itself.",
		"RFC 9051 section 6.2.3"}
	ReplyViolation = &Check{"reply.violation", Warning, Operator,
		"The server breaks rules of the protocol; some mail programs may stumble over it.",
		"Update the server, or look for a proxy or firewall in front of it that rewrites replies; the evidence lists each breach.",
		"RFC 9051 section 2.2, RFC 5321 sections 2.3.8 and 4.2, RFC 1939 section 3"}
	CapsMissing = &Check{"caps.missing", Info, Operator,
		"The server works, but lacks features that mail programs use.",
		"Nothing is broken. Update the server or switch the features on if the loss that the evidence names matters.",
		"RFC 9051 appendix E, RFC 6409 section 7, RFC 2449 section 6"}
	CapsNoSMTPUTF8 = &Check{"caps.no-smtputf8", Warning, Operator,
		"The server cannot send mail for an address with letters outside ASCII, such as this one.",
		"Switch on SMTPUTF8 (Postfix: smtputf8_enable = yes; Exim: smtputf8_advertise_hosts = *), or use an address in plain ASCII letters.",
		"RFC 6531 section 3.1"}
)
