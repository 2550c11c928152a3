package lab

import (
	"fmt"
	"strings"
)

const paccHost, paccPath = "ua-auto-config.example.com", "/.well-known/user-agent-configuration.json"

// paccDocument is a document that fits the small provider, in the spelling of
// both drafts.
const paccDocument = `{
  "protocols": {
    "imap": {"host": "imap.example.com"},
    "pop3": {"host": "pop.example.com"},
    "smtp": {"host": "smtp.example.com"},
    "submit": {"host": "smtp.example.com"}
  },
  "authentication": {"password": true},
  "info": {"provider": {"name": "Example Mail", "shortName": "Example"}}
}
`

// pacc publishes a document, or whatever the reply is in its place, with a record
// in DNS.
func pacc(record string, r Reply) change {
	return func(s *Scenario) {
		records("ua-auto-config A 192.0.2.82", record)(s)
		serve(paccHost, 443, TLS(cert(paccHost), HTTP(map[string]Reply{paccPath: r})))(s)
	}
}

// paccOf publishes a document with the digest that fits it.
func paccOf(document string) change { return pacc(paccDigest(document), JSON(document)) }

// protocols returns a document with these entries.
func protocols(entries string) string {
	return fmt.Sprintf("{\"protocols\": {%s}, \"authentication\": {\"password\": true}, \"info\": {\"help\": {\"documentation\": \"https://help.example.com/mail\"}}}\n", entries)
}

func paccDocuments() []Scenario {
	return []Scenario{
		provider("pacc-only", "settings by a PACC document and nothing else", "",
			without("_imaps._tcp", "_pop3s._tcp", "_submissions._tcp", "_submission._tcp"), paccOf(paccDocument)),
		provider("pacc-rollover", "two digests are in DNS while one PACC document takes the place of another", "",
			paccOf(paccDocument), records(`_ua-auto-config TXT "d=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ;x=y; a=sha256;v=UAAC1;"`)),
		provider("pacc-draft-02", "the PACC document has the spelling of the older draft only", "pacc.one-spelling",
			paccOf(protocols(`"imap": {"host": "imap.example.com"}, "smtp": {"host": "smtp.example.com"}`))),
		provider("pacc-draft-03", "the PACC document has the spelling of the newer draft only", "pacc.one-spelling",
			paccOf(protocols(`"imap": {"host": "imap.example.com"}, "submit": {"host": "smtp.example.com"}`))),
		provider("pacc-digest-missing", "the PACC document has no digest in DNS", "pacc.digest-missing", pacc("", JSON(paccDocument))),
		provider("pacc-digest-mismatch", "the PACC document was changed, its digest in DNS was not", "pacc.digest-mismatch",
			pacc(paccDigest(paccDocument), JSON(paccDocument+"\n"))),
		provider("pacc-no-document", "a digest is in DNS, the PACC document is not there", "pacc.no-document", pacc(paccDigest(paccDocument), Status(404))),
		provider("pacc-html", "a digest is in DNS, a web page stands in the PACC document's place", "pacc.html-instead-of-json",
			pacc(paccDigest(paccDocument), HTML("<!DOCTYPE html>\n<html><body>Welcome</body></html>\n"))),
		provider("pacc-malformed", "the PACC document is cut off", "pacc.malformed", paccOf(paccDocument[:120])),
		provider("pacc-too-deep", "the PACC document is nested a hundred levels deep", "pacc.malformed", paccOf(nested(100))),
		provider("pacc-no-servers", "the PACC document names no server", "pacc.no-servers", paccOf(protocols(""))),
		provider("pacc-bad-entry", "an entry of the PACC document names a port", "pacc.bad-entry",
			paccOf(protocols(`"imap": {"host": "imap.example.com:993"}, "smtp": {"host": "smtp.example.com"}, "submit": {"host": "smtp.example.com"}`))),
		provider("pacc-certificate", "a digest is in DNS, the PACC document's web server has no certificate for its name", "autoconfig.certificate",
			records("ua-auto-config A 192.0.2.82", paccDigest(paccDocument)),
			serve(paccHost, 443, TLS(cert("www.example.com"), HTTP(map[string]Reply{paccPath: JSON(paccDocument)})))),
		provider("pacc-unreachable", "a digest is in DNS, the PACC document's web server refuses connections", "autoconfig.unreachable",
			records("ua-auto-config A 192.0.2.82", paccDigest(paccDocument)), host(paccHost, Host{})),
		provider("pacc-wildcard", "a wildcard in DNS leads to a web site that knows nothing of PACC", "",
			records("ua-auto-config A 192.0.2.82"), serve(paccHost, 443, TLS(cert("www.example.com"), HTTP(nil)))),
	}
}

// nested returns a JSON document of lists within lists.
func nested(levels int) string {
	return fmt.Sprintf("{\"protocols\": %s%s}", strings.Repeat("[", levels), strings.Repeat("]", levels))
}
