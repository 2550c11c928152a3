package lint

import (
	"net"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// judgeWord finds a word for encryption that the format does not have, such as a template
// that was not filled in, and says what becomes of it. It fails where the source code of
// a program shows that it then connects without encryption.
func (l *linter) judgeWord(v value, allowed string, readings []document.Reading) *mailcheck.Finding {
	check, what := checks.LintValue, mailcheck.Textf("%s is %q, not %s", v.element, v.text, mailcheck.Text{Format: allowed})
	switch left := document.TemplateIn(v.text); {
	case left != "":
		check, what = checks.PublishTemplate, mailcheck.Textf("%s is %q, where %s should have been filled in", v.element, v.text, left)
	case v.text == "":
		check, what = checks.LintMissing, mailcheck.Textf("%s is missing or empty", v.element)
	}
	f := l.is(v, check, "%s; %s", what, becomes(readings))
	clients, sure := document.Plainly(readings)
	f.Clients, f.Severity = clients, checks.Warning
	if sure {
		f.Severity = checks.Failure
	}
	return f
}

// becomes says what the programs make of the words for encryption, the worst first.
func becomes(readings []document.Reading) mailcheck.Text {
	var parts []mailcheck.Text
	for _, s := range []struct {
		security mailcheck.Security
		means    string
	}{{mailcheck.Plain, "no encryption for %s"}, {mailcheck.StartTLS, "STARTTLS for %s"}, {mailcheck.ImplicitTLS, "TLS for %s"}, {"", "left out by %s"}} {
		var clients []string
		for _, r := range readings {
			if r.Security == s.security {
				clients = append(clients, r.Client)
			}
		}
		if len(clients) > 0 {
			parts = append(parts, mailcheck.Text{Format: s.means, Args: []any{mailcheck.ListOf(clients)}})
		}
	}
	return mailcheck.Joined(parts, "; ")
}

// answerProtocol reads the words for encryption of a Protocol as package document does.
func answerProtocol(n *document.Node) document.AutodiscoverProtocol {
	return document.AutodiscoverProtocol{Port: n.Text("Port"), SSL: n.Text("SSL"), Encryption: n.Text("Encryption")}
}

// judgeAnswerWords judges the words of SSL and Encryption, alone and together.
func (l *linter) judgeAnswerWords(n *document.Node, port uint16) {
	p := answerProtocol(n)
	ssl, encryption := n.Child("SSL"), n.Child("Encryption")
	right := answerWords(document.SecurityMeant(p.Encryption, port))
	both := mailcheck.Textf("Write <SSL>on</SSL> and %s: SSL is TLS from the first byte, TLS is STARTTLS.", right)
	foreign := p.Encryption != "" && !document.EncryptionWord(p.Encryption)
	if foreign {
		f := l.judgeWord(elementValue(encryption, false), "SSL, TLS, None or Auto", p.Readings())
		f.Fix = mailcheck.Textf("Write %s: SSL is TLS from the first byte, TLS is STARTTLS.", right)
		if p.SSL != "" && !strings.EqualFold(p.SSL, "on") {
			f.Fix = both
		}
	}
	switch {
	case p.SSL != "" && !document.OnOff(p.SSL):
		l.judgeWord(elementValue(ssl, false), "on or off", p.Readings()).Fix = mailcheck.Textf("Write <SSL>on</SSL>.")
	case p.Encryption == "", foreign, strings.EqualFold(p.Encryption, "None"):
	case strings.EqualFold(p.SSL, "off"):
		clients, _ := document.Plainly(p.Readings())
		f := l.at(ssl, checks.AutodiscoverSSLOff, "SSL is off beside Encryption %s; %s", p.Encryption, becomes(p.Readings()))
		f.Clients, f.Fix = clients, mailcheck.Textf("Write <SSL>on</SSL>.")
	case p.SSL == "":
		clients, _ := document.Plainly(p.Readings())
		f := l.at(encryption, checks.AutodiscoverSSLMissing, "Encryption %s stands without SSL; %s", p.Encryption, becomes(p.Readings()))
		f.Clients, f.Fix = clients, mailcheck.Textf("Add <SSL>on</SSL>.")
	}
}

// unencrypted finds a file of which every mail server is without encryption.
func (l *linter) unencrypted(n *document.Node, plain []string, encrypted int) {
	if len(plain) > 0 && encrypted == 0 {
		l.at(n, checks.PublishNoEncryption, "without encryption: %s", mailcheck.ListOf(plain).AtMost(4))
	}
}

// sectionsEncrypted judges whether a settings file names a server with encryption.
func (l *linter) sectionsEncrypted(provider *document.Node, c *document.Config) {
	var plain []string
	encrypted := 0
	for _, s := range c.Sections {
		switch {
		case document.SectionProtocols[s.Type] == "":
		case document.SocketTypes[s.SocketType] == mailcheck.Plain:
			plain = append(plain, net.JoinHostPort(s.Hostname, s.Port))
		default:
			encrypted++
		}
	}
	l.unencrypted(provider, plain, encrypted)
}

// protocolsEncrypted judges whether an answer names a server with encryption.
func (l *linter) protocolsEncrypted(account *document.Node) {
	var plain []string
	encrypted := 0
	for _, n := range account.Children {
		p := answerProtocol(n)
		none := strings.EqualFold(p.Encryption, "None") || p.Encryption == "" && strings.EqualFold(p.SSL, "off")
		switch {
		case document.SectionProtocols[strings.ToLower(n.Text("Type"))] == "":
		case none:
			plain = append(plain, net.JoinHostPort(n.Text("Server"), p.Port))
		default:
			encrypted++
		}
	}
	l.unencrypted(account, plain, encrypted)
}
