package mailcheck

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Address is the account to check: local@domain, or a domain alone. Both ways
// of writing an internationalised domain (RFC 5890: U-label and A-label) give
// the same Address.
type Address struct {
	Local  string // as typed; empty for a bare domain. Non-ASCII is legal, RFC 6531
	Domain string // A-labels, lower case, no final dot
}

// String returns the address with the domain as A-labels, the form used on the
// wire and in data.
func (a Address) String() string {
	if a.Local == "" {
		return a.Domain
	}
	return a.Local + "@" + a.Domain
}

// Unicode returns the domain the way people read it.
func (a Address) Unicode() string {
	u, err := idna.Display.ToUnicode(a.Domain)
	if err != nil || !Printable(u) {
		return a.Domain
	}
	return u
}

// ParseAddress reads what a person typed or pasted. The error says in plain
// words what is wrong with it.
func ParseAddress(typed string) (Address, error) {
	s := strings.TrimSpace(typed)
	if n := len("mailto:"); len(s) >= n && strings.EqualFold(s[:n], "mailto:") {
		s = s[n:]
	}
	if i := strings.LastIndexByte(s, '<'); i >= 0 && strings.HasSuffix(s, ">") {
		s = s[i+1 : len(s)-1] // Alice <alice@example.com>
	}
	if s == "" {
		return Address{}, errors.New("the address is empty")
	}
	shown := Quoted(withoutPassword(s))
	if !Printable(s) {
		return Address{}, fmt.Errorf("%s contains an invisible or control character", shown)
	}
	if strings.Contains(s, "://") {
		return Address{}, fmt.Errorf("%s is a URL, not an e-mail address (to test one server use: mailcheck probe imaps://HOST)", shown)
	}
	at := strings.LastIndexByte(s, '@')
	local, domain := "", s
	if at >= 0 {
		local, domain = s[:at], s[at+1:]
		if err := checkLocal(local); err != nil {
			return Address{}, fmt.Errorf("%s is not an e-mail address: %w", shown, err)
		}
	}
	ascii, err := ParseDomain(domain)
	if err != nil {
		return Address{}, fmt.Errorf("%s is not an e-mail address: %w", shown, err)
	}
	return Address{Local: local, Domain: ascii}, nil
}

// quoted is a quoted string of RFC 5321 section 4.1.2; control characters are
// refused before.
var quoted = regexp.MustCompile(`^"([^"\\]|\\.)+"$`)

// checkLocal applies RFC 5321 section 4.1.2 (dot-string or quoted string) and
// section 4.5.3.1.1 (64 octets), with the characters RFC 6531 adds.
func checkLocal(local string) error {
	switch {
	case local == "":
		return errors.New("nothing stands before the @")
	case len(local) > 64:
		return fmt.Errorf("the part before the @ is longer than 64 bytes (%d)", len(local))
	case quoted.MatchString(local):
		return nil
	}
	for _, r := range local {
		if unicode.IsSpace(r) || strings.ContainsRune("\"(),:;<>@[\\]", r) {
			return fmt.Errorf("%q must not stand before the @", r)
		}
	}
	if strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return errors.New("a dot stands at the wrong place before the @")
	}
	return nil
}

// lookup maps and checks domain names the way browsers do (UTS 46), and refuses
// what DNS cannot hold.
var lookup = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.CheckJoiners(true), idna.StrictDomainName(true), idna.Transitional(false), idna.VerifyDNSLength(true))

// maxName is more than the 253 octets of a name take as U-labels in UTF-8. The
// time to convert a name grows with the square of its length.
const maxName = 1024

// interfaceName is what may follow the % of an IPv6 address (RFC 4007 section 11).
var interfaceName = regexp.MustCompile(`^[0-9A-Za-z._-]*$`)

// ParseDomain returns the domain as lower-case A-labels without a final dot. It
// wants at least two labels, since a single one is not a mail domain.
func ParseDomain(typed string) (string, error) {
	s := strings.TrimSuffix(typed, ".")
	if s == "" {
		return "", errors.New("the domain after the @ is missing")
	}
	if _, err := netip.ParseAddr(strings.Trim(strings.TrimPrefix(s, "[IPv6:"), "[]")); err == nil {
		return "", fmt.Errorf("%s is an IP address; a mail domain such as example.com is needed", s)
	}
	for _, r := range s {
		if strings.ContainsRune(" ,;:/\\\"'()<>[]@!?#%&=+*|~`^$_", r) {
			return "", fmt.Errorf("%q must not stand in a domain name", r)
		}
	}
	if strings.Contains(s, "..") || strings.HasPrefix(s, ".") {
		return "", errors.New("a dot stands at the wrong place in the domain name")
	}
	if len(s) > maxName {
		return "", fmt.Errorf("the domain name is longer than any can be (%d bytes)", len(s))
	}
	ascii, err := lookup.ToASCII(s)
	if err != nil {
		return "", fmt.Errorf("the domain name %s is not valid: %s", Quoted(s), idnaReason(err))
	}
	ascii = strings.ToLower(strings.TrimSuffix(ascii, ".")) // other full stops are mapped to a dot
	if strings.HasSuffix(ascii, ".") {
		return "", errors.New("a dot stands at the wrong place in the domain name")
	}
	if _, err := netip.ParseAddr(ascii); err == nil {
		return "", fmt.Errorf("%s is an IP address; a mail domain such as example.com is needed", ascii)
	}
	if !strings.Contains(ascii, ".") {
		return "", fmt.Errorf("the domain name %s is not complete; it needs an ending, as in example.com", Quoted(s))
	}
	return ascii, nil
}

// idnaReason returns what an error of package idna says, which may quote the name.
func idnaReason(err error) string { return shortened(strings.TrimPrefix(err.Error(), "idna: ")) }

// ParseHost returns a host name as lower-case A-labels, or an IP literal
// without brackets as it is. Underscores are refused: no certificate and no
// client accepts them in a host name.
func ParseHost(typed string) (string, error) {
	if ip, err := netip.ParseAddr(strings.Trim(typed, "[]")); err == nil && interfaceName.MatchString(ip.Zone()) {
		return ip.String(), nil
	}
	s := strings.TrimSuffix(typed, ".")
	if s == "" || len(s) > maxName || !Printable(s) {
		return "", fmt.Errorf("%s is not a host name", Clean(Quoted(typed)))
	}
	ascii, err := lookup.ToASCII(s)
	if err != nil {
		return "", fmt.Errorf("%s is not a host name: %s", Clean(Quoted(typed)), idnaReason(err))
	}
	host := strings.ToLower(strings.TrimSuffix(ascii, "."))
	if strings.HasSuffix(host, ".") {
		return "", fmt.Errorf("%s is not a host name: a dot stands at the wrong place", Clean(Quoted(typed)))
	}
	return host, nil
}

// Username returns the login name that servers expect unless they say otherwise:
// the full address. For a bare domain it is empty.
func (a Address) Username() string {
	if a.Local == "" {
		return ""
	}
	return a.String()
}
