package publish

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/lint"
	"mailcheck/autoconfig/setup"
	"mailcheck/autoconfig/setup/sheet"
	"mailcheck/checks"
)

func publisher(t testing.TB, text string, o Options) *Publisher {
	t.Helper()
	domains, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return New(domains, o)
}

// ask makes a request as a program does.
func ask(p http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// question is that of Outlook.
func question(address, schema string) string {
	return `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="` + document.PoxRequestSchema + `"><Request><EMailAddress>` + address +
		`</EMailAddress><AcceptableResponseSchema>` + schema + `</AcceptableResponseSchema></Request></Autodiscover>`
}

const (
	alice     = "alice%40example.com"
	phones    = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"
	xmlType   = "text/xml; charset=utf-8"
	jsonType  = "application/json"
	appleType = "application/x-apple-aspen-config"
	textType  = "text/plain; charset=utf-8"
	htmlType  = "text/html; charset=utf-8"
)

// Each program gets what it asks for, where it asks, in the type that it reads; and nobody
// gets anything elsewhere.
func TestAnswers(t *testing.T) {
	p := publisher(t, sample, Options{})
	test := func(method, target, body string, status int, media, content string) {
		t.Helper()
		w := ask(p, method, target, body)
		if w.Code != status || status == http.StatusOK && w.Header().Get("Content-Type") != media || !strings.Contains(w.Body.String(), content) {
			t.Errorf("%s %s: %d, %s, not %d, %s with %s:\n%s", method, target, w.Code, w.Header().Get("Content-Type"), status, media, content, w.Body)
		}
		if len(w.Header()["Set-Cookie"])+len(w.Header()["Location"])+len(w.Header()["Www-Authenticate"]) > 0 {
			t.Errorf("%s %s: %v", method, target, w.Header())
		}
	}
	get := func(target string, status int, media, content string) {
		t.Helper()
		test("GET", target, "", status, media, content)
	}
	post := func(target, body string, status int, content string) {
		t.Helper()
		test("POST", target, body, status, xmlType, content)
	}
	const ok, no = http.StatusOK, http.StatusNotFound

	// Mail Autoconfig.
	get("https://autoconfig.example.com/mail/config-v1.1.xml", ok, xmlType, "<hostname>imap.example.com</hostname>")
	get("https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress="+alice, ok, xmlType, "<username>%EMAILADDRESS%</username>")
	get("https://example.com/.well-known/autoconfig/mail/config-v1.1.xml", ok, xmlType, "<domain>example.com</domain>")
	get("https://AutoConfig.Example.COM.:8443/mail/config-v1.1.xml", ok, xmlType, "<domain>example.com</domain>")
	get("https://autoconfig.xn--bcher-kva.example/mail/config-v1.1.xml?emailaddress=x@b%C3%BCcher.example", ok, xmlType, "<username>%EMAILLOCALPART%</username>")
	get("https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=alice%40example.net", no, "", "")
	get("https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=alice", no, "", "")
	get("https://autoconfig.example.com/mail/Config-v1.1.xml", no, "", "")
	get("https://autoconfig.example.net/mail/config-v1.1.xml", no, "", "")
	get("https://www.example.com/mail/config-v1.1.xml", no, "", "")
	get("https://192.0.2.1/mail/config-v1.1.xml", no, "", "")
	test("POST", "https://autoconfig.example.com/mail/config-v1.1.xml", "x", http.StatusMethodNotAllowed, "", "")

	// Autodiscover as Outlook asks, and as Delta Chat does.
	outlook := question("alice@example.com", document.PoxResponseSchema)
	for _, path := range []string{"/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml", "/AutoDiscover/AutoDiscover.XML"} {
		post("https://autodiscover.example.com"+path, outlook, ok, "<Server>imap.example.com</Server>")
		get("https://example.com"+path, ok, xmlType, "<Server>imap.example.com</Server>")
	}
	post("https://autodiscover.xn--bcher-kva.example/autodiscover/autodiscover.xml", question("x.y@bücher.example", document.PoxResponseSchema), ok, "<LoginName>x.y</LoginName>")
	get("https://autodiscover.xn--bcher-kva.example/autodiscover/autodiscover.xml", no, "", "") // it is not the same for everybody
	post("https://autodiscover.example.com/autodiscover/autodiscover.xml", question("alice@example.com", phones), ok, "<ErrorCode>601</ErrorCode>")
	post("https://autodiscover.example.com/autodiscover/autodiscover.xml", question("alice@example.net", document.PoxResponseSchema), no, "")
	post("https://autodiscover.example.com/autodiscover/autodiscover.xml/x", outlook, http.StatusMethodNotAllowed, "")
	for _, broken := range []string{
		"", "x", "<Autodiscover/>", "<x><Request><EMailAddress>a@example.com</EMailAddress></Request></x>", question("", document.PoxResponseSchema), question("example.com", document.PoxResponseSchema),
		`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>` + question("&e;@example.com", document.PoxResponseSchema), strings.Repeat("<a>", 2000),
	} {
		post("https://autodiscover.example.com/autodiscover/autodiscover.xml", broken, ok, "<ErrorCode>600</ErrorCode>")
	}
	post("https://autodiscover.example.com/autodiscover/autodiscover.xml", outlook+strings.Repeat(" ", maxQuestion), http.StatusRequestEntityTooLarge, "")

	// Version 2.
	const names = `"https://autodiscover.example.com/autodiscover/autodiscover.xml"`
	get("https://autodiscover.example.com/autodiscover/autodiscover.json?Email="+alice+"&Protocol=AutodiscoverV1&RedirectCount=1", ok, jsonType, names)
	get("https://autodiscover.example.com/Autodiscover/Autodiscover.json/v1.0/alice@example.com?protocol=autodiscoverv1", ok, jsonType, names)
	get("https://autodiscover.example.com/autodiscover/autodiscover.json", ok, jsonType, names)
	get("https://autodiscover.xn--bcher-kva.example/autodiscover/autodiscover.json?Email=x@xn--bcher-kva.example&Protocol=AutodiscoverV1", ok, jsonType, `"https://autodiscover.xn--bcher-kva.example/`)
	get("https://autodiscover.example.com/autodiscover/autodiscover.json?Email="+alice+"&Protocol=ActiveSync", http.StatusBadRequest, "", `"ErrorCode":"InvalidProtocol"`)
	get("https://autodiscover.example.com/autodiscover/autodiscover.json?Email=alice%40example.net&Protocol=AutodiscoverV1", no, "", "")
	get("https://autodiscover.example.com/autodiscover/autodiscover.json/v2.0/alice@example.com", no, "", "")
	get("https://autodiscover.example.com/autodiscover/autodiscover.json/v1.0/alice@example.net", no, "", "")
	get("https://autodiscover.example.com/autodiscover/autodiscover.jsonx", no, "", "")

	// The others.
	get("https://ua-auto-config.example.com/.well-known/user-agent-configuration.json", ok, jsonType, `"host": "imap.example.com"`)
	get("https://ua-auto-config.xn--bcher-kva.example/.well-known/user-agent-configuration.json", no, "", "") // STARTTLS cannot be said
	get("https://autoconfig.example.com/mail.mobileconfig", ok, appleType, "<string>imap.example.com</string>")
	get("https://autoconfig.example.com/mail.mobileconfig?emailaddress="+alice, ok, appleType, "<string>alice@example.com</string>")
	get("https://autoconfig.example.com/mail.mobileconfig?emailaddress=alice%40example.net", no, "", "")
	get("https://autoconfig.example.com/", ok, htmlType, "example.com")
	get("https://autoconfig.example.com/outlook-steps.txt", ok, textType, "Outlook")
	for _, path := range []string{"/README.txt", "/nginx.conf", "/www/index.html", "/../README.txt", "/pacc.zone", "/.well-known/"} {
		get("https://autoconfig.example.com"+path, no, "", "")
	}

	// MTA-STS, at one name alone.
	get("https://mta-sts.example.com/.well-known/mta-sts.txt", ok, textType, "version: STSv1\r\nmode: testing\r\nmx: mx1.example.com\r\n")
	get("https://example.com/.well-known/mta-sts.txt", no, "", "")
	get("https://mta-sts.example.com/mail/config-v1.1.xml", no, "", "")
	get("https://mta-sts.xn--bcher-kva.example/.well-known/mta-sts.txt", no, "", "")
	test("DELETE", "https://mta-sts.example.com/.well-known/mta-sts.txt", "", http.StatusMethodNotAllowed, "", "")

	// What a check has yet to find.
	get("https://autoconfig.example.org/mail/config-v1.1.xml", http.StatusServiceUnavailable, "", "not known yet")
}

// Whoever has a file need not fetch it again; a file with a name in it nobody keeps.
func TestKeeping(t *testing.T) {
	p := publisher(t, sample, Options{})
	const file = "https://autoconfig.example.com/mail/config-v1.1.xml"
	first := ask(p, "GET", file, "")
	tag := first.Header().Get("ETag")
	if !strings.HasPrefix(tag, `"`) || first.Header().Get("Cache-Control") != "max-age=3600" {
		t.Errorf("%v", first.Header())
	}
	if again := ask(p, "GET", file, "", "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("%d, %d bytes", again.Code, again.Body.Len())
	}
	if head := ask(p, "HEAD", file, ""); head.Code != http.StatusOK || head.Body.Len() > 0 || head.Header().Get("Content-Length") != fmt.Sprint(first.Body.Len()) {
		t.Errorf("%d, %v", head.Code, head.Header())
	}
	for _, own := range []*httptest.ResponseRecorder{
		ask(p, "GET", "https://autoconfig.example.com/mail.mobileconfig?emailaddress="+alice, ""),
		ask(p, "POST", "https://autodiscover.example.com"+poxPath, question("alice@example.com", document.PoxResponseSchema)),
	} {
		if own.Code != http.StatusOK || own.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%d, %v", own.Code, own.Header())
		}
	}
	if policy := ask(p, "GET", "https://mta-sts.example.com"+policyPath, ""); policy.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("%v", policy.Header())
	}
}

// What is given out is what setup writes for a site, and nothing in it says that it was not
// tested: who runs the servers has named them.
func TestOneModel(t *testing.T) {
	p := publisher(t, sample, Options{})
	d := p.sites[0].Domain
	all, err := made(setup.Declared(d.Name, d.Servers), setup.Options{Declared: true})
	if err != nil || len(all.Warnings) > 0 {
		t.Fatal(err, all.Warnings)
	}
	for _, f := range all.Files {
		where, ok := strings.CutPrefix(f.Name, "www")
		if !ok {
			continue
		}
		if got := ask(p, "GET", "https://autoconfig.example.com"+strings.TrimSuffix(where, "index.html"), "").Body; !bytes.Equal(got.Bytes(), f.Body()) {
			t.Errorf("%s is another file:\n%s", where, got)
		}
		if strings.Contains(string(f.Body()), "WARNING") {
			t.Errorf("%s", f.Body())
		}
	}
}

// mailcheck lint has nothing against any of the files.
func TestLint(t *testing.T) {
	p := publisher(t, sample, Options{})
	for _, target := range []string{
		"https://autoconfig.example.com/mail/config-v1.1.xml", "https://autodiscover.example.com" + poxPath,
		"https://ua-auto-config.example.com/.well-known/user-agent-configuration.json", "https://autoconfig.example.com/mail.mobileconfig", "https://autoconfig.example.com/mail.mobileconfig?emailaddress=" + alice,
	} {
		w := ask(p, "GET", target, "")
		media, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
		for _, f := range lint.Judge(lint.File{Name: target, Body: w.Body.Bytes(), ContentType: media}).Findings {
			if f.Severity > checks.Info {
				t.Errorf("%s: %s %v", target, f.Check.ID, f.Detail)
			}
		}
	}
}

// Whatever an address has before the @, it stands in what is written for it as a name, and
// nowhere else.
func TestHostileAddresses(t *testing.T) {
	p := publisher(t, sample, Options{})
	for _, local := range []string{"a&b", "a'b", "<x>", `"<x/>"`, `"a b"`, "a%22b", "a\nb", "a\x00b", "../../x", "$HOME", "{x}", "ä", "a\u202eb", strings.Repeat("a", 64), strings.Repeat("a", 65)} {
		address, err := mailcheck.ParseAddress(local + "@bücher.example")
		var escaped bytes.Buffer
		for _, r := range local {
			switch r {
			case '<':
				escaped.WriteString("&lt;")
			case '&':
				escaped.WriteString("&amp;")
			default:
				escaped.WriteRune(r)
			}
		}
		w := ask(p, "POST", "https://autodiscover.xn--bcher-kva.example"+poxPath, question(escaped.String()+"@bücher.example", document.PoxResponseSchema))
		a, parseErr := document.ParseAutodiscover(w.Body.Bytes())
		if err != nil {
			if parseErr != nil || a.ErrorCode != "600" {
				t.Errorf("%q: %v, %+v", local, parseErr, a)
			}
			continue
		}
		if parseErr != nil || len(a.Protocols) != 2 || a.Protocols[0].LoginName != address.Local {
			t.Errorf("%q: %v\n%s", local, parseErr, w.Body)
		}
	}
}

// A profile is signed by whoever has a certificate for that, one for a person too.
func TestSigned(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "signer"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := sheet.NewSigner(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	p := publisher(t, sample, Options{Signer: signer})
	for _, query := range []string{"", "?emailaddress=" + alice} {
		body := ask(p, "GET", "https://autoconfig.example.com/mail.mobileconfig"+query, "").Body.Bytes()
		if !bytes.HasPrefix(body, []byte{0x30}) || !bytes.Contains(body, []byte("imap.example.com")) || bytes.Contains(body, []byte("alice@example.com")) != (query != "") {
			t.Errorf("%s: %q", query, body[:min(len(body), 80)])
		}
	}
}

// What a file with very many domains takes is bounded, and who asks for one that was let go of
// gets the same.
func TestManyDomains(t *testing.T) {
	var text strings.Builder
	text.WriteString("domains:\n")
	for i := range maxShelf + 10 {
		fmt.Fprintf(&text, "- {domain: d%d.example, servers: [imaps://i.d%[1]d.example, submissions://s.d%[1]d.example]}\n", i)
	}
	p := publisher(t, text.String(), Options{})
	config := func(i int) string {
		return ask(p, "GET", fmt.Sprintf("https://autoconfig.d%d.example/mail/config-v1.1.xml", i), "").Body.String()
	}
	first := config(0)
	for i := range maxShelf + 10 {
		if !strings.Contains(config(i), fmt.Sprintf("<hostname>i.d%d.example<", i)) {
			t.Fatalf("%d: %s", i, config(i))
		}
	}
	if n := len(p.shelf.of); n != maxShelf || p.shelf.order.Len() != n || p.shelf.of[p.sites[0]] != nil {
		t.Errorf("%d are kept", n)
	}
	if again := config(0); again != first {
		t.Errorf("%s", again)
	}
}

// A connection that breaks off in the middle of a question is no panic.
func TestBrokenQuestion(t *testing.T) {
	p := publisher(t, sample, Options{})
	r := httptest.NewRequest("POST", "https://autodiscover.example.com"+poxPath, io.MultiReader(strings.NewReader("<Auto"), broken{}))
	w := httptest.NewRecorder()
	if p.ServeHTTP(w, r); w.Code < 400 {
		t.Errorf("%d", w.Code)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken") }

// Nothing that is asked at a domain's names brings what is another's, or a panic.
func FuzzRequest(f *testing.F) {
	p := publisher(f, sample, Options{})
	paths := slices.Sorted(maps.Keys(p.shelf.get(p.sites[0]).files))
	for _, path := range append(paths, jsonPath+"/v1.0/alice@example.com", policyPath) {
		f.Add("GET", "autoconfig.example.com", path, "emailaddress="+alice, "")
	}
	f.Add("POST", "autodiscover.xn--bcher-kva.example", poxPath, "", question("a@bücher.example", document.PoxResponseSchema))
	f.Add("GET", "mta-sts.example.com:443", policyPath, "", "")
	f.Add("HEAD", "[::1]:80", "/", "Protocol=x&Email=%zz", "")
	f.Fuzz(func(t *testing.T, method, host, path, query, body string) {
		r := httptest.NewRequest("GET", "https://x.example/", strings.NewReader(body))
		r.Method, r.Host, r.URL.Path, r.URL.RawQuery = method, host, path, query
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if !p.Answers(host) && w.Code != http.StatusNotFound {
			t.Errorf("%s is answered: %d", host, w.Code)
		}
		own := strings.HasSuffix(hostName(host), "example.com")
		if text := w.Body.String(); w.Code == http.StatusOK && (own && strings.Contains(text, "mail.example.net") || !own && strings.Contains(text, "imap.example.com")) && !strings.Contains(body+query+path, "example") {
			t.Errorf("at %s: %s", host, text)
		}
	})
}

func FuzzQuestion(f *testing.F) {
	f.Add([]byte(question("alice@example.com", document.PoxResponseSchema)))
	f.Add([]byte("<Autodiscover><Request><LegacyDN>/o=x</LegacyDN></Request></Autodiscover>"))
	f.Add([]byte(`<?xml version="1.0" encoding="iso-8859-1"?><Autodiscover/>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := readQuestion(body)
		if e, ok := errors.AsType[*questionError](err); err != nil && (!ok || e.answer() == nil) || err == nil && (a.Local == "" || !mailcheck.Printable(a.String())) {
			t.Errorf("%v, %v", a, err)
		}
	})
}

// What one question costs.
func BenchmarkAnswer(b *testing.B) {
	p := publisher(b, sample, Options{})
	for name, do := range map[string]func() *httptest.ResponseRecorder{
		"file": func() *httptest.ResponseRecorder {
			return ask(p, "GET", "https://autoconfig.example.com/mail/config-v1.1.xml", "")
		},
		"own answer": func() *httptest.ResponseRecorder {
			return ask(p, "POST", "https://autodiscover.example.com"+poxPath, question("alice@example.com", document.PoxResponseSchema))
		},
		"own profile": func() *httptest.ResponseRecorder {
			return ask(p, "GET", "https://autoconfig.example.com/mail.mobileconfig?emailaddress="+alice, "")
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if w := do(); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
