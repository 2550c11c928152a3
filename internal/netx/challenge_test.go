package netx

import (
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
