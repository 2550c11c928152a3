package provider

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// The table is typed by hand, so it is held to what its readers rely on.
func TestProviders(t *testing.T) {
	if len(Providers) < 140 {
		t.Errorf("only %d providers", len(Providers))
	}
	domains, exchangers := map[string]string{}, map[string]string{}
	for _, f := range filters {
		if f.Name == "" || f.Source == "" || len(f.MX) == 0 {
			t.Errorf("filter %s: name, mail exchanger or source is missing", f.Name)
		}
		for _, mx := range f.MX {
			if host, err := mailcheck.ParseHost(mx); err != nil || host != mx || exchangers[mx] != "" {
				t.Errorf("filter %s: mail exchanger %q, also of %q: %v", f.Name, mx, exchangers[mx], err)
			}
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
				if document.Inside(mx, other) || document.Inside(other, mx) {
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
	servers := p.For(a)
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
	none := slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Check == checks.ProviderNoIMAP })
	if reads == none || sends == none {
		t.Errorf("%s: servers for both directions, or the rule that there are none", p.Name)
	}
}

func checkRules(t *testing.T, p Provider) {
	only := slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Check == checks.ProviderOAuthOnly })
	if only != slices.Equal(p.Auth, byOAuth) || only && p.OAuth == nil {
		t.Errorf("%s: the rule oauth-only goes with OAuth2 as the only way to log in, and with its endpoints", p.Name)
	}
	for i, r := range p.Rules {
		if !strings.HasSuffix(r.Fix, ".") || strings.Count(r.Fix, ". ") > 1 {
			t.Errorf("%s: the rule is not one or two sentences: %s", p.Name, r.Fix)
		}
		if slices.ContainsFunc(p.Rules[:i], func(o Rule) bool { return o.Check == r.Check }) {
			t.Errorf("%s: two rules of %s", p.Name, r.Check.ID)
		}
	}
	if (len(p.Rules) == 0) != (p.RulesSource == "") {
		t.Errorf("%s: rules go with where they are from", p.Name)
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

// What the table takes from ISPDB is what ISPDB says, and all that it says of the
// mail domains and of servers with TLS from the start. Where the table knows
// better, it says why here.
func TestProvidersAgreeWithISPDB(t *testing.T) {
	corpora := os.Getenv("MAILCHECK_CORPORA")
	if corpora == "" {
		t.Skip("MAILCHECK_CORPORA is not set: the provider table is not compared with ISPDB")
	}
	compared, excused := 0, map[string]bool{}
	for _, p := range Providers {
		var configs []*document.Config
		for source := range strings.SplitSeq(p.Source, ", ") {
			if name, ok := strings.CutPrefix(source, "ISPDB "); ok {
				configs = append(configs, readISPDB(t, corpora, name))
			}
		}
		if len(configs) == 0 {
			continue
		}
		compared++
		for _, d := range disagreements(p, configs) {
			if disagreesWithISPDB[d] == "" {
				t.Error(d)
			}
			excused[d] = true
		}
	}
	for d := range disagreesWithISPDB {
		if !excused[d] {
			t.Errorf("no longer true: %s", d)
		}
	}
	t.Logf("%d of %d providers compared", compared, len(Providers))
}

func readISPDB(t *testing.T, corpora, name string) *document.Config {
	body, err := os.ReadFile(filepath.Join(corpora, "ispdb", name))
	if err != nil {
		t.Fatal(err)
	}
	config, err := document.ParseConfig(body)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// disagreements says where a provider is not what its ISPDB files say.
func disagreements(p Provider, configs []*document.Config) (all []string) {
	a := mailcheck.Address{Local: "alice", Domain: "example.com"}
	var known []mailcheck.Server
	for _, c := range configs {
		servers, _ := c.Servers(a)
		known = append(known, servers...)
		for _, d := range c.Domains {
			if len(p.Domains) > 0 && !slices.Contains(p.Domains, d) && !anyAbove(p.MX, d) {
				all = append(all, p.Name+": ISPDB also has the domain "+d)
			}
		}
	}
	ours := p.For(a)
	for _, s := range ours {
		same := func(k mailcheck.Server) bool { return k.Key() == s.Key() }
		if i := slices.IndexFunc(known, same); i < 0 {
			all = append(all, p.Name+": ISPDB does not have "+s.URL())
		} else if known[i].Username != s.Username {
			all = append(all, p.Name+": ISPDB has another user name for "+s.URL())
		} else if !slices.Equal(known[i].Auth, s.Auth) {
			all = append(all, fmt.Sprintf("%s: ISPDB has %s for %s", p.Name, strings.Join(known[i].Auth, " "), s.URL()))
		}
	}
	for _, k := range known {
		same := func(s mailcheck.Server) bool { return k.Key() == s.Key() }
		if k.Security == mailcheck.ImplicitTLS && !slices.ContainsFunc(ours, same) {
			all = append(all, p.Name+": ISPDB also has "+k.URL())
		}
	}
	return all
}

func TestProviderMatches(t *testing.T) {
	for _, c := range []struct{ mx, provider, filter string }{
		{"aspmx.l.google.com", "Gmail", ""},
		{"example-com.mail.protection.outlook.com", "Microsoft 365", ""},
		{"example-com.a-v1.mx.microsoft", "Microsoft 365", ""},
		{"outlook-com.olc.protection.outlook.com", "Outlook.com", ""},
		{"in1-smtp.messagingengine.com", "Fastmail", ""},
		{"mx1.emailsrvr.com", "Rackspace", ""},
		{"mx.zoho.eu", "Zoho Mail for organizations (zoho.eu)", ""},
		{"mta-gw.infomaniak.ch", "Infomaniak", ""},
		{"smtpin.rzone.de", "Strato", ""},
		{"mailsec.protonmail.ch", "Proton Mail", ""},
		{"mx0a-00000000.pphosted.com", "", "Proofpoint"},
		{"eu-smtp-inbound-1.mimecast.com", "", "Mimecast"},
		{"mx-01-eu-central-1.prod.hydra.sophos.com", "", "Sophos Email"},
		{"mailstream-east.mxrecord.io", "", "Cloudflare Email Security (Area 1)"},
		{"route1.mx.cloudflare.net", "", "Cloudflare Email Routing"},
		{"notgoogle.com", "", ""}, // labels are compared, not letters
		{"google.com.example.net", "", ""},
		{"", "", ""},
	} {
		p, _ := ByMX(c.mx)
		f, _ := FilterOf(c.mx)
		if p.Name != c.provider || f.Name != c.filter {
			t.Errorf("%s: provider %q, filter %q", c.mx, p.Name, f.Name)
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
	for _, name := range []string{"https://accounts.google.com", "https://auth.tb.pro/"} {
		if _, ok := KnownIssuer(name); !ok {
			t.Errorf("issuer %s of settings files is unknown", name)
		}
	}
}

// Settings files name an issuer the way Thunderbird looks it up, and nobody
// publishes more about most of them, so its whole list (kIssuers in
// OAuth2Providers.sys.mjs as of 2026-11-22) has to be known.
func TestThunderbirdsIssuersAreKnown(t *testing.T) {
	for name, want := range map[string]struct{ token, scope string }{
		"accounts.google.com":       {"https://oauth2.googleapis.com/token", "https://mail.google.com/"},
		"o2.mail.ru":                {"https://o2.mail.ru/token", "mail.imap"},
		"oauth.yandex.com":          {"https://oauth.yandex.com/token", "mail:imap_full"},
		"login.yahoo.com":           {"https://api.login.yahoo.com/oauth2/get_token", "mail-w"},
		"login.aol.com":             {"https://api.login.aol.com/oauth2/get_token", "mail-w"},
		"login.microsoftonline.com": {"https://login.microsoftonline.com/common/oauth2/v2.0/token", "https://outlook.office.com/IMAP.AccessAsUser.All"},
		"www.fastmail.com":          {"https://api.fastmail.com/oauth/refresh", "https://www.fastmail.com/dev/protocol-imap"},
		"comcast.net":               {"https://oauth.xfinity.com/oauth/token", "https://email.comcast.net/"},
		"auth.tb.pro":               {"https://auth.tb.pro/realms/tbpro/protocol/openid-connect/token", "offline_access"},
	} {
		o, ok := KnownIssuer(name)
		if !ok || o.TokenURL != want.token || !slices.Contains(o.Scopes, want.scope) {
			t.Errorf("%s: known %v, token at %s, scopes %v", name, ok, o.TokenURL, o.Scopes)
		}
	}
}

// disagreesWithISPDB has the reasons for what the table says otherwise.
var disagreesWithISPDB = map[string]string{
	"Aruba PEC: ISPDB also has pop3s://pop3s.pec.aruba.it:993":                            "the port is that of IMAP, which cannot be meant",
	"Gmail: ISPDB also has the domain jazztel.es":                                         "a customer of Google, known by the mail exchanger",
	"Gmail: ISPDB also has the domain nyu.edu":                                            "a customer of Google, known by the mail exchanger",
	"Gmail: ISPDB does not have submission://smtp.gmail.com:587":                          "known to work besides",
	"Yahoo Mail: ISPDB does not have submission://smtp.mail.yahoo.com:587":                "known to work besides",
	"Yahoo Mail: ISPDB also has imaps://export.imap.mail.yahoo.com:993":                   "for fetching a mailbox once, not for a mail program",
	"Yahoo Mail: ISPDB also has the domain yahoodns.net":                                  "a domain of mail exchangers",
	"Mail.ru: ISPDB has password-cleartext for submissions://smtp.mail.ru:465":            "Thunderbird signs in with OAuth2 for sending too",
	"Mail.ru: ISPDB has password-cleartext for submission://smtp.mail.ru:587":             "Thunderbird signs in with OAuth2 for sending too",
	"EarthLink: ISPDB has password-cleartext for submission://smtpauth.earthlink.net:587": "the table has one way to log in for all servers of a provider",
	"Naver: ISPDB has password-encrypted for submissions://smtp.naver.com:465":            "the table has one way to log in for all servers of a provider",
	"Daum Mail: ISPDB has password-encrypted for submissions://smtp.daum.net:465":         "the table has one way to log in for all servers of a provider",
	"Rediffmail: ISPDB also has submissions://smtp.rediffmail.com:586":                    "a second port of the same server, and not a registered one",
}

// Whoever signs in is sent where the table says, with what is nobody else's.
func TestSignIns(t *testing.T) {
	for _, p := range Providers {
		if p.OAuth == nil {
			continue
		}
		if _, ok := SignInAt(p.OAuth.Issuer); !ok {
			t.Errorf("%s: nothing says how to sign in at %s", p.Name, p.OAuth.Issuer)
		}
	}
	for _, s := range signIns {
		for _, u := range []string{s.RegisterURL, s.RevokeURL, s.DeviceURL} {
			if u != "" && !strings.HasPrefix(u, "https://") {
				t.Errorf("%s: %q is not https", s.Issuer, u)
			}
		}
		if s.Source == "" || s.Date == "" || s.Device && s.DeviceURL == "" {
			t.Errorf("%s: the source, the date or the URL of the device flow is missing", s.Issuer)
		}
		if !s.Closed && s.RegisterURL == "" && len(s.Steps) == 0 {
			t.Errorf("%s: nobody learns how to get an id", s.Issuer)
		}
		for _, step := range s.Steps {
			if s.Closed || strings.Contains(step, "%") || strings.Contains(step, "\n") {
				t.Errorf("%s: step %q", s.Issuer, step)
			}
		}
	}
}

func TestAtTenant(t *testing.T) {
	microsoft, _ := SignInAt("login.microsoftonline.com")
	for tenant, want := range map[string]bool{
		"consumers": true, "example.com": true, "00000000-1111-2222-3333-444444444444": true,
		"": false, "..": false, "a/b": false, "a?b": false, "a@b": false, "a b": false, "a%2fb": false, "x\n": false,
	} {
		at, ok := microsoft.AtTenant(tenant)
		if ok != want || ok && (at.TokenURL != "https://login.microsoftonline.com/"+tenant+"/oauth2/v2.0/token" || at.Issuer != "https://login.microsoftonline.com/"+tenant+"/v2.0") {
			t.Errorf("%q: %v, %+v", tenant, ok, at.OAuth)
		}
	}
	if google, _ := SignInAt("accounts.google.com"); google.Issuer == "" {
		t.Error("Google is not known")
	} else if _, ok := google.AtTenant("common"); ok {
		t.Error("Google has no tenants")
	}
}
