package dnssec

import (
	"bytes"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// The bounds of what is looked at in a denial. Each iteration costs a hash for each name
// that is compared, so that a zone could have others compute (CVE-2023-50868); RFC 9276
// section 3.1 wants none at all, and section 3.2 lets validators have a limit.
const (
	maxDenials    = 8 // NSEC or NSEC3 records of one answer
	maxIterations = 100
)

// denial is what a zone has signed of the names that it does not have: NSEC records (RFC
// 4034 section 4), each of which names the next one that exists, or NSEC3 records (RFC
// 5155), which do the same with hashes of the names.
type denial struct {
	zone   string
	plain  []*dns.NSEC
	hashed []*dns.NSEC3
}

// denialOf reads the denial in the authority section of an answer, as far as it is signed by
// the zone.
func (p *proof) denialOf(authority []dns.RR, zone string) (*denial, error) {
	d, count := &denial{zone: zone}, 0
	for _, rr := range authority {
		h := rr.Header()
		owner := dns.CanonicalName(h.Name)
		if h.Rrtype != dns.TypeNSEC && h.Rrtype != dns.TypeNSEC3 || !dns.IsSubDomain(zone, owner) {
			continue
		}
		if count++; count > maxDenials {
			return nil, unproven(Unsupported, zone, h.Rrtype, "more than %d records deny", maxDenials)
		}
		if err := p.readDenial(d, authority, owner, h.Rrtype); err != nil {
			return nil, err
		}
	}
	if count == 0 {
		return nil, unproven(Unsupported, zone, dns.TypeNSEC, "the resolver hands over nothing that says what does not exist")
	}
	return d, nil
}

// readDenial adds one record.
func (p *proof) readDenial(d *denial, authority []dns.RR, owner string, typ uint16) error {
	set := setOf(authority, owner, typ)
	signatures, err := signaturesOf(authority, owner, typ)
	switch {
	case err != nil:
		return err
	case len(signatures) == 0 || dns.CanonicalName(signatures[0].SignerName) != d.zone:
		return unproven(Wrong, owner, typ, "it is not signed by %s", shown(d.zone))
	case len(set) != 1:
		return unproven(Wrong, owner, typ, "there are %d of it", len(set))
	case isExpanded(signatures[0], owner): // RFC 4035 section 5.3.4: nothing of the kind is ever expanded
		return unproven(Wrong, owner, typ, "it comes from a wildcard")
	}
	keys, err := p.zone(d.zone)
	if err != nil {
		return err
	}
	if err := p.check(keys, signatures, set); err != nil {
		return err
	}
	switch rr := set[0].(type) {
	case *dns.NSEC:
		d.plain = append(d.plain, rr)
	case *dns.NSEC3:
		if rr.Hash != dns.SHA1 || rr.Iterations > maxIterations {
			return unproven(Unsupported, owner, typ, "it is hashed %d times by algorithm %d, which is not checked here", rr.Iterations, rr.Hash)
		}
		rr.NextDomain = strings.ToUpper(rr.NextDomain)
		d.hashed = append(d.hashed, rr)
	}
	return nil
}

// typesAt returns the types of records that a name has, if the denial says so.
func (d *denial) typesAt(name string) ([]uint16, bool) {
	for _, rr := range d.plain {
		if rr.Hdr.Name == name {
			return rr.TypeBitMap, true
		}
	}
	for _, rr := range d.hashed {
		if rr.Match(name) {
			return rr.TypeBitMap, true
		}
	}
	return nil, false
}

// lacks reports whether a name does not exist, nor any below it. Where it is hashed, optOut
// says that unsigned delegations are left out of what the record covers (RFC 5155 section 6).
func (d *denial) lacks(name string) (lacks, optOut bool) {
	for _, rr := range d.plain {
		next := dns.CanonicalName(rr.NextDomain)
		if between(rr.Hdr.Name, name, next, d.zone) && !dns.IsSubDomain(name, next) && !entrusted(rr.TypeBitMap, rr.Hdr.Name, name) {
			return true, false
		}
	}
	for _, rr := range d.hashed {
		if rr.Cover(name) && !rr.Match(name) {
			return true, rr.Flags&1 != 0
		}
	}
	return false, false
}

// entrusted reports whether a name lies below one that the zone has handed on, of which its
// NSEC record says nothing (RFC 6840 section 4.1).
func entrusted(types []uint16, owner, name string) bool {
	handedOn := slices.Contains(types, dns.TypeNS) && !slices.Contains(types, dns.TypeSOA) || slices.Contains(types, dns.TypeDNAME)
	return handedOn && dns.IsSubDomain(owner, name)
}

// cut is whether a zone begins at a name, as far as the zone above says so.
type cut int

const (
	unknown  cut = iota
	noCut        // the name belongs to the zone above, or does not exist
	insecure     // a zone begins there, and its keys are named nowhere
)

// cutAt reads what the zone above has in the place of a DS record (RFC 4035 section 5.2, RFC
// 5155 section 8.6 and 8.9).
func (d *denial) cutAt(name string) cut {
	if types, ok := d.typesAt(name); ok {
		switch {
		case slices.Contains(types, dns.TypeDS), slices.Contains(types, dns.TypeSOA): // the latter is what the zone itself says
			return unknown
		case slices.Contains(types, dns.TypeNS):
			return insecure
		}
		return noCut
	}
	if len(d.plain) > 0 {
		// A name that has no records, and others below it, lies before the next one, too.
		for _, rr := range d.plain {
			if between(rr.Hdr.Name, name, dns.CanonicalName(rr.NextDomain), d.zone) && !entrusted(rr.TypeBitMap, rr.Hdr.Name, name) {
				return noCut
			}
		}
		return unknown
	}
	return d.hashedCut(name)
}

// hashedCut looks for the closest name above that exists, and whether the next one below it
// does not (RFC 5155 section 8.3).
func (d *denial) hashedCut(name string) cut {
	for next := name; next != d.zone; next = parent(next) {
		types, ok := d.typesAt(parent(next))
		if !ok {
			continue
		}
		lacks, optOut := d.lacks(next)
		switch {
		case !lacks, entrusted(types, parent(next), name):
			return unknown
		case optOut:
			return insecure
		}
		return noCut
	}
	return unknown
}

// between reports whether a name comes behind another and before the next one of a zone, in
// the order of RFC 4034 section 6.1. Behind the last comes the zone's own.
func between(before, name, next, zone string) bool {
	return inOrder(before, name) && (next == zone || inOrder(name, next))
}

// inOrder reports whether the first name comes before the second.
func inOrder(first, second string) bool {
	a, b := octets(first), octets(second)
	for i := 1; i <= min(len(a), len(b)); i++ {
		if c := bytes.Compare(a[len(a)-i], b[len(b)-i]); c != 0 {
			return c < 0
		}
	}
	return len(a) < len(b)
}

// octets returns the labels of a name as they are sent, in small letters.
func octets(name string) [][]byte {
	wire := make([]byte, 256)
	n, err := dns.PackDomainName(dns.CanonicalName(name), wire, 0, nil, false)
	if err != nil {
		return nil // no name that came over the network
	}
	var labels [][]byte
	for wire = wire[:n]; len(wire) > 0 && wire[0] > 0; wire = wire[1+wire[0]:] {
		labels = append(labels, wire[1:1+wire[0]])
	}
	return labels
}
