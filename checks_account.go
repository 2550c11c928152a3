package mailcheck

var accountChecks = []*Check{
	AccountNoSettings, AccountNoIncoming, AccountNoOutgoing, RunTimeout, RunTooManyServers,
	Unclassified,
}

// The account as a whole, and the run itself.
var (
	AccountNoSettings = &Check{"account.no-settings", Failure, Admin,
		"No mail server was found for this address, neither published nor by guessing.",
		"Publish the servers (SRV records or autoconfig). Users: check the spelling of the address; if it is right, ask the provider for the names of its servers.",
		"RFC 6186, draft-ietf-mailmaint-autoconfig"}
	AccountNoIncoming = &Check{"account.no-incoming", Failure, Admin,
		"No working server was found for reading mail (IMAP or POP3).",
		"Mend one of the servers above, or publish one that works.",
		"RFC 6186"}
	AccountNoOutgoing = &Check{"account.no-outgoing", Failure, Admin,
		"No working server was found for sending mail (submission).",
		"Mend one of the servers above, or publish one that works.",
		"RFC 6409, RFC 8314 section 3.3"}
	RunTimeout = &Check{"run.timeout", Warning, User,
		"The time for the whole test ran out before everything was tested.",
		"Run it again with a longer --timeout.",
		"mailcheck --timeout"}
	RunTooManyServers = &Check{"run.too-many-servers", Warning, Admin,
		"More servers are published than one run tests.",
		"Publish fewer servers, or test the others with `mailcheck probe`.",
		"mailcheck"}
	Unclassified = &Check{"internal.unclassified", Failure, Operator,
		"Something failed in a way that mailcheck does not know.",
		"The evidence is the error as it came. Please report it, so that it gets a name.",
		"mailcheck"}
)
