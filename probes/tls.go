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
	"errors"
	"fmt"
	"net"
	"time"

	"mailcheck"
)

// handshake starts TLS on the connection. The certificate is judged after the
// handshake, not by it, so that a bad one can be shown; the conversation then
// goes on to see what else is wrong. Nothing secret is ever sent on it.
func (p *probe) handshake(ctx context.Context) bool {
	s := p.result.Server
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12, // RFC 8996
		InsecureSkipVerify: true,             // verified in certificate, below
	}
	if net.ParseIP(s.Host) == nil {
		config.ServerName = s.Host
	}
	conn := tls.Client(p.conn, config)
	state, err := mailcheck.Do(ctx, p.trace, mailcheck.OpTLS, s.Endpoint(), func(ctx context.Context) (tls.ConnectionState, error) {
		p.await(ctx, handshakeTimeout)
		err := conn.Handshake() // ends with the deadline of the connection, which knows the run's
		return conn.ConnectionState(), err
	})
	if err != nil {
		return false
	}
	p.conn = conn
	p.startLines()
	p.result.TLS = describe(state)
	p.trace.Say(fmt.Sprintf("%s, %s, %s", p.result.TLS.Version, p.result.TLS.Cipher, p.result.TLS.Curve))
	p.certificate(ctx, state.PeerCertificates)
	return true
}

// certificate verifies the chain as a mail client would: trust and dates, usage,
// and the name in the settings (RFC 9525), never an alias of it.
func (p *probe) certificate(ctx context.Context, chain []*x509.Certificate) {
	leaf := chain[0]
	_, err := mailcheck.Do(ctx, p.trace, mailcheck.OpCertificate, p.result.Host, func(context.Context) (struct{}, error) {
		return struct{}{}, p.verifyChain(chain)
	})
	p.trace.Say(fmt.Sprintf("%s, valid to %s", mailcheck.Clean(leaf.Subject.String()), leaf.NotAfter.UTC().Format(time.DateOnly)))
	nameErr := leaf.VerifyHostname(p.result.Host)
	if nameErr != nil {
		p.trace.Find(mailcheck.Classify(mailcheck.OpCertificate, nameErr))
	}
	p.result.TLS.Verified = err == nil && nameErr == nil
	p.warnOfExpiry(leaf)
}

func (p *probe) verifyChain(chain []*x509.Certificate) error {
	pool := x509.NewCertPool()
	for _, c := range chain[1:] {
		pool.AddCert(c)
	}
	leaf := chain[0]
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: p.net.Roots, Intermediates: pool, CurrentTime: time.Now(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown && leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil {
		return mailcheck.TLSSelfSigned.Errorf("%s signed itself", leaf.Subject)
	}
	return err
}

// warnOfExpiry finds certificates near their end.
func (p *probe) warnOfExpiry(leaf *x509.Certificate) {
	if detail := mailcheck.ExpiresSoon(leaf, p.opts.ExpiryWarning); detail != "" {
		p.trace.Find(mailcheck.TLSExpiresSoon, detail)
	}
}

func describe(state tls.ConnectionState) *mailcheck.TLS {
	t := &mailcheck.TLS{
		Version: tls.VersionName(state.Version),
		Cipher:  tls.CipherSuiteName(state.CipherSuite),
	}
	if state.CurveID != 0 {
		t.Curve = state.CurveID.String()
	}
	for _, c := range state.PeerCertificates {
		sum := sha256.Sum256(c.Raw)
		var names []string
		for _, n := range mailcheck.CertificateNames(c) {
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
