package lab

import (
	"slices"

	"github.com/miekg/dns"
)

// denied returns what the zone signs of records that it does not have: one NSEC record for
// each question, as servers do that sign when they are asked (RFC 4470, RFC 9824).
func (l *Lab) denied(name string, typ uint16, answer []dns.RR) []dns.RR {
	name = dns.CanonicalName(name)
	zone := l.scenario.DNS.zoneOf(name, typ)
	if !l.scenario.DNS.isSigned(zone) {
		return nil
	}
	nsec := &dns.NSEC{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeNSEC, Class: dns.ClassINET, Ttl: 300}}
	switch {
	case len(answer) == 0:
		nsec.NextDomain, nsec.TypeBitMap = `\000.`+name, l.typesOf(name)
	case !l.zone.exists[name]: // it comes from a wildcard
		closer := name
		for !l.zone.exists[parent(closer)] {
			closer = parent(closer)
		}
		label := dns.SplitDomainName(closer)[0]
		before := []byte(label)
		before[len(before)-1]--
		nsec.Hdr.Name = string(before) + "~." + parent(closer)
		nsec.NextDomain, nsec.TypeBitMap = label+`\000.`+parent(closer), []uint16{dns.TypeRRSIG, dns.TypeNSEC}
	default:
		return nil
	}
	all := []dns.RR{nsec}
	for _, s := range l.signatures(zone, all[:1], NoFault) {
		all = append(all, s)
	}
	return all
}

// typesOf returns the types of the records of a name, in their order.
func (l *Lab) typesOf(name string) []uint16 {
	types := []uint16{dns.TypeRRSIG, dns.TypeNSEC}
	for _, rr := range l.zone.records[name] {
		types = append(types, rr.Header().Rrtype)
	}
	if name != "." && l.scenario.DNS.zoneOf(name, dns.TypeNS) == name {
		types = append(types, dns.TypeNS)
	}
	slices.Sort(types)
	return slices.Compact(types)
}
