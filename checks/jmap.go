package checks

var jmapChecks = []*Check{
	JMAPNotFound,
}

var (
	JMAPNotFound = &Check{"jmap.not-found", Warning, Admin,
		"No JMAP service answers at this address.",
		"Let https://HOST/.well-known/jmap give the JMAP session or redirect to it; without a password it must answer 401. If there is no JMAP, take it out of the settings.",
		"RFC 8620 section 2.2"}
)
