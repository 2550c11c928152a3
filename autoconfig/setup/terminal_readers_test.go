package setup

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mailcheck"
)

// lookup is the only command that a file may have, with its address.
var lookup = regexp.MustCompile(`^secret-tool lookup service mail user [A-Za-z0-9_+][A-Za-z0-9._+@-]*$`)

// both are the ways to log in with a password.
var both = []string{string(Password), string(Challenge)}

// server is what a file says of one, with its port in digits.
func read(protocol mailcheck.Protocol, host, port, user string, implicit bool, ways ...string) (mailcheck.Server, error) {
	n, err := strconv.ParseUint(port, 10, 16)
	s := mailcheck.Server{Protocol: protocol, Host: host, Port: uint16(n), Username: user, Security: mailcheck.StartTLS, Auth: ways}
	if implicit {
		s.Security = mailcheck.ImplicitTLS
	}
	return s, err
}

// keys reads lines of a key and a value, of which none comes twice and all are known.
func keys(text, separator string, known ...string) (map[string]string, error) {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, separator)
		key = strings.TrimRight(key, " ")
		if _, twice := values[key]; twice || !ok && separator != " " || !slices.Contains(known, key) {
			return nil, fmt.Errorf("the line %q", line)
		}
		values[key] = value
	}
	return values, nil
}

// readMsmtp takes the outer quotation marks off, and nothing else.
func readMsmtp(made Setup, _ mailcheck.Address) (told, error) {
	first, last, _ := strings.Cut(string(made.Files[0].Body()), "\naccount default : ")
	values, err := keys(first, " ", "defaults", "tls", "tls_certcheck", "tls_trust_file", "account", "host", "port", "tls_starttls", "from", "user", "auth", "passwordeval")
	if err != nil {
		return told{}, err
	}
	for line := range strings.Lines(first) {
		if len(line) > 500 {
			return told{}, fmt.Errorf("%q is longer than a line may be", line)
		}
	}
	for key, value := range values {
		if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
			values[key] = value[1 : len(value)-1]
		}
	}
	account, _, _ := strings.Cut(last, "\n")
	command, has := values["passwordeval"]
	if values["tls"] != "on" || values["tls_certcheck"] != "on" || account != values["account"] || has && !lookup.MatchString(command) || regexp.MustCompile("%[UHCM]").MatchString(values["from"]) {
		return told{}, errors.New("it is not safe")
	}
	ways := map[string][]string{"on": both, "xoauth2": {string(OAuth2)}, "oauthbearer": {string(OAuth2)}}[values["auth"]]
	s, err := read(mailcheck.Submission, values["host"], values["port"], values["user"], values["tls_starttls"] == "off", ways...)
	return told{servers: []mailcheck.Server{s}, address: values["from"]}, err
}

// cValue reads a value in double quotes, where a backslash takes the next character as
// it is.
func cValue(text string) (string, error) {
	if len(text) < 2 || text[0] != '"' {
		return "", fmt.Errorf("%s stands without quotation marks", text)
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' && i == len(text)-1:
			return b.String(), nil
		case c == '"':
			return "", fmt.Errorf("%s goes on after its quotation mark", text)
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("%s has no end", text)
}

// readMbsync reads the first section, which an empty line ends.
func readMbsync(made Setup, a mailcheck.Address) (told, error) {
	_, text, _ := strings.Cut(string(made.Files[0].Body()), "\n\n")
	section, rest, _ := strings.Cut(text, "\n\n")
	values, err := keys(section, " ", "IMAPAccount", "Host", "Port", "User", "PassCmd", "SSLType", "AuthMechs")
	if err != nil {
		return told{}, err
	}
	for _, key := range []string{"IMAPAccount", "Host", "User", "PassCmd"} {
		if key == "PassCmd" && values[key] == "" {
			continue
		}
		if len(values[key]) > 1010 {
			return told{}, fmt.Errorf("%q is longer than a line may be", values[key])
		}
		if values[key], err = cValue(values[key]); err != nil {
			return told{}, err
		}
	}
	ways := map[string][]string{"": both, "XOAUTH2": {string(OAuth2)}, "OAUTHBEARER": {string(OAuth2)}}[values["AuthMechs"]]
	if command := values["PassCmd"]; command != "" && !lookup.MatchString(command) || !strings.Contains(rest, "\nExpunge None\n") || !strings.Contains(rest, "\nCreate Near\n") {
		return told{}, errors.New("it is not safe")
	}
	if want := map[string]bool{"IMAPS": true, "STARTTLS": true}; !want[values["SSLType"]] || values["IMAPAccount"] != a.Domain {
		return told{}, fmt.Errorf("the section %q", section)
	}
	s, err := read(mailcheck.IMAP, values["Host"], values["Port"], values["User"], values["SSLType"] == "IMAPS", ways...)
	return told{servers: []mailcheck.Server{s}}, err
}

// locator reads the URL of a server, with a way to log in behind its scheme.
func locator(text string) (mailcheck.Server, string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return mailcheck.Server{}, "", err
	}
	if _, hasPassword := u.User.Password(); hasPassword || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return mailcheck.Server{}, "", fmt.Errorf("the URL %q", text)
	}
	scheme, way, _ := strings.Cut(u.Scheme, "+")
	protocol, implicit := strings.CutSuffix(scheme, "s")
	ways, ok := map[string][]string{"": {string(Password)}, "login": {string(Password)}, "xoauth2": {string(OAuth2)}, "oauthbearer": {string(OAuth2)}}[way]
	of := map[string]mailcheck.Protocol{"imap": mailcheck.IMAP, "smtp": mailcheck.Submission}[protocol]
	if !ok || of == "" {
		return mailcheck.Server{}, "", fmt.Errorf("the scheme of %q", text)
	}
	s, err := read(of, u.Hostname(), u.Port(), u.User.Username(), implicit, ways...)
	return s, protocol, err
}

// readAerc takes values as the ini library does: raw between the first and the last
// backquote, else up to a comment.
func readAerc(made Setup, _ mailcheck.Address) (told, error) {
	head, text, _ := strings.Cut(string(made.Files[0].Body()), "\n[")
	for line := range strings.Lines(head) {
		if !strings.HasPrefix(line, "#") {
			return told{}, fmt.Errorf("the line %q", line)
		}
	}
	section, text, _ := strings.Cut(text, "\n")
	if !regexp.MustCompile(`^[A-Za-z0-9._+@-]+\]$`).MatchString(section) {
		return told{}, fmt.Errorf("the section %q", section)
	}
	values, err := keys(text, " = ", "source", "source-cred-cmd", "outgoing", "outgoing-cred-cmd", "smtp-starttls", "from", "default", "copy-to", "postpone")
	if err != nil {
		return told{}, err
	}
	for key, value := range values {
		if len(value) > 1 && value[0] == '`' && strings.Count(value, "`") == 2 && value[len(value)-1] == '`' {
			value = value[1 : len(value)-1]
		} else if strings.ContainsAny(value, "#;`\"") {
			return told{}, fmt.Errorf("the value %q", value)
		}
		if values[key] = value; strings.Contains(value, "%(") || strings.HasSuffix(key, "-cmd") && !lookup.MatchString(value) {
			return told{}, fmt.Errorf("the value %q", value)
		}
	}
	from, err := mail.ParseAddress(values["from"])
	if err != nil {
		return told{}, err
	}
	address := values["from"]
	address = strings.TrimSuffix(address[strings.LastIndexByte(address, '<')+1:], ">")
	in, _, err := locator(values["source"])
	if err != nil {
		return told{}, err
	}
	smtp, _, err := locator(values["outgoing"])
	if smtp.Security == mailcheck.StartTLS && values["smtp-starttls"] != "yes" {
		return told{}, errors.New("old versions send in clear")
	}
	return told{servers: []mailcheck.Server{in, smtp}, address: address, person: from.Name}, err
}

// readHimalaya reads lines of a key and a string, a word or a list of strings, in the
// table of the account.
func readHimalaya(made Setup, _ mailcheck.Address) (told, error) {
	_, text, ok := strings.Cut(string(made.Files[0].Body()), "\n[accounts.")
	name, text, _ := strings.Cut(text, "\n")
	if _, err := cValue(strings.TrimSuffix(name, "]")); err != nil || !ok {
		return told{}, fmt.Errorf("the table %q: %v", name, err)
	}
	values := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, " = ")
		if _, twice := values[key]; twice || !ok || strings.ContainsRune(value, 0x7f) {
			return told{}, fmt.Errorf("the line %q", line)
		}
		const words = `["secret-tool", "lookup", "service", "mail", "user", `
		argument, command := strings.CutPrefix(value, words)
		if command {
			value = strings.TrimSuffix(argument, "]")
		}
		if command != strings.HasSuffix(key, ".password.command") {
			return told{}, fmt.Errorf("the line %q", line)
		}
		if value == "true" {
			values[key] = value
			continue
		}
		read, err := tomlValue(value)
		if err != nil {
			return told{}, err
		}
		values[key] = read
	}
	t := told{address: values["email"], person: values["display-name"]}
	for _, side := range []string{"imap", "smtp"} {
		s, scheme, err := locator(values[side+".server"])
		if err != nil || scheme != side || (s.Security == mailcheck.StartTLS) != (values[side+".starttls"] == "true") {
			return told{}, fmt.Errorf("the server %q: %v", values[side+".server"], err)
		}
		for way, login := range map[string]Login{"plain": Password, "login": Password, "xoauth2": OAuth2, "oauthbearer": OAuth2} {
			if user, ok := values[side+".sasl."+way+".username"]; ok {
				s.Username, s.Auth = user, []string{string(login)}
			}
		}
		t.servers = append(t.servers, s)
	}
	return t, nil
}

// tomlValue reads a basic string, in which no other escapes are written.
func tomlValue(text string) (string, error) {
	if regexp.MustCompile(`\\[^\\"]`).MatchString(strings.ReplaceAll(text, `\\`, "")) {
		return "", fmt.Errorf("%s has an escape", text)
	}
	return cValue(text)
}

// readFetchmail reads strings in double quotes with the escapes that fetchmail has, of
// which two are written.
func readFetchmail(made Setup, _ mailcheck.Address) (told, error) {
	var lines []string
	for line := range strings.Lines(string(made.Files[0].Body())) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	all := regexp.MustCompile(`^poll "([^"]+)" proto (IMAP|POP3) service ([0-9]+)\nuser "([^"]*)" there\n(ssl\n)?sslproto "TLS1.2\+"\nsslcertck\nkeep$`).FindStringSubmatch(strings.Join(lines, "\n"))
	if all == nil {
		return told{}, fmt.Errorf("the lines %q", lines)
	}
	user := all[4]
	if strings.Contains(strings.NewReplacer(`\x5c`, "", `\x22`, "").Replace(user), `\`) {
		return told{}, fmt.Errorf("the user name %q", user)
	}
	user = strings.NewReplacer(`\x5c`, `\`, `\x22`, `"`).Replace(user)
	protocol := map[string]mailcheck.Protocol{"IMAP": mailcheck.IMAP, "POP3": mailcheck.POP3}[all[2]]
	s, err := read(protocol, all[1], all[3], user, all[5] != "", both...)
	return told{servers: []mailcheck.Server{s}}, err
}

func readGetmail(made Setup, _ mailcheck.Address) (told, error) {
	_, text, _ := strings.Cut(string(made.Files[0].Body()), "[retriever]\n")
	section, rest, _ := strings.Cut(text, "\n\n[destination]\n")
	values, err := keys(section, " = ", "type", "mailboxes", "server", "port", "username", "use_xoauth2", "password_command", "ca_certs")
	if err != nil {
		return told{}, err
	}
	command, has := values["password_command"]
	if has && !lookup.MatchString(strings.NewReplacer(`("`, "", `", "`, " ", `")`, "").Replace(command)) || values["ca_certs"] == "" || !strings.Contains(rest, "\ndelete = false\n") {
		return told{}, errors.New("it is not safe")
	}
	protocol := map[string]mailcheck.Protocol{"SimpleIMAPSSLRetriever": mailcheck.IMAP, "SimplePOP3SSLRetriever": mailcheck.POP3}[values["type"]]
	way := map[string]Login{"": Password, "true": OAuth2}[values["use_xoauth2"]]
	s, err := read(protocol, values["server"], values["port"], values["username"], true, string(way))
	return told{servers: []mailcheck.Server{s}}, err
}

// readImapsync reads the command line as a shell does.
func readImapsync(made Setup, _ mailcheck.Address) (told, error) {
	head, text, ok := strings.Cut(string(made.Files[0].Body()), "\nexec imapsync \\\n")
	words, err := shellWords(strings.ReplaceAll(text, " \\\n", " "))
	if err != nil || !ok {
		return told{}, fmt.Errorf("the command %q: %v", text, err)
	}
	option := func(name string) string {
		for i, w := range words {
			if value, ok := strings.CutPrefix(w, name+"="); ok {
				return value
			}
			if w == name && i+1 < len(words) {
				return words[i+1]
			}
		}
		return ""
	}
	host := option("--host2")
	for _, sure := range []string{"--sslargs1 SSL_verify_mode=1", "--sslargs2 SSL_verify_mode=1", "--sslargs2 SSL_verifycn_name=" + host} {
		if !strings.Contains(strings.Join(words, " "), sure+" ") {
			return told{}, fmt.Errorf("there is no %s", sure)
		}
	}
	implicit := slices.Contains(words, "--ssl2")
	if implicit == slices.Contains(words, "--tls2") || words[len(words)-1] != "$@" {
		return told{}, fmt.Errorf("the words %q", words)
	}
	ways := both
	if strings.Contains(head, "--oauthaccesstoken2") {
		ways = []string{string(OAuth2)}
	}
	s, err := read(mailcheck.IMAP, host, option("--port2"), option("--user2"), implicit, ways...)
	return told{servers: []mailcheck.Server{s}}, err
}

// shellWords splits a line into words, in which nothing but quotation marks may be
// special; "$@" is kept as it is.
func shellWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	text = strings.TrimSuffix(text, "\n")
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == ' ':
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
		case c == '\'':
			end := strings.IndexByte(text[i+1:], '\'')
			if end < 0 {
				return nil, errors.New("a quotation mark has no end")
			}
			word.WriteString(text[i+1 : i+1+end])
			i += end + 1
		case c == '\\' && i+1 < len(text) && text[i+1] == '\'':
			word.WriteByte('\'')
			i++
		case text[i:] == `"$@"`:
			return append(words, "$@"), nil
		case strings.IndexByte("\"\\$`;&|<>(){}*?[]#~!\n\t", c) >= 0:
			return nil, fmt.Errorf("a live %q", c)
		default:
			word.WriteByte(c)
		}
	}
	return append(words, word.String()), nil
}

// readEmacs reads expressions of words, numbers, strings, quotes and lists.
func readEmacs(made Setup, _ mailcheck.Address) (told, error) {
	values := map[string]string{}
	words, err := lispWords(string(made.Files[0].Body()))
	if err != nil {
		return told{}, err
	}
	for i := 0; i+1 < len(words); i++ {
		if regexp.MustCompile(`^(user|smtpmail|nnimap|gnutls)-`).MatchString(words[i]) {
			if _, twice := values[words[i]]; twice {
				return told{}, fmt.Errorf("%s comes twice", words[i])
			}
			values[words[i]] = words[i+1]
			i++
		}
	}
	if values["gnutls-verify-error"] != "t" {
		return told{}, errors.New("it is not safe")
	}
	text := func(key string) string { return strings.TrimPrefix(values[key], `"`) }
	stream := map[string]bool{"ssl": true, "'ssl": true}
	in, err := read(mailcheck.IMAP, text("nnimap-address"), values["nnimap-server-port"], text("nnimap-user"), stream[values["nnimap-stream"]], both...)
	if err != nil {
		return told{}, err
	}
	smtp, err := read(mailcheck.Submission, text("smtpmail-smtp-server"), values["smtpmail-smtp-service"], text("smtpmail-smtp-user"), stream[values["smtpmail-stream-type"]], both...)
	return told{servers: []mailcheck.Server{in, smtp}, address: text("user-mail-address"), person: text("user-full-name")}, err
}

// lispWords splits a program into words, without parentheses. A string begins with a
// quotation mark and has none at its end.
func lispWords(text string) ([]string, error) {
	var words []string
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return nil, errors.New("a parenthesis too many")
			}
		case ' ', '\n':
		case ';':
			i += strings.IndexByte(text[i:], '\n')
		case '"':
			var b strings.Builder
			b.WriteByte('"')
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					if i++; text[i] != '"' && text[i] != '\\' {
						return nil, fmt.Errorf("an escape of %q", text[i])
					}
				}
				b.WriteByte(text[i])
			}
			words = append(words, b.String())
		default:
			end := i + strings.IndexAny(text[i:], " \n()\"")
			words = append(words, text[i:end])
			i = end - 1
		}
	}
	if depth != 0 {
		return nil, errors.New("a parenthesis is not closed")
	}
	return words, nil
}
