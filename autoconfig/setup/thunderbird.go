package setup

import (
	"encoding/xml"

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
	Write: writeThunderbird,
}

// writeThunderbird writes all servers, since each client takes the first that it can
// use. Each section has all fields: Thunderbird for Android drops a file over one
// incomplete section.
func writeThunderbird(a Account, out *sheet.Set) {
	name := a.Address.Unicode()
	provider := xmlProvider{ID: a.Address.Domain, Domain: a.Address.Domain, DisplayName: atMost(60, name), ShortName: atMost(20, name)}
	for _, s := range a.Reading {
		provider.Incoming = append(provider.Incoming, xmlSection(string(s.Protocol), s))
	}
	for _, s := range a.Sending {
		provider.Outgoing = append(provider.Outgoing, xmlSection("smtp", s))
	}
	out.XML("config-v1.1.xml", a.Warnings, xmlConfig{Version: "1.2", Provider: provider})
}

type xmlConfig struct {
	XMLName  xml.Name    `xml:"clientConfig"`
	Version  string      `xml:"version,attr"`
	Provider xmlProvider `xml:"emailProvider"`
}

type xmlProvider struct {
	ID          string      `xml:"id,attr"`
	Domain      string      `xml:"domain"`
	DisplayName string      `xml:"displayName"`
	ShortName   string      `xml:"displayShortName"`
	Incoming    []xmlServer `xml:"incomingServer"`
	Outgoing    []xmlServer `xml:"outgoingServer"`
}

type xmlServer struct {
	Type       string  `xml:"type,attr"`
	Hostname   string  `xml:"hostname"`
	Port       uint16  `xml:"port"`
	SocketType string  `xml:"socketType"`
	Auth       []Login `xml:"authentication"`
	Username   string  `xml:"username"`
}

func xmlSection(kind string, s Server) xmlServer {
	return xmlServer{kind, s.Host, s.Port, document.SocketType(s.Security), s.Logins, s.Template}
}

// atMost cuts a name to the length that the draft allows, in characters.
func atMost(n int, name string) string {
	if runes := []rune(name); len(runes) > n {
		return string(runes[:n])
	}
	return name
}
