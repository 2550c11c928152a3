package dnssec

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// proof is one answer on its way to be proven.
type proof struct {
	*Validator
	ctx     context.Context
	cancel  context.CancelFunc
	asking  sync.WaitGroup
	replies map[question]*reply
}

type question struct {
	name string
	typ  uint16
}

// reply is what a question brings; answer and err are set when done is closed.
type reply struct {
	done   chan struct{}
	answer Answer
	err    error
}

func newProof(ctx context.Context, v *Validator) *proof {
	ctx, cancel := context.WithCancel(ctx)
	return &proof{Validator: v, ctx: ctx, cancel: cancel, replies: make(map[question]*reply)}
}

// end gives up the questions that nobody needs any longer.
func (p *proof) end() {
	p.cancel()
	p.asking.Wait()
}

// start asks a question without waiting for the answer.
func (p *proof) start(name string, typ uint16) *reply {
	q := question{name, typ}
	if r := p.replies[q]; r != nil {
		return r
	}
	r := &reply{done: make(chan struct{})}
	p.replies[q] = r
	p.asking.Go(func() {
		defer close(r.done)
		r.answer, r.err = p.ask(p.ctx, name, typ)
	})
	return r
}

// get returns the answer to a question.
func (p *proof) get(name string, typ uint16) (Answer, error) {
	r := p.start(name, typ)
	<-r.done
	if err := p.ctx.Err(); err != nil {
		return Answer{}, err
	}
	if r.err != nil {
		return Answer{}, unproven(NoAnswer, name, typ, "%v", r.err)
	}
	return r.answer, nil
}

// verify checks that a set of records is signed by the zone that it is in.
func (p *proof) verify(answer Answer, set []dns.RR) error {
	owner, typ := set[0].Header().Name, set[0].Header().Rrtype
	if len(set) > maxRecords {
		return unproven(Unsupported, owner, typ, "more than %d records", maxRecords)
	}
	signatures, err := signaturesOf(answer.Records, owner, typ)
	if err != nil {
		return err
	}
	if len(signatures) == 0 {
		return p.unsigned(owner, typ)
	}
	zone := dns.CanonicalName(signatures[0].SignerName)
	keys, err := p.zone(zone)
	if err != nil {
		return err
	}
	if err := p.check(keys, signatures, set); err != nil {
		return err
	}
	// Which of the signatures fits does not matter: one without the wildcard would prove more.
	if i := slices.IndexFunc(signatures, func(s *dns.RRSIG) bool { return isExpanded(s, owner) }); i >= 0 {
		return p.mayExpand(answer, zone, owner, typ, int(signatures[i].Labels))
	}
	return nil
}

// mayExpand checks that a wildcard may answer for a name: no name exists that is closer to it
// than the one that the wildcard stands under (RFC 4035 section 5.3.4, RFC 5155 section 8.8).
func (p *proof) mayExpand(answer Answer, zone, owner string, typ uint16, labels int) error {
	if labels < dns.CountLabel(zone) {
		return unproven(Wrong, owner, typ, "it comes from a wildcard that is not in the zone")
	}
	d, err := p.denialOf(answer.Denial, zone)
	if err != nil {
		return err
	}
	closer := owner
	for dns.CountLabel(closer) > labels+1 {
		closer = parent(closer)
	}
	if lacks, optOut := d.lacks(closer); !lacks || optOut {
		return unproven(Wrong, owner, typ, "it comes from a wildcard, and nothing proves that %s does not exist", shown(closer))
	}
	return nil
}

// unsigned says why a set without signatures is not proven. It walks down from the root to the
// zone of the set, and learns whether that is signed.
func (p *proof) unsigned(owner string, typ uint16) error {
	if _, err := p.zone("."); err != nil {
		return err
	}
	above := owner
	if typ == dns.TypeDS {
		above = parent(owner) // it is the zone above that has them
	}
	if dns.CountLabel(above) > maxLabels {
		return unproven(Unsigned, owner, typ, "it is not signed")
	}
	p.askAbove(above)
	zone := "."
	for i := dns.CountLabel(above); i > 0; i-- {
		name := above[dns.Split(above)[i-1]:]
		if p.known(name) != nil {
			zone = name
			continue
		}
		answer, err := p.get(name, dns.TypeDS)
		if err != nil {
			return err
		}
		if len(setOf(answer.Records, name, dns.TypeDS)) > 0 {
			if _, err := p.zone(name); err != nil {
				return err
			}
			zone = name
			continue
		}
		d, err := p.denialOf(answer.Denial, zone)
		if p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		if err != nil || d.cutAt(name) == unknown {
			return unproven(Unsigned, owner, typ, "it is not signed")
		}
		if d.cutAt(name) == insecure {
			return unproven(Unsigned, owner, typ, "it is not signed, and neither is %s", shown(name))
		}
	}
	return unproven(Stripped, owner, typ, "it has no signature, and all in %s has one", shown(zone))
}

// zone returns the keys of a zone, if a chain leads to it: they are signed by one that
// the zone above names in a DS record, which is proven in the same way. The keys of the
// root are known.
func (p *proof) zone(name string) ([]key, error) {
	if keys := p.known(name); keys != nil {
		return keys, nil
	}
	if dns.CountLabel(name) > maxLabels {
		return nil, unproven(Unsupported, name, dns.TypeDNSKEY, "more than %d labels", maxLabels)
	}
	p.askAbove(name)
	ds := p.anchors
	if name != "." {
		var err error
		if ds, err = p.delegation(name); err != nil {
			return nil, err
		}
	}
	answer, err := p.get(name, dns.TypeDNSKEY)
	if err != nil {
		return nil, err
	}
	set := setOf(answer.Records, name, dns.TypeDNSKEY)
	signatures, err := signaturesOf(answer.Records, name, dns.TypeDNSKEY)
	switch {
	case err != nil:
		return nil, err
	case name == "." && len(signatures) == 0:
		return nil, unproven(Withheld, name, dns.TypeDNSKEY, "the resolver hands over no signatures, not even those of the root")
	case len(signatures) == 0:
		return nil, unproven(Wrong, name, dns.TypeDNSKEY, "the zone above says that it is signed, and it is not")
	case len(set) > maxKeys:
		return nil, unproven(Unsupported, name, dns.TypeDNSKEY, "more than %d keys", maxKeys)
	}
	keys := keysOf(set)
	ds = slices.DeleteFunc(slices.Clone(ds), func(d *dns.DS) bool { return !names(d) })
	named := namedBy(ds, keys)
	switch {
	case len(ds) == 0:
		return nil, unproven(Unsupported, name, dns.TypeDNSKEY, "the zone above names its keys in old ways only")
	case len(named) == 0:
		return nil, unproven(Wrong, name, dns.TypeDNSKEY, "no key that can be used is one that the zone above names")
	}
	if err := p.check(named, signatures, set); err != nil {
		return nil, err
	}
	p.remember(name, keys)
	return keys, nil
}

// askAbove asks at once all that the chain to a zone may need, since where zones begin
// is not known. It costs one round trip.
func (p *proof) askAbove(name string) {
	for ; name != "."; name = parent(name) {
		if p.known(name) != nil {
			return
		}
		p.start(name, dns.TypeDS)
		p.start(name, dns.TypeDNSKEY)
	}
	if p.known(".") == nil {
		p.start(".", dns.TypeDNSKEY)
	}
}

func parent(name string) string {
	if i, end := dns.NextLabel(name, 0); !end {
		return name[i:]
	}
	return "."
}

// delegation returns what the zone above says of the keys of a zone.
func (p *proof) delegation(name string) ([]*dns.DS, error) {
	answer, err := p.get(name, dns.TypeDS)
	if err != nil {
		return nil, err
	}
	set := setOf(answer.Records, name, dns.TypeDS)
	switch {
	case len(set) == 0:
		if _, err := p.zone("."); err != nil {
			return nil, err
		}
		return nil, unproven(Island, name, dns.TypeDS, "the zone above has no such record")
	case len(set) > maxDS:
		return nil, unproven(Unsupported, name, dns.TypeDS, "more than %d records", maxDS)
	}
	if err := p.verify(answer, set); err != nil {
		return nil, err
	}
	var all []*dns.DS
	for _, rr := range set {
		all = append(all, rr.(*dns.DS))
	}
	return all, nil
}

// signaturesOf returns the signatures of a set of records that may prove it, all of one
// zone; without an error and a signature, it has none at all.
func signaturesOf(answer []dns.RR, owner string, typ uint16) ([]*dns.RRSIG, error) {
	var usable []*dns.RRSIG
	var flaw error
	for _, rr := range setOf(answer, owner, dns.TypeRRSIG) {
		s := rr.(*dns.RRSIG)
		if s.TypeCovered != typ {
			continue
		}
		err := fit(s, owner)
		switch {
		case err != nil && flaw == nil:
			flaw = err
		case err == nil && (len(usable) == 0 || strings.EqualFold(s.SignerName, usable[0].SignerName)):
			usable = append(usable, s)
		}
	}
	if len(usable) > 0 {
		return usable, nil
	}
	return nil, flaw
}

// fit says why a signature cannot prove anything, whatever its key is (RFC 4035 section
// 5.3.1).
func fit(s *dns.RRSIG, owner string) error {
	signer := dns.CanonicalName(s.SignerName)
	now := uint32(time.Now().Unix())
	switch {
	case !dns.IsSubDomain(signer, owner):
		return unproven(Wrong, owner, s.TypeCovered, "it is signed by %s, which it does not belong to", shown(signer))
	case s.TypeCovered == dns.TypeDS && signer == owner:
		return unproven(Wrong, owner, s.TypeCovered, "it is signed by the zone itself, not by the one above")
	case s.TypeCovered == dns.TypeDNSKEY && signer != owner:
		return unproven(Wrong, owner, s.TypeCovered, "it is signed by %s, not by the zone itself", shown(signer))
	case int(s.Labels) > dns.CountLabel(owner):
		return unproven(Wrong, owner, s.TypeCovered, "it is the signature of a longer name")
	case isExpanded(s, owner) && (s.TypeCovered == dns.TypeDS || s.TypeCovered == dns.TypeDNSKEY):
		return unproven(Wrong, owner, s.TypeCovered, "it comes from a wildcard, and no zone does")
	case !supported(s.Algorithm):
		return unproven(Unsupported, owner, s.TypeCovered, "it is signed by algorithm %d, which is not checked here", s.Algorithm)
	case int32(s.Expiration-now) < 0: // serial arithmetic, RFC 4034 section 3.1.5
		return unproven(Wrong, owner, s.TypeCovered, "its signature was valid to %s", day(s.Expiration))
	case int32(now-s.Inception) < 0:
		return unproven(Wrong, owner, s.TypeCovered, "its signature is valid from %s", day(s.Inception))
	}
	return nil
}

func day(t uint32) string { return time.Unix(int64(t), 0).UTC().Format("2 January 2006 15:04 UTC") }

// isExpanded reports whether a signature is that of a wildcard that answers for a name. The
// wildcard's own star does not count (RFC 4034 section 3.1.3).
func isExpanded(s *dns.RRSIG, owner string) bool {
	return int(s.Labels) < dns.CountLabel(strings.TrimPrefix(owner, "*."))
}
