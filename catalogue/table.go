package catalogue

// tableSentences are what the table of an account says besides its verdict and its findings,
// and the words that many places show.
var tableSentences = []Sentence{
	// rows in general
	{"list.and-more", "%s and %d more", "Words Count"},
	{"list.and", "And %s.", "Count"},
	{"count.day", "day", ""},
	{"count.hour", "hour", ""},
	{"count.minute", "minute", ""},
	{"time.seconds", "%.1f s", "Seconds"},

	// the verdict, before the first line
	{"verdict.word-pass", "PASS", ""},
	{"verdict.word-warn", "WARN", ""},
	{"verdict.word-fail", "FAIL", ""},
	{"verdict.word-untested", "UNTESTED", ""},

	// severities of a finding; in capital letters before its title
	{"severity.warning", "WARNING", ""},
	{"severity.failure", "FAILURE", ""},
	{"word.ok", "ok", ""},
	{"word.info", "info", ""},
	{"word.warning", "warning", ""},
	{"word.failure", "failure", ""},

	// states and answers
	{"word.yes", "yes", ""},
	{"word.no", "no", ""},
	{"word.none", "none", ""},
	{"word.not-known", "not known", ""},
	{"word.untested", "untested", ""},
	{"word.not-tested", "not tested", ""},
	{"word.found", "found", ""},
	{"word.absent", "absent", ""},
	{"word.failed", "failed", ""},
	{"word.accepted", "accepted", ""},
	{"word.rejected", "rejected", ""},
	{"word.not-tried", "not tried", ""},

	// titles of columns, and names of what stands behind them
	{"label.protocol", "Protocol", ""},
	{"label.server", "Server", ""},
	{"label.servers", "Servers", ""},
	{"label.port", "Port", ""},
	{"label.security", "Security", ""},
	{"label.user-name", "User name", ""},
	{"label.result", "Result", ""},
	{"label.seen", "Seen", ""},
	{"label.source", "Source", ""},
	{"label.sources", "Sources", ""},
	{"label.for", "For", ""},

	// sections of a page
	{"section.findings", "Findings", ""},
	{"section.ways-to-log-in", "Ways to log in", ""},
	{"section.mailbox", "Mailbox", ""},
	{"section.mail", "Mail", ""},
	{"section.published", "Published", ""},
	{"section.clients", "Mail clients", ""},
	{"section.setup-files", "Setup files", ""},
	{"section.settings", "Settings", ""},

	// what to log in with
	{"table.own-user-name", "User name: that of the account at the provider, see below", ""},
	{"table.user-name", "User name: %s", "Usernames"},
	{"table.signed-in", "Login: with the sign-in that is kept, at %s", "Issuer"},

	// servers
	{"table.guessed", "Guessed, but not there: %s", "Servers"},
	{"result.answers", "answers", ""},
	{"result.failed", "FAILED", ""},
	{"seen.certificate", "certificate valid %s", "Duration"},
	{"seen.dane", "DANE good", ""},
	{"seen.login-not-tried", "login not tried", ""},
	{"seen.logged-in", "logged in (%s)", "Mechanism"},
	{"seen.password-login", "password login", ""},
	{"seen.login-with", "login with %s", "Mechanisms"},
	{"seen.without-login", "answers without a login", ""},
	{"seen.no-login", "no login offered", ""},
	{"table.login-not-tried", "Login not tried at %s: %s.", "ServerCount Reason"},
	{"table.nobody-vouches", "Nobody vouches for these, so whoever can forge what names them gets the password: %s.", "Servers"},

	// ways to log in
	{"attempts.mechanism", "Mechanism", ""},
	{"attempts.server", "%s %s port %d", "Protocol Host Port"},
	{"attempts.flag-y", "%s (flag y)", "Mechanism"},

	// sources
	{"sources.state", "State", ""},
	{"sources.says", "What it says", ""},
	{"sources.nothing", "Nothing in %s (-v says why)", "SourceCount"},
	{"count.other-source", "other source", ""},
	{"sources.also", "Also", ""},
	{"sources.prefers", "%s prefers %s", "Source Server"},
	{"sources.preferences", "Which server a client gets for %s depends on the source that it reads: %s.", "Protocol Preferences"},

	// the end
	{"table.tested", "Tested on %s in %.1f s.", "Time Seconds"},
	{"table.explain", "More about a finding: mailcheck explain %s", "Check"},

	{"table.machine", "Machine-made translation: the English text counts.", ""},

	// settings to type in
	{"settings.reading", "Reading mail", ""},
	{"settings.sending", "Sending mail", ""},
	{"settings.own-user-name", "that of the account at the provider", ""},
	{"settings.no-user-name", "not published; mostly the address", ""},
	{"settings.address", "E-mail address", ""},
}
