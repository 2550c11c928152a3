package document

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/sample"
	"mailcheck/internal/trace"
)

// read reads a settings file for an address and returns its servers and
// problems in one line each.
func read(t *testing.T, text string, a mailcheck.Address) (servers, problems []string) {
	t.Helper()
	config, err := ParseConfig([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	found, faults := config.Servers(a)
	for _, s := range found {
		servers = append(servers, fmt.Sprintf("%s %s %s", s.URL(), s.Username, strings.Join(s.Auth, "+")))
	}
	for _, p := range faults {
		problems = append(problems, fmt.Sprintf("%s line %d: %s", p.Check.ID, p.Line, p.Text.String()))
	}
	return servers, problems
}

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig([]byte(`<?xml version="1.0"?>
<!-- what stands in comments is not read: <incomingServer/> -->
<clientConfig version="1.2" xmlns:x="urn:x">
  <emailProvider id="example.com" x:new="yes">
    <domain>Example.com</domain>
    <domain purpose="mx"> example.net </domain>
    <displayName>Example &amp; Sons</displayName>
    <displayShortName>Example</displayShortName>
    <future><incomingServer type="imap"><hostname>no.example.com</hostname></incomingServer></future>
    <incomingServer type="IMAP">
      <hostname> imap.example.com </hostname><port>993</port><socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>OAuth2</authentication><authentication system="sasl"> password-cleartext </authentication>
      <future/>
    </incomingServer>
    <outgoingServer type="smtp"/>
  </emailProvider>
  <webMail><loginPage url="https://webmail.example.com/"/></webMail>
</clientConfig>`))
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Line: 4, Column: 3, Version: "1.2", ID: "example.com", Domains: []string{"example.com", "example.net"}, Written: []string{"Example.com", "example.net"},
		DisplayName: "Example & Sons", ShortName: "Example",
		Sections: []Section{
			{Line: 10, Column: 5, Type: "imap", Hostname: "imap.example.com", Port: "993", SocketType: "SSL", Word: "IMAP", Username: "%EMAILADDRESS%", Auth: []string{"OAuth2", "password-cleartext"}, Spaced: map[string]string{"hostname": " imap.example.com "}},
			{Line: 16, Column: 5, Outgoing: true, Type: "smtp", Word: "smtp", Portless: true},
		},
		Links: []mailcheck.Link{{Kind: mailcheck.Webmail, URL: "https://webmail.example.com/"}},
	}
	c.Root = nil // the tree that it was read from
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

func TestServers(t *testing.T) {
	test := func(a mailcheck.Address, text string, want ...string) {
		t.Helper()
		servers, problems := read(t, text, a)
		if !slices.Equal(servers, want) {
			t.Errorf("servers %q\nwant    %q", servers, want)
		}
		if len(problems) > 0 {
			t.Errorf("problems %q", problems)
		}
	}
	test(sample.Alice, sample.File(sample.Incoming(), sample.Outgoing()),
		"imaps://imap.example.com:993 alice@example.com password-cleartext", "submissions://smtp.example.com:465 alice@example.com password-cleartext")
	test(sample.Alice, sample.File(sample.Incoming("imap", "pop3", "993", "110", "SSL", "STARTTLS")), "pop3://pop3.example.com:110 alice@example.com password-cleartext")
	test(sample.Alice, sample.File(sample.Incoming("SSL", "plain", "993", "143")), "imap+plain://imap.example.com:143 alice@example.com password-cleartext")

	// The file's order is the order of preference.
	test(sample.Alice, sample.File(sample.Incoming("imap.", "b."), sample.Incoming("imap.", "a.")),
		"imaps://b.example.com:993 alice@example.com password-cleartext", "imaps://a.example.com:993 alice@example.com password-cleartext")

	// Placeholders, everywhere where they are allowed.
	test(sample.Alice, sample.File(sample.Incoming("%EMAILADDRESS%", "%EMAILLOCALPART%.%EMAILDOMAIN%")), "imaps://imap.example.com:993 alice.example.com password-cleartext")
	test(sample.Alice, sample.File(sample.Incoming("%EMAILADDRESS%", "%EMAILLOCALPART%")), "imaps://imap.example.com:993 alice password-cleartext")
	test(sample.Alice, sample.File(sample.Incoming("imap.example.com", "imap.%EMAILDOMAIN%")), "imaps://imap.example.com:993 alice@example.com password-cleartext")
	test(mailcheck.Address{Domain: "example.com"}, sample.File(sample.Incoming("imap.example.com", "imap.%EMAILDOMAIN%")), "imaps://imap.example.com:993 %EMAILADDRESS% password-cleartext")

	// What is not an account to read and send mail with is for others.
	test(sample.Alice, sample.File(sample.Incoming(`"imap"`, `"exchange"`), sample.Incoming(`"imap"`, `"jmap"`), sample.Incoming(`"imap"`, `"NNTP"`), sample.Incoming(`"imap"`, `""`), sample.Outgoing()),
		"submissions://smtp.example.com:465 alice@example.com password-cleartext")

	// Several ways to log in keep their order; none is not a fault of the server.
	test(sample.Alice, sample.File(sample.Incoming("<authentication>", "<authentication>OAuth2</authentication><authentication>")), "imaps://imap.example.com:993 alice@example.com OAuth2+password-cleartext")
	test(sample.Alice, sample.File(sample.Incoming("<authentication>password-cleartext</authentication>", "")), "imaps://imap.example.com:993 alice@example.com ")
	test(sample.Alice, sample.File(sample.Incoming("<username>%EMAILADDRESS%</username>", "")), "imaps://imap.example.com:993  password-cleartext")

	// Host names in any way of writing.
	test(sample.Alice, sample.File(sample.Incoming("imap.example.com", "IMAP.Bücher.example.")), "imaps://imap.xn--bcher-kva.example:993 alice@example.com password-cleartext")
	test(sample.Alice, sample.File(sample.Incoming("imap.example.com", "2001:db8::1")), "imaps://[2001:db8::1]:993 alice@example.com password-cleartext")
}

// The mistakes people make in settings files, and what they are told.
func TestTypicalMistakes(t *testing.T) {
	// A bad section is left out alone, as the draft demands; the others count.
	bad := func(section, want string) {
		t.Helper()
		servers, problems := read(t, sample.File(section, sample.Outgoing()), sample.Alice)
		if len(servers) != 1 || !strings.HasPrefix(servers[0], "submissions://") {
			t.Errorf("servers %q", servers)
		}
		if len(problems) != 1 || problems[0] != want {
			t.Errorf("problems %q\nwant     %q", problems, want)
		}
	}
	bad(sample.Incoming("SSL", "ssl"), `autoconfig.bad-section line 5: imap section: socketType "ssl" is not SSL, STARTTLS or plain`)
	bad(sample.Incoming("SSL", "TLS"), `autoconfig.bad-section line 5: imap section: socketType "TLS" is not SSL, STARTTLS or plain`)
	bad(sample.Incoming("SSL", "starttls"), `autoconfig.bad-section line 5: imap section: socketType "starttls" is not SSL, STARTTLS or plain`)
	bad(sample.Incoming("<socketType>SSL</socketType>", ""), `autoconfig.bad-section line 5: imap section: socketType "" is not SSL, STARTTLS or plain`)
	bad(sample.Incoming("993", "0"), `autoconfig.bad-section line 5: imap section: port "0" is not a number from 1 to 65535`)
	bad(sample.Incoming("993", "99999"), `autoconfig.bad-section line 5: imap section: port "99999" is not a number from 1 to 65535`)
	bad(sample.Incoming("993", "-1"), `autoconfig.bad-section line 5: imap section: port "-1" is not a number from 1 to 65535`)
	bad(sample.Incoming("993", "imaps"), `autoconfig.bad-section line 5: imap section: port "imaps" is not a number from 1 to 65535`)
	bad(sample.Incoming("<port>993</port>", ""), `autoconfig.bad-section line 5: imap section: port "" is not a number from 1 to 65535`)
	bad(sample.Incoming("<hostname>imap.example.com</hostname>", ""), `autoconfig.bad-section line 5: imap section: hostname is missing`)
	bad(sample.Incoming("imap.example.com", "imaps://imap.example.com"), `autoconfig.bad-section line 5: imap section: hostname: "imaps://imap.example.com" is not a host name: disallowed rune U+003A`)
	bad(sample.Incoming("imap.example.com", "imap.example.com:993"), `autoconfig.bad-section line 5: imap section: hostname: "imap.example.com:993" is not a host name: disallowed rune U+003A`)
	bad(sample.Incoming("imap.example.com", "imap_1.example.com"), `autoconfig.bad-section line 5: imap section: hostname: "imap_1.example.com" is not a host name: disallowed rune U+005F`)
	bad(sample.Incoming("imap.example.com", "imap.%EMAILHOST%"), `autoconfig.bad-section line 5: imap section: hostname: "imap.%EMAILHOST%" is not a host name: disallowed rune U+0025`)
	bad(sample.Incoming("imap.example.com", "imap.\u202emoc.elpmaxe"), `autoconfig.bad-section line 5: imap section: hostname: "imap.\u202emoc.elpmaxe" is not a host name`)
	bad(sample.Incoming("%EMAILADDRESS%", "al\u202eice"), `autoconfig.bad-section line 5: imap section: the user name has invisible or control characters`)
	bad(sample.Incoming("%EMAILADDRESS%", "alice\nsmith"), `autoconfig.bad-section line 5: imap section: the user name has invisible or control characters`)

	// A server that can be used, with something to mend.
	odd := func(section, want string) {
		t.Helper()
		servers, problems := read(t, sample.File(section, sample.Outgoing()), sample.Alice)
		if len(servers) != 2 {
			t.Errorf("servers %q", servers)
		}
		if len(problems) != 1 || problems[0] != want {
			t.Errorf("problems %q\nwant     %q", problems, want)
		}
	}
	odd(sample.Incoming("%EMAILADDRESS%", "%EMAILADDRESS"), `autoconfig.placeholder line 5: imap section: user name "%EMAILADDRESS": %EMAILADDRESS is unknown`)
	odd(sample.Incoming("%EMAILADDRESS%", "%EMAILUSER%"), `autoconfig.placeholder line 5: imap section: user name "%EMAILUSER%": %EMAILUSER% is unknown`)
	odd(sample.Incoming("%EMAILADDRESS%", "%emailaddress%"), `autoconfig.placeholder line 5: imap section: user name "%emailaddress%": %emailaddress% is unknown`)

	// Every fault of a section is named, not only the first.
	_, problems := read(t, sample.File(sample.Incoming("993", "x", "SSL", "tls", "imap.example.com", "")), sample.Alice)
	if len(problems) != 3 {
		t.Errorf("problems %q", problems)
	}
	// A file of nothing but faults does not fill the report.
	_, problems = read(t, sample.File(strings.Repeat(sample.Incoming("993", "x"), 100)), sample.Alice)
	if len(problems) != MaxProblems {
		t.Errorf("%d problems", len(problems))
	}
	// A BOM is no mistake.
	if servers, problems := read(t, "\xef\xbb\xbf"+sample.File(sample.Incoming()), sample.Alice); len(servers) != 1 || len(problems) > 0 {
		t.Errorf("with a BOM: %q, %q", servers, problems)
	}
}

func TestUnknownPlaceholder(t *testing.T) {
	test := func(text, want string) {
		t.Helper()
		if got := UnknownPlaceholder(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	test("", "")
	test("alice", "")
	test("100%", "")
	test("%EMAILADDRESS%", "")
	test("%EMAILLOCALPART%.%EMAILDOMAIN%", "")
	test("%EMAILLOCALPART%%EMAILDOMAIN%", "")
	test("%EMAILADDRESS", "%EMAILADDRESS")
	test("%EMAILADRESS%", "%EMAILADRESS%")
	test("%EMAILLOCALPART%@%DOMAIN%", "%DOMAIN%")
	test("%emailaddress%", "%emailaddress%")
	test("alice%40example.com", "") // percent-encoding is another mistake
}

func TestConfigErrors(t *testing.T) {
	test := func(text string, words ...string) {
		t.Helper()
		_, err := ParseConfig([]byte(text))
		if err == nil {
			t.Errorf("%.100q is accepted", text)
			return
		}
		if check, _ := trace.Classify(mailcheck.OpParse, err); check != checks.AutoconfigMalformed {
			t.Errorf("%.100q: %v is %s", text, err, check.ID)
		}
		for _, w := range words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%.100q: the error %q does not say %q", text, err, w)
			}
		}
	}
	whole := sample.File(sample.Incoming())

	// Not a settings file.
	test("", "no outermost element")
	test("   \n", "no outermost element")
	test("just text", "no outermost element")
	test("<html></html>", "line 1", "the outermost element is <html>, not <clientConfig>")
	test(`{"protocols":{}}`, "no outermost element")
	test("<clientConfig/>", "line 1", "no <emailProvider>")
	test("<clientConfig/><clientConfig/>", "line 1, column 16", "second outermost element")
	test("<ClientConfig><emailProvider/></ClientConfig>", "<ClientConfig>, not <clientConfig>")

	// Broken off or broken.
	test(whole[:200], "line 6", "unexpected EOF")
	test(strings.Replace(whole, "</port>", "</prt>", 1), "line 7", "closed by </prt>")
	test(strings.Replace(whole, "imap.example.com", "a & b", 1), "line 6", "invalid character entity")
	test(strings.Replace(whole, "imap.example.com", "\x1b[2J", 1), "illegal character")
	test(strings.Replace(whole, "imap.example.com", "\xff\xfe", 1), "invalid UTF-8")

	// A document type is a way to attack parsers, and no settings file needs one.
	doctype := func(declarations string) string {
		return strings.Replace(whole, "<clientConfig", "<!DOCTYPE clientConfig [\n"+declarations+"\n]>\n<clientConfig", 1)
	}
	test(doctype(""), "a document type or other declaration is not allowed")
	test(strings.Replace(doctype(`<!ENTITY host SYSTEM "file:///etc/passwd">`), "imap.example.com", "&host;", 1), "a document type or other declaration is not allowed")
	laughs := `<!ENTITY lol "lol">`
	for i := range 9 {
		laughs += fmt.Sprintf("\n<!ENTITY lol%d \"%s\">", i, strings.Repeat("&lol;", 10))
	}
	test(strings.Replace(doctype(laughs), "imap.example.com", "&lol8;", 1), "a document type or other declaration is not allowed")
	test(strings.Replace(whole, "imap.example.com", "&host;", 1), "entity &host;")

	// Too much.
	nest := func(n int) string {
		inside := n - 2 // clientConfig and emailProvider are two
		return "<clientConfig><emailProvider>" + strings.Repeat("<a>", inside) + strings.Repeat("</a>", inside) + "</emailProvider></clientConfig>"
	}
	if _, err := ParseConfig([]byte(nest(maxConfigDepth))); err != nil {
		t.Errorf("%d levels: %v", maxConfigDepth, err)
	}
	test(nest(maxConfigDepth+1), "deeper than 32")
	test(nest(100_000), "deeper than 32")
	test("<clientConfig><emailProvider>"+strings.Repeat("<a/>", maxConfigNodes)+"</emailProvider></clientConfig>", "more than 20000")
	test(sample.File("<!--"+strings.Repeat(" ", MaxConfig)+"-->"), "larger than 1048576 bytes")
}

func TestCharsets(t *testing.T) {
	test := func(name, encoded, want string) {
		t.Helper()
		text := `<?xml version="1.0" encoding="` + name + `"?><clientConfig><emailProvider><displayName>` + encoded + `</displayName></emailProvider></clientConfig>`
		c, err := ParseConfig([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if c.DisplayName != want {
			t.Errorf("%s: got %q, want %q", name, c.DisplayName, want)
		}
	}
	test("utf-8", "Bücher", "Bücher")
	test("UTF8", "Bücher", "Bücher")
	test("US-ASCII", "Books", "Books")
	test("ISO-8859-1", "B\xfccher", "Bücher")
	test("latin1", "B\xfccher", "Bücher")
	test("windows-1252", "B\xfccher", "Bücher")

	_, err := ParseConfig([]byte(`<?xml version="1.0" encoding="koi8-r"?><clientConfig/>`))
	if err == nil || !strings.Contains(err.Error(), `the character set "koi8-r" is not supported; use UTF-8`) {
		t.Errorf("got %v", err)
	}
}

// A host name of a megabyte does not hold up the run: converting it would take
// time with the square of its length.
func TestEndlessHostname(t *testing.T) {
	var b strings.Builder
	for i := range 200_000 {
		b.WriteRune(rune(0x4e00 + i%20_000))
	}
	servers, problems := read(t, sample.File(sample.Incoming("imap.example.com", b.String()), sample.Outgoing()), sample.Alice)
	if len(servers) != 1 || len(problems) != 1 || len(problems[0]) > 1000 {
		t.Errorf("servers %q, %d problems", servers, len(problems))
	}
}

// Every file that is deployed in the public database can be read.
func TestPublicDatabase(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sample.Corpus(t, "ispdb"), "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	count := map[string]int{}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		config, err := ParseConfig(body)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		if len(config.Domains) == 0 {
			t.Errorf("%s: no domain", filepath.Base(name))
		}
		servers, problems := config.Servers(mailcheck.Address{Local: "alice", Domain: config.Domains[0]})
		if len(servers) == 0 {
			t.Errorf("%s: no server", filepath.Base(name))
		}
		count["files"]++
		count["domains"] += len(config.Domains)
		count["servers"] += len(servers)
		for _, p := range problems {
			count[p.Check.ID]++
			t.Logf("%s line %d: %s", filepath.Base(name), p.Line, p.Text.String())
		}
		for _, s := range servers {
			count[string(s.Protocol)]++
			count[string(s.Security)]++
		}
	}
	t.Logf("%v", count)
	if count["files"] < 163 || count[checks.AutoconfigBadSection.ID] > 0 {
		t.Errorf("of %d files %d sections are taken for bad", len(files), count[checks.AutoconfigBadSection.ID])
	}
}

// The draft's own example can be read.
func TestDraftSample(t *testing.T) {
	body, err := os.ReadFile(filepath.Join(sample.Corpus(t, "autoconfig-spec"), "autoconfig-sample.xml"))
	if err != nil {
		t.Fatal(err)
	}
	servers, problems := read(t, string(body), sample.Alice)
	if len(servers) == 0 || len(problems) > 0 {
		t.Errorf("servers %q, problems %q", servers, problems)
	}
}

func FuzzParseConfig(f *testing.F) {
	for _, seed := range []string{
		sample.File(sample.Incoming(), sample.Outgoing()), sample.File(sample.Incoming("SSL", "tls", "993", "x", "%EMAILADDRESS%", "%EMAIL")), sample.File(),
		"\xef\xbb\xbf<clientConfig/>", "<clientConfig><emailProvider><incomingServer type='imap'><hostname>fe80::1%eth</hostname></incomingServer></emailProvider></clientConfig>",
		`<?xml version="1.0" encoding="iso-8859-1"?><clientConfig><emailProvider id="` + "\xfc" + `"/></clientConfig>`,
		"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", strings.Repeat("<a>", 40), "<a/><b/>", "<a", "]]>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		config, err := ParseConfig(body)
		typed, typedErr := ParseTypedConfig(body) // the same, or more
		if err == nil && typedErr != nil || typedErr == nil && len(typed.Sections) > MaxConfig {
			t.Errorf("with a document type allowed it is %v", typedErr)
		}
		if err != nil {
			if check, detail := trace.Classify(mailcheck.OpParse, err); check != checks.AutoconfigMalformed || !mailcheck.Printable(detail.String()) {
				t.Errorf("%v is %s: %q", err, check.ID, detail)
			}
			return
		}
		for _, a := range []mailcheck.Address{sample.Alice, {Domain: "example.com"}, {Local: "用户", Domain: "xn--bcher-kva.example"}} {
			servers, problems := config.Servers(a)
			for _, s := range servers {
				if s.Host == "" || s.Port == 0 || s.Security == "" || s.Protocol == "" {
					t.Errorf("the server %+v is not complete", s)
				}
				if !mailcheck.Printable(s.URL()) || !mailcheck.Printable(s.Username) || strings.ContainsAny(s.Host, " /@\r\n") {
					t.Errorf("the server %+v is not fit to be used", s)
				}
			}
			if len(problems) > MaxProblems {
				t.Errorf("%d problems", len(problems))
			}
			for _, p := range problems {
				if p.Check == nil || p.Line < 1 || p.Text.Empty() {
					t.Errorf("the problem %+v says too little", p)
				}
			}
		}
	})
}
