package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mailcheck/internal/lab"
)

// browse signs in with a code; visit stands for the browser that has been sent to a
// page.
func browse(t *testing.T, e Endpoints, paste io.Reader, visit func(page *url.URL)) (Token, *server, error) {
	t.Helper()
	s := serve(t, map[string][]lab.Reply{"/token": {lab.JSON(goodToken)}})
	tok, err := Code(t.Context(), s.run, e, app, CodeOptions{User: "alice@example.com", Paste: paste, Open: func(page string) {
		u, err := url.Parse(page)
		if err != nil {
			t.Fatal(err)
		}
		visit(u)
	}})
	mustHide(t, err, "code-1", "access-1")
	return tok, s, err
}

// get asks the loopback port as a browser would, and returns the status and the page.
func get(t *testing.T, method, to string, change func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.Header.Get("Referrer-Policy") != "no-referrer" && resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge || strings.Contains(string(body), "code-1") {
		t.Errorf("the page has or gives away what is in its address: %v %s", resp.Header, body)
	}
	return resp.StatusCode, string(body)
}

// back is the address that a browser is sent to after a page.
func back(page *url.URL, values ...string) string {
	q := url.Values{"state": {page.Query().Get("state")}}
	for i := 0; i+1 < len(values); i += 2 {
		q.Set(values[i], values[i+1])
	}
	return page.Query().Get("redirect_uri") + "?" + q.Encode()
}

func TestCode(t *testing.T) {
	var page *url.URL
	tok, s, err := browse(t, endpoints, nil, func(u *url.URL) {
		page = u
		if code, body := get(t, "GET", back(u, "code", "code-1"), nil); code != 200 || !strings.Contains(body, "close this page") {
			t.Errorf("the browser got %d %s", code, body)
		}
	})
	if err != nil || tok.Access != "access-1" {
		t.Fatalf("got %+v, %v", tok, err)
	}
	q, form := page.Query(), s.asked["/token"][0]
	if q.Get("client_id") != "our-app" || q.Get("response_type") != "code" || q.Get("login_hint") != "alice@example.com" || q.Get("scope") != "mail offline_access" || q.Get("code_challenge_method") != "S256" || len(q.Get("state")) < 40 {
		t.Errorf("the page is asked with %v", q)
	}
	challenge := sha256.Sum256([]byte(form.Get("code_verifier")))
	if len(form.Get("code_verifier")) < 43 || base64.RawURLEncoding.EncodeToString(challenge[:]) != q.Get("code_challenge") {
		t.Error("the verifier does not fit the challenge")
	}
	if form.Get("code") != "code-1" || form.Get("redirect_uri") != q.Get("redirect_uri") || form.Get("client_id") != "our-app" || len(s.asked["/token"]) != 1 {
		t.Errorf("sent %v", s.asked["/token"])
	}
	if !strings.HasPrefix(q.Get("redirect_uri"), "http://127.0.0.1:") || !strings.HasSuffix(q.Get("redirect_uri"), "/callback") {
		t.Errorf("redirect %s", q.Get("redirect_uri"))
	}
}

// Each form of redirect that a provider registers leads back here.
func TestRedirectForms(t *testing.T) {
	for _, form := range []string{"", "http://127.0.0.1", "http://localhost", "http://localhost/", "http://127.0.0.1/a/b%20c"} {
		e := endpoints
		e.Redirect, e.Parameters = form, map[string]string{"access_type": "offline", "state": "not this"}
		_, _, err := browse(t, e, nil, func(u *url.URL) {
			if u.Query().Get("access_type") != "offline" || len(u.Query()["state"]) != 1 {
				t.Errorf("page %s", u)
			}
			to := back(u, "code", "code-1")
			get(t, "GET", strings.Replace(to, "localhost", "127.0.0.1", 1), func(r *http.Request) { r.Host = redirectHost(u) })
		})
		if err != nil {
			t.Errorf("%s: %v", form, err)
		}
	}
}

func redirectHost(page *url.URL) string {
	u, _ := url.Parse(page.Query().Get("redirect_uri"))
	return u.Host
}

// Whoever else knocks at the port gets nothing and ends nothing: neither another
// program, nor a web page in the same browser.
func TestLoopbackStrangers(t *testing.T) {
	tok, _, err := browse(t, endpoints, nil, func(u *url.URL) {
		for _, c := range []struct {
			what, method, to string
			change           func(*http.Request)
			want             int
		}{
			{"no state", "GET", u.Query().Get("redirect_uri") + "?code=evil", nil, 400},
			{"wrong state", "GET", back(u, "code", "evil", "state", "guess"), nil, 400},
			{"empty state", "GET", back(u, "code", "evil", "state", ""), nil, 400},
			{"two states", "GET", back(u, "code", "evil") + "&state=guess", nil, 400},
			{"an error with a wrong state", "GET", back(u, "error", "access_denied", "state", "guess"), nil, 400},
			{"broken query", "GET", back(u, "code", "evil") + "&x=%zz", nil, 400},
			{"another path", "GET", strings.Replace(back(u, "code", "evil"), "/callback", "/callback/x", 1), nil, 404},
			{"an icon", "GET", "http://" + redirectHost(u) + "/favicon.ico", nil, 404},
			{"a form", "POST", back(u, "code", "evil"), nil, 405},
			{"a look", "HEAD", back(u, "code", "evil"), nil, 405},
			{"a foreign name", "GET", back(u, "code", "evil"), func(r *http.Request) { r.Host = "evil.example.net" }, 421},
			{"the other name", "GET", back(u, "code", "evil"), func(r *http.Request) { r.Host = strings.Replace(r.URL.Host, "127.0.0.1", "localhost", 1) }, 421},
			{"a huge header", "GET", back(u, "code", "evil"), func(r *http.Request) { r.Header.Set("X", strings.Repeat("x", 64<<10)) }, 431},
			{"a huge address", "GET", back(u, "code", strings.Repeat("x", 64<<10)), nil, 431},
		} {
			if code, _ := get(t, c.method, c.to, c.change); code != c.want {
				t.Errorf("%s: status %d, not %d", c.what, code, c.want)
			}
		}
		get(t, "GET", back(u, "code", "code-1"), nil)
	})
	if err != nil || tok.Access != "access-1" {
		t.Errorf("got %+v, %v", tok, err)
	}
}

// The first answer counts, and the port closes after it.
func TestOneAnswer(t *testing.T) {
	var again string
	_, s, err := browse(t, endpoints, nil, func(u *url.URL) {
		get(t, "GET", back(u, "code", "code-1"), nil)
		again = back(u, "code", "code-2")
		if code, _ := get(t, "GET", again, nil); code == 200 {
			t.Error("a second answer is taken")
		}
	})
	if err != nil || s.asked["/token"][0].Get("code") != "code-1" || len(s.asked["/token"]) != 1 {
		t.Errorf("got %v, %v", err, s.asked["/token"])
	}
	u, _ := url.Parse(again)
	if conn, err := net.Dial("tcp", u.Host); err == nil {
		conn.Close()
		t.Error("the port is still open")
	}
}

func TestTooManyStrangers(t *testing.T) {
	_, _, err := browse(t, endpoints, nil, func(u *url.URL) {
		for range maxStrays + 1 {
			get(t, "GET", back(u, "code", "x", "state", "guess"), nil)
		}
		if code, _ := get(t, "GET", back(u, "code", "code-1"), nil); code == 200 {
			t.Error("an answer is taken after it was given up")
		}
	})
	if err == nil {
		t.Error("guessing goes on for ever")
	}
}

// What the browser brings may be a refusal, or from another server (RFC 9207).
func TestAnswersOfTheBrowser(t *testing.T) {
	iss := endpoints
	iss.NamesIss = true
	tenants := endpoints
	tenants.AnyTenant, tenants.Issuer = true, issuer+"/common/v2.0"
	for _, c := range []struct {
		what  string
		e     Endpoints
		query []string
		want  Reason
	}{
		{"declined", endpoints, []string{"error", "access_denied", "error_description", "no\x1b[2J"}, Declined},
		{"an administrator is needed", endpoints, []string{"error", "access_denied", "error_description", "AADSTS90094: needs permission"}, AdminConsent},
		{"an error and a code", endpoints, []string{"error", "access_denied", "code", "code-1"}, Declined},
		{"neither", endpoints, nil, Broken},
		{"a huge code", endpoints, []string{"code", strings.Repeat("c", 10<<10)}, ""},
		{"another issuer", endpoints, []string{"code", "code-1", "iss", "https://evil.example.net"}, Mixed},
		{"nearly the issuer", endpoints, []string{"code", "code-1", "iss", issuer + "/"}, Mixed},
		{"no issuer, though announced", iss, []string{"code", "code-1"}, Mixed},
		{"the issuer", iss, []string{"code", "code-1", "iss", issuer}, ""},
		{"a tenant of the issuer", tenants, []string{"code", "code-1", "iss", issuer + "/4711/v2.0"}, ""},
		{"a tenant elsewhere", tenants, []string{"code", "code-1", "iss", "https://evil.example.net/4711/v2.0"}, Mixed},
		{"a tenant over http", tenants, []string{"code", "code-1", "iss", "http://" + host + "/4711/v2.0"}, Mixed},
	} {
		_, s, err := browse(t, c.e, nil, func(u *url.URL) { get(t, "GET", back(u, c.query...), nil) })
		if reasonOf(err) != c.want || (err == nil) != (c.want == "") || (len(s.asked["/token"]) > 0) != (c.want == "") {
			t.Errorf("%s: got %v, asked %v", c.what, err, s.asked)
		}
	}
	_, _, err := browse(t, endpoints, nil, func(u *url.URL) { get(t, "GET", back(u, "code", "code-1")+"&code=code-2", nil) })
	if reasonOf(err) != Mixed {
		t.Errorf("two codes: %v", err)
	}
}

// typing gives a line once the page is known.
type typing struct {
	ready chan struct{}
	line  string
}

func (p *typing) Read(b []byte) (int, error) {
	<-p.ready
	if p.line == "" {
		return 0, io.EOF
	}
	n := copy(b, p.line)
	p.line = p.line[n:]
	return n, nil
}

// By ssh, the browser ends at an address that it cannot open, which can be pasted.
func TestPaste(t *testing.T) {
	elsewhere := endpoints
	elsewhere.Redirect = "https://127.0.0.1/done" // where nothing can listen
	for _, c := range []struct {
		what string
		e    Endpoints
		line func(u *url.URL) string
		want Reason
	}{
		{"the whole address", endpoints, func(u *url.URL) string { return back(u, "code", "code-1") + "\n" }, ""},
		{"after an empty line, in quotes", endpoints, func(u *url.URL) string { return "\n  \"" + back(u, "code", "code-1") + "\" \r\n" }, ""},
		{"without the end of the line", endpoints, func(u *url.URL) string { return back(u, "code", "code-1") }, ""},
		{"the query alone", endpoints, func(u *url.URL) string { _, q, _ := strings.Cut(back(u, "code", "code-1"), "?"); return "?" + q + "\n" }, ""},
		{"a redirect of another kind", elsewhere, func(u *url.URL) string { return back(u, "code", "code-1") + "\n" }, ""},
		{"the page itself", endpoints, func(u *url.URL) string { return u.String() + "\n" }, NotRedirect},
		{"the code alone", endpoints, func(*url.URL) string { return "code-1\n" }, NotRedirect},
		{"nothing", elsewhere, func(*url.URL) string { return "" }, NotRedirect},
		{"another host", endpoints, func(u *url.URL) string {
			return strings.Replace(back(u, "code", "code-1"), "127.0.0.1", "evil.example.net", 1) + "\n"
		}, NotRedirect},
		{"another sign-in", endpoints, func(u *url.URL) string { return back(u, "code", "code-1", "state", "older") + "\n" }, OtherSignIn},
		{"a refusal", endpoints, func(u *url.URL) string { return back(u, "error", "access_denied") + "\n" }, Declined},
		{"endless", endpoints, func(u *url.URL) string { return strings.Repeat("x", 1<<20) }, NotRedirect},
	} {
		p := &typing{ready: make(chan struct{})}
		_, _, err := browse(t, c.e, p, func(u *url.URL) { p.line = c.line(u); close(p.ready) })
		if reasonOf(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: got %v", c.what, err)
		}
	}
}

// A terminal that is closed does not end the wait for the browser.
func TestNobodyPastes(t *testing.T) {
	_, _, err := browse(t, endpoints, strings.NewReader(""), func(u *url.URL) { get(t, "GET", back(u, "code", "code-1"), nil) })
	if err != nil {
		t.Error(err)
	}
}

func TestNoWayBack(t *testing.T) {
	e := endpoints
	e.Redirect = "https://127.0.0.1/done"
	if _, _, err := browse(t, e, nil, func(*url.URL) { t.Error("a page is opened in vain") }); err == nil {
		t.Error("nobody can bring the answer")
	}
	e = endpoints
	e.Authorize = "javascript:alert(1)"
	if _, _, err := browse(t, e, nil, func(*url.URL) { t.Error("a script is opened") }); err == nil {
		t.Error("a script is a page")
	}
}

func TestCodeCancelled(t *testing.T) {
	s := serve(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Code(ctx, s.run, endpoints, app, CodeOptions{Open: func(string) { cancel() }})
	if err == nil {
		t.Error("it goes on")
	}
}

func FuzzPasted(f *testing.F) {
	f.Add("http://127.0.0.1:1/callback?code=c&state=s")
	f.Add("?error=access_denied&state=s")
	f.Add("code=c&state=s&iss=https://login.example.com")
	f.Fuzz(func(t *testing.T, text string) {
		redirect, _ := url.Parse("http://127.0.0.1:1/callback")
		x := &expected{redirect: redirect, state: "s", issuer: issuer, host: host}
		a, err := x.pasted(text)
		if err == nil && (a.code == "" || !strings.Contains(text, "state=s") && !strings.Contains(text, "%")) {
			t.Errorf("%q is taken as %q", text, a.code)
		}
		mustHide(t, err)
	})
}
