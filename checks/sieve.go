package checks

var sieveChecks = []*Check{
	SieveIncomplete,
}

var (
	SieveIncomplete = &Check{"sieve.incomplete", Warning, Operator,
		"The server for filter scripts does not announce what every such server must.",
		"Update the ManageSieve server, or look for a proxy in front of it; the evidence shows what it announces.",
		"RFC 5804 section 1.7"}
)
