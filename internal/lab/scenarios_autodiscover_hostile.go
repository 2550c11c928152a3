package lab

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// exampleSends has autodiscover.example.com send to a URL.
func exampleSends(url string) change { return autodiscover(Found(url)) }

// sendsOnAndOn answers each question with the URL of the next, on the same host.
func sendsOnAndOn(c *Conn, r *http.Request) {
	n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/hop/"))
	Found(fmt.Sprintf("https://%s/hop/%d", discoverHost, n+1))(c, r)
}

// renamesOnAndOn answers each question with the next address to ask about.
func renamesOnAndOn(c *Conn, r *http.Request) {
	question, _ := io.ReadAll(io.LimitReader(r.Body, 4096))
	_, address, _ := strings.Cut(string(question), "<EMailAddress>alice")
	number, _, _ := strings.Cut(address, "@")
	n, _ := strconv.Atoi(number) // none at first
	XML(poxAccount("<Action>redirectAddr</Action>", fmt.Sprintf("<RedirectAddr>alice%d@example.com</RedirectAddr>", n+1)))(c, r)
}

// deepAnswer is an answer that is nothing but depth.
func deepAnswer(depth int) string {
	return poxAccount(strings.Repeat("<a>", depth), strings.Repeat("</a>", depth))
}

// billionLaughs is a document that grows as its entities are put in.
const billionLaughs = `<?xml version="1.0"?>
<!DOCTYPE Autodiscover [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<Autodiscover>&c;</Autodiscover>
`

// autodiscoverHostile is what a service might do to whoever asks it.
func autodiscoverHostile() []Scenario {
	return []Scenario{
		provider("autodiscover-endless", "the answer of Autodiscover never ends", "http.too-large", autodiscover(EndlessBody)),
		provider("autodiscover-gzip-bomb", "the answer of Autodiscover decompresses to 64 MiB", "http.too-large", autodiscover(GzipBomb(64<<20))),
		provider("autodiscover-drip", "the answer of Autodiscover comes one byte a second", "autodiscover.unreachable",
			autodiscover(DripBody(poxSettings(), time.Second))),
		provider("autodiscover-entities", "the answer of Autodiscover defines entities that grow", "autodiscover.malformed", autodiscover(XML(billionLaughs))),
		provider("autodiscover-nested", "the answer of Autodiscover is nested a thousandfold", "autodiscover.malformed", autodiscover(XML(deepAnswer(1000)))),
		provider("autodiscover-talkative", "the error message of Autodiscover is as long as a book", "autodiscover.error-code",
			autodiscover(poxError(603, strings.Repeat("Why? ", 100_000)))),
		provider("autodiscover-far", "Autodiscover sends on and on", "http.too-many-redirects",
			autodiscoverRoutes(map[string]Reply{"*": sendsOnAndOn})),
		provider("autodiscover-renames", "Autodiscover gives one address after the other", "autodiscover.redirect-address http.too-many-redirects",
			autodiscover(renamesOnAndOn)),
		provider("autodiscover-no-address", "Autodiscover sends to an address that is none", "autodiscover.malformed",
			autodiscover(XML(poxAccount("<Action>redirectAddr</Action>", "<RedirectAddr>alice at example</RedirectAddr>")))),
		provider("autodiscover-to-http", "Autodiscover redirects to http", "http.to-unencrypted", exampleSends("http://mail.example.com"+poxPath)),
		provider("autodiscover-to-address", "Autodiscover redirects to an IP address", "http.redirect-refused", exampleSends("https://192.0.2.91"+poxPath)),
		provider("autodiscover-to-port", "Autodiscover redirects to another port", "http.redirect-refused", exampleSends("https://mail.example.com:8443"+poxPath)),
		provider("autodiscover-to-inside", "Autodiscover redirects to a name that only the network inside can know", "http.redirect-refused", exampleSends("https://exchange"+poxPath)),
		provider("autodiscover-http-to-http", "the redirect of Autodiscover over http stays with http", "autodiscover.unreachable http.redirect-refused",
			overHTTP(Found("http://mail.example.com"+poxPath))),
		provider("exchange-bomb", "the answer of version 2 decompresses to 64 MiB", "autodiscover.unauthorized http.too-large",
			autodiscoverRoutes(map[string]Reply{poxPath: Autodiscover(exchangeLogin), v2Path: GzipBomb(64 << 20)})),
		provider("exchange-url", "version 2 names a URL without https", "autodiscover.bad-section autodiscover.unauthorized",
			autodiscoverRoutes(map[string]Reply{poxPath: Autodiscover(exchangeLogin), v2Path: JSON(`{"Protocol":"ActiveSync","Url":"http://mail.example.com/Microsoft-Server-ActiveSync"}`)})),
		provider("exchange-to-address", "version 2 redirects to an IP address", "autodiscover.unauthorized http.redirect-refused",
			autodiscoverRoutes(map[string]Reply{poxPath: Autodiscover(exchangeLogin), v2Path: versionTwoSends("192.0.2.91")})),
	}
}
