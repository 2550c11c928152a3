package lint

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// The namespaces of an Autodiscover answer ([MS-OXDSCLI]); programs compare them
// letter by letter. Some pages of the documentation show https, which is wrong.
const (
	answerSpace  = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
	outlookSpace = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
	mobileSpace  = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"
)

var (
	answerTypes = []string{"IMAP", "POP3", "SMTP", "EXCH", "EXPR", "EXHTTP", "WEB", "CalDAV", "CardDAV"}
	// What a Protocol of IMAP, POP3 or SMTP has in it (Microsoft: Protocol (POX);
	// Encryption: MS-OXDSCLI).
	protocolElements = []string{
		"Type", "TTL", "ExpirationDate", "Server", "Port", "LoginName", "DomainRequired", "DomainName", "SPA", "SSL", "Encryption",
		"AuthRequired", "AuthPackage", "UsePOPAuth", "SMTPLast", "CertPrincipalName", "NetworkRequirements",
	}
	onOff = []string{"SPA", "SSL", "DomainRequired", "AuthRequired", "UsePOPAuth", "SMTPLast"}
	// What they are at nearly all servers.
	usually = map[string]string{"SPA": "off", "SSL": "on", "DomainRequired": "off", "AuthRequired": "on", "UsePOPAuth": "off", "SMTPLast": "off"}
)

// lintAutodiscover judges an Autodiscover answer (POX).
func lintAutodiscover(l *linter, root *document.Node) {
	if root.Space != answerSpace {
		l.at(root, checks.LintValue, "<Autodiscover> is in the namespace %q, not %q", root.Space, answerSpace).
			Fix = mailcheck.Textf("Write <Autodiscover xmlns=\"%s\">.", answerSpace)
	}
	response := root.Child("Response")
	if response == nil {
		l.at(root, checks.LintMissing, "there is no <Response>").Fix = mailcheck.Textf("Put the answer into <Response xmlns=\"%s\">.", outlookSpace)
		return
	}
	if e := response.Child("Error"); e != nil {
		l.at(e, checks.LintValue, "the answer is an error: %s %s", e.Text("ErrorCode"), e.Text("Message")).
			Fix = mailcheck.Textf("See the service's log: it did not know the mailbox, or could not read the request.")
		return
	}
	if response.Space == mobileSpace {
		lintMobileSync(l, response)
		return
	}
	if response.Space != outlookSpace {
		l.at(response, checks.LintValue, "<Response> is in the namespace %q, not %q", response.Space, outlookSpace).
			Fix = mailcheck.Textf("Write <Response xmlns=\"%s\">.", outlookSpace)
	}
	var accounts []*document.Node
	for _, n := range response.Children {
		if n.Name == "Account" {
			accounts = append(accounts, n)
		}
	}
	switch len(accounts) {
	case 0:
		l.at(response, checks.LintMissing, "there is no <Account>").Fix = mailcheck.Textf("Add <Account> with AccountType, Action and the protocols.")
		return
	case 1:
	default:
		l.at(accounts[1], checks.LintValue, "there are %d <Account> elements", len(accounts)).Fix = mailcheck.Textf("Put all <Protocol> elements into one.")
	}
	for _, account := range accounts {
		lintAccount(l, account)
	}
}

// lintMobileSync judges the answer for ActiveSync, which has no other servers
// (MS-ASCMD section 2.2.1.1).
func lintMobileSync(l *linter, response *document.Node) {
	action := response.Child("Action")
	if action == nil {
		l.at(response, checks.LintMissing, "there is no <Action>").Fix = mailcheck.Textf("Add <Action> with <Settings>, <Redirect> or <Error>.")
		return
	}
	if e := action.Child("Error"); e != nil {
		l.at(e, checks.LintValue, "the answer is an error: %s %s", e.Text("Status"), e.Text("Message")).
			Fix = mailcheck.Textf("See the service's log: it did not know the mailbox, or could not read the request.")
		return
	}
	settings := action.Child("Settings")
	if settings == nil {
		if action.Child("Redirect") == nil {
			l.at(action, checks.LintMissing, "<Action> has neither <Settings> nor <Redirect>").Fix = mailcheck.Textf("Add <Settings> with the <Server>.")
		}
		return
	}
	if settings.Child("Server") == nil {
		l.at(settings, checks.LintMissing, "there is no <Server>").Fix = mailcheck.Textf("Add <Server> with Type, Url and Name.")
	}
	for _, n := range settings.Children {
		if n.Name != "Server" {
			continue
		}
		if kind := n.Text("Type"); kind != "MobileSync" && kind != "CertEnroll" {
			l.at(cmp.Or(n.Child("Type"), n), checks.LintValue, "Type is %q, not MobileSync or CertEnroll", kind).Fix = mailcheck.Textf("Write <Type>MobileSync</Type>.")
		}
		l.answerURL(n, "Url")
	}
}

// answerURL wants an https URL in an element.
func (l *linter) answerURL(n *document.Node, name string) {
	u, err := url.Parse(n.Text(name))
	switch {
	case n.Text(name) == "":
		l.at(n, checks.LintMissing, "there is no <%s>", name).Fix = mailcheck.Textf("Add <%s>https://...</%s>.", name, name)
	case err != nil || u.Scheme != "https" || u.Hostname() == "":
		l.at(n.Child(name), checks.LintValue, "<%s> is %q, not an https URL", name, n.Text(name)).Fix = mailcheck.Textf("Write <%s>https://...</%s>.", name, name)
	}
}

func lintAccount(l *linter, account *document.Node) {
	switch action := account.Text("Action"); action {
	case "settings":
	case "redirectUrl":
		l.answerURL(account, "RedirectUrl")
		return
	case "redirectAddr":
		if text := account.Text("RedirectAddr"); text == "" {
			l.at(account, checks.LintMissing, "the action is redirectAddr, but there is no <RedirectAddr>").Fix = mailcheck.Textf("Add <RedirectAddr>ADDRESS</RedirectAddr>.")
		} else if a, err := mailcheck.ParseAddress(text); err != nil || a.Local == "" {
			l.at(account.Child("RedirectAddr"), checks.LintValue, "<RedirectAddr> is %q, not an address", text).Fix = mailcheck.Textf("Write the mailbox's whole address.")
		}
		return
	case "":
		l.at(account, checks.LintMissing, "there is no <Action>").Fix = mailcheck.Textf("Add <Action>settings</Action>.")
	default:
		l.at(account.Child("Action"), checks.LintValue, "Action is %q, not settings, redirectAddr or redirectUrl", action).Fix = mailcheck.Textf("Write <Action>settings</Action>.")
	}
	switch kind := account.Text("AccountType"); kind {
	case "email":
	case "":
		l.at(account, checks.LintMissing, "there is no <AccountType>").Fix = mailcheck.Textf("Add <AccountType>email</AccountType>.")
	default:
		l.at(account.Child("AccountType"), checks.LintValue, "AccountType is %q, not email", kind).Fix = mailcheck.Textf("Write <AccountType>email</AccountType>.")
	}
	types := map[string]bool{}
	for _, n := range account.Children {
		if n.Name == "Protocol" {
			types[strings.ToUpper(cmp.Or(n.Text("Type"), n.Attr["Type"]))] = true
			lintAnswerProtocol(l, n)
		}
	}
	l.protocolsEncrypted(account)
	exchange := types["EXCH"] || types["EXPR"] || types["EXHTTP"] || types["MAPIHTTP"]
	switch {
	case len(types) == 0:
		f := l.at(account, checks.LintMissing, "there is no <Protocol>")
		f.Element = "Protocol"
		f.Fix = mailcheck.Textf("Add a <Protocol> for each server.")
		return
	case !exchange && !types["IMAP"] && !types["POP3"]:
		lessOf(l.at(account, checks.LintMissing, "there is no server for reading mail: no <Protocol> of the type IMAP or POP3"), checks.Warning).
			Fix = mailcheck.Textf("Add <Protocol><Type>IMAP</Type>...</Protocol>.")
	case !exchange && !types["SMTP"]:
		lessOf(l.at(account, checks.LintMissing, "there is no server for sending mail: no <Protocol> of the type SMTP"), checks.Warning).
			Fix = mailcheck.Textf("Add <Protocol><Type>SMTP</Type>...</Protocol>.")
	}
	outlook := mailcheck.ClientResult{Client: "Outlook (classic)", Outcome: mailcheck.Configures, Ref: "Autodiscover for Exchange (Microsoft)"}
	if !exchange {
		outlook.Outcome = mailcheck.Asks
		outlook.Reason = mailcheck.Textf("there is no Exchange in the answer; the set-up since 2016 ignores IMAP, POP3 and SMTP (by reports of operators, not verified)")
	}
	l.Clients = append(l.Clients, outlook)
}

// lintAnswerProtocol judges one Protocol element of a mail server.
func lintAnswerProtocol(l *linter, n *document.Node) {
	kind := cmp.Or(n.Text("Type"), n.Attr["Type"])
	if !slices.Contains(append(answerTypes, "mapiHttp"), kind) {
		lessOf(l.at(cmp.Or(n.Child("Type"), n), checks.LintValue, "Type %q is not one of %s", kind, strings.Join(answerTypes, ", ")), checks.Warning)
		return
	}
	protocol := document.SectionProtocols[strings.ToLower(kind)]
	if protocol == "" {
		return
	}
	l.unknown(n, protocolElements)
	if server := n.Text("Server"); server == "" {
		f := l.at(cmp.Or(n.Child("Server"), n), checks.LintMissing, "the %s protocol has no <Server>", kind)
		f.Element, f.Fix = "Server", mailcheck.Textf("Add <Server>HOST</Server>.")
	} else {
		l.judgeHost(elementValue(n.Child("Server"), false))
	}
	port, err := strconv.ParseUint(n.Text("Port"), 10, 16)
	if n.Text("Port") == "" {
		f := l.at(cmp.Or(n.Child("Port"), n), checks.LintMissing, "the %s protocol has no <Port>", kind)
		f.Element = "Port"
		f.Fix = mailcheck.Textf("Add <Port>%d</Port>.", mailcheck.DefaultPort(protocol, answerSecurity(n)))
	} else if err != nil || port == 0 {
		l.at(n.Child("Port"), checks.LintValue, "the port of %s is %q, not a number from 1 to 65535", kind, n.Text("Port")).
			Fix = mailcheck.Textf("Write <Port>%d</Port>, or whichever number from 1 to 65535 the server has.", mailcheck.DefaultPort(protocol, answerSecurity(n)))
	}
	if name := n.Child("LoginName"); name != nil && name.Content() != "" {
		l.judgeUsername(elementValue(name, false))
	}
	for _, name := range onOff {
		if c := n.Child(name); c != nil && name != "SSL" && !strings.EqualFold(c.Content(), "on") && !strings.EqualFold(c.Content(), "off") {
			l.at(c, checks.LintValue, "%s of %s is %q, not on or off", name, kind, c.Content()).Fix = mailcheck.Textf("Write <%s>%s</%[1]s>.", name, usually[name])
		}
	}
	if c := n.Child("TTL"); c != nil && !isInteger(c.Content()) {
		l.at(c, checks.LintValue, "TTL of %s is %q, not a number of hours", kind, c.Content()).Fix = mailcheck.Textf("Write <TTL>1</TTL>.")
	}
	l.judgeAnswerWords(n, uint16(port))
	lintAnswerSecurity(l, n, kind, protocol, uint16(port))
	if spa := n.Text("SPA"); spa == "" || strings.EqualFold(spa, "on") {
		l.at(cmp.Or(n.Child("SPA"), n), checks.AutodiscoverSPA, "SPA is not off for %s; on is the default", kind)
	}
}

// answerSecurity returns how an answer has a server encrypted; TLS where it has none.
func answerSecurity(n *document.Node) mailcheck.Security {
	if n.Text("Encryption") == "TLS" {
		return mailcheck.StartTLS
	}
	return mailcheck.ImplicitTLS
}

// lintAnswerSecurity reads Encryption, which goes before SSL; SSL alone is on by
// default and says nothing about STARTTLS.
func lintAnswerSecurity(l *linter, n *document.Node, kind string, protocol mailcheck.Protocol, port uint16) {
	encryption, ssl := n.Text("Encryption"), n.Text("SSL")
	place := cmp.Or(n.Child("Encryption"), n.Child("SSL"), n)
	right := answerWords(document.SecurityMeant(encryption, port))
	switch {
	case strings.EqualFold(encryption, "None"), encryption == "" && strings.EqualFold(ssl, "off"):
		l.at(place, checks.LintInsecure, "the %s protocol is without encryption on port %d (%s)", kind, port, written(n)).
			Fix = mailcheck.Textf("Write <SSL>on</SSL> and %s, and offer that on port %d if the server does not yet.", right, port)
	case encryption == "SSL" && port == mailcheck.DefaultPort(protocol, mailcheck.StartTLS),
		encryption == "TLS" && port == mailcheck.DefaultPort(protocol, mailcheck.ImplicitTLS):
		lessOf(l.at(place, checks.PublishPortSecurity, "%s: port %d with Encryption %s (TLS means STARTTLS here)", kind, port, encryption), checks.Warning).
			Fix = mailcheck.Textf("Write SSL for port %d, TLS for port %d: here %s.", mailcheck.DefaultPort(protocol, mailcheck.ImplicitTLS), mailcheck.DefaultPort(protocol, mailcheck.StartTLS), right)
	case encryption == "" && port != 0 && port == mailcheck.DefaultPort(protocol, mailcheck.StartTLS):
		l.at(place, checks.AutodiscoverSSLPort, "%s: port %d with %s", kind, port, written(n)).
			Fix = mailcheck.Textf("Write <Encryption>TLS</Encryption>, which means STARTTLS, or <Port>%d</Port>.", mailcheck.DefaultPort(protocol, mailcheck.ImplicitTLS))
	}
}

// answerWords are the words of an answer for a way to encrypt.
func answerWords(s mailcheck.Security) string {
	if s == mailcheck.StartTLS {
		return "<Encryption>TLS</Encryption>"
	}
	return "<Encryption>SSL</Encryption>"
}

// written is what an answer has on encryption.
func written(n *document.Node) mailcheck.Text {
	var words []string
	for _, name := range []string{"SSL", "Encryption"} {
		if c := n.Child(name); c != nil {
			words = append(words, name+" "+c.Content())
		}
	}
	return mailcheck.Textf("%s", mailcheck.ListOf(words).Or("neither SSL nor Encryption, which means SSL"))
}
