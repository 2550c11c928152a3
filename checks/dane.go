package checks

var daneChecks = []*Check{
	DANEMismatch, DANEUnusable, DANEUnsigned,
}

var (
	DANEMismatch = &Check{"dane.mismatch", Warning, Admin,
		"The TLSA records in DNS name another certificate than the one the server has; clients that check them refuse the connection.",
		"Put the TLSA record of the present certificate into DNS and remove the old one. Before the next change add the new record first, and wait for twice its TTL.",
		"RFC 7671 section 8.1, RFC 6698 section 2.1"}
	DANEUnusable = &Check{"dane.unusable", Warning, Admin,
		"None of the TLSA records in DNS can be used; clients treat them as if there were none.",
		"Correct the records; \"3 1 1\" with the SHA-256 hash of the server's public key suits most servers.",
		"RFC 7671 section 4, RFC 6698 section 2.1"}
	DANEUnsigned = &Check{"dane.unsigned", Info, Admin,
		"There are TLSA records, but the zone is not signed with DNSSEC, so no client may rely on them.",
		"Sign the zone with DNSSEC, or remove the TLSA records.",
		"RFC 6698 section 4.1, RFC 7671 section 10"}
)
