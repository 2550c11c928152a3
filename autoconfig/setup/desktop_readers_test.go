package setup

import (
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"testing"

	"mailcheck"
)

// keyFileGroups reads a key file as GLib does (g_key_file_parse_line): white space around
// the equals sign is of no account, a backslash begins one of five escapes.
func keyFileGroups(text string) (map[string]map[string]string, error) {
	groups := map[string]map[string]string{}
	var group map[string]string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		key, value, ok := strings.Cut(line, "=")
		switch {
		case line == "", line[0] == '#':
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			name := line[1 : len(line)-1]
			if _, twice := groups[name]; twice || name == "" || strings.ContainsAny(name, "[]") {
				return nil, fmt.Errorf("the group %q", line)
			}
			group = map[string]string{}
			groups[name] = group
		case !ok || group == nil:
			return nil, fmt.Errorf("the line %q", line)
		default:
			key = strings.TrimRight(key, " ")
			read, err := keyFileValue(strings.TrimLeft(value, " "))
			if _, twice := group[key]; twice || err != nil {
				return nil, fmt.Errorf("the line %q: %v", line, err)
			}
			group[key] = read
		}
	}
	return groups, nil
}

func keyFileValue(text string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			b.WriteByte(text[i])
			continue
		}
		i++
		if i == len(text) {
			return "", errors.New("a backslash ends the value")
		}
		c, ok := map[byte]byte{'s': ' ', 'n': '\n', 't': '\t', 'r': '\r', '\\': '\\'}[text[i]]
		if !ok {
			return "", fmt.Errorf("an escape of %q", text[i])
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// FuzzKeyFile reads back what is written.
func FuzzKeyFile(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Add(" ")
	f.Add(`\ `)
	f.Fuzz(func(t *testing.T, value string) {
		if !mailcheck.Printable(value) {
			t.Skip() // such ones are not written
		}
		written, err := keyFile(value)
		if err != nil {
			t.Fatal(err)
		}
		groups, err := keyFileGroups("[a]\nb=" + written + "\n")
		if err != nil || groups["a"]["b"] != value || strings.HasSuffix(written, " ") {
			t.Errorf("%q is written as %q and read as %q, %v", value, written, groups["a"]["b"], err)
		}
	})
}

// readEvolution follows the references between the sources, as Evolution does.
func readEvolution(made Setup, _ mailcheck.Address) (told, error) {
	sources := map[string]map[string]map[string]string{}
	var id string
	for _, file := range made.Files {
		groups, err := keyFileGroups(string(file.Body()))
		if err != nil {
			return told{}, err
		}
		name, ok := strings.CutSuffix(file.Name, ".source")
		if !ok || groups["Data Source"]["Enabled"] != "true" {
			return told{}, fmt.Errorf("%s is no source", file.Name)
		}
		if sources[name] = groups; groups["Mail Account"] != nil {
			id = name
		}
	}
	account := sources[id]
	identity := sources[account["Mail Account"]["IdentityUid"]]
	transport := sources[identity["Mail Submission"]["TransportUid"]]
	if len(sources) != 3 || transport["Mail Transport"]["BackendName"] != "smtp" || identity["Data Source"]["Parent"] != id || transport["Data Source"]["Parent"] != id {
		return told{}, errors.New("the sources do not belong together")
	}
	backend := account["Mail Account"]["BackendName"]
	if backend == "pop" && account["Pop Backend"]["KeepOnServer"] != "true" {
		return told{}, errors.New("mail is deleted on the server")
	}
	in, err := evolutionReads(map[string]mailcheck.Protocol{"imapx": mailcheck.IMAP, "pop": mailcheck.POP3}[backend], account)
	if err != nil {
		return told{}, err
	}
	smtp, err := evolutionReads(mailcheck.Submission, transport)
	return told{servers: []mailcheck.Server{in, smtp}, address: identity["Mail Identity"]["Address"], person: identity["Mail Identity"]["Name"]}, err
}

func evolutionReads(protocol mailcheck.Protocol, source map[string]map[string]string) (mailcheck.Server, error) {
	server := source["Authentication"]
	ways, ok := map[string][]string{
		"": {string(Password)}, "PLAIN": {string(Password)}, "LOGIN": {string(Password)}, "CRAM-MD5": {string(Challenge)},
		"Google": {string(OAuth2)}, "Outlook": {string(OAuth2)}, "Yahoo": {string(OAuth2)},
	}[server["Method"]]
	implicit, safe := map[string]bool{"ssl-on-alternate-port": true, "starttls-on-standard-port": false}[source["Security"]["Method"]]
	if !ok || !safe {
		return mailcheck.Server{}, fmt.Errorf("it is not safe: %q", source)
	}
	return read(protocol, server["Host"], server["Port"], server["User"], implicit, ways...)
}

// noMailbox reports whether a program that reads an address as mail has it does not take
// it.
func noMailbox(address string) bool {
	a, err := mail.ParseAddress("<" + address + ">")
	return err != nil || a.String() != "<"+address+">"
}

// readGeary reads a list of senders, which semicolons end, of which the first is used.
func readGeary(made Setup, _ mailcheck.Address) (told, error) {
	groups, err := keyFileGroups(string(made.Files[0].Body()))
	if err != nil {
		return told{}, err
	}
	account, incoming, outgoing := groups["Account"], groups["Incoming"], groups["Outgoing"]
	sender, ok := strings.CutSuffix(account["sender_mailboxes"], ";")
	if !ok || strings.Contains(sender, ";") || account["service_provider"] != "other" || groups["Metadata"]["version"] != "1" || groups["Metadata"]["status"] != "enabled" {
		return told{}, fmt.Errorf("the account %q", account)
	}
	from, err := mail.ParseAddress(sender)
	if err != nil {
		return told{}, err
	}
	login := map[string]string{"use-incoming": incoming["login"], "custom": outgoing["login"]}
	t := told{person: from.Name, address: strings.TrimSuffix(sender[strings.LastIndexByte(sender, '<')+1:], ">")}
	for _, side := range []struct {
		protocol mailcheck.Protocol
		user     string
		group    map[string]string
	}{{mailcheck.IMAP, incoming["login"], incoming}, {mailcheck.Submission, login[outgoing["credentials"]], outgoing}} {
		implicit, safe := map[string]bool{"transport": true, "start-tls": false}[side.group["transport_security"]]
		s, err := read(side.protocol, side.group["host"], side.group["port"], side.user, implicit, string(Password))
		if err != nil || !safe || side.group["credentials"] == "" {
			return told{}, fmt.Errorf("it is not safe, or not complete: %q, %v", side.group, err)
		}
		t.servers = append(t.servers, s)
	}
	return t, nil
}

// clawsReplaces reports whether the wizard changes a value (PARSE_DEFAULT in wizard.c).
func clawsReplaces(value string) bool {
	for _, word := range []string{"$USERNAME", "$LOGIN", "$EMAIL", "$NAME_MAIL", "$DEFAULTDOMAIN", "$DOMAIN"} {
		if strings.Contains(value, word) {
			return true
		}
	}
	return false
}

// readClaws reads a template as prefs_read_config does: all that stands behind the equals
// sign is the value. The wizard then takes a server apart at its first colon.
func readClaws(made Setup, a mailcheck.Address) (told, error) {
	_, text, ok := strings.Cut("\n"+string(made.Files[0].Body()), "\n[AccountTemplate]\n")
	values, err := keys(text, "=", "domain", "name", "email", "smtpserver", "smtpauth", "smtpuser", "smtpssl", "recvtype", "recvserver", "recvuser", "recvssl", "subsonly")
	if err != nil || !ok || values["domain"] != a.Domain || values["smtpauth"] != "1" {
		return told{}, fmt.Errorf("the template %q: %v", values, err)
	}
	for _, value := range values {
		if clawsReplaces(value) {
			return told{}, fmt.Errorf("%q becomes another value", value)
		}
	}
	t := told{address: values["email"], person: values["name"]}
	protocol := map[string]mailcheck.Protocol{"0": mailcheck.POP3, "1": mailcheck.IMAP}[values["recvtype"]]
	for side, protocol := range map[string]mailcheck.Protocol{"recv": protocol, "smtp": mailcheck.Submission} {
		host, port, _ := strings.Cut(values[side+"server"], ":")
		implicit, safe := map[string]bool{"1": true, "2": false}[values[side+"ssl"]]
		s, err := read(protocol, host, port, values[side+"user"], implicit, string(Password))
		if err != nil || !safe {
			return told{}, fmt.Errorf("it is not safe: %q, %v", values, err)
		}
		if side == "recv" {
			t.servers = append([]mailcheck.Server{s}, t.servers...)
		} else {
			t.servers = append(t.servers, s)
		}
	}
	return t, nil
}

// kmailSetting is a line of the script that tells Akonadi a setting.
var kmailSetting = regexp.MustCompile(`(?m)^(?:patiently )?setting set(\w+) (?:string:(.*)|int32:([0-9]+)|boolean:(\w+))$`)

// readKmail reads the settings that the script gives to Akonadi, with the words as a shell
// makes them, and what it adds to the two settings files.
func readKmail(made Setup, _ mailcheck.Address) (told, error) {
	values := map[string]string{}
	for _, line := range kmailSetting.FindAllStringSubmatch(string(made.Files[0].Body()), -1) {
		word := []string{line[3] + line[4]}
		if line[2] != "" {
			var err error
			if word, err = shellWords(line[2]); err != nil || len(word) != 1 {
				return told{}, fmt.Errorf("the words %q: %v", word, err)
			}
		}
		values[line[1]] = word[0]
	}
	transports, err := keyFileGroups(string(made.Files[1].Body()))
	if err != nil {
		return told{}, err
	}
	identities, err := keyFileGroups(string(made.Files[2].Body()))
	if err != nil {
		return told{}, err
	}
	number := values["AccountIdentity"]
	transport, identity := transports["Transport "+number], identities["Identity #"+number]
	if number == "" || transport["id"] != number || identity["uoid"] != number || identity["Transport"] != number || transport["auth"] != "true" {
		return told{}, errors.New("the three files do not belong together")
	}
	imap, safe := map[string]bool{"SSL": true, "STARTTLS": false}[values["Safety"]]
	smtp, safeToo := map[string]bool{"SSL": true, "TLS": false}[transport["encryption"]]
	if !safe || !safeToo {
		return told{}, fmt.Errorf("it is not safe: %q, %q", values, transport)
	}
	ways := map[string]Login{"0": Password, "LOGIN": Password, "1": Password, "PLAIN": Password, "2": Challenge, "CRAM_MD5": Challenge, "7": Password, "CLEAR": Password}
	in, err := read(mailcheck.IMAP, values["ImapServer"], values["ImapPort"], values["UserName"], imap, string(ways[values["Authentication"]]))
	if err != nil {
		return told{}, err
	}
	out, err := read(mailcheck.Submission, transport["host"], transport["port"], transport["user"], smtp, string(ways[transport["authtype"]]))
	return told{servers: []mailcheck.Server{in, out}, address: identity["Email Address"], person: identity["Name"]}, err
}
