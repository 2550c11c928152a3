package checks

var ispdbChecks = []*Check{
	ISPDBUnreachable, ISPDBOutdated,
}

var (
	ISPDBUnreachable = &Check{"ispdb.unreachable", Info, Network,
		"The public database of mail providers (ISPDB) could not be asked.",
		"The account is not at fault. If this network blocks web access, use a copy of the database (--ispdb FOLDER) or switch it off (--ispdb off).",
		"draft-ietf-mailmaint-autoconfig section 4.2"}
	ISPDBOutdated = &Check{"ispdb.outdated", Info, Admin,
		"A list of providers has other servers for the domain than the domain itself publishes, and some mail programs go by the list.",
		"Nothing is wrong with what the domain publishes. Send the keepers of the list what has changed; until they take it up, leave the servers running that the list names.",
		"draft-ietf-mailmaint-autoconfig section 4.2, NDSS 2025 Automatic Insecurity A8.1"}
)
