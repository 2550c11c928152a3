package mailcheck

var dnsChecks = []*Check{
	DNSNotFound, DNSServfail, DNSRefused, DNSTimeout, DNSMalformed,
	DNSNoAddress, SRVNotOffered, SRVCNAMETarget, SRVNoAddress, SRVPortOdd,
	SRVForeignDomain, SRVTooMany, SRVBadTarget, MXNull,
}

// DNS: names, service records and mail exchangers.
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
		"Add an A record (and AAAA for IPv6) for the host name, or correct the host name in the published settings.",
		"RFC 1035 section 3.4.1, RFC 3596"}
	SRVNotOffered = &Check{"srv.not-offered", Info, Admin,
		"The domain says in DNS that it does not offer this service.",
		"Nothing to mend: the SRV target \".\" is the right way to say so. Use one of the services that are offered.",
		"RFC 2782 (Target), RFC 6186 section 3.4"}
	SRVCNAMETarget = &Check{"srv.cname-target", Warning, Admin,
		"The target of an SRV record is an alias (CNAME), which is forbidden; some clients fail on it.",
		"Let the SRV record name the host that the alias points at.",
		"RFC 2782 (Target)"}
	SRVNoAddress = &Check{"srv.no-address", Failure, Admin,
		"An SRV record points at a name without an address.",
		"Correct the target of the SRV record, or add the missing A/AAAA record for it.",
		"RFC 2782 (Target)"}
	SRVPortOdd = &Check{"srv.port-odd", Warning, Admin,
		"An SRV record names the port of the other kind of protection, so clients will start TLS in the wrong way.",
		"Names ending in s (_imaps, _pop3s, _submissions) are for ports with TLS from the first byte (993, 995, 465); _imap, _pop3 and _submission are for STARTTLS (143, 110, 587). Move the port to the fitting record.",
		"RFC 8314 section 5.1, RFC 6186 section 3"}
	SRVForeignDomain = &Check{"srv.foreign-domain", Info, Admin,
		"An SRV record points into another domain, and nothing proves that this is meant; careful clients ask the user first.",
		"Sign the zone with DNSSEC, or publish the same settings over https (autoconfig).",
		"RFC 6186 section 6"}
	SRVTooMany = &Check{"srv.too-many", Warning, Admin,
		"There are more SRV records under one name than any client will try.",
		"Publish no more than a few SRV records per service.",
		"RFC 2782"}
	SRVBadTarget = &Check{"srv.bad-target", Warning, Admin,
		"The target or port of an SRV record cannot be used.",
		"The target must be a plain host name and the port must not be 0. Correct the record.",
		"RFC 2782 (Target, Port)"}
	MXNull = &Check{"mx.null", Warning, Admin,
		"The domain says that it accepts no mail at all (null MX).",
		"If the address should receive mail, replace the record \"MX 0 .\" by the real mail exchanger. If not, there is no account to set up.",
		"RFC 7505"}
)
