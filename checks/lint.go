package checks

var lintChecks = []*Check{
	LintUnknownKind, LintMalformed, LintMissing, LintValue, LintUnknownName, LintInsecure,
	LintPassword, LintClientDrops, LintContentType, LintOverHTTP, LintUnsigned, LintSigned,
	LintSignatureBroken, LintSignatureUnverified, LintSignerUntrusted, LintSignerExpired,
	LintSignerEarly, LintSignerUsage, LintPlace, LintRelativeName, LintCutText, LintRecord,
}

var (
	LintUnknownKind = &Check{"lint.unknown-kind", Failure, Admin,
		"The file is of no kind that mail programs read settings from.",
		"Give a config-v1.1.xml, a .mobileconfig profile, an Autodiscover answer, a PACC document, records for a zone, the text of a QR code for Thunderbird, or the settings file of K-9 Mail.",
		"draft-ietf-mailmaint-autoconfig section 3, Apple device management, MS-OXDSCLI, draft-ietf-mailmaint-pacc"}
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
		"RFC 8314 section 4.1, NDSS 2025 Automatic Insecurity A3.1"}
	LintPassword = &Check{"lint.password", Warning, Admin,
		"The file holds a password, readable for everybody who gets the file.",
		"Take the password out; the mail program asks for it.",
		"RFC 8314 section 4"}
	LintClientDrops = &Check{"lint.client-drops", Info, Admin,
		"A mail program leaves out a part of the file that others use.",
		"Nothing has to be done if the rest suffices.",
		"draft-ietf-mailmaint-autoconfig section 3"}
	LintContentType = &Check{"lint.content-type", Warning, Admin,
		"The web server serves the file with a media type by which mail programs do not recognise it.",
		"Set the Content-Type that the evidence names.",
		"draft-ietf-mailmaint-autoconfig section 4.1, Apple device management"}
	LintOverHTTP = &Check{"lint.over-http", Warning, Admin,
		"The file was fetched over http, where anybody on the way can change it; careful mail programs ignore it or ask first.",
		"Serve it over https.",
		"draft-ietf-mailmaint-autoconfig section 4.1"}
	LintUnsigned = &Check{"lint.unsigned", Info, Admin,
		"The profile is not signed: the device shows it as unsigned and installs it all the same.",
		"Nothing has to be done. To have the device name who made it, sign it: `openssl smime -sign -nodetach -outform der -signer CERT -inkey KEY -certfile CHAIN -in FILE`.",
		"iPhone and iPod touch Enterprise Deployment Guide (Apple), General Settings, RFC 5652"}
	LintSigned = &Check{"lint.signed", Info, Admin,
		"The profile is signed and the signature is valid: a device that trusts the same authority shows it as verified.",
		"Nothing has to be done. Sign it anew before the certificate ends; what is installed already keeps working.",
		"iPhone and iPod touch Enterprise Deployment Guide (Apple), General Settings, RFC 5652 section 5"}
	LintSignatureBroken = &Check{"lint.signature-broken", Failure, Admin,
		"The signature of the profile is wrong: its content was changed after it was signed.",
		"Sign the profile anew, after the last change. If nobody meant to change it, find out who did.",
		"RFC 5652 section 5.4"}
	LintSignatureUnverified = &Check{"lint.signature-unverified", Warning, Admin,
		"The signature of the profile could not be verified here: it is made in a way that mailcheck does not know.",
		"Sign with one RSA or ECDSA certificate and SHA-256, with the certificate in the file, as openssl smime -sign does.",
		"RFC 5652 section 5"}
	LintSignerUntrusted = &Check{"lint.signer-untrusted", Warning, Admin,
		"The profile is signed, but no authority known here vouches for the signer, so the device shows it as not verified.",
		"Sign with a certificate of a public authority and add its intermediate certificates (-certfile). If it is your own authority and the devices know it, name it here with --ca-file.",
		"iPhone and iPod touch Enterprise Deployment Guide (Apple), General Settings, RFC 5280 section 6"}
	LintSignerExpired = &Check{"lint.signer-expired", Warning, Admin,
		"The certificate that the profile is signed with has expired, so the device does not show it as verified.",
		"Sign the profile anew with the renewed certificate, and make that part of every renewal.",
		"RFC 5280 section 4.1.2.5"}
	LintSignerEarly = &Check{"lint.signer-not-yet-valid", Warning, Admin,
		"The certificate that the profile is signed with is not valid yet, so the device does not show it as verified.",
		"Sign with a certificate that is valid today; if this one should be, see whether the clock is right.",
		"RFC 5280 section 4.1.2.5"}
	LintSignerUsage = &Check{"lint.signer-usage", Warning, Admin,
		"The certificate that the profile is signed with is not meant for signing.",
		"Sign with a certificate whose key usage has digitalSignature.",
		"RFC 5280 section 4.2.1.3"}
	LintPlace = &Check{"lint.no-client-asks", Warning, Admin,
		"No mail program asks for a setup file at this URL, so it is found only where another place leads to it.",
		"Serve the file where mail programs ask, or redirect from there to here.",
		"draft-ietf-mailmaint-autoconfig section 4.1, MS-OXDISCO section 3.1.5"}
	LintRelativeName = &Check{"lint.relative-name", Warning, Admin,
		"A name in the zone file has no dot at its end, so that the name of the zone is added to it.",
		"Write a dot behind names that are complete.",
		"RFC 1035 section 5.1"}
	LintCutText = &Check{"lint.cut-text", Failure, Admin,
		"The text of a TXT record ends at a semicolon, since it has no quotation marks around it: the rest is a comment.",
		"Put the whole text between quotation marks.",
		"RFC 1035 section 5.1"}
	LintRecord = &Check{"lint.record", Warning, Admin,
		"A record for the zone does not say what programs look for at its name.",
		"Correct the record as the evidence says, or remove it; mailcheck setup DOMAIN --for dns writes good ones.",
		"RFC 2782, RFC 6186, RFC 6764, RFC 8461, RFC 8460, draft-ietf-mailmaint-pacc"}
)
