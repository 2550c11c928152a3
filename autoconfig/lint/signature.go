package lint

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"time"

	"github.com/smallstep/pkcs7"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/keys"
)

// unwrap judges the signature around a file and returns what is inside. Signed
// profiles are CMS signed data in DER (RFC 5652 section 5), or BER as some tools
// write it; both begin with a SEQUENCE. A file that is not signed comes back as
// it is, and nil if nothing can be found in it.
func (l *linter) unwrap(body []byte) []byte {
	if len(body) == 0 || body[0] != 0x30 {
		return body
	}
	if !boundedBER(body) {
		l.find(checks.LintMalformed, 0, 0, "it begins like signed data (CMS), but is cut off, or nested deeper than any").
			Fix = mailcheck.Textf("Sign the profile anew, and copy the result as a binary file.")
		return nil
	}
	message, err := pkcs7.Parse(body)
	switch {
	case err != nil:
		l.find(checks.LintMalformed, 0, 0, "it begins like signed data (CMS), but cannot be read: %v", err).
			Fix = mailcheck.Textf("Sign the profile anew, and copy the result as a binary file.")
		return nil
	case len(message.Content) == 0:
		l.find(checks.LintMalformed, 0, 0, "CMS data without a profile inside: a detached signature, or encrypted").
			Fix = mailcheck.Textf("Sign with the profile inside: openssl smime -sign -nodetach -outform der")
		return nil
	}
	l.signed = true
	l.signature(message)
	return message.Content
}

// signature judges the signature, then the certificate of the signer.
func (l *linter) signature(message *pkcs7.PKCS7) {
	signer := message.GetOnlySigner()
	if signer == nil {
		l.find(checks.LintSignatureUnverified, 0, 0, "signatures in the file: %d, certificates: %d; one signature can be verified, with its certificate in the file",
			len(message.Signers), len(message.Certificates))
		return
	}
	if err := keys.Check(message.Certificates...); err != nil {
		l.find(checks.LintSignatureUnverified, 0, 0, "%s", err)
		return
	}
	if err := fits(message); err != nil {
		l.find(brokenOrUnverified(err, signer), 0, 0, "signed by %s: %s", signer.Subject, reason(err))
		return
	}
	if l.signer(signer, message.Certificates) {
		l.find(checks.LintSigned, 0, 0, "signed by %s, certificate of %s, valid until %s", signer.Subject, signer.Issuer, signer.NotAfter.Format(time.DateOnly))
	}
}

// fits verifies the signature alone. The library would end with the signing time,
// if the certificate is not valid then, before it looks at the signature, and with
// roots would judge the chain at that time, which is the signer's to choose; so it
// gets certificates without dates and no roots.
func fits(message *pkcs7.PKCS7) error {
	timeless := *message
	timeless.Certificates = nil
	for _, c := range message.Certificates {
		copied := *c
		copied.NotBefore, copied.NotAfter = time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		timeless.Certificates = append(timeless.Certificates, &copied)
	}
	return timeless.Verify()
}

// brokenOrUnverified tells a signature that is wrong from one made in a way that
// is not known here, such as RSA-PSS.
func brokenOrUnverified(err error, signer *x509.Certificate) *checks.Check {
	_, changed := errors.AsType[*pkcs7.MessageDigestMismatchError](err)
	_, ec := signer.PublicKey.(*ecdsa.PublicKey) // whose error has no type
	if changed || errors.Is(err, rsa.ErrVerification) || ec && !errors.Is(err, pkcs7.ErrUnsupportedAlgorithm) {
		return checks.LintSignatureBroken
	}
	return checks.LintSignatureUnverified
}

// reason says in words what the library says with two digests, or about something
// else.
func reason(err error) mailcheck.Text {
	if _, ok := errors.AsType[*pkcs7.MessageDigestMismatchError](err); ok {
		return mailcheck.Textf("the digest of the content is not the one that was signed")
	}
	if errors.Is(err, pkcs7.ErrUnsupportedAlgorithm) {
		return mailcheck.Textf("its digest algorithm is not known here")
	}
	return mailcheck.Textf("%s", err)
}

// signer judges the certificate that the profile is signed with, and reports
// whether it is good: usage, dates, and the way to an authority. Which authorities
// a device knows is its own matter; here they are the system's. Certificates
// of web servers are in use for this and nothing forbids them, so the extended key
// usage is not judged.
func (l *linter) signer(signer *x509.Certificate, sent []*x509.Certificate) (good bool) {
	good = true
	fault := func(c *checks.Check, format string, args ...any) *mailcheck.Finding {
		good = false
		return l.find(c, 0, 0, format, args...)
	}
	// RFC 5280 section 4.2.1.3: these two are for signatures on what is no certificate.
	if signer.KeyUsage != 0 && signer.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		fault(checks.LintSignerUsage, "%s has neither digitalSignature nor nonRepudiation in its key usage", signer.Subject)
	}
	at := time.Now()
	switch {
	case at.After(signer.NotAfter):
		fault(checks.LintSignerExpired, "%s expired on %s", signer.Subject, signer.NotAfter.Format(time.DateOnly))
		at = signer.NotAfter // whether the chain was good is worth knowing, too
	case at.Before(signer.NotBefore):
		fault(checks.LintSignerEarly, "%s is valid from %s", signer.Subject, signer.NotBefore.Format(time.DateTime))
		at = signer.NotBefore
	}
	intermediates := x509.NewCertPool()
	for _, c := range sent {
		intermediates.AddCert(c)
	}
	_, err := signer.Verify(x509.VerifyOptions{
		Roots: l.Roots, Intermediates: intermediates, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err == nil {
		return good
	}
	fault(checks.LintSignerUntrusted, "%s: %v", signer.Subject, err).Fix = untrustedFix(signer, sent)
	return good
}

// untrustedFix tells the ways apart in which a chain ends nowhere; empty means the
// check's own remedy.
func untrustedFix(signer *x509.Certificate, sent []*x509.Certificate) mailcheck.Text {
	if bytes.Equal(signer.RawSubject, signer.RawIssuer) && signer.CheckSignature(signer.SignatureAlgorithm, signer.RawTBSCertificate, signer.Signature) == nil {
		return mailcheck.Textf("The certificate is self-signed. Sign with one of an authority that devices trust, such as the web server's.")
	}
	if len(sent) == 1 {
		return mailcheck.Textf("The file holds no intermediate certificate. Add that of %s when signing: openssl smime -sign ... -certfile CHAIN",
			signer.Issuer)
	}
	return mailcheck.Text{}
}

// The bounds of signed data. Real ones have 12 levels, and some hundred elements
// for each certificate.
const (
	maxBERDepth    = 32
	maxBERElements = 10000
)

// boundedBER reports whether a body begins with an element whose elements all lie
// inside each other, within bounds (X.690 section 8.1). The library does not look:
// it reads the bytes of an element that is longer than the one around it twice, on
// every level again, and copies each level into the next.
func boundedBER(body []byte) bool {
	elements := 0
	_, ok := skipBER(body, 0, &elements)
	return ok
}

// skipBER returns what follows the first element of b.
func skipBER(b []byte, depth int, elements *int) (rest []byte, ok bool) {
	*elements++
	if depth > maxBERDepth || *elements > maxBERElements || len(b) < 2 || b[0]&0x1f == 0x1f {
		return nil, false // tags above 30 do not occur here
	}
	constructed := b[0]&0x20 != 0
	length, b := int(b[1]), b[2:]
	if length == 0x80 { // indefinite: up to two zero bytes
		for first := true; first || len(b) < 2 || b[0] != 0 || b[1] != 0; first = false {
			if b, ok = skipBER(b, depth+1, elements); !ok || !constructed {
				return nil, false
			}
		}
		return b[2:], true
	}
	if digits := length - 0x80; digits > 0 {
		if digits > 4 || len(b) < digits {
			return nil, false
		}
		length = 0
		for _, c := range b[:digits] {
			length = length<<8 | int(c)
		}
		b = b[digits:]
	}
	if length < 0 || length > len(b) {
		return nil, false
	}
	for content := b[:length]; constructed && len(content) > 0; {
		if content, ok = skipBER(content, depth+1, elements); !ok {
			return nil, false
		}
	}
	return b[length:], true
}
