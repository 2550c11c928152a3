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
	Client string
	Ref    string

	Encryption bool     // Encryption counts more than SSL
	Off        bool     // SSL off is no encryption, whatever Encryption says
	None       bool     // so is Encryption None, whatever SSL says
	On         bool     // so is all but SSL on
	Alone      bool     // SSL alone counts; what it makes of a section without SSL is not known
	Foreign    bool     // a word that the format does not have is no encryption
	ByPort     bool     // the port alone says how it is encrypted, unless one of the above says that it is not
	Ports      []string // those of STARTTLS, where the port says it; nil: 25, 110, 143, 587
	Port       bool     // a section without Port is none; the protocol has usual ports
	Last       bool     // of several sections of a type it takes the last
	Address    bool     // it logs in with the address, whatever LoginName says
	Watched    bool     // by a study of 2023 and 2024 that looked at it from outside
}

const study = "Automatic Insecurity (NDSS 2025), Tables V and VII; watched from outside"

// The dialects of the programs that take IMAP, POP3 and SMTP from an answer.
var (
	ThunderbirdAnswers = AnswerDialect{
		Client: "Thunderbird", Ref: "thunderbird-desktop: ExchangeAutoDiscover.sys.mjs",
		Off: true, None: true, ByPort: true, Port: true,
	}
	// The same in version 115, and before.
	OldThunderbirdAnswers = AnswerDialect{Client: "Thunderbird 115", Ref: study, On: true, ByPort: true, Watched: true}
	// TLS is tried, then STARTTLS on the same port, which comes to what the port stands for.
	// It trims, and reads only the very word "off".
	DeltaAnswers = AnswerDialect{
		Client: "Delta Chat", Ref: "chatmail/core: configure/auto_outlook.rs",
		Off: true, ByPort: true, Address: true,
	}
	// Each section overwrites the one before (getMSAutodiscovery).
	FairEmailAnswers = AnswerDialect{
		Client: "FairEmail", Ref: "FairEmail: EmailProvider.java",
		ByPort: true, Ports: []string{"143", "587"}, Last: true, Address: true,
	}
	NineAnswers     = AnswerDialect{Client: "Nine", Ref: study, Alone: true, ByPort: true, Watched: true}
	AltaMailAnswers = AnswerDialect{Client: "AltaMail", Ref: study, Alone: true, ByPort: true, Watched: true}
	OutlookAnswers  = AnswerDialect{Client: "Outlook 2019", Ref: study, Encryption: true, None: true, Off: true, Foreign: true, ByPort: true, Watched: true}
)

// clearPorts are those that begin without TLS.
var clearPorts = []string{"143", "110", "25", "587"}

// AnswerDialects are they.
var AnswerDialects = []AnswerDialect{
	ThunderbirdAnswers, DeltaAnswers, FairEmailAnswers, OutlookAnswers, OldThunderbirdAnswers, NineAnswers, AltaMailAnswers,
}

// Security returns how the program connects to the server of a section, as far as it is
// known.
func (d AnswerDialect) Security(p AutodiscoverProtocol) mailcheck.Security {
	says := answerWords[strings.ToLower(p.Encryption)]
	off, on := strings.EqualFold(p.SSL, "off"), strings.EqualFold(p.SSL, "on")
	foreign := p.Encryption != "" && !EncryptionWord(p.Encryption) || says == "" && p.SSL != "" && !OnOff(p.SSL)
	switch {
	case d.Encryption && says != "":
		return says
	case d.Foreign && foreign, d.None && says == mailcheck.Plain, d.Off && off, (d.On || d.Alone) && !on:
		return mailcheck.Plain
	}
	if d.Ports != nil {
		return byPort(p.Port, d.Ports...)
	}
	return byPort(p.Port, clearPorts...)
}

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
	if d.Port && p.Port == "" {
		return mailcheck.Server{}, false
	}
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
	server.Position.Line = p.Line
	return server, !anyBad(problems)
}

// words translates a section's words into those of the protocol.
func (d AnswerDialect) words(p AutodiscoverProtocol) (ssl, encryption string) {
	if d.Alone && p.SSL == "" {
		p.SSL = "on" // it may be; Read says that nobody knows
	}
	switch d.Security(p) {
	case mailcheck.Plain:
		return "off", "None"
	case mailcheck.StartTLS:
		return "on", "TLS"
	}
	return "on", "SSL"
}
