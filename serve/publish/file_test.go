package publish

import (
	"os"
	"strings"
	"testing"
	"time"

	"mailcheck"
)

const sample = `# What mailcheck serve publishes.
domains:
- domain: example.com
  servers:
  - imaps://imap.example.com
  - pop3s://pop.example.com
  - submissions://smtp.example.com
  - submission://smtp.example.com
  mta-sts:
    mode: testing
    mx: [mx1.example.com, "*.mx.example.com"]
    max_age: 86400
- domain: Bücher.example
  servers: [imap://mail.example.net, submission://mail.example.net]
  username: "%EMAILLOCALPART%"
- domain: example.org
  from: check
`

func TestParse(t *testing.T) {
	domains, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	first, second, third := domains[0], domains[1], domains[2]
	if len(domains) != 3 || len(first.Servers) != 4 || first.Servers[0].URL() != "imaps://imap.example.com:993" || first.Servers[0].Username != "%EMAILADDRESS%" {
		t.Errorf("%+v", first)
	}
	if p := first.Policy; p == nil || p.Mode != Testing || len(p.MX) != 2 || p.MX[1] != "*.mx.example.com" || p.MaxAge != 24*time.Hour {
		t.Errorf("%+v", p)
	}
	if second.Name != "xn--bcher-kva.example" || second.Servers[0].Security != mailcheck.StartTLS || second.Servers[0].Username != "%EMAILLOCALPART%" {
		t.Errorf("%+v", second)
	}
	if !third.FromCheck || third.Policy != nil {
		t.Errorf("%+v", third)
	}
}

// Whatever is wrong is told with its line, in words that say what would be right.
func TestParseErrors(t *testing.T) {
	test := func(replace, by, want string) {
		t.Helper()
		text := strings.Replace(sample, replace, by, 1)
		if text == sample {
			t.Fatalf("%q is not in the sample", replace)
		}
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %q", by, err, want)
		}
	}
	test("domains:", "domain:", `line 2: "domain" is not known here; there is: domains`)
	test("  servers:\n  - imaps", "  severs:\n  - imaps", `line 4: "severs" is not known here; there is: domain, from, trust_server, servers`)
	test("domain: example.com", "domain: example", "line 3: the domain name \"example\" is not complete")
	test("domain: example.com", "domain: "+strings.Repeat("a23456789.", 24)+"example", "line 3: the domain is so long")
	test("domain: example.com", "domain: [example.com]", "line 3: a text is wanted here")
	test("- domain: example.com\n", "-\n", "line 4: domain is missing")
	test("domain: example.org", "domain: EXAMPLE.com.", "line 16: example.com is a name of the domain in line 3, too")
	test("domain: example.org", "domain: autoconfig.example.com", "line 16: autoconfig.example.com is a name of the domain in line 3, too")
	test("imaps://imap.example.com", "imap.example.com", "line 5: \"imap.example.com\" does not say which protocol")
	test("imaps://imap.example.com", "imap+plain://imap.example.com", "line 5: imap+plain://imap.example.com: no server is published that programs would send the password to without TLS")
	test("imaps://imap.example.com", "imaps://imap", "line 5: imaps://imap: the name of the server is not complete")
	test("imaps://imap.example.com", "imaps://imap_1.example.com", "line 5: ")
	test("imaps://imap.example.com", "https://example.com/EWS/Exchange.asmx", "line 5: ")
	test("imaps://imap.example.com", "pop3s://pop.example.com", "line 6: pop3s://pop.example.com is there twice")
	test("[imap://mail.example.net, submission://mail.example.net]", "[imap://mail.example.net]", "line 14: one server for reading mail is wanted here")
	test("%EMAILLOCALPART%", "info", "line 15: the user name is the same for everybody")
	test("%EMAILLOCALPART%", "%EMAILLOCALPART%%EMAIL%", "line 15: the user name has %EMAIL%")
	test("%EMAILLOCALPART%", " %EMAILLOCALPART%", "line 15: the user name is too long, or has a space")
	test("from: check", "from: check\n  trust_server: [a_b]", "line 18: ")
	test("from: check", "servers: [imaps://a.example, submissions://a.example]\n  trust_server: [a.example]", "line 18: trust_server vouches for servers that a check finds")
	test("from: check", "from: discover", "line 17: from can be: check")
	test("from: check", "from: check\n  username: x", "line 17: with from, servers and user names are those that the check finds")
	test("  from: check\n", "", "line 16: example.org has neither servers nor from: check")
	test("mode: testing", "mode: on", "line 10: mode can be: testing, enforce, none")
	test("    mode: testing\n", "", "line 10: mode is missing")
	test("mx1.example.com", "mx1", "line 11: the domain name")
	test(`[mx1.example.com, "*.mx.example.com"]`, `[]`, "line 11: the list of mail exchangers is empty")
	test("    mx: [mx1.example.com, \"*.mx.example.com\"]\n", "", "line 10: mx is missing")
	test("86400", "1d", "line 12: max_age is a number of seconds")
	test("86400", "1e99", "line 12: max_age is a number of seconds")
	test("86400", "31557601", "line 12: max_age is a number of seconds, at most 31557600")
	for _, text := range []string{"", "domains: []", "domains:\n- {domain: example.com, from: check}\n- *x\n"} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// The policy is as RFC 8461 section 3.2 has it, and its id is another one whenever it is.
func TestPolicy(t *testing.T) {
	p := Policy{Mode: Enforce, MX: []string{"mx.example.com", "*.example.net"}, MaxAge: time.Hour}
	if text := string(p.text()); text != "version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmx: *.example.net\r\nmax_age: 3600\r\n" {
		t.Errorf("%q", text)
	}
	before := p.id()
	if p.MX[0] = "mx2.example.com"; p.id() == before || len(before) > 32 || strings.Trim(before, "0123456789abcdef") != "" {
		t.Errorf("the ids %s and %s", before, p.id())
	}
}

// A file that is taken can be published.
func FuzzFile(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("domains: [{domain: a.example, servers: [imaps://a.example, submissions://a.example]}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		domains, err := Parse(text)
		if err != nil {
			return
		}
		p := New(domains, Options{})
		for i, d := range domains {
			if c := p.shelf.get(p.sites[i]); (c == nil) != d.FromCheck {
				t.Errorf("%s: %v", d.Name, c)
			}
			if !p.Answers(d.Name) || !p.Answers("autoconfig."+d.Name+":443") {
				t.Errorf("%s is not answered for", d.Name)
			}
		}
		if strings.ContainsAny(p.Records(), "\r\x00\x1b") {
			t.Errorf("%q", p.Records())
		}
	})
}

// The file that the page shows is one.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/serve.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "`domains.yaml`\n\n```\n")
	text, _, ok := strings.Cut(text, "```")
	if domains, err := Parse([]byte(text)); !ok || err != nil || len(domains) < 3 {
		t.Errorf("%v, %v", domains, err)
	}
}
