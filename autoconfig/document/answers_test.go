package document

import (
	"fmt"
	"testing"

	"mailcheck/internal/sample"
)

// What the words of an answer mean to each program, on port 143 and on 993.
func TestAnswerDialects(t *testing.T) {
	dialects := map[string]AnswerDialect{
		"protocol": {}, "Thunderbird": ThunderbirdAnswers, "old Thunderbird": OldThunderbirdAnswers,
		"Delta Chat": DeltaAnswers, "FairEmail": FairEmailAnswers, "SSL alone": NineAnswers,
	}
	for _, test := range []struct{ ssl, encryption, port, program, want string }{
		{"off", "SSL", "993", "protocol", "imaps"},
		{"off", "SSL", "993", "Thunderbird", "imap+plain"},
		{"off", "SSL", "993", "Delta Chat", "imap+plain"},
		{"off", "SSL", "993", "FairEmail", "imaps"},
		{"off", "TLS", "143", "FairEmail", "imap"},
		{"off", "TLS", "143", "SSL alone", "imap+plain"},
		{"yes", "", "993", "protocol", "none"},
		{"yes", "", "993", "Thunderbird", "imaps"},
		{"yes", "", "993", "old Thunderbird", "imap+plain"},
		{"yes", "", "993", "Delta Chat", "imaps"},
		{"on", "starttls", "143", "Thunderbird", "imap"},
		{"on", "starttls", "143", "protocol", "none"},
		{"on", "None", "143", "Thunderbird", "imap+plain"},
		{"on", "None", "143", "Delta Chat", "imap"},
		{"", "TLS", "143", "Thunderbird", "imap"},
		{"", "TLS", "143", "old Thunderbird", "imap+plain"},
		{"", "SSL", "993", "SSL alone", "doubt"},
		{"on", "TLS", "110", "FairEmail", "imaps"},
	} {
		a, err := ParseAutodiscover([]byte(fmt.Sprintf(`<Autodiscover><Response><Account><AccountType>email</AccountType><Action>settings</Action>
<Protocol><Type>IMAP</Type><Server>imap.example.com</Server><Port>%s</Port><SSL>%s</SSL><Encryption>%s</Encryption><SPA>off</SPA><LoginName>al</LoginName></Protocol>
</Account></Response></Autodiscover>`, test.port, test.ssl, test.encryption)))
		if err != nil {
			t.Fatal(err)
		}
		servers, doubt := dialects[test.program].Read(a, sample.Alice)
		got := "none"
		if !doubt.Empty() {
			got = "doubt"
		} else if len(servers) > 0 {
			got = servers[0].URL()[:len(servers[0].URL())-len("://imap.example.com:")-len(test.port)]
		}
		if got != test.want {
			t.Errorf("%s, SSL %q, Encryption %q, port %s: %s, want %s", test.program, test.ssl, test.encryption, test.port, got, test.want)
		}
	}
}

// FairEmail takes the last section of a type, and neither it nor Delta Chat the login name.
func TestAnswerDialectSections(t *testing.T) {
	section := func(host string) string {
		return "<Protocol><Type>IMAP</Type><Server>" + host + "</Server><Port>993</Port><SSL>on</SSL><SPA>off</SPA><LoginName>al</LoginName></Protocol>"
	}
	a, err := ParseAutodiscover([]byte("<Autodiscover><Response><Account><AccountType>email</AccountType><Action>settings</Action>" +
		section("one.example.com") + section("two.example.com") + "</Account></Response></Autodiscover>"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		d        AnswerDialect
		host, as string
	}{
		{ThunderbirdAnswers, "one.example.com", "al"},
		{DeltaAnswers, "one.example.com", "alice@example.com"},
		{FairEmailAnswers, "two.example.com", "alice@example.com"},
	} {
		if servers, _ := test.d.Read(a, sample.Alice); servers[0].Host != test.host || servers[0].Username != test.as {
			t.Errorf("%+v: %s as %s", test.d, servers[0].Host, servers[0].Username)
		}
	}
}
