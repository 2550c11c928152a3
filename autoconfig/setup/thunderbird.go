package setup

import (
	"encoding/xml"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/setup/sheet"
)

// thunderbird is a settings file of Mail Autoconfig, version 1.2
// (draft-ietf-mailmaint-autoconfig section 3). Names stand as placeholders, so that
// the file serves every user of the domain.
var thunderbird = Format{
	Name: "thunderbird", Doc: "config-v1.1.xml for all that read Mail Autoconfig, K-9 too",
	Place: mailcheck.Textf("the domain's web server, as https://autoconfig.DOMAIN/mail/config-v1.1.xml; for one computer isp/DOMAIN.xml in the folder where Thunderbird is installed"),
	Next:  mailcheck.Textf("add the account in Thunderbird, with name and address; it finds the file by itself"),
	Asks:  mailcheck.Textf("the password, when the account is added"),
	Proof: mailcheck.Textf("mailcheck lint; Thunderbird, at a web server"),
	Reads: []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}, Sends: true,
	Logins: []Login{Password, Challenge, OAuth2}, Domain: true, All: true,
	Around: []mailcheck.Protocol{mailcheck.CalDAV, mailcheck.CardDAV, mailcheck.JMAP, mailcheck.Sieve},
	Write:  writeThunderbird,
}

// writeThunderbird writes all servers, since each client takes the first that it can
// use. Each section has all fields: Thunderbird for Android drops a file over one
// incomplete section. JMAP stands behind the mail servers that older clients know, some of
// which take the first section whatever its type.
func writeThunderbird(a Account, out *sheet.Set) {
	name := a.Address.Unicode()
	config := xmlConfig{Version: "1.2", OAuth: xmlIssuers(a)}
	provider := &config.Provider
	*provider = xmlProvider{ID: a.Address.Domain, Domain: a.Address.Domain, DisplayName: atMost(60, name), ShortName: atMost(20, name)}
	for _, s := range a.Reading {
		provider.Incoming = append(provider.Incoming, xmlSection(string(s.Protocol), s))
	}
	for _, s := range a.Sending {
		provider.Outgoing = append(provider.Outgoing, xmlSection("smtp", s))
	}
	for _, s := range a.Around {
		switch s.Protocol {
		case mailcheck.JMAP:
			provider.Incoming = append(provider.Incoming, xmlService("jmap", s))
		case mailcheck.CalDAV:
			config.Calendars = append(config.Calendars, xmlService("caldav", s))
		case mailcheck.CardDAV:
			config.Contacts = append(config.Contacts, xmlService("carddav", s))
		case mailcheck.Sieve:
			config.Filters = append(config.Filters, xmlSection("managesieve", s))
		}
	}
	for _, link := range a.Links {
		switch {
		case link.Kind == mailcheck.Documentation:
			provider.Documentation = append(provider.Documentation, xmlLink{link.URL})
		case link.Kind == mailcheck.Webmail && config.Webmail == nil:
			config.Webmail = &xmlLink{link.URL}
		}
	}
	out.XML("config-v1.1.xml", a.Warnings, config)
}

type xmlConfig struct {
	XMLName   xml.Name    `xml:"clientConfig"`
	Version   string      `xml:"version,attr"`
	Provider  xmlProvider `xml:"emailProvider"`
	Contacts  []xmlServer `xml:"addressbook"`
	Calendars []xmlServer `xml:"calendar"`
	Filters   []xmlServer `xml:"setupServer"`
	OAuth     []xmlOAuth  `xml:"oAuth2"`
	Webmail   *xmlLink    `xml:"webMail>loginPage"` // from before the draft
}

type xmlProvider struct {
	ID            string      `xml:"id,attr"`
	Domain        string      `xml:"domain"`
	DisplayName   string      `xml:"displayName"`
	ShortName     string      `xml:"displayShortName"`
	Incoming      []xmlServer `xml:"incomingServer"`
	Outgoing      []xmlServer `xml:"outgoingServer"`
	Documentation []xmlLink   `xml:"documentation"`
}

type xmlServer struct {
	Type       string     `xml:"type,attr"`
	URL        string     `xml:"url,omitempty"`
	Hostname   string     `xml:"hostname,omitempty"`
	Port       uint16     `xml:"port,omitempty"`
	SocketType string     `xml:"socketType,omitempty"`
	Auth       []xmlLogin `xml:"authentication"`
	Username   string     `xml:"username"`
}

type xmlLogin struct {
	System string `xml:"system,attr,omitempty"` // http where it is a scheme of HTTP
	Way    string `xml:",chardata"`
}

type xmlLink struct {
	URL string `xml:"url,attr"`
}

type xmlOAuth struct {
	Issuer   string `xml:"issuer"`
	Scope    string `xml:"scope,omitempty"`
	AuthURL  string `xml:"authURL"`
	TokenURL string `xml:"tokenURL"`
}

func xmlSection(kind string, s Server) xmlServer {
	section := xmlServer{Type: kind, Hostname: s.Host, Port: s.Port, SocketType: document.SocketType(s.Security), Username: s.Template}
	for _, way := range s.Logins {
		section.Auth = append(section.Auth, xmlLogin{Way: string(way)})
	}
	return section
}

// xmlService writes a service over HTTPS. The draft's schema and its example have two
// spellings for a password; who reads one does not stumble over the other.
func xmlService(kind string, s Server) xmlServer {
	section := xmlServer{Type: kind, URL: s.Place(), Username: s.Template}
	for _, way := range s.Logins {
		switch {
		case way == OAuth2:
			section.Auth = append(section.Auth, xmlLogin{Way: string(way)})
		case s.Offers("BASIC"):
			section.Auth = append(section.Auth, xmlLogin{"http", "Basic"}, xmlLogin{"", "http-basic"})
		default:
			section.Auth = append(section.Auth, xmlLogin{"http", "Digest"}, xmlLogin{"", "http-digest"})
		}
	}
	return section
}

// xmlIssuers says where to sign in, if any server wants that. An issuer is its host name
// where its URL has nothing else, as the draft's example has it.
func xmlIssuers(a Account) (all []xmlOAuth) {
	if !slices.ContainsFunc(a.servers(), func(s Server) bool { return slices.Contains(s.Logins, OAuth2) }) {
		return nil
	}
	for _, o := range a.OAuth {
		issuer := o.Issuer
		if host, ok := strings.CutPrefix(strings.TrimSuffix(issuer, "/"), "https://"); ok && !strings.Contains(host, "/") {
			issuer = host
		}
		all = append(all, xmlOAuth{issuer, strings.Join(o.Scopes, " "), o.AuthURL, o.TokenURL})
	}
	return all
}

// atMost cuts a name to the length that the draft allows, in characters.
func atMost(n int, name string) string {
	if runes := []rune(name); len(runes) > n {
		return string(runes[:n])
	}
	return name
}
