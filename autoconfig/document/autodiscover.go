package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// AutodiscoverAnswer is an answer of the Autodiscover service in its plain XML form,
// POX (MS-OXDSCLI section 2.2.4).
type AutodiscoverAnswer struct {
	Root         *Node  // the whole of it, for whoever judges it
	Action       string // settings, redirectAddr or redirectUrl
	RedirectAddr string
	RedirectURL  string
	ErrorCode    string // not empty: the answer is an error
	Message      string // of the error
	Protocols    []AutodiscoverProtocol
}

// AutodiscoverProtocol is one Protocol element, as it stands in the answer.
//
// Of the elements that are not read, ServerExclusiveConnect, CertPrincipalName and
// AuthPackage are for MAPI, which only Outlook speaks; a certificate is held against
// the server's own name, whatever principal the answer gives. TTL says when to ask
// again, and mailcheck always does. SMTPLast (POP3 before SMTP) is from the time
// before SMTP had a login. DomainName says no more than DomainRequired: how the two
// names are joined is not laid down.
type AutodiscoverProtocol struct {
	Line           int
	Type           string // IMAP, POP3, SMTP; EXCH, EXPR, EXHTTP and WEB for Exchange; MobileSync for ActiveSync
	Server         string
	Port           string
	SSL            string // on or off
	Encryption     string // SSL, TLS, None or Auto; counts more than SSL
	LoginName      string
	SPA            string // on or off: log in with NTLM
	AuthRequired   string // on or off
	DomainRequired string // on or off: the user name needs a Windows domain
	UsePOPAuth     string // on or off: SMTP takes the login of POP3
	URL            string // of Exchange Web Services, or of ActiveSync for MobileSync
}

// ParseAutodiscover reads an answer. Unknown elements are ignored. The error is an
// occurrence of autodiscover.malformed and says where.
func ParseAutodiscover(body []byte) (*AutodiscoverAnswer, error) {
	root, err := parseXML(body)
	if err != nil {
		return nil, checks.AutodiscoverMalformed.Errorf("%w", err)
	}
	if root.Name != "Autodiscover" {
		return nil, checks.AutodiscoverMalformed.Errorf("line %d: the outermost element is <%s>, not <Autodiscover>", root.Line, root.Name)
	}
	response := root.Child("Response")
	if response == nil {
		return nil, checks.AutodiscoverMalformed.Errorf("line %d: there is no <Response>", root.Line)
	}
	a := &AutodiscoverAnswer{Root: root}
	if e := response.Child("Error"); e != nil {
		a.ErrorCode, a.Message = e.Text("ErrorCode"), e.Text("Message")
		if a.ErrorCode == "" {
			a.ErrorCode = "none"
		}
		return a, nil
	}
	if account := response.Child("Account"); account != nil {
		a.readAccount(account)
		if missing := a.missing(); missing != "" {
			return nil, checks.AutodiscoverMalformed.Errorf("line %d: the action is %s, but there is no <%s>", account.Line, a.Action, missing)
		}
	} else if action := response.Child("Action"); action != nil {
		a.readMobileSync(action)
	} else {
		return nil, checks.AutodiscoverMalformed.Errorf("line %d: <Response> has neither <Account> nor <Error>", response.Line)
	}
	return a, nil
}

// missing returns the element that the action needs and the answer lacks.
func (a *AutodiscoverAnswer) missing() string {
	switch {
	case strings.EqualFold(a.Action, "redirectUrl") && a.RedirectURL == "":
		return "RedirectUrl"
	case strings.EqualFold(a.Action, "redirectAddr") && a.RedirectAddr == "":
		return "RedirectAddr"
	}
	return ""
}

// readAccount reads the answer that Outlook asks for.
func (a *AutodiscoverAnswer) readAccount(account *Node) {
	a.Action = account.Text("Action")
	a.RedirectAddr, a.RedirectURL = account.Text("RedirectAddr"), account.Text("RedirectUrl")
	for _, n := range account.Children {
		if n.Name != "Protocol" {
			continue
		}
		p := AutodiscoverProtocol{
			Line: n.Line, Type: strings.ToUpper(n.Text("Type")), Server: n.Text("Server"), Port: n.Text("Port"),
			SSL: n.Text("SSL"), Encryption: n.Text("Encryption"), LoginName: n.Text("LoginName"), SPA: n.Text("SPA"),
			AuthRequired: n.Text("AuthRequired"), DomainRequired: n.Text("DomainRequired"), UsePOPAuth: n.Text("UsePOPAuth"),
			URL: n.Text("EwsUrl"),
		}
		if p.Type == "" {
			p.Type = strings.ToUpper(n.Attr["Type"]) // the newer way of EXHTTP
		}
		if p.URL == "" {
			p.URL = n.Text("ASUrl") // the availability service is part of Exchange Web Services
		}
		a.Protocols = append(a.Protocols, p)
	}
}

// readMobileSync reads the answer that phones ask for (MS-ASCMD section 2.2.1.1),
// which some servers give to everybody.
func (a *AutodiscoverAnswer) readMobileSync(action *Node) {
	a.Action = "settings"
	if to := action.Text("Redirect"); to != "" {
		a.Action, a.RedirectAddr = "redirectAddr", to
		return
	}
	if e := action.Child("Error"); e != nil {
		a.ErrorCode, a.Message = e.Text("Status"), e.Text("Message")
	}
	settings := action.Child("Settings")
	if settings == nil {
		return
	}
	for _, n := range settings.Children {
		if n.Name == "Server" && strings.EqualFold(n.Text("Type"), "MobileSync") {
			a.Protocols = append(a.Protocols, AutodiscoverProtocol{Line: n.Line, Type: "MOBILESYNC", URL: n.Text("Url")})
		}
	}
}

// mailTypes are the types that make a mail account without Exchange.
var mailTypes = map[string]mailcheck.Protocol{
	"IMAP": mailcheck.IMAP, "POP3": mailcheck.POP3, "SMTP": mailcheck.Submission,
}

// exchangeTypes are the types that name an Exchange server, the one to prefer
// first. EXCH has the names for inside the company's network, so it comes last.
var exchangeTypes = []string{"EXPR", "EXHTTP", "WEB", "EXCH"}

// Servers returns the servers that the answer names for an address, and what is
// wrong with the sections it left out or had to take with care.
func (a *AutodiscoverAnswer) Servers(address mailcheck.Address) (servers []mailcheck.Server, problems []Problem) {
	for _, p := range a.Protocols {
		if protocol, ok := mailTypes[p.Type]; ok {
			if protocol == mailcheck.Submission && p.LoginName == "" && strings.EqualFold(p.UsePOPAuth, "on") {
				p.LoginName = a.popLogin()
			}
			server, faults := p.mailServer(protocol)
			if !anyBad(faults) {
				servers = append(servers, server)
			}
			problems = append(problems, faults...)
		}
	}
	for _, p := range append(a.ofType("MOBILESYNC"), a.webServices()...) {
		protocol := mailcheck.EWS
		if p.Type == "MOBILESYNC" {
			protocol = mailcheck.ActiveSync
		}
		server, err := mailcheck.ParseWebServer(protocol, p.URL)
		if err != nil {
			problems = append(problems, Problem{checks.AutodiscoverBadSection, p.Line, "Url", mailcheck.Evidencef("%s section: %v", p.Type, err)})
			continue
		}
		server.Username = address.Username()
		servers = append(servers, server)
	}
	return servers, problems[:min(len(problems), MaxProblems)]
}

// anyBad reports whether a section cannot be used.
func anyBad(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(f Problem) bool { return f.Check == checks.AutodiscoverBadSection })
}

// Lines returns where the sections begin.
func (a *AutodiscoverAnswer) Lines() []int {
	var lines []int
	for _, p := range a.Protocols {
		lines = append(lines, p.Line)
	}
	return lines
}

// ServerAt returns the mail server of the section that a line of the answer is in.
func (a *AutodiscoverAnswer) ServerAt(line int) (mailcheck.Server, bool) {
	for _, p := range slices.Backward(a.Protocols) {
		if p.Line <= line {
			server, _ := p.mailServer(mailTypes[p.Type])
			return server, mailTypes[p.Type] != ""
		}
	}
	return mailcheck.Server{}, false
}

// popLogin returns the user name of the first section for POP3.
func (a *AutodiscoverAnswer) popLogin() string {
	for _, p := range a.Protocols {
		if p.Type == "POP3" {
			return p.LoginName
		}
	}
	return ""
}

func (a *AutodiscoverAnswer) ofType(t string) (list []AutodiscoverProtocol) {
	for _, p := range a.Protocols {
		if p.Type == t && p.URL != "" {
			list = append(list, p)
		}
	}
	return list
}

// webServices returns the sections with the URL of Exchange Web Services: those of
// the first type that has one.
func (a *AutodiscoverAnswer) webServices() []AutodiscoverProtocol {
	for _, t := range exchangeTypes {
		if list := a.ofType(t); len(list) > 0 {
			return list
		}
	}
	return nil
}

// mailServer reads a section for IMAP, POP3 or SMTP.
func (p AutodiscoverProtocol) mailServer(protocol mailcheck.Protocol) (mailcheck.Server, []Problem) {
	var problems []Problem
	fault := func(c *checks.Check, element, format string, args ...any) {
		problems = append(problems, Problem{c, p.Line, element, mailcheck.Evidencef("%s section: %s", p.Type, mailcheck.Textf(format, args...))})
	}
	host, err := mailcheck.ParseHost(p.Server)
	if p.Server == "" {
		fault(checks.AutodiscoverBadSection, "Server", "Server is missing")
	} else if err != nil {
		fault(checks.AutodiscoverBadSection, "Server", "Server: %v", err)
	}
	security, element, err := p.security()
	if err != nil {
		fault(checks.AutodiscoverBadSection, element, "%v", err)
	}
	port, err := strconv.ParseUint(p.Port, 10, 16)
	if p.Port == "" {
		port = uint64(mailcheck.DefaultPort(protocol, security))
	} else if err != nil || port == 0 {
		fault(checks.AutodiscoverBadSection, "Port", "Port %q is not a number from 1 to 65535", p.Port)
	}
	if !mailcheck.Printable(p.LoginName) {
		fault(checks.AutodiscoverBadSection, "LoginName", "LoginName has invisible or control characters")
	}
	server := mailcheck.Server{Protocol: protocol, Host: host, Port: uint16(port), Security: security, Username: p.LoginName}
	if strings.EqualFold(p.DomainRequired, "on") && !strings.ContainsAny(p.LoginName, `@\`) {
		fault(checks.AutodiscoverDomain, "LoginName", "LoginName is %q", p.LoginName)
	}
	server.Auth, err = p.methods(protocol)
	if err != nil {
		fault(checks.AutodiscoverSPA, "SPA", "%v", err)
	}
	return server, problems
}

// methods reads how to log in. Without the elements, AuthRequired and SPA are on
// (learn.microsoft.com, AuthRequired (POX) and SPA (POX)).
func (p AutodiscoverProtocol) methods(protocol mailcheck.Protocol) ([]string, error) {
	switch {
	case protocol == mailcheck.Submission && strings.EqualFold(p.AuthRequired, "off"):
		return []string{"none"}, nil
	case strings.EqualFold(p.SPA, "off"):
		return []string{"password-cleartext"}, nil
	case p.SPA == "":
		return nil, errors.New("SPA is missing, and on by default")
	}
	return nil, fmt.Errorf("SPA is %q", p.SPA)
}

// security reads how the connection is protected, and names the element that does not
// tell. Encryption overrides SSL; SSL is on unless it says off, and says nothing of
// STARTTLS, which then goes by the port, as in Thunderbird.
func (p AutodiscoverProtocol) security() (security mailcheck.Security, element string, err error) {
	says := answerWords[strings.ToLower(p.Encryption)]
	switch {
	case says != "":
		return says, "", nil
	case p.Encryption != "" && !EncryptionWord(p.Encryption):
		return "", "Encryption", fmt.Errorf("the Encryption %q is not SSL, TLS, None or Auto", p.Encryption)
	case p.Encryption == "" && strings.EqualFold(p.SSL, "off"):
		return mailcheck.Plain, "", nil
	case p.SSL != "" && !OnOff(p.SSL):
		return "", "SSL", fmt.Errorf("the value %q of SSL is neither on nor off", p.SSL)
	}
	return byPort(p.Port, clearPorts...), "", nil
}

// AutodiscoverV2 is an answer of version 2 of the service, which names one URL for
// one protocol and wants no login.
type AutodiscoverV2 struct {
	Protocol     string
	URL          string `json:"Url"`
	ErrorCode    string
	ErrorMessage string
}

// ParseAutodiscoverV2 reads an answer. The error is an occurrence of
// autodiscover.malformed.
func ParseAutodiscoverV2(body []byte) (*AutodiscoverV2, error) {
	if len(body) > MaxConfig {
		return nil, checks.AutodiscoverMalformed.Errorf("larger than %d bytes", MaxConfig)
	}
	a := new(AutodiscoverV2)
	if err := json.Unmarshal(body, a); err != nil {
		return nil, checks.AutodiscoverMalformed.Errorf("%w", err)
	}
	if a.URL == "" && a.ErrorCode == "" {
		return nil, checks.AutodiscoverMalformed.Errorf("the answer has neither Url nor ErrorCode")
	}
	return a, nil
}

// The schemas of request and answer. They are names, not places: https has no
// business in them.
const (
	PoxRequestSchema  = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
	PoxResponseSchema = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
)
