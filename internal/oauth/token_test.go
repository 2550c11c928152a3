package oauth

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck/internal/lab"
)

// refresh asks for a token with one answer, under fake time.
func refresh(t *testing.T, e Endpoints, a App, answer lab.Reply) (Token, *server, error) {
	t.Helper()
	s := serve(t, map[string][]lab.Reply{"/token": {answer}})
	tok, err := Refresh(t.Context(), s.run, e, a, "old-refresh")
	mustHide(t, err, "old-refresh", "hush-hush")
	return tok, s, err
}

func TestRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tok, s, err := refresh(t, endpoints, app, lab.JSON(goodToken))
		if err != nil || tok.Access != "access-1" || tok.Refresh != "refresh-1" || time.Until(tok.Expires).Round(time.Minute) != time.Hour || !slices.Equal(tok.Scopes, []string{"mail"}) {
			t.Errorf("got %+v, %v", tok, err)
		}
		form := s.asked["/token"][0]
		if form.Get("grant_type") != "refresh_token" || form.Get("refresh_token") != "old-refresh" || form.Get("client_id") != "our-app" || form.Has("client_secret") {
			t.Errorf("sent %v", form)
		}
		if len(s.InClear()) > 0 {
			t.Errorf("in clear: %q", s.InClear())
		}
	})
}

func TestOldRefreshTokenStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tok, _, err := refresh(t, endpoints, app, lab.JSON(`{"access_token":"a"}`))
		if err != nil || tok.Refresh != "old-refresh" || !tok.Expires.IsZero() || !slices.Equal(tok.Scopes, endpoints.Scopes) {
			t.Errorf("got %+v, %v", tok, err)
		}
	})
}

// A secret goes where the metadata says, and to one place of the two.
func TestClientSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		secret := App{ID: "our app", Secret: "hush-hush:1"}
		_, s, _ := refresh(t, endpoints, secret, lab.JSON(goodToken))
		if form := s.asked["/token"][0]; form.Get("client_secret") != "hush-hush:1" || s.headers["/token"][0].Get("Authorization") != "" {
			t.Errorf("sent %v, %v", form, s.headers["/token"])
		}
		basic := endpoints
		basic.Basic = true
		_, s, _ = refresh(t, basic, secret, lab.JSON(goodToken))
		user, password, _ := (&http.Request{Header: s.headers["/token"][0]}).BasicAuth()
		if form := s.asked["/token"][0]; form.Has("client_secret") || form.Has("client_id") || user != "our+app" || password != "hush-hush%3A1" {
			t.Errorf("sent %v, %q %q", form, user, password)
		}
	})
}

// What a token endpoint answers with goes into lines of mail protocols.
func TestTokenAnswers(t *testing.T) {
	with := func(from, to string) lab.Reply { return lab.JSON(strings.Replace(goodToken, from, to, 1)) }
	for name, c := range map[string]struct {
		answer lab.Reply
		want   Reason
	}{
		"good":                      {lab.JSON(goodToken), ""},
		"numbers as text":           {with("3600", `"3600"`), ""},
		"a fraction":                {with("3600", `3599.99`), ""},
		"huge":                      {with("3600", `1e308`), ""},
		"larger than any number":    {with("3600", `1e400`), ""},
		"over already":              {with("3600", `-5`), ""},
		"null":                      {lab.JSON(`null`), Broken},
		"empty":                     {lab.JSON(``), Broken},
		"a page":                    {lab.HTML(`<title>Sign in</title>`), Broken},
		"no token":                  {with("access-1", ""), Broken},
		"a line end in the token":   {with("access-1", `a\r\nA1 LOGOUT`), Broken},
		"NUL in the token":          {with("access-1", `a\u0000b`), Broken},
		"a space in the token":      {with("access-1", `a b`), Broken},
		"letters beyond ASCII":      {with("access-1", `tökén`), Broken},
		"a number for a token":      {with(`"access-1"`, `12345678`), Broken},
		"an object for a token":     {with(`"access-1"`, `{"x":1}`), Broken},
		"a huge token":              {with("access-1", strings.Repeat("a", maxSecret+1)), Broken},
		"two tokens":                {with("{", `{"access_token":"other",`), Broken},
		"another kind":              {with("Bearer", "DPoP"), Broken},
		"small letters":             {with("Bearer", "bearer"), ""},
		"time in words":             {with("3600", `"soon"`), Broken},
		"an error with status 200":  {lab.JSON(`{"error":"invalid_grant","access_token":"x"}`), SignInAgain},
		"a server that is down":     {status(502, "<h1>Bad gateway</h1>"), Unavailable},
		"too many requests":         {status(429, `{}`), Throttled},
		"an error of its own":       {refused("quux"), Unknown},
		"a redirect":                {status(307, "", "Location", "https://evil.example.net/"), Redirected},
		"a redirect that changes":   {status(302, "", "Location", "https://evil.example.net/"), Redirected},
		"a redirect with a token":   {status(308, goodToken, "Location", "https://evil.example.net/"), Redirected},
		"a redirect to the same":    {status(307, "", "Location", issuer+"/token2"), Redirected},
		"a body that never ends":    {lab.EndlessBody, ""},
		"a bomb":                    {lab.GzipBomb(64 << 20), ""},
		"other letters in the name": {lab.JSON(`{"Access_Token":"x","token_type":"Bearer"}`), Broken},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tok, s, err := refresh(t, endpoints, app, c.answer)
				bomb := name == "a bomb" || name == "a body that never ends"
				if reasonOf(err) != c.want || c.want == "" && (err != nil) != bomb {
					t.Errorf("got %+v, %v", tok, err)
				}
				if err == nil && (tok.Expires.Before(time.Now().Add(-time.Minute)) || tok.Expires.After(time.Now().Add(maxLife))) {
					t.Errorf("expires %v", tok.Expires)
				}
				if len(s.asked["/token"]) != 1 {
					t.Errorf("asked %d times", len(s.asked["/token"]))
				}
				if slices.ContainsFunc(s.Requests(), func(r string) bool { return strings.Contains(r, "evil") }) {
					t.Errorf("somebody else was asked: %q", s.Requests())
				}
			})
		})
	}
}

// A secret that a server repeats is not shown, however it writes it.
func TestEchoedSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		echo := func(text string) lab.Reply {
			return status(400, `{"error":"old-refresh","error_description":"`+text+`\u001b[2J\u0000"}`)
		}
		for _, text := range []string{"no old-refresh", "b2xkLXJlZnJlc2g=", "b2xkLXJlZnJlc2g", "6f6c642d72656672657368", "hush-hush"} {
			_, _, err := refresh(t, endpoints, App{ID: "our-app", Secret: "hush-hush"}, echo(text))
			if err == nil || !strings.Contains(err.Error(), "[secret]") {
				t.Errorf("%s: got %v", text, err)
			}
			mustHide(t, err, "b2xk", "6f6c")
		}
	})
}

// A connection that breaks after the request was sent is no leave to send it again.
func TestSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, map[string][]lab.Reply{
			"/token": {lab.JSON(goodToken), func(c *lab.Conn, _ *http.Request) { c.Close() }, lab.JSON(goodToken)},
		})
		if _, err := Refresh(t.Context(), s.run, endpoints, app, "r1"); err != nil {
			t.Fatal(err)
		}
		_, err := Refresh(t.Context(), s.run, endpoints, app, "r2") // over the kept connection
		if err == nil || len(s.asked["/token"]) != 2 {
			t.Errorf("got %v after %d requests", err, len(s.asked["/token"]))
		}
	})
}

func TestRevoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			answer lab.Reply
			want   Reason
		}{
			"done":           {lab.JSON(`{}`), ""},
			"an empty body":  {status(200, ""), ""},
			"some text":      {lab.HTML("ok"), ""},
			"not revocable":  {refused("unsupported_token_type"), Unknown},
			"down":           {status(503, ""), Unavailable},
			"sent elsewhere": {status(307, "", "Location", "https://evil.example.net/"), Redirected},
		} {
			s := serve(t, map[string][]lab.Reply{"/revoke": {c.answer}})
			err := Revoke(t.Context(), s.run, endpoints, app, "old-refresh")
			if reasonOf(err) != c.want || (err == nil) != (c.want == "") || len(s.asked["/revoke"]) != 1 || s.asked["/revoke"][0].Get("token") != "old-refresh" {
				t.Errorf("%s: got %v after %v", name, err, s.asked)
			}
			mustHide(t, err, "old-refresh")
		}
		none := endpoints
		none.Revoke = ""
		s := serve(t, nil)
		if err := Revoke(t.Context(), s.run, none, app, "x"); err != nil {
			t.Error(err)
		}
	})
}

// The way to a token is encrypted, whatever somebody wrote into a file.
func TestOnlyHTTPS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plain := endpoints
		plain.Token = "http://" + host + "/token"
		_, s, err := refresh(t, plain, app, lab.JSON(goodToken))
		if err == nil || len(s.Requests()) > 0 {
			t.Errorf("got %v; asked %q", err, s.Requests())
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add([]byte(goodToken))
	f.Add([]byte(`{"access_token":"a","expires_in":"1e9","scope":"a b"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := parseObject(body)
		if err != nil {
			return
		}
		now := time.Now()
		tok, err := parseToken(o, now)
		if err != nil {
			return
		}
		for _, secret := range []string{tok.Access, tok.Refresh} {
			if len(secret) > maxSecret || strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Errorf("accepted %q", secret)
			}
		}
		if tok.Access == "" || !tok.Expires.IsZero() && (tok.Expires.Before(now) || tok.Expires.After(now.Add(maxLife))) {
			t.Errorf("accepted %+v", tok)
		}
	})
}

func FuzzDeviceAnswer(f *testing.F) {
	f.Add([]byte(goodDevice))
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := parseObject(body)
		if err != nil {
			return
		}
		now := time.Now()
		p, w, err := parseDevice(o, now)
		if err != nil {
			return
		}
		if !isEndpoint(p.URL) || p.Complete != "" && !isEndpoint(p.Complete) || w.interval < pollMin || w.interval > pollMax || p.Expires.Before(now) || p.Expires.After(now.Add(maxDevice)) {
			t.Errorf("accepted %+v, %+v", p, w)
		}
	})
}
