package lab

import (
	"fmt"
	"net/http"
	"strings"
)

// Answer answers with a status and header fields, and no body.
func Answer(status int, header http.Header) Reply {
	return func(c *Conn, r *http.Request) { respond(c, r, status, header.Clone(), "") }
}

// Found answers 302 with a place to go to.
func Found(url string) Reply {
	return Answer(http.StatusFound, http.Header{"Location": {url}})
}

// Autodiscover answers as the service does: to a well-formed question by POST with
// the reply, and to anything else with an error.
func Autodiscover(next Reply) Reply {
	return func(c *Conn, r *http.Request) {
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
			Status(http.StatusBadRequest)(c, r)
			return
		}
		next(c, r)
	}
}

// exchangeLogin is what an Exchange server asks for.
var exchangeLogin = Unauthorized("Negotiate", "NTLM", `Basic realm="mail.example.com"`)

// The paths of Autodiscover and of the services it names.
const (
	poxPath        = "/autodiscover/autodiscover.xml"
	v2Path         = "/autodiscover/autodiscover.json"
	activeSyncPath = "/Microsoft-Server-ActiveSync"
	ewsPath        = "/EWS/Exchange.asmx"
)

// versionTwo returns the routes of version 2 of Autodiscover for alice@example.com
// on a server whose services are at host.
func versionTwo(host string) map[string]Reply {
	routes := map[string]Reply{}
	for protocol, path := range map[string]string{"ActiveSync": activeSyncPath, "EWS": ewsPath, "AutodiscoverV1": poxPath} {
		routes[v2Query(protocol)] = JSON(fmt.Sprintf(`{"Protocol":%q,"Url":"https://%s%s"}`, protocol, host, path))
	}
	return routes
}

func v2Query(protocol string) string {
	return v2Path + "?Email=alice%40example.com&Protocol=" + protocol + "&RedirectCount=1"
}

// Documents of Autodiscover (MS-OXDSCLI section 2.2.4).

func poxAccount(content ...string) string {
	return pox("http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a",
		"    <Account>\n      <AccountType>email</AccountType>\n"+strings.Join(content, "")+"    </Account>\n")
}

func poxSettings(protocols ...string) string {
	return poxAccount("      <Action>settings</Action>\n", strings.Join(protocols, ""))
}

func pox(schema, content string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="%s">
%s  </Response>
</Autodiscover>
`, schema, content)
}

func poxMail(protocol, host string, port int, encryption string) string {
	return fmt.Sprintf(`      <Protocol>
        <Type>%s</Type>
        <Server>%s</Server>
        <Port>%d</Port>
        <LoginName>alice@example.com</LoginName>
        <SPA>off</SPA>
        <SSL>on</SSL>
        <Encryption>%s</Encryption>
      </Protocol>
`, protocol, host, port, encryption)
}

func poxExchange(kind, ewsURL string) string {
	return fmt.Sprintf("      <Protocol>\n        <Type>%s</Type>\n        <EwsUrl>%s</EwsUrl>\n      </Protocol>\n", kind, ewsURL)
}
