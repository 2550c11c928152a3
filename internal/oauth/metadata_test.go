package oauth

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"mailcheck/checks"
	"mailcheck/internal/lab"
)

func TestMetadataURLs(t *testing.T) {
	for _, c := range []struct{ issuer, want string }{
		{"https://auth.example.com", "https://auth.example.com/.well-known/oauth-authorization-server https://auth.example.com/.well-known/openid-configuration"},
		{"https://auth.example.com/", "https://auth.example.com/.well-known/oauth-authorization-server https://auth.example.com/.well-known/openid-configuration"},
		{"https://auth.example.com/realms/mail", "https://auth.example.com/.well-known/oauth-authorization-server/realms/mail https://auth.example.com/realms/mail/.well-known/openid-configuration"},
		{"auth.example.com", "https://auth.example.com/.well-known/oauth-authorization-server https://auth.example.com/.well-known/openid-configuration"},
		{"", "not a URL"},
		{"http://auth.example.com", "not https"},
		{"https://user@auth.example.com", "user name, query and fragment are not allowed"},
		{"https://auth.example.com?x=1", "user name, query and fragment are not allowed"},
		{"https://192.0.2.1", "192.0.2.1 is an IP address; a mail domain such as example.com is needed"},
		{"https://auth.example.com/\x1b[2J", "invisible or control characters"},
	} {
		urls, err := MetadataURLs(c.issuer)
		got := strings.Join(urls, " ")
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q: got %s, want %s", c.issuer, got, c.want)
		}
	}
}

func TestParseMetadata(t *testing.T) {
	const good = `{"issuer": "https://a.example.com", "authorization_endpoint": "https://a.example.com/auth", "token_endpoint": "https://a.example.com/token"`
	for _, c := range []struct{ body, issuer, want string }{
		{good + `}`, "https://a.example.com", ""},
		{good + `}`, "a.example.com", ""},
		{good + `, "scopes_supported": ["mail"], "x": {"y": [1]}}`, "https://a.example.com", ""},
		{good + `}`, "https://a.example.com/", "oauth.issuer-mismatch"},
		{good + `}`, "https://b.example.com", "oauth.issuer-mismatch"},
		{good + `, "device_authorization_endpoint": "http://a.example.com/device"}`, "https://a.example.com", "oauth.metadata-invalid"},
		{strings.Replace(good, "https://a.example.com/token", "javascript:alert(1)", 1) + `}`, "https://a.example.com", "oauth.metadata-invalid"},
		{good, "https://a.example.com", "oauth.metadata-invalid"},
		{good + `} {}`, "https://a.example.com", "oauth.metadata-invalid"},
		{good + `, "issuer": "https://b.example.com"}`, "https://a.example.com", "oauth.metadata-invalid"},
		{good + `, "Token_Endpoint": "https://evil.example.net/"}`, "https://a.example.com", ""},
		{good + `, "registration_endpoint": "http://a.example.com/register"}`, "https://a.example.com", "oauth.metadata-invalid"},
		{good + `, "revocation_endpoint": "https://user:secret@a.example.com/"}`, "https://a.example.com", "oauth.metadata-invalid"},
		{good + `, "revocation_endpoint": ["https://a.example.com/"]}`, "https://a.example.com", "oauth.metadata-invalid"},
		{good + `, "scopes_supported": [1, null, "mail", "\u202email"]}`, "https://a.example.com", ""},
		{strings.Replace(good, "https://a.example.com/token", "https://a.example.com/#token", 1) + `}`, "https://a.example.com", "oauth.metadata-invalid"},
		{strings.Replace(good, `"https://a.example.com/token"`, "null", 1) + `}`, "https://a.example.com", "oauth.metadata-invalid"},
		{`[]`, "https://a.example.com", "oauth.metadata-invalid"},
		{`{"issuer": 1}`, "https://a.example.com", "oauth.metadata-invalid"},
		{good + `, "x": "` + strings.Repeat("x", maxDocument) + `"}`, "https://a.example.com", "oauth.metadata-invalid"},
		{strings.Repeat("[", 20000), "https://a.example.com", "oauth.metadata-invalid"},
	} {
		_, err := ParseMetadata([]byte(c.body), c.issuer)
		got := ""
		if e, ok := errors.AsType[*checks.Error](err); ok {
			got = e.Check.ID
		}
		if got != c.want {
			t.Errorf("%.60s for %s: got %s (%v), want %s", c.body, c.issuer, got, err, c.want)
		}
	}
}

func FuzzParseMetadata(f *testing.F) {
	f.Add([]byte(`{"issuer": "https://a.example.com", "authorization_endpoint": "https://a.example.com/auth", "token_endpoint": "https://a.example.com/token", "scopes_supported": ["mail"]}`), "https://a.example.com")
	f.Add([]byte(`{}`), "a.example.com")
	f.Fuzz(func(t *testing.T, body []byte, issuer string) {
		if urls, err := MetadataURLs(issuer); err == nil && slices.ContainsFunc(urls, func(u string) bool { return !strings.HasPrefix(u, "https://") }) {
			t.Errorf("%q leads to %q", issuer, urls)
		}
		o, err := ParseMetadata(body, issuer)
		if err == nil && (!strings.HasPrefix(o.Authorize, "https://") && !strings.HasPrefix(strings.ToLower(o.Authorize), "https://") || len(o.Supported) > maxScopes) {
			t.Errorf("accepted %+v", o)
		}
	})
}

const goodMetadata = `{"issuer":"https://login.example.com","authorization_endpoint":"https://login.example.com/a","token_endpoint":"https://login.example.com/t",
	"device_authorization_endpoint":"https://login.example.com/d","registration_endpoint":"https://login.example.com/r","revocation_endpoint":"https://login.example.com/v",
	"authorization_response_iss_parameter_supported":true,"token_endpoint_auth_methods_supported":["client_secret_basic"],
	"scopes_supported":["openid","urn:ietf:params:oauth:scope:mail","calendar","offline_access"]}`

func TestDiscover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const openID = "/.well-known/openid-configuration"
		for name, c := range map[string]struct {
			at, body lab.Reply
			want     string // the check; "ok" where all is well
		}{
			"as RFC 8414 has it":       {lab.JSON(goodMetadata), lab.Status(404), "ok"},
			"as OpenID Connect has it": {lab.Status(404), lab.JSON(goodMetadata), "ok"},
			"nowhere":                  {lab.Status(404), lab.Status(500), "oauth.metadata-missing"},
			"somebody else":            {lab.JSON(strings.ReplaceAll(goodMetadata, "login.", "evil.")), lab.Status(404), "oauth.issuer-mismatch"},
			"a page":                   {lab.HTML("<title>404</title>"), lab.JSON(goodMetadata), "oauth.metadata-invalid"},
			"a huge one":               {lab.JSON(goodMetadata + strings.Repeat(" ", maxDocument)), lab.JSON(goodMetadata), "oauth.metadata-invalid"},
			"a bomb":                   {lab.GzipBomb(64 << 20), lab.JSON(goodMetadata), "http.too-large"},
			"moved to http":            {lab.Redirect("http://login.example.com/x"), lab.JSON(goodMetadata), "http.to-unencrypted"},
		} {
			s := serve(t, map[string][]lab.Reply{metaURL: {c.at}, openID: {c.body}})
			e, err := Discover(t.Context(), s.run, issuer)
			got := "ok"
			if wrong, ok := errors.AsType[*checks.Error](err); ok {
				got = wrong.Check.ID
			} else if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%s: got %s (%v), want %s", name, got, err, c.want)
			}
			if err != nil {
				continue
			}
			if e.Token != issuer+"/t" || e.Device != issuer+"/d" || e.Register != issuer+"/r" || e.Revoke != issuer+"/v" || !e.NamesIss || !e.Basic || !slices.Equal(e.Scopes, mailScopes[0]) {
				t.Errorf("%s: got %+v", name, e)
			}
		}
		if _, err := Discover(t.Context(), serve(t, nil).run, "http://login.example.com"); err == nil {
			t.Error("an issuer over http is asked")
		}
		s := serve(t, nil)
		if _, err := Discover(t.Context(), s.run, "https://gone.example.org"); err == nil || len(s.Requests()) > 0 {
			t.Errorf("got %v", err)
		}
	})
}

func TestForMail(t *testing.T) {
	for listed, want := range map[string]string{
		"": "", "calendar": "", "openid email phone": "openid email",
		"openid email offline_access":                                 "openid email offline_access",
		"offline_access smtp imap x":                                  "imap smtp offline_access",
		"mail openid contacts":                                        "mail openid",
		"urn:ietf:params:oauth:scope:mail openid imap":                "urn:ietf:params:oauth:scope:mail",
		"https://www.fastmail.com/dev/protocol-imap offline_access x": "https://www.fastmail.com/dev/protocol-imap offline_access",
	} {
		if got := joined(forMail(strings.Fields(listed))); got != want {
			t.Errorf("of %q asked for %q, not %q", listed, got, want)
		}
	}
}
