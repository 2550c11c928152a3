package mailcheck

var domainChecks = []*Check{
	DNSBogus, DNSWildcard, DNSDanglingCNAME, MXNone, MXCNAME, MXNoAddress,
}

// The domain as a whole: its mail exchangers, signatures and stray records.
var (
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
	MXNone = &Check{"mx.none", Info, Admin,
		"The domain has no MX record.",
		"If the domain should receive mail, publish the host that takes it in.",
		"RFC 5321 section 5.1"}
	MXCNAME = &Check{"mx.cname", Warning, Admin,
		"The MX record names an alias (CNAME), which is forbidden; some mail servers do not deliver to it.",
		"Let the MX record name the host that the alias points at.",
		"RFC 5321 section 5.1, RFC 2181 section 10.3"}
	MXNoAddress = &Check{"mx.no-address", Warning, Admin,
		"The MX record names a host that does not exist or has no address, so mail cannot be delivered to it.",
		"Correct the host in the MX record, or add an A (and AAAA) record for it.",
		"RFC 5321 section 5.1"}
)
