package document

import (
	"slices"

	"mailcheck"
)

// SocketType returns the word of Mail Autoconfig for a security.
func SocketType(s mailcheck.Security) string {
	for name, security := range SocketTypes {
		if security == s {
			return name
		}
	}
	return ""
}

// UsernameTemplate turns a login name back into the placeholder of Mail Autoconfig
// that it came from.
func UsernameTemplate(name string, a mailcheck.Address) string {
	switch name {
	case "", a.Username():
		return "%EMAILADDRESS%"
	case a.Local:
		return "%EMAILLOCALPART%"
	}
	if a.Local != "" && name == a.Local+"."+a.Domain { // as some providers want it
		return "%EMAILLOCALPART%.%EMAILDOMAIN%"
	}
	return name
}

// challenges are the mechanisms that keep the password from the wire.
var challenges = []string{"CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "APOP"}

// Methods says which mechanisms of a server are meant by the words of Mail
// Autoconfig for authentication (draft-ietf-mailmaint-autoconfig section 3).
var Methods = map[string][]string{
	"password-cleartext": {"PLAIN", "LOGIN"},
	"plain":              {"PLAIN", "LOGIN"}, // older word
	"password-encrypted": challenges,
	"secure":             challenges, // older word
	"OAuth2":             {"XOAUTH2", "OAUTHBEARER"},
	"NTLM":               {"NTLM"},
	"GSSAPI":             {"GSSAPI", "GSS-SPNEGO"},
}

// Readable reports whether whoever reads a login with a mechanism can log in himself.
func Readable(mechanism string) bool {
	return slices.Contains(Methods["password-cleartext"], mechanism) || slices.Contains(Methods["OAuth2"], mechanism)
}
