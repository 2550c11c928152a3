package netx

import (
	"context"
	"net"
	"strings"

	"github.com/miekg/dns"

	"mailcheck/checks"
)

// askAgain finds out whether a SERVFAIL is the resolver's word for wrong DNSSEC
// signatures. Asked with checking disabled (CD, RFC 4035 section 3.2.2), a resolver
// hands over what it would not vouch for; one that had a moment of weakness answers
// the plain question the next time. The error is then an *checks.Error with
// dns.bogus, or none; otherwise it stays as it was.
func (r *Resolver) askAgain(ctx context.Context, q question, failure *net.DNSError) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, proofLimit)
	defer cancel()
	ask := func(q question) (*answer, error) {
		one, cancel := context.WithCancel(ctx)
		defer cancel()
		return r.ask(one, cancel, q)
	}
	unchecked := q
	unchecked.unchecked = true
	if _, err := ask(unchecked); err != nil && !isNotFound(err) {
		return new(answer), failure
	}
	if a, err := ask(q); err == nil || isNotFound(err) {
		return a, err
	}
	return new(answer), checks.DNSBogus.Errorf("%s %s: %s; with DNSSEC checking off there is an answer", hostName(q.name), dns.TypeToString[q.typ], failure.Err)
}

// servfail returns the error as what a resolver says when it cannot, or will not,
// answer; nil if it is another.
func servfail(err error) *net.DNSError {
	if e, ok := err.(*net.DNSError); ok && strings.HasPrefix(e.Err, dns.RcodeToString[dns.RcodeServerFailure]) {
		return e
	}
	return nil
}
