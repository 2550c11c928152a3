package serve

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck/internal/lab"
)

// visitor is a browser without a screen: it keeps what it was told, and sends what browsers send.
type visitor struct {
	t    *testing.T
	to   http.Handler
	from string            // address and port
	with map[string]string // further headers
}

// served has a service in a scenario, within a bubble, and somebody who asks it.
func served(t *testing.T, scenario string, with func(t *testing.T, s *Server, v *visitor)) {
	t.Helper()
	inLab(t, scenario, func(t *testing.T, _ *lab.Lab, r *Runs) {
		s := &Server{Runs: r, OwnNames: []string{"helpdesk"}}
		with(t, s, &visitor{t: t, to: s.Handler(), from: "192.0.2.200:4711"})
	})
}

func (v *visitor) ask(method, path, body, media string) *httptest.ResponseRecorder {
	v.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr, r.Host = v.from, "localhost"
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	for name, value := range v.with {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	v.to.ServeHTTP(w, r)
	held(v.t, method, path, w)
	return w
}

func (v *visitor) get(path string) *httptest.ResponseRecorder { return v.ask("GET", path, "", "") }

// send sends a form.
func (v *visitor) send(path string, values ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	return v.ask("POST", path, form.Encode(), "application/x-www-form-urlencoded")
}

// wants checks a status, and what stands in the answer.
func (v *visitor) wants(w *httptest.ResponseRecorder, status int, parts ...string) {
	v.t.Helper()
	if w.Code != status {
		v.t.Errorf("status %d, want %d: %.300s", w.Code, status, w.Body)
	}
	for _, part := range parts {
		if !strings.Contains(w.Body.String(), part) {
			v.t.Errorf("%q is not in %.3000s", part, w.Body)
		}
	}
}

// started begins a test by the form, and returns where its page is.
func (v *visitor) started(typed string) string {
	v.t.Helper()
	w := v.send("/check", "address", typed)
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/r/") || strings.Contains(to, "@") || strings.Contains(to, "example") {
		v.t.Fatalf("status %d, to %q: %.500s", w.Code, to, w.Body)
	}
	return to
}

// From the form to the files: the page tells of the test as it goes on and ends with the report;
// asked again it is the report alone.
func TestPage(t *testing.T) {
	served(t, "cert-expired", func(t *testing.T, _ *Server, v *visitor) {
		v.wants(v.get("/"), 200, `<form method="post" action="/check">`, `name="address"`, "No password is needed")
		page := v.started("alice@example.com")
		live := v.get(page)
		v.wants(live, 200, "<h1><bdi>Testing alice@example.com</bdi></h1>", "<li>Testing imaps://imap.example.com:993</li>",
			`<li class="failure">imaps://imap.example.com:993 does not work</li>`, `<div id="report">`, "The server&#39;s certificate has expired.", "</html>")
		if !live.Flushed || live.Header().Get("Cache-Control") != "no-store" {
			t.Error("the page comes only when it is whole, or is kept")
		}
		if !strings.HasSuffix(strings.TrimSpace(live.Body.String()), "</html>") {
			t.Error("the page has no end")
		}
		again := v.get(page)
		v.wants(again, 200, "<title>FAIL: alice@example.com - mailcheck</title>", "Settings to type in", "Setup files", "Copy as text", page+".json", page+"/setup/thunderbird/", `href="/explain/tls.expired"`)
		if strings.Contains(again.Body.String(), `class="progress"`) {
			t.Error("the progress is shown afterwards")
		}
		tag := again.Header().Get("ETag")
		v.with = map[string]string{"If-None-Match": tag}
		v.wants(v.get(page), 304)
		v.with = nil
		for ending, part := range map[string]string{".json": `"schema": 1`, ".md": "## ", ".txt": "FAIL", ".html": "<!DOCTYPE html>"} {
			v.wants(v.get(page+ending), 200, part)
			if w := v.get(page + ending + "?download"); !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
				t.Errorf("%s is not downloaded", ending)
			}
		}
		v.wants(v.get(page+".exe"), 404)
		v.wants(v.get("/explain/tls.expired"), 200, "Mail server operator")
		v.wants(v.get("/explain/nonsense"), 404)
		v.wants(v.get("/r/ABC"), 404)
		v.wants(v.ask("HEAD", page, "", ""), 200)
	})
}

// Whoever reloads the page, or asks for the same from elsewhere, sees all of the one run.
func TestReload(t *testing.T) {
	served(t, "healthy", func(t *testing.T, s *Server, v *visitor) {
		page := v.started("alice@example.com")
		if other := v.started("ALICE@example.com"); other != page {
			t.Errorf("two runs: %s, %s", page, other)
		}
		var one, two string
		done := make(chan bool)
		go func() { one = v.get(page).Body.String(); done <- true }()
		synctest.Wait()
		go func() { two = v.get(page).Body.String(); done <- true }()
		<-done
		<-done
		if one != two || !strings.Contains(one, "PASS") {
			t.Error("two readers see different pages")
		}
	})
}

// Every file that a page names is there, and the QR code is a picture.
func TestSetupFiles(t *testing.T) {
	served(t, "healthy", func(t *testing.T, _ *Server, v *visitor) {
		page := v.started("alice@example.com")
		v.get(page)
		body := v.get(page).Body.String()
		files, pictures := 0, 0
		for _, attribute := range []string{`href="`, `src="`} {
			for _, part := range strings.Split(body, attribute)[1:] {
				link, _, _ := strings.Cut(part, `"`)
				if !strings.HasPrefix(link, page+"/setup/") {
					continue
				}
				w := v.get(link)
				if w.Code != 200 || w.Body.Len() == 0 {
					t.Errorf("%s: %d", link, w.Code)
				}
				files++
				if attribute == `src="` {
					pictures++
					if w.Header().Get("Content-Type") != "image/png" {
						t.Errorf("%s is %s", link, w.Header().Get("Content-Type"))
					}
				} else if strings.HasSuffix(link, ".mobileconfig") && w.Header().Get("Content-Type") != "application/x-apple-aspen-config" {
					t.Errorf("%s is %s", link, w.Header().Get("Content-Type"))
				}
			}
		}
		if files < 20 || pictures == 0 {
			t.Errorf("%d files, %d pictures", files, pictures)
		}
		v.wants(v.get(page+"/setup/apple/../../../etc/passwd"), 307)
		v.wants(v.get(page+"/setup/apple/nothing"), 404)
		v.wants(v.get(page+"/setup/nothing/nothing"), 404)
	})
}

// A copy to give away has nothing of the person, an address of its own, and an end.
func TestShare(t *testing.T) {
	served(t, "healthy", func(t *testing.T, _ *Server, v *visitor) {
		page := v.started("alice@example.com")
		v.get(page)
		w := v.send(page + "/share")
		to := w.Header().Get("Location")
		if w.Code != 303 || !strings.HasPrefix(to, "/s/") || strings.Contains(to, strings.TrimPrefix(page, "/r/")) {
			t.Fatalf("status %d to %q", w.Code, to)
		}
		copied := v.get(to)
		v.wants(copied, 200, "user@example.com", "It ends at")
		all := copied.Body.String() + v.get(to+".json").Body.String() + v.get(to+".txt").Body.String()
		if strings.Contains(all, "alice") || strings.Contains(all, "/share") || strings.Contains(all, strings.TrimPrefix(page, "/r/")) {
			t.Error("the copy tells of the person, or leads to the report")
		}
		v.wants(v.get("/r/"+strings.TrimPrefix(to, "/s/")), 404)
		v.wants(v.get("/s/"+strings.TrimPrefix(page, "/r/")), 404)
		time.Sleep(keptFor)
		v.wants(v.get(page), 404)
		v.wants(v.get(to), 200)
		time.Sleep(sharedFor)
		v.wants(v.get(to), 404)
	})
}

// What is wrong with a form stands above it, with what was typed, as text.
func TestFormSaysWhatIsWrong(t *testing.T) {
	served(t, "healthy", func(t *testing.T, _ *Server, v *visitor) {
		w := v.send("/check", "address", `"><script>alert(1)</script>`)
		v.wants(w, 400, `role="alert"`, "&lt;script&gt;")
		if strings.Contains(w.Body.String(), "<script") {
			t.Error("the form has a script in it")
		}
		v.wants(v.send("/check"), 400, "The address is empty.")
		v.wants(v.send("/check", "address", "alice@example.com", "password", "swordfish"), 400, "No password is taken here.")
		v.wants(v.ask("POST", "/check", "address="+strings.Repeat("a", maxForm), "application/x-www-form-urlencoded"), 413)
		v.wants(v.get("/check"), 404)
		for i := range perClient.most {
			v.started("a@d" + string(rune('a'+i)) + ".example")
		}
		w = v.send("/check", "address", "a@last.example")
		v.wants(w, 429, "You have started very many tests just now.")
		if w.Header().Get("Retry-After") != "60" {
			t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
		}
	})
}

// No page has a script, may load one, or tells others where the reader is.
func TestHeaders(t *testing.T) {
	served(t, "healthy", func(t *testing.T, _ *Server, v *visitor) {
		page := v.started("alice@example.com")
		for _, path := range []string{"/", page, page, "/explain/tls.expired", "/nothing"} {
			w := v.get(path)
			policy := w.Header().Get("Content-Security-Policy")
			if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") || !strings.Contains(policy, "frame-ancestors 'none'") {
				t.Errorf("%s: policy %q", path, policy)
			}
			if w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Set-Cookie") != "" {
				t.Errorf("%s: %v", path, w.Header())
			}
			for _, word := range []string{"<script", " style=", " onclick", "http-equiv"} {
				if strings.Contains(w.Body.String(), word) {
					t.Errorf("%s has %q in it", path, word)
				}
			}
		}
	})
}

// A password comes over TLS alone, and where it was switched on; then the login is tested.
func TestPassword(t *testing.T) {
	found, _ := lab.Find("login")
	served(t, "login", func(t *testing.T, s *Server, v *visitor) {
		s.Access.Passwords = true
		if v.wants(v.get("/"), 200, "No password is needed"); strings.Contains(v.get("/").Body.String(), `type="password"`) {
			t.Error("a password is asked for in clear")
		}
		v.wants(v.send("/check", "address", found.Address, "password", found.Password), 400)
		v.with = map[string]string{"X-Forwarded-Proto": "https"}
		v.wants(v.send("/check", "address", found.Address, "password", found.Password), 400) // whoever says so
		s.Access.Proxies = prefixes("192.0.2.0/24")
		v.wants(v.get("/"), 200, `type="password" autocomplete="off"`)
		v.wants(v.get("/check?address="+url.QueryEscape(found.Address)+"&password="+url.QueryEscape(found.Password)), 404)
		w := v.send("/check", "address", found.Address, "password", found.Password)
		v.wants(w, 303)
		page := w.Header().Get("Location")
		live := v.get(page).Body.String() + v.get(page).Body.String() + v.get(page+".json").Body.String()
		if strings.Contains(live, found.Password) || !strings.Contains(live, `"state": "accepted"`) {
			t.Error("the password is shown, or was not tried")
		}
		for range perLogin.most - 1 {
			v.wants(v.send("/check", "address", found.Address, "password", "wrong"), 303)
		}
		v.wants(v.send("/check", "address", found.Address, "password", "wrong"), 429, "three times")
	})
}

// What is done elsewhere than at this service's own pages is not done.
func TestCrossOrigin(t *testing.T) {
	served(t, "healthy", func(t *testing.T, s *Server, v *visitor) {
		v.with = map[string]string{"Sec-Fetch-Site": "cross-site"}
		v.wants(v.send("/check", "address", "alice@example.com"), 403)
		v.with = map[string]string{"Origin": "https://attacker.example"}
		v.wants(v.send("/check", "address", "alice@example.com"), 403)
		v.wants(v.ask("POST", "/api/v1/checks", `{"address": "alice@example.com"}`, "application/json"), 403)
		v.with = map[string]string{"Sec-Fetch-Site": "same-origin"}
		v.wants(v.send("/check", "address", "alice@example.com"), 303)
		s.Access.Hosts = []string{"mailcheck.example"}
		v.wants(v.get("/"), http.StatusMisdirectedRequest)
		s.Access.Hosts = []string{"localhost"}
		v.wants(v.get("/"), 200)
	})
}
