package mailcheck

var starttlsChecks = []*Check{
	StartTLSMissing, StartTLSMasked, StartTLSRefused, StartTLSInjection,
}

// STARTTLS: upgrading a connection.
var (
	StartTLSMissing = &Check{"starttls.missing", Failure, Operator,
		"The server does not offer STARTTLS, so the connection would stay unencrypted.",
		"Configure a certificate for this service. Until then use the port with TLS from the first byte (993, 995 or 465). If the server did offer it before, somebody on the way may be removing it.",
		"RFC 8314 section 3, RFC 3207, RFC 2595"}
	StartTLSMasked = &Check{"starttls.masked", Failure, Network,
		"A firewall between here and the server overwrites the server's STARTTLS offer.",
		"Switch off SMTP inspection in the firewall (Cisco ASA: allow-tls in the esmtp inspection policy). Until then use port 465.",
		"RFC 3207, Cisco document 113423"}
	StartTLSRefused = &Check{"starttls.454", Failure, Operator,
		"The server announces STARTTLS but refuses it when asked.",
		"The service cannot load its certificate or key: see its log, and check file names and permissions.",
		"RFC 3207 section 4, RFC 9051 section 6.2.1"}
	StartTLSInjection = &Check{"starttls.injection", Failure, Network,
		"Unencrypted data followed the server's go-ahead for TLS: a broken server, or somebody inserting text.",
		"Do not log in over this connection. Update the mail server; if it persists from this network only, something on the way tampers with mail connections.",
		"CVE-2011-0411, RFC 9051 section 11.1"}
)

var greetingChecks = []*Check{
	GreetTimeout, GreetDelay, GreetBye, Greet554, GreetOtherProtocol,
	GreetMalformed, GreetPreauth, ReplyMalformed, ReplyTooLong, ReplyTimeout,
	ReplyClosed, ReplyRejected, AuthNone,
}

// Greeting and capabilities.
var (
	GreetTimeout = &Check{"greet.timeout", Failure, Operator,
		"The server accepts the connection but says nothing.",
		"The service hangs, or the port expects TLS from the first byte: see the server's log, and try 993, 995 or 465.",
		"RFC 9051 section 7.1, RFC 5321 section 4.3.1"}
	GreetDelay = &Check{"greet.delay", Info, Operator,
		"The server takes long to greet.",
		"Nothing is broken, but impatient clients give up. Look for slow reverse DNS look-ups or a greet delay on the submission port.",
		"RFC 5321 section 4.5.3.2.1"}
	GreetBye = &Check{"greet.bye", Failure, Operator,
		"The server turns the connection away for now.",
		"Usually a limit on connections from one address, or overload: close other clients, wait some minutes, test again.",
		"RFC 9051 section 7.1.5, RFC 5321 section 3.8"}
	Greet554 = &Check{"greet.554", Failure, Operator,
		"The server refuses to serve this machine.",
		"This machine's address may be on a blocklist, or the host offers no mail service; the server's own words say which. Try from another network.",
		"RFC 5321 section 3.1, RFC 7504"}
	GreetOtherProtocol = &Check{"greet.not-this-protocol", Failure, Admin,
		"Another service answers on this port.",
		"Correct the published host or port.",
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
	AuthNone = &Check{"auth.none-offered", Warning, Operator,
		"Over the encrypted connection the server offers no way to log in that mail clients know.",
		"Enable authentication for this service (Postfix: smtpd_sasl_auth_enable=yes; Dovecot: auth_mechanisms = plain login).",
		"RFC 4954 section 3, RFC 9051 section 6.2.2, RFC 5034"}
)
