package probes

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/dnssec"
	"mailcheck/internal/netx"
)

// tlsaAnswer is what DNS says about the certificate of a server.
type tlsaAnswer struct {
	name    string
	records []netx.TLSA
	flaw    error // why the records are not proven
	start   time.Duration
	elapsed time.Duration
}

// tlsaQuestion is under way beside the conversation.
type tlsaQuestion struct {
	answer chan tlsaAnswer
	cancel context.CancelFunc
}

// askTLSA asks for the TLSA records of the server: beside the connection, so that
// it costs no round trip. Of a host that is an alias the name at its end is asked
// too, and preferred (RFC 7671 section 7).
func (p *probe) askTLSA(ctx context.Context) {
	s := p.result.Server
	if _, err := netip.ParseAddr(s.Host); err == nil || s.Security == mailcheck.Plain {
		return
	}
	names := []string{s.Host}
	if n := len(p.alias.Aliases); n > 0 {
		names = []string{p.alias.Aliases[n-1], s.Host}
	}
	ctx, cancel := context.WithCancel(ctx)
	q := &tlsaQuestion{make(chan tlsaAnswer, 1), cancel}
	p.tlsa = q
	alias := p.alias
	start, since := time.Now(), p.trace.Since()
	go func() {
		defer close(q.answer)
		for _, host := range names {
			a := tlsaAnswer{name: fmt.Sprintf("_%d._tcp.%s", s.Port, host), start: since}
			records, meta, err := p.net.Resolver.TLSA(ctx, a.name)
			if err != nil || len(records) == 0 {
				continue
			}
			a.records, a.flaw = records, p.prove(ctx, meta)
			if host != s.Host && a.flaw == nil {
				a.flaw = p.prove(ctx, alias)
			}
			a.elapsed = time.Since(start)
			q.answer <- a
			return
		}
	}()
}

// prove reports why records are not proven, without waiting for long.
func (p *probe) prove(ctx context.Context, meta netx.Meta) error {
	ctx, cancel := context.WithTimeout(ctx, tlsaPatience)
	defer cancel()
	return p.net.Prove(ctx, meta)
}

// dane compares the certificate with the TLSA records, if there are any. A
// client may only do so where DNSSEC protects them (RFC 6698 section 4.1).
func (p *probe) dane(ctx context.Context) {
	if p.tlsa == nil {
		return
	}
	defer p.tlsa.cancel()
	if p.path == nil {
		return
	}
	patience := time.NewTimer(tlsaPatience)
	defer patience.Stop()
	var a tlsaAnswer
	select {
	case a = <-p.tlsa.answer: // alone, for which of two that are ready a select takes is chance
	default:
		select {
		case a = <-p.tlsa.answer:
		case <-patience.C:
		case <-ctx.Done():
		}
	}
	if len(a.records) == 0 {
		return
	}
	d := &mailcheck.DANE{Name: mailcheck.Clean(a.name)}
	p.result.TLS.DANE = d
	var matching, usable []netx.TLSA
	var why mailcheck.Text // the last record is unusable
	for _, r := range a.records {
		d.Records = append(d.Records, mailcheck.Clean(presentation(r)))
		if flaw := unusable(r); !flaw.Empty() {
			why = mailcheck.Textf("%q: %s", presentation(r), flaw)
			continue
		}
		usable = append(usable, r)
		if matchesTLSA(r, p.path, p.sent) {
			matching = append(matching, r)
		}
	}
	p.trace.Steps = append(p.trace.Steps, mailcheck.Step{Op: mailcheck.OpLookup, Target: d.Name + " TLSA", Start: a.start, Elapsed: a.elapsed,
		Detail: mailcheck.Textf("%d of %d records match the certificate", len(matching), len(a.records))})
	unproven, known := errors.AsType[*dnssec.Unproven](a.flaw)
	switch {
	case known && unproven.Flaw == dnssec.Unsigned:
		d.State = "unsigned"
		p.trace.Find(checks.DANEUnsigned, "%s has %d, and they are not signed", d.Name, len(a.records))
	case known && unproven.Flaw == dnssec.Island:
		d.State = "unsigned"
		p.trace.Find(checks.DANEUnsigned, "%s has %d, and nothing vouches for the keys that sign them (%v)", d.Name, len(a.records), unproven).
			Fix = mailcheck.Textf("Have the registrar of the domain enter the DS record of the zone's key, or remove the TLSA records.")
	case a.flaw != nil:
		d.State = "unchecked" // they may be signed, and nothing can be said here
		p.trace.Say("%d of %d records match the certificate; not proven by DNSSEC: %v", len(matching), len(a.records), a.flaw)
	case len(usable) == 0:
		d.State = "unusable"
		p.trace.Find(checks.DANEUnusable, "%s has %s", d.Name, why)
	case len(matching) == 0:
		d.State = "mismatch"
		p.mismatch(a.name, usable[0])
	default:
		d.State = "ok"
	}
}

// mismatch finds that a record names no certificate of the server's.
func (p *probe) mismatch(name string, r netx.TLSA) {
	detail := mailcheck.Textf("%s has %q; the server's public key is %x", name, presentation(r), string(association(p.path[0], 1, 1)))
	if p.unsent(r) {
		detail = mailcheck.Textf("%s; the record is that of an authority whose certificate the server does not send", detail)
	}
	p.trace.Find(checks.DANEMismatch, "%s", detail).Fix = p.daneFix(name, r)
}

// daneFix returns the record to publish, and what this kind of mismatch usually
// comes from.
func (p *probe) daneFix(name string, r netx.TLSA) mailcheck.Text {
	if p.unsent(r) {
		return mailcheck.Textf("Add the certificate of the authority that the record names to the end of the file that the server sends: clients that check TLSA records have it from nowhere else.")
	}
	why := mailcheck.Textf("The key has changed, probably at a renewal (certbot: --reuse-key keeps it).")
	switch {
	case r.Usage == 0 || r.Usage == 2:
		why = mailcheck.Textf("The old record names an authority; authorities change their intermediate certificates, so that a renewal can break it.")
	case r.Selector == 0:
		why = mailcheck.Textf("The old record is of the whole certificate (selector 0), which changes at each renewal; this one is of the key and stays right if renewals keep it (certbot: --reuse-key).")
	}
	return mailcheck.Textf("Put the record of the present key into DNS: %s. IN TLSA 3 1 1 %s. %s Before the next change put the new record beside the old one, and wait for twice its TTL.",
		name, hex.EncodeToString(association(p.path[0], 1, 1)), why)
}

// unusable says why a client ignores a record (RFC 7671 section 4), or nothing.
func unusable(r netx.TLSA) mailcheck.Text {
	sizes := map[uint8]int{1: sha256.Size, 2: sha512.Size}
	switch size := sizes[r.MatchingType]; {
	case r.Usage > 3:
		return mailcheck.Textf("certificate usage %d is unknown", r.Usage)
	case r.Selector > 1:
		return mailcheck.Textf("selector %d is unknown", r.Selector)
	case r.MatchingType > 2:
		return mailcheck.Textf("matching type %d is unknown", r.MatchingType)
	case size > 0 && len(r.Data) != size:
		return mailcheck.Textf("a hash of matching type %d has %d bytes, not %d", r.MatchingType, size, len(r.Data))
	case len(r.Data) == 0:
		return mailcheck.Textf("it holds no data")
	}
	return mailcheck.Text{}
}

// matchesTLSA reports whether a record names the server's certificate (usages 1
// and 3) or an authority above it (0 and 2), RFC 6698 section 2.1.1. That usages
// 0 and 1 also demand a trusted chain, and all but 3 the right name, is what the
// findings of the certificate itself are about.
func matchesTLSA(r netx.TLSA, path, sent []*x509.Certificate) bool {
	switch {
	case r.Usage == 1 || r.Usage == 3:
		return names(r, path[:1])
	case r.Usage == 2 && r.MatchingType > 0:
		// From a hash no client can make the authority's certificate, and with usage
		// 2 it need not know any itself: the server has to send it (RFC 7671 section 5.2.2).
		return names(r, path[1:]) && names(r, sent)
	}
	return names(r, path[1:])
}

// unsent reports whether a record that does not match names an authority above the
// server's certificate all the same.
func (p *probe) unsent(r netx.TLSA) bool { return r.Usage == 2 && names(r, p.path[1:]) }

// names reports whether a record is of one of the certificates.
func names(r netx.TLSA, list []*x509.Certificate) bool {
	return slices.ContainsFunc(list, func(c *x509.Certificate) bool {
		return bytes.Equal(association(c, r.Selector, r.MatchingType), r.Data)
	})
}

// association returns what a record would hold for a certificate: all of it or
// its key, whole or hashed (RFC 6698 sections 2.1.2 and 2.1.3).
func association(c *x509.Certificate, selector, matching uint8) []byte {
	data := c.Raw
	if selector == 1 {
		data = c.RawSubjectPublicKeyInfo
	}
	switch matching {
	case 1:
		sum := sha256.Sum256(data)
		return sum[:]
	case 2:
		sum := sha512.Sum512(data)
		return sum[:]
	}
	return data
}

// presentation returns a record as a zone file has it (RFC 6698 section 2.2).
func presentation(r netx.TLSA) string {
	return fmt.Sprintf("%d %d %d %x", r.Usage, r.Selector, r.MatchingType, r.Data)
}
