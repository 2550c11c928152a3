package trace

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"time"

	"mailcheck"
)

// minRSABits is the shortest RSA key that authorities have signed since 2014 and
// that OpenSSL accepts at the security level of Debian and Fedora.
const minRSABits = 2048

// WeakKey says how a certificate's key is too short, and nothing if it is not.
func WeakKey(c *x509.Certificate) mailcheck.Text {
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < minRSABits {
		return mailcheck.Textf("%s has an RSA key of %d bits", c.Subject, key.N.BitLen())
	}
	return mailcheck.Text{}
}

// defaultExpiryWarning is when a certificate should long have been renewed:
// automatic renewal runs 30 days before the end for certificates of 90 days.
const defaultExpiryWarning = 14 * 24 * time.Hour

// ExpiresSoon says when a certificate ends if that is within a time from now, and
// nothing otherwise. Without a time it is 14 days; short-lived certificates are
// renewed late by design, so for them it is the last quarter of their life.
func ExpiresSoon(leaf *x509.Certificate, within time.Duration) mailcheck.Text {
	if within == 0 {
		within = min(defaultExpiryWarning, leaf.NotAfter.Sub(leaf.NotBefore)/4)
	}
	left := time.Until(leaf.NotAfter)
	if left <= 0 || left >= within {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("%s, in %s", mailcheck.Stamp(leaf.NotAfter), mailcheck.Span(left.Round(time.Minute)))
}

// CertificateOf keeps what is worth telling of a certificate, cleaned.
func CertificateOf(c *x509.Certificate) mailcheck.Certificate {
	sum, key := sha256.Sum256(c.Raw), sha256.Sum256(c.RawSubjectPublicKeyInfo)
	names, leftOff := mailcheck.Bounded(CertificateNames(c))
	for i, n := range names {
		names[i] = mailcheck.Clean(n)
	}
	return mailcheck.Certificate{
		Subject: mailcheck.Clean(c.Subject.String()), Issuer: mailcheck.Clean(c.Issuer.String()),
		Names: names, NamesLeftOff: leftOff, NotBefore: c.NotBefore, NotAfter: c.NotAfter,
		SHA256: hex.EncodeToString(sum[:]), Key: keyName(c), KeySHA256: hex.EncodeToString(key[:]),
	}
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
