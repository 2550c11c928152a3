package autoconfig

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/internal/netx"
)

// A password follows where these lead, so each way for the domain itself to name a
// server stands here, once, and that of the public provider database, by which
// Thunderbird goes in the same way. TXT records, mail exchangers and guesses vouch for
// nobody.

// vouchOfFile is for the servers of a settings file that the domain itself serves.
// A source of another kind fetches what somebody else wrote.
func (s *search) vouchOfFile(doc *netx.Document) mailcheck.Vouch {
	if s.ownFile() && !doc.Insecure && ownHost(hostOf(doc.Hops[0]), s.address.Domain) {
		return mailcheck.VouchedByFile
	}
	return mailcheck.NotVouched
}

// vouchOfDatabase is for the servers that the public database of providers has for the
// domain itself, fetched from its own address and from nowhere else; what it has for the
// mail exchanger of a domain is led to by DNS.
func (s *search) vouchOfDatabase(doc *netx.Document) mailcheck.Vouch {
	elsewhere := func(hop string) bool { return !strings.HasPrefix(hop, ISPDB) }
	if doc != nil && !doc.Insecure && len(doc.Hops) > 0 && !slices.ContainsFunc(doc.Hops, elsewhere) {
		return mailcheck.VouchedByDatabase
	}
	return mailcheck.NotVouched
}

// vouchOfPACC is for the servers of a PACC document; it is never asked over http.
func vouchOfPACC(host, domain string) mailcheck.Vouch {
	if ownHost(host, domain) {
		return mailcheck.VouchedByPACC
	}
	return mailcheck.NotVouched
}

// vouchOfWellKnown is for a service to which the domain's own web server led from the place
// that RFC 8615 gives it.
func vouchOfWellKnown(doc *netx.Document, domain string) mailcheck.Vouch {
	if !doc.Insecure && ownHost(hostOf(doc.Hops[0]), domain) {
		return mailcheck.VouchedByWellKnown
	}
	return mailcheck.NotVouched
}

// vouchOfAutodiscover is for the servers of an answer whose trail begins at the
// domain's own https and stays there: neither http nor a DNS record, which may be
// forged, led any part of the way, and no place has its name from a public suffix.
func vouchOfAutodiscover(trail []string) mailcheck.Vouch {
	forged := func(hop string) bool {
		where, address, _ := strings.Cut(hop, " ")
		host, domain := hostOf(where), address[strings.LastIndexByte(address, '@')+1:]
		return !strings.HasPrefix(where, "https://") || host == "autodiscover."+domain && !ownHost(host, domain)
	}
	if len(trail) > 0 && !slices.ContainsFunc(trail, forged) {
		return mailcheck.VouchedByAutodiscover
	}
	return mailcheck.NotVouched
}

// vouchOfRecord is for the target of an SRV record: a host of the domain's own is
// vouched for by its certificate, and any other by the signatures of the record.
func vouchOfRecord(host, domain string, proven bool) mailcheck.Vouch {
	switch {
	case ownHost(host, domain):
		return mailcheck.VouchedByOwnName
	case proven:
		return mailcheck.VouchedByDNSSEC
	}
	return mailcheck.NotVouched
}

// vouch gives all servers and pages of an answer the same, and notes whether its issuers
// can be relied upon.
func (s *search) vouch(a *answer, v mailcheck.Vouch) {
	if a.config != nil && v != mailcheck.NotVouched {
		for _, issuer := range a.config.Issuers {
			s.board.relyOn(document.Expand(issuer.Name, s.address))
		}
	}
	for i := range a.servers {
		a.servers[i].Vouch = v
	}
	for i := range a.links {
		a.links[i].Vouched = v != mailcheck.NotVouched
	}
}

// ownHost reports whether a host is nobody's but the domain's: the domain itself, or
// below it. Below a public suffix, such as co.uk or github.io, are strangers.
func ownHost(host, domain string) bool {
	base, err := publicsuffix.EffectiveTLDPlusOne(host)
	own, ownErr := publicsuffix.EffectiveTLDPlusOne(domain)
	return host == domain || document.Inside(host, domain) && err == nil && ownErr == nil && base == own
}
