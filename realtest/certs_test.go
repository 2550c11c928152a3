//go:build real

package realtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"time"
)

// authority is a certificate authority that exists for one run.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

const day = 24 * time.Hour

func newAuthority() authority {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "mailcheck real-server tests"},
		NotBefore:             time.Now().Add(-365 * day),
		NotAfter:              time.Now().Add(365 * day),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	return authority{must(x509.ParseCertificate(der)), key}
}

// writeRoot writes the root certificate, the file for --ca-file.
func (a authority) writeRoot(file string) {
	check(os.WriteFile(file, pemBlock("CERTIFICATE", a.cert.Raw), 0o644))
}

// writeLeaf writes a server certificate for the names that ends after the given
// time from now, and before it its key: one file that all three servers read.
func (a authority) writeLeaf(file string, serial int64, ends time.Duration, names ...string) {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: names[0]},
		DNSNames:     names,
		NotBefore:    time.Now().Add(-30 * day),
		NotAfter:     time.Now().Add(ends),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der := must(x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key))
	text := append(pemBlock("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))), pemBlock("CERTIFICATE", der)...)
	check(os.WriteFile(file, text, 0o600))
}

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// must and check end the run; the servers started so far are stopped by the
// recover in TestMain.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
