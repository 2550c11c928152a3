package netx

import (
	"context"
	"slices"

	"github.com/miekg/dns"

	"mailcheck/internal/dnssec"
)

// Anchors are keys of the root of DNS that are trusted; the zero value is those of the
// internet.
type Anchors struct{ ds []*dns.DS }

// ParseAnchors reads DS or DNSKEY records of the root, such as ". IN DS 20326 8 2 E06D...".
func ParseAnchors(text string) (Anchors, error) {
	ds, err := dnssec.Anchors(text)
	return Anchors{ds}, err
}

// Prove reports whether the records of an answer are those that their zone has signed;
// of [Resolver.Addrs] those of one family. It asks the question again, with the
// signatures: two or three round trips, so use it where the outcome counts. The error
// is an [*dnssec.Unproven], or that of the context.
func (n *Run) Prove(ctx context.Context, m Meta) error {
	if len(m.records) == 0 {
		return &dnssec.Unproven{Flaw: dnssec.Unsigned, Set: hostName(m.asked.name), Why: "there is no record, and that is never proven"}
	}
	set := hostName(m.asked.name) + " " + dns.TypeToString[m.asked.typ]
	if len(m.records) > maxProven {
		return &dnssec.Unproven{Flaw: dnssec.Unsupported, Set: set, Why: "there are too many records"}
	}
	proven, err := n.validator.Prove(ctx, m.asked.name, m.asked.typ)
	if err != nil {
		return err
	}
	if !within(m.records, proven) || !within(proven, m.records) {
		return &dnssec.Unproven{Flaw: dnssec.Wrong, Set: set, Why: "the signed records are others"}
	}
	return nil
}

// maxProven is how many records of an answer are compared with those that are signed.
const maxProven = 128

// within reports whether all records of one list are in another.
func within(some, all []dns.RR) bool {
	return !slices.ContainsFunc(some, func(a dns.RR) bool {
		return !slices.ContainsFunc(all, func(b dns.RR) bool { return dns.IsDuplicate(a, b) })
	})
}

// signedAnswer is a [dnssec.Ask].
func (r *Resolver) signedAnswer(ctx context.Context, name string, typ uint16) (dnssec.Answer, error) {
	if err := ctx.Err(); err != nil {
		return dnssec.Answer{}, err
	}
	q := question{name: dns.CanonicalName(name), typ: typ, signed: true}
	if q.name != "." && (!validName(q.name) || isLocalhost(q.name)) {
		return dnssec.Answer{}, nil
	}
	a, err := r.answerTo(ctx, q)
	if err != nil && !isNotFound(err) {
		return dnssec.Answer{}, err
	}
	return a.signed, nil
}
