package probes

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/internal/sasl"
)

// What a token says of itself is told to the person, each fault with what to do, and the
// token never.
func TestTokenFaults(t *testing.T) {
	for claims, want := range map[string]string{
		`{"exp":1800000000}`:                "",
		`{"exp":1700000000}`:                "ended on 2023-11-14 22:13 UTC",
		`{"email":"bob@example.com"}`:       "is for bob@example.com, and the login was as alice@example.com",
		`{"email":"alice@example.com"}`:     "",
		`{"email":"bob\u202e@example.com"}`: "",
		`{"iss":"https://sts.windows.net/1/","aud":"https://graph.microsoft.com"}`:                                    "is for https://graph.microsoft.com, not for the mail service",
		`{"iss":"https://sts.windows.net/1/","aud":"https://outlook.office.com","scp":"POP.AccessAsUser.All"}`:        "is for POP.AccessAsUser.All, which is not for this protocol",
		`{"iss":"https://sts.windows.net/1/","aud":"https://outlook.office.com","scp":"IMAP.AccessAsUser.All other"}`: "",
	} {
		token := "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
		login := sasl.Login{User: "alice@example.com", Secret: token, Server: mailcheck.Server{Protocol: mailcheck.IMAP}}
		got := tokenFaults(login, time.Unix(1_750_000_000, 0)).String()
		if (want == "") != (got == "") || !strings.Contains(got, want) || strings.Contains(got, token) {
			t.Errorf("%s: %q, not %q", claims, got, want)
		}
	}
	if got := tokenFaults(sasl.Login{Secret: "ya29.opaque"}, time.Now()); !got.Empty() {
		t.Errorf("an opaque token says %q", got)
	}
}
