package netx

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestChallenges(t *testing.T) {
	for _, c := range []struct{ headers, want string }{
		{"", ""},
		{`Basic realm="mail.example.com"`, "Basic"},
		{"Negotiate|NTLM|Basic realm=\"mail.example.com\"", "Negotiate NTLM Basic"},
		{`Bearer client_id="00000002", trusted_issuers="a@b,c@d", token_types="app_asserted_user_v1 service_asserted_app_v1", Basic Realm=""`, "Bearer Basic"},
		{`basic realm="a"|Basic realm="b"`, "basic"},
		{`NTLM TlRMTVNTUAAC=`, "NTLM"},
		{` , ,"`, ""},
	} {
		if got := strings.Join(Challenges(strings.Split(c.headers, "|")), " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.headers, got, c.want)
		}
	}
}

func FuzzChallenges(f *testing.F) {
	f.Add(`Bearer client_id="0", trusted_issuers="a@b,c@d", Basic Realm=""`)
	f.Add("Negotiate oYIB==, NTLM")
	f.Fuzz(func(t *testing.T, value string) {
		for _, name := range Challenges([]string{value}) {
			if name == "" || strings.ContainsAny(name, " =\",") {
				t.Errorf("%q is no name of a scheme", name)
			}
		}
	})
}

// A caller that does not want redirects followed gets the answer itself, and asks
// where it leads under the rules that Fetch has.
func TestNoFollow(t *testing.T) {
	onWeb(t, map[string]func(io.Writer, *http.Request){"a.example/": redirectTo("https://b.example/x")}, func(t *testing.T, w *web, n *Run) {
		doc, err := n.Fetch(t.Context(), Request{Method: http.MethodPost, URL: "https://a.example/", NoFollow: true})
		if err != nil || doc.Status != http.StatusFound || len(w.asked) != 1 {
			t.Fatalf("%+v, %v, asked %q", doc, err, w.asked)
		}
		to, err := RedirectTarget(doc.URL, doc.Header.Get("Location"))
		if err != nil || to != "https://b.example/x" {
			t.Errorf("leads to %q, %v", to, err)
		}
	})
	for _, location := range []string{"http://b.example/", "https://192.0.2.1/", "https://b.example:8443/", "https://me@b.example/", "https://localhost/", ""} {
		if to, err := RedirectTarget("http://a.example/", location); err == nil {
			t.Errorf("%q leads to %q", location, to)
		}
	}
}
