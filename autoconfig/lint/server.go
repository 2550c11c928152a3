package lint

import (
	"cmp"
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
	for _, name := range []string{"hostname", "port", "username", "authentication"} {
		lintNeeded(l, n, name)
	}
	if p := n.Child("password"); p != nil && p.Content() != "" {
		l.at(p, checks.LintPassword, "<password> in the %s section", kind).
			Fix = mailcheck.Textf("Take <password> out: the mail program asks for it.")
	}
	lintUsername(l, n)
	if h := n.Child("hostname"); h != nil && h.Content() != "" {
		l.judgeHost(elementValue(h, true))
	}
	lintPort(l, n)
	lintPreferred(l, n)
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
	good := map[string]string{
		"hostname": "HOST", "port": strconv.Itoa(int(mailcheck.DefaultPort(document.SectionProtocols[n.Attr["type"]], securityOf(n)))),
		"username": "%EMAILADDRESS%", "authentication": "password-cleartext",
	}[name]
	f := l.at(n, checks.LintMissing, "the %s section has no <%s>", n.Attr["type"], name)
	f.Element, f.Fix = name, mailcheck.Textf("Add <%s>%s</%s>.", name, good, name)
	if c := n.Child(name); c != nil {
		f.Line, f.Column = c.Line, c.Column
		f.Detail = mailcheck.Evidencef("<%s> of the %s section is empty", name, n.Attr["type"])
		f.Fix = mailcheck.Textf("Write <%s>%s</%s>.", name, good, name)
	}
}

// portOf returns the port of a section, 0 where it has none.
func portOf(n *document.Node, name string) uint16 {
	port, err := strconv.ParseUint(n.Text(name), 10, 16)
	if err != nil {
		return 0
	}
	return uint16(port)
}

// securityOf returns how a section is encrypted; TLS where it does not say.
func securityOf(n *document.Node) mailcheck.Security {
	return cmp.Or(document.SocketTypes[n.Text("socketType")], mailcheck.ImplicitTLS)
}

// lintPreferred finds sections for sending that Thunderbird does not take for the new
// account.
func lintPreferred(l *linter, n *document.Node) {
	if c := document.Preferred(n); c != nil {
		l.at(c, checks.PublishPreferredServer, "<%s>%s</%[1]s>: mail goes out through Thunderbird's default server, such as that of another account, not through %[3]s", c.Name, c.Content(), n.Text("hostname")).
			Fix = mailcheck.Textf("Take <%s>%s</%[1]s> out.", c.Name, c.Content())
	}
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
	if u == nil || u.Content() == "" {
		return
	}
	l.judgeUsername(elementValue(u, true))
	if strings.Contains(u.Content(), "%40") {
		lessOf(l.at(u, checks.LintValue, "user name %q: programs take %%40 as it stands", u.Content()), checks.Warning).
			Fix = mailcheck.Textf("Write <username>%s</username>, with the @ itself.", strings.ReplaceAll(u.Content(), "%40", "@"))
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

// lintPort judges the port and the way to encrypt, alone and together.
func lintPort(l *linter, n *document.Node) {
	p, s := n.Child("port"), n.Child("socketType")
	port, protocol := portOf(n, "port"), document.SectionProtocols[n.Attr["type"]]
	if p != nil && p.Content() != "" && port == 0 {
		good := mailcheck.DefaultPort(protocol, securityOf(n))
		l.at(p, checks.LintValue, "port %q is not a number from 1 to 65535", p.Content()).Fix = mailcheck.Textf("Write <port>%d</port>, or whichever number from 1 to 65535 the server has.", good)
	}
	if s == nil {
		lintSocket(l, n, n, port)
		return
	}
	security, known := document.SocketTypes[s.Content()]
	meant := document.SecurityMeant(s.Content(), port)
	switch {
	case !known:
		lintSocket(l, n, s, port)
	case security == mailcheck.Plain:
		l.at(s, checks.LintInsecure, "socketType plain for %s", n.Text("hostname")).
			Fix = mailcheck.Textf("Write <socketType>%s</socketType>, and offer that on port %d if the server does not yet.", document.SocketType(meant), port)
	case port == mailcheck.DefaultPort(protocol, otherSecurity(security)):
		f := l.at(s, checks.PublishPortSecurity, "port %d with socketType %s", port, s.Content())
		lessOf(f, checks.Warning) // whether the server works that way is for check to say
		f.Fix = mailcheck.Textf("Write <socketType>%s</socketType>, or <port>%d</port>.", document.SocketType(otherSecurity(security)), mailcheck.DefaultPort(protocol, security))
	}
}

// lintSocket finds a section that does not say in the format's words how its server is
// encrypted.
func lintSocket(l *linter, section, place *document.Node, port uint16) {
	word := value{line: place.Line, column: place.Column, element: "socketType", text: section.Text("socketType")}
	meant := document.SocketType(document.SecurityMeant(word.text, port))
	f := l.judgeWord(word, "SSL, STARTTLS or plain", document.ReadSection(section).Readings())
	if f.Fix = mailcheck.Textf("Write <socketType>%s</socketType>: SSL is TLS from the first byte, STARTTLS begins without, and capital letters matter.", meant); place == section {
		f.Fix = mailcheck.Textf("Add <socketType>%s</socketType>.", meant)
	}
}

// otherSecurity is the other way to encrypt.
func otherSecurity(s mailcheck.Security) mailcheck.Security {
	if s == mailcheck.ImplicitTLS {
		return mailcheck.StartTLS
	}
	return mailcheck.ImplicitTLS
}
