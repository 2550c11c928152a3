package autoconfig

import (
	"encoding/xml"
	"fmt"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
)

// postmaster returns the address to ask about: for a bare domain that of the
// postmaster, whom every domain has (RFC 5321 section 4.5.1).
func postmaster(a mailcheck.Address) mailcheck.Address {
	if a.Local == "" {
		a.Local = "postmaster"
	}
	return a
}

// poxRequest returns Outlook's question for an address (MS-OXDSCLI section 2.2.3).
func poxRequest(a mailcheck.Address) []byte {
	return question(a, document.PoxRequestSchema, document.PoxResponseSchema)
}

// phoneRequest returns the question of phones (MS-ASCMD section 2.2.1.1).
func phoneRequest(a mailcheck.Address) []byte {
	const schemas = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/"
	return question(a, schemas+"requestschema/2006", schemas+"responseschema/2006")
}

func question(a mailcheck.Address, request, response string) []byte {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(postmaster(a).String())) // a strings.Builder takes everything
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="%s">
  <Request>
    <EMailAddress>%s</EMailAddress>
    <AcceptableResponseSchema>%s</AcceptableResponseSchema>
  </Request>
</Autodiscover>
`, request, escaped.String(), response)
}
