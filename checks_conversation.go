package mailcheck

var starttlsChecks = []*Check{
	StartTLSMissing, StartTLSSometimes, StartTLSMasked, StartTLSRefused, StartTLSInjection,
}

// STARTTLS: upgrading a connection.
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
)

var greetingChecks = []*Check{
	GreetTimeout, GreetDelay, GreetBye, Greet554, GreetOtherProtocol,
	GreetMalformed, GreetPreauth, ReplyMalformed, ReplyTooLong, ReplyTimeout,
	ReplyClosed, ReplyRejected, ReplyEHLOName, AuthNone,
}

// Greeting and capabilities.
var (
	GreetTimeout = &Check{"greet.timeout", Failure, Operator,
		"The server accepts the connection but does not greet.",
		"See the server's log: the service hangs, or waits for something itself (reverse DNS, a greet delay, its back end). A server that is only very slow shows with --timeout 90s, which waits up to a minute for the greeting.",
		"RFC 9051 section 7.1, RFC 5321 section 4.3.1"}
	GreetDelay = &Check{"greet.delay", Info, Operator,
		"The server takes long to greet.",
		"Nothing is broken, but impatient clients give up. Look for slow reverse DNS look-ups, and for a greet delay meant for port 25 (Postfix: postscreen; Sendmail: greet_pause; Exim: delay in acl_smtp_connect) on a port for mail programs.",
		"RFC 5321 section 4.5.3.2.1"}
	GreetBye = &Check{"greet.bye", Failure, Operator,
		"The server turns the connection away for now.",
		"The evidence has the server's words: if it stays, see its log. Users can only close other mail programs, wait some minutes and test again.",
		"RFC 9051 section 7.1.5, RFC 5321 section 3.8"}
	Greet554 = &Check{"greet.554", Failure, Operator,
		"The server refuses to serve this machine.",
		"This machine's address may be on a blocklist, or the host offers no mail service; the server's own words say which. Try from another network.",
		"RFC 5321 section 3.1, RFC 7504"}
	GreetOtherProtocol = &Check{"greet.not-this-protocol", Failure, Admin,
		"Another service answers on this port.",
		"Correct the host or port in the published settings, or in the mail program if it was typed there.",
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
	ReplyEHLOName = &Check{"reply.ehlo-name", Failure, Operator,
		"The server rejects the name by which mail programs introduce themselves.",
		"Mail programs do not know their public name and say EHLO with an address such as [127.0.0.1], which is allowed: take the submission service out of checks of that name (Postfix: no reject_..._helo_hostname before permit_sasl_authenticated; Exim: acl_smtp_helo).",
		"RFC 5321 section 4.1.3, RFC 6409 section 7"}
	AuthNone = &Check{"auth.none-offered", Failure, Operator,
		"Over the encrypted connection the server offers no way to log in that mail programs know.",
		"Enable authentication for this service (Postfix: smtpd_sasl_auth_enable=yes; Dovecot: auth_mechanisms = plain login).",
		"RFC 4954 section 3, RFC 9051 section 6.2.2, RFC 5034"}
)
