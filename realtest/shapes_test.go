//go:build real

package realtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shapes are settings files that are odd at one place. Thunderbird only parses them, so
// that they cost no time on the network.
var shapes = []struct{ name, old, new, want string }{
	{"as usual", "", "", usualServers},
	{"STARTTLS, then SSL", "<socketType>SSL<", "<socketType>STARTTLS</socketType><socketType>SSL<", "imap imap:993 starttls submission smtp:465 tls"},
	{"unknown word, then STARTTLS", "<socketType>SSL<", "<socketType>TLS</socketType><socketType>STARTTLS<", "imap imap:993 starttls submission smtp:465 tls"},
	{"spaces around SSL", "<socketType>SSL<", "<socketType> SSL <", ""},
	{"spaces around host and port", "imap.DOMAIN</hostname>\n      <port>993<", " imap.DOMAIN </hostname><port> 993 <", usualServers},
	{"no port", "<port>993</port>", "", usualServers},
	{"no port with STARTTLS", "<port>993</port>", "<socketType>STARTTLS</socketType>", "imap imap:143 starttls submission smtp:465 tls"},
	{"no port for POP3", "<incomingServer", `<incomingServer type="pop3"><hostname>pop.DOMAIN</hostname><socketType>SSL</socketType>` + withPassword + "</incomingServer><incomingServer", "pop3 pop:995 tls submission smtp:465 tls"},
	{"no port for sending", "<port>465</port>", "", ""},
	{"empty port", "<port>993</port>", "<port/>", ""},
	{"word behind the port", "<port>993</port>", "<port>993 (SSL)</port>", usualServers},
	{"hexadecimal port", "<port>993</port>", "<port>0x3e1</port>", ""},
	{"IMAP", `"imap"`, `"IMAP"`, ""},
	{"SMTP", `"smtp"`, `"SMTP"`, ""},
	{"Exchange first", "<incomingServer", exchangeSection + "<incomingServer", "ews ex:443 tls"},
	{"Exchange first, of the newer type", "<incomingServer", strings.Replace(exchangeSection, `"exchange"`, `"ews"`, 1) + "<incomingServer", "ews ex:443 tls"},
	{"Exchange first, by its URL", "<incomingServer", `<incomingServer type="ews"><url>https://ex.DOMAIN/EWS/Exchange.asmx</url>` + withPassword + "</incomingServer><incomingServer", "ews ex:443 tls"},
	{"Exchange first, without a host", "<incomingServer", strings.Replace(exchangeSection, "<hostname>ex.DOMAIN</hostname>", "", 1) + "<incomingServer", usualServers},
	{"Exchange first, with OAuth2 alone", "<incomingServer", strings.Replace(exchangeSection, "password-cleartext", "OAuth2", 1) + "<incomingServer", usualServers},
	{"Exchange last", "<outgoingServer", exchangeSection + "<outgoingServer", usualServers},
}

const (
	usualServers    = "imap imap:993 tls submission smtp:465 tls"
	withPassword    = "<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>"
	exchangeSection = `<incomingServer type="exchange">
      <hostname>ex.DOMAIN</hostname>
      <port>443</port>
      <socketType>SSL</socketType>
      ` + withPassword + `
      <ewsURL>https://ex.DOMAIN/EWS/Exchange.asmx</ewsURL>
    </incomingServer>
    `
)

// documents are the shapes by their names, each with one section for reading.
func documents() map[string]string {
	before, rest, _ := strings.Cut(settings, `    <incomingServer type="pop3">`)
	_, after, _ := strings.Cut(rest, "</incomingServer>\n")
	list := map[string]string{}
	for _, s := range shapes {
		list[s.name] = strings.ReplaceAll(strings.Replace(before+after, s.old, s.new, 1), "DOMAIN", "example.com")
	}
	return list
}

// compareShapes compares what Thunderbird makes of the shapes with what "mailcheck lint"
// says of it.
func compareShapes(t *testing.T, documents map[string]string, results map[string]fromThunderbird) {
	dir, short := t.TempDir(), strings.NewReplacer(".example.com", "", "exchange ex", "ews ex")
	for i, s := range shapes {
		real := results[s.name]
		if of := short.Replace(strings.Join(real.Servers, " ")); of != s.want {
			t.Errorf("%s: Thunderbird takes %q, want %q; %s", s.name, of, s.want, real.Failed)
		}
		file := filepath.Join(dir, fmt.Sprintf("%d.xml", i))
		check(os.WriteFile(file, []byte(documents[s.name]), 0o644))
		out, _ := mailcheck(t, "lint", file, "-o", "json")
		told := thunderbirdIn(t, out)
		if of := short.Replace(strings.Join(told.Servers, " ")); of != s.want {
			t.Errorf("%s: mailcheck says that it takes %q, want %q; %s", s.name, of, s.want, told.Failed)
		}
	}
}
