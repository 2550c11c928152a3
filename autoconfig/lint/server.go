package lint

import (
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

var (
	serverElements = []string{
		"hostname", "port", "socketType", "username", "authentication", "url", "useGlobalPreferredServer",
		"addThisServer", "password", "pop3", "restriction", "owaURL", "ewsURL", "easURL", "serverURL",
	}
	// The draft's sample writes activesync, its list activeSync.
	serverTypes = []string{"imap", "pop3", "smtp", "jmap", "ews", "activeSync", "activesync", "graph", "exchange", "owa", "nntp"}
	authMethods = []string{
		"password-cleartext", "password-encrypted", "NTLM", "GSSAPI", "client-IP-address", "TLS-client-cert",
		"OAuth2", "OAuth", "none", "smtp-after-pop", "plain", "secure",
	}
	// Of authentication with a system of its own; SASL has a registry instead.
	authSystems = map[string][]string{"http": {"Basic", "Digest"}, "sasl": nil}
)

// lintServer judges one server section.
func lintServer(l *linter, n *document.Node) {
	kind := n.Attr["type"]
	switch {
	case kind == "":
		l.at(n, checks.LintMissing, "<%s> has no type, so programs skip it", n.Name).
			Fix = mailcheck.Textf("Write <%s type=%q>.", n.Name, usualType[n.Name])
		return
	case !slices.Contains(serverTypes, kind):
		if name := meant(kind, serverTypes); name != "" {
			lessOf(l.at(n, checks.LintValue, "type %q has other capital letters than %s; some programs skip the section", kind, name), checks.Warning).
				Fix = mailcheck.Textf("Write type=%q.", name)
			return
		}
		lessOf(l.at(n, checks.LintValue, "type %q is not one of %s; programs skip the section", kind, strings.Join(serverTypes, ", ")), checks.Warning)
		return
	case (kind == "smtp") != (n.Name == "outgoingServer"):
		lessOf(l.at(n, checks.LintValue, "<%s> has the type %q, which belongs on the other side; programs skip the section", n.Name, kind), checks.Warning).
			Fix = mailcheck.Textf("Write <outgoingServer> for smtp, and <incomingServer> for all others.")
		return
	case document.SectionProtocols[kind] == "":
		lintURLSection(l, n, kind)
		return // the servers of other protocols have fields of their own
	}
	l.unknown(n, serverElements)
	l.repeated(n)
	for _, name := range []string{"hostname", "port", "socketType", "username", "authentication"} {
		lintNeeded(l, n, name)
	}
	if p := n.Child("password"); p != nil && p.Content() != "" {
		l.at(p, checks.LintPassword, "<password> in the %s section", kind)
	}
	lintUsername(l, n)
	lintHost(l, n)
	lintPort(l, n)
	for _, a := range n.Children {
		if a.Name == "authentication" {
			lintAuthentication(l, a)
		}
	}
}

func lintNeeded(l *linter, n *document.Node, name string) {
	if c := n.Child(name); c != nil && c.Content() != "" {
		return
	}
	if name == "username" && n.Name == "outgoingServer" && slices.Contains(document.ReadSection(n).Auth, "none") {
		return
	}
	l.at(n, checks.LintMissing, "the %s section has no <%s>", n.Attr["type"], name).
		Fix = mailcheck.Textf("Add <%s>%s</%s>.", name, map[string]string{
		"hostname": "HOST", "port": strconv.Itoa(int(mailcheck.DefaultPort(document.SectionProtocols[n.Attr["type"]], mailcheck.ImplicitTLS))),
		"socketType": "SSL", "username": "%EMAILADDRESS%", "authentication": "password-cleartext",
	}[name], name)
}

// repeated finds what a section can have once. The schema lets it stand twice, but
// does not say which one counts.
func (l *linter) repeated(n *document.Node) {
	seen := map[string]bool{}
	for _, c := range n.Children {
		if seen[c.Name] && slices.Contains([]string{"hostname", "port", "socketType", "username"}, c.Name) {
			lessOf(l.at(c, checks.LintValue, "<%s> stands twice in the %s section; which one counts is not defined", c.Name, n.Attr["type"]), checks.Warning).
				Fix = mailcheck.Textf("Leave one, or write a second section.")
		}
		seen[c.Name] = true
	}
}

func lintUsername(l *linter, n *document.Node) {
	u := n.Child("username")
	if u == nil {
		return
	}
	if p := document.UnknownPlaceholder(u.Content()); p != "" {
		l.at(u, checks.AutoconfigPlaceholder, "user name %q: %s is unknown", u.Content(), p)
	} else if strings.Contains(u.Content(), "%40") {
		lessOf(l.at(u, checks.LintValue, "user name %q: programs take %%40 as it stands", u.Content()), checks.Warning).
			Fix = mailcheck.Textf("Write the @ itself, or %EMAILADDRESS%.")
	}
}

func lintAuthentication(l *linter, a *document.Node) {
	switch {
	case a.Attr["system"] != "":
		lintSystem(l, a)
	case a.Content() != "" && !slices.Contains(authMethods, a.Content()):
		f := lessOf(l.at(a, checks.LintValue, "authentication %q is not one of %s", a.Content(), strings.Join(authMethods, ", ")), checks.Warning)
		if name := meant(a.Content(), authMethods); name != "" {
			f.Fix = mailcheck.Textf("Write <authentication>%s</authentication>.", name)
		}
	}
}

// lintSystem judges a way to log in that is named by a registry of its own.
func lintSystem(l *linter, a *document.Node) {
	system := a.Attr["system"]
	names, known := authSystems[system]
	switch {
	case system == "":
	case !known:
		lessOf(l.at(a, checks.LintValue, "the system of <authentication> is %q, not sasl or http", system), checks.Warning).
			Fix = mailcheck.Textf("Write system=\"sasl\" or system=\"http\", or leave it out.")
	case names != nil && !slices.Contains(names, a.Content()):
		lessOf(l.at(a, checks.LintValue, "authentication %q is not one of %s", a.Content(), strings.Join(names, ", ")), checks.Warning)
	}
}

func lintHost(l *linter, n *document.Node) {
	h := n.Child("hostname")
	if h == nil || h.Content() == "" {
		return
	}
	if p := document.UnknownPlaceholder(h.Content()); p != "" {
		l.at(h, checks.AutoconfigPlaceholder, "hostname %q: %s is unknown", h.Content(), p)
		return
	}
	sample := mailcheck.Address{Local: "alice", Domain: "example.com"}
	if _, err := mailcheck.ParseHost(document.Expand(h.Content(), sample)); err != nil {
		l.at(h, checks.LintValue, "hostname %q is not a host name", h.Content()).Fix = mailcheck.Textf("Write the name alone, such as imap.example.com, without port or URL.")
	}
}

// lintPort judges the port and the way to encrypt, alone and together.
func lintPort(l *linter, n *document.Node) {
	var port uint64
	if p := n.Child("port"); p != nil && p.Content() != "" {
		var err error
		if port, err = strconv.ParseUint(p.Content(), 10, 16); err != nil || port == 0 {
			l.at(p, checks.LintValue, "port %q is not a number from 1 to 65535", p.Content()).Fix = mailcheck.Textf("Write a number from 1 to 65535.")
		}
	}
	s := n.Child("socketType")
	if s == nil || s.Content() == "" {
		return
	}
	security, known := document.SocketTypes[s.Content()]
	protocol := document.SectionProtocols[n.Attr["type"]]
	other := mailcheck.ImplicitTLS
	switch {
	case !known:
		f := l.at(s, checks.LintValue, "socketType %q is not SSL, STARTTLS or plain", s.Content())
		if name := meant(s.Content(), []string{"SSL", "STARTTLS", "plain"}); name != "" {
			f.Fix = mailcheck.Textf("Write <socketType>%s</socketType>; capital letters matter.", name)
		} else {
			f.Fix = mailcheck.Textf("Write SSL for TLS from the first byte, or STARTTLS.")
		}
		return
	case security == mailcheck.Plain:
		l.at(s, checks.LintInsecure, "socketType plain for %s", n.Text("hostname"))
		return
	case security == mailcheck.ImplicitTLS:
		other = mailcheck.StartTLS
	}
	if uint16(port) == mailcheck.DefaultPort(protocol, other) {
		f := l.at(s, checks.PublishPortSecurity, "port %d with socketType %s", port, s.Content())
		lessOf(f, checks.Warning) // whether the server works that way is for check to say
		f.Fix = mailcheck.Textf("Write port %d, or the other socketType.", mailcheck.DefaultPort(protocol, security))
	}
}
