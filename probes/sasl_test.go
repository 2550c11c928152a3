package probes

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/xdg-go/scram"

	"mailcheck"
	"mailcheck/internal/lab"
)

// What is said is what the documents want, to the byte.
func TestFirstMessages(t *testing.T) {
	server := mailcheck.Server{Host: "imap.example.com", Port: 993}
	for _, c := range []struct {
		start func(login) (*saslExchange, error)
		user  string
		want  string
	}{
		{plain, "alice@example.com", "\x00alice@example.com\x00s"},
		// https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
		{xoauth2, "alice@example.com", "user=alice@example.com\x01auth=Bearer s\x01\x01"},
		// RFC 7628 section 4.1, RFC 5801 section 4
		{oauthBearer, "alice@example.com", "n,a=alice@example.com,\x01host=imap.example.com\x01port=993\x01auth=Bearer s\x01\x01"},
		{oauthBearer, "a=b,c", "n,a=a=3Db=2Cc,\x01host=imap.example.com\x01port=993\x01auth=Bearer s\x01\x01"},
	} {
		x, err := c.start(login{user: c.user, secret: "s", server: server})
		if err != nil || string(x.initial) != c.want {
			t.Errorf("%q, %v is said, want %q", x.initial, err, c.want)
		}
	}
	// A refusal comes with its reason, which is answered once (RFC 7628 section 3.2.3).
	for answer, start := range map[string]func(login) (*saslExchange, error){"": xoauth2, "\x01": oauthBearer} {
		x, _ := start(login{user: "alice", secret: "s", server: server})
		got, err := x.answer([]byte(`{"status":"invalid_token"}`))
		if string(got) != answer || err != nil || x.said == "" {
			t.Errorf("a refusal is answered %q, %v", got, err)
		}
		if _, err := x.answer([]byte("more")); err == nil {
			t.Error("a second challenge is answered")
		}
	}
}

// A server that cheats in SCRAM gets no proof, or its consent counts for nothing.
func TestDishonestSCRAM(t *testing.T) {
	begin := func() (*saslExchange, string) {
		x, err := scramExchange(login{user: "alice", secret: "correct horse"}, scram.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(x.initial), "n,,n=alice,r=") {
			t.Errorf("%q claims a channel binding that is not there", x.initial)
		}
		return x, string(x.initial[strings.Index(string(x.initial), "r="):])
	}
	salt := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef"))
	for _, first := range []string{
		"%r,s=" + salt + ",i=4096",                            // nothing added
		"r=mine,s=" + salt + ",i=4096",                        // another nonce
		"%rx,s=" + salt + ",i=4095",                           // too cheap
		"%rx,s=" + salt + ",i=600001",                         // too costly
		"%rx,s=" + salt + ",i=99999999999999999999999",        // no number
		"%rx,s=" + salt + ",i=-1",                             //
		"m=extension,%rx,s=" + salt + ",i=4096",               // an extension that has to be known
		"%rx,i=4096,s=" + salt,                                // another order
		"%rx,s=" + salt + ",x=1,i=1000000000",                 //
		"v=" + base64.StdEncoding.EncodeToString([]byte("a")), // the end before the middle
		"",
	} {
		x, nonce := begin()
		if answer, err := x.answer([]byte(strings.ReplaceAll(first, "%r", nonce))); err == nil || x.computed != "" {
			t.Errorf("%q gets the proof %q", first, answer)
		}
		if x.proven() == nil {
			t.Errorf("after %q the server counts as proven", first)
		}
	}
	for _, final := range []string{"v=" + base64.StdEncoding.EncodeToString(make([]byte, 32)), "v=", "e=other-error", "", "nonsense"} {
		x, nonce := begin()
		if _, err := x.answer([]byte(nonce + "x,s=" + salt + ",i=4096")); err != nil || x.computed == "" {
			t.Fatalf("an honest challenge is not answered: %v", err)
		}
		x.answer([]byte(final))
		if x.proven() == nil {
			t.Errorf("after %q the server counts as proven", final)
		}
	}
}

// Replies that come too early, too late or make no sense are no consent.
func TestConsentIsEarned(t *testing.T) {
	for what, b := range map[string]lab.Behaviour{
		"OK before the password":     lab.Say("{tag} OK in\r\n"),
		"the tag of another command": lab.Then(lab.Say("+ \r\n"), func(c *lab.Conn) { c.Read(make([]byte, 100)) }, lab.Say("l2 OK in\r\n")),
		"an untagged OK alone":       lab.Then(lab.Say("+ \r\n"), func(c *lab.Conn) { c.Read(make([]byte, 100)) }, lab.Say("* OK in\r\n"), lab.CloseAtOnce),
	} {
		s := scenario(t, "login")
		s.Hosts = map[string]lab.Host{"imap.example.com": {993: lab.TLS(lab.Cert{Names: []string{"imap.example.com"}}, lab.IMAP(lab.Mail{
			Host: "imap.example.com", TLSCaps: []string{"IMAP4rev1", "LOGINDISABLED", "AUTH=PLAIN"}, On: map[string]lab.Behaviour{"AUTHENTICATE": b},
		}))}}
		r, _, _ := attempts(t, s, Credentials{Password: "correct horse"})
		if got := r.Servers[0].Login; got.State != mailcheck.LoginBroken {
			t.Errorf("with %s the login is %+v", what, got)
		}
	}
	s := scenario(t, "login")
	s.Hosts = map[string]lab.Host{"smtp.example.com": {465: lab.TLS(lab.Cert{Names: []string{"smtp.example.com"}}, lab.SMTP(lab.Mail{
		Host: "smtp.example.com", On: map[string]lab.Behaviour{"AUTH": lab.Say("535-5.7.8 no\r\n235 ok\r\n")},
	}))}}
	r, _, _ := attempts(t, s, Credentials{Password: "correct horse"})
	for _, server := range r.Servers {
		if server.Port == 465 && server.Login.State != mailcheck.LoginBroken {
			t.Errorf("a reply with two codes makes the login %+v", server.Login)
		}
	}
}
