package lint

import (
	"bytes"
	"cmp"
	"maps"
	"net/url"
	"slices"
	"unicode/utf8"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// judgeJSON judges a document in JSON: PACC is an object, what a QR code says is a list.
func (l *linter) judgeJSON(body []byte) {
	text := bytes.TrimPrefix(body, byteOrderMark)
	if len(text) < len(body) {
		l.find(checks.LintMalformed, 1, 1, "the document begins with a byte order mark").
			Fix = mailcheck.Textf("Save it without byte order mark (RFC 8259 section 8.1).")
	}
	root, err := document.ParseJSON(text)
	if err != nil {
		l.malformed(err)
		return
	}
	if root.List != nil {
		if len(root.List) == 0 || !isNumber(root.List[0]) {
			l.find(checks.LintUnknownKind, 0, 0, "a list in JSON that does not begin as the text of a QR code does, with the number of its version")
			return
		}
		l.judgeCode(root, len(bytes.TrimSpace(text)))
		return
	}
	if root.Get("protocols") == nil && root.Get("Url") != nil {
		l.find(checks.LintUnknownKind, 0, 0, "an Autodiscover answer of version 2 (JSON), which names no mail servers").
			Fix = mailcheck.Textf("Give the answer in XML, from /autodiscover/autodiscover.xml.")
		return
	}
	l.Kind = "PACC document (user-agent-configuration.json)"
	l.served([]string{"application/json"})
	lintPACC(l, root)
	if p, err := document.ParsePACC(text); err == nil {
		l.paccClient(p)
	}
}

// paccClient says what the document comes to. No client was verified; what the
// draft says is one like any other.
func (l *linter) paccClient(p *document.PACC) {
	servers, _ := p.Servers(mailcheck.Address{Local: "alice", Domain: "example.com"})
	result := mailcheck.ClientResult{
		Client: "a program that follows the draft", Outcome: mailcheck.Configures, Servers: servers, Ref: "draft-ietf-mailmaint-pacc",
	}
	if len(servers) == 0 {
		result.Outcome, result.Reason = mailcheck.Fails, mailcheck.Textf("the document names no server that can be used")
	}
	l.Clients = append(l.Clients, result)
}

// paccMember says which member describes each protocol. The protocols without a
// URL are reached with TLS from the first byte on their registered port.
var paccMember = map[string]string{
	"jmap": "url", "caldav": "url", "carddav": "url", "webdav": "url",
	"imap": "host", "pop3": "host", "smtp": "host", "submit": "host", "managesieve": "host",
}

// paccExample shows the objects that a document cannot do without.
var paccExample = map[string]string{
	"protocols": `{"imap": {"host": "HOST"}, "submit": {"host": "HOST"}}`, "authentication": `{"password": true}`,
}

var paccMembers = []string{"protocols", "authentication", "info"}

// lintPACC judges a PACC document (draft-ietf-mailmaint-pacc). The digest in DNS
// covers the very bytes, so the file must be served as it is.
func lintPACC(l *linter, root *document.Value) {
	l.paccNames(root, paccMembers, mailcheck.Textf("the document"))
	l.paccProtocols(root)
	l.paccAuthentication(root)
	l.paccInfo(root.Get("info"))
}

func (l *linter) atValue(v *document.Value, c *checks.Check, format string, args ...any) *mailcheck.Finding {
	return l.find(c, v.Line, v.Column, format, args...)
}

// paccNames finds members that are unknown, or that stand twice (RFC 8259 section 4
// leaves open which one counts).
func (l *linter) paccNames(v *document.Value, known []string, what mailcheck.Text) {
	for _, name := range v.Names {
		if slices.Contains(known, name) {
			continue
		}
		f := l.atValue(v.Object[name], checks.LintUnknownName, "%s has no member %q", what, name)
		if right := meant(name, known); right != "" {
			f.Fix = mailcheck.Textf("Write %q; capital letters matter.", right)
		}
	}
	for _, again := range v.Again {
		l.atValue(again, checks.LintValue, "a member of %s stands twice", what).Fix = mailcheck.Textf("Leave one of them.")
	}
}

// paccObject returns a member that has to be an object, or says that it is not.
func (l *linter) paccObject(root *document.Value, name string) *document.Value {
	v := root.Get(name)
	if v == nil {
		l.atValue(root, checks.LintMissing, "there is no object %q", name).Fix = mailcheck.Textf("Add %q: %s.", name, paccExample[name])
		return nil
	}
	if v.Object == nil {
		l.atValue(v, checks.LintValue, "%q is not an object", name).Fix = mailcheck.Textf("Write %q: {...}.", name)
		return nil
	}
	return v
}

func (l *linter) paccProtocols(root *document.Value) {
	protocols := l.paccObject(root, "protocols")
	if protocols == nil {
		return
	}
	l.paccNames(protocols, slices.Sorted(maps.Keys(paccMember)), mailcheck.Textf("%q", "protocols"))
	for _, name := range protocols.Names {
		if paccMember[name] != "" {
			l.paccProtocol(name, protocols.Object[name])
		}
	}
	reads := protocols.Get("imap") != nil || protocols.Get("pop3") != nil
	switch sends := [2]bool{protocols.Get("smtp") != nil, protocols.Get("submit") != nil}; {
	case protocols.Get("jmap") != nil:
	case !reads:
		lessOf(l.atValue(protocols, checks.LintMissing, "there is no server for reading mail (imap, pop3 or jmap)"), checks.Warning).
			Fix = mailcheck.Textf("Add \"imap\": {\"host\": \"HOST\"}.")
	case sends == [2]bool{}:
		lessOf(l.atValue(protocols, checks.LintMissing, "there is no server for sending mail (submit)"), checks.Warning).
			Fix = mailcheck.Textf("Add \"submit\": {\"host\": \"HOST\"}.")
	}
	if old := protocols.Get("smtp"); old != nil && protocols.Get("submit") == nil {
		lessOf(l.atValue(old, checks.LintUnknownName, "\"smtp\" is the name of draft 02; draft 03 has \"submit\""), checks.Info).
			Fix = mailcheck.Textf("Publish both for as long as programs follow both drafts.")
	}
}

func (l *linter) paccProtocol(name string, v *document.Value) {
	member := paccMember[name]
	text, ok := v.Get(member).Text()
	if !ok || text == "" {
		example := map[string]string{"host": "HOST", "url": "https://HOST/PATH/"}[member]
		f := l.atValue(v, checks.LintMissing, "%s has no text %q", name, member)
		f.Element = name
		f.Fix = mailcheck.Textf("Write %q: {%q: %q}.", name, member, example)
		return
	}
	place := v.Get(member)
	if member == "host" {
		l.judgeHost(memberValue(place, text, name, "host"))
		return
	}
	l.paccURL(place, name, text)
	if u, err := url.Parse(text); err == nil && u.Path == "" && u.Hostname() != "" && name != "jmap" {
		f := l.atValue(place, checks.LintValue, "%s: %q has no path", name, text)
		f.Element = name
		f.Fix = mailcheck.Textf("Write the whole URL, at least with a / behind the host.")
	}
}

// paccURL wants an https URL without port.
func (l *linter) paccURL(place *document.Value, what, text string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "":
		l.is(memberValue(place, text, what, "url"), checks.LintValue, "%s: %q is not an https URL", what, text).Fix = mailcheck.Textf("Write https://HOST/PATH.")
	case u.Port() != "":
		l.is(memberValue(place, text, what, "url"), checks.LintValue, "%s: %q names a port, which is not allowed", what, text).Fix = mailcheck.Textf("Serve it on port 443, and leave the port out.")
	}
}

func (l *linter) paccAuthentication(root *document.Value) {
	auth := l.paccObject(root, "authentication")
	if auth == nil {
		return
	}
	l.paccNames(auth, []string{"oauth-public", "password"}, mailcheck.Textf("%q", "authentication"))
	oauth, password := auth.Get("oauth-public"), auth.Get("password")
	if oauth != nil {
		issuer, _ := oauth.Get("issuer").Text()
		place := cmp.Or(oauth.Get("issuer"), oauth)
		if u, err := url.Parse(issuer); issuer == "" {
			l.atValue(place, checks.LintMissing, "oauth-public has no text \"issuer\"").Fix = mailcheck.Textf("Write \"oauth-public\": {\"issuer\": \"https://HOST/\"}.")
		} else if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
			l.atValue(place, checks.LintValue, "the issuer %q is not an https URL without query", issuer).Fix = mailcheck.Textf("Write the issuer as its metadata has it (RFC 8414 section 2).")
		}
	}
	if password != nil {
		if _, ok := password.Scalar.(bool); !ok {
			l.atValue(password, checks.LintValue, "\"password\" is not true or false").Fix = mailcheck.Textf("Write \"password\": true, without quotation marks around true.")
		}
	}
	if oauth == nil && (password == nil || password.Scalar == false) {
		lessOf(l.atValue(auth, checks.LintMissing, "there is no way to log in, neither \"oauth-public\" nor \"password\": true"), checks.Warning).
			Fix = mailcheck.Textf("Name the ways to log in that the servers offer.")
	}
}

// paccInfo judges what is there for people to see.
func (l *linter) paccInfo(info *document.Value) {
	provider := info.Get("provider")
	for _, limit := range []struct {
		name string
		most int
	}{{"name", 60}, {"shortName", 20}} {
		if text, _ := provider.Get(limit.name).Text(); utf8.RuneCountInString(text) > limit.most {
			l.atValue(provider.Get(limit.name), checks.LintValue, "%s is longer than %d characters", limit.name, limit.most).Fix = mailcheck.Textf("Write a shorter name.")
		}
	}
	if logo := provider.Get("logo"); logo != nil && logo.List == nil {
		lessOf(l.atValue(logo, checks.LintValue, "\"logo\" is not a list"), checks.Warning).Fix = mailcheck.Textf("Write \"logo\": [{\"url\": ..., \"content-type\": ...}].")
	}
	if contact := info.Get("help").Get("contact"); contact != nil && contact.List == nil {
		lessOf(l.atValue(contact, checks.LintValue, "\"contact\" is not a list"), checks.Warning).Fix = mailcheck.Textf("Write \"contact\": [\"mailto:ADDRESS\"].")
	}
}
