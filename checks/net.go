package checks

var netChecks = []*Check{
	NetNoIPv6, NetBadAddress, NetClockWrong, NetOffline, NetCaptivePortal, NetIntercepted,
	NetIPv6Broken, NetShortage, NetNotAllowed,
}

var (
	NetNoIPv6 = &Check{"net.no-ipv6-here", Info, Network,
		"This machine has no IPv6 connection, so the server's IPv6 address was not tested.",
		"Nothing to mend on the server. Test from a machine with IPv6 to be sure of both.",
		"RFC 8305 section 3"}
	NetBadAddress = &Check{"net.bad-address", Failure, Admin,
		"DNS gives an address for the server that no server can have.",
		"Correct the A or AAAA record of the host.",
		"RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.2"}
	NetClockWrong = &Check{"net.clock-wrong", Failure, User,
		"The clock of this machine is wrong, so good certificates look expired or not yet valid.",
		"Correct date, time and time zone of this machine, and let it set its clock by itself (NTP). Then test again.",
		"RFC 5280 section 6.1.3"}
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
	NetShortage = &Check{"net.shortage", Failure, User,
		"This machine could open no further connection, since it ran out of files, memory or ports; it says nothing of the servers.",
		"End what holds so many connections or files open here, or raise the limit (ulimit -n), and test again.",
		"POSIX.1-2024 connect() and socket(): EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL"}
	NetNotAllowed = &Check{"net.not-allowed", Failure, User,
		"This service tests only servers on the public internet, on the ports that mail has.",
		"Test from a machine that may reach the server: mailcheck check. Whoever is elsewhere can use it only at a public address and a usual port.",
		"RFC 6890"}
)
