package probes

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"mailcheck"
)

// maxContact is how many bytes somebody may say of himself.
const maxContact = 200

var errContact = errors.New("it is neither a mail address nor an https URL")

// contactDomain returns the domain of a mail address, or the host of an https URL.
func contactDomain(contact string) (string, error) {
	special := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`()\"`, r) } // in a comment of a header (RFC 9110 section 5.6.5)
	if len(contact) > maxContact || strings.ContainsFunc(contact, special) {
		return "", errContact
	}
	if u, err := url.Parse(contact); err == nil && u.Scheme == "https" && u.User == nil {
		host, err := mailcheck.ParseHost(u.Hostname())
		if _, number := netip.ParseAddr(host); err != nil || number == nil || !strings.Contains(host, ".") {
			return "", errContact
		}
		return host, nil
	}
	a, err := mailcheck.ParseAddress(contact)
	if err != nil || a.Local == "" {
		return "", errContact
	}
	return a.Domain, nil
}
