package oauth

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/internal/oauthtest"
)

const alice = "alice@example.com"

// openID starts a real OpenID provider in the lab.
func openID(t *testing.T, jwt bool) (*oauthtest.Provider, *server, Endpoints) {
	t.Helper()
	p := oauthtest.New(issuer, jwt, alice)
	s := serve(t, map[string][]lab.Reply{"*": {func(c *lab.Conn, r *http.Request) {
		recorded := httptest.NewRecorder()
		p.ServeHTTP(recorded, r)
		answer := recorded.Result()
		answer.ContentLength = int64(recorded.Body.Len())
		answer.Write(c)
	}}})
	e, err := Discover(t.Context(), s.run, issuer)
	if err != nil {
		t.Fatal(err)
	}
	return p, s, e
}

// The flows end to end, with a provider that is not our own work.
func TestProviderDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s, e := openID(t, true)
		approve := func(allow bool) func(DevicePrompt) {
			return func(d DevicePrompt) {
				if d.URL != issuer+"/device" || !strings.HasPrefix(d.Complete, d.URL) {
					t.Errorf("shown: %+v", d)
				}
				if err := p.Approve(d.Code, alice, oauthtest.Password, allow); err != nil {
					t.Error(err)
				}
			}
		}
		tok, err := Device(t.Context(), s.run, e, App{ID: oauthtest.ClientID}, approve(true))
		if err != nil || tok.Refresh == "" || len(tok.Lacks(e.Scopes)) > 0 {
			t.Fatalf("got %+v, %v", tok, err)
		}
		claims, ok := Look(tok.Access)
		if !ok || claims.User != alice || claims.Issuer != issuer || len(claims.Faults(alice, mailcheck.IMAP, time.Now())) > 0 {
			t.Errorf("the token says %+v, %v", claims, ok)
		}
		if faults := claims.Faults(alice, mailcheck.IMAP, time.Now().Add(time.Hour)); !slices.Contains(faults, Expired) {
			t.Errorf("after an hour: %v", faults)
		}
		rotates(t, s, e, tok)
		if _, err = Device(t.Context(), s.run, e, App{ID: oauthtest.ClientID}, approve(false)); reasonOf(err) != Declined {
			t.Errorf("denied: %v", err)
		}
		if _, err = Device(t.Context(), s.run, e, App{ID: oauthtest.ClientID}, func(DevicePrompt) {}); reasonOf(err) != CodeExpired {
			t.Errorf("nobody came: %v", err)
		}
		if _, err = Device(t.Context(), s.run, e, App{ID: "no-such-app"}, func(DevicePrompt) {}); err == nil {
			t.Error("an unknown app is let in")
		} else {
			mustHide(t, err)
		}
	})
}

// rotates refreshes a token, which makes the old one void, and ends the new one.
func rotates(t *testing.T, s *server, e Endpoints, tok Token) {
	t.Helper()
	app := App{ID: oauthtest.ClientID}
	next, err := Refresh(t.Context(), s.run, e, app, tok.Refresh)
	if err != nil || next.Refresh == tok.Refresh || next.Access == tok.Access {
		t.Fatalf("refreshed: %+v, %v", next, err)
	}
	if _, err := Refresh(t.Context(), s.run, e, app, tok.Refresh); reasonOf(err) != SignInAgain {
		t.Errorf("the old token still works: %v", err)
	}
	if err := Revoke(t.Context(), s.run, e, app, next.Refresh); err != nil {
		t.Errorf("revoke: %v", err)
	}
	if _, err := Refresh(t.Context(), s.run, e, app, next.Refresh); reasonOf(err) != SignInAgain {
		t.Errorf("a revoked token still works: %v", err)
	}
}

func TestProviderCode(t *testing.T) {
	p, s, e := openID(t, false)
	app, err := Register(t.Context(), s.run, e)
	if err != nil || app.ID == "" || p.Registered() != 1 {
		t.Fatalf("registered: %+v, %v", app, err)
	}
	signIn := func(app App, address string) (Token, error) {
		return Code(t.Context(), s.run, e, app, CodeOptions{User: alice, Open: func(page string) {
			redirect, err := p.Consent(page, address, oauthtest.Password)
			if err != nil {
				t.Error(err)
				return
			}
			get(t, "GET", redirect, nil)
		}})
	}
	tok, err := signIn(app, alice)
	if err != nil || tok.Refresh == "" {
		t.Fatalf("got %+v, %v", tok, err)
	}
	if _, ok := Look(tok.Access); ok {
		t.Errorf("an opaque token is read")
	}
	if tok, err = signIn(App{ID: oauthtest.ClientID}, alice); err != nil {
		t.Fatal(err)
	}
	rotates(t, s, e, tok)
}

// A code is good for one program: who has seen it on its way cannot use it (RFC 7636).
func TestProviderStolenCode(t *testing.T) {
	p, s, e := openID(t, false)
	app := App{ID: oauthtest.ClientID}
	_, err := Code(t.Context(), s.run, e, app, CodeOptions{Open: func(page string) {
		redirect, err := p.Consent(page, alice, oauthtest.Password)
		if err != nil {
			t.Error(err)
			return
		}
		u, _ := url.Parse(redirect)
		thief := &client{s.run, e, app}
		stolen := url.Values{"grant_type": {"authorization_code"}, "code": {u.Query().Get("code")}, "code_verifier": {random()}, "redirect_uri": {strings.Split(redirect, "?")[0]}}
		if _, err := thief.token(t.Context(), stolen); reasonOf(err) != SignInAgain {
			t.Errorf("the thief got %v", err)
		}
		get(t, "GET", redirect, nil)
	}})
	if err != nil {
		t.Errorf("and we: %v", err)
	}
}
