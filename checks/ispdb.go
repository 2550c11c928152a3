package checks

var ispdbChecks = []*Check{
	ISPDBUnreachable,
}

var (
	ISPDBUnreachable = &Check{"ispdb.unreachable", Info, Network,
		"The public database of mail providers (ISPDB) could not be asked.",
		"The account is not at fault. If this network blocks web access, use a copy of the database (--ispdb FOLDER) or switch it off (--ispdb off).",
		"draft-ietf-mailmaint-autoconfig section 4.2"}
)
