package checks

var tcpChecks = []*Check{
	TCPRefused, TCPTimeout, TCPUnreachable, TCPUnreachable6, TCPUnreachable4, TCPReset,
	TCPHostDown, TCPBlockedHere, TCPProxyExpected, TCPRelayPort, TCPIntermittent,
}

var (
	TCPRefused = &Check{"tcp.refused", Failure, Operator,
		"The server refuses connections on this port: nothing is listening there.",
		"Start the mail service, make it listen on this port, or correct the port in the settings.",
		"RFC 9293 section 3.5.2"}
	TCPTimeout = &Check{"tcp.timeout", Failure, Network,
		"The server does not answer on this port: a firewall drops the connection.",
		"Try from another network (a mobile phone's hotspot). If it works there, have the local network let this port out; if not, the firewall at the server must let it in.",
		"RFC 9293 section 3.8.3"}
	TCPUnreachable = &Check{"tcp.unreachable", Failure, Network,
		"There is no route to the server's address.",
		"Check this machine's network connection and VPN. If only this server is unreachable, its address in DNS is wrong or its network is down: compare the address with what the server's operator says.",
		"RFC 1812 section 5.2.7.1, RFC 4443 section 3.1"}
	TCPUnreachable6 = &Check{"tcp.unreachable6", Warning, Operator,
		"The server cannot be reached over IPv6 while IPv4 works; some clients then wait or fail.",
		"Make the service listen on its IPv6 address and open the firewall for it, or remove the AAAA record.",
		"RFC 8305 section 3"}
	TCPUnreachable4 = &Check{"tcp.unreachable4", Warning, Operator,
		"The server cannot be reached over IPv4 while IPv6 works; most clients fail where there is no IPv6.",
		"Make the service listen on its IPv4 address and open the firewall for it, or remove the A record.",
		"RFC 8305 section 3"}
	TCPReset = &Check{"tcp.reset-after-connect", Failure, Operator,
		"The server closes the connection before it says anything.",
		"Try from another network (a mobile phone's hotspot). If it works there, this address was banned, often after failed logins (fail2ban): wait or have it unbanned. If not, the service crashes or refuses everybody (hosts.allow): see the server's log.",
		"RFC 9293 section 3.5.2"}
	TCPHostDown = &Check{"tcp.host-down", Failure, Operator,
		"The server does not answer on any port: it is down, or a firewall drops everything.",
		"Try from another network (a mobile phone's hotspot). If it works there, the server has banned this address (fail2ban) or a firewall on the way blocks it; if not, have whoever runs the server start it and mend its network.",
		"RFC 9293 section 3.8.3"}
	TCPBlockedHere = &Check{"tcp.blocked-here", Failure, Network,
		"The server is there, but this port is silent: networks often block it on the way.",
		"Try from another network (a mobile phone's hotspot). If it works there, have the local network or internet provider let this port out; if not, open it in the server's own firewall.",
		"RFC 5068, RFC 8314 section 3.3"}
	TCPProxyExpected = &Check{"tcp.proxy-expected", Failure, Operator,
		"The server waits for the header of a proxy (PROXY protocol), so those who connect to it directly hear nothing.",
		"If no proxy or load balancer stands in front, switch the protocol off (Dovecot: haproxy = no in the inet_listener; Postfix: smtpd_upstream_proxy_protocol and postscreen_upstream_proxy_protocol empty). If one does, mail programs have to be given its name and ports, not those of the server behind it.",
		"https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt"}
	TCPRelayPort = &Check{"tcp.port-25", Warning, Admin,
		"Mail is to be sent over port 25, which is for servers among themselves: many networks block it, and many servers offer no login there.",
		"Send mail over port 587 with STARTTLS or over port 465 with TLS.",
		"RFC 6409 section 3.1, RFC 8314 section 3.3, RFC 5068 section 3.1"}
	TCPIntermittent = &Check{"tcp.intermittent", Warning, Operator,
		"The server failed at the first connection and works at another that is just the same.",
		"See the server's log for the time of the test: it may be overloaded or starting, a limit on connections may be reached at times, or one of several machines behind the name may be out of order. Run the test again to see how often it happens.",
		"RFC 9293 section 3.5.2"}
)
