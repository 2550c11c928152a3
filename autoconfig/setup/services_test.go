package setup

import (
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/autoconfig/document"
)

// service is a service around the mail that was tested.
func service(p mailcheck.Protocol, path, user string, mechanisms ...string) mailcheck.ServerResult {
	r := result(fmt.Sprintf("%ss://dav.example.com:443", p), mailcheck.Pass, mechanisms...)
	r.PasswordOK = r.PasswordOK || slices.Contains(mechanisms, "BASIC")
	r.Path, r.Username = path, user
	return r
}

// services is an account with everything around the mail.
func services(user string) *mailcheck.Report {
	sieve := result("sieve://sieve.example.com:4190", mailcheck.Pass, "PLAIN")
	sieve.Username = user
	return account(
		result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"),
		result("pop3s://pop.example.com:995", mailcheck.Pass, "PLAIN"),
		result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"),
		service(mailcheck.CalDAV, "/dav/a%20b/", user, "BASIC"),
		service(mailcheck.CardDAV, "/dav/contacts/", user, "BASIC"),
		service(mailcheck.JMAP, "/.well-known/jmap", user, "BASIC"),
		sieve,
	)
}

// everything is all that a file can hold.
func everything() *mailcheck.Report {
	r := smallProvider()
	for _, s := range services("alice@example.com").Servers {
		if !s.Protocol.Reads() && !s.Protocol.Sends() {
			r.Servers = append(r.Servers, s)
			r.Settings = append(r.Settings, mailcheck.Setting{Server: s.Server, Verdict: s.Verdict})
		}
	}
	return r
}

// forMail are the formats for programs that read or send mail.
func forMail() []Format {
	return slices.DeleteFunc(slices.Clone(Formats), func(f Format) bool { return !f.isMail() })
}

// withoutMail takes the mail servers out of a report.
func withoutMail(r *mailcheck.Report) *mailcheck.Report {
	r.Settings = slices.DeleteFunc(r.Settings, func(s mailcheck.Setting) bool { return s.Protocol.Reads() || s.Protocol.Sends() })
	return r
}

// webService is what a program takes from a URL.
func webService(p mailcheck.Protocol, address, user string, auth ...string) (mailcheck.Server, error) {
	s, err := mailcheck.ParseWebServer(p, address)
	return mailcheck.Server{Protocol: p, Host: s.Host, Port: s.Port, Security: s.Security, Path: s.Path, Username: user, Auth: auth}, err
}

// configServices reads the sections of a settings file that are not of mail servers.
func configServices(body []byte, a mailcheck.Address) ([]mailcheck.Server, error) {
	type section struct {
		Type, URL, Hostname, SocketType, Username string
		Port                                      uint16
		Auth                                      []struct {
			System string `xml:"system,attr"`
			Way    string `xml:",chardata"`
		} `xml:"authentication"`
	}
	var config struct {
		Calendars []section `xml:"calendar"`
		Contacts  []section `xml:"addressbook"`
		Filters   []section `xml:"setupServer"`
		Incoming  []struct {
			Kind string `xml:"type,attr"`
			section
		} `xml:"emailProvider>incomingServer"`
	}
	if err := xml.Unmarshal([]byte(strings.NewReplacer("<url>", "<URL>", "</url>", "</URL>", "username>", "Username>", "hostname>", "Hostname>", "socketType>", "SocketType>", "port>", "Port>").Replace(string(body))), &config); err != nil {
		return nil, err
	}
	var all []mailcheck.Server
	var failed error
	user := func(s section) string {
		if name := document.Expand(s.Username, a); a.Local != "" || !document.Unfilled(name) {
			return name
		}
		return ""
	}
	web := func(p mailcheck.Protocol, sections ...section) {
		for _, s := range sections {
			basic := slices.ContainsFunc(s.Auth, func(auth struct {
				System string `xml:"system,attr"`
				Way    string `xml:",chardata"`
			}) bool {
				return auth.System == "http" && auth.Way == "Basic"
			})
			server, err := webService(p, s.URL, user(s), string(Password))
			if err != nil || !basic {
				failed = fmt.Errorf("the section %+v: %v", s, err)
			}
			all = append(all, server)
		}
	}
	web(mailcheck.CalDAV, config.Calendars...)
	web(mailcheck.CardDAV, config.Contacts...)
	for _, in := range config.Incoming {
		if in.Kind == "jmap" {
			web(mailcheck.JMAP, in.section)
		}
	}
	for _, s := range config.Filters {
		all = append(all, mailcheck.Server{Protocol: mailcheck.Sieve, Host: s.Hostname, Port: s.Port, Security: document.SocketTypes[s.SocketType], Username: user(s), Auth: []string{s.Auth[0].Way}})
	}
	return all, failed
}

// profileServices reads the payloads that are not of mail servers.
func profileServices(payloads []map[string]any) (all []mailcheck.Server, err error) {
	for _, payload := range payloads {
		kind := map[any]string{"com.apple.caldav.account": "CalDAV", "com.apple.carddav.account": "CardDAV"}[payload["PayloadType"]]
		text := func(key string) string { s, _ := payload[kind+key].(string); return s }
		if payload[kind+"UseSSL"] != true || kind == "" {
			return nil, fmt.Errorf("the payload %v", payload)
		}
		path := text("PrincipalURL")
		if path == "" {
			path = "/.well-known/" + strings.ToLower(kind)
		}
		s, err := webService(mailcheck.Protocol(strings.ToLower(kind)), fmt.Sprintf("https://%s:%d%s", text("HostName"), payload[kind+"Port"], path), text("Username"), string(Password))
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// shownServices are the titles of services on a page for people.
var shownServices = map[string]mailcheck.Protocol{
	"Calendars (CalDAV)": mailcheck.CalDAV, "Contacts (CardDAV)": mailcheck.CardDAV,
	"Mail in programs that know JMAP": mailcheck.JMAP, "Filters on the server (ManageSieve)": mailcheck.Sieve,
}

func shownService(p mailcheck.Protocol, asks map[string]string, a mailcheck.Address) (mailcheck.Server, error) {
	if p == mailcheck.Sieve {
		s, err := shownServer("", asks, a)
		s.Protocol = p
		return s, err
	}
	user := asks["User name"]
	if a.Local == "" && user == "your e-mail address" {
		user = ""
	}
	return webService(p, asks["Address (URL)"], user, string(Password))
}

// readVdirsyncer reads the file as Python's configparser does, with a JSON value behind
// each key.
func readVdirsyncer(made Setup, _ mailcheck.Address) (told, error) {
	sections := map[string]map[string]string{}
	name := ""
	for line := range strings.Lines(string(made.Files[0].Body())) {
		line = strings.TrimSuffix(line, "\n")
		switch key, value, ok := strings.Cut(line, " = "); {
		case line == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			name = strings.Trim(line, "[]")
			sections[name] = map[string]string{}
		case !ok:
			return told{}, fmt.Errorf("the line %q", line)
		default:
			sections[name][key] = value
		}
	}
	var t told
	for _, kind := range []string{"calendars", "contacts"} {
		pair, there := sections["pair "+kind], sections["storage "+kind+"_there"]
		if pair == nil {
			continue
		}
		var values []string
		for _, key := range []string{"type", "url", "username"} {
			value, err := cValue(there[key])
			if err != nil {
				return told{}, err
			}
			values = append(values, value)
		}
		if pair["b"] != `"`+kind+`_there"` || !strings.HasPrefix(there["password.fetch"], `["command", "secret-tool", "lookup", `) || there["verify"] != "" {
			return told{}, fmt.Errorf("the pair %v, %v", pair, there)
		}
		s, err := webService(mailcheck.Protocol(values[0]), values[1], values[2], string(Password))
		if err != nil {
			return told{}, err
		}
		t.servers = append(t.servers, s)
	}
	if len(t.servers) == 0 {
		return told{}, errors.New("no pair")
	}
	return t, nil
}

// What a password alone opens needs no OAuth2, and what wants OAuth2 alone says where to sign in.
func TestThunderbirdOAuth(t *testing.T) {
	r := account(result("imaps://imap.example.com:993", mailcheck.Pass, "XOAUTH2"), result("submissions://smtp.example.com:465", mailcheck.Pass, "OAUTHBEARER"))
	signIn := mailcheck.OAuth{Issuer: "https://login.example.com", AuthURL: "https://login.example.com/auth", TokenURL: "https://login.example.com/token", Scopes: []string{"mail", "offline_access"}, Vouched: true}
	realm, forged := signIn, signIn
	realm.Issuer, forged.Issuer, forged.Vouched = "https://auth.example.com/realms/mail", "https://forged.example.com", false
	r.Sources = []mailcheck.SourceResult{{OAuth: []mailcheck.OAuth{signIn, realm, forged}}}
	text := write(t, r)
	for _, want := range []string{"<issuer>login.example.com</issuer>", "<scope>mail offline_access</scope>", "<authURL>https://login.example.com/auth</authURL>", "<tokenURL>https://login.example.com/token</tokenURL>", "<issuer>https://auth.example.com/realms/mail</issuer>"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "forged") {
		t.Errorf("it has an issuer that anybody can forge:\n%s", text)
	}
	password := smallProvider()
	password.Sources = r.Sources
	password.Settings = slices.DeleteFunc(password.Settings, func(s mailcheck.Setting) bool { return s.Port == 143 })
	if text := write(t, password); strings.Contains(text, "oAuth2") {
		t.Errorf("it says where to sign in, and no server wants that:\n%s", text)
	}
}

// The provider's own pages are in the files that people or programs read, if nobody can
// forge that they are the provider's.
func TestLinks(t *testing.T) {
	r := services("alice@example.com")
	r.Sources = []mailcheck.SourceResult{
		{Links: []mailcheck.Link{{Kind: mailcheck.Documentation, URL: "https://help.example.com/?a=1&b", Vouched: true}, {Kind: mailcheck.Webmail, URL: "https://webmail.example.com/", Vouched: true}}},
		{Links: []mailcheck.Link{{Kind: mailcheck.Documentation, URL: "https://help.example.com/?a=1&b", Vouched: true}, {Kind: mailcheck.Documentation, URL: "https://forged.example.com/"}}},
	}
	for name, want := range map[string][]string{
		"thunderbird": {`<documentation url="https://help.example.com/?a=1&amp;b">`, `<loginPage url="https://webmail.example.com/">`},
		"human":       {"Help: https://help.example.com/?a=1&b", "Mail in the browser: https://webmail.example.com/"},
	} {
		f, _ := ByName(name)
		made, err := f.Make(r, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range want {
			if strings.Count(shown(made), part) != 1 {
				t.Errorf("%s: there is no %s, or several, in\n%s", name, part, shown(made))
			}
		}
		if strings.Contains(shown(made), "forged") {
			t.Errorf("%s has a page that anybody can forge:\n%s", name, shown(made))
		}
	}
}
