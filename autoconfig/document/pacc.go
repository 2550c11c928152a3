package document

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// PACC is a document of draft-ietf-mailmaint-pacc, as far as it is about servers.
type PACC struct {
	Root      *Value // the whole of it, for whoever judges it
	Draft     string // the draft whose spelling it follows: "-02", "-03", both, or empty
	protocols map[string]json.RawMessage
	auth      map[string]json.RawMessage
	entries   *Value // protocols, with their places
}

// ParsePACC reads a document. Unknown keys are ignored. The error is an
// occurrence of pacc.malformed and says where.
func ParsePACC(body []byte) (*PACC, error) {
	if len(body) > MaxConfig {
		return nil, checks.PACCMalformed.Errorf("larger than %d bytes", MaxConfig)
	}
	root, err := ParseJSON(body)
	if err != nil {
		return nil, checks.PACCMalformed.Errorf("%w", err)
	}
	var top map[string]json.RawMessage // maps, since JSON keys have case and Go's fields have not
	if err := json.Unmarshal(body, &top); err != nil || top == nil {
		return nil, checks.PACCMalformed.Errorf("line 1: the document is not a JSON object")
	}
	entries := root.Get("protocols")
	p := &PACC{Root: root, entries: entries}
	if err := json.Unmarshal(top["protocols"], &p.protocols); err != nil || p.protocols == nil {
		return nil, checks.PACCMalformed.Errorf("line %d: there is no object \"protocols\"", cmp.Or(entries, root).Line)
	}
	_ = json.Unmarshal(top["authentication"], &p.auth) // optional: without it a client asks the server
	old, current := p.protocols["smtp"] != nil, p.protocols["submit"] != nil
	switch {
	case old && current:
		p.Draft = "-02 and -03"
	case old:
		p.Draft = "-02"
	case current:
		p.Draft = "-03"
	}
	return p, nil
}

// paccHosts are the keys of text protocols: TLS from the first byte on the
// registered port, but for ManageSieve, which has no such port.
var paccHosts = []struct {
	key      string
	protocol mailcheck.Protocol
	security mailcheck.Security
}{
	{"imap", mailcheck.IMAP, mailcheck.ImplicitTLS},
	{"pop3", mailcheck.POP3, mailcheck.ImplicitTLS},
	{"submit", mailcheck.Submission, mailcheck.ImplicitTLS}, // draft -03
	{"smtp", mailcheck.Submission, mailcheck.ImplicitTLS},   // draft -02
	{"managesieve", mailcheck.Sieve, mailcheck.StartTLS},
}

// paccURLs are the keys of protocols over HTTPS. The draft wants a path for all
// but JMAP.
var paccURLs = []struct {
	key      string
	protocol mailcheck.Protocol
	path     bool
}{
	{"jmap", mailcheck.JMAP, false},
	{"caldav", mailcheck.CalDAV, true},
	{"carddav", mailcheck.CardDAV, true},
}

// Servers returns the servers that the document names for an address, and what is
// wrong with the entries it left out.
func (p *PACC) Servers(a mailcheck.Address) (servers []mailcheck.Server, problems []Problem) {
	add := func(key string, server mailcheck.Server, err error) {
		if err != nil {
			problems = append(problems, Problem{checks.PACCBadEntry, p.entries.Get(key).Line, key, mailcheck.Evidencef("%s: %v", key, err)})
			return
		}
		for _, known := range servers {
			if known.Key() == server.Key() {
				return // both spellings of one server
			}
		}
		server.Username, server.Auth = a.Username(), p.methods()
		servers = append(servers, server)
	}
	for _, entry := range paccHosts {
		if raw, ok := p.protocols[entry.key]; ok {
			host, err := paccHost(raw)
			port := mailcheck.DefaultPort(entry.protocol, entry.security)
			add(entry.key, mailcheck.Server{Protocol: entry.protocol, Host: host, Port: port, Security: entry.security}, err)
		}
	}
	for _, entry := range paccURLs {
		if raw, ok := p.protocols[entry.key]; ok {
			server, err := paccURL(entry.protocol, raw, entry.path)
			add(entry.key, server, err)
		}
	}
	return servers, problems
}

// paccHost reads {"host": "imap.example.com"}.
func paccHost(raw json.RawMessage) (string, error) {
	var entry map[string]json.RawMessage
	var host string
	if json.Unmarshal(raw, &entry) != nil || json.Unmarshal(entry["host"], &host) != nil || host == "" {
		return "", errors.New("\"host\" is missing or is no text")
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 && strings.Trim(host[i+1:], "0123456789") == "" {
		return "", fmt.Errorf("%q has a port, which the document must not name", host)
	}
	return mailcheck.ParseHost(host)
}

// paccURL reads {"url": "https://mail.example.com/dav/"}.
func paccURL(p mailcheck.Protocol, raw json.RawMessage, path bool) (mailcheck.Server, error) {
	var entry map[string]json.RawMessage
	var text string
	if json.Unmarshal(raw, &entry) != nil || json.Unmarshal(entry["url"], &text) != nil || text == "" {
		return mailcheck.Server{}, errors.New("\"url\" is missing or is no text")
	}
	if u, err := url.Parse(text); err == nil && u.Port() != "" {
		return mailcheck.Server{}, fmt.Errorf("%q has a port, which the document must not name", text)
	} else if err == nil && path && u.Path == "" {
		return mailcheck.Server{}, fmt.Errorf("%q has no path", text)
	}
	return mailcheck.ParseWebServer(p, text)
}

// methods names the ways to log in, in the words of Mail Autoconfig.
func (p *PACC) methods() []string {
	var methods []string
	if _, ok := p.auth["oauth-public"]; ok {
		methods = append(methods, "OAuth2")
	}
	if strings.TrimSpace(string(p.auth["password"])) == "true" {
		methods = append(methods, "password-cleartext")
	}
	return methods
}
