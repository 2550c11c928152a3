package checks

var exchangeChecks = []*Check{
	ExchangeBetter, ExchangeOnline, ExchangeHybrid, ExchangeElsewhere, ExchangeEWSEnding,
	ExchangeStatus, ExchangeNotThere,
}

var (
	ExchangeBetter = &Check{"exchange.better", Info, User,
		"Exchange keeps contacts, calendars, tasks and notes in sync besides mail, so it is the better choice where the program speaks it; IMAP comes next, and POP3 is only for a program that collects mail and deletes it.",
		"Choose the account type \"Exchange\" (\"Microsoft Exchange\", \"ActiveSync\") where the program has it, otherwise IMAP.",
		"MS-ASHTTP, MS-OXWSCORE"}
	ExchangeOnline = &Check{"exchange.online", Info, User,
		"Exchange Online (Microsoft 365) answers for the address; it wants the Microsoft sign-in page (OAuth2) and refuses passwords in mail programs.",
		"Choose \"Microsoft 365\" or \"Exchange\" in the program, or IMAP with the login method OAuth2. A program that knows neither cannot be used.",
		"https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online"}
	ExchangeHybrid = &Check{"exchange.hybrid", Info, Admin,
		"Exchange Online sends programs on to another server for this address, so the mailbox is on the organisation's own Exchange server.",
		"Nothing to mend if that is so. Outlook for iOS and Android and Microsoft Teams are sent there too: publish Autodiscover, ActiveSync and EWS of that server to the internet, without a login in front of them.",
		"https://learn.microsoft.com/exchange/clients/outlook-for-ios-and-android/use-hybrid-modern-auth"}
	ExchangeElsewhere = &Check{"exchange.elsewhere", Info, Admin,
		"The domain points to Microsoft, but Exchange Online names no server for this address.",
		"Check the spelling of the address. If it is right, the mailbox may be on another server, with Microsoft only filtering or passing on the domain's mail: ask the administrator, who sees with Get-Recipient what Exchange Online knows of the address.",
		"https://learn.microsoft.com/exchange/exchange-hybrid"}
	ExchangeEWSEnding = &Check{"exchange.ews-ending", Info, Admin,
		"Microsoft is switching off Exchange Web Services (EWS) in Exchange Online, from October 2026 on.",
		"Use programs that speak Microsoft Graph or IMAP with OAuth2, and update those that still need EWS.",
		"https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/deprecation-of-ews-exchange-online"}
	ExchangeStatus = &Check{"exchange.http-status", Failure, Operator,
		"The Exchange service answers with an HTTP error where it should ask for a login.",
		"Check that the service is meant to be at this URL and look at the web server's log for this request (IIS: the application pools MSExchangeSyncAppPool and MSExchangeServicesAppPool).",
		"MS-ASHTTP section 2.2.3, RFC 9110 section 15"}
	ExchangeNotThere = &Check{"exchange.not-exchange", Failure, Operator,
		"A web server answers at this URL, but it is not the Exchange service.",
		"Correct the URL in the settings, or pass it on to the Exchange server.",
		"MS-ASHTTP section 2.2.3"}
)
