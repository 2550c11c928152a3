// Package sasl has the ways to log in (RFC 4422): what the client says, and what it
// makes of the server's challenges. A mechanism never sees the connection, so that it
// cannot send anything outside TLS.
package sasl

import (
	"cmp"
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xdg-go/scram"

	"mailcheck"
	"mailcheck/checks"
)

// MaxSteps bounds how often a server may ask on within one login.
const MaxSteps = 8

// The iterations that a server may ask for in SCRAM. RFC 7677 section 4 wants at
// least 4096; each costs time here, so a hostile server must not choose freely.
const minIterations, maxIterations = 4096, 600_000

// Mechanism is one way to log in (RFC 4422, or a command of the protocol).
type Mechanism struct {
	Name  string
	Token bool // takes an OAuth2 access token, else a password
	Start func(Login) (*Exchange, error)
}

// Login is what is logged in with at one server.
type Login struct {
	User, Secret string
	Server       mailcheck.Server
}

// Exchange is the client's side of one exchange.
type Exchange struct {
	Initial  []byte // sent with the command; nil where the server speaks first
	Answer   func(challenge []byte) ([]byte, error)
	Proven   func() error // whether the server proved itself; nil where that is not part of it
	Said     string       // what the server gave as the reason for a refusal
	Computed string       // what the last answer has from the password, and is as secret
}

// Mechanisms lists the ways that mailcheck knows, the one to try first in front.
// Inside TLS a password in clear is what works everywhere: a server that keeps
// hashes cannot do the others, though some offer them all the same.
var Mechanisms = []Mechanism{
	{"PLAIN", false, plain},
	{"LOGIN", false, loginMechanism},
	{Command, false, nil},
	{"SCRAM-SHA-256", false, func(l Login) (*Exchange, error) { return scramExchange(l, scram.SHA256) }},
	{"SCRAM-SHA-1", false, func(l Login) (*Exchange, error) { return scramExchange(l, scram.SHA1) }},
	{"CRAM-MD5", false, cramMD5},
	{"XOAUTH2", true, xoauth2},
	{"OAUTHBEARER", true, oauthBearer},
}

// Command stands for the LOGIN command of IMAP and the USER command of POP3.
const Command = "command"

// ErrUnexpected ends an exchange in which the server asks for more than there is.
var ErrUnexpected = errors.New("the server asks on after all has been said")

// plain is RFC 4616.
func plain(l Login) (*Exchange, error) {
	return &Exchange{
		Initial: []byte("\x00" + l.User + "\x00" + l.Secret),
		Answer:  func([]byte) ([]byte, error) { return nil, ErrUnexpected },
	}, nil
}

// loginMechanism is draft-murchison-sasl-login: the server asks for the user name,
// then for the password; how it words that differs.
func loginMechanism(l Login) (*Exchange, error) {
	words := []string{l.User, l.Secret}
	return &Exchange{Answer: func([]byte) ([]byte, error) {
		if len(words) == 0 {
			return nil, ErrUnexpected
		}
		word := words[0]
		words = words[1:]
		return []byte(word), nil
	}}, nil
}

// cramMD5 is RFC 2195.
func cramMD5(l Login) (*Exchange, error) {
	asked := false
	x := &Exchange{}
	x.Answer = func(challenge []byte) ([]byte, error) {
		if asked {
			return nil, ErrUnexpected
		}
		asked = true
		mac := hmac.New(md5.New, []byte(l.Secret))
		mac.Write(challenge)
		x.Computed = hex.EncodeToString(mac.Sum(nil))
		return []byte(l.User + " " + x.Computed), nil
	}
	return x, nil
}

// xoauth2 is Google's. A refusal comes as a challenge with the reason, which an
// empty line answers.
func xoauth2(l Login) (*Exchange, error) {
	x := &Exchange{Initial: []byte("user=" + l.User + "\x01auth=Bearer " + l.Secret + "\x01\x01")}
	x.Answer = x.hearReason([]byte{})
	return x, nil
}

// oauthBearer is RFC 7628. A refusal comes as a challenge with the reason, which a
// single 0x01 answers (section 3.2.3).
func oauthBearer(l Login) (*Exchange, error) {
	user := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(l.User) // RFC 5801 section 4
	x := &Exchange{Initial: fmt.Appendf(nil, "n,a=%s,\x01host=%s\x01port=%d\x01auth=Bearer %s\x01\x01",
		user, l.Server.Host, l.Server.Port, l.Secret)}
	x.Answer = x.hearReason([]byte{1})
	return x, nil
}

// hearReason takes the one challenge there may be for the reason of a refusal, and
// answers it so.
func (x *Exchange) hearReason(answer []byte) func([]byte) ([]byte, error) {
	return func(challenge []byte) ([]byte, error) {
		if x.Said != "" {
			return nil, ErrUnexpected
		}
		x.Said = cmp.Or(string(challenge), "no reason given")
		return answer, nil
	}
}

// scramExchange is RFC 5802 and RFC 7677.
func scramExchange(l Login, hash scram.HashGeneratorFcn) (*Exchange, error) {
	client, err := hash.NewClient(l.User, l.Secret, "")
	if err != nil {
		return nil, fmt.Errorf("user name or password cannot be used with SCRAM: %w", err)
	}
	talk := client.WithMinIterations(minIterations).NewConversation()
	first, err := talk.Step("")
	if err != nil {
		return nil, err
	}
	nonce := first[strings.LastIndex(first, "r="):]
	x := &Exchange{Initial: []byte(first)}
	x.Answer = func(challenge []byte) ([]byte, error) {
		if strings.HasPrefix(string(challenge), "e=") { // RFC 5802 section 7: the refusal follows
			x.Said = string(challenge)
			return []byte{}, nil
		}
		if rest, ok := strings.CutPrefix(string(challenge), nonce); ok && strings.HasPrefix(rest, ",") {
			return nil, checks.LoginFailed.Errorf("the server adds nothing to the nonce") // RFC 5802 section 5.1
		}
		if n := iterations(string(challenge)); n > maxIterations {
			return nil, checks.LoginFailed.Errorf("the server asks for %d iterations; more than %d are not made", n, maxIterations)
		}
		if talk.Done() {
			return nil, ErrUnexpected
		}
		answer, err := talk.Step(string(challenge))
		if err != nil && strings.Contains(string(challenge), "v=") {
			return nil, checks.LoginServerSignature.Errorf("the server's final message does not fit the password")
		}
		_, x.Computed, _ = strings.Cut(answer, ",p=")
		return []byte(answer), err
	}
	x.Proven = func() error {
		if !talk.Valid() {
			return checks.LoginServerSignature.Errorf("the server consents without its signature")
		}
		return nil
	}
	return x, nil
}

// iterations returns the i= of a SCRAM challenge; nothing if it has none.
func iterations(challenge string) int {
	for field := range strings.SplitSeq(challenge, ",") {
		if text, ok := strings.CutPrefix(field, "i="); ok {
			n, err := strconv.Atoi(text)
			if err != nil {
				return maxIterations + 1 // not a number, or one that does not fit
			}
			return n
		}
	}
	return 0
}
