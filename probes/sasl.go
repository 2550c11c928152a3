package probes

import (
	"cmp"
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xdg-go/scram"

	"mailcheck"
	"mailcheck/checks"
)

// maxSASLSteps bounds how often a server may ask on within one login.
const maxSASLSteps = 8

// The iterations that a server may ask for in SCRAM. RFC 7677 section 4 wants at
// least 4096; each costs time here, so a hostile server must not choose freely.
const minIterations, maxIterations = 4096, 600_000

// mechanism is one way to log in (RFC 4422, or a command of the protocol).
type mechanism struct {
	name  string
	token bool // takes an OAuth2 access token, else a password
	start func(login) (*saslExchange, error)
}

// login is what is logged in with at one server.
type login struct {
	user, secret string
	server       mailcheck.Server
}

// saslExchange is the client's side of one exchange.
type saslExchange struct {
	initial  []byte // sent with the command; nil where the server speaks first
	answer   func(challenge []byte) ([]byte, error)
	proven   func() error // whether the server proved itself; nil where that is not part of it
	said     string       // what the server gave as the reason for a refusal
	computed string       // what the last answer has from the password, and is as secret
}

// mechanisms lists the ways that mailcheck knows, the one to try first in front.
// Inside TLS a password in clear is what works everywhere: a server that keeps
// hashes cannot do the others, though some offer them all the same.
var mechanisms = []mechanism{
	{"PLAIN", false, plain},
	{"LOGIN", false, loginMechanism},
	{command, false, nil},
	{"SCRAM-SHA-256", false, func(l login) (*saslExchange, error) { return scramExchange(l, scram.SHA256) }},
	{"SCRAM-SHA-1", false, func(l login) (*saslExchange, error) { return scramExchange(l, scram.SHA1) }},
	{"CRAM-MD5", false, cramMD5},
	{"XOAUTH2", true, xoauth2},
	{"OAUTHBEARER", true, oauthBearer},
}

// command stands for the LOGIN command of IMAP and the USER command of POP3.
const command = "command"

// errUnexpected ends an exchange in which the server asks for more than there is.
var errUnexpected = errors.New("the server asks on after all has been said")

// plain is RFC 4616.
func plain(l login) (*saslExchange, error) {
	return &saslExchange{
		initial: []byte("\x00" + l.user + "\x00" + l.secret),
		answer:  func([]byte) ([]byte, error) { return nil, errUnexpected },
	}, nil
}

// loginMechanism is draft-murchison-sasl-login: the server asks for the user name,
// then for the password; how it words that differs.
func loginMechanism(l login) (*saslExchange, error) {
	words := []string{l.user, l.secret}
	return &saslExchange{answer: func([]byte) ([]byte, error) {
		if len(words) == 0 {
			return nil, errUnexpected
		}
		word := words[0]
		words = words[1:]
		return []byte(word), nil
	}}, nil
}

// cramMD5 is RFC 2195.
func cramMD5(l login) (*saslExchange, error) {
	asked := false
	x := &saslExchange{}
	x.answer = func(challenge []byte) ([]byte, error) {
		if asked {
			return nil, errUnexpected
		}
		asked = true
		mac := hmac.New(md5.New, []byte(l.secret))
		mac.Write(challenge)
		x.computed = hex.EncodeToString(mac.Sum(nil))
		return []byte(l.user + " " + x.computed), nil
	}
	return x, nil
}

// xoauth2 is Google's. A refusal comes as a challenge with the reason, which an
// empty line answers.
func xoauth2(l login) (*saslExchange, error) {
	x := &saslExchange{initial: []byte("user=" + l.user + "\x01auth=Bearer " + l.secret + "\x01\x01")}
	x.answer = x.hearReason([]byte{})
	return x, nil
}

// oauthBearer is RFC 7628. A refusal comes as a challenge with the reason, which a
// single 0x01 answers (section 3.2.3).
func oauthBearer(l login) (*saslExchange, error) {
	user := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(l.user) // RFC 5801 section 4
	x := &saslExchange{initial: fmt.Appendf(nil, "n,a=%s,\x01host=%s\x01port=%d\x01auth=Bearer %s\x01\x01",
		user, l.server.Host, l.server.Port, l.secret)}
	x.answer = x.hearReason([]byte{1})
	return x, nil
}

// hearReason takes the one challenge there may be for the reason of a refusal, and
// answers it so.
func (x *saslExchange) hearReason(answer []byte) func([]byte) ([]byte, error) {
	return func(challenge []byte) ([]byte, error) {
		if x.said != "" {
			return nil, errUnexpected
		}
		x.said = cmp.Or(string(challenge), "no reason given")
		return answer, nil
	}
}

// scramExchange is RFC 5802 and RFC 7677.
func scramExchange(l login, hash scram.HashGeneratorFcn) (*saslExchange, error) {
	client, err := hash.NewClient(l.user, l.secret, "")
	if err != nil {
		return nil, fmt.Errorf("user name or password cannot be used with SCRAM: %w", err)
	}
	talk := client.WithMinIterations(minIterations).NewConversation()
	first, err := talk.Step("")
	if err != nil {
		return nil, err
	}
	nonce := first[strings.LastIndex(first, "r="):]
	x := &saslExchange{initial: []byte(first)}
	x.answer = func(challenge []byte) ([]byte, error) {
		if strings.HasPrefix(string(challenge), "e=") { // RFC 5802 section 7: the refusal follows
			x.said = string(challenge)
			return []byte{}, nil
		}
		if rest, ok := strings.CutPrefix(string(challenge), nonce); ok && strings.HasPrefix(rest, ",") {
			return nil, checks.LoginFailed.Errorf("the server adds nothing to the nonce") // RFC 5802 section 5.1
		}
		if n := iterations(string(challenge)); n > maxIterations {
			return nil, checks.LoginFailed.Errorf("the server asks for %d iterations; more than %d are not made", n, maxIterations)
		}
		if talk.Done() {
			return nil, errUnexpected
		}
		answer, err := talk.Step(string(challenge))
		if err != nil && strings.Contains(string(challenge), "v=") {
			return nil, checks.LoginServerSignature.Errorf("the server's final message does not fit the password")
		}
		_, x.computed, _ = strings.Cut(answer, ",p=")
		return []byte(answer), err
	}
	x.proven = func() error {
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

// fitting returns the ways to log in that a server offers inside TLS and that take
// what was given, the ones that its settings name in front.
func fitting(r *mailcheck.ServerResult, token bool) []mechanism {
	published := func(m mechanism) bool {
		return slices.ContainsFunc(r.Auth, func(method string) bool {
			name := m.name
			if name == command {
				name = "PLAIN"
			}
			return slices.Contains(publishedMethods[method], name)
		})
	}
	var first, rest []mechanism
	for _, m := range mechanisms {
		offered := has(r.Mechanisms.AfterTLS, m.name) || m.name == command && commandOffered(r)
		switch {
		case m.token != token || !offered:
		case published(m):
			first = append(first, m)
		default:
			rest = append(rest, m)
		}
	}
	return append(first, rest...)
}

// commandOffered reports whether the protocol's own command takes a password: IMAP
// has LOGIN unless it is disabled, POP3 has USER where it says so or says nothing.
func commandOffered(r *mailcheck.ServerResult) bool {
	caps := r.Capabilities.AfterTLS
	switch r.Protocol {
	case mailcheck.IMAP:
		return len(caps) > 0 && !has(caps, "LOGINDISABLED")
	case mailcheck.POP3:
		return len(caps) == 0 || has(caps, "USER")
	}
	return false
}
