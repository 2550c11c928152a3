package autoconfig

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mailcheck"
)

// The table is typed by hand, so it is held to what its readers rely on.
func TestProviders(t *testing.T) {
	if len(Providers) < 30 {
		t.Errorf("only %d providers", len(Providers))
	}
	domains, exchangers := map[string]string{}, map[string]string{}
	for _, f := range Filters {
		for _, mx := range f.MX {
			exchangers[mx] = f.Name
		}
	}
	for _, p := range Providers {
		if p.Name == "" || p.Source == "" || p.Date == "" || len(p.Domains)+len(p.MX) == 0 {
			t.Errorf("%s: name, source, date, or any way to find it is missing", p.Name)
		}
		for _, d := range p.Domains {
			if parsed, err := mailcheck.ParseDomain(d); err != nil || parsed != d {
				t.Errorf("%s: domain %q: %v", p.Name, d, err)
			}
			if domains[d] != "" {
				t.Errorf("%s: domain %s is also one of %s", p.Name, d, domains[d])
			}
			domains[d] = p.Name
		}
		for _, mx := range p.MX {
			for other, name := range exchangers {
				if inside(mx, other) || inside(other, mx) {
					t.Errorf("%s: mail exchanger %s overlaps %s of %s", p.Name, mx, other, name)
				}
			}
		}
		for _, mx := range p.MX {
			exchangers[mx] = p.Name
		}
		checkServers(t, p)
		checkRules(t, p)
	}
}

func checkServers(t *testing.T, p Provider) {
	a := mailcheck.Address{Local: "alice", Domain: "example.com"}
	servers := p.servers(a)
	if len(servers) != len(p.Servers) {
		t.Errorf("%s: %d of %d servers can be read", p.Name, len(servers), len(p.Servers))
	}
	if len(servers) > 0 && len(p.Auth) == 0 {
		t.Errorf("%s: no way to log in", p.Name)
	}
	reads, sends := false, false
	for _, s := range servers {
		host, err := mailcheck.ParseHost(s.Host)
		_, ipErr := netip.ParseAddr(s.Host)
		if err != nil || host != s.Host || ipErr == nil || s.Port == 0 || s.Username != "alice@example.com" && s.Username != "alice" {
			t.Errorf("%s: server %+v: %v", p.Name, s, err)
		}
		reads, sends = reads || s.Protocol.Reads(), sends || s.Protocol.Sends()
	}
	none := slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Check == mailcheck.ProviderNoIMAP })
	if reads == none || sends == none {
		t.Errorf("%s: servers for both directions, or the rule that there are none", p.Name)
	}
}

func checkRules(t *testing.T, p Provider) {
	only := slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Check == mailcheck.ProviderOAuthOnly })
	if only != slices.Equal(p.Auth, byOAuth) || only && p.OAuth == nil {
		t.Errorf("%s: the rule oauth-only goes with OAuth2 as the only way to log in, and with its endpoints", p.Name)
	}
	for i, r := range p.Rules {
		if !strings.HasSuffix(r.Fix, ".") && !strings.Contains(r.Fix, "Set-CASMailbox") {
			t.Errorf("%s: the rule is not a sentence: %s", p.Name, r.Fix)
		}
		if slices.ContainsFunc(p.Rules[:i], func(o Rule) bool { return o.Check == r.Check }) {
			t.Errorf("%s: two rules of %s", p.Name, r.Check.ID)
		}
	}
	if o := p.OAuth; o != nil {
		for _, u := range []string{o.Issuer, o.AuthURL, o.TokenURL} {
			if !strings.HasPrefix(u, "https://") {
				t.Errorf("%s: OAuth2 URL %q", p.Name, u)
			}
		}
		if len(o.Scopes) == 0 {
			t.Errorf("%s: no OAuth2 scopes", p.Name)
		}
	}
}

// What the table takes from ISPDB is what ISPDB says.
func TestProvidersAgreeWithISPDB(t *testing.T) {
	corpora := os.Getenv("MAILCHECK_CORPORA")
	if corpora == "" {
		t.Skip("MAILCHECK_CORPORA is not set: the provider table is not compared with ISPDB")
	}
	extra := map[string]bool{"submission://smtp.gmail.com": true, "submission://smtp.mail.yahoo.com": true} // known to work besides
	a := mailcheck.Address{Local: "alice", Domain: "example.com"}
	compared := 0
	for _, p := range Providers {
		var known []mailcheck.Server
		for source := range strings.SplitSeq(p.Source, ", ") {
			name, ok := strings.CutPrefix(source, "ISPDB ")
			if !ok || strings.Contains(name, ";") {
				continue
			}
			body, err := os.ReadFile(filepath.Join(corpora, "ispdb", name))
			if err != nil {
				t.Fatal(err)
			}
			config, err := ParseConfig(body)
			if err != nil {
				t.Fatal(err)
			}
			servers, _ := config.Servers(a)
			known = append(known, servers...)
		}
		if len(known) == 0 {
			continue
		}
		compared++
		for i, s := range p.servers(a) {
			same := func(k mailcheck.Server) bool { return k.Key() == s.Key() && k.Username == s.Username }
			if !slices.ContainsFunc(known, same) && !extra[p.Servers[i]] {
				t.Errorf("%s: ISPDB does not have %s with user name %s", p.Name, s.URL(), s.Username)
			}
		}
	}
	t.Logf("%d of %d providers compared", compared, len(Providers))
}

func TestProviderMatches(t *testing.T) {
	for _, c := range []struct{ mx, provider, filter string }{
		{"aspmx.l.google.com", "Gmail", ""},
		{"example-com.mail.protection.outlook.com", "Microsoft 365", ""},
		{"example-com.a-v1.mx.microsoft", "Microsoft 365", ""},
		{"outlook-com.olc.protection.outlook.com", "Outlook.com", ""},
		{"in1-smtp.messagingengine.com", "Fastmail", ""},
		{"mx1.emailsrvr.com", "Rackspace", ""},
		{"smtpin.rzone.de", "Strato", ""},
		{"mailsec.protonmail.ch", "Proton Mail", ""},
		{"mx0a-00000000.pphosted.com", "", "Proofpoint"},
		{"eu-smtp-inbound-1.mimecast.com", "", "Mimecast"},
		{"notgoogle.com", "", ""}, // labels are compared, not letters
		{"google.com.example.net", "", ""},
		{"", "", ""},
	} {
		p, _ := providerByMX(c.mx)
		f, _ := filterOf(c.mx)
		if p.Name != c.provider || f != c.filter {
			t.Errorf("%s: provider %q, filter %q", c.mx, p.Name, f)
		}
	}
}

func TestOAuthOf(t *testing.T) {
	if o, ok := OAuthOf("outlook.office365.com"); !ok || !slices.Contains(o.Scopes, "https://outlook.office.com/SMTP.Send") {
		t.Errorf("got %+v", o)
	}
	if o, ok := OAuthOf("imap.web.de"); ok {
		t.Errorf("got %+v where there is none", o)
	}
	for _, name := range []string{"accounts.google.com", "https://accounts.google.com", "login.microsoftonline.com", "login.yahoo.com", "comcast.net"} {
		if _, ok := knownIssuer(name); !ok {
			t.Errorf("issuer %s of ISPDB is unknown", name)
		}
	}
}
