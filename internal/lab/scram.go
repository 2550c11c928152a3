package lab

import (
	"crypto/tls"
	"strconv"
	"strings"

	"github.com/xdg-go/scram"
)

// Binding is what a server with SCRAM makes of channel binding (RFC 5802 section 6).
type Binding struct {
	Type  scram.ChannelBindingType // that it takes; empty: it binds to nothing
	Apart bool                     // somebody else ends TLS, so that what it is bound to differs
	Mute  bool                     // says nothing of the reason for a refusal
}

// scram returns the server's side of SCRAM with a hash (RFC 5802, RFC 7677). With
// ForgetsSignature the server leaves its own proof out.
func (s *session) scram(hash scram.HashGeneratorFcn) func(asker) bool {
	return func(ask asker) bool {
		server, err := hash.NewServer(func(user string) (scram.StoredCredentials, error) {
			client, err := hash.NewClient(user, s.Users[user], "")
			if err != nil {
				return scram.StoredCredentials{}, err
			}
			return client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "0123456789abcdef", Iters: 4096})
		})
		if err != nil {
			return false
		}
		talk := server.NewConversation()
		if s.Binding.Type != "" {
			talk = server.NewConversationWithChannelBinding(s.bound())
		}
		return s.talkSCRAM(talk, ask)
	}
}

func (s *session) talkSCRAM(talk *scram.ServerConversation, ask asker) bool {
	challenge := ""
	for !talk.Done() {
		text, ok := ask(challenge)
		if !ok {
			return false
		}
		var err error
		if challenge, err = talk.Step(text); err != nil {
			if challenge != "" && !s.Binding.Mute {
				ask(challenge) // e=
			}
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

// bound is what the server has for a channel binding.
func (s *session) bound() scram.ChannelBinding {
	none := scram.ChannelBinding{Type: s.Binding.Type, Data: []byte("of another connection")}
	conn, ok := s.Conn.Conn.(*tls.Conn)
	if !ok || s.Binding.Apart {
		return none
	}
	state := conn.ConnectionState()
	switch s.Binding.Type {
	case scram.ChannelBindingTLSUnique:
		return scram.NewTLSUniqueBinding(state.TLSUnique)
	case scram.ChannelBindingTLSExporter:
		if bound, err := scram.NewTLSExporterBinding(&state); err == nil {
			return bound
		}
	}
	return none
}
