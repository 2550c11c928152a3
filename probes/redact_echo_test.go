package probes

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf16"

	"mailcheck"
	"mailcheck/internal/lab"
)

// However a server repeats a secret, and however little of it, nothing of use comes
// through.
func TestEchoesAreConcealed(t *testing.T) {
	utf16le := func(s string) string {
		var b strings.Builder
		for _, u := range utf16.Encode([]rune(s)) {
			b.WriteByte(byte(u))
			b.WriteByte(byte(u >> 8))
		}
		return b.String()
	}
	eachByte := func(format string) func(string) string {
		return func(s string) string {
			var b strings.Builder
			for _, c := range []byte(s) {
				fmt.Fprintf(&b, format, c)
			}
			return b.String()
		}
	}
	base64After := func(before string) func(string) string {
		return func(s string) string { return base64.StdEncoding.EncodeToString([]byte(before + s + "\x01\x01")) }
	}
	forms := map[string]func(string) string{
		"as it is": func(s string) string { return s }, "upper case": strings.ToUpper, "lower case": strings.ToLower,
		"hex": func(s string) string { return hex.EncodeToString([]byte(s)) }, "HEX": eachByte("%02X"), "spaced hex": eachByte("%02x "),
		"escapes": eachByte(`\x%02x`), "percent": eachByte("%%%02X"), "quoted-printable": eachByte("=%02X"), "URL": url.QueryEscape,
		"base64, 0": base64After(""), "base64, 1": base64After("u"), "base64, 2": base64After("us"), "quoted": escaped,
		"base64 for URLs": func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
		"UTF-16":          utf16le,
		"cut short":       func(s string) string { return s[:max(len(s)*3/4, min(len(s), 8))] },
		"base64 cut":      func(s string) string { return base64After("user")(s)[:len(s)] },
		"folded":          func(s string) string { return s[:len(s)/2] + "\r\n" + s[len(s)/2:] },
	}
	for _, secret := range []string{`Tr0ub4dor&3 "ü" \ x?`, "correct horse battery", strings.Repeat("eyJhbGciOi.", 100) + "tail/+=", "ok"} {
		r := redactor{echoes: []echoes{echoesOf(secret)}}
		for name, form := range forms {
			coded := form(secret)
			if len(secret) < 16 && (name == "cut short" || name == "folded" || name == "base64 cut" || strings.HasPrefix(name, "base64, ")) {
				continue
			}
			shown, left := r.conceal("535 you sent <"+coded+">"), 0
			for i := range len(coded) {
				for i+left < len(coded) && strings.Contains(shown, coded[i:i+left+1]) {
					left++
				}
			}
			if most := telling * (len(coded)/len(secret) + 1); left >= most {
				t.Errorf("%s of %.20q is shown as %q: %d bytes are left", name, secret, shown, left)
			}
		}
	}
	r := redactor{echoes: []echoes{echoesOf("correct horse")}}
	if got, want := r.conceal("NO correction by a horse"), "NO correction by a horse"; got != want {
		t.Errorf("text without the secret is shown as %q", got)
	}
}

// secretly logs in with a password at an IMAP server that answers so, and checks
// that nothing shown has any of the words.
func secretly(t *testing.T, password string, caps []string, on map[string]lab.Behaviour, words ...string) *mailcheck.Report {
	t.Helper()
	s, _ := lab.Find("login")
	s.Hosts = map[string]lab.Host{
		"imap.example.com": {993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.IMAP(lab.Mail{Host: "imap.example.com", TLSCaps: caps, On: on}))},
	}
	var r *mailcheck.Report
	synctest.Test(t, func(t *testing.T) {
		r, _ = visit(t, s, 0, accountWith(Options{Credentials: Credentials{Password: password, Username: "alice@example.com"}}))
		for _, word := range words {
			checkConcealed(t, r, word)
		}
	})
	return r
}

func TestSecretsInsideAnExchange(t *testing.T) {
	const password = "S3cret-Tempt@tion"
	coded := base64.StdEncoding.EncodeToString
	// A challenge that makes no sense, and repeats the password.
	secretly(t, password, []string{"IMAP4rev1", "SASL-IR", "LOGINDISABLED", "AUTH=SCRAM-SHA-256"},
		map[string]lab.Behaviour{"AUTHENTICATE": lab.Say("+ " + coded([]byte(password+",b,c")) + "\r\n")}, password)
	// What was computed from the password can be tried offline.
	var answer string
	secretly(t, password, []string{"IMAP4rev1", "LOGINDISABLED", "AUTH=CRAM-MD5"}, map[string]lab.Behaviour{"AUTHENTICATE": func(c *lab.Conn) {
		c.Say("+ " + coded([]byte("<1@a>")) + "\r\n")
		line := make([]byte, 200)
		n, _ := c.Read(line)
		answer = strings.TrimSpace(string(line[:n]))
		text, _ := base64.StdEncoding.DecodeString(answer)
		c.Say("* NO " + answer + "\r\n{tag} NO I do not like " + string(text) + "\r\n")
	}}, password)
	text, err := base64.StdEncoding.DecodeString(answer)
	_, digest, _ := strings.Cut(string(text), " ")
	if err != nil || len(digest) != 32 {
		t.Fatalf("the client answers %q", text)
	}
	r := secretly(t, password, []string{"IMAP4rev1", "LOGINDISABLED", "AUTH=CRAM-MD5"}, map[string]lab.Behaviour{
		"AUTHENTICATE": lab.Then(lab.Say("+ "+coded([]byte("<1@a>"))+"\r\n"), func(c *lab.Conn) { c.Read(make([]byte, 200)) }, lab.Say("{tag} NO "+digest+" "+answer+"\r\n")),
	}, digest, answer)
	if login := r.Servers[0].Login; login.State != mailcheck.LoginRefused {
		t.Errorf("the login is %+v", login)
	}
	// A password of two letters is seen in no form of its own.
	secretly(t, "ab", []string{"IMAP4rev1", "SASL-IR", "AUTH=PLAIN"},
		map[string]lab.Behaviour{"AUTHENTICATE": lab.Say("{tag} NO " + coded([]byte("\x00alice@example.com\x00ab")) + "\r\n")}, coded([]byte("\x00alice@example.com\x00ab")))
	// A line that is too long, and holds nothing but a long token, is no reason to break down.
	s, _ := lab.Find("login-token-rejected")
	token := strings.Repeat("eyJhbGciOi.", 180)
	s.Hosts = map[string]lab.Host{"imap.example.com": {993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.IMAP(lab.Mail{
		Host: "imap.example.com", TLSCaps: []string{"IMAP4rev1", "AUTH=XOAUTH2"}, On: map[string]lab.Behaviour{"AUTHENTICATE": lab.Say(strings.Repeat(token, 5))},
	}))}}
	synctest.Test(t, func(t *testing.T) {
		r, _ := visit(t, s, 0, accountWith(Options{Credentials: Credentials{Token: token}}))
		checkConcealed(t, r, token[:40])
	})
}
