package autoconfig

import (
	"slices"
	"strconv"
	"strings"

	"mailcheck"
)

// The namespaces of an Autodiscover answer ([MS-OXDSCLI]); programs compare them
// letter by letter. Some pages of the documentation show https, which is wrong.
const (
	answerSpace  = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
	outlookSpace = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
	mobileSpace  = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"
)

var answerTypes = []string{"IMAP", "POP3", "SMTP", "EXCH", "EXPR", "EXHTTP", "WEB", "CalDAV", "CardDAV"}

// lintAutodiscover judges an Autodiscover answer (POX).
func lintAutodiscover(l *linter, root *node) {
	if root.space != answerSpace {
		l.at(root, mailcheck.LintValue, "<Autodiscover> is in the namespace %q, not %q", root.space, answerSpace)
	}
	response := root.child("Response")
	if response == nil {
		l.at(root, mailcheck.LintMissing, "there is no <Response>")
		return
	}
	if e := response.child("Error"); e != nil {
		l.at(e, mailcheck.LintValue, "the answer is an error: %s %s", e.text("ErrorCode"), e.text("Message"))
		return
	}
	if response.space == mobileSpace {
		return // for ActiveSync; it has no mail servers
	}
	if response.space != outlookSpace {
		l.at(response, mailcheck.LintValue, "<Response> is in the namespace %q, not %q", response.space, outlookSpace)
	}
	var accounts []*node
	for _, n := range response.children {
		if n.name == "Account" {
			accounts = append(accounts, n)
		}
	}
	switch len(accounts) {
	case 0:
		l.at(response, mailcheck.LintMissing, "there is no <Account>")
		return
	case 1:
	default:
		l.at(accounts[1], mailcheck.LintValue, "there are %d <Account> elements; all <Protocol> elements belong into one", len(accounts))
	}
	for _, account := range accounts {
		lintAccount(l, account)
	}
}

func lintAccount(l *linter, account *node) {
	action := account.text("Action")
	switch action {
	case "settings":
	case "redirectAddr", "redirectUrl":
		if name := strings.ToUpper(action[:1]) + action[1:]; account.text(name) == "" {
			l.at(account, mailcheck.LintMissing, "the action is %s, but there is no <%s>", action, name)
		}
		return
	default:
		l.at(account, mailcheck.LintValue, "Action is %q, not settings, redirectAddr or redirectUrl", action)
	}
	if kind := account.text("AccountType"); kind != "email" {
		l.at(account, mailcheck.LintValue, "AccountType is %q, not email", kind)
	}
	var types []string
	for _, n := range account.children {
		if n.name == "Protocol" {
			types = append(types, n.text("Type"))
			lintAnswerProtocol(l, n)
		}
	}
	if len(types) == 0 {
		l.at(account, mailcheck.LintMissing, "there is no <Protocol>")
		return
	}
	outlook := mailcheck.ClientResult{Client: "Outlook (classic)", Outcome: mailcheck.Configures, Ref: "Autodiscover for Exchange (Microsoft)"}
	if !slices.ContainsFunc(types, func(t string) bool { return t == "EXCH" || t == "EXPR" || t == "EXHTTP" }) {
		outlook.Outcome = mailcheck.Asks
		outlook.Reason = "there is no Exchange in the answer; the set-up since 2016 ignores IMAP, POP3 and SMTP (by reports of operators, not verified)"
	}
	l.Clients = append(l.Clients, outlook)
}

// lintAnswerProtocol judges one Protocol element of a mail server.
func lintAnswerProtocol(l *linter, n *node) {
	kind := n.text("Type")
	if kind == "" {
		kind = n.attr["Type"]
	}
	if !slices.Contains(answerTypes, kind) {
		lessOf(l.at(n, mailcheck.LintValue, "Type %q is not one of %s", kind, strings.Join(answerTypes, ", ")), mailcheck.Warning)
		return
	}
	protocol := sectionProtocols[strings.ToLower(kind)]
	if protocol == "" {
		return
	}
	if n.text("Server") == "" {
		l.at(n, mailcheck.LintMissing, "the %s protocol has no <Server>", kind)
	} else if _, err := mailcheck.ParseHost(n.text("Server")); err != nil {
		l.at(n.child("Server"), mailcheck.LintValue, "Server %q is not a host name", n.text("Server"))
	}
	port, err := strconv.ParseUint(n.text("Port"), 10, 16)
	if err != nil || port == 0 {
		l.at(n, mailcheck.LintValue, "the %s protocol has the port %q, which is not a number from 1 to 65535", kind, n.text("Port"))
	}
	lintAnswerSecurity(l, n, kind, protocol, uint16(port))
	if spa := n.text("SPA"); !strings.EqualFold(spa, "off") {
		lessOf(l.at(n, mailcheck.LintValue, "SPA is not off for %s; on is the default and means NTLM, which few servers have", kind), mailcheck.Warning)
	}
}

// lintAnswerSecurity reads Encryption, which goes before SSL; SSL alone is on by
// default and says nothing about STARTTLS.
func lintAnswerSecurity(l *linter, n *node, kind string, protocol mailcheck.Protocol, port uint16) {
	encryption, ssl := n.text("Encryption"), n.text("SSL")
	if encryption != "" && !slices.Contains([]string{"SSL", "TLS", "None", "Auto"}, encryption) {
		l.at(n.child("Encryption"), mailcheck.LintValue, "Encryption is %q, not SSL, TLS, None or Auto", encryption)
	}
	switch {
	case encryption == "None", encryption == "" && strings.EqualFold(ssl, "off"):
		l.at(n, mailcheck.LintInsecure, "the %s protocol is without encryption", kind)
	case encryption == "SSL" && port == mailcheck.DefaultPort(protocol, mailcheck.StartTLS),
		encryption == "TLS" && port == mailcheck.DefaultPort(protocol, mailcheck.ImplicitTLS):
		lessOf(l.at(n, mailcheck.PublishPortSecurity, "%s: port %d with Encryption %s (TLS means STARTTLS here)", kind, port, encryption), mailcheck.Warning)
	}
}
