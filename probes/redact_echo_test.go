package probes

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf16"

	"mailcheck"
	"mailcheck/internal/lab"
)

// knowing returns what redacts one secret of alice@example.com at imap.example.com.
func knowing(secret string) redactor {
	return redactor{known: newSecrets(newSecret(secret), []string{"alice@example.com", "alice"}, "example.com", "imap.example.com")}
}

// special reports whether a character is one that codings write as an escape.
func special(r rune) bool { return r >= 0x80 || !inWord(r) }

// codings are the forms in which a server may repeat a secret.
var codings = map[string]func(string) string{
	"as it is": func(s string) string { return s }, "upper case": strings.ToUpper, "lower case": strings.ToLower,
	"hex": func(s string) string { return hex.EncodeToString([]byte(s)) }, "HEX": eachByte("%02X"), "spaced hex": eachByte("%02x "), "0x": eachByte("0x%02x, "),
	"escapes": eachByte(`\x%02x`), "percent": eachByte("%%%02X"), "quoted-printable": eachByte("=%02X"), "URL": url.QueryEscape, "path": url.PathEscape,
	"octal": eachByte(`\%03o`), "quoted": escaped, "Go": func(s string) string { return strconv.QuoteToASCII(s) },
	`\u`: eachUnit(`\u%04x`, nil), `\U`: eachUnit(`\u%04X`, nil), `\u of special characters`: eachUnit(`\u%04X`, special),
	"&#": eachUnit("&#%d;", nil), "&#x": eachUnit("&#x%x;", nil), "&#X of special characters": eachUnit("&#x%X;", special), "HTML": html.EscapeString,
	"base64, 0": base64After(""), "base64, 1": base64After("u"), "base64, 2": base64After("us"), "PLAIN": base64After("\x00alice\x00"),
	"base64 for URLs": func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	"UTF-16":          utf16le,
	"modified UTF-7":  modifiedUTF7,
}

func utf16le(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func eachByte(format string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
}

// eachUnit writes the units of UTF-16 of the characters that are chosen, or of all.
func eachUnit(format string, chosen func(rune) bool) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for _, r := range s {
			if chosen != nil && !chosen(r) {
				b.WriteRune(r)
				continue
			}
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, format, u)
			}
		}
		return b.String()
	}
}

func base64After(before string) func(string) string {
	return func(s string) string { return base64.StdEncoding.EncodeToString([]byte(before + s + "\x01\x01")) }
}

func modifiedUTF7(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(s, "&", "&-") {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		units := utf16.AppendRune(nil, r)
		var big []byte
		for _, u := range units {
			big = append(big, byte(u>>8), byte(u))
		}
		b.WriteString("&" + strings.ReplaceAll(base64.RawStdEncoding.EncodeToString(big), "/", ",") + "-")
	}
	return b.String()
}

// However a server repeats a secret, and however little of it, nothing of its line comes
// through but the status.
func TestEchoesAreConcealed(t *testing.T) {
	cuts := map[string]func(string) string{
		"cut short":  func(s string) string { return s[:max(len(s)*3/4, min(len(s), 8))] },
		"base64 cut": func(s string) string { return base64After("user")(s)[:len(s)] },
		"folded":     func(s string) string { return s[:len(s)/2] + "\r\n" + s[len(s)/2:] },
	}
	for _, secret := range []string{`Tr0ub4dor&3 "ü" \ x?`, "correct horse battery", strings.Repeat("eyJhbGciOi.", 100) + "tail/+=", "hunter2", "available1", "Grüße-2025", "pässwörd", "密码Xq7密码"} {
		r := knowing(secret)
		for name, form := range codings {
			if shown := r.conceal("535 5.7.8 you sent <" + form(secret) + ">"); shown != "535 5.7.8 "+hidden {
				t.Errorf("%s of %.20q is shown as %q", name, secret, shown)
			}
		}
		for name, form := range cuts {
			if shown := r.conceal("NO [AUTH] you sent <" + form(secret)); len(secret) >= 2*telling && shown != "NO [AUTH] "+hidden {
				t.Errorf("%s of %.20q is shown as %q", name, secret, shown)
			}
		}
	}
}

// What servers say to anybody stays, whatever the secret is: what is hidden would tell it.
func TestOrdinaryWordsStay(t *testing.T) {
	for _, text := range []string{
		"NO [UNAVAILABLE] Temporarily unavailable", "535 5.7.8 Error: authentication failed: incorrect password", "NO corrected by a horseman",
		"l1 NO [AUTHENTICATIONFAILED] Authentication failed.", "NO LOGIN failed.", "-ERR [SYS/TEMP] Temporary authentication failure.",
		"BAD Error in IMAP command received by server.", "-ERR Unknown command.", "NO Login failed: authentication failure",
		"NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
		"535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", "NO [ALERT] Please use port 993 at 10:15 in 2025",
		"535 5.7.8 Username and Password not accepted. For more information, go to / 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp",
		"NO Ihr Passwort ist abgelaufen", "535 Falsche Zugangsdaten", "535 Nom d'utilisateur ou mot de passe incorrect", "535 Неверный логин или пароль", "535 用户名或密码错误",
		"-ERR mailbox already in use by pid 1234", "535 alice@example.com: wrong password", "NO no user alice at imap.example.com", "334 UGFzc3dvcmQ6", "+ VXNlcm5hbWU6",
	} {
		secrets := []string{"available1", "unavailable1", "correct horse", "incorrect1", "failed!", "password1", "Password-2025", "a", "ok", "123", "993", "2025", "10", "Dovecot2", "imap.example.com1", "alice1", "alice@example.com", "correct", "horse battery"}
		words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !inWord(r) })
		if strings.Contains(text, "horse") || strings.HasPrefix(text, "334") || strings.HasPrefix(text, "+") || strings.Contains(text, "密") {
			words = nil // which are not ordinary, or no words
		}
		for i, word := range words {
			secrets = append(secrets, word, word+"1", word+" x9", word+word, strings.ToUpper(word), word[:len(word)/2], word[len(word)/3:])
			if i > 0 && !digits(word) && !digits(words[i-1]) {
				secrets = append(secrets, words[i-1]+" "+word, words[i-1]+word)
			}
		}
		for _, secret := range secrets {
			r := knowing(secret)
			if shown := r.conceal(text); shown != text {
				t.Errorf("with the password %q, %q is shown as %q", secret, text, shown)
			}
		}
	}
}

// A command that comes back is hidden even if the password is an ordinary word, and
// whatever it is.
func TestRepeatedCommands(t *testing.T) {
	for _, secret := range []string{"a", "ok", "123", "993", "password", "login", "failed", "alice", "correct horse"} {
		r := knowing(secret)
		for _, text := range []string{
			"-ERR Unknown command: PASS " + secret, `BAD LOGIN "alice" "` + secret + `"`, "BAD what is l1 LOGIN alice " + secret, `BAD "alice@example.com" "` + secret + `"?`,
			`BAD LOGIN \"alice\" \"` + secret + `\"`,
		} {
			if shown := r.conceal(text); shown != head(text)+hidden {
				t.Errorf("with the password %q, %q is shown as %q", secret, text, shown)
			}
		}
	}
}

// The rest of an echo is hidden as well, though it is too short to be known.
func TestFoldedEchoes(t *testing.T) {
	r := knowing("correct horse battery")
	for _, c := range []struct{ line, want string }{
		{"535-you sent <correct horse batt", "535-[hidden]"}, {"535 ery>", "535 [hidden]"},
	} {
		if got := r.heard(c.line); got != c.want {
			t.Errorf("%q is shown as %q", c.line, got)
		}
	}
	r.said("QUIT")
	if got := r.heard("221 Bye"); got != "221 Bye" {
		t.Errorf("the farewell is shown as %q", got)
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
