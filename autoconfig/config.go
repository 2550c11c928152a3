package autoconfig

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// The bounds of a settings file. Real ones have 3 levels and some kilobytes.
const (
	maxConfig      = 1 << 20
	maxConfigDepth = 32
	maxConfigNodes = 20000
	maxProblems    = 20
)

// Config is a settings file of Mail Autoconfig, config-v1.1.xml, as far as mail
// clients use it (draft-ietf-mailmaint-autoconfig section 3).
type Config struct {
	Line        int // of emailProvider
	Column      int
	Version     string
	ID          string // usually the provider's main domain
	Domains     []string
	DisplayName string
	ShortName   string
	Sections    []Section // in the order of the file, which is the order of preference
	Issuers     []Issuer  // OAuth2 authorization servers
}

// Section is one incomingServer or outgoingServer element, as it stands in the file.
type Section struct {
	Line       int
	Column     int
	Outgoing   bool
	Type       string // imap, pop3, smtp; others are for other clients
	Hostname   string
	Port       string
	SocketType string // SSL, STARTTLS or plain
	Username   string
	Auth       []string
}

// Problem is a fault of a settings file.
type Problem struct {
	Check *checks.Check
	Line  int
	Text  string
}

// ParseConfig reads a settings file. Unknown elements and attributes are ignored
// as the draft demands. The error is an occurrence of autoconfig.malformed and
// says where.
func ParseConfig(body []byte) (*Config, error) {
	root, err := parseXML(body)
	if err != nil {
		return nil, checks.AutoconfigMalformed.Errorf("%w", err)
	}
	if root.name != "clientConfig" {
		return nil, checks.AutoconfigMalformed.Errorf("line %d: the outermost element is <%s>, not <clientConfig>", root.line, root.name)
	}
	provider := root.child("emailProvider")
	if provider == nil {
		return nil, checks.AutoconfigMalformed.Errorf("line %d: there is no <emailProvider>", root.line)
	}
	return configOf(root, provider), nil
}

func configOf(root, provider *node) *Config {
	c := &Config{
		Line: provider.line, Column: provider.column,
		Version: root.attr["version"], ID: provider.attr["id"],
		DisplayName: provider.text("displayName"), ShortName: provider.text("displayShortName"),
	}
	for _, n := range root.children {
		if n.name == "oAuth2" && len(c.Issuers) < maxIssuers {
			c.Issuers = append(c.Issuers, Issuer{n.text("issuer"), strings.Fields(n.text("scope"))})
		}
	}
	for _, n := range provider.children {
		switch n.name {
		case "domain":
			c.Domains = append(c.Domains, domainOf(n.content()))
		case "incomingServer", "outgoingServer":
			c.Sections = append(c.Sections, section(n))
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

func section(n *node) Section {
	s := Section{
		Line: n.line, Column: n.column, Outgoing: n.name == "outgoingServer", Type: strings.ToLower(n.attr["type"]),
		Hostname: n.text("hostname"), Port: n.text("port"), SocketType: n.text("socketType"), Username: n.text("username"),
	}
	for _, a := range n.children {
		if a.name == "authentication" {
			s.Auth = append(s.Auth, a.content())
		}
	}
	return s
}

// sectionProtocols are the section types that make a mail account.
var sectionProtocols = map[string]mailcheck.Protocol{
	"imap": mailcheck.IMAP, "pop3": mailcheck.POP3, "smtp": mailcheck.Submission,
}

// socketTypes are the values of socketType; case matters to Thunderbird.
var socketTypes = map[string]mailcheck.Security{
	"SSL": mailcheck.ImplicitTLS, "STARTTLS": mailcheck.StartTLS, "plain": mailcheck.Plain,
}

// Servers returns the servers that the file names for an address, and what is
// wrong with the sections it left out or had to take with care.
func (c *Config) Servers(a mailcheck.Address) (servers []mailcheck.Server, problems []Problem) {
	for _, section := range c.Sections {
		protocol, known := sectionProtocols[section.Type]
		if !known {
			continue
		}
		server, faults := section.server(protocol, a)
		bad := false
		for _, f := range faults {
			bad = bad || f.Check == checks.AutoconfigBadSection
			if len(problems) < maxProblems {
				problems = append(problems, f)
			}
		}
		if !bad {
			servers = append(servers, server)
		}
	}
	return servers, problems
}

// server reads one section for an address.
func (s Section) server(protocol mailcheck.Protocol, a mailcheck.Address) (mailcheck.Server, []Problem) {
	var problems []Problem
	fault := func(c *checks.Check, format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		problems = append(problems, Problem{c, s.Line, fmt.Sprintf("%s section: %s", s.Type, text)})
	}
	host, err := mailcheck.ParseHost(expand(s.Hostname, a))
	if s.Hostname == "" {
		fault(checks.AutoconfigBadSection, "hostname is missing")
	} else if err != nil {
		fault(checks.AutoconfigBadSection, "hostname: %v", err)
	}
	port, err := strconv.ParseUint(s.Port, 10, 16)
	if err != nil || port == 0 {
		fault(checks.AutoconfigBadSection, "port %q is not a number from 1 to 65535", s.Port)
	}
	security, ok := socketTypes[s.SocketType]
	if !ok {
		fault(checks.AutoconfigBadSection, "socketType %q is not SSL, STARTTLS or plain", s.SocketType)
	}
	if !mailcheck.Printable(s.Username) {
		fault(checks.AutoconfigBadSection, "the user name has invisible or control characters")
	} else if p := unknownPlaceholder(s.Username); p != "" {
		fault(checks.AutoconfigPlaceholder, "user name %q: %s is unknown", s.Username, p)
	}
	return mailcheck.Server{
		Protocol: protocol, Host: host, Port: uint16(port), Security: security,
		Username: expand(s.Username, a), Auth: slices.Clone(s.Auth),
	}, problems
}

// expand fills in the placeholders. For a bare domain those that need the part
// before the @ stay as they are.
func expand(text string, a mailcheck.Address) string {
	pairs := []string{"%EMAILDOMAIN%", a.Domain}
	if a.Local != "" {
		pairs = append(pairs, "%EMAILADDRESS%", a.String(), "%EMAILLOCALPART%", a.Local)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

var placeholder = regexp.MustCompile(`%[A-Za-z]+%|%[A-Z]+`)

// Unfilled reports whether a text still has a placeholder, as it has where a settings
// file is read for a bare domain.
func Unfilled(text string) bool { return placeholder.MatchString(text) }

// unknownPlaceholder returns the first placeholder that clients do not know.
func unknownPlaceholder(text string) string {
	for _, p := range placeholder.FindAllString(text, -1) {
		switch p {
		case "%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%":
		default:
			return p
		}
	}
	return ""
}

// node is one element of an XML document.
type node struct {
	name     string
	space    string // namespace
	attr     map[string]string
	line     int
	column   int // of the opening <
	chars    strings.Builder
	children []*node
}

func (n *node) child(name string) *node {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (n *node) content() string { return strings.TrimSpace(n.chars.String()) }

func (n *node) text(name string) string {
	if c := n.child(name); c != nil {
		return c.content()
	}
	return ""
}

// parseXML reads a document into a tree, within bounds and without a document
// type: no settings file needs one, and entities are a way to attack parsers.
func parseXML(body []byte) (*node, error) { return parseTree(body, false) }

// syntaxError is where and why a document cannot be read.
type syntaxError struct {
	line, column int
	err          error
	fix          string // a remedy, where one is known
}

func (e *syntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %v", e.line, e.column, e.err)
}
func (e *syntaxError) Unwrap() error { return e.err }

// parseTree does so; a property list may have the document type that Apple's tools
// write, as long as it declares nothing itself.
func parseTree(body []byte, plist bool) (*node, error) {
	if len(body) > maxConfig {
		return nil, fmt.Errorf("larger than %d bytes", maxConfig)
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	d.CharsetReader = latin1
	root := &node{}
	open := []*node{root}
	for nodes := 0; ; {
		fromLine, fromColumn := d.InputPos()
		token, err := d.Token()
		line, column := d.InputPos()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			if e, ok := errors.AsType[*xml.SyntaxError](err); ok {
				err = errors.New(e.Msg) // its line is said already
			} else if e, ok := errors.AsType[charsetError](err); ok {
				return nil, &syntaxError{line, column, e, "Save the file as UTF-8, and declare that or nothing."}
			}
			return nil, &syntaxError{line: line, column: column, err: err}
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			nodes++
			if len(open) > maxConfigDepth || nodes > maxConfigNodes {
				return nil, &syntaxError{line: line, column: column, err: fmt.Errorf("elements are nested deeper than %d or more than %d", maxConfigDepth, maxConfigNodes)}
			}
			n := &node{name: t.Name.Local, space: t.Name.Space, line: fromLine, column: fromColumn, attr: map[string]string{}}
			for _, a := range t.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			top.children = append(top.children, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.chars.Write(t)
		case xml.Directive:
			if plist && bytes.HasPrefix(t, []byte("DOCTYPE plist ")) && !bytes.Contains(t, []byte("[")) {
				continue
			}
			return nil, &syntaxError{line, column, errors.New("a document type or other declaration is not allowed"), "Take the <!DOCTYPE ...> out."}
		}
	}
	switch len(root.children) {
	case 0:
		return nil, errors.New("the document has no outermost element")
	case 1:
		return root.children[0], nil
	}
	second := root.children[1]
	return nil, &syntaxError{second.line, second.column, fmt.Errorf("<%s> is a second outermost element", second.name), "Put everything into one element, or take the second one out."}
}

// latin1 converts the one charset besides UTF-8 that settings files are seen in.
func latin1(charset string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "us-ascii", "ascii", "utf8":
		return input, nil
	case "iso-8859-1", "latin1", "windows-1252":
		raw, err := io.ReadAll(io.LimitReader(input, maxConfig))
		runes := make([]rune, len(raw))
		for i, b := range raw {
			runes[i] = rune(b)
		}
		return strings.NewReader(string(runes)), err
	}
	return nil, charsetError(charset)
}

// charsetError is the name of a character set that is not read.
type charsetError string

func (e charsetError) Error() string {
	return fmt.Sprintf("the character set %q is not supported; use UTF-8", string(e))
}
