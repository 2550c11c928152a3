package checks

var providerChecks = []*Check{
	ProviderAppPassword, ProviderAppPassword2FA, ProviderOAuthOnly, ProviderIMAPSwitch,
	ProviderPaidOnly, ProviderNoIMAP, ProviderAccountName,
}

var (
	ProviderAppPassword = &Check{"provider.app-password", Info, User,
		"For mail programs this provider wants a password made for that purpose, not the password of its web site.",
		"Make an app password in the security settings of the account on the provider's web site, and type it in place of the password.",
		"the provider's help pages"}
	ProviderAppPassword2FA = &Check{"provider.app-password-2fa", Info, User,
		"With two-factor sign-in switched on, this provider wants a password made for mail programs, not the account's own.",
		"If two-factor sign-in is on, make an app password in the security settings of the account on the provider's web site, and type it in place of the password. If it is off, the account's own password is the right one.",
		"the provider's help pages"}
	ProviderOAuthOnly = &Check{"provider.oauth-only", Info, User,
		"This provider lets mail programs in only through its own sign-in page (OAuth2); a password is never accepted.",
		"Choose OAuth2 as the authentication method in the mail program, and sign in on the page that opens. A mail program without OAuth2 cannot be used.",
		"RFC 6749, RFC 7628"}
	ProviderIMAPSwitch = &Check{"provider.imap-switch", Info, User,
		"At this provider mail programs cannot read mail, or cannot send any, until the user allows them on the web site.",
		"Log in to the provider's web site and switch IMAP (or POP3) on in the mail settings.",
		"the provider's help pages"}
	ProviderPaidOnly = &Check{"provider.paid-only", Info, User,
		"At this provider mail programs are let in only with a paid plan.",
		"Find out on the provider's web site which plan the account has. With a free one, use the provider's own apps or its web site.",
		"the provider's help pages"}
	ProviderNoIMAP = &Check{"provider.no-imap", Failure, User,
		"This provider has no IMAP, POP3 or SMTP servers, so ordinary mail programs cannot be used with it.",
		"Use the provider's own apps or its web site.",
		"the provider's help pages"}
	ProviderAccountName = &Check{"provider.account-name", Info, User,
		"This provider wants the user name of the account itself, not the address in the domain that it hosts.",
		"In the mail program enter the provider's own user name, and the address in the domain as the sender.",
		"the provider's help pages"}
)
