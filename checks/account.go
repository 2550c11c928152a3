package checks

var accountChecks = []*Check{
	AccountNoSettings, AccountNoIncoming, AccountNoOutgoing, AccountOneWay, AccountMisspelt,
}

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
	AccountOneWay = &Check{"account.one-way", Info, Admin,
		"The domain says in DNS that its accounts are for one direction alone.",
		"Nothing to mend if that is meant. If not, replace the SRV records with the target \".\" by records that name the servers.",
		"RFC 6186 section 3.4"}
	AccountMisspelt = &Check{"account.misspelt-domain", Warning, User,
		"The domain of the address is nearly that of a large mail provider, and publishes no mail servers of its own.",
		"Look at the part after the @ once more, letter by letter.",
		"RFC 5321 section 2.3.11"}
)
