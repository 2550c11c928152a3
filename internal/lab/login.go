package lab

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"strconv"
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
// initial is in base64, empty where the client sent none. known is false for a
// mechanism that the server does not have.
func (s *session) sasl(name, initial string, ask asker) (ok, known bool) {
	run := map[string]func(asker) bool{
		"PLAIN": s.saslPlain, "LOGIN": s.saslLogin, "CRAM-MD5": s.cramMD5, "SCRAM-SHA-256": s.scramSHA256,
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
	mac := hmac.New(md5.New, []byte(password))
	mac.Write([]byte(challenge))
	return known && text[i+1:] == hex.EncodeToString(mac.Sum(nil))
}

// scramSHA256 is RFC 7677. With ForgetsSignature the server leaves its own proof out.
func (s *session) scramSHA256(ask asker) bool {
	server, err := scram.SHA256.NewServer(func(user string) (scram.StoredCredentials, error) {
		client, err := scram.SHA256.NewClient(user, s.Users[user], "")
		if err != nil {
			return scram.StoredCredentials{}, err
		}
		return client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "0123456789abcdef", Iters: 4096})
	})
	if err != nil {
		return false
	}
	talk := server.NewConversation()
	challenge := ""
	for !talk.Done() {
		text, ok := ask(challenge)
		if !ok {
			return false
		}
		if challenge, err = talk.Step(text); err != nil {
			return false
		}
		if s.Iterations > 0 && strings.Contains(challenge, ",i=") {
			challenge = challenge[:strings.Index(challenge, ",i=")] + ",i=" + strconv.Itoa(s.Iterations)
		}
	}
	if s.ForgetsSignature {
		return true
	}
	_, ok := ask(challenge)
	return ok && talk.Valid()
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
	if found && s.Token != "" && token == s.Token {
		return true
	}
	ask(`{"status":"400","schemes":"Bearer","scope":"https://mail.example.com/"}`)
	return false
}
