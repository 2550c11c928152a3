package oauth

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"mailcheck/internal/lab"
)

func TestRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told registration
		s := serveRaw(t, func(c *lab.Conn, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if err := json.Unmarshal(body, &told); err != nil {
				t.Error(err)
			}
			status(201, `{"client_id":"made-for-us","client_id_issued_at":1,"redirect_uris":["http://127.0.0.1/callback"]}`)(c, r)
		})
		made, err := Register(t.Context(), s.run, endpoints)
		if err != nil || made != (App{ID: "made-for-us"}) {
			t.Fatalf("got %+v, %v", made, err)
		}
		if told.Auth != "none" || !slices.Equal(told.Redirects, []string{DefaultRedirect}) || !slices.Contains(told.Grants, deviceGrant) || told.Scope != "mail offline_access" || told.Kind != "native" {
			t.Errorf("told %+v", told)
		}
	})
}

func serveRaw(t *testing.T, reply lab.Reply) *server {
	return serve(t, map[string][]lab.Reply{"/register": {reply}})
}

func TestRegisterRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			answer lab.Reply
			want   Reason
		}{
			"closed":            {status(403, `{"error":"insufficient_scope"}`), RegistrationClosed},
			"wants a token":     {status(401, ""), RegistrationClosed},
			"gone":              {lab.Status(404), RegistrationClosed},
			"not this redirect": {refused("invalid_redirect_uri"), RedirectWrong},
			"not these words":   {refused("invalid_client_metadata"), RegistrationClosed},
			"no id":             {status(201, `{}`), Broken},
			"a strange id":      {status(201, `{"client_id":"a\r\nb"}`), Broken},
			"a page":            {lab.HTML("welcome"), Broken},
			"sent elsewhere":    {status(307, "", "Location", "https://evil.example.net/"), Redirected},
		} {
			s := serveRaw(t, c.answer)
			made, err := Register(t.Context(), s.run, endpoints)
			if reasonOf(err) != c.want || made.ID != "" {
				t.Errorf("%s: got %+v, %v", name, made, err)
			}
		}
		none := endpoints
		none.Register = ""
		if _, err := Register(t.Context(), serve(t, nil).run, none); err == nil {
			t.Error("registered nowhere")
		}
	})
}
