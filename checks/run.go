package checks

var runChecks = []*Check{
	RunTimeout, RunInterrupted, RunTooManyServers,
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
)
