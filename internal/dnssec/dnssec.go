// Package dnssec proves DNS answers by their signatures (RFC 4033 to 4035).
//
// A resolver's own word that it has validated an answer, the AD bit, proves nothing: it
// comes over a network, or from a forwarder on this machine that repeats what came over
// one (RFC 4035 section 4.9.3). So the chain of keys is built here, from the keys of the
// root that everybody knows down to the zone that signed the answer, out of what the
// same resolver says: what fits the chain is genuine, whoever handed it over.
//
// That something does not exist is signed too (NSEC and NSEC3, RFC 4035 section 5.4 and RFC
// 5155): that a zone has no keys that count, so that an answer without signatures is what it
// should be, and that a wildcard may answer, since the name itself has no record. An answer
// without signatures out of a zone that has them is one that somebody has changed.
package dnssec

import (
	"context"
	"fmt"
	"sync"

	"github.com/miekg/dns"
)

// The bounds of what is looked at. To check one signature by each of many keys with the
// same tag takes minutes (KeyTrap, CVE-2023-50387), so the checks are counted.
const (
	maxAliases       = 8   // CNAME records that are followed
	maxLabels        = 10  // of a zone's name
	maxRecords       = 128 // of one set
	maxKeys          = 24  // of one zone
	maxDS            = 16  // of one zone
	maxTries         = 8   // signature checks for one set; with each key and signature in order it is one
	maxVerifications = 512 // signature checks of a validator, whatever it is asked
)

// Ask puts a question to a recursive resolver, with the request for signatures (DO). That
// there is no record is no error, and that the name does not exist neither.
type Ask func(ctx context.Context, name string, typ uint16) (Answer, error)

// Answer is what a resolver answers.
type Answer struct {
	Records []dns.RR // the answer section
	Denial  []dns.RR // the authority section, where a zone says what it does not have
}

// Flaw is why an answer is not proven.
type Flaw int

// The flaws.
const (
	Unsigned    Flaw = 1 + iota // it has no signature, and there is no reason why it should have one
	Stripped                    // it has no signature, and the zone signs all that it has
	Island                      // the zone is signed, and the zone above does not say so, so that nothing vouches for its keys
	Withheld                    // the resolver has no signatures, not even of the root, so that nothing is known
	Wrong                       // there is a signature, and it proves nothing: outdated, or by a key that does not count
	Unsupported                 // it may be signed well, in a way that is not checked here: an old algorithm, beyond a bound
	NoAnswer                    // a question on the way was not answered
)

// Unproven is an answer that is not proven.
type Unproven struct {
	Flaw Flaw
	Set  string // of which records: name and type
	Why  string
}

func (e *Unproven) Error() string { return e.Set + ": " + e.Why }

func unproven(f Flaw, name string, typ uint16, format string, args ...any) error {
	return &Unproven{f, shown(name) + " " + dns.TypeToString[typ], fmt.Sprintf(format, args...)}
}

// shown is a name as people write it. The root is a dot.
func shown(name string) string {
	if name == "." {
		return name
	}
	return name[:len(name)-1]
}

// Validator proves answers. What it has proven of zones it remembers, so make one for
// each run. It is safe for use by several goroutines.
type Validator struct {
	ask     Ask
	anchors []*dns.DS // of the root's keys

	mu            sync.Mutex
	zones         map[string][]key // by name; each proven
	verifications int
}

// New returns a validator that trusts these keys of the root.
func New(anchors []*dns.DS, ask Ask) *Validator {
	return &Validator{ask: ask, anchors: anchors, zones: make(map[string][]key)}
}

// Prove asks a question, and returns the records that the zone has signed: those of the
// name, or of the name that signed aliases lead to. The error is an *Unproven, or that of
// the context.
func (v *Validator) Prove(ctx context.Context, name string, typ uint16) ([]dns.RR, error) {
	p := newProof(ctx, v)
	defer p.end()
	p.start(".", dns.TypeDNSKEY) // every chain begins there
	owner := dns.CanonicalName(name)
	answer, err := p.get(owner, typ)
	if err != nil {
		return nil, err
	}
	for range maxAliases + 1 {
		records := setOf(answer.Records, owner, typ)
		if len(records) > 0 {
			if err := p.verify(answer, records); err != nil {
				return nil, err
			}
			return records, nil
		}
		aliases := setOf(answer.Records, owner, dns.TypeCNAME)
		if len(aliases) != 1 {
			return nil, unproven(Unsigned, owner, typ, "there is no record, and that is never proven")
		}
		if err := p.verify(answer, aliases); err != nil {
			return nil, err
		}
		owner = dns.CanonicalName(aliases[0].(*dns.CNAME).Target)
	}
	return nil, unproven(Unsupported, owner, typ, "more than %d aliases lead here", maxAliases)
}

// setOf returns the records of one name and type in an answer, as they are signed: with
// the name in lower case (RFC 4034 section 6.2).
func setOf(answer []dns.RR, owner string, typ uint16) []dns.RR {
	var set []dns.RR
	for _, rr := range answer {
		h := rr.Header()
		if h.Rrtype == typ && h.Class == dns.ClassINET && dns.CanonicalName(h.Name) == owner {
			rr = dns.Copy(rr)
			rr.Header().Name = owner
			set = append(set, rr)
		}
	}
	return set
}

// spend takes one of the signature checks that the validator may make, and reports
// whether there was one.
func (v *Validator) spend() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.verifications == maxVerifications {
		return false
	}
	v.verifications++
	return true
}

// known returns the keys of a zone that the chain has led to before.
func (v *Validator) known(zone string) []key {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.zones[zone]
}

func (v *Validator) remember(zone string, keys []key) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.zones[zone] = keys
}
