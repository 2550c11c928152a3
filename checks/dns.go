package checks

var dnsChecks = []*Check{
	DNSNotFound, DNSServfail, DNSRefused, DNSTimeout, DNSMalformed, DNSNoAddress, DNSBogus,
	DNSWildcard, DNSDanglingCNAME, DNSKnowsNothing, DNSTCPFailed,
}

var (
	DNSNotFound = &Check{"dns.nxdomain", Failure, User,
		"The name does not exist in DNS.",
		"Check the spelling of the part after the @ (or of the host name). If it is right, the domain or the record was removed or never made: ask whoever manages the domain's DNS.",
		"RFC 1034 section 4.3.1, RFC 2308 section 2.1"}
	DNSServfail = &Check{"dns.servfail", Failure, Admin,
		"The name servers of the domain do not give a usable answer (SERVFAIL).",
		"Either the domain's name servers are broken or its DNSSEC signatures are wrong. Test the zone with a DNSSEC analyser; after a change of provider, check that the DS record at the registrar fits the new keys.",
		"RFC 4035 section 5.5, RFC 8914"}
	DNSRefused = &Check{"dns.refused", Failure, Network,
		"The DNS resolver refuses to answer.",
		"Use another resolver (--resolver 1.1.1.1 shows whether that helps), or have the resolver's administrator allow this machine to ask it.",
		"RFC 1035 section 4.1.1"}
	DNSTimeout = &Check{"dns.timeout", Failure, Network,
		"No DNS server answers.",
		"Check that this machine is online and that its firewall or VPN lets DNS (UDP and TCP port 53) through; try another resolver with --resolver 1.1.1.1.",
		"RFC 1035 section 7"}
	DNSMalformed = &Check{"dns.malformed", Failure, Network,
		"The DNS answer is malformed or answers a question that was not asked.",
		"A router or security product on the way may be rewriting DNS. Try another resolver with --resolver; if the answer is the same, the domain's name servers are at fault.",
		"RFC 1035 section 4.1, RFC 5452 section 3"}
	DNSNoAddress = &Check{"dns.no-address", Failure, Admin,
		"The server's name exists in DNS but has no address.",
		"Add an A record (and AAAA for IPv6) for the host name, or correct the host name in the settings.",
		"RFC 1035 section 3.4.1, RFC 3596"}
	DNSBogus = &Check{"dns.bogus", Failure, Admin,
		"The DNSSEC signatures of the domain are wrong, so most resolvers refuse to answer for it.",
		"Compare the DS record at the registrar with the keys of the zone: after a change of DNS provider or of keys the old DS is often still there. Replace or remove it, and have the zone signed anew if its signatures have expired. Until then the domain is gone for most of the world.",
		"RFC 4035 section 5.5, RFC 6840 section 5.9"}
	DNSWildcard = &Check{"dns.wildcard", Info, Admin,
		"A wildcard record in DNS answers for autoconfig or autodiscover, so mail programs ask a web server that may know nothing about mail.",
		"If settings are served there, give the names records of their own. If not, give each name a TXT record: a wildcard does not stand for a name that exists.",
		"RFC 4592 section 2.2.1"}
	DNSDanglingCNAME = &Check{"dns.dangling-cname", Warning, Admin,
		"A name is an alias (CNAME) for a host that no longer exists.",
		"Remove the alias, or point it at a host that exists. If the vanished host belonged to a hosting service, somebody else may be able to claim it and answer in your name.",
		"RFC 1034 section 3.6.2"}
	DNSKnowsNothing = &Check{"dns.resolver-knows-nothing", Failure, Network,
		"The DNS resolver says of names that certainly exist that they do not, so it does not know the internet.",
		"Use another resolver (--resolver 1.1.1.1 shows whether that helps). One that serves an internal network or a VPN alone needs to pass other questions on.",
		"RFC 1034 section 4.3.1"}
	DNSTCPFailed = &Check{"dns.tcp-failed", Failure, Network,
		"The DNS answer is too long for UDP, and the resolver cannot be asked over TCP, so the answer is not known.",
		"Let TCP port 53 to the resolver through the firewall, as well as UDP; or use another resolver (--resolver 1.1.1.1 shows whether that helps).",
		"RFC 7766 section 5, RFC 2181 section 9"}
)
