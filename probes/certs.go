package probes

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// judgement is what verifying a chain came to.
type judgement struct {
	faults []fault             // what keeps a client from trusting it
	path   []*x509.Certificate // leaf to trusted root, or as far as what was sent and fetched leads
}

// fault is one reason not to trust a certificate, with the remedy for this case
// if there is a better one than the check's.
type fault struct {
	err error
	fix mailcheck.Text
}

// judge verifies a chain as a mail client would, and then goes on where a client
// stops, so that all faults are told at once: an expired certificate may be for
// the wrong name as well.
func (p *probe) judge(ctx context.Context, chain []*x509.Certificate) judgement {
	ctx, cancel := context.WithTimeout(ctx, inquiryTimeout)
	defer cancel()
	leaf := chain[0]
	j := judgement{path: sentPath(chain)}
	if outside := datesError(leaf, time.Now()); outside != nil {
		p.learnTime(ctx, leaf)
		j.faults = append(j.faults, fault{err: outside})
	}
	path, err := p.verify(chain)
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown {
		untrusted, path := p.untrusted(ctx, chain)
		j.faults = append(j.faults, untrusted)
		j.path = path
	} else if err != nil {
		j.faults = append(j.faults, fault{err, issuerFix(leaf, err)})
	} else {
		j.path = path
	}
	if err := leaf.VerifyHostname(p.result.Host); err != nil {
		j.faults = append(j.faults, fault{err, p.nameThatWorks(ctx, leaf)})
	}
	if program := placeholder(leaf, p.result.Host); program != "" && len(j.faults) > 0 && !ownMachine(p.result.Host) {
		// Its name, its dates and its issuer are wrong for one reason.
		j.faults = []fault{{checks.TLSPlaceholder.Errorf("issued to %q by %q: the placeholder of %s", leaf.Subject.String(), leaf.Issuer.String(), mailcheck.Text{Format: program}), p.placeholderFix(program)}}
	}
	return j
}

// verify returns the path from the leaf to a root, if there is one. The dates of the
// leaf are judged apart, as its name is. Where it is outside of them, those above it
// count as they were at its time, when they were chosen; if they were not good then,
// they may have been made anew since, and today counts.
//
// In a survey it is worked out once a minute: the four ports of a host show one chain, and
// often all customers of an operator do.
func (p *probe) verify(chain []*x509.Certificate) ([]*x509.Certificate, error) {
	if p.opts.paths == nil {
		return pathTo(p.net.Roots, chain)
	}
	all := sha256.New()
	for _, c := range chain {
		all.Write(c.Raw)
	}
	v, _, err := p.opts.paths.Get(context.Background(), string(all.Sum(nil)), func() (verified, bool) {
		path, err := pathTo(p.net.Roots, chain)
		return verified{path, err}, true
	})
	return slices.Clone(v.path), cmp.Or(v.err, err)
}

// verified is what came of a verification.
type verified struct {
	path []*x509.Certificate
	err  error
}

func pathTo(roots *x509.CertPool, chain []*x509.Certificate) ([]*x509.Certificate, error) {
	now, leaf := time.Now(), chain[0]
	path, err := verifyAt(leaf, chain[1:], roots, during(leaf, now))
	if !outOfDate(err) || datesError(leaf, now) == nil {
		return path, err
	}
	ageless := *leaf
	ageless.NotBefore, ageless.NotAfter = now, now
	path, err = verifyAt(&ageless, chain[1:], roots, now)
	if err == nil {
		path[0] = leaf
	}
	return path, err
}

func verifyAt(leaf *x509.Certificate, above []*x509.Certificate, roots *x509.CertPool, at time.Time) ([]*x509.Certificate, error) {
	intermediates := x509.NewCertPool()
	for _, c := range above {
		intermediates.AddCert(c)
	}
	paths, err := leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: intermediates, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return nil, err
	}
	return paths[0], nil
}

// outOfDate reports whether a path was refused for the dates of one of its certificates.
func outOfDate(err error) bool {
	e, ok := errors.AsType[x509.CertificateInvalidError](err)
	return ok && e.Reason == x509.Expired
}

// datesError returns the error of verification for a certificate that is not
// valid at a time, or nil (RFC 5280 section 4.1.2.5).
func datesError(c *x509.Certificate, at time.Time) error {
	if at.Before(c.NotBefore) || at.After(c.NotAfter) {
		return x509.CertificateInvalidError{Cert: c, Reason: x509.Expired}
	}
	return nil
}

// during returns the time within a certificate's life that is next to at.
func during(c *x509.Certificate, at time.Time) time.Time {
	switch {
	case at.After(c.NotAfter):
		return c.NotAfter
	case at.Before(c.NotBefore):
		return c.NotBefore
	}
	return at
}

// sentPath returns the certificates that lead on from the leaf among those the
// server sent; they may come in any order (RFC 8446 section 4.4.2), with others
// in between.
func sentPath(chain []*x509.Certificate) []*x509.Certificate {
	path := chain[:1:1]
	for {
		last := path[len(path)-1]
		i := slices.IndexFunc(chain, func(c *x509.Certificate) bool {
			return bytes.Equal(c.RawSubject, last.RawIssuer) && !slices.Contains(path, c)
		})
		if i < 0 {
			return path
		}
		path = append(path, chain[i])
	}
}

// untrusted says why no trusted authority vouches for a chain. It returns the
// path as far as it is known, with what had to be fetched for it.
func (p *probe) untrusted(ctx context.Context, chain []*x509.Certificate) (fault, []*x509.Certificate) {
	leaf, path := chain[0], sentPath(chain)
	if product := interceptor(path); product != "" {
		return fault{err: checks.TLSInterception.Errorf("the issuer is %s: %s", path[len(path)-1].Issuer, mailcheck.Text{Format: product})}, path
	}
	for _, c := range path {
		if weakSignature(c) {
			return fault{err: checks.TLSWeakSignature.Errorf("%s is signed with %s", c.Subject, c.SignatureAlgorithm)}, path
		}
	}
	if selfSigned(leaf) {
		return fault{err: checks.TLSSelfSigned.Errorf("%s signed itself", leaf.Subject)}, path
	}
	if root := path[len(path)-1]; selfSigned(root) {
		return privateCA(root), path
	}
	return p.climb(ctx, chain, path)
}

// issuerFix returns the remedy where it is not the server's own certificate that
// is outside its dates but one above it.
func issuerFix(leaf *x509.Certificate, err error) mailcheck.Text {
	e, _ := errors.AsType[x509.CertificateInvalidError](err)
	if !outOfDate(err) || datesError(leaf, time.Now()) != nil {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("The dates of the server's own certificate are right, those of the intermediate %q sent with it are not: serve the new chain that came with the certificate (fullchain.pem) and reload the mail service.", e.Cert.Subject.CommonName)
}

func privateCA(root *x509.Certificate) fault {
	return fault{err: checks.TLSPrivateCA.Errorf("the chain is complete and ends at %s, which this machine does not trust", root.Subject)}
}

func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// weakSignature reports whether a certificate's signature can be forged. That of
// a root does not count: nobody relies on it.
func weakSignature(c *x509.Certificate) bool {
	switch c.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return !bytes.Equal(c.RawSubject, c.RawIssuer)
	}
	return false
}

// remark finds what clients do not or not all refuse, in a certificate that was
// judged.
func (p *probe) remark(j judgement) {
	for i, c := range j.path {
		if weak := trace.WeakKey(c); !weak.Empty() && (i == 0 || !selfSigned(c)) {
			p.trace.Find(checks.TLSWeakKey, "%s", weak)
		}
	}
	if product := interceptor(j.path); product != "" && len(j.faults) == 0 {
		// The root was installed on this machine, so its own programs work.
		f := p.trace.Find(checks.TLSInterception, "the issuer is %s: %s; this machine trusts it", j.path[0].Issuer, mailcheck.Text{Format: product})
		f.Severity = checks.Warning
		f.Fix = mailcheck.Textf("Mail programs that use this machine's certificate store work; those with their own, such as Thunderbird, refuse the connection until the scanning of encrypted mail is switched off or the program's root certificate is installed in them. The server's own certificate was not seen: test from another machine or network.")
	}
	p.warnOfExpiry(j.path[0])
	p.alongside(j)
}

// alongside looks at what the server sends besides the path to the root. A client
// that builds its path by what is sent may go by an expired certificate there, as
// many did when the AddTrust root ended in 2020; what leads nowhere only costs bytes.
func (p *probe) alongside(j judgement) {
	var expired, idle []string
	for i, c := range p.sent {
		switch repeated := slices.ContainsFunc(p.sent[:i], c.Equal); {
		case i == 0 || slices.ContainsFunc(j.path, c.Equal) && !repeated:
		case time.Now().After(c.NotAfter):
			expired = append(expired, c.Subject.String()+" ("+day(c.NotAfter)+")")
		case repeated || !slices.ContainsFunc(p.sent, func(o *x509.Certificate) bool { return o != c && bytes.Equal(o.RawIssuer, c.RawSubject) }):
			idle = append(idle, c.Subject.String())
		}
	}
	if len(expired) > 0 && len(j.faults) == 0 {
		p.trace.Find(checks.TLSExpiredAlongside, "sent besides the good chain: %s", mailcheck.ListOf(expired).AtMost(3))
	}
	if len(idle) > 0 {
		p.trace.Find(checks.TLSIdleAlongside, "sent, and no part of the chain: %s", mailcheck.ListOf(idle).AtMost(3))
	}
}

// maxNames is the number of names of a certificate that are looked up.
const maxNames = 5

// nameThatWorks looks for a name in the certificate that leads to this very
// server, and returns the remedy in terms of it. The hosting company's own name
// for the server often is the one to use.
func (p *probe) nameThatWorks(ctx context.Context, leaf *x509.Certificate) mailcheck.Text {
	host := p.result.Host
	var names []string
	for _, name := range leaf.DNSNames {
		if parent, wild := strings.CutPrefix(name, "*."); wild && p.namedByIP() {
			continue
		} else if wild {
			first, _, _ := strings.Cut(host, ".")
			name = first + "." + parent // a guess that hosting companies often make true
		}
		name = strings.ToLower(name)
		if mailcheck.Printable(name) && name != host && !slices.Contains(names, name) && len(names) < maxNames {
			names = append(names, name)
		}
	}
	here := make([]bool, len(names))
	var lookups sync.WaitGroup
	for i, name := range names {
		lookups.Go(func() {
			addrs, _, err := p.net.Addrs(ctx, name, p.result.Port)
			here[i] = err == nil && slices.Contains(addrs, p.dialed.Addr.Addr())
		})
	}
	lookups.Wait()
	switch i := slices.Index(here, true); {
	case i >= 0 && leaf.VerifyHostname(names[i]) == nil && p.namedByIP():
		return mailcheck.Textf("Use %s as the server's name in the settings: it is this server, and it is in the certificate.", names[i])
	case i >= 0 && leaf.VerifyHostname(names[i]) == nil:
		return mailcheck.Textf("Use %s as the server's name in the settings: it is this server, and it is in the certificate. Or have %s added to the certificate.", names[i], host)
	case p.namedByIP() || len(leaf.DNSNames) == 0:
		return mailcheck.Text{}
	}
	return mailcheck.Textf("Have %s added to the certificate: no name in it is known to lead to this server.%s", host, wildcardHint(host, leaf))
}

func (p *probe) namedByIP() bool {
	_, err := netip.ParseAddr(p.result.Host)
	return err == nil
}

// wildcardHint explains why a wildcard that looks right does not cover a host: it
// stands for exactly one label (RFC 9525 section 6.3).
func wildcardHint(host string, leaf *x509.Certificate) mailcheck.Text {
	for _, name := range leaf.DNSNames {
		parent, wild := strings.CutPrefix(strings.ToLower(name), "*.")
		if wild && (host == parent || strings.HasSuffix(host, "."+parent)) {
			return mailcheck.Textf(" *.%s does not cover it: the star stands for exactly one label.", parent)
		}
	}
	return mailcheck.Text{}
}
