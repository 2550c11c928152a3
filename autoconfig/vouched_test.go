package autoconfig

import (
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
)

// Whether the domain itself vouches for the servers that a source names decides who
// gets a password, so each way to name them is here.
func TestVouched(t *testing.T) {
	lookalike := lab.Scenario{Address: "alice@example.com", Zone: "$ORIGIN example.com.\n_imaps._tcp SRV 0 1 993 imap.notexample.com.\nimap.notexample.com. A 192.0.2.10\n"}
	stranger := func(domain, zone string) lab.Scenario {
		return lab.Scenario{Address: "alice@" + domain, Zone: "$ORIGIN " + domain + ".\n" + zone + "evil A 192.0.2.10\n"}
	}
	// Anybody may have the name autoconfig below github.io.
	suffixFile, suffixJSON := stranger("github.io", "autoconfig A 192.0.2.80\n"), stranger("github.io", "ua-auto-config A 192.0.2.80\n")
	suffixFile.Hosts = map[string]lab.Host{"192.0.2.80": {443: lab.TLS(lab.Cert{Names: []string{"autoconfig.github.io"}}, lab.HTTP(map[string]lab.Reply{
		configPath: lab.XML(`<clientConfig version="1.1"><emailProvider id="a"><domain>github.io</domain><incomingServer type="imap"><hostname>evil.github.io</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer></emailProvider></clientConfig>`),
	}))}}
	suffixJSON.Hosts = map[string]lab.Host{"192.0.2.80": {443: lab.TLS(lab.Cert{Names: []string{"ua-auto-config.github.io"}}, lab.HTTP(map[string]lab.Reply{
		paccPath: lab.JSON(`{"protocols": {"imap": {"host": "evil.github.io"}}, "authentication": {"password": true}}`),
	}))}}
	for _, c := range []struct {
		what     string
		scenario lab.Scenario
		source   string
		want     bool
	}{
		{"SRV records into the domain", named(t, "healthy"), "srv", true},
		{"unsigned SRV records to another domain", named(t, "login-foreign-srv"), "srv", false},
		{"SRV records to a domain that ends alike", lookalike, "srv", false},
		{"signed SRV records to another domain", named(t, "proof-good"), "srv", true},
		{"SRV records to another domain, of which a resolver says that they are signed", named(t, "proof-claimed"), "srv", false},
		{"SRV records to another domain, whose signatures are outdated", named(t, "proof-outdated"), "srv", false},
		{"SRV records of a public suffix", stranger("co.uk", "_imaps._tcp SRV 0 1 993 evil.co.uk.\n"), "srv", false},
		{"SRV records of a public suffix to itself", stranger("github.io", "_imaps._tcp SRV 0 1 993 github.io.\ngithub.io. A 192.0.2.1\n"), "srv", true},
		{"SRV records of a company whose customers have names below it", stranger("amazonaws.com", "_imaps._tcp SRV 0 1 993 evil.s3.amazonaws.com.\nevil.s3 A 192.0.2.10\n"), "srv", false},
		{"a settings file below a public suffix", suffixFile, "autoconfig", false},
		{"PACC below a public suffix", suffixJSON, "pacc", false},
		{"a settings file over https", named(t, "autoconfig-only"), "autoconfig", true},
		{"a settings file over http", named(t, "autoconfig-http-only"), "autoconfig", false},
		{"PACC", named(t, "pacc-only"), "pacc", true},
		{"Autodiscover over https", named(t, "autodiscover-only"), "autodiscover", true},
		{"Autodiscover by a redirect over http", named(t, "autodiscover-hosted"), "autodiscover", false},
		{"Autodiscover by an SRV record", named(t, "autodiscover-srv"), "autodiscover", false},
		{"a domain of the table", named(t, "provider-app-password"), "provider", true},
		{"a domain whose mail exchanger is in the table", named(t, "provider-by-mx"), "provider", false},
		{"the provider database", named(t, "ispdb-only"), "ispdb", true},
		{"the settings of the mail exchanger's operator", named(t, "autoconfig-via-mx"), "mx", false},
		{"guesses", named(t, "guess-only"), "guess", false},
		{"a TXT record", named(t, "mailconf"), "txt", false},
	} {
		r := discover(t, c.scenario, Options{})
		servers := r.source(t, c.source).Servers
		if len(servers) == 0 {
			t.Errorf("%s: the source names no server", c.what)
		}
		for _, s := range servers {
			if mail := s.Protocol.Reads() || s.Protocol.Sends(); mail && (s.Vouch != mailcheck.NotVouched) != c.want {
				t.Errorf("%s: %s is vouched for by way %d", c.what, s.URL(), s.Vouch)
			}
		}
	}
}

// Services around the mail are the domain's where its own web server leads to them, or
// where the record names a host of the domain.
func TestVouchedServices(t *testing.T) {
	r := discover(t, named(t, "services"), Options{})
	for _, name := range []string{"dav", "jmap", "sieve"} {
		servers := r.source(t, name).Servers
		if len(servers) == 0 {
			t.Errorf("%s names no server", name)
		}
		for _, s := range servers {
			if s.Vouch == mailcheck.NotVouched {
				t.Errorf("nobody vouches for %s", s.URL())
			}
		}
	}
	for _, c := range []struct {
		doc  netx.Document
		want mailcheck.Vouch
	}{
		{netx.Document{Hops: []string{"https://example.com/.well-known/caldav", "https://dav.example.net/"}}, mailcheck.VouchedByWellKnown},
		{netx.Document{Hops: []string{"https://example.com/.well-known/caldav", "http://dav.example.net/"}, Insecure: true}, mailcheck.NotVouched},
	} {
		if got := vouchOfWellKnown(&c.doc, "example.com"); got != c.want {
			t.Errorf("%q: way %d", c.doc.Hops, got)
		}
	}
}

// What another place than the public database says is somebody else's word.
func TestOtherDatabases(t *testing.T) {
	for _, c := range []struct {
		hops []string
		want bool
	}{
		{[]string{ISPDB + "example.com"}, true},
		{[]string{"https://database.example.net/example.com"}, false},
		{[]string{"https://v1.ispdb.net.example.net/example.com"}, false},
		{[]string{"http://v1.ispdb.net/example.com"}, false},
		{[]string{ISPDB + "example.com", "https://elsewhere.example.net/example.com"}, false},
		{nil, false},
	} {
		if got := new(search).vouchOfDatabase(&netx.Document{Hops: c.hops}) == mailcheck.VouchedByDatabase; got != c.want {
			t.Errorf("the trail %q vouches: %v", c.hops, got)
		}
	}
	if new(search).vouchOfDatabase(nil) != mailcheck.NotVouched {
		t.Error("a folder vouches")
	}
}

func named(t *testing.T, name string) lab.Scenario {
	t.Helper()
	s, ok := lab.Find(name)
	if !ok {
		t.Fatalf("there is no scenario %s", name)
	}
	return s
}

func TestAuthenticTrail(t *testing.T) {
	for _, c := range []struct {
		trail string
		want  bool
	}{
		{"", false},
		{"https://autodiscover.example.com/a alice@example.com", true},
		{"https://example.com/a alice@example.com|https://hoster.example/a alice@example.com", true},
		{"http://autodiscover.example.com/a|https://hoster.example/a alice@example.com", false},
		{"_autodiscover._tcp.example.com|https://hoster.example/a alice@example.com", false},
		{"https://autodiscover.github.io/a alice@github.io", false},
		{"https://github.io/a alice@github.io", true},
		{"https://example.com/a alice@example.com|https://autodiscover.github.io/a bob@github.io", false},
		{`https://autodiscover.example.com/a "a @ b"@example.com`, true},
	} {
		var trail []string
		if c.trail != "" {
			trail = strings.Split(c.trail, "|")
		}
		if got := vouchOfAutodiscover(trail) != mailcheck.NotVouched; got != c.want {
			t.Errorf("the trail %q vouches: %v", trail, got)
		}
	}
}
