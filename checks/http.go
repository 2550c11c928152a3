package checks

var httpChecks = []*Check{
	HTTPRedirectRefused, HTTPToUnencrypted, HTTPTooManyRedirects, HTTPTooLarge, HTTPMalformed, HTTPServerError,
}

var (
	HTTPRedirectRefused = &Check{"http.redirect-refused", Warning, Admin,
		"The web server redirects to a place that must not be followed.",
		"Redirect only to https, to a host name, on the standard port, without user name or password in the URL.",
		"RFC 9110 section 15.4, draft-ietf-mailmaint-autoconfig section 4"}
	HTTPToUnencrypted = &Check{"http.to-unencrypted", Warning, Admin,
		"The web server redirects from https to http, where anybody on the way can change the answer.",
		"Redirect to https only, at every place on the way: to come back to https later does not help.",
		"RFC 9110 section 15.4, NDSS 2025 Automatic Insecurity A1.3"}
	HTTPTooManyRedirects = &Check{"http.too-many-redirects", Warning, Admin,
		"The web server redirects in a circle or too often.",
		"Let the URL answer directly, or with one redirect.",
		"RFC 9110 section 15.4"}
	HTTPTooLarge = &Check{"http.too-large", Warning, Admin,
		"The answer of the web server is larger than a settings file can be (1 MiB); reading stopped there.",
		"Check what the web server serves at this URL.",
		"draft-ietf-mailmaint-autoconfig section 7"}
	HTTPMalformed = &Check{"http.malformed", Warning, Admin,
		"The answer is not valid HTTP.",
		"Check what listens on that port of the web server.",
		"RFC 9112"}
	HTTPServerError = &Check{"http.server-error", Warning, Operator,
		"The web server of this service answers with an error of its own.",
		"See the web server's log for this request: usually the application behind it is down.",
		"RFC 9110 section 15.6"}
)
