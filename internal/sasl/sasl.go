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
	"strings"

	"github.com/xdg-go/scram"

	"mailcheck"
)

// MaxSteps bounds how often a server may ask on within one login.
const MaxSteps = 8

// Credential is what a mechanism logs in with.
type Credential int

// The credentials.
const (
	Password    Credential = iota
	Token                  // an OAuth2 access token
	Certificate            // of the client, shown in the TLS handshake
)

// Mechanism is one way to log in (RFC 4422, or a command of the protocol).
type Mechanism struct {
	Name    string
	Takes   Credential
	Asked   bool    // tried only where every way is wanted
	Unnamed bool    // leaves it to the certificate who logs in
	Binding Binding // chosen where the login is made; see [Mechanism.Binds]
	Start   func(Login) (*Exchange, error)
}

// Login is what is logged in with at one server.
type Login struct {
	User, Secret string
	Server       mailcheck.Server
	Binding      Binding
	Bound        []byte // what the binding ties the login to
	Stamp        string // of a POP3 server's greeting, for APOP
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
	{Name: "PLAIN", Start: plain},
	{Name: "LOGIN", Start: loginMechanism},
	{Name: Command},
	{Name: "SCRAM-SHA-256", Start: scramWith(scram.SHA256)},
	{Name: "SCRAM-SHA-512", Start: scramWith(scram.SHA512)},
	{Name: "SCRAM-SHA-1", Start: scramWith(scram.SHA1)},
	{Name: "CRAM-MD5", Start: cramMD5},
	{Name: APOP, Asked: true},
	{Name: "SCRAM-SHA-256" + plus, Asked: true, Start: scramWith(scram.SHA256)},
	{Name: "SCRAM-SHA-512" + plus, Asked: true, Start: scramWith(scram.SHA512)},
	{Name: "SCRAM-SHA-1" + plus, Asked: true, Start: scramWith(scram.SHA1)},
	{Name: "NTLM", Asked: true, Start: ntlm},
	{Name: "XOAUTH2", Takes: Token, Start: xoauth2},
	{Name: "OAUTHBEARER", Takes: Token, Start: oauthBearer},
	{Name: "EXTERNAL", Takes: Certificate, Unnamed: true, Start: external},
	{Name: "EXTERNAL", Takes: Certificate, Start: external},
}

// Command stands for the LOGIN command of IMAP and the USER command of POP3, APOP for
// POP3's command of that name.
const (
	Command = "command"
	APOP    = "APOP"
)

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

// Digest is what the APOP command has in the place of the password (RFC 1939 section 7).
func Digest(l Login) string {
	sum := md5.Sum([]byte(l.Stamp + l.Secret))
	return hex.EncodeToString(sum[:])
}

// Stamp returns the timestamp in a POP3 server's greeting, with its brackets; empty where
// there is none that APOP can be trusted with. Passwords were recovered by way of stamps
// that are no message ids (CVE-2007-1558).
func Stamp(greeting string) string {
	i := strings.LastIndexByte(greeting, '<')
	if i < 0 {
		return ""
	}
	stamp, _, ended := strings.Cut(greeting[i:], ">")
	left, right, at := strings.Cut(strings.TrimPrefix(stamp, "<"), "@")
	strange := strings.ContainsFunc(stamp, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' })
	if !ended || !at || left == "" || right == "" || strange || strings.Contains(right, "@") {
		return ""
	}
	return stamp + ">"
}

// external is RFC 4422 appendix A: the certificate that TLS has shown is the proof. Which
// user that is the client may say, or leave to the server.
func external(l Login) (*Exchange, error) {
	return &Exchange{
		Initial: []byte(l.User),
		Answer:  func([]byte) ([]byte, error) { return nil, ErrUnexpected },
	}, nil
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
