package checks

var roundTripChecks = []*Check{
	RoundTripUntried, RoundTripRefused, RoundTripDeferred, RoundTripBroken, RoundTripUnseen, RoundTripElsewhere, RoundTripJunk, RoundTripFiled,
	RoundTripSlow, RoundTripNotVerified, RoundTripUnreadable, RoundTripLeft,
}

var (
	RoundTripUntried = &Check{"roundtrip.untried", Warning, User,
		"No test message was sent: there is no server at which a login to send it, and one to see it arrive, was accepted.",
		"See what keeps the logins from being accepted, mend that, and test again.",
		"RFC 6409 section 4.3"}
	RoundTripRefused = &Check{"roundtrip.refused", Failure, Admin,
		"The login is accepted, but the server refuses the test message.",
		"Read the server's words in the evidence. About the sender: have the address allowed for the login. About the recipient: the address has to exist at its server. After DATA it is mostly a filter: its log says which rule.",
		"RFC 5321 section 4.2.1, RFC 6409 section 6"}
	RoundTripDeferred = &Check{"roundtrip.deferred", Failure, Operator,
		"The server does not take the test message for now, and asks to come back later.",
		"Test again in a quarter of an hour: greylisting lets a message in at the second attempt, and limits on the number of messages end by themselves. Where it stays, see the server's log. Those who have logged in should be spared greylisting (Postfix: permit_sasl_authenticated before the policy service).",
		"RFC 5321 section 4.2.1, RFC 6647"}
	RoundTripBroken = &Check{"roundtrip.broken", Failure, Operator,
		"The conversation with the submission server ended before it said whether it takes the test message.",
		"See the server's log for the time of the test: a filter behind it may have crashed or taken too long, or a limit ended the connection.",
		"RFC 5321 sections 3.8 and 4.5.3.2"}
	RoundTripUnseen = &Check{"roundtrip.not-seen", Failure, Operator,
		"The server accepted the test message, but it did not arrive in the mailbox within the time of the test.",
		"Look for the id of the evidence in the log and the queue of the submission server (Postfix: postqueue -p; Exim: exim -bp). It may be waiting there, since the domain's own mail exchanger greylists it or is away, or a filter or rule may have taken it elsewhere. The message that comes late can be deleted.",
		"RFC 5321 section 4.5.4.1, RFC 6647"}
	RoundTripElsewhere = &Check{"roundtrip.not-here", Info, User,
		"The server accepted the test message for another address, and it did not arrive in this mailbox.",
		"Look into the mailbox of that address for the message with the token, and delete it there: mailcheck cannot, without the password of that mailbox.",
		"RFC 5321 section 2.1"}
	RoundTripJunk = &Check{"roundtrip.junk", Warning, Admin,
		"The test message arrived, but a filter took it for spam.",
		"See in the header of a message like it what the filter counted against it (X-Spam-Status, X-Spamd-Result), and exempt what users send to each other after a login. A user may also have trained the filter, or made a rule.",
		"RFC 6154 section 2 (\\Junk)"}
	RoundTripFiled = &Check{"roundtrip.filed", Info, User,
		"The test message arrived, but in another folder than the inbox.",
		"If that is not meant, look at the filter rules of the mailbox (Sieve, or the settings of the webmail): one of them moves messages there.",
		"RFC 5228 section 4.1"}
	RoundTripSlow = &Check{"roundtrip.slow", Info, Operator,
		"The test message took long to arrive.",
		"The table of hops says between which servers it was; see the queue and the filters of the later one. Greylisting of the own users, and a queue that is only run every few minutes, are the usual reasons.",
		"RFC 5321 section 4.5.4.1"}
	RoundTripNotVerified = &Check{"roundtrip.not-verified", Warning, Admin,
		"The receiving server notes that the test message failed a check of its sender (SPF, DKIM or DMARC).",
		"Publish the address of the sending server in the SPF record of the domain, have it sign with DKIM by a key that is published, and let one of the two be of the domain of the sender.",
		"RFC 7208, RFC 6376, RFC 7489, RFC 8601"}
	RoundTripUnreadable = &Check{"roundtrip.no-look", Failure, Operator,
		"The server to read mail from, which let the user in before, could not be asked for the test message after it was sent.",
		"See its log for the time of the test: it may limit the number of connections or logins, or have been restarted.",
		"RFC 9051 section 7.1.5, RFC 1939 section 4"}
	RoundTripLeft = &Check{"roundtrip.left", Warning, User,
		"The test message could not be removed everywhere.",
		"Delete it in the folder that the evidence names: its subject begins with \"mailcheck test message\".",
		"RFC 9051 section 6.4.9, RFC 4315"}
)
