// Package setup writes the files that mail programs configure themselves from, out of
// the settings that passed their test.
package setup

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
)

// Format is a kind of setup file.
type Format struct {
	Name     string // what --for takes
	Doc      string
	FileName string // what the file is usually called
	Write    func(io.Writer, *mailcheck.Report) error
}

// Formats lists every kind of setup file that can be written.
var Formats = []Format{
	{"thunderbird", "config-v1.1.xml for all that read Mail Autoconfig, K-9 too", "config-v1.1.xml", WriteThunderbird},
}

// ErrNothingUsable says that no setup file can be written, since no server for
// reading mail or none for sending it passed its test.
var ErrNothingUsable = errors.New("no settings passed the test for both reading and sending mail")

// WriteThunderbird writes a settings file of Mail Autoconfig, version 1.2
// (draft-ietf-mailmaint-autoconfig section 3), from the settings that passed,
// best first. Names stand as placeholders, so that the file serves every user of
// the domain. Each section has all fields: Thunderbird for Android drops a file
// over one incomplete section.
func WriteThunderbird(w io.Writer, r *mailcheck.Report) error {
	name := r.Address.Unicode()
	provider := xmlProvider{ID: r.Address.Domain, Domain: r.Address.Domain, DisplayName: atMost(60, name), ShortName: atMost(20, name)}
	for _, setting := range r.Usable() {
		section := xmlServer{
			Type: string(setting.Protocol), Hostname: setting.Host, Port: int(setting.Port),
			SocketType: document.SocketType(setting.Security), Username: document.UsernameTemplate(setting.Username, r.Address),
			Auth: authentication(r.Result(setting.Server)),
		}
		if setting.Security == mailcheck.Plain || len(section.Auth) == 0 {
			continue
		}
		switch {
		case setting.Protocol.Sends():
			section.Type = "smtp"
			provider.Outgoing = append(provider.Outgoing, section)
		case setting.Protocol.Reads():
			provider.Incoming = append(provider.Incoming, section)
		}
	}
	if len(provider.Incoming) == 0 || len(provider.Outgoing) == 0 {
		return ErrNothingUsable
	}
	out, err := xml.MarshalIndent(xmlConfig{Version: "1.2", Provider: provider}, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(out)+"\n")
	return err
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
	Type       string   `xml:"type,attr"`
	Hostname   string   `xml:"hostname"`
	Port       int      `xml:"port"`
	SocketType string   `xml:"socketType"`
	Auth       []string `xml:"authentication"`
	Username   string   `xml:"username"`
}

// atMost cuts a name to the length that the draft allows, in characters.
func atMost(n int, name string) string {
	if runes := []rune(name); len(runes) > n {
		return string(runes[:n])
	}
	return name
}

// authentication names the ways to log in that a server offered inside TLS, in
// the words of Mail Autoconfig, best first. A password in clear is safe inside
// TLS and the one way that every client has; the challenge mechanisms only help
// clients that insist.
func authentication(result mailcheck.ServerResult) []string {
	offered := func(names ...string) bool {
		return slices.ContainsFunc(result.Mechanisms.AfterTLS, func(m string) bool { return slices.Contains(names, m) })
	}
	var methods []string
	if offered("XOAUTH2", "OAUTHBEARER") {
		methods = append(methods, "OAuth2")
	}
	if result.PasswordOK {
		methods = append(methods, "password-cleartext")
	}
	if offered("CRAM-MD5") {
		methods = append(methods, "password-encrypted")
	}
	if len(methods) > 1 && methods[0] == "OAuth2" && !slices.Contains(result.Auth, "OAuth2") {
		// Clients know the OAuth2 service of few providers; unless the provider
		// publishes it, the password comes first.
		methods = append(methods[1:], "OAuth2")
	}
	return methods
}
