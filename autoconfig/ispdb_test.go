package autoconfig

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/internal/lab"
	"mailcheck/internal/sample"
)

// folder returns a new folder with these files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLookInFolder(t *testing.T) {
	named := func(domain string) string {
		return strings.ReplaceAll(sample.File(sample.Incoming()), "<domain>example.com", "<domain>"+domain)
	}
	dir := folder(t, map[string]string{
		"example.com.xml":   sample.File(sample.Incoming("imap.", "by-name.")),
		"example.net":       sample.File(sample.Incoming("imap.", "bare-name.")),
		"broken.example":    "<clientConfig",
		"a-provider.xml":    named("listed.example"),
		"b-provider.xml":    named("MIXED.Example"),
		"c-provider.xml":    named("bücher.example"),
		"d-broken.xml":      "<clientConfig",
		"e-large.xml":       strings.Repeat(" ", document.MaxConfig+1),
		"f-provider.xml":    strings.Replace(named("first.example"), "<domain>", "<domain>second.example</domain><domain>", 1),
		"notes.txt":         named("text.example"),
		"z-provider.xml":    named("listed.example") + "<!-- a second file for the domain -->",
		"sub.example.xml":   sample.File(sample.Incoming()),
		"example.co.uk.xml": sample.File(sample.Incoming()),
	})
	if err := os.Mkdir(filepath.Join(dir, "folder.xml"), 0o755); err != nil {
		t.Fatal(err)
	}

	test := func(domain, want string) {
		t.Helper()
		body, err := lookInFolder(t.Context(), dir, domain)
		if err != nil {
			t.Errorf("%s: %v", domain, err)
			return
		}
		got := ""
		for _, name := range []string{"example.com.xml", "example.net", "broken.example", "a-provider.xml", "b-provider.xml", "c-provider.xml", "f-provider.xml"} {
			if text, err := os.ReadFile(filepath.Join(dir, name)); err == nil && body != nil && slices.Equal(text, body) {
				got = name
			}
		}
		if got != want || (body == nil) != (want == "") {
			t.Errorf("%s: found in %q, want %q", domain, got, want)
		}
	}
	test("example.com", "example.com.xml")
	test("example.net", "example.net")
	test("broken.example", "broken.example") // named after the domain, so its fault is worth telling
	test("listed.example", "a-provider.xml")
	test("first.example", "f-provider.xml")
	test("second.example", "f-provider.xml")
	test("mixed.example", "b-provider.xml")
	test("xn--bcher-kva.example", "c-provider.xml")
	test("unknown.example", "")
	test("text.example", "")

	// Neither above nor below the domain.
	test("other.example.com", "")
	test("example", "")
	test("co.uk", "")
}

func TestLookInNoFolder(t *testing.T) {
	if body, err := lookInFolder(t.Context(), filepath.Join(t.TempDir(), "missing"), "example.com"); err == nil || body != nil {
		t.Errorf("got %q, %v", body, err)
	}
	if body, err := lookInFolder(t.Context(), t.TempDir(), "example.com"); err != nil || body != nil {
		t.Errorf("an empty folder: got %q, %v", body, err)
	}
}

func TestMXDomains(t *testing.T) {
	test := func(host, domain string, want ...string) {
		t.Helper()
		if got := mxDomains(host, domain); !slices.Equal(got, want) {
			t.Errorf("%s for %s: got %q, want %q", host, domain, got, want)
		}
	}
	// A mail exchanger elsewhere: the host without its first label, and the
	// registrable domain.
	test("mx.example.net", "example.com", "example.net")
	test("example.net", "example.com", "example.net")
	test("mx.premium.europe.example.net", "example.com", "premium.europe.example.net", "example.net")
	test("aspmx.l.google.com", "example.com", "l.google.com", "google.com")
	test("mx1.provider.co.uk", "example.com", "provider.co.uk")
	test("mx.mail.provider.co.uk", "example.co.uk", "mail.provider.co.uk", "provider.co.uk")
	test("mx.xn--bcher-kva.example", "example.com", "xn--bcher-kva.example")

	// One in the mail domain or beside it says nothing new, and above is not
	// the user's.
	test("mx.example.com", "example.com")
	test("example.com", "example.com")
	test("mx.mail.example.com", "example.com")
	test("mx.example.co.uk", "sub.example.co.uk")
	test("mx.other.example.co.uk", "sub.example.co.uk")
	test("mx.sub.example.co.uk", "sub.example.co.uk")

	// A public suffix is nobody's. Those of private owners are suffixes too.
	test("co.uk", "example.co.uk")
	test("com", "example.com")
	test("localhost", "example.com")
	test("mx.customer.github.io", "example.com", "customer.github.io")
	test("mx.other.github.io", "customer.github.io", "other.github.io")
	test("", "example.com")
}

func TestISPDBOff(t *testing.T) {
	s := lab.Scenario{Address: "alice@example.com", Zone: unpublished + "@ MX 10 mx.example.net.\nv1.ispdb.net. A 198.51.100.80\n",
		Hosts: map[string]lab.Host{"198.51.100.80": web("v1.ispdb.net", nil)}}
	asked := func(r run) bool {
		return slices.ContainsFunc(r.questions, func(q string) bool { return strings.HasSuffix(q, "ispdb.net") })
	}
	r := discover(t, s, Options{ISPDB: "off"})
	if asked(r) {
		t.Errorf("questions %q", r.questions)
	}
	if got := r.source(t, "ispdb"); got.State != mailcheck.Absent || got.Reason.String() != "switched off" || len(got.Steps) > 0 {
		t.Errorf("the source is %+v", got)
	}
	r = discover(t, s, Options{})
	if want := []string{"GET https://v1.ispdb.net/example.com", "GET https://v1.ispdb.net/example.net"}; !slices.Equal(r.requests, want) || !asked(r) {
		t.Errorf("requests %q, want %q", r.requests, want)
	}
	r = discover(t, s, Options{ISPDB: "https://v1.ispdb.net/"})
	if !slices.Contains(r.requests, "GET https://v1.ispdb.net/example.com") {
		t.Errorf("requests %q", r.requests)
	}
}

// A folder of settings files gives the same as a web site with them.
func TestISPDBFolderAndWeb(t *testing.T) {
	text := sample.File(sample.Incoming(), sample.Incoming("%EMAILADDRESS%", "%EMAIL"), sample.Outgoing("465", "0"), sample.Outgoing("465", "587", "SSL", "STARTTLS"))
	s := lab.Scenario{Address: "alice@example.com", Zone: unpublished + "ispdb.example.net. A 198.51.100.80\n",
		Hosts: map[string]lab.Host{"192.0.2.1": {}, "198.51.100.80": web("ispdb.example.net", map[string]lab.Reply{"/v1.1/example.com": lab.XML(text)})}}
	dir := folder(t, map[string]string{"some-provider.xml": text})
	results := map[string]mailcheck.SourceResult{}
	for _, base := range []string{"https://ispdb.example.net/v1.1", "https://ispdb.example.net/v1.1/", dir} {
		r := discover(t, s, Options{ISPDB: base, NoGuess: true})
		results[base] = r.source(t, "ispdb")
		if len(r.Servers) != 2 {
			t.Errorf("%s: servers %q", base, urls(r.Servers))
		}
		if want := []string{"autoconfig.bad-section", "autoconfig.placeholder", "mx.none"}; !slices.Equal(r.findings(), want) {
			t.Errorf("%s: findings %q, want %q", base, r.findings(), want)
		}
	}
	for base, got := range results {
		if diff := cmp.Diff(results[dir].Servers, got.Servers, cmpopts.IgnoreFields(mailcheck.Server{}, "Position")); diff != "" || got.State != mailcheck.Found {
			t.Errorf("%s is %s, unlike the folder:\n%s", base, got.State, diff)
		}
	}
	// And a domain that is not there is absent from both.
	s.Address = "alice@example.org"
	for base := range results {
		if got := discover(t, s, Options{ISPDB: base, NoGuess: true}).source(t, "ispdb"); got.State != mailcheck.Absent || got.Reason.Empty() {
			t.Errorf("%s: a domain that is not there is %s: %s", base, got.State, got.Reason.String())
		}
	}
	// A folder that is not there is no fault of the account.
	r := discover(t, s, Options{ISPDB: dir + "-missing", NoGuess: true})
	if want := []string{"dns.nxdomain", "ispdb.unreachable"}; !slices.Equal(r.findings(), want) {
		t.Errorf("findings %q, want %q", r.findings(), want)
	}
}
