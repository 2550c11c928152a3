package lab

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/xdg-go/scram"
)

// asker sends a challenge and returns the client's response; false ends the login.
type asker func(challenge string) (response string, ok bool)

// lets reports whether a user name goes with a password.
func (s *session) lets(user, password string) bool {
	want, known := s.Users[user]
	return known && want == password
}

// sasl goes through an exchange (RFC 4422) and reports whether the client is let in.
// initial is in base64, empty where the client sent none and "=" for an empty one. known
// is false for a mechanism that the server does not have.
func (s *session) sasl(name, initial string, ask asker) (ok, known bool) {
	run := map[string]func(asker) bool{
		"PLAIN": s.saslPlain, "LOGIN": s.saslLogin, "CRAM-MD5": s.cramMD5,
		"SCRAM-SHA-1": s.scram(scram.SHA1), "SCRAM-SHA-256": s.scram(scram.SHA256), "SCRAM-SHA-512": s.scram(scram.SHA512),
		"SCRAM-SHA-1-PLUS": s.scram(scram.SHA1), "SCRAM-SHA-256-PLUS": s.scram(scram.SHA256), "SCRAM-SHA-512-PLUS": s.scram(scram.SHA512),
		"NTLM": s.ntlm, "EXTERNAL": s.external,
		"XOAUTH2": s.bearer, "OAUTHBEARER": s.bearer,
	}[strings.ToUpper(name)]
	if run == nil {
		if initial != "" {
			s.secret(name + " " + initial)
		}
		return false, false
	}
	first := initial != ""
	return run(func(challenge string) (string, bool) {
		response, sent := initial, true
		if !first {
			response, sent = ask(base64.StdEncoding.EncodeToString([]byte(challenge)))
		}
		first = false
		s.secret(name + " " + response)
		response = strings.TrimPrefix(response, "=") // RFC 4422 section 5.1
		text, err := base64.StdEncoding.DecodeString(response)
		return string(text), sent && err == nil
	}), true
}

func (s *session) saslPlain(ask asker) bool {
	text, ok := ask("")
	parts := strings.Split(text, "\x00")
	return ok && len(parts) == 3 && s.lets(parts[1], parts[2])
}

func (s *session) saslLogin(ask asker) bool {
	user, ok := ask("Username:")
	if !ok {
		return false
	}
	password, ok := ask("Password:")
	return ok && s.lets(user, password)
}

func (s *session) cramMD5(ask asker) bool {
	challenge := "<1896.697170952@" + s.Host + ">"
	text, ok := ask(challenge)
	i := strings.LastIndex(text, " ")
	if !ok || i < 0 {
		return false
	}
	password, known := s.Users[text[:i]]
	return known && text[i+1:] == hex.EncodeToString([]byte(keyed(md5.New, password, challenge)))
}

func keyed(hash func() hash.Hash, key, text string) string {
	mac := hmac.New(hash, []byte(key))
	mac.Write([]byte(text))
	return string(mac.Sum(nil))
}

// external lets in whom the client certificate names (RFC 4422 appendix A): the name is in
// it as the common name.
func (s *session) external(ask asker) bool {
	user, ok := ask("")
	conn, secured := s.Conn.Conn.(*tls.Conn)
	if !ok || !secured || len(conn.ConnectionState().PeerCertificates) == 0 {
		return false
	}
	shown := conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	_, known := s.Users[shown]
	return known && (user == "" || user == shown)
}

// bearer is XOAUTH2 and OAUTHBEARER (RFC 7628), which tell the client the reason for
// a refusal before they refuse.
func (s *session) bearer(ask asker) bool {
	text, ok := ask("")
	if !ok {
		return false
	}
	_, token, found := strings.Cut(text, "auth=Bearer ")
	token, _, _ = strings.Cut(token, "\x01")
	if found && (s.Token != "" && token == s.Token || s.Asks != nil && s.Asks(token)) {
		return true
	}
	ask(`{"status":"400","schemes":"Bearer","scope":"https://mail.example.com/"}`)
	return false
}
