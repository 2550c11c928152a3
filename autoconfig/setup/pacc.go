package setup

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/setup/sheet"
)

// pacc is a document of draft-ietf-mailmaint-pacc, and the record in DNS with its digest.
var pacc = Format{
	Name: "pacc", Doc: "PACC document for the web server, and its digest for DNS",
	Place: mailcheck.Textf("user-agent-configuration.json on the web server, byte for byte, as https://ua-auto-config.DOMAIN/.well-known/user-agent-configuration.json; the records of pacc.zone in the domain's zone"),
	Next:  mailcheck.Textf("first the document, then the record of its digest; when both are served: mailcheck discover DOMAIN"),
	Asks:  mailcheck.Textf("nothing; programs that read the document ask for the address and the password alone"),
	Proof: mailcheck.Textf("mailcheck lint; openssl; of the record named-checkzone and NSD; no mail program"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Logins: []Login{Password, OAuth2}, Issuer: true, Domain: true, Folder: true, Each: true,
	Against: notForPACC,
	Write:   writePACC,
}

// notForPACC refuses what the document cannot say: it has a host name for each protocol, and
// the rest is agreed.
func notForPACC(s Server) mailcheck.Text {
	switch {
	case !s.Implicit() || s.Port != mailcheck.DefaultPort(s.Protocol, mailcheck.ImplicitTLS):
		return mailcheck.Textf("a PACC document stands for TLS from the first byte on the usual port")
	case s.IsIP():
		return mailcheck.Textf("a PACC document has host names, and the server has none")
	case s.Template != "%EMAILADDRESS%":
		return mailcheck.Textf("a PACC document has no user names, so that programs give the address, and not %s", s.Template)
	}
	return mailcheck.Text{}
}

type paccDocument struct {
	Protocols      paccProtocols      `json:"protocols"`
	Authentication paccAuthentication `json:"authentication"`
	Info           paccInfo           `json:"info"`
}

type paccProtocols struct {
	IMAP   *paccHost `json:"imap,omitempty"`
	POP3   *paccHost `json:"pop3,omitempty"`
	Submit *paccHost `json:"submit,omitempty"` // in draft 03
	SMTP   *paccHost `json:"smtp,omitempty"`   // in draft 02, which is in use too
}

type paccHost struct {
	Host string `json:"host"`
}

type paccAuthentication struct {
	OAuth    *paccIssuer `json:"oauth-public,omitempty"`
	Password bool        `json:"password"`
}

type paccIssuer struct {
	Issuer string `json:"issuer"`
}

type paccInfo struct {
	Provider paccProvider `json:"provider"`
}

type paccProvider struct {
	Name      string `json:"name"`
	ShortName string `json:"shortName"`
}

// writePACC writes the document, which has no place for a comment, and with the digest the
// records that go with it.
func writePACC(a Account, out *sheet.Set) {
	name := a.Address.Unicode()
	d := paccDocument{Info: paccInfo{paccProvider{atMost(60, name), atMost(20, name)}}}
	for _, s := range slices.Concat(a.Reading, a.Sending) {
		host := &paccHost{s.Host}
		switch s.Protocol {
		case mailcheck.IMAP:
			d.Protocols.IMAP = host
		case mailcheck.POP3:
			d.Protocols.POP3 = host
		case mailcheck.Submission:
			d.Protocols.Submit, d.Protocols.SMTP = host, host
		}
		d.Authentication.Password = d.Authentication.Password || slices.Contains(s.Logins, Password)
		if slices.Contains(s.Logins, OAuth2) {
			d.Authentication.OAuth = &paccIssuer{a.issuer}
		}
	}

	f := out.Text("pacc.zone", sheet.Shared, zoneWord).Mark(";")
	digest := sha256.Sum256(out.JSON("user-agent-configuration.json", d))
	domain := a.Address.Domain
	f.Comments(a.Warnings)
	f.Line("; Records for the zone of %s. Programs that know PACC (draft-ietf-mailmaint-pacc) fetch", domain)
	f.Line("; https://ua-auto-config.%s/.well-known/user-agent-configuration.json", domain)
	f.Line("; and believe it if it has this digest. The document must be served as it is: whoever changes")
	f.Line("; a byte of it has to change the record, too.")
	f.Line("_ua-auto-config.%s. 3600 IN TXT \"v=UAAC1; a=sha256; d=%s\"", domain, base64.StdEncoding.EncodeToString(digest[:]))
	f.Line("; Put the name of the web server in the place of WEBSERVER, and take the semicolon away:")
	f.Line(";ua-auto-config.%s. 3600 IN CNAME WEBSERVER.", domain)
}

// issuer returns the first OAuth2 issuer that is published in a way that nobody can forge,
// and that a document can name (RFC 8414 section 2); empty if there is none.
func issuer(r *mailcheck.Report) string {
	for _, source := range r.Sources {
		for _, o := range source.OAuth {
			u, err := url.Parse(o.Issuer)
			if err == nil && o.Vouched && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" && mailcheck.Printable(o.Issuer) {
				return o.Issuer
			}
		}
	}
	return ""
}
