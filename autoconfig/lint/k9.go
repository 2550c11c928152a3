package lint

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// The words of the settings file of K-9 Mail and Thunderbird for Android.
var (
	k9Types      = map[string][]string{"incoming-server": {"IMAP", "POP3"}, "outgoing-server": {"SMTP"}}
	k9Securities = []string{"SSL_TLS_REQUIRED", "STARTTLS_REQUIRED", "NONE"}
	k9Logins     = []string{"PLAIN", "CRAM_MD5", "EXTERNAL", "XOAUTH2", "NONE"}
)

// lintK9 judges a settings file of K-9 Mail: an account that is not complete is left out
// when it is imported. Elements that the app does not know are skipped.
func lintK9(l *linter, root *document.Node) {
	if root.Attr["format"] != "1" {
		l.at(root, checks.LintValue, "the format is %q; the app takes 1", root.Attr["format"]).Fix = mailcheck.Textf("Write format=\"1\".")
	}
	if version, err := strconv.Atoi(root.Attr["version"]); err != nil || version < 1 {
		l.at(root, checks.LintValue, "the version is %q, which is no number from 1 on", root.Attr["version"]).Fix = mailcheck.Textf("Write version=\"99\".")
	}
	accounts := root.Child("accounts")
	if accounts == nil || accounts.Child("account") == nil {
		l.at(root, checks.LintMissing, "there is no <account> in <accounts>").Fix = mailcheck.Textf("Write the file anew: mailcheck setup ADDRESS --for k9")
		return
	}
	for _, account := range accounts.Children {
		if account.Name == "account" {
			l.k9Account(account)
		}
	}
}

func (l *linter) k9Account(account *document.Node) {
	if account.Attr["uuid"] == "" {
		l.at(account, checks.LintMissing, "the account has no uuid").Fix = mailcheck.Textf("Write <account uuid=\"UUID\">, the same for an account each time.")
	}
	for _, side := range []string{"incoming-server", "outgoing-server"} {
		s := account.Child(side)
		if s == nil {
			l.at(account, checks.LintMissing, "the account has no <%s>, so the app leaves it out", side).Fix = mailcheck.Textf("Add <%s type=%q>.", side, k9Types[side][0])
			continue
		}
		l.k9Server(s)
	}
	var identities []*document.Node
	if list := account.Child("identities"); list != nil {
		identities = slices.DeleteFunc(slices.Clone(list.Children), func(n *document.Node) bool { return n.Name != "identity" })
	}
	if len(identities) == 0 {
		l.at(account, checks.LintMissing, "the account has no <identity>, so the app leaves it out").Fix = mailcheck.Textf("Add <identities><identity><email>ADDRESS</email></identity></identities>.")
	}
	for _, n := range identities {
		email := n.Text("email")
		if a, err := mail.ParseAddress("<" + email + ">"); err != nil || !document.ASCII(a.Address) {
			l.at(n, checks.LintValue, "%q is no address that the app takes", email).Fix = mailcheck.Textf("Write an address in ASCII; the domain as A-labels.")
		}
	}
}

func (l *linter) k9Server(s *document.Node) {
	if kind := s.Attr["type"]; !slices.Contains(k9Types[s.Name], kind) {
		l.at(s, checks.LintValue, "the type of <%s> is %q", s.Name, kind).Fix = mailcheck.Textf("Write %s.", strings.Join(k9Types[s.Name], " or "))
	}
	if host := s.Child("host"); host == nil || host.Content() == "" {
		l.at(s, checks.LintMissing, "<%s> has no <host>", s.Name).Fix = mailcheck.Textf("Add <host>HOST</host>.")
	} else {
		l.judgeHost(elementValue(host, false))
	}
	if portOf(s, "port") == 0 {
		l.at(s, checks.LintValue, "<%s> has the port %q, which is no number from 1 to 65535", s.Name, s.Text("port")).Fix = mailcheck.Textf("Write <port>NUMBER</port>.")
	}
	l.k9Word(s, "connection-security", k9Securities)
	l.k9Word(s, "authentication-type", k9Logins)
	if s.Text("connection-security") == "NONE" {
		l.at(s, checks.LintInsecure, "<%s> has the connection-security NONE", s.Name).Fix = mailcheck.Textf("Write SSL_TLS_REQUIRED or STARTTLS_REQUIRED.")
	}
	if user := s.Child("username"); user != nil && user.Content() != "" {
		l.judgeUsername(elementValue(user, false))
	} else if s.Text("authentication-type") != "NONE" {
		l.at(s, checks.LintMissing, "<%s> has no <username>", s.Name).Fix = mailcheck.Textf("Add <username>NAME</username>.")
	}
	if p := s.Child("password"); p != nil && p.Content() != "" {
		l.at(p, checks.LintPassword, "<password> in <%s>", s.Name).Fix = mailcheck.Textf("Take <password> out: the app asks for it.")
	}
}

// k9Word judges a word that the app has to know.
func (l *linter) k9Word(s *document.Node, name string, words []string) {
	if word := s.Text(name); !slices.Contains(words, word) {
		l.at(s, checks.LintValue, "<%s> of <%s> is %q, so the app leaves the account out", name, s.Name, word).Fix = mailcheck.Textf("Write one of %s.", strings.Join(words, ", "))
	}
}
