package autoconfig

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
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
func lintServer(l *linter, n *node) {
	kind := n.attr["type"]
	switch {
	case kind == "":
		l.at(n, checks.LintMissing, "<%s> has no type, so programs skip it", n.name).
			Fix = fmt.Sprintf("Write <%s type=%q>.", n.name, usualType[n.name])
		return
	case !slices.Contains(serverTypes, kind):
		if name := meant(kind, serverTypes); name != "" {
			lessOf(l.at(n, checks.LintValue, "type %q has other capital letters than %s; some programs skip the section", kind, name), checks.Warning).
				Fix = fmt.Sprintf("Write type=%q.", name)
			return
		}
		lessOf(l.at(n, checks.LintValue, "type %q is not one of %s; programs skip the section", kind, strings.Join(serverTypes, ", ")), checks.Warning)
		return
	case (kind == "smtp") != (n.name == "outgoingServer"):
		lessOf(l.at(n, checks.LintValue, "<%s> has the type %q, which belongs on the other side; programs skip the section", n.name, kind), checks.Warning).
			Fix = "Write <outgoingServer> for smtp, and <incomingServer> for all others."
		return
	case sectionProtocols[kind] == "":
		lintURLSection(l, n, kind)
		return // the servers of other protocols have fields of their own
	}
	l.unknown(n, serverElements)
	l.repeated(n)
	for _, name := range []string{"hostname", "port", "socketType", "username", "authentication"} {
		lintNeeded(l, n, name)
	}
	if p := n.child("password"); p != nil && p.content() != "" {
		l.at(p, checks.LintPassword, "<password> in the %s section", kind)
	}
	lintUsername(l, n)
	lintHost(l, n)
	lintPort(l, n)
	for _, a := range n.children {
		if a.name == "authentication" {
			lintAuthentication(l, a)
		}
	}
}

func lintNeeded(l *linter, n *node, name string) {
	if c := n.child(name); c != nil && c.content() != "" {
		return
	}
	if name == "username" && n.name == "outgoingServer" && slices.Contains(section(n).Auth, "none") {
		return
	}
	l.at(n, checks.LintMissing, "the %s section has no <%s>", n.attr["type"], name).
		Fix = fmt.Sprintf("Add <%s>%s</%s>.", name, map[string]string{
		"hostname": "HOST", "port": strconv.Itoa(int(mailcheck.DefaultPort(sectionProtocols[n.attr["type"]], mailcheck.ImplicitTLS))),
		"socketType": "SSL", "username": "%EMAILADDRESS%", "authentication": "password-cleartext",
	}[name], name)
}

// repeated finds what a section can have once. The schema lets it stand twice, but
// does not say which one counts.
func (l *linter) repeated(n *node) {
	seen := map[string]bool{}
	for _, c := range n.children {
		if seen[c.name] && slices.Contains([]string{"hostname", "port", "socketType", "username"}, c.name) {
			lessOf(l.at(c, checks.LintValue, "<%s> stands twice in the %s section; which one counts is not defined", c.name, n.attr["type"]), checks.Warning).
				Fix = "Leave one, or write a second section."
		}
		seen[c.name] = true
	}
}

func lintUsername(l *linter, n *node) {
	u := n.child("username")
	if u == nil {
		return
	}
	if p := unknownPlaceholder(u.content()); p != "" {
		l.at(u, checks.AutoconfigPlaceholder, "user name %q: %s is unknown", u.content(), p)
	} else if strings.Contains(u.content(), "%40") {
		lessOf(l.at(u, checks.LintValue, "user name %q: programs take %%40 as it stands", u.content()), checks.Warning).
			Fix = "Write the @ itself, or %EMAILADDRESS%."
	}
}

func lintAuthentication(l *linter, a *node) {
	switch {
	case a.attr["system"] != "":
		lintSystem(l, a)
	case a.content() != "" && !slices.Contains(authMethods, a.content()):
		f := lessOf(l.at(a, checks.LintValue, "authentication %q is not one of %s", a.content(), strings.Join(authMethods, ", ")), checks.Warning)
		if name := meant(a.content(), authMethods); name != "" {
			f.Fix = fmt.Sprintf("Write <authentication>%s</authentication>.", name)
		}
	}
}

// lintSystem judges a way to log in that is named by a registry of its own.
func lintSystem(l *linter, a *node) {
	system := a.attr["system"]
	names, known := authSystems[system]
	switch {
	case system == "":
	case !known:
		lessOf(l.at(a, checks.LintValue, "the system of <authentication> is %q, not sasl or http", system), checks.Warning).
			Fix = "Write system=\"sasl\" or system=\"http\", or leave it out."
	case names != nil && !slices.Contains(names, a.content()):
		lessOf(l.at(a, checks.LintValue, "authentication %q is not one of %s", a.content(), strings.Join(names, ", ")), checks.Warning)
	}
}

func lintHost(l *linter, n *node) {
	h := n.child("hostname")
	if h == nil || h.content() == "" {
		return
	}
	if p := unknownPlaceholder(h.content()); p != "" {
		l.at(h, checks.AutoconfigPlaceholder, "hostname %q: %s is unknown", h.content(), p)
		return
	}
	sample := mailcheck.Address{Local: "alice", Domain: "example.com"}
	if _, err := mailcheck.ParseHost(expand(h.content(), sample)); err != nil {
		l.at(h, checks.LintValue, "hostname %q is not a host name", h.content()).Fix = "Write the name alone, such as imap.example.com, without port or URL."
	}
}

// lintPort judges the port and the way to encrypt, alone and together.
func lintPort(l *linter, n *node) {
	var port uint64
	if p := n.child("port"); p != nil && p.content() != "" {
		var err error
		if port, err = strconv.ParseUint(p.content(), 10, 16); err != nil || port == 0 {
			l.at(p, checks.LintValue, "port %q is not a number from 1 to 65535", p.content()).Fix = "Write a number from 1 to 65535."
		}
	}
	s := n.child("socketType")
	if s == nil || s.content() == "" {
		return
	}
	security, known := socketTypes[s.content()]
	protocol := sectionProtocols[n.attr["type"]]
	other := mailcheck.ImplicitTLS
	switch {
	case !known:
		f := l.at(s, checks.LintValue, "socketType %q is not SSL, STARTTLS or plain", s.content())
		if name := meant(s.content(), []string{"SSL", "STARTTLS", "plain"}); name != "" {
			f.Fix = fmt.Sprintf("Write <socketType>%s</socketType>; capital letters matter.", name)
		} else {
			f.Fix = "Write SSL for TLS from the first byte, or STARTTLS."
		}
		return
	case security == mailcheck.Plain:
		l.at(s, checks.LintInsecure, "socketType plain for %s", n.text("hostname"))
		return
	case security == mailcheck.ImplicitTLS:
		other = mailcheck.StartTLS
	}
	if uint16(port) == mailcheck.DefaultPort(protocol, other) {
		f := l.at(s, checks.PublishPortSecurity, "port %d with socketType %s", port, s.content())
		lessOf(f, checks.Warning) // whether the server works that way is for check to say
		f.Fix = fmt.Sprintf("Write port %d, or the other socketType.", mailcheck.DefaultPort(protocol, security))
	}
}
