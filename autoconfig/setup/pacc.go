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
	Logins: []Login{Password, OAuth2}, Issuer: true, Domain: true, Folder: true, Each: true, Zone: true,
	Around:  []mailcheck.Protocol{mailcheck.CalDAV, mailcheck.CardDAV, mailcheck.JMAP, mailcheck.Sieve},
	Against: notForPACC,
	Write:   writePACC,
}

// notForPACC refuses what the document cannot say: it has a host name for each protocol, and
// the rest is agreed.
func notForPACC(s Server) mailcheck.Text {
	filters := s.Protocol == mailcheck.Sieve
	switch {
	case filters && (s.Implicit() || s.Port != mailcheck.DefaultPort(s.Protocol, mailcheck.StartTLS)):
		return mailcheck.Textf("for filters a PACC document stands for STARTTLS on the usual port")
	case !filters && (!s.Implicit() || s.Port != mailcheck.DefaultPort(s.Protocol, mailcheck.ImplicitTLS)):
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

	JMAP    *paccURL  `json:"jmap,omitempty"`
	CalDAV  *paccURL  `json:"caldav,omitempty"`
	CardDAV *paccURL  `json:"carddav,omitempty"`
	Sieve   *paccHost `json:"managesieve,omitempty"`
}

type paccURL struct {
	URL string `json:"url"`
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
	Help     *paccHelp    `json:"help,omitempty"`
}

type paccHelp struct {
	Documentation string `json:"documentation"`
}

type paccProvider struct {
	Name      string `json:"name"`
	ShortName string `json:"shortName"`
}

// writePACC writes the document, which has no place for a comment, and with the digest the
// records that go with it.
func writePACC(a Account, out *sheet.Set) {
	domain := a.Address.Domain
	f := out.Text("pacc.zone", sheet.Shared, zoneWord).Mark(";")
	f.Comments(a.Warnings)
	digest := digestOf(out.JSON(paccName, paccOf(a)))
	z := newZoneText(f, a)
	f.Line("; Programs that know PACC (draft-ietf-mailmaint-pacc) fetch")
	f.Line("; https://ua-auto-config.%s/.well-known/user-agent-configuration.json", domain)
	f.Line("; and believe it if it has this digest. The document must be served as it is: whoever changes")
	f.Line("; a byte of it has to change the record, too.")
	z.put([]record{{kind: hasDigest, name: "_ua-auto-config." + domain, value: digest}}, "The digest of the document")
	if !z.changes {
		f.Line("; Put the name of the web server in the place of WEBSERVER, and take the semicolon away:")
		f.Line(";ua-auto-config.%s. 3600 IN CNAME WEBSERVER.", domain)
	}
	z.end(out)
}

// paccName is the name of the document on the web server.
const paccName = "user-agent-configuration.json"

// digestOf returns the digest of a document as its record has it.
func digestOf(body []byte) string {
	digest := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(digest[:])
}

// paccOf returns the document of an account.
func paccOf(a Account) paccDocument {
	name := a.Address.Unicode()
	d := paccDocument{Info: paccInfo{Provider: paccProvider{atMost(60, name), atMost(20, name)}}}
	if i := slices.IndexFunc(a.Links, func(l mailcheck.Link) bool { return l.Kind == mailcheck.Documentation }); i >= 0 {
		d.Info.Help = &paccHelp{a.Links[i].URL}
	}
	for _, s := range a.servers() {
		host := &paccHost{s.Host}
		switch s.Protocol {
		case mailcheck.IMAP:
			d.Protocols.IMAP = host
		case mailcheck.POP3:
			d.Protocols.POP3 = host
		case mailcheck.Submission:
			d.Protocols.Submit, d.Protocols.SMTP = host, host
		case mailcheck.JMAP:
			d.Protocols.JMAP = &paccURL{s.Place()}
		case mailcheck.CalDAV:
			d.Protocols.CalDAV = &paccURL{s.Place()}
		case mailcheck.CardDAV:
			d.Protocols.CardDAV = &paccURL{s.Place()}
		case mailcheck.Sieve:
			d.Protocols.Sieve = host
		}
		d.Authentication.Password = d.Authentication.Password || slices.Contains(s.Logins, Password)
		if slices.Contains(s.Logins, OAuth2) {
			d.Authentication.OAuth = &paccIssuer{a.issuer}
		}
	}
	return d
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
