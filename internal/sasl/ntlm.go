package sasl

import (
	"encoding/hex"
	"fmt"

	"github.com/Azure/go-ntlmssp"
)

// ntlm is MS-NLMP within SASL (MS-SMTPNTLM, MS-OXIMAP, MS-POP3), version 2 alone. Whoever
// gets the answer can try passwords on it offline.
func ntlm(l Login) (*Exchange, error) {
	first, err := ntlmssp.NewNegotiateMessage("", "")
	if err != nil {
		return nil, fmt.Errorf("NTLM: %w", err)
	}
	asked := false
	x := &Exchange{Initial: first}
	x.Answer = func(challenge []byte) ([]byte, error) {
		if asked {
			return nil, ErrUnexpected
		}
		asked = true
		answer, err := ntlmssp.NewAuthenticateMessage(challenge, l.User, l.Secret, nil)
		if err != nil {
			return nil, fmt.Errorf("NTLM: %w", err)
		}
		x.Computed = hex.EncodeToString(answer)
		return answer, nil
	}
	return x, nil
}
