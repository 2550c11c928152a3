package lint

import (
	"crypto/x509"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/sample"
)

var update = flag.Bool("update", false, "write the golden files anew")

const goodConfig = `<?xml version="1.0"?>
<clientConfig version="1.1">
  <emailProvider id="example.com">
    <domain>example.com</domain>
    <incomingServer type="imap">
      <hostname>imap.example.com</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.com</hostname>
      <port>465</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </outgoingServer>
  </emailProvider>
</clientConfig>
`

const goodProfile = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.example.mail</string>
<key>PayloadUUID</key><string>0C5A7C1E-0000-4000-8000-000000000001</string>
<key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.mail.managed</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.example.mail.account</string>
<key>PayloadUUID</key><string>0C5A7C1E-0000-4000-8000-000000000002</string>
<key>EmailAccountType</key><string>EmailTypeIMAP</string>
<key>IncomingMailServerAuthentication</key><string>EmailAuthPassword</string>
<key>IncomingMailServerHostName</key><string>imap.example.com</string>
<key>IncomingMailServerPortNumber</key><integer>993</integer>
<key>IncomingMailServerUseSSL</key><true/>
<key>OutgoingMailServerAuthentication</key><string>EmailAuthPassword</string>
<key>OutgoingMailServerHostName</key><string>smtp.example.com</string>
<key>OutgoingMailServerPortNumber</key><integer>465</integer>
<key>OutgoingMailServerUseSSL</key><true/>
</dict></array>
</dict></plist>
`

const goodAnswer = `<?xml version="1.0"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
<Account><AccountType>email</AccountType><Action>settings</Action>
<Protocol><Type>IMAP</Type><Server>imap.example.com</Server><Port>993</Port><SPA>off</SPA><SSL>on</SSL></Protocol>
<Protocol><Type>SMTP</Type><Server>smtp.example.com</Server><Port>587</Port><SPA>off</SPA><SSL>on</SSL><Encryption>TLS</Encryption></Protocol>
</Account></Response></Autodiscover>
`

const goodPACC = `{
  "protocols": {
    "imap": {"host": "imap.example.com"},
    "submit": {"host": "smtp.example.com"},
    "caldav": {"url": "https://dav.example.com/calendar/"}
  },
  "authentication": {"oauth-public": {"issuer": "https://auth.example.com/"}, "password": true},
  "info": {"provider": {"name": "Example Mail", "shortName": "Example"}}
}
`

const goodZone = `; Records
$ORIGIN example.com.
_imaps._tcp 3600 IN SRV 0 1 993 imap.example.com.
_pop3s._tcp 3600 IN SRV 0 0 0 .
_caldavs._tcp 3600 IN SRV 0 1 443 dav
_caldavs._tcp 3600 IN TXT "path=/dav/"
_autodiscover._tcp 3600 IN SRV 0 0 443 exchange.example.net.
_ua-auto-config 3600 IN TXT "v=UAAC1; a=sha256; d=/m6AKEdIqnslFH+TVG+PnRyEejo1lRLaRS46GQ8ODng="
_mta-sts 3600 IN TXT "v=STSv1; id=1"
_smtp._tls 3600 IN TXT "v=TLSRPTv1; rua=mailto:tls@example.com"
_993._tcp.imap 3600 IN TLSA 3 1 1 0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3
autoconfig 3600 IN CNAME web.example.com.
www 3600 IN A 192.0.2.1
`

const goodCode1 = `[1,[1,1],[0,"imap.example.com",993,3,1,"alice@example.com"],[[[0,"smtp.example.com",465,3,1,"alice@example.com"],["alice@example.com","Alice"]]]]
`

const goodK9 = `<?xml version="1.0" encoding="UTF-8"?>
<k9settings version="99" format="1"><accounts><account uuid="5bad8ab3-8a04-5331-9113-edf961f9f6bd"><name>alice@example.com</name>
<incoming-server type="IMAP">
<host>imap.example.com</host><port>993</port>
<connection-security>SSL_TLS_REQUIRED</connection-security>
<authentication-type>PLAIN</authentication-type><username>alice@example.com</username>
</incoming-server>
<outgoing-server type="SMTP">
<host>smtp.example.com</host><port>587</port>
<connection-security>STARTTLS_REQUIRED</connection-security>
<authentication-type>PLAIN</authentication-type><username>alice@example.com</username>
</outgoing-server>
<identities><identity><name>Alice</name><email>alice@example.com</email></identity></identities>
</account></accounts></k9settings>
`

// in replaces one thing in a good document.
func in(document, old, new string) string {
	if !strings.Contains(document, old) {
		panic("no " + old)
	}
	return strings.Replace(document, old, new, 1)
}

var lintCases = []struct {
	name, body, contentType string
	want                    []string // "line:column id", without the notes about single clients
}{
	{"good config", goodConfig, "text/xml", nil},
	{"good profile", goodProfile, "application/x-apple-aspen-config", nil},
	{"good answer", goodAnswer, "", nil},
	{"good PACC", goodPACC, "application/json", nil},
	{"good zone", goodZone, "text/plain", nil},
	{"zone of comments alone", "; There is nothing to change.\n", "", nil},
	{"good QR code", goodCode1, "application/json", nil},
	{"good K-9 Mail settings", goodK9, "application/octet-stream", nil},
	{"byte order mark", "\xef\xbb\xbf" + goodConfig, "", nil},
	{"empty", "", "", []string{"0:0 lint.unknown-kind"}},
	{"web page", "<!DOCTYPE html><html></html>", "", []string{"0:0 lint.unknown-kind"}},
	{"binary property list", "bplist00\x00", "", []string{"0:0 lint.unknown-kind"}},
	{"another XML", "<rss/>", "", []string{"1:1 lint.unknown-kind"}},
	{"media type", goodConfig, "text/html", []string{"0:0 lint.content-type"}},

	{"cut off", goodConfig[:200], "", []string{"7:5 lint.malformed"}},
	{"entities", in(goodConfig, "<clientConfig", `<!DOCTYPE x [<!ENTITY a "b">]><clientConfig`), "", []string{"2:31 lint.malformed"}},
	{"plain section", in(goodConfig, "<socketType>SSL", "<socketType>plain"), "", []string{"5:5 publish.client-refuses", "8:7 lint.insecure"}},
	{"lower case", in(goodConfig, "<socketType>SSL", "<socketType>ssl"), "", []string{"5:5 publish.client-refuses", "8:7 lint.value"}},
	{"port and security", in(goodConfig, "<port>465", "<port>587"), "", []string{"15:7 publish.port-security"}},
	{"no user name", in(goodConfig, "      <username>%EMAILADDRESS%</username>\n", ""), "", []string{"5:5 lint.missing", "5:5 publish.client-refuses"}},
	{"placeholder", in(goodConfig, "%EMAILADDRESS%", "%EMAILADDRESS"), "", []string{"9:7 autoconfig.placeholder"}},
	{"bad POP3 section", in(goodConfig, "    <outgoing", "    <incomingServer type=\"pop3\"><hostname>pop.example.com</hostname><port>0</port><socketType>SSL</socketType><username>x</username><authentication>password-cleartext</authentication></incomingServer>\n    <outgoing"), "", []string{"12:69 lint.value"}},
	{"misspelt name", in(goodConfig, "    <domain>", "    <displayNameShort>x</displayNameShort><domain>"), "", []string{"4:5 lint.unknown-name"}},
	{"password", in(goodConfig, "<port>993</port>", "<port>993</port><password>x</password>"), "", []string{"7:23 lint.password"}},

	{"profile without TLS", in(goodProfile, "<key>OutgoingMailServerUseSSL</key><true/>", ""), "", []string{"8:33 lint.insecure"}},
	{"profile without identifier", in(goodProfile, "<key>PayloadIdentifier</key><string>com.example.mail</string>", ""), "", []string{"3:22 lint.missing"}},
	{"wrong type", in(goodProfile, "<integer>993</integer>", "<string>993</string>"), "", []string{"16:40 lint.value"}},
	{"wrong authentication", in(goodProfile, "EmailAuthPassword", "EmailAuthOAuth"), "", []string{"14:44 lint.value"}},

	{"wrong namespace", in(goodAnswer, "http://schemas.microsoft.com/exchange/autodiscover/responseschema", "https://schemas.microsoft.com/exchange/autodiscover/responseschema"), "", []string{"2:1 lint.value"}},
	{"SSL off", in(goodAnswer, "<SSL>on", "<SSL>off"), "", []string{"5:91 lint.insecure"}},
	{"SPA missing", in(goodAnswer, "<SPA>off</SPA>", ""), "", []string{"5:1 autodiscover.spa"}},
	{"error answer", `<Autodiscover xmlns="` + answerSpace + `"><Response><Error><ErrorCode>600</ErrorCode></Error></Response></Autodiscover>`, "", []string{"1:104 lint.value"}},

	{"PACC cut off", goodPACC[:60], "", []string{"3:42 lint.malformed"}},
	{"PACC with port", in(goodPACC, `"imap.example.com"`, `"imap.example.com:993"`), "", []string{"3:22 lint.value"}},
	{"PACC draft 02", in(goodPACC, `"submit"`, `"smtp"`), "", []string{"4:13 lint.unknown-name"}},
	{"zone with a relative name", in(goodZone, "993 imap.example.com.", "993 imap.example.com"), "", []string{"3:1 lint.relative-name"}},
	{"zone without quotation marks", in(goodZone, `"v=STSv1; id=1"`, "v=STSv1; id=1"), "", []string{"9:1 lint.cut-text"}},
	{"zone with a bad digest", in(goodZone, "d=/m6A", "d=m6A"), "", []string{"8:1 lint.record"}},
	{"zone with a port of STARTTLS", in(goodZone, "1 993", "1 143"), "", []string{"3:1 srv.port-odd"}},
	{"code with GSSAPI", in(goodCode1, "993,3,1", "993,3,3"), "", []string{"1:38 lint.value"}},
	{"code without encryption", in(goodCode1, "993,3,1", "143,0,1"), "", []string{"1:36 lint.insecure"}},
	{"K-9 Mail settings without encryption", in(goodK9, "SSL_TLS_REQUIRED", "NONE"), "", []string{"3:1 lint.insecure"}},
	{"PACC over http", in(goodPACC, "https://dav", "http://dav"), "", []string{"5:23 lint.value"}},
}

func lintPlaces(l *mailcheck.Report) []string {
	var list []string
	for _, f := range l.Findings {
		if f.Check != checks.LintClientDrops && f.Check != checks.LintUnsigned {
			list = append(list, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Check.ID))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestLint(t *testing.T) {
	for _, c := range lintCases {
		t.Run(c.name, func(t *testing.T) {
			l := Judge(File{Name: "file", Body: []byte(c.body), ContentType: c.contentType})
			if got := lintPlaces(l); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
				for _, f := range l.Findings {
					t.Logf("%d:%d %s: %s", f.Line, f.Column, f.Check.ID, f.Detail.String())
				}
			}
		})
	}
}

// What the public database comes to: how many files have each finding, and how many
// each program refuses, for which reason.
func TestLintOverTheDatabase(t *testing.T) {
	files := sample.Database(t)
	got := map[string]int{}
	for name, body := range files {
		seen := map[string]bool{}
		l := Judge(File{Name: name, Body: body})
		for _, f := range l.Findings {
			seen[f.Check.ID] = true
		}
		for _, c := range l.Clients {
			if c.Outcome == mailcheck.Fails {
				seen[c.Client+": "+sample.ReasonClass(c.Reason.String())] = true
			}
		}
		seen["verdict "+string(l.Verdict)] = true
		for what := range seen {
			got[what]++
		}
	}
	want := map[string]int{
		"verdict pass": 106, "verdict warn": 21, "verdict fail": 36,
		"lint.insecure": 35, "lint.missing": 1, "lint.unknown-name": 3, "lint.value": 1,
		"autoconfig.placeholder": 1, "publish.port-security": 1, "publish.client-refuses": 52, "publish.no-encryption": 33,
		`Thunderbird for Android, K-9: socketType is "plain"`:                                35,
		"Thunderbird for Android, K-9: no usable incomingServer":                             10, // POP3 alone, and encrypted
		"Thunderbird for Android, K-9: username is missing":                                  1,
		"Delta Chat: no usable incomingServer":                                               43,
		"Delta Chat: username is missing":                                                    1,
		"FairEmail: no usable incomingServer":                                                49, // POP3 first, or alone
		"Geary: no usable incomingServer":                                                    49,
		"Nextcloud Mail: no usable incomingServer":                                           43,
		"aerc: no usable incomingServer":                                                     43,
		`FairEmail: takes "%EMAILDOMAIN%" for a host name, and finds no such host`:           1,
		`FairEmail: takes "mail.%EMAILDOMAIN%" for a host name, and finds no such host`:      1,
		`Geary: takes "%EMAILDOMAIN%" for a host name, and finds no such host`:               1,
		`Geary: takes "mail.%EMAILDOMAIN%" for a host name, and finds no such host`:          1,
		`Nextcloud Mail: takes "%EMAILDOMAIN%" for a host name, and finds no such host`:      1,
		`Nextcloud Mail: takes "mail.%EMAILDOMAIN%" for a host name, and finds no such host`: 1,
		`aerc: takes "%EMAILDOMAIN%" for a host name, and finds no such host`:                1,
		`aerc: takes "mail.%EMAILDOMAIN%" for a host name, and finds no such host`:           1,
	}
	for _, what := range slices.Sorted(maps.Keys(got)) {
		t.Logf("%3d of %d files: %s", got[what], len(files), what)
	}
	if diff := cmp.Diff(want, got); diff != "" && len(files) == 163 {
		t.Errorf("of the 163 files of commit c6ad7965 (-want +got):\n%s", diff)
	}
}

// The draft's own sample is good.
func TestLintDraftSample(t *testing.T) {
	body, err := os.ReadFile(filepath.Join(sample.Corpus(t, "autoconfig-spec"), "autoconfig-sample.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if l := Judge(File{Name: "sample", Body: body}); len(l.Findings) > 0 {
		t.Errorf("%v", l.Findings)
	}
}

// Every check of the family has a file that produces it.
func TestEveryLintCheck(t *testing.T) {
	files := []File{{Name: "http://example.com/", Body: []byte(goodConfig), ContentType: "text/xml", Insecure: true}}
	for _, c := range lintCases {
		files = append(files, File{Name: "file", Body: []byte(c.body), ContentType: c.contentType})
	}
	for _, c := range signatureCases(t) {
		files = append(files, c.file)
	}
	produced := map[string]bool{}
	for _, file := range files {
		for _, f := range Judge(file).Findings {
			produced[f.Check.ID] = true
		}
	}
	for _, c := range checks.All {
		if strings.HasPrefix(c.ID, "lint.") && !produced[c.ID] {
			t.Errorf("no case produces %s", c.ID)
		}
	}
}

// TestLintMediaType: a file is of no use to Thunderbird where the web server gives
// it the wrong media type, and to nobody else.
func TestLintMediaType(t *testing.T) {
	for contentType, want := range map[string][]string{
		"": nil, "text/xml": nil, "application/octet-stream": {document.ThunderbirdDialect.Client},
	} {
		var failing []string
		for _, c := range Judge(File{Name: "file", Body: []byte(goodConfig), ContentType: contentType}).Clients {
			if c.Outcome == mailcheck.Fails {
				failing = append(failing, c.Client)
			}
		}
		if !slices.Equal(failing, want) {
			t.Errorf("served as %q: %q cannot use it, want %q", contentType, failing, want)
		}
	}
}

func FuzzLint(f *testing.F) {
	for _, c := range lintCases {
		f.Add([]byte(c.body))
	}
	for _, c := range signatureCases(f) {
		f.Add(c.file.Body)
	}
	roots := x509.NewCertPool() // the system's are slow to read
	f.Fuzz(func(t *testing.T, body []byte) {
		l := Judge(File{Name: "file", Body: body, Roots: roots})
		if l.Kind == "" && len(l.Findings) == 0 {
			t.Error("an unknown kind of file without a finding")
		}
		for _, finding := range l.Findings {
			if !mailcheck.Printable(finding.Detail.String()) {
				t.Errorf("%q is not clean", finding.Detail.String())
			}
		}
	})
}
