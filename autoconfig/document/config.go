// Package document reads what is published about mail accounts, each kind once: the
// settings file of Mail Autoconfig, PACC documents, Autodiscover answers and the names
// of SRV records; and what each mail program's parser makes of a settings file, which
// is called its dialect. All input is hostile: it is bounded in size and depth.
package document

import (
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/lazy"
)

// The bounds of a settings file. Real ones have 3 levels and some kilobytes.
const (
	MaxConfig      = 1 << 20
	maxConfigDepth = 32
	maxConfigNodes = 20000
	MaxProblems    = 20
)

// Config is a settings file of Mail Autoconfig, config-v1.1.xml, as far as mail
// clients use it (draft-ietf-mailmaint-autoconfig section 3).
type Config struct {
	Root        *Node // the whole of it, for whoever judges it
	Line        int   // of emailProvider
	Column      int
	Version     string
	ID          string   // usually the provider's main domain
	Domains     []string // A-labels
	Written     []string // the same as they stand in the file
	DisplayName string
	ShortName   string
	Sections    []Section // in the order of the file, which is the order of preference
	Issuers     []Issuer  // OAuth2 authorization servers
	Links       []mailcheck.Link
}

// Section is one incomingServer or outgoingServer element, as it stands in the file.
type Section struct {
	Line       int
	Column     int
	Outgoing   bool
	Type       string // imap, pop3, smtp; others are for other clients
	Hostname   string
	Port       string
	SocketType string   // SSL, STARTTLS or plain
	Word       string   // the type as it stands; Type is in small letters
	Further    []string // values of socketType after the first, which only some programs look at
	Portless   bool     // there is no element for the port at all
	URL        string   // of servers that are reached over https
	EWSURL     string   // of Exchange's web services, in the older way
	Username   string
	Auth       []string
	Elsewhere  string            // of an outgoing one, the element by which Thunderbird's default server is to be taken instead; empty for none
	Spaced     map[string]string // the values that have spaces around them, with these, by element
}

// Problem is a fault of a settings file.
type Problem struct {
	Check   *checks.Check
	Line    int
	Element string // such as "hostname"
	Text    mailcheck.Text
}

// ParseConfig reads a settings file. Unknown elements and attributes are ignored
// as the draft demands. The error is an occurrence of autoconfig.malformed and
// says where.
func ParseConfig(body []byte) (*Config, error) {
	root, err := parseXML(body)
	if err != nil {
		return nil, checks.AutoconfigMalformed.Errorf("%w", err)
	}
	return configIn(root)
}

// ParseTypedConfig reads a settings file as programs do that allow it a document type.
// What one with declarations of its own makes of the file is not found out: the error
// is then ErrDeclares.
func ParseTypedConfig(body []byte) (*Config, error) {
	root, err := ParseTree(body, AnyType)
	if err != nil {
		return nil, err
	}
	return configIn(root)
}

func configIn(root *Node) (*Config, error) {
	if root.Name != "clientConfig" {
		return nil, checks.AutoconfigMalformed.Errorf("line %d: the outermost element is <%s>, not <clientConfig>", root.Line, root.Name)
	}
	provider := root.Child("emailProvider")
	if provider == nil {
		return nil, checks.AutoconfigMalformed.Errorf("line %d: there is no <emailProvider>", root.Line)
	}
	return ConfigOf(root, provider), nil
}

func ConfigOf(root, provider *Node) *Config {
	c := &Config{
		Root: root,
		Line: provider.Line, Column: provider.Column,
		Version: root.Attr["version"], ID: provider.Attr["id"],
		DisplayName: provider.Text("displayName"), ShortName: provider.Text("displayShortName"),
	}
	c.Links = linksOf(root, provider)
	for _, n := range root.Children {
		if n.Name == "oAuth2" && len(c.Issuers) < MaxIssuers {
			c.Issuers = append(c.Issuers, Issuer{n.Text("issuer"), strings.Fields(n.Text("scope"))})
		}
	}
	for _, n := range provider.Children {
		switch n.Name {
		case "domain":
			c.Domains, c.Written = append(c.Domains, domainOf(n.Content())), append(c.Written, n.Content())
		case "incomingServer", "outgoingServer":
			c.Sections = append(c.Sections, ReadSection(n))
		}
	}
	return c
}

// domainOf returns a domain as A-labels where it is one, since files may have
// either way of writing.
func domainOf(text string) string {
	if d, err := mailcheck.ParseDomain(text); err == nil {
		return d
	}
	return strings.ToLower(text)
}

func ReadSection(n *Node) Section {
	s := Section{
		Line: n.Line, Column: n.Column, Outgoing: n.Name == "outgoingServer", Type: strings.ToLower(n.Attr["type"]),
		Hostname: n.Text("hostname"), Port: n.Text("port"), SocketType: n.Text("socketType"), Username: n.Text("username"),
	}
	for _, a := range n.Children {
		if a.Name == "authentication" {
			s.Auth = append(s.Auth, a.Content())
		}
	}
	if n := Preferred(n); n != nil {
		s.Elsewhere = n.Name
	}
	s.Spaced = spaced(n)
	s.Word, s.Portless = n.Attr["type"], n.Child("port") == nil
	s.URL, s.EWSURL = n.Text("url"), n.Text("ewsURL")
	for _, c := range n.Children {
		if c.Name == "socketType" {
			s.Further = append(s.Further, c.Content())
		}
	}
	if s.Further = s.Further[min(1, len(s.Further)):]; len(s.Further) == 0 {
		s.Further = nil
	}
	return s
}

// Preferred returns the element of an outgoing section that has Thunderbird send through
// its default server, such as that of another account, and not through this one; nil if
// there is none (thunderbird-desktop: readFromXML.sys.mjs, createInBackend).
func Preferred(section *Node) *Node {
	if section.Name != "outgoingServer" {
		return nil
	}
	for _, e := range []struct{ name, word, digit string }{{"useGlobalPreferredServer", "true", "1"}, {"addThisServer", "false", "0"}} {
		if c := section.Child(e.name); c != nil && (strings.EqualFold(c.Content(), e.word) || c.Content() == e.digit) {
			return c
		}
	}
	return nil
}

// SectionProtocols are the section types that make a mail account.
var SectionProtocols = map[string]mailcheck.Protocol{
	"imap": mailcheck.IMAP, "pop3": mailcheck.POP3, "smtp": mailcheck.Submission,
}

// SocketTypes are the values of socketType; case matters to Thunderbird.
var SocketTypes = map[string]mailcheck.Security{
	"SSL": mailcheck.ImplicitTLS, "STARTTLS": mailcheck.StartTLS, "plain": mailcheck.Plain,
}

// Servers returns the servers that the file names for an address, and what is
// wrong with the sections it left out or had to take with care.
func (c *Config) Servers(a mailcheck.Address) (servers []mailcheck.Server, problems []Problem) {
	for _, section := range c.Sections {
		protocol, known := SectionProtocols[section.Type]
		if !known {
			continue
		}
		server, faults := section.server(protocol, a)
		bad := false
		for _, f := range faults {
			bad = bad || f.Check == checks.AutoconfigBadSection
			if len(problems) < MaxProblems {
				problems = append(problems, f)
			}
		}
		if !bad {
			servers = append(servers, server)
		}
	}
	return servers, problems
}

// Lines returns where the sections begin.
func (c *Config) Lines() []int {
	var lines []int
	for _, s := range c.Sections {
		lines = append(lines, s.Line)
	}
	return lines
}

// ServerAt returns the server of the section that a line of the file is in.
func (c *Config) ServerAt(line int, a mailcheck.Address) (mailcheck.Server, bool) {
	for _, s := range slices.Backward(c.Sections) {
		if s.Line <= line {
			server, _ := s.server(SectionProtocols[s.Type], a)
			return server, SectionProtocols[s.Type] != ""
		}
	}
	return mailcheck.Server{}, false
}

// server reads one section for an address.
func (s Section) server(protocol mailcheck.Protocol, a mailcheck.Address) (mailcheck.Server, []Problem) {
	var problems []Problem
	fault := func(c *checks.Check, element, format string, args ...any) {
		problems = append(problems, Problem{c, s.Line, element, mailcheck.Evidencef("%s section: %s", s.Type, mailcheck.Textf(format, args...))})
	}
	host, err := mailcheck.ParseHost(Expand(s.Hostname, a))
	if s.Hostname == "" {
		fault(checks.AutoconfigBadSection, "hostname", "hostname is missing")
	} else if err != nil {
		fault(checks.AutoconfigBadSection, "hostname", "hostname: %v", err)
	}
	port, err := strconv.ParseUint(s.Port, 10, 16)
	if err != nil || port == 0 {
		fault(checks.AutoconfigBadSection, "port", "port %q is not a number from 1 to 65535", s.Port)
	}
	security, ok := SocketTypes[s.SocketType]
	if !ok {
		fault(checks.AutoconfigBadSection, "socketType", "socketType %q is not SSL, STARTTLS or plain", s.SocketType)
	}
	if !mailcheck.Printable(s.Username) {
		fault(checks.AutoconfigBadSection, "username", "the user name has invisible or control characters")
	} else if p := UnknownPlaceholder(s.Username); p != "" {
		fault(checks.AutoconfigPlaceholder, "username", "user name %q: %s is unknown", s.Username, p)
	}
	return mailcheck.Server{
		Protocol: protocol, Host: host, Port: uint16(port), Security: security,
		Username: Expand(s.Username, a), Auth: s.methods(),
	}, problems
}

// methods are the ways to log in; an empty element names none.
func (s Section) methods() []string {
	return slices.DeleteFunc(slices.Clone(s.Auth), func(m string) bool { return m == "" })
}

// Expand fills in the placeholders. For a bare domain those that need the part
// before the @ stay as they are.
func Expand(text string, a mailcheck.Address) string {
	pairs := []string{"%EMAILDOMAIN%", a.Domain}
	if a.Local != "" {
		pairs = append(pairs, "%EMAILADDRESS%", a.String(), "%EMAILLOCALPART%", a.Local)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

var placeholders = lazy.Regexp(`%[A-Za-z]+%|%[A-Z]+`)

// PlaceholderIn returns the first placeholder in a text, or "".
func PlaceholderIn(text string) string { return placeholders().FindString(text) }

// Unfilled reports whether a text still has a placeholder, as it has where a settings
// file is read for a bare domain.
func Unfilled(text string) bool { return PlaceholderIn(text) != "" }

// UnknownPlaceholder returns the first placeholder that clients do not know.
func UnknownPlaceholder(text string) string {
	for _, p := range placeholders().FindAllString(text, -1) {
		switch p {
		case "%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%":
		default:
			return p
		}
	}
	return ""
}
