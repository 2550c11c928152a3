package autoconfig

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mailcheck"
)

// What may stand where in a config-v1.1.xml: the draft's names and the older
// ones of its wiki page, which are still read.
var (
	rootElements = []string{
		"emailProvider", "calendar", "addressbook", "addressBook", "fileShare", "chatServer", "videoConference",
		"setupServer", "oAuth2", "clientConfigUpdate", "webMail",
	}
	providerElements = []string{
		"domain", "displayName", "displayShortName", "documentation", "incomingServer", "outgoingServer",
		"enable", "instruction", "inputField", "identity", "oAuth2", "webMail", "loginPage", "loginPageInfo",
		"addressBook", "addressbook", "calendar",
	}
	serverElements = []string{
		"hostname", "port", "socketType", "username", "authentication", "url", "useGlobalPreferredServer",
		"addThisServer", "password", "pop3", "restriction", "owaURL", "ewsURL", "easURL", "serverURL",
	}
	serverTypes = []string{"imap", "pop3", "smtp", "jmap", "ews", "activeSync", "graph", "exchange", "owa", "nntp"}
	authMethods = []string{
		"password-cleartext", "password-encrypted", "NTLM", "GSSAPI", "client-IP-address", "TLS-client-cert",
		"OAuth2", "OAuth", "none", "smtp-after-pop", "plain", "secure",
	}
)

// lintConfig judges a settings file of Mail Autoconfig (draft-ietf-mailmaint-autoconfig
// section 3).
func lintConfig(l *linter, root *node) {
	if root.attr["version"] == "" {
		lessOf(l.at(root, mailcheck.LintMissing, "clientConfig has no version, such as version=\"1.1\""), mailcheck.Warning)
	}
	l.unknown(root, rootElements)
	provider := root.child("emailProvider")
	if provider == nil {
		l.at(root, mailcheck.LintMissing, "there is no <emailProvider>")
		return
	}
	l.unknown(provider, providerElements)
	if provider.attr["id"] == "" {
		l.at(provider, mailcheck.LintMissing, "emailProvider has no id; the provider's domain belongs there")
	}
	if provider.child("domain") == nil {
		l.at(provider, mailcheck.LintMissing, "emailProvider has no <domain>; Thunderbird then refuses the file")
	}
	for name, most := range map[string]int{"displayName": 60, "displayShortName": 20} {
		if n := provider.child(name); n != nil && utf8.RuneCountInString(n.content()) > most {
			lessOf(l.at(n, mailcheck.LintValue, "%s is longer than %d characters", name, most), mailcheck.Info)
		}
	}
	for _, n := range provider.children {
		if n.name == "incomingServer" || n.name == "outgoingServer" {
			lintServer(l, n)
		}
	}
	lintClients(l, configOf(root, provider))
}

// unknown finds the children that the format does not have.
func (l *linter) unknown(parent *node, known []string) {
	for _, n := range parent.children {
		if slices.Contains(known, n.name) {
			continue
		}
		f := l.at(n, mailcheck.LintUnknownName, "<%s> is not known inside <%s>", n.name, parent.name)
		for _, name := range known {
			if strings.EqualFold(name, n.name) || n.name == "displayNameShort" && name == "displayShortName" {
				f.Fix = fmt.Sprintf("Write <%s>.", name)
			}
		}
	}
}

// lintServer judges one server section.
func lintServer(l *linter, n *node) {
	if kind := n.attr["type"]; !slices.Contains(serverTypes, kind) {
		lessOf(l.at(n, mailcheck.LintValue, "type %q is not one of %s; programs skip the section", kind, strings.Join(serverTypes, ", ")), mailcheck.Warning)
		return
	}
	if u := n.child("username"); u != nil {
		if p := unknownPlaceholder(u.content()); p != "" {
			l.at(u, mailcheck.AutoconfigPlaceholder, "user name %q: %s is unknown", u.content(), p)
		}
	}
	if sectionProtocols[n.attr["type"]] == "" {
		return // the servers of other protocols have fields of their own
	}
	l.unknown(n, serverElements)
	for _, name := range []string{"hostname", "port", "socketType", "username", "authentication"} {
		if c := n.child(name); c == nil || c.content() == "" {
			f := l.at(n, mailcheck.LintMissing, "the %s section has no <%s>", n.attr["type"], name)
			if name == "username" && n.name == "outgoingServer" && slices.Contains(section(n).Auth, "none") {
				lessOf(f, mailcheck.OK)
			}
		}
	}
	if p := n.child("password"); p != nil && p.content() != "" {
		l.at(p, mailcheck.LintPassword, "<password> in the %s section", n.attr["type"])
	}
	lintHost(l, n)
	lintPort(l, n)
	for _, a := range n.children {
		if a.name == "authentication" && a.attr["system"] == "" && a.content() != "" && !slices.Contains(authMethods, a.content()) {
			lessOf(l.at(a, mailcheck.LintValue, "authentication %q is not one of %s", a.content(), strings.Join(authMethods, ", ")), mailcheck.Warning)
		}
	}
}

func lintHost(l *linter, n *node) {
	h := n.child("hostname")
	if h == nil || h.content() == "" {
		return
	}
	if p := unknownPlaceholder(h.content()); p != "" {
		l.at(h, mailcheck.AutoconfigPlaceholder, "hostname %q: %s is unknown", h.content(), p)
		return
	}
	sample := mailcheck.Address{Local: "alice", Domain: "example.com"}
	if _, err := mailcheck.ParseHost(expand(h.content(), sample)); err != nil {
		l.at(h, mailcheck.LintValue, "hostname %q is not a host name", h.content())
	}
}

// lintPort judges the port and the way to encrypt, alone and together.
func lintPort(l *linter, n *node) {
	p, s := n.child("port"), n.child("socketType")
	if p == nil || s == nil || p.content() == "" || s.content() == "" {
		return
	}
	port, err := strconv.ParseUint(p.content(), 10, 16)
	if err != nil || port == 0 {
		l.at(p, mailcheck.LintValue, "port %q is not a number from 1 to 65535", p.content())
		return
	}
	security, known := socketTypes[s.content()]
	protocol := sectionProtocols[n.attr["type"]]
	other := mailcheck.ImplicitTLS
	switch {
	case !known:
		l.at(s, mailcheck.LintValue, "socketType %q is not SSL, STARTTLS or plain", s.content())
		return
	case security == mailcheck.Plain:
		l.at(s, mailcheck.LintInsecure, "socketType plain for %s", n.text("hostname"))
		return
	case security == mailcheck.ImplicitTLS:
		other = mailcheck.StartTLS
	}
	if uint16(port) == mailcheck.DefaultPort(protocol, other) {
		f := l.at(s, mailcheck.PublishPortSecurity, "port %d with socketType %s", port, s.content())
		lessOf(f, mailcheck.Warning) // whether the server works that way is for check to say
		f.Fix = fmt.Sprintf("Write port %d, or the other socketType.", mailcheck.DefaultPort(protocol, security))
	}
}

// lintClients reads the file as each client does.
func lintClients(l *linter, c *Config) {
	a := mailcheck.Address{Local: "alice", Domain: "example.com"}
	for _, domain := range append(c.Domains, c.ID) {
		if d, err := mailcheck.ParseDomain(domain); err == nil {
			a.Domain = d
			break
		}
	}
	for _, d := range dialects {
		r := d.read(c, a)
		result := mailcheck.ClientResult{Client: d.Client, Ref: d.Ref, Outcome: mailcheck.Configures}
		switch {
		case d.ignores(l.ContentType):
			result.Outcome, result.Reason = mailcheck.Fails, ignored(l.ContentType)
		case r.Refused != nil:
			result.Outcome, result.Reason = mailcheck.Fails, "refuses the whole file: "+mailcheck.Clean(r.Refused.String())
			f := l.find(mailcheck.PublishClientRefuses, r.Refused.Line, r.Refused.Column, "%s refuses the whole file: %s", d.Client, r.Refused.Text)
			f.Fix = "Correct that place, or take the section out."
			if len(r.Dropped) == 0 && len(r.Incoming) == 0 {
				f.Fix = "If the server has IMAP, publish it: " + d.Client + " reads no POP3."
			}
		default:
			result.Servers = []mailcheck.Server{r.Incoming[0], r.Outgoing[0]}
			for _, dropped := range r.Dropped {
				l.find(mailcheck.LintClientDrops, dropped.Line, dropped.Column, "%s: %s", d.Client, dropped.Text)
			}
		}
		l.Clients = append(l.Clients, result)
	}
}
