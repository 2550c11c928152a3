package lint

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// What may stand where in a config-v1.1.xml: the draft's names (its RELAX NG
// schema) and the older ones of the wiki page, which are still read.
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
	// Sections about other things than mail; they stand beside emailProvider.
	otherSections = []string{"calendar", "addressbook", "addressBook", "fileShare", "chatServer", "videoConference", "setupServer"}

	oauthElements = []string{"authURL", "tokenURL", "issuer", "scope", "clientID", "clientSecret"}

	// Elements that cannot do without an attribute.
	neededAttributes = map[string]string{"documentation": "url", "clientConfigUpdate": "url"}
)

// lintConfig judges a settings file of Mail Autoconfig (draft-ietf-mailmaint-autoconfig
// section 3).
func lintConfig(l *linter, root *document.Node) {
	if root.Attr["version"] == "" {
		lessOf(l.at(root, checks.LintMissing, "clientConfig has no version"), checks.Warning).
			Fix = mailcheck.Textf("Write <clientConfig version=\"1.1\">.")
	}
	l.unknown(root, rootElements)
	for _, n := range root.Children {
		switch {
		case slices.Contains(otherSections, n.Name):
			lintOtherSection(l, n)
		case n.Name == "oAuth2":
			lintOAuth(l, n)
		}
	}
	l.attributes(root)
	provider := root.Child("emailProvider")
	if provider == nil {
		l.at(root, checks.LintMissing, "there is no <emailProvider>").
			Fix = mailcheck.Textf("Put the servers into <emailProvider id=\"DOMAIN\">; `mailcheck setup ADDRESS --for thunderbird` writes a good file.")
		return
	}
	c := document.ConfigOf(root, provider)
	l.knowDomains(c)
	lintProvider(l, provider)
	l.sectionsEncrypted(provider, c)
	if !l.live {
		lintClients(l, provider, c)
	}
}

// knowDomains keeps the domains that a settings file is for. One made for each request
// leaves them open.
func (l *linter) knowDomains(c *document.Config) {
	if l.domains != nil || document.Unfilled(strings.Join(c.Written, "")) {
		return
	}
	for _, d := range c.Domains {
		if _, err := mailcheck.ParseDomain(d); err == nil {
			l.domains = append(l.domains, d)
		}
	}
}

// lintProvider judges what stands beside the servers, then each server.
func lintProvider(l *linter, provider *document.Node) {
	l.unknown(provider, providerElements)
	l.attributes(provider)
	if provider.Attr["id"] == "" {
		l.at(provider, checks.LintMissing, "emailProvider has no id").
			Fix = mailcheck.Textf("Write <emailProvider id=\"DOMAIN\">, with the provider's domain.")
	}
	if id := provider.Attr["id"]; !document.ASCII(id) {
		f := l.at(provider, checks.PublishHostNotASCII, "the id of emailProvider is %q", id)
		if ascii, err := mailcheck.ParseHost(id); err == nil {
			f.Fix = mailcheck.Textf("Write <emailProvider id=%q>.", ascii)
		}
	}
	lintDomains(l, provider)
	for _, limit := range []struct {
		name string
		most int
	}{{"displayName", 60}, {"displayShortName", 20}} {
		if n := provider.Child(limit.name); n != nil && utf8.RuneCountInString(n.Content()) > limit.most {
			lessOf(l.at(n, checks.LintValue, "%s is longer than %d characters", limit.name, limit.most), checks.Info).Fix = mailcheck.Textf("Write a shorter name.")
		}
	}
	sides := map[string]bool{}
	for _, n := range provider.Children {
		if n.Name == "incomingServer" || n.Name == "outgoingServer" {
			protocol := document.SectionProtocols[strings.ToLower(n.Attr["type"])]
			sides[n.Name] = sides[n.Name] || protocol.Reads() && n.Name == "incomingServer" || protocol.Sends() && n.Name == "outgoingServer"
			lintServer(l, n)
		}
	}
	for _, name := range []string{"incomingServer", "outgoingServer"} {
		if !sides[name] {
			f := l.at(provider, checks.LintMissing, "there is no <%s type=%q>", name, usualType[name])
			f.Element = name
			f.Fix = mailcheck.Textf("Add <%s type=%q> with hostname, port, socketType, username and authentication.", name, usualType[name])
		}
	}
}

// usualType is the type that a section of mail servers mostly has.
var usualType = map[string]string{"incomingServer": "imap", "outgoingServer": "smtp"}

func lintDomains(l *linter, provider *document.Node) {
	if provider.Child("domain") == nil {
		l.at(provider, checks.LintMissing, "emailProvider has no <domain>; Thunderbird then refuses the file").
			Fix = mailcheck.Textf("Add <domain>DOMAIN</domain> for each mail domain.")
	}
	for _, n := range provider.Children {
		if n.Name != "domain" {
			continue
		}
		if ascii, err := mailcheck.ParseDomain(n.Content()); err == nil && !document.ASCII(n.Content()) {
			l.at(n, checks.PublishHostNotASCII, "<domain> is %q", n.Content()).Fix = mailcheck.Textf("Write <domain>%s</domain>.", ascii)
		}
		// Files that a server makes for each request may leave the domain open.
		if _, err := mailcheck.ParseDomain(n.Content()); err != nil && n.Content() != "%EMAILDOMAIN%" {
			l.at(n, checks.LintValue, "<domain> is %q, not a domain: %v", n.Content(), err).Fix = mailcheck.Textf("Write the domain alone, such as example.com.")
		}
		if purpose, ok := n.Attr["purpose"]; ok && purpose != "mx" {
			lessOf(l.at(n, checks.LintValue, "the purpose of <domain> is %q; there is only mx", purpose), checks.Warning).
				Fix = mailcheck.Textf("Write purpose=\"mx\", or take the attribute out.")
		}
	}
}

// attributes finds elements without the attribute that they are there for.
func (l *linter) attributes(parent *document.Node) {
	for _, n := range parent.Children {
		if name := neededAttributes[n.Name]; name != "" && n.Attr[name] == "" {
			lessOf(l.at(n, checks.LintMissing, "<%s> has no %s", n.Name, name), checks.Warning).
				Fix = mailcheck.Textf("Write <%s %s=\"https://...\">.", n.Name, name)
		}
	}
}

// unknown finds the children that the format does not have.
func (l *linter) unknown(parent *document.Node, known []string) {
	for _, n := range parent.Children {
		if slices.Contains(known, n.Name) {
			continue
		}
		f := l.at(n, checks.LintUnknownName, "<%s> is not known inside <%s>", n.Name, parent.Name)
		if name := meant(n.Name, known); name != "" {
			f.Fix = mailcheck.Textf("Write <%s>.", name)
		}
	}
}

// meant returns the name that differs from a misspelt one in capital letters alone,
// or is it with its words in another order.
func meant(misspelt string, known []string) string {
	for _, name := range known {
		if strings.EqualFold(name, misspelt) || misspelt == "displayNameShort" && name == "displayShortName" {
			return name
		}
	}
	return ""
}

// lintOtherSection judges a section about calendars, address books and the like.
func lintOtherSection(l *linter, n *document.Node) {
	if n.Attr["type"] == "" {
		lessOf(l.at(n, checks.LintMissing, "<%s> has no type, so programs skip it", n.Name), checks.Warning).
			Fix = mailcheck.Textf("Write <%s type=\"...\">, such as caldav, carddav or webdav.", n.Name)
	}
	lintURLSection(l, n, n.Name)
}

// lintURLSection judges a section whose server has a URL, or a host name.
func lintURLSection(l *linter, n *document.Node, what string) {
	var place *document.Node
	for _, name := range []string{"url", "serverURL", "ewsURL", "easURL", "owaURL", "hostname"} {
		place = cmp.Or(place, n.Child(name))
	}
	if place == nil || place.Content() == "" {
		lessOf(l.at(n, checks.LintMissing, "the %s section has neither <url> nor <hostname>, so programs skip it", what), checks.Warning).
			Fix = mailcheck.Textf("Add <url>https://...</url>.")
		return
	}
	if place.Name != "hostname" {
		l.secureURL(place, what)
	}
	lintUsername(l, n)
	for _, a := range n.Children {
		if a.Name == "authentication" {
			lintSystem(l, a)
		}
	}
}

// secureURL wants https, or wss for what speaks over web sockets.
func (l *linter) secureURL(n *document.Node, what string) {
	u, err := url.Parse(n.Content())
	switch {
	case err != nil || u.Host == "":
		l.at(n, checks.LintValue, "<%s> of %s is %q, not a URL", n.Name, what, n.Content()).Fix = mailcheck.Textf("Write the whole URL: https://HOST/PATH")
	case u.Scheme == "http" || u.Scheme == "ws":
		l.at(n, checks.LintInsecure, "<%s> of %s is %q", n.Name, what, n.Content()).Fix = mailcheck.Textf("Write the https URL.")
	}
}

func lintOAuth(l *linter, n *document.Node) {
	l.unknown(n, oauthElements)
	for _, name := range []string{"authURL", "tokenURL"} {
		if c := n.Child(name); c != nil {
			l.secureURL(c, "oAuth2")
		}
	}
}
