package lint

import (
	"testing"

	"mailcheck"
	"mailcheck/checks"
)

func TestPlaces(t *testing.T) {
	const file = `<clientConfig version="1.1"><emailProvider id="example.com"><domain>example.com</domain>
<incomingServer type="imap"><hostname>imap.example.com</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.example.com</hostname><port>465</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>`
	const answer = `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"></Autodiscover>`
	for _, c := range []struct {
		name, body string
		asked      bool
	}{
		{"https://autoconfig.example.com/mail/config-v1.1.xml", file, true},
		{"https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=alice%40example.com", file, true},
		{"http://example.com/.well-known/autoconfig/mail/config-v1.1.xml", file, true},
		{"https://v1.ispdb.net/example.com", file, true},
		{"config-v1.1.xml", file, true},
		{"-", file, true},
		{"https://example.com/mail/config-v1.1.xml", file, false},
		{"https://example.com/.well-known/mail/config-v1.1.xml", file, false},
		{"https://autoconfig.example.com/config-v1.1.xml", file, false},
		{"https://autoconfig.example.com/.well-known/config-v1.1.xml", file, false},
		{"https://mail.example.com/Autodiscover/Autodiscover.xml", answer, true},
		{"https://autodiscover.example.com/autodiscover.xml", answer, false},
	} {
		r := Judge(File{Name: c.name, Body: []byte(c.body), ContentType: "text/xml"})
		if got := mailcheck.Shows(r.Findings, checks.LintPlace); got == c.asked {
			t.Errorf("%s: told that no client asks: %v", c.name, got)
		}
		for _, client := range r.Clients {
			if !c.asked && client.Outcome == mailcheck.Configures {
				t.Errorf("%s: %s configures itself from where it does not ask", c.name, client.Client)
			}
		}
	}
}
