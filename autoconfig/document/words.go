package document

import "mailcheck"

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
