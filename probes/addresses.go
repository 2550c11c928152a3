package probes

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// compareAddresses looks whether other addresses of the host show the same
// certificate, where the one seen is bad or an audit is wanted. Behind one name
// there may be several machines, and a renewal may have reached only some. A
// guess that was wrong needs no cause: nobody said that the server is there.
func (p *probe) compareAddresses(ctx context.Context) {
	t := p.result.TLS
	if t == nil || (t.Verified || p.result.Guessed()) && !p.opts.TLSAudit {
		return
	}
	var others []netip.Addr
	for _, a := range p.addrs {
		if a != p.dialed.Addr.Addr() && p.further > 0 {
			others = append(others, a)
			p.further--
		}
	}
	seen := make([]*mailcheck.TLS, len(others))
	var visits sync.WaitGroup
	for i, addr := range others {
		visits.Go(func() {
			one := *p // goes on beside the others, so it must not share their trace
			one.trace = p.trace.Branch()
			seen[i] = inTurn(ctx, &one, p.result.Server, "at "+addr.String(), func(ctx context.Context) *mailcheck.TLS { return p.visit(ctx, addr) })
		})
	}
	visits.Wait()
	for i, other := range seen {
		if other == nil || other.Chain[0].SHA256 == t.Chain[0].SHA256 {
			continue
		}
		f := p.find(mailcheck.OpCertificate, checks.TLSIPDiffer, "%s shows %s; %s shows %s", p.dialed.Addr.Addr(), shownBy(t), others[i], shownBy(other))
		switch {
		case t.Verified && other.Verified:
			f.Severity = checks.Info // two good certificates are no fault
			f.Fix = mailcheck.Textf("Nothing to mend: both certificates are good. Make sure that renewals reach all machines.")
		case other.Verified:
			f.Fix = mailcheck.Textf("Install the certificate of %s on the machine at %s too, and reload the mail service there.", others[i], p.dialed.Addr.Addr())
		}
		return
	}
}

// visit has the conversation at one address and returns what TLS was like there,
// or nil.
func (p *probe) visit(ctx context.Context, addr netip.Addr) *mailcheck.TLS {
	ctx, cancel := context.WithTimeout(ctx, othersTimeout)
	defer cancel()
	other := newProbe(p.net, p.result.Server, p.opts, time.Now())
	other.further = 0
	if other.connect(ctx, []netip.Addr{addr}) {
		other.talk(ctx)
	}
	other.leave()
	return other.result.TLS
}

func shownBy(t *mailcheck.TLS) mailcheck.Text {
	until, print := t.Chain[0].NotAfter.UTC().Format(time.DateOnly), t.Chain[0].SHA256
	if t.Verified {
		return mailcheck.Textf("a good certificate, valid to %s (SHA-256 %.16s...)", until, print)
	}
	return mailcheck.Textf("a bad certificate, valid to %s (SHA-256 %.16s...)", until, print)
}
