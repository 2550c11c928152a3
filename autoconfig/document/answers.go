package document

import (
	"slices"
	"strings"

	"mailcheck"
)

// AnswerDialect is what one program makes of the words for encryption in an Autodiscover
// answer, and which of several sections it takes. Without any of it the protocol's own
// rules count: Encryption before SSL, and a section with an unknown word is none.
type AnswerDialect struct {
	Off     bool     // SSL off is no encryption, whatever Encryption says
	None    bool     // so is Encryption None, whatever SSL says
	On      bool     // so is all but SSL on
	Alone   bool     // SSL alone counts; what it makes of a section without SSL is not known
	ByPort  bool     // the port alone says how it is encrypted, unless one of the above says that it is not
	Ports   []string // those of STARTTLS, where the port says it; nil: 25, 110, 143, 587
	Last    bool     // of several sections of a type it takes the last
	Address bool     // it logs in with the address, whatever LoginName says
}

// The dialects of the programs that take IMAP, POP3 and SMTP from an answer.
var (
	// ExchangeAutoDiscover.sys.mjs
	ThunderbirdAnswers = AnswerDialect{Off: true, None: true, ByPort: true}
	// The same in version 115, and before.
	OldThunderbirdAnswers = AnswerDialect{On: true, ByPort: true}
	// auto_outlook.rs: TLS is tried, then STARTTLS on the same port, which comes to what the
	// port stands for. It trims, and reads only the very word "off".
	DeltaAnswers = AnswerDialect{Off: true, ByPort: true, Address: true}
	// EmailProvider.java (getMSAutodiscovery): each section overwrites the one before.
	FairEmailAnswers = AnswerDialect{ByPort: true, Ports: []string{"143", "587"}, Last: true, Address: true}
	// "Automatic Insecurity", NDSS 2025, A6.1: Nine and AltaMail.
	SSLAnswers = AnswerDialect{Alone: true, ByPort: true}
)

// Read returns the mail servers that a program has from an answer for an address. doubt
// says what of it nobody knows how the program reads; nothing if all is known.
func (d AnswerDialect) Read(a *AutodiscoverAnswer, address mailcheck.Address) (servers []mailcheck.Server, doubt mailcheck.Text) {
	for _, p := range a.Protocols {
		protocol, ok := mailTypes[p.Type]
		if !ok {
			continue
		}
		if d.Alone && p.SSL == "" && doubt.Empty() {
			doubt = mailcheck.Textf("line %d: the %s section has no SSL, the only word for encryption that it reads", p.Line, p.Type)
		}
		if server, ok := d.server(a, p, protocol, address); ok {
			servers = append(servers, server)
		}
	}
	if d.Last {
		slices.Reverse(servers)
	}
	return servers, doubt
}

// server reads one section; false where the program cannot.
func (d AnswerDialect) server(a *AutodiscoverAnswer, p AutodiscoverProtocol, protocol mailcheck.Protocol, address mailcheck.Address) (mailcheck.Server, bool) {
	if d.ByPort {
		p.SSL, p.Encryption = d.words(p)
	}
	if protocol == mailcheck.Submission && p.LoginName == "" && strings.EqualFold(p.UsePOPAuth, "on") {
		p.LoginName = a.popLogin()
	}
	server, problems := p.mailServer(protocol)
	if d.Address {
		server.Username = address.Username()
	}
	return server, !anyBad(problems)
}

// words translates a section's words into those of the protocol.
func (d AnswerDialect) words(p AutodiscoverProtocol) (ssl, encryption string) {
	off, on := strings.EqualFold(p.SSL, "off"), strings.EqualFold(p.SSL, "on")
	ports := d.Ports
	if ports == nil {
		ports = []string{"143", "110", "25", "587"}
	}
	switch {
	case d.Off && off, d.None && strings.EqualFold(p.Encryption, "None"), d.On && !on, d.Alone && !on && p.SSL != "":
		return "off", "None"
	case slices.Contains(ports, p.Port):
		return "on", "TLS"
	}
	return "on", "SSL"
}
