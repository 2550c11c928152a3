package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
)

// An organisation that signs profiles with an authority of its own names it with
// --ca-file; without, it sees what a device that does not know it shows.
func TestLintCAFile(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Root"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	data, err := pkcs7.NewSignedData([]byte(`<plist version="1.0"><dict/></plist>`))
	if err != nil {
		t.Fatal(err)
	}
	if err := data.AddSigner(certificate, key, pkcs7.SignerInfoConfig{}); err != nil {
		t.Fatal(err)
	}
	signed, err := data.Finish()
	if err != nil {
		t.Fatal(err)
	}
	profile, ca := filepath.Join(t.TempDir(), "mail.mobileconfig"), filepath.Join(t.TempDir(), "ca.pem")
	for name, content := range map[string][]byte{profile: signed, ca: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	test := func(want string, args ...string) {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), append([]string{"lint", profile}, args...), &out, &errs); code != exitFailures || errs.Len() > 0 {
			t.Errorf("exit code %d, %s", code, errs.String()) // the profile is empty, whoever signed it
		}
		if strings.Count(out.String(), "lint.sign") != 1 || !strings.Contains(out.String(), want) {
			t.Errorf("want %s alone:\n%s", want, out.String())
		}
	}
	test(": lint.signed\n", "--ca-file", ca)
	test(": lint.signer-untrusted\n")
}
