package checks

var davChecks = []*Check{
	DAVPlain, DAVBadPath, DAVNotFound, DAVWrongKind,
}

var (
	DAVPlain = &Check{"dav.plain", Warning, Admin,
		"Calendars or address books are published without encryption only, so the password would be readable on the way.",
		"Publish the service over https, with an SRV record of _caldavs or _carddavs.",
		"RFC 6764 section 3"}
	DAVBadPath = &Check{"dav.bad-path", Warning, Admin,
		"The TXT record beside the SRV record of calendars or address books does not give a usable path.",
		"The record must read \"path=/...\", with a path that begins with a slash and has no spaces.",
		"RFC 6764 section 4"}
	DAVNotFound = &Check{"dav.not-found", Warning, Admin,
		"No calendar or address book service answers at this address.",
		"Correct the host, port and path in the settings, or let /.well-known/caldav and /.well-known/carddav redirect to the service. A request without a password must be answered with 401.",
		"RFC 6764 section 5"}
	DAVWrongKind = &Check{"dav.wrong-kind", Warning, Operator,
		"The server stores files (WebDAV) but neither calendars nor address books, as the settings have it.",
		"Switch on calendars (CalDAV) or address books (CardDAV) in the server, or correct the path in the settings.",
		"RFC 4791 section 5.1, RFC 6352 section 6.1"}
)
