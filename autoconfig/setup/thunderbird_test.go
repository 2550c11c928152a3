package setup

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/internal/sample"
)

var update = flag.Bool("update", false, "write the golden files anew")

// result is a server that was tested, with what it offers inside TLS.
func result(url string, verdict mailcheck.Verdict, mechanisms ...string) mailcheck.ServerResult {
	scheme, rest, _ := strings.Cut(url, "://")
	protocol, plain := strings.CutSuffix(scheme, "+plain")
	protocol, implicit := strings.CutSuffix(protocol, "s")
	colon := strings.LastIndexByte(rest, ':')
	port, err := strconv.ParseUint(rest[colon+1:], 10, 16)
	if err != nil {
		panic(err)
	}
	security := mailcheck.StartTLS
	if plain {
		security = mailcheck.Plain
	} else if implicit {
		security = mailcheck.ImplicitTLS
	}
	r := mailcheck.ServerResult{
		Server:  mailcheck.Server{Protocol: mailcheck.Protocol(protocol), Host: rest[:colon], Port: uint16(port), Security: security, Username: "alice@example.com", Sources: []string{"srv", "autoconfig"}, Vouch: mailcheck.VouchedByFile},
		Verdict: verdict, PasswordOK: slices.Contains(mechanisms, "PLAIN"), TLS: &mailcheck.TLS{Verified: true},
	}
	r.Mechanisms.AfterTLS = mechanisms
	return r
}

// account is a report with these servers, in the order of its settings.
func account(servers ...mailcheck.ServerResult) *mailcheck.Report {
	r := &mailcheck.Report{Address: sample.Alice, Servers: servers, Started: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)}
	for _, s := range servers {
		r.Settings = append(r.Settings, mailcheck.Setting{Server: s.Server, Verdict: s.Verdict})
	}
	return r
}

// provider has everything a file can hold.
func smallProvider() *mailcheck.Report {
	submission := result("submission://smtp.example.com:587", mailcheck.Pass, "PLAIN", "CRAM-MD5")
	submission.Username = "alice"
	return account(
		result("imaps://imap.example.com:993", mailcheck.Warn, "PLAIN", "LOGIN"),
		result("imap://imap.example.com:143", mailcheck.Pass, "PLAIN", "XOAUTH2"),
		result("imaps://dead.example.com:993", mailcheck.Fail, "PLAIN"),
		result("pop3s://pop.example.com:995", mailcheck.Pass, "PLAIN"),
		result("pop3+plain://pop.example.com:110", mailcheck.Pass, "PLAIN"),
		result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"),
		submission,
	)
}

func write(t *testing.T, r *mailcheck.Report) string {
	t.Helper()
	made, err := thunderbird.Make(r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return string(made.Files[0].Body())
}

// sections lists the sections of a written file, each in one line.
func sections(t *testing.T, text string) []string {
	t.Helper()
	config, err := document.ParseConfig([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var lines []string
	for _, s := range config.Sections {
		lines = append(lines, fmt.Sprintf("%s %s:%s %s %s %s", s.Type, s.Hostname, s.Port, s.SocketType, s.Username, strings.Join(s.Auth, "+")))
		if s.Type == "" || s.Hostname == "" || s.Port == "" || s.SocketType == "" || s.Username == "" || len(s.Auth) == 0 {
			t.Errorf("the section %+v is not complete", s)
		}
	}
	return lines
}

// Most clients take the first section they can use.
func TestThunderbirdOrder(t *testing.T) {
	got := sections(t, write(t, smallProvider()))
	want := []string{
		"imap imap.example.com:993 SSL %EMAILADDRESS% password-cleartext",
		"imap imap.example.com:143 STARTTLS %EMAILADDRESS% password-cleartext+OAuth2",
		"pop3 pop.example.com:995 SSL %EMAILADDRESS% password-cleartext",
		"smtp smtp.example.com:465 SSL %EMAILADDRESS% password-cleartext",
		"smtp smtp.example.com:587 STARTTLS %EMAILLOCALPART% password-cleartext+password-encrypted",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What did not pass, is not protected, or lets nobody log in is left out.
func TestThunderbirdLeavesOut(t *testing.T) {
	test := func(drop mailcheck.ServerResult) {
		t.Helper()
		text := write(t, account(drop, result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")))
		if strings.Contains(text, drop.Host) {
			t.Errorf("%s is written:\n%s", drop.URL(), text)
		}
	}
	test(result("imaps://dead.example.com:993", mailcheck.Fail, "PLAIN"))
	test(result("imaps://untested.example.com:993", mailcheck.Untested, "PLAIN"))
	test(result("imap+plain://plain.example.com:143", mailcheck.Pass, "PLAIN"))
	test(result("submission+plain://plain.example.com:587", mailcheck.Pass, "PLAIN"))
	test(result("submissions://relay.example.com:465", mailcheck.Pass))
	test(result("imaps://kerberos.example.com:993", mailcheck.Pass, "GSSAPI"))
}

func TestThunderbirdNothingUsable(t *testing.T) {
	test := func(servers ...mailcheck.ServerResult) {
		t.Helper()
		made, err := thunderbird.Make(account(servers...), Options{})
		if !errors.Is(err, ErrNothingUsable) {
			t.Errorf("got %v, want %v", err, ErrNothingUsable)
		}
		if len(made.Files) > 0 {
			t.Errorf("half a file is written:\n%s", made.Files[0].Body())
		}
	}
	test()
	test(result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"))
	test(result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"))
	test(result("imaps://imap.example.com:993", mailcheck.Fail, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"))
	test(result("imap+plain://imap.example.com:143", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"))
	test(result("imaps://imap.example.com:993", mailcheck.Pass), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"))
}

// Names stand as placeholders, so that the file of one user serves all.
func TestUsernameTemplate(t *testing.T) {
	test := func(name, want string) {
		t.Helper()
		if got := document.UsernameTemplate(name, sample.Alice); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
		if want != name && name != "" && document.Expand(want, sample.Alice) != name {
			t.Errorf("%q: %q expands to %q", name, want, document.Expand(want, sample.Alice))
		}
	}
	test("", "%EMAILADDRESS%")
	test("alice@example.com", "%EMAILADDRESS%")
	test("alice", "%EMAILLOCALPART%")
	test("alice.example.com", "%EMAILLOCALPART%.%EMAILDOMAIN%")
	test("m0012345", "m0012345")
	test("malice", "malice")

	// Of a bare domain, the placeholders that a settings file had.
	bare := mailcheck.Address{Domain: "example.com"}
	for name, want := range map[string]string{"": "%EMAILADDRESS%", "%EMAILADDRESS%": "%EMAILADDRESS%", "%EMAILLOCALPART%": "%EMAILLOCALPART%", ".example.com": ".example.com"} {
		if got := document.UsernameTemplate(name, bare); got != want {
			t.Errorf("%q of a bare domain: got %q, want %q", name, got, want)
		}
	}
}

// OAuth2 comes first only where the provider says that clients have it.
func TestLogins(t *testing.T) {
	test := func(r mailcheck.ServerResult, want ...Login) {
		t.Helper()
		if got := logins(r); !slices.Equal(got, want) {
			t.Errorf("%q, published %q: got %q, want %q", r.Mechanisms.AfterTLS, r.Auth, got, want)
		}
	}
	offers := func(mechanisms ...string) mailcheck.ServerResult {
		return result("imaps://imap.example.com:993", mailcheck.Pass, mechanisms...)
	}
	published := func(r mailcheck.ServerResult, auth ...string) mailcheck.ServerResult { r.Auth = auth; return r }
	test(offers())
	test(offers("GSSAPI", "NTLM"))
	test(offers("PLAIN"), "password-cleartext")
	test(offers("CRAM-MD5"), "password-encrypted")
	test(offers("PLAIN", "CRAM-MD5"), "password-cleartext", "password-encrypted")
	test(offers("XOAUTH2"), "OAuth2")
	test(offers("PLAIN", "OAUTHBEARER"), "password-cleartext", "OAuth2")
	test(published(offers("PLAIN", "OAUTHBEARER"), "OAuth2", "password-cleartext"), "OAuth2", "password-cleartext")

	// What is offered before TLS only is no way to log in.
	before := offers()
	before.Mechanisms.BeforeTLS = []string{"PLAIN", "XOAUTH2"}
	test(before)
}

// Reading the written file gives the same servers.
func TestThunderbirdRoundTrip(t *testing.T) {
	r := smallProvider()
	config, err := document.ParseConfig([]byte(write(t, r)))
	if err != nil {
		t.Fatal(err)
	}
	servers, problems := config.Servers(r.Address)
	if len(problems) > 0 {
		t.Errorf("problems %+v", problems)
	}
	var want []mailcheck.Server
	for _, s := range r.Usable() {
		if s.Security != mailcheck.Plain {
			want = append(want, mailcheck.Server{Protocol: s.Protocol, Host: s.Host, Port: s.Port, Security: s.Security, Username: s.Username})
		}
	}
	for i := range servers {
		servers[i].Auth = nil // what is offered takes the place of what was published
	}
	if diff := cmp.Diff(want, servers); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Names from the network cannot break out of the XML.
func TestThunderbirdEscapes(t *testing.T) {
	const evil = `"></username><socketType>plain</socketType><username a="&amp;%EMAILADDRESS%`
	imap := result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN")
	imap.Username = evil
	lines := sections(t, write(t, account(imap, result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"))))
	if want := "imap imap.example.com:993 SSL " + evil + " password-cleartext"; lines[0] != want || len(lines) != 2 {
		t.Errorf("got %q", lines)
	}
}

// The draft bounds the names that clients show (60 and 20 characters).
func TestThunderbirdNames(t *testing.T) {
	test := func(domain, short string) {
		t.Helper()
		r := smallProvider()
		r.Address.Domain = domain
		config, err := document.ParseConfig([]byte(write(t, r)))
		if err != nil {
			t.Fatal(err)
		}
		if config.ID != domain || !slices.Equal(config.Domains, []string{domain}) {
			t.Errorf("%s: id %q, domains %q", domain, config.ID, config.Domains)
		}
		if n := utf8.RuneCountInString(config.DisplayName); n == 0 || n > 60 {
			t.Errorf("%s: the name %q has %d characters", domain, config.DisplayName, n)
		}
		if config.ShortName != short || utf8.RuneCountInString(short) > 20 {
			t.Errorf("%s: the short name is %q, want %q", domain, config.ShortName, short)
		}
	}
	test("example.com", "example.com")
	test("xn--bcher-kva.example", "bücher.example")
	test("mail.department.university.example", "mail.department.univ")
	test(strings.Repeat("a", 63)+".example", strings.Repeat("a", 20))
}

// What Thunderbird wants of a file (readFromXML.sys.mjs).
func thunderbirdAccepts(c *document.Config) error {
	usable := map[bool]int{}
	for _, s := range c.Sections {
		port, err := strconv.Atoi(s.Port)
		ok := err == nil && port > 0 && port < 65536 && isASCII(s.Hostname) && s.Hostname != "" &&
			slices.Contains([]string{"SSL", "STARTTLS", "plain"}, s.SocketType) &&
			slices.ContainsFunc(s.Auth, func(a string) bool {
				return slices.Contains([]string{"password-cleartext", "password-encrypted", "NTLM", "GSSAPI"}, a) // OAuth2 only with providers it knows
			})
		if s.Username == "" {
			return fmt.Errorf("%s: the user name would be \"undefined\"", s.Hostname)
		}
		if ok {
			usable[s.Type == "smtp"]++
		}
	}
	switch {
	case c.ID == "" || !isASCII(c.ID) || strings.ContainsAny(c.ID, " /:"):
		return fmt.Errorf("the id %q is not a host name", c.ID)
	case len(c.Domains) == 0:
		return errors.New("no domain")
	case usable[false] == 0 || usable[true] == 0:
		return errors.New("no usable section of one kind")
	}
	return nil
}

// What Thunderbird for Android and K-9 want (RealAutoconfigParser): one bad
// section costs the whole file, and only IMAP counts.
func androidAccepts(c *document.Config) error {
	seen := map[string]bool{}
	for _, s := range c.Sections {
		if s.Type != "imap" && s.Type != "smtp" {
			continue
		}
		seen[s.Type] = true
		port, err := strconv.Atoi(s.Port)
		switch {
		case s.Hostname == "" || s.Username == "" || err != nil || port < 1 || port > 65535:
			return fmt.Errorf("the section for %q is not complete", s.Hostname)
		case s.SocketType != "SSL" && s.SocketType != "STARTTLS":
			return fmt.Errorf("%s: socketType %q", s.Hostname, s.SocketType)
		case !slices.ContainsFunc(s.Auth, func(a string) bool {
			return a == "OAuth2" || a == "password-cleartext" || a == "password-encrypted"
		}):
			return fmt.Errorf("%s: authentication %q", s.Hostname, s.Auth)
		}
	}
	if len(c.Domains) == 0 || !seen["imap"] || !seen["smtp"] {
		return errors.New("no domain, no imap section or no smtp section")
	}
	return nil
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 127 })
}

// reports are accounts of every kind that a file is written for.
func reports() map[string]*mailcheck.Report {
	idn := account(result("imaps://imap.xn--bcher-kva.example:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.xn--bcher-kva.example:465", mailcheck.Pass, "PLAIN"))
	idn.Address = mailcheck.Address{Local: "用户", Domain: "xn--bcher-kva.example"}
	bare := account(result("imaps://imap.example.com:993", mailcheck.Pass, "PLAIN"), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN"))
	bare.Address.Local = ""
	for i := range bare.Servers {
		bare.Servers[i].Username, bare.Settings[i].Username = "", ""
	}
	return map[string]*mailcheck.Report{
		"everything": smallProvider(), "idn": idn, "bare domain": bare,
		"least":         account(result("imap://imap.example.com:143", mailcheck.Pass, "PLAIN"), result("submission://smtp.example.com:587", mailcheck.Pass, "PLAIN")),
		"with failures": account(result("imap+plain://a.example.com:143", mailcheck.Pass, "PLAIN"), result("imaps://imap.example.com:993", mailcheck.Warn, "PLAIN"), result("submissions://b.example.com:465", mailcheck.Fail), result("submissions://smtp.example.com:465", mailcheck.Pass, "PLAIN")),
	}
}

func TestClientsAcceptTheFile(t *testing.T) {
	for name, r := range reports() {
		config, err := document.ParseConfig([]byte(write(t, r)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := thunderbirdAccepts(config); err != nil {
			t.Errorf("%s: Thunderbird: %v", name, err)
		}
		if err := androidAccepts(config); err != nil {
			t.Errorf("%s: Thunderbird for Android: %v", name, err)
		}
	}
}

// The rules above are those of the clients: of the public database's files they
// refuse the ones that the clients refuse.
func TestClientRulesOnThePublicDatabase(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sample.Corpus(t, "ispdb"), "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	desktop, android := 0, 0
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		config, err := document.ParseConfig(body)
		if err != nil {
			t.Fatal(err)
		}
		if thunderbirdAccepts(config) == nil {
			desktop++
		}
		if androidAccepts(config) == nil {
			android++
		}
	}
	t.Logf("of %d files Thunderbird takes %d, for Android %d", len(files), desktop, android)
	if android < 100 || android > 130 || desktop < 150 {
		t.Error("the rules are not those of the clients")
	}
}

// The written files are valid by the draft's schema.
func TestThunderbirdIsValid(t *testing.T) {
	schema := filepath.Join(sample.Corpus(t, "autoconfig-spec"), "autoconfig.rng")
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed")
	}
	for name, r := range reports() {
		cmd := exec.Command(xmllint, "--noout", "--relaxng", schema, "-")
		cmd.Stdin = strings.NewReader(write(t, r))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
