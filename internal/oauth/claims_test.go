package oauth

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"mailcheck"
)

func jwt(claims string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

var noon = time.Unix(1_800_000_000, 0)

func TestFaults(t *testing.T) {
	const good = `"iss":"https://sts.windows.net/4711/","tid":"4711","upn":"Alice@example.com","aud":"https://outlook.office.com","scp":"IMAP.AccessAsUser.All SMTP.Send","exp":1800000600`
	for _, c := range []struct {
		claims   string
		protocol mailcheck.Protocol
		want     []Fault
	}{
		{good, mailcheck.IMAP, nil},
		{good, mailcheck.POP3, []Fault{ScopeMissing}},
		{strings.Replace(good, "1800000600", "1799999000", 1), mailcheck.IMAP, []Fault{Expired}},
		{strings.Replace(good, "https://outlook.office.com", "https://graph.microsoft.com", 1), mailcheck.IMAP, []Fault{OtherService}},
		{strings.Replace(good, "https://outlook.office.com", "00000003-0000-0000-c000-000000000000", 1), mailcheck.IMAP, []Fault{OtherService}},
		{strings.Replace(good, "https://outlook.office.com", "00000002-0000-0ff1-ce00-000000000000", 1), mailcheck.IMAP, nil},
		{strings.Replace(good, `"https://outlook.office.com"`, `["x","https://outlook.office.com/"]`, 1), mailcheck.IMAP, nil},
		{strings.Replace(good, "Alice", "bob", 1), mailcheck.IMAP, []Fault{OtherUser}},
		{`"iss":"https://login.example.com","aud":"x","scope":"openid","email":"alice@example.com","exp":1`, mailcheck.IMAP, []Fault{Expired}},
		{`"sub":"4711"`, mailcheck.IMAP, nil},
		{`"exp":"never","aud":7,"scp":{"x":1},"upn":["a@b"],"iss":null`, mailcheck.IMAP, nil},
		{`"exp":1e300`, mailcheck.IMAP, nil},
	} {
		got, ok := Look(jwt("{" + c.claims + "}"))
		if faults := got.Faults("alice@example.com", c.protocol, noon); !ok || !slices.Equal(faults, c.want) {
			t.Errorf("%s: got %v (%+v), want %v", c.claims, faults, got, c.want)
		}
	}
	for _, token := range []string{"", "EwBwA8l6BAAU", "a.b", "a.b.c", "a.e30.c.d", jwt("[]"), jwt(`{"a":1,"a":2}`), jwt(`{"upn":"x` + strings.Repeat("x", maxSecret) + `"}`)} {
		if c, ok := Look(token); ok {
			t.Errorf("%.40q is read as %+v", token, c)
		}
	}
}

func FuzzLook(f *testing.F) {
	f.Add(jwt(`{"aud":["a"],"scp":"b c","exp":1800000000,"upn":"a@b"}`))
	f.Fuzz(func(t *testing.T, token string) {
		c, ok := Look(token)
		shown := append(append([]string{c.Issuer, c.Tenant, c.User}, c.Audience...), c.Scopes...)
		if !ok && len(strings.Join(shown, "")) > 0 || slices.ContainsFunc(shown, func(s string) bool { return !mailcheck.Printable(s) }) {
			t.Errorf("%q is read as %+v", token, c)
		}
		c.Faults("a@b", mailcheck.IMAP, noon)
	})
}
