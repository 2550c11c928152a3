package netx

import (
	"cmp"
	"context"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"
)

// The limits of DNS answers that callers see.
const (
	maxSRV   = 32 // records of one SRV answer; real ones hold a handful
	maxAddrs = 16 // addresses of one name, both families together
)

// How much is remembered; beyond it all that was answered is forgotten, so that
// neither a bulk run nor a server grows.
const (
	maxAnswers = 4096
	maxWire    = 4 << 20 // bytes, as they came; in memory a record takes ten times as much
)

// Meta says what is known about an answer besides its records.
type Meta struct {
	Aliases   []string // names that CNAME records led to from the question, in order
	Server    string   // the resolver that answered, IP:port
	Truncated bool     // there were more records than are returned
	Partial   error    // Addrs: why one family is missing

	asked   question
	records []dns.RR // all of them
}

// SRV is one service record (RFC 2782).
type SRV struct {
	Target   string // lower case, no final dot; "." says that the service is not offered
	Port     uint16
	Priority uint16 // the lowest is tried first
	Weight   uint16 // share of the clients among equal priorities
}

// MX is one mail exchanger (RFC 5321 section 5.1).
type MX struct {
	Host       string // lower case, no final dot; "." says that the domain takes no mail (RFC 7505)
	Preference uint16
}

// Resolver asks recursive resolvers over DNS. Names are always taken as
// complete; no search list is applied, so that no question leaks into another
// domain.
//
// A failed lookup is one of:
//   - *net.DNSError with IsNotFound: the name does not exist (NXDOMAIN);
//   - *net.DNSError with IsTimeout: no resolver answered; Server lists them;
//   - *net.DNSError whose Err begins with the response code: "SERVFAIL",
//     "REFUSED" ..., followed by the reasons the resolver gave (RFC 8914),
//     uncleaned;
//   - *checks.Error with dns.malformed: nothing but answers that make no sense;
//   - *checks.Error with dns.bogus: SERVFAIL, and with DNSSEC checking off there
//     is an answer;
//   - the error of the caller's context.
//
// A name that exists without such records is no error: the result is empty.
type Resolver struct {
	dial    DialFunc
	servers []string
	frugal  bool                  // a guessed name that does not exist is asked for in one family
	shows   func(netip.Addr) bool // addresses that anybody may learn; nil: all
	best    atomic.Int32          // index of the server that answered last

	mu      sync.Mutex
	entries map[question]*entry
	wire    int // bytes of all answers in entries, as they came
	closed  bool
	queries sync.WaitGroup
}

// question is what makes one DNS question distinct. The class is always IN.
type question struct {
	name      string // lower case with final dot
	typ       uint16
	unchecked bool // the resolver need not validate (CD bit)
	signed    bool // the answer is wanted with its signatures (DO bit)
}

// entry is a question that is being asked or was answered.
type entry struct {
	done    chan struct{} // closed when answer and err are set
	answer  *answer
	err     error
	expires time.Time // zero until done
	cancel  context.CancelFunc
	waiting int // callers that wait for done
}

func (e *entry) finished() bool {
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

func newResolver(dial DialFunc, servers []string, frugal bool) *Resolver {
	return &Resolver{dial: dial, servers: servers, frugal: frugal, entries: make(map[question]*entry)}
}

// SRV returns the service records of a name such as _imaps._tcp.example.com, in
// the order a client with a fixed choice would try them: by priority, then the
// heaviest first. More than 32 are cut off and Meta.Truncated says so.
func (r *Resolver) SRV(ctx context.Context, name string) ([]SRV, Meta, error) {
	a, err := r.lookup(ctx, name, dns.TypeSRV)
	meta := a.meta
	var records []SRV
	for _, rr := range a.records {
		if rr, ok := rr.(*dns.SRV); ok {
			records = append(records, SRV{hostName(rr.Target), rr.Port, rr.Priority, rr.Weight})
		}
	}
	slices.SortFunc(records, func(a, b SRV) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(b.Weight, a.Weight),
			cmp.Compare(a.Target, b.Target), cmp.Compare(a.Port, b.Port))
	})
	if len(records) > maxSRV {
		records, meta.Truncated = records[:maxSRV], true
	}
	return records, meta, err
}

// MX returns the mail exchangers of a domain, the preferred first.
func (r *Resolver) MX(ctx context.Context, name string) ([]MX, Meta, error) {
	a, err := r.lookup(ctx, name, dns.TypeMX)
	var records []MX
	for _, rr := range a.records {
		if rr, ok := rr.(*dns.MX); ok {
			records = append(records, MX{hostName(rr.Mx), rr.Preference})
		}
	}
	slices.SortFunc(records, func(a, b MX) int {
		return cmp.Or(cmp.Compare(a.Preference, b.Preference), cmp.Compare(a.Host, b.Host))
	})
	return records, a.meta, err
}

// TXT returns the text records of a name, the strings of each joined (RFC 7208
// section 3.3), sorted, since resolvers shuffle them.
func (r *Resolver) TXT(ctx context.Context, name string) ([]string, Meta, error) {
	a, err := r.lookup(ctx, name, dns.TypeTXT)
	var records []string
	for _, rr := range a.records {
		if rr, ok := rr.(*dns.TXT); ok {
			records = append(records, unescape(strings.Join(rr.Txt, "")))
		}
	}
	slices.Sort(records)
	return records, a.meta, err
}

// Addrs returns the addresses of a host, IPv6 first, at most 16. Both families
// are asked at once. If one fails and the other has addresses, those are
// returned and Meta.Partial says why the rest is missing. An IP address returns
// itself and a name under localhost the loopback addresses (RFC 6761 section
// 6.3), without a question. Where [Options] lets none of the addresses be dialled, they are not
// shown either: the error is that of [Net.Dial].
func (r *Resolver) Addrs(ctx context.Context, name string, fam Family) ([]netip.Addr, Meta, error) {
	if err := ctx.Err(); err != nil {
		return nil, Meta{}, err
	}
	if local := localAddrs(name); local != nil && !r.showsOne(local) {
		return nil, Meta{}, notAllowed(name)
	} else if local != nil {
		return slices.DeleteFunc(local, func(a netip.Addr) bool { return !fam.has(a) }), Meta{}, nil
	}
	v6, v4 := addrAnswer{meta: &noMeta}, addrAnswer{meta: &noMeta}
	switch fam {
	case IPv6:
		v6 = r.addrs(ctx, name, dns.TypeAAAA)
	case IPv4:
		v4 = r.addrs(ctx, name, dns.TypeA)
	default:
		v6, v4 = r.bothAddrs(ctx, name)
	}
	if err := ctx.Err(); err != nil {
		return nil, Meta{}, err
	}
	meta := *v4.meta
	if fam == IPv6 || v4.err != nil && v6.err == nil || len(v4.addrs) == 0 && len(v6.addrs) > 0 {
		meta = *v6.meta
	}
	// Neither family may crowd the other out.
	keep6 := min(len(v6.addrs), max(maxAddrs/2, maxAddrs-len(v4.addrs)))
	keep4 := min(len(v4.addrs), maxAddrs-keep6)
	meta.Truncated = v6.meta.Truncated || v4.meta.Truncated || keep6+keep4 < len(v6.addrs)+len(v4.addrs)
	addrs := slices.Concat(v6.addrs[:keep6], v4.addrs[:keep4])
	err := cmp.Or(v4.err, v6.err)
	if len(addrs) == 0 {
		return nil, meta, err
	}
	if !r.showsOne(addrs) {
		return nil, Meta{}, notAllowed(name)
	}
	meta.Partial = err
	return addrs, meta, nil
}

// GuessedAddrs is Addrs of a name that may well not exist. With [Options.Frugal] it is asked
// for in one family first: that there is no such name holds whatever is asked of it (RFC 8020).
func (r *Resolver) GuessedAddrs(ctx context.Context, name string, fam Family) ([]netip.Addr, Meta, error) {
	if r.frugal && fam == AnyFamily && localAddrs(name) == nil {
		if a, err := r.lookup(ctx, name, dns.TypeA); isNotFound(err) {
			return nil, a.meta, err
		}
	}
	return r.Addrs(ctx, name, fam)
}

// showsOne reports whether anybody may learn of one of the addresses.
func (r *Resolver) showsOne(addrs []netip.Addr) bool {
	return r.shows == nil || slices.ContainsFunc(addrs, r.shows)
}

// addrAnswer is what one family answered.
type addrAnswer struct {
	addrs []netip.Addr
	meta  *Meta
	err   error
}

// noMeta is of an answer that did not come.
var noMeta Meta

// addrs asks for the addresses of one family.
func (r *Resolver) addrs(ctx context.Context, name string, typ uint16) addrAnswer {
	a, err := r.lookup(ctx, name, typ)
	return addressesOf(a, err)
}

func addressesOf(a *answer, err error) addrAnswer {
	result := addrAnswer{meta: &a.meta, err: err}
	for _, rr := range a.records {
		var addr netip.Addr
		switch rr := rr.(type) {
		case *dns.A:
			addr, _ = netip.AddrFromSlice(rr.A.To4())
		case *dns.AAAA:
			addr, _ = netip.AddrFromSlice(rr.AAAA)
		}
		if addr.IsValid() && !slices.Contains(result.addrs, addr) {
			result.addrs = append(result.addrs, addr)
		}
	}
	return result
}

// bothAddrs asks for both families and gives the slower one only a while longer.
func (r *Resolver) bothAddrs(ctx context.Context, name string) (v6, v4 addrAnswer) {
	if !validName(name) {
		v6 = r.addrs(ctx, name, dns.TypeAAAA)
		return v6, v6
	}
	name = dns.CanonicalName(name)
	q6, q4 := question{name: name, typ: dns.TypeAAAA}, question{name: name, typ: dns.TypeA}
	e6, e4 := r.join(q6), r.join(q4)
	defer r.leave(q6, e6)
	defer r.leave(q4, e4)
	var late *entry
	var slow *addrAnswer
	var typ uint16
	select {
	case <-e6.done:
		v6 = addressesOf(e6.answer, e6.err)
		late, slow, typ = e4, &v4, dns.TypeA
	case <-e4.done:
		v4 = addressesOf(e4.answer, e4.err)
		late, slow, typ = e6, &v6, dns.TypeAAAA
	case <-ctx.Done():
		cut := addrAnswer{meta: &noMeta, err: ctx.Err()}
		return cut, cut
	}
	var patience <-chan time.Time
	if len(v6.addrs)+len(v4.addrs) > 0 && !late.finished() { // otherwise it alone can tell
		grace := time.NewTimer(familyGrace)
		defer grace.Stop()
		patience = grace.C
	}
	select {
	case <-late.done:
		*slow = addressesOf(late.answer, late.err)
	case <-ctx.Done():
		*slow = addrAnswer{meta: &noMeta, err: ctx.Err()}
	case <-patience:
		*slow = addrAnswer{meta: &noMeta, err: &net.DNSError{
			Err:  "no answer to the " + dns.TypeToString[typ] + " question within " + familyGrace.String(),
			Name: hostKey(name), Server: strings.Join(r.servers, ", "), IsTimeout: true,
		}}
	}
	return v6, v4
}

// localAddrs returns the addresses that need no question, nil for other names.
func localAddrs(name string) []netip.Addr {
	if addr, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{addr.Unmap()}
	}
	if isLocalhost(name) {
		return []netip.Addr{netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	return nil
}

func isLocalhost(name string) bool {
	name = hostKey(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// lookup answers a question from the cache, from a query that is under way, or
// by a new query. The query belongs to all who wait for it: it has its own
// limits, and is given up only when the last of them has left.
func (r *Resolver) lookup(ctx context.Context, name string, typ uint16) (*answer, error) {
	if err := ctx.Err(); err != nil {
		return new(answer), err
	}
	if !validName(name) {
		return new(answer), &net.DNSError{Err: "not a domain name", Name: name, IsNotFound: true}
	}
	if isLocalhost(name) {
		return new(answer), nil // RFC 6761 section 6.3: negative for all but addresses
	}
	return r.answerTo(ctx, question{name: dns.CanonicalName(name), typ: typ})
}

func (r *Resolver) answerTo(ctx context.Context, q question) (*answer, error) {
	e := r.join(q)
	select {
	case <-e.done:
		r.leave(q, e)
		return e.answer, e.err
	case <-ctx.Done():
		r.leave(q, e)
		return new(answer), ctx.Err()
	}
}

// join returns the entry of a question, and starts its query if there is none.
func (r *Resolver) join(q question) *entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.entries[q]
	if e != nil && (e.expires.IsZero() || time.Now().Before(e.expires)) {
		e.waiting++
		return e
	}
	if e != nil {
		r.wire -= e.answer.wire
		delete(r.entries, q)
	}
	if len(r.entries) >= maxAnswers || r.wire >= maxWire {
		maps.DeleteFunc(r.entries, func(_ question, e *entry) bool { return e.finished() })
		r.wire = 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), queryLimit)
	e = &entry{done: make(chan struct{}), cancel: cancel, waiting: 1}
	if r.closed {
		cancel()
		e.answer, e.err = new(answer), &net.DNSError{Err: "the resolver is closed", Name: hostKey(q.name)}
		close(e.done)
		return e
	}
	r.entries[q] = e
	r.queries.Go(func() {
		defer cancel()
		a, err := r.ask(ctx, cancel, q)
		if failure := servfail(err); failure != nil {
			a, err = r.askAgain(ctx, q, failure)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		e.answer, e.err = a, err
		life := a.life
		if err != nil && !isNotFound(err) {
			life = failureLife
		}
		e.expires = time.Now().Add(life)
		if r.entries[q] == e {
			r.wire += a.wire
		}
		close(e.done)
	})
	return e
}

// leave ends a caller's wait. A query that nobody waits for any longer is
// cancelled and forgotten, so that the next caller asks afresh.
func (r *Resolver) leave(q question, e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.waiting--
	if e.waiting == 0 && !e.finished() {
		e.cancel()
		if r.entries[q] == e {
			delete(r.entries, q)
		}
	}
}

// close cancels all queries and waits for their end.
func (r *Resolver) close() {
	r.mu.Lock()
	r.closed = true
	for _, e := range r.entries {
		e.cancel()
	}
	r.mu.Unlock()
	r.queries.Wait()
}
