package sasl

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/xdg-go/scram"
)

// What the client says of channel binding is what RFC 5802 section 7 has.
func TestBindingFlags(t *testing.T) {
	for binding, want := range map[Binding]string{
		NotBound: "n,,n=alice,r=", NotOffered: "y,,n=alice,r=",
		Exporter: "p=tls-exporter,,n=alice,r=", EndPoint: "p=tls-server-end-point,,n=alice,r=", Unique: "p=tls-unique,,n=alice,r=",
	} {
		x, err := scramExchange(Login{User: "alice", Secret: "s", Binding: binding, Bound: []byte("finished")}, scram.SHA512)
		if err != nil || !strings.HasPrefix(string(x.Initial), want) {
			t.Errorf("with the binding %q the client says %q, %v", binding, x.Initial, err)
		}
	}
}

// RFC 1939 section 7 has the example. A stamp is the last one of the line, and a message id.
func TestAPOP(t *testing.T) {
	l := Login{Secret: "tanstaaf", Stamp: Stamp("+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>")}
	if got := Digest(l); got != "c4c9334bac560ecc979e58001b3e22fb" {
		t.Errorf("the digest is %s", got)
	}
	for greeting, want := range map[string]string{
		"+OK <a@b> ready <1.2@host>": "<1.2@host>", "+OK ready": "", "+OK <nothing>": "", "+OK <@host>": "", "+OK <a@>": "", "+OK <a@b": "",
		"+OK <a@b@c>": "", "+OK <a b@c>": "", "+OK <a\x01@c>": "", "+OK <\u00fc@c>": "", `+OK <a\x00@c>`: "",
	} {
		if got := Stamp(greeting); got != want {
			t.Errorf("%q has the stamp %q, want %q", greeting, got, want)
		}
	}
}

func TestExternal(t *testing.T) {
	for _, user := range []string{"", "alice"} {
		x, err := external(Login{User: user})
		if err != nil || x.Initial == nil || string(x.Initial) != user {
			t.Errorf("as %q the client says %q, %v", user, x.Initial, err)
		}
		if _, err := x.Answer(nil); err == nil {
			t.Error("the server is told more than there is")
		}
	}
}

// Each mechanism that servers were seen to offer is spoken or explained.
func TestNothingIsUnknown(t *testing.T) {
	known := map[string]bool{}
	for _, m := range Mechanisms {
		known[m.Name] = true
	}
	for name := range strings.FieldsSeq("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512 SCRAM-SHA-224 SCRAM-SHA-384 SCRAM-SHA-384-PLUS SCRAM-SHA-512-PLUS" +
		" XOAUTH2 OAUTHBEARER EXTERNAL OTP GSSAPI GSS-SPNEGO NTLM ANONYMOUS KERBEROS_V4 SRP PASSDSS-3DES-1 GS2-KRB5 GS2-IAKERB PLAIN-CLIENTTOKEN XOAUTH XYMCOOKIEB64 XYMPKI ATOKEN WSTOKEN SKEY" +
		" SAML20EC OPENID20 NMAS-SAMBA-AUTH MSN ecdsa-nist256p-challenge") {
		if !known[name] && Unspoken(name).Equal(Unspoken("nobody's")) {
			t.Errorf("%s is unknown", name)
		}
	}
}

// ntlmChallenge is what a server says second in NTLM (MS-NLMP section 2.2.1.2).
func ntlmChallenge(flags uint32, target string) []byte {
	message := append([]byte("NTLMSSP\x00\x02\x00\x00\x00"), 0, 0, 0, 0, 48, 0, 0, 0)
	message = binary.LittleEndian.AppendUint32(message, flags)
	message = append(message, make([]byte, 16)...)
	message = append(message, byte(len(target)), 0, byte(len(target)), 0, 48, 0, 0, 0)
	return append(message, target...)
}

func TestNTLM(t *testing.T) {
	begin := func() *Exchange {
		x, err := ntlm(Login{User: "alice@example.com", Secret: "correct horse"})
		if err != nil || !strings.HasPrefix(string(x.Initial), "NTLMSSP\x00\x01") {
			t.Fatalf("the client begins with %q, %v", x.Initial, err)
		}
		return x
	}
	x := begin()
	answer, err := x.Answer(ntlmChallenge(0x80201, "\x00\x00\x00\x00"))
	if err != nil || !strings.HasPrefix(string(answer), "NTLMSSP\x00\x03") || x.Computed == "" {
		t.Errorf("a challenge is answered %q, %v", answer, err)
	}
	if _, err := x.Answer(ntlmChallenge(0x80201, "\x00\x00\x00\x00")); err == nil {
		t.Error("a second challenge is answered")
	}
	for what, challenge := range map[string][]byte{
		"nothing": nil, "no message": []byte("Password:"), "its own message": begin().Initial, "the hash of LAN Manager": ntlmChallenge(0x80281, ""),
		"no Unicode": ntlmChallenge(0x80200, ""), "a target that does not end": ntlmChallenge(0x80201, "\x02\x00\xff\xff"),
	} {
		if answer, err := begin().Answer(challenge); err == nil {
			t.Errorf("%s is answered %q", what, answer)
		}
	}
}

// FuzzNTLM has a server say anything for a challenge.
func FuzzNTLM(f *testing.F) {
	f.Add(ntlmChallenge(0x80201, "\x02\x00\x02\x00ab\x00\x00\x00\x00"))
	f.Add([]byte("NTLMSSP\x00"))
	f.Fuzz(func(t *testing.T, challenge []byte) {
		x, err := ntlm(Login{User: "alice", Secret: "correct horse"})
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := x.Answer(challenge); err == nil && strings.Contains(string(answer), "horse") {
			t.Errorf("the answer %q has the password", answer)
		}
	})
}

// FuzzStamp reads the stamp of any greeting.
func FuzzStamp(f *testing.F) {
	f.Add("+OK <1.2@host>")
	f.Add("+OK <a@b> <c")
	f.Fuzz(func(t *testing.T, greeting string) {
		stamp := Stamp(greeting)
		if stamp != "" && (!strings.Contains(greeting, stamp) || !strings.HasPrefix(stamp, "<") || !strings.HasSuffix(stamp, ">") || strings.ContainsAny(stamp, "\r\n\x00 ")) {
			t.Errorf("%q has the stamp %q", greeting, stamp)
		}
	})
}
