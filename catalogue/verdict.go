package catalogue

// verdictSentences are the line by which a reader judges the whole. They follow
// what was tested and a colon, so they begin small.
var verdictSentences = []Sentence{
	// what a server is called in a sentence
	{"verdict.server", "%s at %s (%s)", "Protocol Server Security"},
	{"security.none", "not encrypted", ""},

	// an account that works
	{"verdict.read-and-send", "read mail with %s, send with %s", "Incoming Outgoing"},
	{"verdict.exchange", "read and send mail with Exchange, by %s", "Server"},
	{"verdict.exchange-better", "%s Better where the program speaks it: Exchange, with %s.", "Sentence Server"},
	{"verdict.exchange-only", "%s It needs a program that speaks Exchange.", "Sentence"},
	{"verdict.reading-works", "%s Reading works with %s.", "Sentence Server"},
	{"verdict.sending-works", "%s Sending works with %s.", "Sentence Server"},
	{"verdict.works-with-warnings", "works, with %s: %s.", "Warnings Settings"},
	{"verdict.fails-but-works", "%s. This does work: %s.", "Failure Settings"},
	{"verdict.something-fails", "something fails", ""},
	{"verdict.and-more-failures", "%s, and %s", "Failure MoreFailures"},

	// an account that does not
	{"verdict.login-unknown", "the servers answer, but whether a login works is not known. %s", "Sentence"},
	{"verdict.read.not-found", "no server found for reading mail", ""},
	{"verdict.read.not-working", "no working server for reading mail", ""},
	{"verdict.read.not-reached", "the test did not get as far as a working server for reading mail", ""},
	{"verdict.read.out-of-time", "the time for the whole test ran out before any server was found for reading mail", ""},
	{"verdict.read.interrupted", "the test was interrupted before any server was found for reading mail", ""},
	{"verdict.send.not-found", "no server found for sending mail", ""},
	{"verdict.send.not-working", "no working server for sending mail", ""},
	{"verdict.send.not-reached", "the test did not get as far as a working server for sending mail", ""},
	{"verdict.send.out-of-time", "the time for the whole test ran out before any server was found for sending mail", ""},
	{"verdict.send.interrupted", "the test was interrupted before any server was found for sending mail", ""},
	{"verdict.both.not-found", "no server found for reading or sending mail", ""},
	{"verdict.both.not-working", "no working server for reading or sending mail", ""},
	{"verdict.both.not-reached", "the test did not get as far as a working server for reading or sending mail", ""},
	{"verdict.both.out-of-time", "the time for the whole test ran out before any server was found for reading or sending mail", ""},
	{"verdict.both.interrupted", "the test was interrupted before any server was found for reading or sending mail", ""},
	{"verdict.login-refused", "%s (server %s). The servers themselves answer.", "Reason Server"},
	{"verdict.login-refused-as", "%s (user name %s; server %s). The servers themselves answer.", "Reason Username Server"},

	// servers that were given by name
	{"verdict.no-server", "no server was tested.", ""},
	{"verdict.fails", "does not work.", ""},
	{"verdict.none-works", "none of %d servers works.", "Count"},
	{"verdict.some-fail", "%d of %d servers failed: %s.", "Failed Count Servers"},
	{"verdict.not-known", "whether it works is not known: %s.", "Reason"},
	{"verdict.ended-early", "the run ended before the test did", ""},
	{"verdict.all-work-with-warnings", "all %d servers work, with %s.", "Count Warnings"},
	{"verdict.all-work", "all %d servers work.", "Count"},
	{"verdict.server-works-with-warnings", "works, with %s.", "Warnings"},
	{"verdict.server-works", "works.", ""},

	// what discovery found
	{"verdict.found", "settings found at %d of %s: %s.", "Count Asked Sources"},

	// what is counted
	{"count.warning", "warning", ""},
	{"count.more-failure", "more failure", ""},
	{"count.server", "server", ""},
	{"count.source", "source", ""},
}
