package mailcheck

var reachChecks = []*Check{
	NetOffline, NetCaptivePortal, NetIntercepted, NetIPv6Broken, TCPHostDown, TCPBlockedHere,
}

// Causes in the network that show only when several servers, ports or sources
// are looked at together.
var (
	NetOffline = &Check{"net.offline", Failure, User,
		"Nothing on the internet answers this machine: it is offline, or a firewall lets nothing through.",
		"Check the network cable or Wi-Fi, and whether a VPN or firewall cuts the connection off. On a network that lets only a web proxy out, mail programs cannot work: ask its administrator. Then test again.",
		"RFC 1122 section 3.2.2.1"}
	NetCaptivePortal = &Check{"net.captive-portal", Failure, User,
		"A login page of the local network answers in the place of the real servers.",
		"Open any web page in a browser, log in to the network there (hotel, train, guest Wi-Fi) or accept its terms, then test again. Do not accept the certificate that the mail program shows.",
		"RFC 8952 section 2, RFC 6585 section 6"}
	NetIntercepted = &Check{"net.intercepted", Warning, Network,
		"Something in this network answers in the place of hosts on the internet, and no mail server works from here.",
		"A proxy, firewall or security program takes over connections: have it let ports 993, 995, 465, 587, 143 and 110 pass unchanged. Test from another network (a mobile phone's hotspot) to be sure that the servers are well.",
		"RFC 5737 section 3, RFC 3234 section 2"}
	NetIPv6Broken = &Check{"net.ipv6-broken", Warning, Network,
		"No server can be reached over IPv6 from here, while IPv4 works.",
		"Mail programs then wait before they try IPv4, or fail. Mend IPv6 on this network or VPN, or switch it off. If IPv6 works from another network just as little, the provider's firewall drops it for all its servers.",
		"RFC 8305 section 3, RFC 6555 section 1"}
	TCPHostDown = &Check{"tcp.host-down", Failure, Operator,
		"The server does not answer on any port: it is down, or a firewall drops everything.",
		"Try from another network (a mobile phone's hotspot). If it works there, the server has banned this address (fail2ban) or a firewall on the way blocks it; if not, have whoever runs the server start it and mend its network.",
		"RFC 9293 section 3.8.3"}
	TCPBlockedHere = &Check{"tcp.blocked-here", Failure, Network,
		"The server is there, but this port is silent: networks often block it on the way.",
		"Try from another network (a mobile phone's hotspot). If it works there, have the local network or internet provider let this port out; if not, open it in the server's own firewall.",
		"RFC 5068, RFC 8314 section 3.3"}
)
