package checks

var txtChecks = []*Check{
	TXTMailconfInvalid,
}

var (
	TXTMailconfInvalid = &Check{"txt.mailconf-invalid", Warning, Admin,
		"A mailconf TXT record does not hold a usable address of a settings file.",
		"Write the record as \"mailconf=https://autoconfig.DOMAIN/mail/config-v1.1.xml\", or remove it.",
		"draft-ietf-mailmaint-autoconfig section 4"}
)
