package document

import (
	"slices"
	"strings"

	"mailcheck"
)

// Reading is what one program makes of the words by which a section says how its server
// is encrypted.
type Reading struct {
	Client   string
	Security mailcheck.Security // how it connects; empty where it does not take the server
	Watched  bool               // by hearsay: nobody has read its source code, or it is an older version
}

// Readings returns what each program that reads such a section makes of its socketType.
func (s Section) Readings() (all []Reading) {
	for _, d := range Dialects {
		if d.reads(s) {
			all = append(all, Reading{Client: d.Client, Security: d.security(s)})
		}
	}
	return all
}

// reads reports whether a section is of a kind that the client reads.
func (d Dialect) reads(s Section) bool {
	return s.Outgoing && s.Type == "smtp" || !s.Outgoing && slices.Contains(d.Incoming, s.Type)
}

// security returns how the client connects to the server of a section; empty where it
// leaves the section out for its socketType.
func (d Dialect) security(s Section) mailcheck.Security {
	if always, ok := d.Always[s.Type]; ok {
		return always
	}
	word := s.SocketType
	if d.AnyCase {
		word = strings.ToLower(word)
	}
	security, known := d.Sockets[word]
	for _, further := range s.Further {
		if d.Several && !known {
			security, known = d.Sockets[further]
		}
	}
	switch {
	case known:
		return security
	case d.ByPort:
		return byPort(s.Port, "143", "587")
	}
	return d.Otherwise
}

// byPort is how the ports are used that begin without TLS, and all others.
func byPort(port string, startTLS ...string) mailcheck.Security {
	if slices.Contains(startTLS, port) {
		return mailcheck.StartTLS
	}
	return mailcheck.ImplicitTLS
}

// answerWords are the values of Encryption that say how (MS-OXDSCLI section
// 2.2.4.1.1.2.6), in small letters. Auto does not.
var answerWords = map[string]mailcheck.Security{
	"ssl": mailcheck.ImplicitTLS, "tls": mailcheck.StartTLS, "none": mailcheck.Plain,
}

// EncryptionWord reports whether the format has a value of Encryption.
func EncryptionWord(word string) bool {
	word = strings.ToLower(word)
	return word == "auto" || answerWords[word] != ""
}

// OnOff reports whether a value is one of a switch.
func OnOff(word string) bool { return strings.EqualFold(word, "on") || strings.EqualFold(word, "off") }

// Readings returns what each program makes of the words of a section.
func (p AutodiscoverProtocol) Readings() (all []Reading) {
	for _, d := range AnswerDialects {
		all = append(all, Reading{d.Client, d.Security(p), d.Watched})
	}
	return all
}

// Plainly returns the programs that connect without encryption, and whether that is known
// of one from its source code.
func Plainly(readings []Reading) (clients []string, sure bool) {
	for _, r := range readings {
		if r.Security == mailcheck.Plain {
			clients, sure = append(clients, r.Client), sure || !r.Watched
		}
	}
	return clients, sure
}

// Misread says by which words of a file a program came to a server without encryption,
// where that is not what they mean.
func (c *Config) Misread(s mailcheck.Server) mailcheck.Text {
	i := slices.IndexFunc(c.Sections, func(section Section) bool { return section.Line == s.Position.Line })
	if i < 0 || s.Security != mailcheck.Plain || SocketTypes[c.Sections[i].SocketType] == mailcheck.Plain {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("reads socketType %q in the section of line %d as no encryption", c.Sections[i].SocketType, s.Position.Line)
}

// Misread does so for an answer.
func (a *AutodiscoverAnswer) Misread(s mailcheck.Server) mailcheck.Text {
	i := slices.IndexFunc(a.Protocols, func(p AutodiscoverProtocol) bool { return p.Line == s.Position.Line })
	if i < 0 || s.Security != mailcheck.Plain {
		return mailcheck.Text{}
	}
	p := a.Protocols[i]
	if meant, _, err := p.security(); err == nil && meant == mailcheck.Plain {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("reads SSL %q with Encryption %q in the section of line %d as no encryption", p.SSL, p.Encryption, p.Line)
}
