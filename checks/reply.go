package checks

var replyChecks = []*Check{
	ReplyMalformed, ReplyTooLong, ReplyTimeout, ReplyClosed, ReplyRejected, ReplyEHLOName,
	ReplyViolation, ReplyProxyHeader, ReplyUnasked,
}

var (
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
	ReplyViolation = &Check{"reply.violation", Warning, Operator,
		"The server breaks rules of the protocol; some mail programs may stumble over it.",
		"Update the server, or look for a proxy or firewall in front of it that rewrites replies; the evidence lists each breach.",
		"RFC 9051 section 2.2, RFC 5321 sections 2.3.8 and 4.2, RFC 1939 section 3"}
	ReplyProxyHeader = &Check{"reply.proxy-header", Failure, Operator,
		"A proxy in front of the server begins each connection with a header (PROXY protocol), which the server does not expect and takes for a command.",
		"Have both agree. Either the proxy sends no header (HAProxy: take send-proxy or send-proxy-v2 off the server line; nginx: proxy_protocol off; a cloud's load balancer: switch PROXY protocol off), or the server expects it (Dovecot: haproxy = yes in the inet_listener, and haproxy_trusted_networks; Postfix: smtpd_upstream_proxy_protocol = haproxy; Exim: hosts_proxy).",
		"https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt"}
	ReplyUnasked = &Check{"reply.unasked", Failure, Operator,
		"The server sends a reply that nothing asked for, so that programs get, for each command, the reply to the one before.",
		"See what stands in front of the server, such as a proxy, a virus scanner or a load balancer that greets too; the evidence has the words that are too many.",
		"RFC 5321 section 4.3.1, RFC 1939 section 3, RFC 9051 section 7"}
)
