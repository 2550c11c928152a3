package mailcheck

var lintChecks = []*Check{
	LintUnknownKind, LintMalformed, LintMissing, LintValue, LintUnknownName, LintInsecure, LintPassword,
	LintClientDrops, LintSigned, LintContentType,
}

// Setup files given to lint. What they share with published files has its check
// among those.
var (
	LintUnknownKind = &Check{"lint.unknown-kind", Failure, Admin,
		"The file is of no kind that mail programs read settings from.",
		"Give a config-v1.1.xml, a .mobileconfig profile, an Autodiscover answer or a PACC document.",
		"mailcheck lint"}
	LintMalformed = &Check{"lint.malformed", Failure, Admin,
		"The file cannot be read: its syntax is broken.",
		"Correct the file at the place given.",
		"XML 1.0, RFC 8259"}
	LintMissing = &Check{"lint.missing", Failure, Admin,
		"Something that the format demands is missing.",
		"Add it at the place given.",
		"draft-ietf-mailmaint-autoconfig section 3, Apple device management, MS-OXDSCLI, draft-ietf-mailmaint-pacc"}
	LintValue = &Check{"lint.value", Failure, Admin,
		"A value is not one that the format allows.",
		"Write one of the allowed values; capital letters matter.",
		"draft-ietf-mailmaint-autoconfig section 3, Apple device management, MS-OXDSCLI, draft-ietf-mailmaint-pacc"}
	LintUnknownName = &Check{"lint.unknown-name", Warning, Admin,
		"A name is not part of the format, so programs skip what it holds.",
		"Check its spelling, or take it out.",
		"draft-ietf-mailmaint-autoconfig section 3"}
	LintInsecure = &Check{"lint.insecure", Failure, Admin,
		"The file tells mail programs to connect without encryption, so the password would be readable on the way.",
		"Name a server with encryption, or take the section out.",
		"RFC 8314 section 4.1"}
	LintPassword = &Check{"lint.password", Warning, Admin,
		"The file holds a password, readable for everybody who gets the file.",
		"Take the password out; the mail program asks for it.",
		"RFC 8314 section 4"}
	LintClientDrops = &Check{"lint.client-drops", Info, Admin,
		"A mail program leaves out a part of the file that others use.",
		"Nothing has to be done if the rest suffices.",
		"draft-ietf-mailmaint-autoconfig section 3"}
	LintSigned = &Check{"lint.signed", Info, Admin,
		"The profile is signed; what is inside was judged, the signature was not verified.",
		"To see who signed it, open it on the device, or run `openssl cms -verify -inform DER -noverify -in FILE`.",
		"RFC 5652"}
	LintContentType = &Check{"lint.content-type", Warning, Admin,
		"The web server serves the file with a media type by which mail programs do not recognise it.",
		"Set the Content-Type that the evidence names.",
		"draft-ietf-mailmaint-autoconfig section 4.1, Apple device management"}
)
