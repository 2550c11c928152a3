package document

import (
	"fmt"
	"strings"
	"testing"

	"mailcheck"
)

// readAs writes the readings down, in the order of the programs.
func readAs(readings []Reading) string {
	var words []string
	for _, r := range readings {
		words = append(words, map[mailcheck.Security]string{mailcheck.Plain: "plain", mailcheck.StartTLS: "up", mailcheck.ImplicitTLS: "tls", "": "-"}[r.Security])
	}
	return strings.Join(words, " ")
}

// What becomes of a socketType, for Thunderbird, its Android version, Delta Chat, KMail,
// Evolution, FairEmail, Nextcloud Mail and aerc.
func TestSocketReadings(t *testing.T) {
	for word, want := range map[string]string{
		"SSL":                   "tls tls tls tls tls tls tls tls tls",
		"STARTTLS":              "up up up up up up up up up",
		"plain":                 "plain - plain plain plain up plain plain plain",
		"starttls":              "- - up tls plain up up up plain",
		"TLS":                   "- - tls tls plain up up up plain",
		"":                      "- - tls tls plain up plain up plain",
		"%server/imap/socket/%": "- - tls tls plain up plain up plain",
	} {
		s := Section{Type: "imap", Hostname: "imap.example.com", Port: "143", SocketType: word}
		if got := readAs(s.Readings()); got != want {
			t.Errorf("socketType %q is read as %s, want %s", word, got, want)
		}
	}
	pop := Section{Type: "pop3", SocketType: "ssl"}
	if got := pop.Readings(); len(got) != 3 || got[0].Client != "Thunderbird" {
		t.Errorf("POP3 is read by %v", got)
	}
}

// What becomes of SSL and Encryption, for Thunderbird, Delta Chat, FairEmail; and, as far
// as they were watched, Outlook 2019, Thunderbird 115, Nine and AltaMail.
func TestAnswerReadings(t *testing.T) {
	for _, c := range []struct{ ssl, encryption, port, want string }{
		{"on", "SSL", "993", "tls tls tls tls tls tls tls"},
		{"on", "TLS", "587", "up up up up up up up"},
		{"On", "", "143", "up up up up up up up"},
		{"off", "SSL", "993", "plain plain tls tls plain plain plain"},
		{"off", "TLS", "587", "plain plain up up plain plain plain"},
		{"off", "", "143", "plain plain up plain plain plain plain"},
		{"on", "none", "143", "plain up up plain up up up"},
		{"", "SSL", "993", "tls tls tls tls plain plain plain"},
		{"", "", "993", "tls tls tls tls plain plain plain"},
		{"yes", "", "993", "tls tls tls plain plain plain plain"},
		{"yes", "SSL", "993", "tls tls tls tls plain plain plain"},
		{"on", "starttls", "587", "up up up plain up up up"},
		{"off", "starttls", "587", "plain plain up plain plain plain plain"},
		{"off", "Auto", "993", "plain plain tls plain plain plain plain"},
	} {
		p := AutodiscoverProtocol{Type: "IMAP", Server: "imap.example.com", Port: c.port, SSL: c.ssl, Encryption: c.encryption}
		if got := readAs(p.Readings()); got != c.want {
			t.Errorf("SSL %q, Encryption %q on %s is read as %s, want %s", c.ssl, c.encryption, c.port, got, c.want)
		}
	}
}

// Hearsay is told, and fails nothing.
func TestPlainly(t *testing.T) {
	for _, c := range []struct {
		p    AutodiscoverProtocol
		want string
	}{
		{AutodiscoverProtocol{SSL: "on", Encryption: "SSL"}, "[] false"},
		{AutodiscoverProtocol{SSL: "on", Encryption: "x"}, "[Outlook 2019] false"},
		{AutodiscoverProtocol{SSL: "off", Encryption: "x"}, "[Thunderbird Delta Chat Outlook 2019 Thunderbird 115 Nine AltaMail] true"},
	} {
		clients, sure := Plainly(c.p.Readings())
		if got := fmt.Sprint(clients, sure); got != c.want {
			t.Errorf("%+v: %s, want %s", c.p, got, c.want)
		}
	}
}

func TestSocketTemplates(t *testing.T) {
	for text, want := range map[string]string{
		"%server/imap/socket/%": "%server/imap/socket/%", "%server/smtp/port%": "%server/smtp/port%", "{{socket_type}}": "{{socket_type}}",
		"%EMAILADDRESS%": "", "SSL/TLS": "", "100%": "", "alice%example.com@relay/x": "",
	} {
		if got := TemplateIn(text); got != want {
			t.Errorf("%q: template %q, want %q", text, got, want)
		}
	}
}
