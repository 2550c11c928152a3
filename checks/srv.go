package checks

var srvChecks = []*Check{
	SRVNotOffered, SRVCNAMETarget, SRVNoAddress, SRVPortOdd, SRVForeignDomain, SRVTooMany,
	SRVBadTarget, SRVWeakFirst, SRVStartTLSOnly,
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
	SRVWeakFirst = &Check{"srv.weak-first", Warning, Admin,
		"The SRV records prefer a server that begins without encryption (STARTTLS) to one with TLS from the first byte.",
		"Give the records whose names end in s (_imaps, _pop3s, _submissions) the lowest priority numbers.",
		"RFC 8314 section 5.1, RFC 6186 section 3.4, NDSS 2025 Automatic Insecurity A9.1 and A7.1"}
	SRVStartTLSOnly = &Check{"srv.starttls-only", Warning, Admin,
		"The SRV records name only servers that begin without encryption (STARTTLS), so mail programs that want TLS from the first byte find none.",
		"If the servers have TLS from the first byte, add the records for it: _imaps for port 993, _pop3s for 995, _submissions for 465.",
		"RFC 8314 section 5.1, NDSS 2025 Automatic Insecurity A3.2"}
)
