package netx

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"

	"github.com/miekg/dns"
)

// maxTLSA is the number of TLSA records of one name that are looked at. A
// roll-over of two keys needs four.
const maxTLSA = 16

// TLSA says which certificate or key a server has (RFC 6698 section 2).
type TLSA struct {
	Usage        uint8
	Selector     uint8
	MatchingType uint8
	Data         []byte // certificate association data
}

// TLSA returns the TLSA records of a name such as _993._tcp.imap.example.com,
// sorted, since resolvers shuffle them. They mean something only where they are
// proven (RFC 6698 section 4.1), see [Run.Prove].
func (r *Resolver) TLSA(ctx context.Context, name string) ([]TLSA, Meta, error) {
	a, err := r.lookup(ctx, name, dns.TypeTLSA)
	var records []TLSA
	for _, rr := range a.records {
		rr, ok := rr.(*dns.TLSA)
		if !ok {
			continue
		}
		if data, err := hex.DecodeString(rr.Certificate); err == nil {
			records = append(records, TLSA{rr.Usage, rr.Selector, rr.MatchingType, data})
		}
	}
	slices.SortFunc(records, func(a, b TLSA) int {
		return cmp.Or(cmp.Compare(a.Usage, b.Usage), cmp.Compare(a.Selector, b.Selector),
			cmp.Compare(a.MatchingType, b.MatchingType), slices.Compare(a.Data, b.Data))
	})
	if len(records) > maxTLSA {
		records, a.meta.Truncated = records[:maxTLSA], true
	}
	return records, a.meta, err
}
