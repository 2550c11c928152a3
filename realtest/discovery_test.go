//go:build real

package realtest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// site is one more web server of a scenario, with at most one document.
type site struct {
	host       string // below the domain; @ is the domain itself
	http       bool   // without TLS, on port 80
	cert       string // as in scenario
	path       string // of the document
	document   string // where DOMAIN stands for the domain
	directives string // nginx's, and DOMAIN again
}

// name is the host of a site of a scenario.
func (s site) name(of scenario) string { return strings.TrimPrefix(s.host+"."+of.domain(), "@.") }

func (s site) port() int {
	if s.http {
		return 80
	}
	return 443
}

// The places of the documents.
const (
	configPath = "mail/config-v1.1.xml"
	paccPath   = ".well-known/user-agent-configuration.json"
	poxPath    = "autodiscover/autodiscover.xml"
)

// answerPOST lets nginx answer a POST with a file, which it refuses by itself.
const answerPOST = "error_page 405 =200 $uri;"

const paccDocument = `{
  "protocols": {
    "imap": {"host": "imap.DOMAIN"},
    "smtp": {"host": "smtp.DOMAIN"},
    "submit": {"host": "smtp.DOMAIN"}
  },
  "authentication": {"password": true}
}
`

const autodiscoverAnswer = `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
      <Protocol>
        <Type>IMAP</Type>
        <Server>imap.DOMAIN</Server>
        <Port>993</Port>
        <SSL>on</SSL>
        <SPA>off</SPA>
        <AuthRequired>on</AuthRequired>
      </Protocol>
      <Protocol>
        <Type>SMTP</Type>
        <Server>smtp.DOMAIN</Server>
        <Port>465</Port>
        <Encryption>SSL</Encryption>
        <SPA>off</SPA>
        <AuthRequired>on</AuthRequired>
      </Protocol>
    </Account>
  </Response>
</Autodiscover>
`

// redirectAnswer returns an answer of Autodiscover that only sends on.
func redirectAnswer(action, content string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
    <Account>
      <AccountType>email</AccountType>
      <Action>%s</Action>
      %s
    </Account>
  </Response>
</Autodiscover>
`, action, content)
}

// exchangeSite lets nginx answer as an Exchange server does: everything wants a
// login, but for version 2 of Autodiscover.
const exchangeSite = `location / { add_header WWW-Authenticate Negotiate always; return 401; }
		location = /autodiscover/autodiscover.json {
			default_type application/json;
			return 200 '{"Protocol":"$arg_Protocol","Url":"https://$host/$arg_Protocol"}';
		}`

// paccRecord is the TXT record of a PACC document of a domain.
func paccRecord(document, domain string) string {
	sum := sha256.Sum256([]byte(strings.ReplaceAll(document, "DOMAIN", domain)))
	return fmt.Sprintf("_ua-auto-config TXT \"v=UAAC1; a=sha256; d=%s\"\n", base64.StdEncoding.EncodeToString(sum[:]))
}

// The servers that most of these scenarios have.
var (
	tlsPorts   = []int{993, 465}
	tlsServers = []string{"imap imap:993 tls pass", "submission smtp:465 tls pass"}
)

// discovery is what web servers and DNS publish, well and badly. Where the
// document at fault is not of use, SRV records name the servers.
var discovery = []scenario{{
	name:    "pacc",
	records: paccRecord(paccDocument, "pacc.example"),
	sites:   []site{{host: "ua-auto-config", path: paccPath, document: paccDocument}},
	ports:   tlsPorts,
	found:   "pacc",
	servers: tlsServers,
}, {
	name:     "pacc-digest",
	records:  tlsRecords + paccRecord(paccDocument+"\n", "pacc-digest.example"), // as if an editor had added a line
	sites:    []site{{host: "ua-auto-config", path: paccPath, document: paccDocument}},
	ports:    tlsPorts,
	found:    "srv",
	servers:  tlsServers,
	findings: []string{"pacc.digest-mismatch"},
}, {
	name: "content-type",
	sites: []site{{host: "autoconfig", path: configPath, document: settings,
		directives: "types {} default_type application/octet-stream;"}},
	ports:    []int{993, 995, 465},
	found:    "autoconfig",
	servers:  append([]string{"pop3 pop:995 tls pass"}, tlsServers...),
	findings: []string{"autoconfig.content-type"},
}, {
	name:     "http-only",
	sites:    []site{{host: "autoconfig", http: true, path: configPath, document: settings}},
	ports:    []int{993, 995, 465},
	found:    "autoconfig",
	servers:  append([]string{"pop3 pop:995 tls pass"}, tlsServers...),
	findings: []string{"autoconfig.http-only"},
}, {
	name: "http-differs", // an older file and an older service are still there without encryption
	sites: []site{
		{host: "autoconfig", path: configPath, document: settings},
		{host: "@", http: true, path: ".well-known/autoconfig/" + configPath, document: strings.ReplaceAll(settings, "995", "1995")},
		{host: "autodiscover", path: poxPath, document: autodiscoverAnswer, directives: answerPOST},
		{host: "@", http: true, path: poxPath, document: strings.ReplaceAll(autodiscoverAnswer, "imap.DOMAIN", "old.DOMAIN"), directives: answerPOST},
	},
	ports:    []int{993, 995, 465},
	found:    "autoconfig",
	servers:  append([]string{"pop3 pop:995 tls pass"}, tlsServers...),
	findings: []string{"autoconfig.http-differs", "autodiscover.http-differs"},
}, {
	name:     "autodiscover-http-only",
	sites:    []site{{host: "autodiscover", http: true, path: poxPath, document: autodiscoverAnswer, directives: answerPOST}},
	records:  tlsRecords,
	ports:    tlsPorts,
	found:    "srv",
	servers:  tlsServers,
	findings: []string{"autodiscover.http-only", "autodiscover.unreachable"},
}, {
	name:     "malformed",
	records:  tlsRecords,
	sites:    []site{{host: "autoconfig", path: configPath, document: strings.Replace(settings, "</hostname>", "</host>", 1)}},
	ports:    tlsPorts,
	found:    "srv",
	servers:  tlsServers,
	findings: []string{"autoconfig.malformed"},
}, {
	name:     "web-expired",
	records:  tlsRecords,
	sites:    []site{{host: "autoconfig", cert: expired, path: configPath, document: settings}},
	ports:    tlsPorts,
	found:    "srv",
	servers:  tlsServers,
	findings: []string{"autoconfig.certificate"},
}, {
	name:     "http-status",
	records:  tlsRecords,
	sites:    []site{{host: "autoconfig", directives: "return 500;"}},
	ports:    tlsPorts,
	found:    "srv",
	servers:  tlsServers,
	findings: []string{"autoconfig.http-status"},
}, {
	name: "autodiscover",
	sites: []site{
		{host: "autodiscover", path: poxPath, document: autodiscoverAnswer, directives: answerPOST},
		{host: "autodiscover.login", directives: exchangeSite}, // of another mail domain, login.autodiscover.example
	},
	ports:   tlsPorts,
	found:   "autodiscover",
	servers: tlsServers,
}, {
	name: "autodiscover-redirect", // as of a provider that has no certificate for every domain it hosts
	sites: []site{
		{host: "autodiscover", cert: wrongName},
		{host: "autodiscover", http: true, directives: "return 302 https://settings.DOMAIN/" + poxPath + ";"},
		{host: "settings", path: poxPath, document: autodiscoverAnswer, directives: answerPOST},
	},
	ports:    tlsPorts,
	found:    "autodiscover",
	servers:  tlsServers,
	findings: []string{"autodiscover.http-redirect"},
}, {
	name: "autodiscover-url",
	sites: []site{
		{host: "autodiscover", path: poxPath, directives: answerPOST,
			document: redirectAnswer("redirectUrl", "<RedirectUrl>https://settings.DOMAIN/"+poxPath+"</RedirectUrl>")},
		{host: "settings", path: poxPath, document: autodiscoverAnswer, directives: answerPOST},
	},
	ports:   tlsPorts,
	found:   "autodiscover",
	servers: tlsServers,
}, {
	name: "autodiscover-address", // its mailboxes are at the domain autodiscover.example
	sites: []site{{host: "autodiscover", path: poxPath, directives: answerPOST,
		document: redirectAnswer("redirectAddr", "<RedirectAddr>alice@autodiscover.example</RedirectAddr>")}},
	found:    "autodiscover",
	servers:  []string{"imap imap.autodiscover.example:993 tls pass", "submission smtp.autodiscover.example:465 tls pass"},
	findings: []string{"autodiscover.redirect-address"},
}, {
	name:    "autodiscover-loop",
	records: tlsRecords,
	sites: []site{
		{host: "autodiscover", directives: "return 302 https://settings.DOMAIN/" + poxPath + ";"},
		{host: "settings", directives: "return 302 https://autodiscover.DOMAIN/" + poxPath + ";"},
	},
	ports:    tlsPorts,
	found:    "srv",
	servers:  tlsServers,
	findings: []string{"http.too-many-redirects"},
}, {
	name:     "autodiscover-srv", // its mail is at the domain autodiscover.example
	records:  "_autodiscover._tcp SRV 0 0 443 autodiscover.autodiscover.example.\n",
	found:    "autodiscover",
	servers:  []string{"imap imap.autodiscover.example:993 tls pass", "submission smtp.autodiscover.example:465 tls pass"},
	findings: []string{"autodiscover.asks-consent"},
}}

// site returns nginx's configuration of a web server and writes its document.
func (w *world) site(s scenario, at site) string {
	root := path.Join("web", s.name+"-"+at.host)
	domain := strings.NewReplacer("DOMAIN", s.domain())
	if at.document != "" {
		w.write(path.Join(root, at.path), domain.Replace(at.document))
	}
	tls := ""
	if !at.http {
		file := w.path(scenario{cert: at.cert}.pem())
		tls = fmt.Sprintf(" ssl;\n\t\tssl_certificate %[1]s;\n\t\tssl_certificate_key %[1]s", file)
	}
	return fmt.Sprintf(`
	server {
		listen %s:%d%s;
		server_name %s;
		root %s;
		%s
	}
`, s.address, at.port(), tls, at.name(s), w.path(root), domain.Replace(at.directives))
}

// withCredentials marks a request in nginx's log; mailcheck must never send one.
const withCredentials = "sent with credentials"

// accessLog returns the lines for a log of every request.
func (w *world) accessLog() string {
	return `	map "$http_authorization$http_cookie" $credentials { "" "sent without credentials"; default "` + withCredentials + `"; }
	log_format requests '$scheme://$host "$request" $status $credentials';
	access_log ` + w.path("requests.log") + ` requests;
`
}

// discovered tests that the scenario's source names the servers.
func discovered(t *testing.T, r report, s scenario) {
	t.Helper()
	for _, source := range r.Sources {
		if source.Name != s.found {
			continue
		}
		if source.State != "found" || len(source.Servers) != len(s.servers) {
			t.Errorf("the source %s: %s, %s, servers %+v", s.found, source.State, source.Reason, source.Servers)
		}
		return
	}
	if s.found != "" {
		t.Errorf("the source %s is not in the report", s.found)
	}
}

// TestAutodiscoverRequests tests how the web servers were asked: with POST where
// the settings are, with GET where only a redirect counts, since that is http.
func TestAutodiscoverRequests(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{"autodiscover", "autodiscover-redirect", "autodiscover-srv"} {
		mailcheckJSON(t, "discover", "alice@"+domain+".example", "--no-guess")
	}
	log, err := os.ReadFile(internet.path("requests.log"))
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.Collect(strings.Lines(string(log)))
	for _, want := range []string{
		`https://autodiscover.autodiscover.example "POST /autodiscover/autodiscover.xml HTTP/1.1" 200 sent without credentials`,
		`http://autodiscover.autodiscover-redirect.example "GET /autodiscover/autodiscover.xml HTTP/1.1" 302 sent without credentials`,
		`https://settings.autodiscover-redirect.example "POST /autodiscover/autodiscover.xml HTTP/1.1" 200 sent without credentials`,
	} {
		if !slices.Contains(lines, want+"\n") {
			t.Errorf("no such request: %s", want) // the log is shown at the end
		}
	}
}

// TestAutodiscoverLogin checks a domain whose Autodiscover wants a login, as that of
// an Exchange server does: version 2 names the services, and no one gets a login.
func TestAutodiscoverLogin(t *testing.T) {
	t.Parallel()
	r, exit := mailcheckJSON(t, "check", "alice@login.autodiscover.example", "--no-guess")
	if exit != 0 {
		t.Errorf("exit code %d", exit)
	}
	var servers, findings []string
	for _, v := range r.Servers {
		servers = append(servers, fmt.Sprintf("%s %s:%d %s %q", v.Protocol, v.Host, v.Port, v.Verdict, v.Auth.AfterTLS))
	}
	for _, f := range r.Findings {
		findings = append(findings, f.Severity+" "+f.ID)
	}
	same(t, "servers", servers, []string{
		`activesync autodiscover.login.autodiscover.example:443 pass ["NEGOTIATE"]`,
		`ews autodiscover.login.autodiscover.example:443 pass ["NEGOTIATE"]`,
	})
	if !slices.Contains(findings, "info autodiscover.unauthorized") {
		t.Errorf("the demand for a login is not told as a remark: %q", findings)
	}
	log, err := os.ReadFile(internet.path("requests.log"))
	if err != nil {
		t.Fatal(err)
	}
	question := `https://autodiscover.login.autodiscover.example "GET /autodiscover/autodiscover.json?Email=alice%40login.autodiscover.example&Protocol=ActiveSync&RedirectCount=1 HTTP/1.1" 200 sent without credentials`
	if !strings.Contains(string(log), question+"\n") {
		t.Errorf("no such request: %s", question)
	}
}

// TestClients asks what the mail clients make of a domain that is as it should be.
func TestClients(t *testing.T) {
	t.Parallel()
	text, exit := mailcheck(t, "clients", "alice@healthy.example", "--no-guess")
	if exit != 0 {
		t.Errorf("exit code %d", exit)
	}
	for _, want := range []string{"Thunderbird", "Outlook", "imap.healthy.example"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table does not name %s:\n%s", want, text)
		}
	}
}

// TestLint judges settings files where they are published, a good one and bad ones.
func TestLint(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]struct {
		exit int
		text string
	}{
		"healthy.example":      {0, "Thunderbird"},
		"malformed.example":    {1, "lint.malformed"},
		"content-type.example": {0, "ignored, because it is served as"},
	} {
		text, exit := mailcheck(t, "lint", "https://autoconfig."+domain+"/"+configPath)
		if exit != want.exit || !strings.Contains(text, want.text) {
			t.Errorf("%s: exit code %d, want %d with %s:\n%s", domain, exit, want.exit, want.text, text)
		}
	}
}
