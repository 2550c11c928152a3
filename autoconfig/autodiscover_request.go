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

// poxRequest returns the question for an address (MS-OXDSCLI section 2.2.3).
func poxRequest(a mailcheck.Address) []byte {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(postmaster(a).String())) // a strings.Builder takes everything
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="%s">
  <Request>
    <EMailAddress>%s</EMailAddress>
    <AcceptableResponseSchema>%s</AcceptableResponseSchema>
  </Request>
</Autodiscover>
`, document.PoxRequestSchema, escaped.String(), document.PoxResponseSchema)
}
