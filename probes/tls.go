package probes

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/netip"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// handshake starts TLS on the connection. The certificate is judged after the
// handshake, not by it, so that a bad one can be shown; the conversation then
// goes on to see what else is wrong. Nothing secret is ever sent on it.
func (p *probe) handshake(ctx context.Context) bool {
	s := p.result.Server
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12, // RFC 8996
		InsecureSkipVerify: true,             // verified in certificate, below
		ServerName:         p.serverName(),
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			p.certAsked = true
			return &tls.Certificate{}, nil // none
		},
	}
	conn := tls.Client(p.conn, config)
	state, err := trace.Do(ctx, p.trace, mailcheck.OpTLS, s.Endpoint(), func(ctx context.Context) (tls.ConnectionState, error) {
		p.await(ctx, handshakeTimeout)
		err := conn.Handshake() // ends with the deadline of the connection, which knows the run's
		return conn.ConnectionState(), err
	})
	if err != nil {
		return false
	}
	p.conn = conn
	p.result.TLS = describe(state)
	p.startLines()
	p.trace.Say(fmt.Sprintf("%s, %s, %s", p.result.TLS.Version, p.result.TLS.Cipher, p.result.TLS.Curve))
	p.certificate(ctx, state)
	return true
}

// serverName returns the host as a client names it, or nothing: RFC 6066 section
// 3 has names only.
func (p *probe) serverName() string {
	if _, err := netip.ParseAddr(p.result.Host); err == nil {
		return ""
	}
	return p.result.Host
}

// certificate verifies the chain as a mail client would: trust and dates, usage,
// and the name in the settings (RFC 9525), never an alias of it.
func (p *probe) certificate(ctx context.Context, state tls.ConnectionState) {
	leaf := state.PeerCertificates[0]
	j := p.judge(ctx, state.PeerCertificates)
	p.sent, p.path = state.PeerCertificates, j.path
	p.result.TLS.Verified = len(j.faults) == 0
	trace.Do(ctx, p.trace, mailcheck.OpCertificate, p.result.Host, func(context.Context) (struct{}, error) {
		if len(j.faults) == 0 {
			return struct{}{}, nil
		}
		return struct{}{}, j.faults[0].err
	})
	p.trace.Say(fmt.Sprintf("%s, valid to %s, %d certificate transparency timestamps", mailcheck.Clean(leaf.Subject.String()), day(leaf.NotAfter), p.result.TLS.SCTs))
	for i, f := range j.faults {
		if i > 0 {
			p.trace.Find(trace.Classify(mailcheck.OpCertificate, f.err))
		}
		p.trace.Fix(f.fix)
	}
	p.remark(j)
	p.staple(state, j.path)
}

// warnOfExpiry finds certificates near their end.
func (p *probe) warnOfExpiry(leaf *x509.Certificate) {
	if detail := trace.ExpiresSoon(leaf, p.opts.ExpiryWarning); detail != "" {
		p.trace.Find(checks.TLSExpiresSoon, detail)
	}
}

func describe(state tls.ConnectionState) *mailcheck.TLS {
	t := &mailcheck.TLS{
		Version: tls.VersionName(state.Version),
		Cipher:  tls.CipherSuiteName(state.CipherSuite),
		SCTs:    timestamps(state),
	}
	if state.CurveID != 0 {
		t.Curve = state.CurveID.String()
	}
	for _, c := range state.PeerCertificates {
		sum := sha256.Sum256(c.Raw)
		var names []string
		for _, n := range trace.CertificateNames(c) {
			names = append(names, mailcheck.Clean(n))
		}
		t.Chain = append(t.Chain, mailcheck.Certificate{
			Subject: mailcheck.Clean(c.Subject.String()), Issuer: mailcheck.Clean(c.Issuer.String()),
			Names: names, NotBefore: c.NotBefore, NotAfter: c.NotAfter,
			SHA256: hex.EncodeToString(sum[:]), Key: keyName(c),
		})
	}
	return t
}

func keyName(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + key.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return c.PublicKeyAlgorithm.String()
}
