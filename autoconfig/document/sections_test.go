package document

import (
	"errors"
	"strings"
	"testing"

	"mailcheck/internal/sample"
)

// What Thunderbird makes of files that are odd at one place; realtest runs the program
// itself on the same.
func TestThunderbirdSections(t *testing.T) {
	exchange := strings.NewReplacer(`"imap"`, `"exchange"`, "imap.example.com", "ex.example.com", "<port>993", "<port>443")
	ews := `<incomingServer type="ews"><url>https://ex.example.com/EWS/Exchange.asmx</url><authentication>password-cleartext</authentication></incomingServer>`
	for _, test := range []struct{ name, incoming, outgoing, taken, offer string }{
		{"no port", sample.Incoming("<port>993</port>", ""), sample.Outgoing(), "imaps://imap.example.com:993 submissions://smtp.example.com:465", ""},
		{"no port with STARTTLS", sample.Incoming("<port>993</port>", "", "SSL", "STARTTLS"), sample.Outgoing(), "imap://imap.example.com:143 submissions://smtp.example.com:465", ""},
		{"no port for sending", sample.Incoming(), sample.Outgoing("<port>465</port>", ""), "", ""},
		{"empty port", sample.Incoming("993", ""), sample.Outgoing(), "", ""},
		{"word behind the port", sample.Incoming("993", "993 (SSL)"), sample.Outgoing(), "imaps://imap.example.com:993 submissions://smtp.example.com:465", ""},
		{"hexadecimal port", sample.Incoming("993", "0x3e1"), sample.Outgoing(), "", ""},
		{"Exchange first", exchange.Replace(sample.Incoming()) + sample.Incoming(), sample.Outgoing(), "https://ex.example.com/EWS/Exchange.asmx", "or imaps://imap.example.com:993"},
		{"Exchange alone", exchange.Replace(sample.Incoming()), sample.Outgoing(), "https://ex.example.com/EWS/Exchange.asmx", "choose Exchange Web Services"},
		{"Exchange by its URL", ews + sample.Incoming(), sample.Outgoing(), "https://ex.example.com/EWS/Exchange.asmx", ""},
		{"Exchange with OAuth2 alone", exchange.Replace(sample.Incoming("password-cleartext", "OAuth2")) + sample.Incoming(), sample.Outgoing(), "imaps://imap.example.com:993 submissions://smtp.example.com:465", ""},
	} {
		c, err := ParseConfig([]byte(sample.File(test.incoming, test.outgoing)))
		if err != nil {
			t.Fatal(err)
		}
		var taken []string
		r := ThunderbirdDialect.Read(c, sample.Alice)
		if r.Refused == nil {
			for _, s := range r.Taken() {
				taken = append(taken, s.URL())
			}
		}
		if of := strings.Join(taken, " "); of != test.taken {
			t.Errorf("%s: taken %q, want %q; refused for %v", test.name, of, test.taken, r.Refused)
		}
		if offer := r.Offer().String(); (offer == "") != (test.offer == "") || !strings.Contains(offer, test.offer) {
			t.Errorf("%s: offer %q, want %q", test.name, offer, test.offer)
		}
	}
}

// Document types as Thunderbird allows them; ParseConfig allows none.
func TestTypedConfig(t *testing.T) {
	for doctype, good := range map[string]bool{
		`<!DOCTYPE clientConfig>`: true, `<!DOCTYPE html>`: true, `<!DOCTYPE clientConfig SYSTEM "https://example.com/x.dtd">`: true,
		`<!DOCTYPE clientConfig PUBLIC "-//X//Y" 'https://example.com/x.dtd'>`: true,
		`<!doctype clientConfig>`: false, `<!DOCTYPE>`: false, `<!DOCTYPE a b>`: false, `<!DOCTYPE a><!DOCTYPE a>`: false,
	} {
		body := []byte(strings.Replace(sample.File(sample.Incoming(), sample.Outgoing()), "<clientConfig", doctype+"<clientConfig", 1))
		if _, err := ParseConfig(body); err == nil {
			t.Errorf("%s is allowed in a settings file", doctype)
		}
		if _, err := ParseTypedConfig(body); (err == nil) != good {
			t.Errorf("%s: %v", doctype, err)
		}
	}
	declares := strings.Replace(sample.File(sample.Incoming(), sample.Outgoing()), "<clientConfig", `<!DOCTYPE a [<!ENTITY b "c">]><clientConfig`, 1)
	if _, err := ParseTypedConfig([]byte(declares)); !errors.Is(err, ErrDeclares) {
		t.Errorf("with an entity: %v", err)
	}
}
