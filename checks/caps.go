package checks

var capsChecks = []*Check{
	CapsMissing, CapsNoSMTPUTF8,
}

var (
	CapsMissing = &Check{"caps.missing", Info, Operator,
		"The server works, but lacks features that mail programs use.",
		"Nothing is broken. Update the server or switch the features on if the loss that the evidence names matters.",
		"RFC 9051 appendix E, RFC 6409 section 7, RFC 2449 section 6"}
	CapsNoSMTPUTF8 = &Check{"caps.no-smtputf8", Warning, Operator,
		"The server cannot send mail for an address with letters outside ASCII, such as this one.",
		"Switch on SMTPUTF8 (Postfix: smtputf8_enable = yes; Exim: smtputf8_advertise_hosts = *), or use an address in plain ASCII letters.",
		"RFC 6531 section 3.1"}
)
