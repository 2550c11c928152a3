package dnssec

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"mailcheck/internal/keys"
)

// key is a key that may sign records.
type key struct {
	*dns.DNSKEY
	tag uint16
}

// supported reports whether signatures by an algorithm are checked: those that RFC 8624
// section 3.1 wants, but for what no Go library has. Not one of them uses SHA-1.
func supported(algorithm uint8) bool {
	switch algorithm {
	case dns.RSASHA256, dns.RSASHA512, dns.ECDSAP256SHA256, dns.ECDSAP384SHA384, dns.ED25519:
		return true
	}
	return false
}

// keysOf returns the keys that may sign records (RFC 4034 section 2.1) and are safe to
// use. One that is revoked is not (RFC 5011 section 2.1).
func keysOf(set []dns.RR) []key {
	var usable []key
	for _, rr := range set {
		k := rr.(*dns.DNSKEY)
		if k.Flags&dns.ZONE != 0 && k.Flags&dns.REVOKE == 0 && k.Protocol == 3 && supported(k.Algorithm) && sound(k) {
			usable = append(usable, key{k, k.KeyTag()})
		}
	}
	return usable
}

// longest is how long the text of a key is at most: that of an RSA key of keys.MaxBits.
var longest = base64.StdEncoding.EncodedLen(keys.MaxBits/8 + 8)

// minBits is the length of the shortest RSA key that counts. Some zones still sign with
// keys of that length, which they change often.
const minBits = 1024

// sound reports whether a key has the form of its algorithm, and costs no more than keys
// do.
func sound(k *dns.DNSKEY) bool {
	if len(k.PublicKey) > longest {
		return false
	}
	raw, err := base64.StdEncoding.DecodeString(k.PublicKey)
	if err != nil {
		return false
	}
	switch k.Algorithm {
	case dns.ED25519:
		return len(raw) == 32
	case dns.ECDSAP256SHA256:
		return len(raw) == 64
	case dns.ECDSAP384SHA384:
		return len(raw) == 96
	}
	return soundRSA(raw)
}

// soundRSA reads a key as RFC 3110 section 2 has it: the length of the exponent, the
// exponent, the modulus.
func soundRSA(raw []byte) bool {
	if len(raw) == 0 || int(raw[0]) == 0 || len(raw) < 1+int(raw[0]) || raw[0] > 4 {
		return false // an exponent of more than 32 bits serves nobody, and takes time
	}
	exponent := new(big.Int).SetBytes(raw[1 : 1+raw[0]])
	modulus := new(big.Int).SetBytes(raw[1+raw[0]:])
	return exponent.Cmp(big.NewInt(2)) > 0 && exponent.Bit(0) == 1 && modulus.BitLen() >= minBits && modulus.BitLen() <= keys.MaxBits
}

// names reports whether a DS record names a key in a way that counts (RFC 8624 sections
// 3.1 and 3.3).
func names(d *dns.DS) bool {
	return supported(d.Algorithm) && (d.DigestType == dns.SHA256 || d.DigestType == dns.SHA384)
}

// namedBy returns the keys that DS records name.
func namedBy(ds []*dns.DS, all []key) []key {
	var named []key
	for _, k := range all {
		for _, d := range ds {
			if d.KeyTag != k.tag || d.Algorithm != k.Algorithm {
				continue
			}
			if made := k.ToDS(d.DigestType); made != nil && strings.EqualFold(made.Digest, d.Digest) {
				named = append(named, k)
				break
			}
		}
	}
	return named
}

// check tries the keys on the signatures of a set of records until one fits.
func (v *Validator) check(all []key, signatures []*dns.RRSIG, set []dns.RR) error {
	owner, typ := set[0].Header().Name, set[0].Header().Rrtype
	tries := 0
	for _, s := range signatures {
		for _, k := range all {
			if k.tag != s.KeyTag || k.Algorithm != s.Algorithm {
				continue
			}
			if tries++; tries > maxTries || !v.spend() {
				return unproven(Unsupported, owner, typ, "too many keys and signatures would have to be tried")
			}
			if s.Verify(k.DNSKEY, set) == nil {
				return nil
			}
		}
	}
	if tries == 0 {
		return unproven(Wrong, owner, typ, "it is signed by no key of %s that counts", shown(dns.CanonicalName(signatures[0].SignerName)))
	}
	return unproven(Wrong, owner, typ, "its signature does not fit")
}

// root are the keys of the root, as IANA publishes them
// (https://data.iana.org/root-anchors/root-anchors.xml): KSK-2017 and KSK-2024.
var root = []string{
	". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
	". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
}

// Root returns the keys of the root that everybody knows.
func Root() []*dns.DS {
	anchors, err := Anchors(strings.Join(root, "\n"))
	if err != nil {
		panic(err)
	}
	return anchors
}

// maxAnchors is how many keys may be trusted: a root has one, and two while they change.
const maxAnchors = 16

// Anchors reads the keys of a root, each as a DS or a DNSKEY record, as zone files have them
// and the root.key of unbound. Of DNSKEY records those that sign keys count (SEP, RFC 4034
// section 2.1.1).
func Anchors(text string) ([]*dns.DS, error) {
	var anchors []*dns.DS
	parser := dns.NewZoneParser(strings.NewReader(text), ".", "")
	parser.SetDefaultTTL(0)
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		if rr.Header().Name != "." {
			return nil, fmt.Errorf("there is a record of %s, which is no root", rr.Header().Name)
		}
		switch rr := rr.(type) {
		case *dns.DS:
			anchors = append(anchors, rr)
		case *dns.DNSKEY:
			if rr.Flags&dns.SEP != 0 && len(keysOf([]dns.RR{rr})) == 1 {
				anchors = append(anchors, rr.ToDS(dns.SHA256))
			}
		default:
			return nil, fmt.Errorf("a %s record is no key", dns.TypeToString[rr.Header().Rrtype])
		}
		if len(anchors) > maxAnchors {
			return nil, fmt.Errorf("there are more than %d keys", maxAnchors)
		}
	}
	if err := parser.Err(); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(anchors, names) {
		return nil, errors.New("there is no DS or DNSKEY record of a key that can be checked")
	}
	return anchors, nil
}
