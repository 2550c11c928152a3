package document

import (
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/internal/sample"
)

// How many files of the provider database each client refuses, and why.
func TestDialectsOverTheDatabase(t *testing.T) {
	refused := map[string]int{}
	reasons := map[string]int{}
	files := sample.Database(t)
	for name, body := range files {
		c, err := ParseConfig(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a := mailcheck.Address{Local: "alice", Domain: c.Domains[0]}
		for _, d := range Dialects {
			r := d.Read(c, a)
			if r.Refused == nil {
				continue
			}
			refused[d.Client]++
			if d.Client == AndroidDialect.Client {
				reasons[sample.ReasonClass(r.Refused.Text.String())]++
			} else if d.Client == ThunderbirdDialect.Client {
				t.Logf("Thunderbird refuses %s: %s", name, r.Refused.Place())
			}
		}
	}
	t.Logf("of %d files are refused: %v; by Thunderbird for Android: %v", len(files), refused, reasons)
	if refused[ThunderbirdDialect.Client] != 0 {
		t.Errorf("Thunderbird refuses %d files, not none", refused[ThunderbirdDialect.Client])
	}
	if len(files) == 163 && refused[AndroidDialect.Client] != 46 {
		t.Errorf("Thunderbird for Android refuses %d of 163 files, not 46", refused[AndroidDialect.Client])
	}
}

// What becomes of a host name that is written in an unusual way, or is none, in the clients
// that check none: those named in out cannot reach it, the others take the usual one.
func TestDialectHosts(t *testing.T) {
	lax := []Dialect{DeltaDialect, KmailDialect, EvolutionDialect, FairEmailDialect, NextcloudDialect, AercDialect}
	const all = "Delta Chat, KMail, Evolution, FairEmail, Nextcloud Mail, aerc"
	for _, test := range []struct{ hostname, usual, out, why string }{
		{"imap.example.com", "imap.example.com", "", ""},
		{"192.0.2.1", "192.0.2.1", "", ""},
		{"imap.example.com.", "imap.example.com", "KMail, Evolution, FairEmail", "its certificate check then fails"},
		{"imap.bücher.example", "imap.xn--bcher-kva.example", "Delta Chat, FairEmail, Nextcloud Mail, aerc", "letters outside ASCII"},
		{"2001:db8::1", "2001:db8::1", "Nextcloud Mail, aerc", "without brackets"},
		{"imap.%EMAILDOMAIN%", "imap.example.com", "FairEmail, Nextcloud Mail, aerc", "no such host"},
		{"imap example", "", all, "no such host"},
		{"imap.example.com:993", "", all, "no such host"},
		{"https://imap.example.com/", "", all, "no such host"},
		{"\n  imap.example.com\n", "imap.example.com", "KMail, FairEmail, aerc", "no such host"},
	} {
		c, err := ParseConfig([]byte(sample.File(sample.Incoming("imap.example.com", test.hostname), sample.Outgoing())))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range lax {
			r := d.Read(c, sample.Alice)
			if r.Refused != nil {
				t.Errorf("%q, %s: refused: %s", test.hostname, d.Client, r.Refused.Place())
				continue
			}
			s := r.Incoming[0]
			host, why := test.usual, ""
			if strings.Contains(test.out, d.Client) {
				host, why = test.hostname, test.why
			}
			got := d.Unreachable(s).String()
			if s.Host != host || (got == "") != (why == "") || !strings.Contains(got, why) {
				t.Errorf("%q, %s: host %q, unreachable for %q", test.hostname, d.Client, s.Host, got)
			}
		}
	}
}

// Without TLS nothing is compared with a final dot.
func TestFinalDotWithoutTLS(t *testing.T) {
	c, err := ParseConfig([]byte(sample.File(sample.Incoming("imap.example.com", "imap.example.com.", "SSL", "plain"), sample.Outgoing())))
	if err != nil {
		t.Fatal(err)
	}
	if s := KmailDialect.Read(c, sample.Alice).Incoming[0]; s.Host != "imap.example.com" || !KmailDialect.Unreachable(s).Empty() {
		t.Errorf("host %q: %s", s.Host, KmailDialect.Unreachable(s))
	}
}

// Spaces around a value are part of it for some.
func TestDialectSpaces(t *testing.T) {
	for _, test := range []struct {
		d        Dialect
		security mailcheck.Security
		username string
		refusal  string
	}{
		{DeltaDialect, mailcheck.StartTLS, "alice@example.com", ""},
		{KmailDialect, mailcheck.ImplicitTLS, " alice@example.com ", ""},
		{EvolutionDialect, mailcheck.Plain, "alice@example.com", ""},
		{NextcloudDialect, mailcheck.Plain, " alice@example.com ", ""},
		{FairEmailDialect, "", "", `port " 143 " is not a number`},
		{AercDialect, "", "", `port " 143 " is not a number`},
	} {
		c, err := ParseConfig([]byte(sample.File(sample.Incoming("SSL", " STARTTLS ", "993", " 143 ", "%EMAILADDRESS%", " %EMAILADDRESS% "), sample.Outgoing())))
		if err != nil {
			t.Fatal(err)
		}
		r := test.d.Read(c, sample.Alice)
		if r.Refused != nil {
			if text := r.Refused.Text.String(); test.refusal == "" || !strings.Contains(text, test.refusal) {
				t.Errorf("%s refuses: %s", test.d.Client, text)
			}
			continue
		}
		if s := r.Incoming[0]; test.refusal != "" || s.Security != test.security || s.Username != test.username {
			t.Errorf("%s: %+v", test.d.Client, s)
		}
	}
}

// Which of several sections a client takes, and with which protection and user name.
func TestDialectSections(t *testing.T) {
	imap, smtp := sample.Incoming(), sample.Outgoing()
	pop := sample.Incoming(`"imap"`, `"pop3"`, "imap.", "pop.", "993", "995", "%EMAILADDRESS%", "%EMAILLOCALPART%")
	second := sample.Incoming("imap.example.com", "second.example.com")
	for _, test := range []struct {
		d        Dialect
		sections []string
		want     string // URL and user name of the server for reading, or why there is none
	}{
		{FairEmailDialect, []string{imap, second, smtp}, "imaps://imap.example.com:993 alice@example.com"},
		{FairEmailDialect, []string{pop, imap, smtp}, "section 1 (pop3) is the first for reading, and it looks at no other"},
		{FairEmailDialect, []string{imap, pop, smtp}, "imaps://imap.example.com:993 alice@example.com"},
		{GearyDialect, []string{pop, imap, smtp}, "section 1 (pop3) is the first for reading, and it looks at no other"},
		{GearyDialect, []string{strings.ReplaceAll(imap, ">SSL<", ">ssl<"), second, smtp}, "imap+plain://imap.example.com:993 alice@example.com"},
		{EvolutionDialect, []string{imap, second, smtp}, "imaps://second.example.com:993 alice@example.com"},
		{KmailDialect, []string{pop, smtp}, "pop3://pop.example.com:995 alice"},
		{KmailDialect, []string{strings.ReplaceAll(pop, "SSL", "plain"), smtp}, "pop3://pop.example.com:995 alice"},
		{AercDialect, []string{strings.ReplaceAll(imap, "%EMAILADDRESS%", "%EMAILLOCALPART%"), smtp}, "imaps://imap.example.com:993 alice@example.com"},
	} {
		c, err := ParseConfig([]byte(sample.File(test.sections...)))
		if err != nil {
			t.Fatal(err)
		}
		r := test.d.Read(c, sample.Alice)
		got := ""
		if r.Refused != nil {
			got = r.Refused.Text.String()
		} else {
			got = r.Incoming[0].URL() + " " + r.Incoming[0].Username
		}
		if got != test.want && !(r.Refused != nil && strings.HasSuffix(got, test.want)) {
			t.Errorf("%s, %d sections: %s, want %s", test.d.Client, len(test.sections), got, test.want)
		}
	}
}

// Thunderbird knows no type in capitals, and of several socketType takes the first that it
// knows; most others take the first, whatever it is.
func TestOddSections(t *testing.T) {
	c, err := ParseConfig([]byte(strings.NewReplacer(`type="imap"`, `type="IMAP"`).Replace(sample.File(sample.Incoming(), sample.Outgoing()))))
	if err != nil {
		t.Fatal(err)
	}
	a := mailcheck.Address{Local: "alice", Domain: "example.com"}
	if r := ThunderbirdDialect.Read(c, a); r.Refused == nil || !strings.Contains(r.Refused.Text.String(), `type is "IMAP", which it does not know`) {
		t.Errorf("Thunderbird: %+v", r.Refused)
	}
	if r := KmailDialect.Read(c, a); r.Refused != nil {
		t.Errorf("KMail: %s", r.Refused.Text.String())
	}
	twice := Section{Type: "imap", Word: "imap", Hostname: "imap.example.com", Port: "993", SocketType: "TLS", Further: []string{"tls", "SSL", "plain"}}
	if got := ThunderbirdDialect.security(twice); got != mailcheck.ImplicitTLS {
		t.Errorf("Thunderbird: %q", got)
	}
	if got := AndroidDialect.security(twice); got != "" {
		t.Errorf("Thunderbird for Android: %q", got)
	}
	answer := &AutodiscoverAnswer{Protocols: []AutodiscoverProtocol{{Type: "IMAP", Server: "imap.example.com"}, {Type: "SMTP", Server: "smtp.example.com", Port: "465"}}}
	if servers, _ := ThunderbirdAnswers.Read(answer, a); len(servers) != 1 || servers[0].Port != 465 {
		t.Errorf("Thunderbird takes %v of an answer without a port", servers)
	}
}
