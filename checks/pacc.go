package checks

var paccChecks = []*Check{
	PACCNoDocument, PACCHTML, PACCMalformed, PACCNoServers, PACCBadEntry, PACCOneSpelling,
	PACCDigestMissing, PACCDigestMismatch,
}

var (
	PACCNoDocument = &Check{"pacc.no-document", Warning, Admin,
		"DNS announces a PACC settings document, but the document is not there.",
		"Serve it at https://ua-auto-config.DOMAIN/.well-known/user-agent-configuration.json with status 200 and without a login, or remove the TXT record _ua-auto-config.DOMAIN.",
		"draft-ietf-mailmaint-pacc"}
	PACCHTML = &Check{"pacc.html-instead-of-json", Warning, Admin,
		"A web page stands where DNS announces a PACC settings document.",
		"A catch-all web site answers for ua-auto-config.DOMAIN. Serve the JSON document there.",
		"draft-ietf-mailmaint-pacc"}
	PACCMalformed = &Check{"pacc.malformed", Warning, Admin,
		"The PACC settings document is not well-formed JSON, or not such a document.",
		"Correct the document at the place given in the evidence, and publish the digest of the new one.",
		"draft-ietf-mailmaint-pacc, RFC 8259"}
	PACCNoServers = &Check{"pacc.no-servers", Warning, Admin,
		"The PACC settings document names no server that a client could use.",
		"Under \"protocols\" name at least \"imap\" (or \"jmap\") and \"submit\", each with its host.",
		"draft-ietf-mailmaint-pacc"}
	PACCBadEntry = &Check{"pacc.bad-entry", Warning, Admin,
		"An entry of the PACC settings document cannot be used, so clients leave it out.",
		"Mail protocols take {\"host\": \"imap.example.com\"} without a port; jmap, caldav and carddav take {\"url\": \"https://...\"} without a port and, for the latter two, with a path.",
		"draft-ietf-mailmaint-pacc"}
	PACCOneSpelling = &Check{"pacc.one-spelling", Info, Admin,
		"The PACC settings document names the server for sending in the spelling of one draft only; clients of the other do not find it.",
		"Name it twice, as \"smtp\" (draft -02) and as \"submit\" (draft -03): clients ignore what they do not know. Then publish the digest of the new document.",
		"draft-ietf-mailmaint-pacc-02, draft-ietf-mailmaint-pacc-03"}
	PACCDigestMissing = &Check{"pacc.digest-missing", Warning, Admin,
		"DNS has no digest of the PACC settings document, so clients do not trust it.",
		"Publish the digest as a TXT record of _ua-auto-config.DOMAIN.",
		"draft-ietf-mailmaint-pacc"}
	PACCDigestMismatch = &Check{"pacc.digest-mismatch", Warning, Admin,
		"The PACC settings document does not fit its digest in DNS, so clients ignore it.",
		"If the document is the one you mean to publish, put its digest into DNS. If nobody changed it, find out who did: somebody may have tampered with it.",
		"draft-ietf-mailmaint-pacc"}
)
