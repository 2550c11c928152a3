package oauth

import (
	"errors"
	"strings"
)

// What cannot be done with what is known.
var (
	errNoDevice       = errors.New("the authorization server has no device flow")
	errNoRegistration = errors.New("the authorization server gives no ids to programs")
	errNoWayBack      = errors.New("the browser cannot bring the answer to this machine, and nothing can be pasted")
)

// What is wrong with an answer.
var (
	errNoToken   = errors.New("access_token is missing")
	errTokenKind = errors.New("token_type is another than Bearer")
	errNoID      = errors.New("client_id is missing or too long")
)

func joined(scopes []string) string { return strings.Join(scopes, " ") }
