package netx

import (
	"cmp"
	"context"
	"encoding/hex"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// proofLimit bounds the questions that find out why an answer failed.
const proofLimit = 2 * time.Second

// askAgain finds out whether a SERVFAIL is the resolver's word for wrong DNSSEC
// signatures. Asked with checking disabled (CD, RFC 4035 section 3.2.2), a resolver
// hands over what it would not vouch for; one that had a moment of weakness answers
// the plain question the next time. The error is then an *Error with the check
// dns.bogus, or none; otherwise it stays as it was.
func (r *Resolver) askAgain(ctx context.Context, q question, failure *net.DNSError) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, proofLimit)
	defer cancel()
	unchecked := q
	unchecked.unchecked = true
	if _, err := r.ask(ctx, unchecked); err != nil && !isNotFound(err) {
		return answer{}, failure
	}
	if a, err := r.ask(ctx, q); err == nil || isNotFound(err) {
		return a, err
	}
	return answer{}, errorf("dns.bogus", "%s %s: %s; with DNSSEC checking off there is an answer", hostName(q.name), dns.TypeToString[q.typ], failure.Err)
}

// servfail returns the error as what a resolver says when it cannot, or will not,
// answer; nil if it is another.
func servfail(err error) *net.DNSError {
	if e, ok := err.(*net.DNSError); ok && strings.HasPrefix(e.Err, dns.RcodeToString[dns.RcodeServerFailure]) {
		return e
	}
	return nil
}

// TLSA is one record of RFC 6698: what a server's certificate must fit.
type TLSA struct {
	Usage        uint8
	Selector     uint8
	MatchingType uint8
	Data         string // lower-case hex
}

// TLSA returns the certificate associations of a name such as
// _993._tcp.imap.example.com, sorted. They count only if Meta.Authenticated.
func (r *Resolver) TLSA(ctx context.Context, name string) ([]TLSA, Meta, error) {
	a, err := r.lookup(ctx, name, dns.TypeTLSA)
	var records []TLSA
	for _, rr := range a.records {
		if rr, ok := rr.(*dns.TLSA); ok {
			if _, err := hex.DecodeString(rr.Certificate); err == nil {
				records = append(records, TLSA{rr.Usage, rr.Selector, rr.MatchingType, strings.ToLower(rr.Certificate)})
			}
		}
	}
	slices.SortFunc(records, func(a, b TLSA) int {
		return cmp.Or(cmp.Compare(a.Usage, b.Usage), cmp.Compare(a.Selector, b.Selector),
			cmp.Compare(a.MatchingType, b.MatchingType), cmp.Compare(a.Data, b.Data))
	})
	return records, a.meta, err
}
