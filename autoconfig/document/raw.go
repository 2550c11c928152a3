package document

import (
	"bytes"
	"strings"
	"unicode"

	"mailcheck"
	"mailcheck/internal/lazy"
)

// hostPattern and hostWithPlaceholders are what Thunderbird takes for a host name
// (hostnameUtils.sys.mjs, Sanitizer.sys.mjs); its Android version has taken the former
// over (HostNameUtils.kt). Neither knows letters outside ASCII.
var (
	hostPattern          = lazy.Regexp(`(?i)^(([a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])\.?$`)
	hostWithPlaceholders = lazy.Regexp(`^[a-zA-Z0-9.-]*(%[A-Z0-9]+%[a-zA-Z0-9.-]*)+$`)
)

// legalHost reports whether a name is one of a host as it stands, or makes one of an
// address.
func legalHost(raw string) bool {
	_, err := mailcheck.ParseHost(raw)
	return len(raw) <= 255 && hostPattern().MatchString(raw) || hostWithPlaceholders().MatchString(raw) || err == nil && strings.Contains(raw, ":")
}

// ASCII reports whether a text has no letter outside ASCII.
func ASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// template is what programs that make files leave behind where they fill nothing in:
// the ways of Jinja and Go, of shells, PHP and Perl, of Python, and of Dovecot. Placeholders
// of Mail Autoconfig are no templates; a path between percent signs is. A local part may have braces and dollar signs in
// it (RFC 5322 section 3.2.3), so those count only around a word that means something.
var template = lazy.Regexp(`(?i)\{\{.*?\}\}|\{%.*?%\}|\$?\{` + meaning + `\}|\$` + meaning + `|<[?%].*|\[\[?` + meaning + `\]?\]|__` + meaning + `__|%\(\w+\)s|%\w+(?:/\w*)+%|(?:^|@)%[und]\b|@DOMAIN@`)

const meaning = `[\w.:-]*(?:mail|user|login|local|domain|name|addr|account|host|server)[\w.:-]*`

// TemplateIn returns the part of a value that a program should have filled in before
// it was published, or nothing.
func TemplateIn(text string) string { return strings.TrimPrefix(template().FindString(text), "@") }

// PlaceholderMeant returns the placeholder that a misspelt one stands for.
func PlaceholderMeant(misspelt string) string {
	switch strings.ToUpper(strings.Trim(misspelt, "%")) {
	case "EMAILADDRESS", "EMAIL", "MAIL", "ADDRESS", "MAILADDRESS", "EMAILADRESS", "EMAILADDRES", "E":
		return "%EMAILADDRESS%"
	case "EMAILLOCALPART", "LOCALPART", "LOCAL", "USER", "USERNAME", "EMAILUSER", "EMAILLOCAL", "U", "N":
		return "%EMAILLOCALPART%"
	case "EMAILDOMAIN", "DOMAIN", "MAILDOMAIN", "D":
		return "%EMAILDOMAIN%"
	}
	return ""
}

// SecurityMeant returns what a word for encryption most probably means that the format
// does not have, or that is none. The usual ports tell; a word for no encryption is not
// taken at its word, so that no correction takes protection away.
func SecurityMeant(word string, port uint16) mailcheck.Security {
	switch port { // RFC 8314 section 7.1, RFC 6409
	case 143, 110, 25, 587:
		return mailcheck.StartTLS
	case 993, 995, 465:
		return mailcheck.ImplicitTLS
	}
	if strings.Contains(strings.ToLower(word), "start") {
		return mailcheck.StartTLS
	}
	return mailcheck.ImplicitTLS
}

// PadsOddly reports whether spaces stand around a value that not every program takes
// away, such as the no-break space of a copied text.
func PadsOddly(raw string) bool {
	inner := strings.Trim(raw, " \t\r\n")
	return inner != strings.TrimSpace(inner)
}

// programStarts are the ways in which the sources of programs begin.
var programStarts = []string{"#!", "<?php", "<?=", "<%", "use strict", "package main", "import ", "require ", "def ", "function ", "$_", "<jsp:", "<cfset", "cat <<", "echo ", "print "}

// ProgramSource returns the line by which a document shows itself to be the source of
// a program, or nothing.
func ProgramSource(body []byte) string {
	text := bytes.TrimSpace(bytes.TrimPrefix(body[:min(4096, len(body))], []byte("\xef\xbb\xbf")))
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimSpace(line)
	for _, start := range programStarts {
		if strings.HasPrefix(strings.ToLower(line), start) {
			return line[:min(80, len(line))]
		}
	}
	if strings.HasPrefix(line, "from ") && strings.Contains(line, " import ") {
		return line[:min(80, len(line))]
	}
	if i := bytes.Index(text, []byte("<?php")); i >= 0 { // behind an XML declaration
		return "<?php"
	}
	return ""
}
