package checks

var runChecks = []*Check{
	RunTimeout, RunInterrupted, RunTooManyServers, RunSlowDown,
}

var (
	RunTimeout = &Check{"run.timeout", Warning, User,
		"The time for the whole test ran out before everything was tested.",
		"Run it again with a longer --timeout.",
		"mailcheck --timeout"}
	RunInterrupted = &Check{"run.interrupted", Warning, User,
		"The test was interrupted before everything was tested.",
		"Run it again, and let it come to its end.",
		"mailcheck"}
	RunTooManyServers = &Check{"run.too-many-servers", Warning, Admin,
		"More servers are published than one run tests.",
		"Publish fewer servers, or test the others with `mailcheck probe`.",
		"mailcheck"}
	RunSlowDown = &Check{"run.slow-down", Warning, User,
		"The server asked us to slow down, so it was not tested.",
		"Nothing is known to be wrong with the server: test it alone, some minutes later, or in a survey that visits fewer servers at once and less often.",
		"RFC 5530 section 3 (LIMIT), RFC 5321 section 3.8"}
)
