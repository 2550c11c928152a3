package oauth

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"mailcheck/internal/lab"
	"mailcheck/internal/netx"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	host    = "login.example.com"
	issuer  = "https://" + host
	metaURL = "/.well-known/oauth-authorization-server"
)

// endpoints are those of the server in the tests.
var endpoints = Endpoints{
	Issuer: issuer, Authorize: issuer + "/authorize", Token: issuer + "/token", Device: issuer + "/device",
	Register: issuer + "/register", Revoke: issuer + "/revoke", Scopes: []string{"mail", "offline_access"},
}

var app = App{ID: "our-app"}

// server is an authorization server in the lab, that answers each path in turn with
// what is in its list; the last one again and again.
type server struct {
	*lab.Lab
	run     *netx.Run
	asked   map[string][]url.Values // by path
	headers map[string][]http.Header
}

// serve starts an authorization server.
func serve(t *testing.T, answers map[string][]lab.Reply) *server {
	t.Helper()
	s := &server{asked: map[string][]url.Values{}, headers: map[string][]http.Header{}}
	routes := map[string]lab.Reply{}
	for path, replies := range answers {
		routes[path] = func(c *lab.Conn, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			form, _ := url.ParseQuery(string(body))
			r.Body = io.NopCloser(bytes.NewReader(body))
			n := len(s.asked[path])
			s.asked[path] = append(s.asked[path], form)
			s.headers[path] = append(s.headers[path], r.Header.Clone())
			replies[min(n, len(replies)-1)](c, r)
		}
	}
	s.Lab = lab.New(lab.Scenario{
		Name: "an authorization server", Zone: host + ". A 192.0.2.1\nevil.example.net. A 192.0.2.2\n",
		Hosts: map[string]lab.Host{
			"192.0.2.1": {443: lab.TLS(lab.Cert{Names: []string{host}}, lab.HTTP(routes))},
			"192.0.2.2": {443: lab.TLS(lab.Cert{Names: []string{"evil.example.net"}}, lab.HTTP(map[string]lab.Reply{"*": lab.JSON(`{"access_token":"x","token_type":"Bearer"}`)}))},
		},
	})
	n, err := netx.New(s.Options())
	if err != nil {
		t.Fatal(err)
	}
	s.run = n.Run()
	t.Cleanup(func() { n.Close(); s.Close() })
	return s
}

// status answers with a status and a body.
func status(code int, body string, header ...string) lab.Reply {
	return func(c *lab.Conn, r *http.Request) {
		resp := &http.Response{StatusCode: code, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body))}
		for i := 0; i+1 < len(header); i += 2 {
			resp.Header.Set(header[i], header[i+1])
		}
		resp.Write(c)
	}
}

// refused answers as RFC 6749 section 5.2 has it.
func refused(code string) lab.Reply { return status(400, `{"error":"`+code+`"}`) }

const goodToken = `{"access_token":"access-1","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-1","scope":"mail"}`

// reasonOf returns why something was refused; empty where it was not.
func reasonOf(err error) Reason {
	if r, ok := refusal(err); ok {
		return r.Reason
	}
	return ""
}

// mustHide fails where an error shows what is secret.
func mustHide(t *testing.T, err error, secrets ...string) {
	t.Helper()
	if err == nil {
		return
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error has a secret in it: %v", err)
		}
	}
	if strings.ContainsAny(err.Error(), "\x00\x1b\n\r") {
		t.Errorf("the error has control characters: %q", err)
	}
}
