package checks

var mxChecks = []*Check{
	MXNull, MXNone, MXCNAME, MXNoAddress, MXFilter, MXRegistrable,
}

var (
	MXNull = &Check{"mx.null", Warning, Admin,
		"The domain says that it accepts no mail at all (null MX).",
		"If the address should receive mail, replace the record \"MX 0 .\" by the real mail exchanger. If not, there is no account to set up.",
		"RFC 7505"}
	MXNone = &Check{"mx.none", Info, Admin,
		"The domain has no MX record.",
		"If the domain should receive mail, publish the host that takes it in.",
		"RFC 5321 section 5.1"}
	MXCNAME = &Check{"mx.cname", Warning, Admin,
		"The MX record names an alias (CNAME), which is forbidden; some mail servers do not deliver to it.",
		"Let the MX record name the host that the alias points at.",
		"RFC 5321 section 5.1, RFC 2181 section 10.3"}
	MXNoAddress = &Check{"mx.no-address", Warning, Admin,
		"The MX record names a host that does not exist or has no address, so mail cannot be delivered to it.",
		"Correct the host in the MX record, or add an A (and AAAA) record for it.",
		"RFC 5321 section 5.1"}
	MXFilter = &Check{"mx.filter", Info, Admin,
		"The domain's mail passes through a filtering or forwarding service first, so DNS does not tell where the mailboxes are.",
		"Nothing is wrong with that. To let mail programs find the mailboxes, publish SRV records or an autoconfig file for the domain; until then ask the administrator for the server names.",
		"RFC 5321 section 5.1"}
	MXRegistrable = &Check{"mx.registrable", Info, Admin,
		"The mail exchanger has a name that can be registered as it stands, so a program that looks for its operator's settings one label higher asks a stranger's web server, as Nextcloud Mail 3.5 did.",
		"Publish a settings file at https://autoconfig.DOMAIN/mail/config-v1.1.xml (`mailcheck setup DOMAIN --for thunderbird` writes it), which such programs find first, or give the mail exchanger a name with one more label, such as mx.DOMAIN.",
		"https://publicsuffix.org, NDSS 2025 Automatic Insecurity A2.1"}
)
