package keys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"mailcheck/internal/keys"
)

// certificate returns one whose RSA key has so many bits, and the key that signed it. It
// is nobody's key: to make a real one of that length takes hours.
func certificate(t *testing.T, bits uint) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "responder"}, NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}, signer)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return c, signer
}

func TestCheck(t *testing.T) {
	for bits, want := range map[uint]string{2048: "", 8192: "", 8193: "a certificate has an RSA key of 8193 bits", 250_000: "of 250000 bits"} {
		c, signer := certificate(t, bits)
		answer, err := ocsp.CreateResponse(c, c, ocsp.Response{Status: ocsp.Good, SerialNumber: big.NewInt(1), Certificate: c}, signer)
		if err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{"certificate": keys.Check(c), "OCSP answer": keys.CheckOCSP(answer)} {
			if got := errorText(err); want == "" && got != "" || !strings.Contains(got, want) {
				t.Errorf("%s of %d bits: %q, want %q", name, bits, got, want)
			}
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzCheckOCSP(f *testing.F) {
	f.Add([]byte("0\x03\n\x01\x06"))
	f.Fuzz(func(t *testing.T, raw []byte) { _ = keys.CheckOCSP(raw) })
}
