package autoconfig

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"mailcheck/checks"
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
		urls, err := metadataURLs(c.issuer)
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
		{`[]`, "https://a.example.com", "oauth.metadata-invalid"},
		{`{"issuer": 1}`, "https://a.example.com", "oauth.metadata-invalid"},
		{good + `, "x": "` + strings.Repeat("x", maxMetadata) + `"}`, "https://a.example.com", "oauth.metadata-invalid"},
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
		if urls, err := metadataURLs(issuer); err == nil && slices.ContainsFunc(urls, func(u string) bool { return !strings.HasPrefix(u, "https://") }) {
			t.Errorf("%q leads to %q", issuer, urls)
		}
		o, err := ParseMetadata(body, issuer)
		if err == nil && (!strings.HasPrefix(o.AuthURL, "https://") && !strings.HasPrefix(strings.ToLower(o.AuthURL), "https://") || len(o.Scopes) > maxScopes) {
			t.Errorf("accepted %+v", o)
		}
	})
}

func TestMailconf(t *testing.T) {
	got := mailconf([]string{"v=spf1 -all", "mailconf=https://a.example.com/x", "MailConf = https://b.example.com/y ", "mailconf", "mailconfig=https://c.example.com"})
	if want := []string{"https://a.example.com/x", "https://b.example.com/y"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, c := range []struct{ url, want string }{
		{"https://www.example.com/mail.xml", ""},
		{"http://www.example.com/mail.xml", "not https"},
		{"https://192.0.2.1/mail.xml", "192.0.2.1 is an IP address; a mail domain such as example.com is needed"},
		{"https://localhost/mail.xml", `the domain name "localhost" is not complete; it needs an ending, as in example.com`},
		{"https://www.example.com:8443/mail.xml", "not the standard port"},
		{"https://u:p@www.example.com/mail.xml", "it holds a user name"},
		{"mail.xml", "not a URL"},
	} {
		got := ""
		if err := checkMailconf(c.url); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.url, got, c.want)
		}
	}
}

func FuzzMailconf(f *testing.F) {
	f.Add("mailconf=https://www.example.com/mail.xml")
	f.Add("mailconf=//x")
	f.Fuzz(func(t *testing.T, record string) {
		for _, u := range mailconf([]string{record}) {
			if checkMailconf(u) == nil && !strings.HasPrefix(strings.ToLower(u), "https://") {
				t.Errorf("%q is accepted", u)
			}
		}
	})
}
