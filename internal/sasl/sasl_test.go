package sasl

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/xdg-go/scram"

	"mailcheck"
)

// What is said is what the documents want, to the byte.
func TestFirstMessages(t *testing.T) {
	server := mailcheck.Server{Host: "imap.example.com", Port: 993}
	for _, c := range []struct {
		start func(Login) (*Exchange, error)
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
		x, err := c.start(Login{User: c.user, Secret: "s", Server: server})
		if err != nil || string(x.Initial) != c.want {
			t.Errorf("%q, %v is said, want %q", x.Initial, err, c.want)
		}
	}
	// A refusal comes with its reason, which is answered once (RFC 7628 section 3.2.3).
	for answer, start := range map[string]func(Login) (*Exchange, error){"": xoauth2, "\x01": oauthBearer} {
		x, _ := start(Login{User: "alice", Secret: "s", Server: server})
		got, err := x.Answer([]byte(`{"status":"invalid_token"}`))
		if string(got) != answer || err != nil || x.Said == "" {
			t.Errorf("a refusal is answered %q, %v", got, err)
		}
		if _, err := x.Answer([]byte("more")); err == nil {
			t.Error("a second challenge is answered")
		}
	}
}

// A server that cheats in SCRAM gets no proof, or its consent counts for nothing.
func TestDishonestSCRAM(t *testing.T) {
	begin := func() (*Exchange, string) {
		x, err := scramExchange(Login{User: "alice", Secret: "correct horse"}, scram.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(x.Initial), "n,,n=alice,r=") {
			t.Errorf("%q claims a channel binding that is not there", x.Initial)
		}
		return x, string(x.Initial[strings.Index(string(x.Initial), "r="):])
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
		if answer, err := x.Answer([]byte(strings.ReplaceAll(first, "%r", nonce))); err == nil || x.Computed != "" {
			t.Errorf("%q gets the proof %q", first, answer)
		}
		if x.Proven() == nil {
			t.Errorf("after %q the server counts as proven", first)
		}
	}
	for _, final := range []string{"v=" + base64.StdEncoding.EncodeToString(make([]byte, 32)), "v=", "e=other-error", "", "nonsense"} {
		x, nonce := begin()
		if _, err := x.Answer([]byte(nonce + "x,s=" + salt + ",i=4096")); err != nil || x.Computed == "" {
			t.Fatalf("an honest challenge is not answered: %v", err)
		}
		x.Answer([]byte(final))
		if x.Proven() == nil {
			t.Errorf("after %q the server counts as proven", final)
		}
	}
}
