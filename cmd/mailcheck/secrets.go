package main

import (
	"strconv"
	"strings"

	"mailcheck"
)

// hideSecrets takes what stands before the @ of a URL, or of a user with a password, out
// of a text that quotes the command line: it ends up in tickets.
func hideSecrets(text string, args []string) string {
	for _, arg := range args {
		if secret := userinfo(arg); secret != "" {
			quoted := strings.Trim(strconv.Quote(secret), `"`)
			text = strings.NewReplacer(secret+"@", "...@", quoted+"@", "...@").Replace(text)
		}
	}
	return text
}

// userinfo returns what stands before the @ of an argument, if that may hold a password
// (RFC 3986 section 3.2.1).
func userinfo(arg string) string {
	if flag, value, ok := strings.Cut(arg, "="); ok && strings.HasPrefix(flag, "-") {
		arg = value
	}
	at := strings.LastIndexByte(arg, '@')
	if at < 0 {
		return ""
	}
	before := arg[:at]
	if _, rest, ok := strings.Cut(before, "://"); ok {
		return rest
	}
	if strings.Contains(before, ":") {
		return before
	}
	return ""
}

// quoted quotes an argument that nobody asked for only if it is an address: any other
// word may be a password in the wrong place.
func quoted(arg string) string {
	if _, err := mailcheck.ParseAddress(arg); err == nil && strings.Contains(arg, "@") {
		return strconv.Quote(arg)
	}
	return "another word"
}
