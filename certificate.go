package mailcheck

import (
	"crypto/x509"
	"fmt"
	"time"
)

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
	return fmt.Sprintf("%s, in %s", stamp(leaf.NotAfter), Span(left.Round(time.Minute)))
}
