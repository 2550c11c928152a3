package sasl

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xdg-go/scram"

	"mailcheck/checks"
)

// The iterations that a server may ask for in SCRAM. RFC 7677 section 4 wants at
// least 4096; each costs time here, so a hostile server must not choose freely.
const minIterations, maxIterations = 4096, 600_000

// scramWith returns SCRAM with a hash (RFC 5802, RFC 7677), bound to the connection or not.
func scramWith(hash scram.HashGeneratorFcn) func(Login) (*Exchange, error) {
	return func(l Login) (*Exchange, error) { return scramExchange(l, hash) }
}

func scramExchange(l Login, hash scram.HashGeneratorFcn) (*Exchange, error) {
	client, err := hash.NewClient(l.User, l.Secret, "")
	if err != nil {
		return nil, fmt.Errorf("user name or password cannot be used with SCRAM: %w", err)
	}
	talk := l.conversation(client.WithMinIterations(minIterations))
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

// conversation begins SCRAM with the flag that says what the client makes of channel
// binding (RFC 5802 section 6). The server's proof covers the flag, so nobody on the way
// can change it.
func (l Login) conversation(client *scram.Client) *scram.ClientConversation {
	switch l.Binding {
	case NotBound:
		return client.NewConversation()
	case NotOffered:
		return client.NewConversationAdvertisingChannelBinding()
	}
	return client.NewConversationWithChannelBinding(scram.ChannelBinding{Type: scram.ChannelBindingType(l.Binding), Data: l.Bound})
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
