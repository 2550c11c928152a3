package main

import (
	"fmt"
	"regexp"
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

// maxArgument is how much of an argument is quoted at most.
const maxArgument = 120

// overlong is a run of characters that only an argument can be, or a part of one.
var overlong = regexp.MustCompile(fmt.Sprintf(`\S{%d,}`, 2*maxArgument))

// shorten cuts long arguments in what is said about them, so that the reason can be read.
func shorten(text string, args []string) string {
	for _, arg := range args {
		_, value, _ := strings.Cut(arg, "=")
		for _, long := range []string{arg, value} {
			if len(long) > maxArgument {
				text = strings.ReplaceAll(text, strconv.Quote(long), mailcheck.Quoted(long))
				text = strings.ReplaceAll(text, long, unquoted(mailcheck.Quoted(long)))
			}
		}
	}
	return overlong.ReplaceAllStringFunc(text, func(run string) string { return unquoted(mailcheck.Quoted(run)) })
}

// unquoted is a quoted text without its quotes.
func unquoted(quoted string) string {
	return strings.Replace(strings.TrimPrefix(quoted, `"`), `"`, "", 1)
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
		return mailcheck.Quoted(arg)
	}
	return "another word"
}
