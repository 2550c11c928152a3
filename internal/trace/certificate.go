package trace

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"time"

	"mailcheck"
)

// minRSABits is the shortest RSA key that authorities have signed since 2014 and
// that OpenSSL accepts at the security level of Debian and Fedora.
const minRSABits = 2048

// WeakKey says how a certificate's key is too short, and nothing if it is not.
func WeakKey(c *x509.Certificate) string {
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < minRSABits {
		return fmt.Sprintf("%s has an RSA key of %d bits", c.Subject, key.N.BitLen())
	}
	return ""
}

// defaultExpiryWarning is when a certificate should long have been renewed:
// automatic renewal runs 30 days before the end for certificates of 90 days.
const defaultExpiryWarning = 14 * 24 * time.Hour

// ExpiresSoon says when a certificate ends if that is within a time from now, and
// nothing otherwise. Without a time it is 14 days; short-lived certificates are
// renewed late by design, so for them it is the last quarter of their life.
func ExpiresSoon(leaf *x509.Certificate, within time.Duration) string {
	if within == 0 {
		within = min(defaultExpiryWarning, leaf.NotAfter.Sub(leaf.NotBefore)/4)
	}
	left := time.Until(leaf.NotAfter)
	if left <= 0 || left >= within {
		return ""
	}
	return fmt.Sprintf("%s, in %s", mailcheck.Stamp(leaf.NotAfter), mailcheck.Span(left.Round(time.Minute)))
}
