package checks

var greetChecks = []*Check{
	GreetTimeout, GreetDelay, GreetBye, Greet554, GreetOtherProtocol, GreetMalformed, GreetPreauth,
	GreetRateLimit, GreetBlocklist, GreetOverload,
}

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
		"Correct the host or port in the settings, or in the mail program if it was typed there.",
		"RFC 6335"}
	GreetMalformed = &Check{"greet.malformed", Failure, Operator,
		"The server's greeting is not what the protocol demands.",
		"See what listens on that port; the evidence shows what it said.",
		"RFC 9051 section 7.1, RFC 5321 section 4.2, RFC 1939 section 4"}
	GreetPreauth = &Check{"greet.preauth", Failure, Operator,
		"The server claims that the user is already logged in, which makes STARTTLS impossible; this can be an attack.",
		"Do not use this server from this network. A public IMAP server must not greet with PREAUTH.",
		"RFC 9051 section 11.1"}
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
)
