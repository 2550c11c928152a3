package oauth

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck/internal/lab"
)

const goodDevice = `{"device_code":"dev-secret","user_code":"ABCD-EFGH","verification_uri":"https://login.example.com/activate","expires_in":900,"interval":5}`

// signIn runs the device flow under fake time.
func signIn(t *testing.T, device string, token ...lab.Reply) (tok Token, prompt DevicePrompt, took time.Duration, s *server, err error) {
	s = serve(t, map[string][]lab.Reply{"/device": {lab.JSON(device)}, "/token": token})
	start := time.Now()
	tok, err = Device(t.Context(), s.run, endpoints, app, func(p DevicePrompt) { prompt = p })
	took = time.Since(start)
	mustHide(t, err, "dev-secret", "access-1", "refresh-1")
	return
}

func TestDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tok, prompt, took, s, err := signIn(t, goodDevice, refused("authorization_pending"), refused("slow_down"), lab.JSON(goodToken))
		if err != nil || tok.Access != "access-1" || tok.Refresh != "refresh-1" || len(tok.Lacks(endpoints.Scopes)) > 0 {
			t.Fatalf("got %+v, %v", tok, err)
		}
		if prompt.Code != "ABCD-EFGH" || prompt.URL != "https://login.example.com/activate" || prompt.Complete != "" {
			t.Errorf("shown: %+v", prompt)
		}
		if took < 20*time.Second || took > 21*time.Second { // 5 s, 5 s, and 10 s after the server has asked for patience
			t.Errorf("it took %v", took)
		}
		if form := s.asked["/device"][0]; form.Get("client_id") != "our-app" || form.Get("scope") != "mail offline_access" {
			t.Errorf("sent to begin: %v", form)
		}
		if form := s.asked["/token"][2]; form.Get("device_code") != "dev-secret" || form.Get("grant_type") != deviceGrant || form.Get("client_id") != "our-app" || form.Has("client_secret") {
			t.Errorf("sent to ask: %v", form)
		}
	})
}

func TestDeviceEnds(t *testing.T) {
	for name, c := range map[string]struct {
		token []lab.Reply
		want  Reason
		polls int
	}{
		"declined":          {[]lab.Reply{refused("authorization_pending"), refused("access_denied")}, Declined, 2},
		"expired":           {[]lab.Reply{refused("expired_token")}, CodeExpired, 1},
		"used already":      {[]lab.Reply{refused("invalid_grant")}, CodeExpired, 1},
		"nobody typed it":   {[]lab.Reply{refused("authorization_pending")}, CodeExpired, 180},
		"down for a moment": {[]lab.Reply{status(503, ""), lab.JSON(goodToken)}, "", 2},
		"down":              {[]lab.Reply{status(503, "")}, Unavailable, maxMisses},
		"redirects":         {[]lab.Reply{status(307, "", "Location", "https://evil.example.net/")}, Redirected, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, _, _, s, err := signIn(t, goodDevice, c.token...)
				if reasonOf(err) != c.want || len(s.asked["/token"]) != c.polls {
					t.Errorf("got %v after %d requests", err, len(s.asked["/token"]))
				}
			})
		})
	}
}

// A connection that breaks is no answer; the next request may get one (RFC 8628
// section 3.5).
func TestDeviceBrokenConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, _, s, err := signIn(t, goodDevice, func(c *lab.Conn, _ *http.Request) { c.Reset() }, lab.JSON(goodToken))
		if err != nil || len(s.asked["/token"]) != 2 {
			t.Errorf("got %v after %d requests", err, len(s.asked["/token"]))
		}
	})
}

func TestDeviceCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, map[string][]lab.Reply{"/device": {lab.JSON(goodDevice)}, "/token": {refused("authorization_pending")}})
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		start := time.Now()
		_, err := Device(ctx, s.run, endpoints, app, func(DevicePrompt) {})
		if err == nil || time.Since(start) != 12*time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
	})
}

// What a hostile server says must neither be shown nor waited for.
func TestDeviceHostile(t *testing.T) {
	with := func(from, to string) string { return strings.Replace(goodDevice, from, to, 1) }
	for name, c := range map[string]struct {
		device string
		ok     bool
	}{
		"null":                     {`null`, false},
		"a list":                   {`[` + goodDevice + `]`, false},
		"a page that is a script":  {with("https://login.example.com/activate", "javascript:alert(1)"), false},
		"a page over http":         {with("https://login.example.com", "http://login.example.com"), false},
		"a page with a login":      {with("https://login", "https://login.microsoftonline.com@login"), false},
		"a page with escapes":      {with("/activate", `/\u001b[2J`), false},
		"a code with escapes":      {with("ABCD", `A\u001b]0;x\u0007`), false},
		"a code that turns around": {with("ABCD", `\u202eABCD`), false},
		"a long code":              {with("ABCD", strings.Repeat("A", 100)), false},
		"no code":                  {with("dev-secret", ""), false},
		"NUL in the device code":   {with("dev-secret", `dev\u0000secret`), false},
		"two codes":                {with("{", `{"user_code":"OTHER",`), false},
		"numbers as text":          {with(`900,"interval":5`, `"900","interval":"5"`), true},
		"a negative interval":      {with(`"interval":5`, `"interval":-1`), true},
		"an interval of days":      {with(`"interval":5`, `"interval":1e300`), true},
		"no interval":              {with(`,"interval":5`, ``), true},
		"it never expires":         {with(`"expires_in":900`, `"expires_in":1e999`), true},
		"an interval of words":     {with(`"interval":5`, `"interval":"often"`), false},
		"cut off":                  {goodDevice[:len(goodDevice)-1], false},
		"twice":                    {goodDevice + goodDevice, false},
		"deep":                     {`{"x":` + strings.Repeat("[", 20000) + `}`, false},
		"huge":                     {with("{", `{"x":"`+strings.Repeat("x", maxDocument)+`",`), false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, prompt, took, _, err := signIn(t, c.device, lab.JSON(goodToken))
				if c.ok != (err == nil) || took > pollMax+time.Second || !c.ok && prompt.URL != "" {
					t.Errorf("got %v after %v, shown %+v", err, took, prompt)
				}
				if !c.ok && reasonOf(err) != Broken {
					t.Errorf("reason %q", reasonOf(err))
				}
				if c.ok && (took < pollMin || time.Until(prompt.Expires) > maxDevice) {
					t.Errorf("asked after %v, expires at %v", took, prompt.Expires)
				}
			})
		})
	}
}
