package lab

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
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

// Autodiscover answers as most services do: to a well-formed question by POST with the
// reply, and by GET too, without reading one.
func Autodiscover(next Reply) Reply {
	return func(c *Conn, r *http.Request) {
		if r.Method != http.MethodGet && r.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
			Status(http.StatusBadRequest)(c, r)
			return
		}
		next(c, r)
	}
}

// byPost answers POST alone, as the protocol has it.
func byPost(next Reply) Reply { return byMethod(next, Status(http.StatusMethodNotAllowed)) }

// byMethod answers POST with one reply, and anything else with another.
func byMethod(post, other Reply) Reply {
	return func(c *Conn, r *http.Request) {
		if r.Method == http.MethodPost {
			post(c, r)
			return
		}
		other(c, r)
	}
}

// exchangeLogin is what an Exchange server asks for; its Autodiscover service tells
// of its SOAP form as well.
func exchangeLogin(c *Conn, r *http.Request) {
	respond(c, r, http.StatusUnauthorized, http.Header{
		"Www-Authenticate": {"Negotiate", "NTLM", `Basic realm="mail.example.com"`}, "X-Soap-Enabled": {"True"}, "X-Feserver": {"EX1"},
	}, "")
}

// The paths of Autodiscover and of the services it names.
const (
	poxPath        = "/autodiscover/autodiscover.xml"
	v2Path         = "/autodiscover/autodiscover.json"
	activeSyncPath = "/Microsoft-Server-ActiveSync"
	ewsPath        = "/EWS/Exchange.asmx"
)

// versionTwo answers by version 2 of Autodiscover, for alice@example.com on a server
// whose services are at host. Exchange Online knows AutodiscoverV1 too; an Exchange
// server has only the other two.
func versionTwo(host string, protocols ...string) Reply {
	return func(c *Conn, r *http.Request) {
		asked := r.URL.Query()
		path := map[string]string{"ActiveSync": activeSyncPath, "EWS": ewsPath, "AutodiscoverV1": poxPath}[asked.Get("Protocol")]
		switch {
		case asked.Get("Email") != "alice@example.com":
			Status(http.StatusNotFound)(c, r)
		case !slices.Contains(protocols, asked.Get("Protocol")):
			versionTwoError(http.StatusBadRequest, "InvalidProtocol", "The given protocol value is invalid.")(c, r)
		default:
			JSON(fmt.Sprintf(`{"Protocol":%q,"Url":"https://%s%s"}`, asked.Get("Protocol"), host, path))(c, r)
		}
	}
}

func versionTwoError(status int, code, message string) Reply {
	return func(c *Conn, r *http.Request) {
		respond(c, r, status, http.Header{"Content-Type": {"application/json"}}, fmt.Sprintf(`{"ErrorCode":%q,"ErrorMessage":%q}`, code, message))
	}
}

// versionTwoSends sends the question on to a host, as the Location of Exchange
// Online does: with the whole query, in which the redirects are counted.
func versionTwoSends(host string) Reply {
	return func(c *Conn, r *http.Request) {
		asked := r.URL.Query()
		count, _ := strconv.Atoi(asked.Get("RedirectCount"))
		asked.Set("RedirectCount", strconv.Itoa(count+1))
		Found("https://"+host+v2Path+"?"+asked.Encode())(c, r)
	}
}

// The protocols that version 2 has.
var (
	serverProtocols = []string{"ActiveSync", "EWS"}
	onlineProtocols = []string{"ActiveSync", "EWS", "AutodiscoverV1"}
)

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

func poxError(code int, message string) Reply {
	return XML(pox("", fmt.Sprintf("    <Error Time=\"19:20:00.1234567\" Id=\"2477272013\"><ErrorCode>%d</ErrorCode><Message>%s</Message><DebugData /></Error>\n", code, message)))
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
