package checks

var srvChecks = []*Check{
	SRVNotOffered, SRVCNAMETarget, SRVNoAddress, SRVPortOdd, SRVForeignDomain, SRVTooMany,
	SRVBadTarget,
}

var (
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
)
