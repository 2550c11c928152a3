// Package keys keeps keys from being used that cost more than they are worth.
//
// To verify one signature by an RSA key takes time by the square of its length or worse,
// and nothing interrupts it: a key of 250,000 bits, which anybody can put into a
// certificate, takes seconds. crypto/tls refuses keys of more than 8192 bits in what a
// server shows in the handshake; whatever comes by another way has to come through here
// first.
package keys

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// MaxBits is the length of the longest RSA key that is used, as in crypto/tls.
const MaxBits = 8192

// Check returns an error where one of the certificates has a key that is too long to be
// used.
func Check(certificates ...*x509.Certificate) error {
	for _, c := range certificates {
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > MaxBits {
			return fmt.Errorf("a certificate has an RSA key of %d bits, and more than %d bits are not used", key.N.BitLen(), MaxBits)
		}
	}
	return nil
}

// ocspResponse and basicResponse are an OCSP answer, as far as the certificates in it
// (RFC 6960 section 4.2.1). Package ocsp reads it in the same way, so that nothing is
// hidden here which is found there.
type ocspResponse struct {
	Status asn1.Enumerated
	Bytes  struct {
		Type     asn1.ObjectIdentifier
		Response []byte
	} `asn1:"explicit,tag:0,optional"`
}

type basicResponse struct {
	Data               asn1.RawValue
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Signature          asn1.BitString
	Certificates       []asn1.RawValue `asn1:"explicit,tag:0,optional"`
}

// CheckOCSP does so for the certificates inside an OCSP answer. One that cannot be read
// has none.
func CheckOCSP(raw []byte) error {
	var response ocspResponse
	var basic basicResponse
	if _, err := asn1.Unmarshal(raw, &response); err != nil {
		return nil
	}
	if _, err := asn1.Unmarshal(response.Bytes.Response, &basic); err != nil {
		return nil
	}
	for _, one := range basic.Certificates {
		c, err := x509.ParseCertificate(one.FullBytes)
		if err != nil {
			continue
		}
		if err := Check(c); err != nil {
			return err
		}
	}
	return nil
}
