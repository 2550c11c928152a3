package sheet

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/smallstep/pkcs7"
)

// Signer signs files with a certificate, so that a device shows who made them.
type Signer struct {
	certificate tls.Certificate
	above       []*x509.Certificate
}

// NewSigner returns a signer with the first of the certificates, whose key it is; the
// others lead from it to an authority. All are in PEM. The error says what does not fit.
func NewSigner(certificates, key []byte, now time.Time) (*Signer, error) {
	if block, _ := pem.Decode(key); block != nil && (block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "") {
		return nil, errors.New("the key is encrypted; decrypt it first: openssl pkey -in KEY -out PLAINKEY")
	}
	pair, err := tls.X509KeyPair(certificates, key)
	if err != nil {
		return nil, err
	}
	s := &Signer{certificate: pair}
	for _, der := range pair.Certificate[1:] {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		s.above = append(s.above, c)
	}
	leaf := pair.Leaf
	switch {
	case now.After(leaf.NotAfter):
		return nil, fmt.Errorf("the certificate of %s expired on %s", leaf.Subject, leaf.NotAfter.Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		return nil, fmt.Errorf("the certificate of %s is valid from %s on", leaf.Subject, leaf.NotBefore.Format(time.DateOnly))
	}
	if err := s.ordered(); err != nil {
		return nil, err
	}
	return s, nil
}

// ordered puts the certificates above that of the signer into the order in which one
// issued the other, as they are verified. The error names one that leads nowhere.
func (s *Signer) ordered() error {
	var chain []*x509.Certificate
	rest := s.above
	for last := s.certificate.Leaf; len(rest) > 0; last = chain[len(chain)-1] {
		i := slices.IndexFunc(rest, func(c *x509.Certificate) bool { return last.CheckSignatureFrom(c) == nil })
		if i < 0 {
			return fmt.Errorf("the certificate of %s is not that of who issued %s", rest[0].Subject, last.Subject)
		}
		chain, rest = append(chain, rest[i]), slices.Delete(slices.Clone(rest), i, i+1)
	}
	s.above = chain
	return nil
}

// sign returns a body inside its signature (CMS, RFC 5652 section 5), with the
// certificates. The time of signing is in it.
func (s *Signer) sign(body []byte) ([]byte, error) {
	data, err := pkcs7.NewSignedData(body)
	if err != nil {
		return nil, err
	}
	data.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := data.AddSignerChain(s.certificate.Leaf, s.certificate.PrivateKey, s.above, pkcs7.SignerInfoConfig{}); err != nil {
		return nil, err
	}
	return data.Finish()
}
