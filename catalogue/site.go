package catalogue

// siteSentences are the pages of the service.
var siteSentences = []Sentence{
	// every page
	{"site.aria", "Site", ""},
	{"site.home", "mailcheck: test an address", ""},

	// the form
	{"site.form", "Test a mail account", ""},
	{"site.form.lead", "Enter an e-mail address. Its servers are found and tested, and you read what is wrong, who can mend it, and what to type into the mail program.", ""},
	{"site.form.address", "E-mail address, or a domain", ""},
	{"site.form.login", "Test the login too", ""},
	{"site.form.username", "User name, if it is not the address", ""},
	{"site.form.password-goes", "The password goes only inside TLS to servers that the domain itself names, and is forgotten when the test ends.", ""},
	{"site.form.test", "Test", ""},
	{"site.form.no-password", "No password is needed, and none is sent.", ""},

	// a check
	{"site.explain.actor", "Who acts", ""},
	{"site.explain.remedy", "What to do", ""},
	{"site.explain.reference", "Reference", ""},

	// a test that goes on
	{"site.progress.lead", "This takes some seconds, half a minute where a server does not answer. The result appears here by itself.", ""},
	{"site.progress.log", "What has been done", ""},
	{"site.progress.ended", "The test has ended", ""},
	{"site.progress.waiting", "Waiting for a free place", ""},
	{"site.progress.asking", "Asking where the mail of this address is", ""},

	{"site.progress.testing", "Testing %s", "Target"},
	{"site.progress.works", "%s works", "Server"},
	{"site.progress.fails", "%s does not work", "Server"},

	// setup files
	{"site.setup.picture", "QR code for %s, to be scanned by its camera", "Program"},
	{"site.setup.none", "None can be written, since nothing works that both reads and sends mail and that the domain vouches for.", ""},
	{"site.setup.others", "Other programs", ""},
	{"site.setup.domain", "For whoever runs the domain", ""},
	{"site.setup.place", "Goes to", ""},
	{"site.setup.next", "Next", ""},
	{"site.setup.asks", "Asks for", ""},

	// what can be done with a result
	{"site.keep", "Keep it, or pass it on", ""},
	{"site.keep.copy", "Copy as text", ""},
	{"site.keep.select", "A click selects all of it.", ""},
	{"site.keep.text-label", "The report as text", ""},
	{"site.keep.download", "Download as one file", ""},
	{"site.keep.text", "Text", ""},
	{"site.keep.share", "Share a copy without the person", ""},
	{"site.keep.again", "Test again", ""},
	{"site.keep.shared", "This is a copy without the person, which somebody has shared. It ends at %s.", "Time"},
	{"site.keep.until", "This page is kept until %s, and is found by its address alone. A copy has an address of its own, which ends after a day. The same address is tested once a minute at most.", "Time"},
	{"site.keep.more", "More about what was found:", ""},

	// a page that says one thing
	{"site.not-tested.title", "Not tested - mailcheck", ""},
	{"site.not-tested", "The test could not be made", ""},
	{"site.not-tested.again", "Try again. If that does not help, whoever runs this service can find out why.", ""},
	{"site.not-tested.try-again", "Try again.", ""},
	{"site.nothing.title", "Nothing here - mailcheck", ""},
	{"site.nothing", "There is nothing here", ""},
	{"site.nothing.kept", "A report is kept for an hour, as long as there is room. Test the address again.", ""},
	{"site.too-often.title", "Too often - mailcheck", ""},
	{"site.too-often", "Too often", ""},
	{"site.no-page", "The page could not be made.", ""},
	{"site.under-way", "The test is under way.", ""},

	// why nothing is tested
	{"site.refused.password", "no password is taken here", ""},
	{"site.refused.username", "the user name has characters that no user name has, or is too long", ""},
	{"site.refused.domain-login", "a domain alone has no login: give the address", ""},
	{"site.refused.secret", "the password or token cannot be sent as it is", ""},
	{"site.refused.pages", "You have asked for very many pages just now.", ""},
	{"site.refused.tests", "You have started very many tests just now.", ""},
	{"site.refused.domain", "This domain was tested very often just now.", ""},
	{"site.refused.domain-logins", "Very many logins were tested at this domain in the last hour.", ""},
	{"site.refused.logins", "You have tested very many logins in the last hour.", ""},
	{"site.refused.person", "Somebody of this name was logged in three times in the last hour, and more could lock the account.", ""},
	{"site.refused.ending", "The service is about to end.", ""},
	{"site.refused.waiting", "Too many tests are waiting for their turn.", ""},
	{"site.refused.other-name", "The service has another name.", ""},
	{"site.refused.token", "The service wants a token.", ""},
	{"site.refused.no-user", "The proxy in front names no user.", ""},
	{"site.refused.other-site", "The request comes from another site.", ""},
}
