package lint

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// lintProfile judges an Apple configuration profile.
func lintProfile(l *linter, root *document.Node) {
	profile := root.Child("dict")
	if profile == nil {
		l.at(root, checks.LintMissing, "the property list has no <dict>").Fix = mailcheck.Textf("Put the profile into <plist version=\"1.0\"><dict>...</dict></plist>.")
		return
	}
	if !l.signed {
		l.find(checks.LintUnsigned, 0, 0, "an XML property list, without CMS signed data around it")
	}
	top := l.dict(profile)
	if is(top["IsEncrypted"], "true") {
		lessOf(l.at(profile, checks.LintMissing, "the profile is encrypted, so the accounts in it cannot be judged"), checks.Info).
			Fix = mailcheck.Textf("To have it judged, give the profile before it is encrypted.")
		return
	}
	l.keys(profile, top, "Configuration", mailcheck.Textf("the profile"))
	if content := top["PayloadContent"]; is(content, "array") {
		lintPayloads(l, content, top)
	}
	if i := slices.IndexFunc(l.Findings, func(f mailcheck.Finding) bool { return f.Check == checks.PublishTemplate }); i >= 0 {
		for j := range l.Clients {
			l.Clients[j].Outcome, l.Clients[j].Reason = mailcheck.Fails, mailcheck.Textf("the device takes the value as it stands: line %d: %s", l.Findings[i].Line, l.Findings[i].Detail)
		}
	}
	if slices.ContainsFunc(l.Findings, func(f mailcheck.Finding) bool {
		return f.Severity == checks.Failure && f.Check != checks.LintInsecure
	}) {
		for i := range l.Clients {
			l.Clients[i].Outcome, l.Clients[i].Reason = mailcheck.NotKnown, mailcheck.Textf("what a device makes of a profile with these faults is not documented")
			if !l.refused.Empty() {
				l.Clients[i].Outcome, l.Clients[i].Reason = mailcheck.Fails, mailcheck.Textf("the device refuses to install the profile (by reports, not documented): %s", l.refused)
			}
		}
	}
}

// is reports whether a value is there and has a type of property lists.
func is(n *document.Node, kind string) bool { return n != nil && n.Name == kind }

// lintPayloads judges each account of the profile.
func lintPayloads(l *linter, content *document.Node, top map[string]*document.Node) {
	used := map[string]bool{} // identifiers and UUIDs, of the profile too
	l.once(used, top)
	accounts := 0
	for _, n := range content.Children {
		if n.Name != "dict" {
			l.at(n, checks.LintValue, "PayloadContent holds a <%s> where a <dict> belongs", n.Name).Fix = mailcheck.Textf("Put each account into a <dict>.")
			continue
		}
		values := l.dict(n)
		kind, what := "", mailcheck.Textf("the payload")
		if values["PayloadType"] != nil {
			kind = values["PayloadType"].Content()
		}
		if kind != "" {
			what = mailcheck.Textf("the payload %s", kind)
		}
		l.keys(n, values, kind, what)
		l.once(used, values)
		if _, known := profileKeys[kind]; known && kind != "Configuration" {
			accounts++
		}
		switch kind {
		case "com.apple.mail.managed":
			lintMailPayload(l, n, values)
		case "com.apple.caldav.account":
			lintDAVPayload(l, values, "CalDAV")
		case "com.apple.carddav.account":
			lintDAVPayload(l, values, "CardDAV")
		case "com.apple.eas.account", "com.apple.ews.account":
			lintExchangePayload(l, n, values, kind == "com.apple.eas.account")
		}
	}
	if accounts == 0 {
		lessOf(l.at(content, checks.LintMissing, "there is no account in the profile, such as com.apple.mail.managed"), checks.Warning).
			Fix = mailcheck.Textf("Add a payload with an account, or see whether this is the right profile.")
	}
}

// refuse keeps the first fault for which devices are reported not to install a profile:
// a required key that is missing or empty, and a UUID that stands twice ("used more than
// once in the profile").
func (l *linter) refuse(f *mailcheck.Finding) {
	if l.refused.Empty() {
		l.refused = mailcheck.Textf("line %d: %s", f.Line, f.Detail)
	}
}

// once finds what has to be unique but is not.
func (l *linter) once(used map[string]bool, values map[string]*document.Node) {
	for _, name := range []string{"PayloadUUID", "PayloadIdentifier"} {
		id := values[name]
		if id == nil || id.Content() == "" {
			continue
		}
		if used[id.Content()] {
			f := l.at(id, checks.LintValue, "%s %s is used more than once in the profile", name, id.Content())
			f.Element, f.Fix = name, mailcheck.Textf("Give the profile and each payload their own: `uuidgen` makes one.")
			if name == "PayloadIdentifier" {
				f.Fix = mailcheck.Textf("Give the profile and each payload their own, or one account takes the place of the other.")
			} else {
				l.refuse(f)
			}
		}
		used[id.Content()] = true
	}
}

// dict returns the values of a property list's dictionary by key.
func (l *linter) dict(n *document.Node) map[string]*document.Node {
	values := map[string]*document.Node{}
	for i, c := range n.Children {
		switch {
		case c.Name != "key":
			if i == 0 || n.Children[i-1].Name != "key" {
				l.at(c, checks.LintMalformed, "<%s> stands without a <key> before it", c.Name)
			}
		case i+1 == len(n.Children) || n.Children[i+1].Name == "key":
			l.at(c, checks.LintMalformed, "the key %s has no value", c.Content())
		case values[c.Content()] != nil:
			l.at(c, checks.LintValue, "the key %s stands twice", c.Content()).Fix = mailcheck.Textf("Leave one of them.")
		default:
			values[c.Content()] = n.Children[i+1]
		}
	}
	return values
}

// keys checks a dictionary against the keys it must and may have. Of payloads that
// are no account only what all have in common is known.
func (l *linter) keys(n *document.Node, values map[string]*document.Node, kind string, what mailcheck.Text) {
	keys, known := profileKeys[kind]
	if !known {
		keys = payload()
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		key, v := keys[name], values[name]
		if v == nil {
			if key.required {
				f := l.at(n, checks.LintMissing, "%s has no %s", what, name)
				f.Element, f.Fix = name, key.example()
				l.refuse(f)
			}
			continue
		}
		switch written := v.Content(); {
		case typeOf(v) != key.kind && !(key.kind == "real" && v.Name == "integer"):
			l.at(v, checks.LintValue, "%s is written as <%s>, not as %s", name, v.Name, key.element()).Fix = key.example()
		case key.required && key.kind != "array" && written == "":
			f := l.at(v, checks.LintMissing, "%s is empty", name)
			f.Fix = key.example()
			l.refuse(f)
		case key.values != nil && !slices.Contains(key.values, written):
			l.at(v, checks.LintValue, "%s is %q, not %s", name, written, mailcheck.Joined(key.values, " or ")).Fix = key.example()
		case key.kind == "integer" && !isInteger(written):
			f := l.at(v, checks.LintValue, "%s is %q, not a number", name, written)
			f.Fix = key.example()
			if written == "" {
				l.refuse(f)
			}
		}
	}
	if known {
		l.unknownKeys(n, keys, what)
	}
}

// unknownKeys finds keys that the kind of payload does not have: devices skip them.
func (l *linter) unknownKeys(n *document.Node, keys map[string]profileKey, what mailcheck.Text) {
	for _, c := range n.Children {
		if c.Name != "key" {
			continue
		}
		if _, known := keys[c.Content()]; known {
			continue
		}
		f := l.at(c, checks.LintUnknownName, "%s has no key of the name %s", what, c.Content())
		f.Fix = mailcheck.Textf("Check its spelling, or take it out with its value.")
		if name := meant(c.Content(), slices.Sorted(maps.Keys(keys))); name != "" {
			f.Fix = mailcheck.Textf("Write %s; capital letters matter.", name)
		}
	}
}

func isInteger(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

func typeOf(v *document.Node) string {
	if v.Name == "true" || v.Name == "false" {
		return "boolean"
	}
	return v.Name
}

func (k profileKey) element() mailcheck.Text {
	if k.kind == "boolean" {
		return mailcheck.Textf("<true/> or <false/>")
	}
	return mailcheck.Textf("<%s>", k.kind)
}

// example shows how a key is written.
func (k profileKey) example() mailcheck.Text {
	switch k.kind {
	case "boolean":
		return mailcheck.Textf("Write <key>%s</key><true/> or <false/>.", k.name)
	case "string", "integer":
		value := mailcheck.Textf("...")
		if k.values != nil {
			value = mailcheck.Joined(k.values, " or ")
		}
		return mailcheck.Textf("Write <key>%s</key><%s>%s</%s>.", k.name, k.kind, value, k.kind)
	}
	return mailcheck.Textf("Write <key>%s</key><%s>...</%s>.", k.name, k.kind, k.kind)
}

// lintMailPayload judges the servers of a mail account, and says what the device
// would be set to. Without UseSSL, which is false by default, the password goes in
// clear.
func lintMailPayload(l *linter, n *document.Node, values map[string]*document.Node) {
	account := mailcheck.ClientResult{
		Client: "Apple Mail (macOS, iOS)", Outcome: mailcheck.Asks, Ref: "Apple device management: com.apple.mail.managed",
		Reason: mailcheck.Textf("the user has to open the profile and to allow it in the settings of the device"),
	}
	protocols := map[string]mailcheck.Protocol{"Incoming": mailcheck.IMAP, "Outgoing": mailcheck.Submission}
	if t := values["EmailAccountType"]; t != nil && t.Content() == "EmailTypePOP" {
		protocols["Incoming"] = mailcheck.POP3
	}
	for _, side := range []string{"Incoming", "Outgoing"} {
		if ssl := values[side+"MailServerUseSSL"]; ssl == nil || ssl.Name == "false" {
			l.at(cmp.Or(ssl, n), checks.LintInsecure, "%sMailServerUseSSL is not true, and without it there is no encryption", side).
				Fix = mailcheck.Textf("Write <key>%sMailServerUseSSL</key><true/>.", side)
		}
		l.port(values[side+"MailServerPortNumber"], side+"MailServerPortNumber")
		l.host(values[side+"MailServerHostName"], side+"MailServerHostName")
		l.password(values[side+"Password"], side+"Password")
		l.username(values[side+"MailServerUsername"], side+"MailServerUsername")
	}
	if values["OutgoingMailServerPortNumber"] == nil {
		lessOf(l.at(n, checks.LintMissing, "there is no OutgoingMailServerPortNumber, so the device tries 25, 587 and 465"), checks.Info).
			Fix = mailcheck.Textf("Write <key>OutgoingMailServerPortNumber</key><integer>465</integer>, or 587.")
	}
	l.username(values["EmailAddress"], "EmailAddress")
	account.Servers = mailPayloadServers(protocols, values)
	l.Clients = append(l.Clients, account)
}

// mailPayloadServers returns the servers of a mail account that are complete. A
// port that is left out is the protocol's own for reading; for sending a device
// tries several.
func mailPayloadServers(protocols map[string]mailcheck.Protocol, values map[string]*document.Node) []mailcheck.Server {
	var servers []mailcheck.Server
	text := func(key string) string {
		if values[key] == nil {
			return ""
		}
		return values[key].Content()
	}
	for _, side := range []string{"Incoming", "Outgoing"} {
		host, err := mailcheck.ParseHost(text(side + "MailServerHostName"))
		if err != nil {
			continue
		}
		security := mailcheck.Plain
		if is(values[side+"MailServerUseSSL"], "true") {
			security = mailcheck.ImplicitTLS
		}
		s := mailcheck.Server{Protocol: protocols[side], Host: host, Security: security, Port: mailcheck.DefaultPort(protocols[side], security)}
		if port, err := strconv.ParseUint(text(side+"MailServerPortNumber"), 10, 16); err == nil && port > 0 {
			s.Port = uint16(port)
		}
		if security == mailcheck.ImplicitTLS && s.Port == mailcheck.DefaultPort(s.Protocol, mailcheck.StartTLS) {
			s.Security = mailcheck.StartTLS // UseSSL stands for both
		}
		if user := text(side + "MailServerUsername"); mailcheck.Printable(user) {
			s.Username = user
		}
		servers = append(servers, s)
	}
	return servers
}

// lintDAVPayload judges an account with calendars or address books. Its UseSSL is
// true by default.
func lintDAVPayload(l *linter, values map[string]*document.Node, protocol string) {
	if ssl := values[protocol+"UseSSL"]; is(ssl, "false") {
		l.at(ssl, checks.LintInsecure, "%sUseSSL is false", protocol).Fix = mailcheck.Textf("Write <key>%sUseSSL</key><true/>, or leave it out.", protocol)
	}
	l.port(values[protocol+"Port"], protocol+"Port")
	l.host(values[protocol+"HostName"], protocol+"HostName")
	l.password(values[protocol+"Password"], protocol+"Password")
}

// lintExchangePayload judges an account with ActiveSync or Exchange Web Services;
// only the former has SSL off by default.
func lintExchangePayload(l *linter, n *document.Node, values map[string]*document.Node, activeSync bool) {
	for _, name := range []string{"SSL", "ExternalSSL"} {
		if ssl := values[name]; is(ssl, "false") || ssl == nil && activeSync && name == "SSL" {
			l.at(cmp.Or(ssl, n), checks.LintInsecure, "%s is not true, and without it there is no encryption", name).
				Fix = mailcheck.Textf("Write <key>%s</key><true/>.", name)
		}
	}
	l.port(values["Port"], "Port")
	l.port(values["ExternalPort"], "ExternalPort")
	l.host(values["Host"], "Host")
	l.host(values["ExternalHost"], "ExternalHost")
	l.password(values["Password"], "Password")
	l.password(values["CertificatePassword"], "CertificatePassword")
	if p := values["Password"]; is(values["OAuth"], "true") && p != nil {
		l.at(p, checks.LintValue, "there is a Password although OAuth is true").Fix = mailcheck.Textf("Take the Password out.")
	}
	if u := values["OAuthSignInURL"]; u != nil && values["Host"] == nil {
		l.at(u, checks.LintMissing, "there is an OAuthSignInURL, but no Host").Fix = mailcheck.Textf("Add <key>Host</key><string>HOST</string>.")
	}
	services := []string{"EnableMail", "EnableContacts", "EnableCalendars", "EnableReminders", "EnableNotes"}
	if activeSync && !slices.ContainsFunc(services, func(name string) bool { return !is(values[name], "false") }) {
		l.at(values["EnableMail"], checks.LintValue, "%s are all false", strings.Join(services, ", ")).Fix = mailcheck.Textf("At least one of them has to be true.")
	}
}

func (l *linter) port(p *document.Node, key string) {
	if !is(p, "integer") {
		return // keys has said so
	}
	if port, err := strconv.ParseUint(p.Content(), 10, 16); isInteger(p.Content()) && (err != nil || port == 0) {
		l.at(p, checks.LintValue, "%s is %s, not a number from 1 to 65535", key, p.Content()).Fix = mailcheck.Textf("Write a number from 1 to 65535, or leave the key out.")
	}
}

func (l *linter) host(h *document.Node, key string) {
	if !is(h, "string") || h.Content() == "" {
		return
	}
	l.judgeHost(keyValue(h, key))
}

// username judges a user name or an address. That the two are in different domains is
// somebody's choice.
func (l *linter) username(v *document.Node, key string) {
	if is(v, "string") && v.Content() != "" {
		l.judgeUsername(keyValue(v, key))
	}
}

func (l *linter) password(p *document.Node, key string) {
	if p != nil && p.Content() != "" {
		l.at(p, checks.LintPassword, "%s", key)
	}
}
