package probes

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"mailcheck/internal/lazy"
)

// reading is a text read through one coding. A coded one holds words only where
// somebody has encoded them.
type reading struct {
	text  string
	coded bool
}

// readings returns a server's text as it is, and read through each coding that a server
// may repeat a secret in: quoted, escaped, as in a URL, a mail, a web page or the name of
// a folder, in hexadecimal digits, base64 or UTF-16. What is coded only in part is read
// as well as what is coded as a whole.
func readings(text string) []reading {
	list := []reading{{text, false}}
	add := func(read string, coded bool) {
		if read != text {
			list = append(list, reading{read, coded})
		}
	}
	add(strings.NewReplacer("\r", "", "\n", "").Replace(text), false)
	if strings.ContainsRune(text, '\\') {
		add(backslashes().ReplaceAllStringFunc(text, unescape), false)
	}
	if strings.ContainsAny(text, "%+") {
		add(percents().ReplaceAllStringFunc(text, hexByte), false)
		add(percents().ReplaceAllStringFunc(strings.ReplaceAll(text, "+", " "), hexByte), false)
	}
	if strings.ContainsRune(text, '=') {
		add(equals().ReplaceAllStringFunc(text, hexByte), false)
	}
	if strings.ContainsRune(text, '&') {
		add(html.UnescapeString(text), false)
		add(shifted().ReplaceAllStringFunc(text, unshift), false)
	}
	if strings.ContainsRune(text, 0) {
		add(strings.ReplaceAll(text, "\x00", ""), true)
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			for skip := range 2 {
				add(utf16Text([]byte(text[skip:]), order), true)
			}
		}
	}
	for skip := range 2 {
		add(decoded(text, hexDigits(), func(run string) string { return hexText(run, skip) }), true)
	}
	for skip := range 4 {
		add(decoded(text, base64Digits(), func(run string) string { return base64Text(run, skip) }), true)
	}
	return list
}

var (
	backslashes  = lazy.Regexp(`(?i)\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|u\{[0-9a-f]{1,6}\}|u[0-9a-f]{4}|x[0-9a-f]{2}|[0-7]{3}|.)`)
	percents     = lazy.Regexp(`%[0-9A-Fa-f]{2}`)
	equals       = lazy.Regexp(`=(?:[0-9A-Fa-f]{2}|\r?\n)`)
	shifted      = lazy.Regexp(`&[A-Za-z0-9+,]*-`)
	hexDigits    = lazy.Regexp(`(?:(?:0x)?[0-9A-Fa-f]{2}[ :,-]{0,2}){2,}`)
	base64Digits = lazy.Regexp(`[A-Za-z0-9+/_-]{4,}`)
)

// unescape reads one escape of C, JSON or JavaScript, or a quoted character.
func unescape(escape string) string {
	code := strings.Trim(escape[2:], "{}")
	switch kind := escape[1]; {
	case (kind == 'u' || kind == 'U') && len(escape) == 12:
		high, _ := strconv.ParseUint(escape[2:6], 16, 16)
		low, _ := strconv.ParseUint(escape[8:], 16, 16)
		return string(utf16.DecodeRune(rune(high), rune(low)))
	case (kind == 'u' || kind == 'U') && code != "":
		r, _ := strconv.ParseUint(code, 16, 32)
		return string(rune(r))
	case (kind == 'x' || kind == 'X') && code != "":
		return hexByte(escape[1:])
	case kind >= '0' && kind <= '7' && code != "":
		b, _ := strconv.ParseUint(escape[1:], 8, 16)
		return string([]byte{byte(b)})
	}
	return escape[1:]
}

// hexByte reads the digits behind one character; a soft line break is nothing.
func hexByte(coded string) string {
	b, _ := hex.DecodeString(coded[1:])
	return string(b)
}

// unshift reads one shift of modified UTF-7 (RFC 3501 section 5.1.3).
func unshift(coded string) string {
	inner := strings.ReplaceAll(coded[1:len(coded)-1], ",", "/")
	if inner == "" {
		return "&"
	}
	units, _ := base64.RawStdEncoding.DecodeString(inner)
	return utf16Text(units, binary.BigEndian)
}

func utf16Text(text []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = order.Uint16(text[2*i:])
	}
	return string(utf16.Decode(units))
}

// decoded returns what the runs of a coding hold, and nothing of what stands around them.
func decoded(text string, runs *regexp.Regexp, decode func(string) string) string {
	var list []string
	for _, run := range runs.FindAllString(text, -1) {
		list = append(list, decode(run))
	}
	return strings.Join(list, "\x00")
}

// hexText reads a run of hexadecimal digits, which may begin in the middle of a byte.
func hexText(run string, skip int) string {
	run = strings.NewReplacer("0x", "", " ", "", ":", "", ",", "", "-", "").Replace(run)[skip:]
	b, _ := hex.DecodeString(run[:len(run)/2*2])
	return string(b)
}

// base64Text reads a run of base64, for mail or for URLs. What stands before it may be
// missing.
func base64Text(run string, skip int) string {
	run = strings.NewReplacer("-", "+", "_", "/").Replace(run)[skip:]
	if len(run)%4 == 1 {
		run = run[:len(run)-1]
	}
	b, _ := base64.RawStdEncoding.DecodeString(run)
	return string(b)
}
