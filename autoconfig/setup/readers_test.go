package setup

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"howett.net/plist"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/lint"
	"mailcheck/checks"
)

// reader reads a setup back as its program does, independently of the writer.
type reader struct {
	read     func(Setup, mailcheck.Address) (told, error)
	all      bool                        // it has the alternatives too
	each     bool                        // it has one server of each protocol
	address  bool                        // it has the person's address
	person   bool                        // it has the person's name
	cannot   func(mailcheck.Server) bool // which servers the program cannot be told to use
	refuses  func(address string) bool   // which addresses the format cannot hold
	tooMuch  func(told) bool             // what is too long for it
	unnamed  bool                        // it has no user names
	self     bool                        // it has none, and its program gives the address
	nameless func(person string) bool    // which names of persons it cannot hold
	partly   bool                        // some of its files have the name of the person
	common   bool                        // it is for everybody, so that user names are made of the address
}

// told is what a setup tells its program. The Auth of a server are ways to log in of
// which the program takes one.
type told struct {
	servers         []mailcheck.Server
	address, person string
}

// readers has an entry for each format; one without is red in TestContract.
var readers = map[string]reader{
	"thunderbird": {read: readConfig, all: true},
	"apple": {read: readProfile, address: true, person: true, cannot: func(s mailcheck.Server) bool {
		return onlyOAuth2(s) || !s.Protocol.OverHTTPS() && (s.Port == mailcheck.DefaultPort(s.Protocol, mailcheck.StartTLS) || s.Protocol == mailcheck.Submission && s.Port == 25) != (s.Security == mailcheck.StartTLS)
	}},
	"human":          {read: readPage(textParts), all: true, address: true, person: true},
	"human-markdown": {read: readPage(markdownParts), all: true, address: true, person: true},
	"human-html":     {read: readPage(htmlParts), all: true, address: true, person: true},
	"outlook":        {read: readOutlook, all: true},
	"neomutt":        {read: readMutt, address: true, person: true, refuses: func(address string) bool { return strings.HasPrefix(address, `"`) }},
	"android":        {read: readAndroid, address: true, person: true, cannot: onlyOAuth2, refuses: androidRefuses, tooMuch: tooMuchForQR},
	"k9":             {read: readK9, address: true, person: true, cannot: onlyOAuth2, refuses: androidRefuses},
	"msmtp": {read: readMsmtp, address: true,
		cannot: func(s mailcheck.Server) bool { return len(s.Username) > 480 },
		refuses: func(address string) bool {
			return len(address) > 480 || regexp.MustCompile(`%[UHCM]|[?*[]`).MatchString(address)
		},
	},
	"mbsync": {read: readMbsync, cannot: func(s mailcheck.Server) bool { return len(s.Username) > 500 }},
	"aerc": {read: readAerc, address: true, person: true,
		cannot: func(s mailcheck.Server) bool {
			return s.Protocol == mailcheck.IMAP && s.Security == mailcheck.StartTLS && slices.Equal(s.Auth, []string{string(OAuth2)})
		},
		refuses: func(address string) bool {
			return noMailbox(address) || strings.Contains(address, "`") || strings.Contains(address, "%(")
		},
	},
	"himalaya":  {read: readHimalaya, address: true, person: true},
	"imapsync":  {read: readImapsync},
	"fetchmail": {read: readFetchmail},
	"getmail": {read: readGetmail, cannot: func(s mailcheck.Server) bool {
		return s.Security == mailcheck.StartTLS || s.Protocol == mailcheck.IMAP && !slices.Contains(s.Auth, string(OAuth2)) && (strings.ContainsAny(s.Username, "(){ %*\"\\]") || strings.ContainsFunc(s.Username, func(r rune) bool { return r > 126 }))
	}},
	"vdirsyncer": {read: readVdirsyncer},
	"emacs":      {read: readEmacs, address: true, person: true},
	"evolution":  {read: readEvolution, address: true, person: true, cannot: onlyOAuth2},
	"geary":      {read: readGeary, address: true, person: true, refuses: func(address string) bool { return noMailbox(address) || strings.Contains(address, ";") }},
	"kmail":      {read: readKmail, address: true, person: true},
	"claws": {read: readClaws, address: true, person: true,
		cannot:  func(s mailcheck.Server) bool { return strings.Contains(s.Host, ":") || clawsReplaces(s.Username) },
		refuses: clawsReplaces, nameless: clawsReplaces,
	},
	"env": {read: readEnv, address: true, person: true,
		cannot: func(s mailcheck.Server) bool { return mixed(s.Username) }, refuses: mixed, nameless: mixed,
	},
	"apps": {read: readApps, address: true, partly: true,
		cannot: func(s mailcheck.Server) bool { return mixed(s.Username) || appsRefuse(s.Username) }, refuses: func(address string) bool { return appsRefuse(address) || noAddress(address) }, nameless: appsRefuse,
	},
	"postfix": {read: readPostfix, address: true,
		cannot: func(s mailcheck.Server) bool {
			return strings.Contains(s.Username, ":") || !strings.Contains(s.Host, ".ex") && !strings.Contains(s.Host, "kva.")
		},
		refuses: func(address string) bool { return strings.ContainsAny(address, " ,{}\"") },
	},
	"site": {read: readSite, all: true, common: true},
	"dns":  {read: readZone, all: true, unnamed: true, cannot: func(s mailcheck.Server) bool { return net.ParseIP(s.Host) != nil }},
	"pacc": {read: readPACC, each: true, self: true, cannot: func(s mailcheck.Server) bool {
		return (s.Security == mailcheck.ImplicitTLS) == (s.Protocol == mailcheck.Sieve) || s.Port != mailcheck.DefaultPort(s.Protocol, s.Security) || net.ParseIP(s.Host) != nil || !slices.Contains(s.Auth, string(Password))
	}},
}

// onlyOAuth2 is for programs that know where to sign in at some providers, none of which
// is in the cases.
func onlyOAuth2(s mailcheck.Server) bool {
	return len(s.Auth) == 1 && s.Auth[0] == string(OAuth2)
}

func readConfig(made Setup, a mailcheck.Address) (told, error) {
	config, err := document.ParseConfig(made.Files[0].Body())
	if err != nil {
		return told{}, err
	}
	servers, problems := config.Servers(a)
	if len(problems) > 0 {
		return told{}, fmt.Errorf("problems %+v", problems)
	}
	for i := range servers {
		if a.Local == "" && document.Unfilled(servers[i].Username) {
			servers[i].Username = ""
		}
	}
	around, err := configServices(made.Files[0].Body(), a)
	return told{servers: append(servers, around...)}, err
}

// readProfile reads a profile with the decoder of property lists, once mailcheck's
// own judgement has nothing against it but that it is not signed.
func readProfile(made Setup, a mailcheck.Address) (told, error) {
	body := made.Files[0].Body()
	for _, f := range lint.Judge(lint.File{Name: "mail.mobileconfig", Body: body, ContentType: "application/x-apple-aspen-config"}).Findings {
		odd := []string{"EmailAddress", "IncomingMailServerUsername", "OutgoingMailServerUsername", "CalDAVUsername", "CardDAVUsername"} // as the names here mostly are
		if f.Check != checks.LintUnsigned && !slices.Contains(odd, f.Element) {
			return told{}, fmt.Errorf("lint: %s: %s", f.Check.ID, f.Detail)
		}
	}
	var p struct {
		PayloadContent []map[string]any
	}
	if _, err := plist.Unmarshal(body, &p); err != nil {
		return told{}, err
	}
	if len(p.PayloadContent) == 0 || p.PayloadContent[0]["PayloadType"] != "com.apple.mail.managed" {
		return told{}, fmt.Errorf("the accounts are %v", p.PayloadContent)
	}
	mail := p.PayloadContent[0]
	text := func(key string) string { s, _ := mail[key].(string); return s }
	t := told{address: text("EmailAddress"), person: text("EmailAccountName")}
	protocols := map[string]mailcheck.Protocol{"EmailTypeIMAP": mailcheck.IMAP, "EmailTypePOP": mailcheck.POP3}
	for side, protocol := range map[string]mailcheck.Protocol{"Incoming": protocols[text("EmailAccountType")], "Outgoing": mailcheck.Submission} {
		port, _ := mail[side+"MailServerPortNumber"].(uint64)
		s := mailcheck.Server{Protocol: protocol, Host: text(side + "MailServerHostName"), Port: uint16(port), Security: mailcheck.ImplicitTLS, Username: text(side + "MailServerUsername")}
		if s.Port == mailcheck.DefaultPort(protocol, mailcheck.StartTLS) || s.Port == 25 && side == "Outgoing" {
			s.Security = mailcheck.StartTLS
		}
		s.Auth = map[string][]string{"EmailAuthPassword": {string(Password)}, "EmailAuthCRAMMD5": {string(Challenge)}}[text(side+"MailServerAuthentication")]
		if mail[side+"MailServerUseSSL"] != true {
			s.Security = mailcheck.Plain
		}
		if side == "Incoming" {
			t.servers = append([]mailcheck.Server{s}, t.servers...)
		} else {
			t.servers = append(t.servers, s)
		}
	}
	around, err := profileServices(p.PayloadContent[1:])
	t.servers = append(t.servers, around...)
	return t, err
}

// readOutlook reads the answer as discovery does, once lint finds no failure in it, but for
// user names, which are odd here.
func readOutlook(made Setup, a mailcheck.Address) (told, error) {
	body := made.Files[0].Body()
	for _, f := range lint.Judge(lint.File{Name: "autodiscover.xml", Body: body, ContentType: "text/xml"}).Findings {
		if f.Severity >= checks.Failure && f.Element != "LoginName" {
			return told{}, fmt.Errorf("lint: %s: %s", f.Check.ID, f.Detail)
		}
	}
	answer, err := document.ParseAutodiscover(body)
	if err != nil {
		return told{}, err
	}
	servers, problems := answer.Servers(a)
	if len(problems) > 0 {
		return told{}, fmt.Errorf("problems %+v", problems)
	}
	for i := range servers {
		if servers[i].Username == "" {
			servers[i].Username = a.Username()
		}
	}
	v2, err := document.ParseAutodiscoverV2(made.Files[1].Body())
	if err != nil || v2.Protocol != "AutodiscoverV1" || v2.URL != "https://autodiscover."+a.Domain+"/autodiscover/autodiscover.xml" {
		return told{}, fmt.Errorf("version 2: %+v, %v", v2, err)
	}
	return told{servers: servers}, nil
}

// secretTool is the only command that a file may run.
var secretTool = regexp.MustCompile("^`secret-tool lookup service mail user [A-Za-z0-9_+][A-Za-z0-9._+@-]*`$")

// muttValue reads a value as mutt_extract_token does (init.c): in double quotes a
// backslash takes the next character as it is, but n, r, t, e and f make control
// characters; a dollar begins a variable where a letter or a brace follows, and a
// backquote a command.
func muttValue(text string) (string, error) {
	if strings.HasPrefix(text, `"`) && strings.HasSuffix(text, `"`) && secretTool.MatchString(text[1:max(1, len(text)-1)]) {
		return "", nil
	}
	if !strings.HasPrefix(text, `"`) {
		if regexp.MustCompile(`^[a-z]+$`).MatchString(text) {
			return text, nil
		}
		return "", fmt.Errorf("%s stands without quotation marks", text)
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' && i == len(text)-1:
			return b.String(), nil
		case c == '"':
			return "", fmt.Errorf("%s goes on after its quotation mark", text)
		case c == '`', c == '$':
			return "", fmt.Errorf("%s has a live %c", text, c)
		case c == '\\' && i+1 < len(text):
			if i++; strings.IndexByte("nrtefcC01234567", text[i]) >= 0 {
				return "", fmt.Errorf("%s has a control character", text)
			}
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("%s has no end", text)
}

// muttSettings reads a file that consists of set commands and comments.
func muttSettings(text string) (map[string]string, error) {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasSuffix(line, `\`) {
			return nil, fmt.Errorf("%q goes on in the next line", line) // a comment too
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "set "), " = ")
		if _, twice := values[name]; !ok || twice || !strings.HasPrefix(line, "set ") {
			return nil, fmt.Errorf("the line %q", line)
		}
		read, err := muttValue(value)
		if err != nil {
			return nil, err
		}
		values[name] = read
	}
	return values, nil
}

func readMutt(made Setup, a mailcheck.Address) (told, error) {
	values, err := muttSettings(string(made.Files[0].Body()))
	if err != nil {
		return told{}, err
	}
	if values["ssl_force_tls"] != "yes" {
		return told{}, errors.New("ssl_force_tls is not set")
	}
	inbox := values["folder"]
	if inbox == "" {
		inbox = values["spoolfile"]
	}
	t := told{address: values["from"], person: values["realname"]}
	for _, u := range []string{inbox, values["smtp_url"]} {
		s, err := muttURL(u)
		if err != nil {
			return told{}, err
		}
		s.Auth = []string{string(Password), string(Challenge)}
		scheme, _, _ := strings.Cut(u, ":")
		if values[strings.TrimSuffix(scheme, "s")+"_authenticators"] == "oauthbearer:xoauth2" {
			s.Auth = []string{string(OAuth2)}
		}
		if s.Protocol == mailcheck.IMAP {
			s.Username = values["imap_user"]
		}
		t.servers = append(t.servers, s)
	}
	return t, nil
}

func muttURL(text string) (mailcheck.Server, error) {
	u, err := url.Parse(text)
	if err != nil {
		return mailcheck.Server{}, err
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if _, hasPassword := u.User.Password(); err != nil || hasPassword || u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return mailcheck.Server{}, fmt.Errorf("the URL %q", text)
	}
	s := mailcheck.Server{Host: u.Hostname(), Port: uint16(port), Username: u.User.Username(), Security: mailcheck.StartTLS}
	scheme, implicit := strings.CutSuffix(u.Scheme, "s")
	if implicit {
		s.Security = mailcheck.ImplicitTLS
	}
	s.Protocol = map[string]mailcheck.Protocol{"imap": mailcheck.IMAP, "pop": mailcheck.POP3, "smtp": mailcheck.Submission}[scheme]
	return s, nil
}

var (
	relay     = regexp.MustCompile(`^\[([a-z0-9.-]+)\]:([0-9]+)$`)
	saslEntry = regexp.MustCompile(`^#[^\n]*\n(\S+)[ ]+([^:]*):PASSWORD\n$`)
)

// readPostfix reads main.cf, in which a dollar begins a variable unless it is
// doubled, and sasl_passwd, in which the first colon ends the user name.
func readPostfix(made Setup, _ mailcheck.Address) (told, error) {
	values := map[string]string{}
	for line := range strings.Lines(string(made.Files[0].Body())) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		if strings.HasPrefix(line, "#") {
			continue
		}
		whole := strings.ReplaceAll(value, "$$", "")
		if _, twice := values[name]; !ok || twice || strings.ContainsAny(whole, "$,{}\"") {
			return told{}, fmt.Errorf("the line %q", line)
		}
		values[name] = strings.ReplaceAll(value, "$$", "$")
	}
	server := relay.FindStringSubmatch(values["relayhost"])
	entry := saslEntry.FindStringSubmatch(string(made.Files[1].Body()))
	if server == nil || entry == nil || entry[1] != values["relayhost"] || values["smtp_tls_security_level"] != "secure" {
		return told{}, errors.New("the two files do not fit, or nothing is secure")
	}
	port, err := strconv.ParseUint(server[2], 10, 16)
	s := mailcheck.Server{Protocol: mailcheck.Submission, Host: server[1], Port: uint16(port), Security: mailcheck.StartTLS, Username: entry[2],
		Auth: []string{string(Password), string(Challenge)}}
	if values["smtp_tls_wrappermode"] == "yes" {
		s.Security = mailcheck.ImplicitTLS
	}
	sender, ok := strings.CutPrefix(values["sender_canonical_maps"], "static:")
	if !ok {
		return told{}, errors.New("no sender")
	}
	return told{servers: []mailcheck.Server{s}, address: sender}, err
}
