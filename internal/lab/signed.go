package lab

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// zoneKey signs the records of a zone.
type zoneKey struct {
	*dns.DNSKEY
	private ed25519.PrivateKey
}

// keyOf returns the key of a zone, which is the same in every lab. A stranger has one of
// the same name.
func keyOf(zone string, stranger bool) zoneKey {
	seed := sha256.Sum256(fmt.Appendf(nil, "lab zone key of %s %t", zone, stranger))
	private := ed25519.NewKeyFromSeed(seed[:])
	return zoneKey{&dns.DNSKEY{
		Hdr:   dns.RR_Header{Name: zone, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 300},
		Flags: dns.ZONE | dns.SEP, Protocol: 3, Algorithm: dns.ED25519,
		PublicKey: base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey)),
	}, private}
}

// Anchors returns the DS record of the lab's root, which is always signed.
func (l *Lab) Anchors() string { return keyOf(".", false).ToDS(dns.SHA256).String() }

// isSigned reports whether a zone is signed: the root, and those that the scenario says,
// with all that are above them.
func (f DNSFaults) isSigned(zone string) bool {
	return zone == "." || slices.ContainsFunc(f.Signed, func(s string) bool { return dns.IsSubDomain(zone, dns.Fqdn(s)) })
}

// zoneOf returns the zone that a record is in. Domains with two labels are zones of
// their own, signed or not.
func (f DNSFaults) zoneOf(owner string, typ uint16) string {
	if typ == dns.TypeDS && owner != "." {
		owner = parent(owner) // it is the zone above that has them
	}
	for zone := owner; ; zone = parent(zone) {
		if f.isSigned(zone) || dns.CountLabel(zone) == 2 {
			return zone
		}
	}
}

// keyRecords answers questions for the keys of a signed zone, and for what the zone above
// says of them.
func (f DNSFaults) keyRecords(name string, typ uint16, fault Fault) []dns.RR {
	name = dns.CanonicalName(name)
	key := keyOf(name, fault == OtherKey)
	switch {
	case !f.isSigned(name):
	case typ == dns.TypeDNSKEY && fault == HugeKey:
		return []dns.RR{hugeKey(name)}
	case typ == dns.TypeDS && fault == HugeKey:
		return []dns.RR{hugeDelegation(name)}
	case typ == dns.TypeDNSKEY && fault == Colliding:
		return append(colliding(key), key.DNSKEY)
	case typ == dns.TypeDNSKEY:
		return []dns.RR{key.DNSKEY}
	case typ == dns.TypeDS && name != ".":
		return []dns.RR{keyOf(name, false).ToDS(dns.SHA256)}
	}
	return nil
}

// sign adds the signatures to an answer.
func (l *Lab) sign(answer []dns.RR, fault Fault) []dns.RR {
	type set struct {
		owner string
		typ   uint16
	}
	sets := map[set][]dns.RR{}
	var order []set
	for _, rr := range answer {
		s := set{dns.CanonicalName(rr.Header().Name), rr.Header().Rrtype}
		if sets[s] == nil {
			order = append(order, s)
		}
		sets[s] = append(sets[s], rr)
	}
	for _, s := range order {
		zone := l.scenario.DNS.zoneOf(s.owner, s.typ)
		if !l.scenario.DNS.isSigned(zone) || fault == Unsigned {
			continue
		}
		for _, signature := range l.signatures(zone, sets[s], fault) {
			answer = append(answer, signature)
		}
	}
	return answer
}

// signatures returns those of one set of records. Those that stand for a wildcard are
// signed as the wildcard is (RFC 4035 section 2.2).
func (l *Lab) signatures(zone string, set []dns.RR, fault Fault) []*dns.RRSIG {
	owner, typ := set[0].Header().Name, set[0].Header().Rrtype
	asWritten := make([]dns.RR, len(set))
	wild := dns.CanonicalName(owner)
	if typ != dns.TypeDS && typ != dns.TypeDNSKEY && typ != dns.TypeNSEC && !l.zone.exists[wild] {
		for !l.zone.exists[wild] {
			wild = parent(wild)
		}
		wild = "*." + wild
	}
	for i, rr := range set {
		asWritten[i] = dns.Copy(rr)
		asWritten[i].Header().Name = wild
	}
	now := time.Now().Add(l.scenario.Behind)
	from, to := now.Add(-day), now.Add(day)
	key := keyOf(zone, fault == OtherKey && typ != dns.TypeDS)
	switch fault {
	case Expired:
		from, to = now.Add(-3*day), now.Add(-2*day)
	case BySibling:
		key = keyOf("sibling."+strings.TrimPrefix(parent(zone), "."), false)
	case ByChild:
		key = keyOf("child."+owner, false)
	}
	s := &dns.RRSIG{Algorithm: key.Algorithm, KeyTag: key.KeyTag(), SignerName: key.Hdr.Name, Inception: uint32(from.Unix()), Expiration: uint32(to.Unix())}
	if err := s.Sign(key.private, asWritten); err != nil {
		panic(fmt.Sprintf("lab: signature: %v", err))
	}
	s.Hdr.Name = owner
	all := []*dns.RRSIG{s}
	if fault == HugeKey && typ != dns.TypeDS {
		s.Algorithm, s.KeyTag = dns.RSASHA256, hugeKey(zone).KeyTag()
	}
	if fault == Colliding && typ != dns.TypeDS && typ != dns.TypeDNSKEY {
		for range 100 {
			wrong := dns.Copy(s).(*dns.RRSIG)
			wrong.Signature = base64.StdEncoding.EncodeToString(make([]byte, ed25519.SignatureSize))
			all = append([]*dns.RRSIG{wrong}, all...)
		}
	}
	return all
}

// colliding returns keys with the tag of another. The tag is a sum of words, so that
// their order does not matter (RFC 4034 appendix B).
func colliding(key zoneKey) []dns.RR {
	var all []dns.RR
	raw := slices.Clone(key.private.Public().(ed25519.PublicKey))
	for range 15 {
		raw = append(raw[2:], raw[:2]...)
		k := dns.Copy(key.DNSKEY).(*dns.DNSKEY)
		k.PublicKey = base64.StdEncoding.EncodeToString(raw)
		all = append(all, k)
	}
	return all
}

// hugeKey is an RSA key of 250,000 bits.
func hugeKey(zone string) *dns.DNSKEY {
	k := keyOf(zone, false).DNSKEY
	k.Algorithm = dns.RSASHA256
	k.PublicKey = base64.StdEncoding.EncodeToString(slices.Concat([]byte{3, 1, 0, 1}, slices.Repeat([]byte{0xff}, 31250)))
	return k
}

// hugeDelegation is the DS record that fits it (RFC 4034 section 5.1.4).
func hugeDelegation(zone string) *dns.DS {
	k := hugeKey(zone)
	wire := make([]byte, 64<<10)
	n, err := dns.PackRR(k, wire, 0, nil, false)
	if err != nil {
		panic(fmt.Sprintf("lab: key: %v", err))
	}
	name := slices.Clone(wire[:len(zone)+1]) // a name takes one byte more than its text
	data := wire[len(zone)+1+10 : n]         // behind type, class, TTL and length
	return &dns.DS{
		Hdr:    dns.RR_Header{Name: zone, Rrtype: dns.TypeDS, Class: dns.ClassINET, Ttl: 300},
		KeyTag: k.KeyTag(), Algorithm: k.Algorithm, DigestType: dns.SHA256, Digest: fmt.Sprintf("%x", sha256.Sum256(append(name, data...))),
	}
}

// rewrite has SRV records lead to a stranger.
func rewrite(answer []dns.RR) {
	for _, rr := range answer {
		if srv, ok := rr.(*dns.SRV); ok {
			srv.Target = strings.Replace(srv.Target, ".example.com.", ".example.net.", 1)
		}
	}
}
