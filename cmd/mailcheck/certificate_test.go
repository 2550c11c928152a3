package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clientCert returns a certificate that is valid from and to so many hours from now.
func clientCert(t *testing.T, key crypto.Signer, from, to time.Duration) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "alice@example.com"},
		NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(to), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
}

func pkcs8(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
}

// A certificate that no server would take is refused before anything is asked, with what to
// do about it.
func TestClientCertificate(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, other, _ := ed25519.GenerateKey(rand.Reader)
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sec1, _ := x509.MarshalECPrivateKey(key)
	good := clientCert(t, key, -time.Hour, time.Hour)
	locked := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}, Bytes: sec1})
	for _, c := range []struct {
		what      string
		cert, key []byte // none: no such flag
		want      string // of the error; empty: it is taken
		hint      string
	}{
		{"both in a file", append(bytes.Clone(good), pkcs8(t, key)...), nil, "", ""},
		{"the key first", append(pkcs8(t, key), good...), nil, "", ""},
		{"two files", good, pkcs8(t, key), "", ""},
		{"a key of SEC 1", good, append(pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte{6}}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1})...), "", ""},
		{"a key of PKCS #1", clientCert(t, old, -time.Hour, time.Hour), pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(old)}), "", ""},
		{"no key", good, nil, "no private key", "--client-key"},
		{"no certificate with it", nil, pkcs8(t, key), "none is given", "add --client-cert"},
		{"a key in its place", pkcs8(t, key), nil, "no certificate in", "openssl pkcs12"},
		{"no PEM", []byte("\x30\x82"), pkcs8(t, key), "no certificate in", "openssl pkcs12"},
		{"another's key", good, pkcs8(t, other), "does not belong to", "first"},
		{"a broken key", good, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}}), "cannot be read", "PKCS #8"},
		{"a broken certificate", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{1}}), pkcs8(t, key), "cannot be read", ""},
		{"an encrypted key", good, pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte{1}}), "encrypted with a passphrase", "openssl pkey"},
		{"one as it was encrypted of old", good, locked, "encrypted with a passphrase", "openssl pkey"},
		{"an old certificate", clientCert(t, key, -48*time.Hour, -24*time.Hour), pkcs8(t, key), "expired on", "renewed"},
		{"a certificate of the future", clientCert(t, key, 24*time.Hour, 48*time.Hour), pkcs8(t, key), "not valid before", "clock"},
		{"a huge file", bytes.Repeat([]byte("a"), maxCertificate+1), pkcs8(t, key), "more than", ""},
	} {
		var f credentials
		dir := t.TempDir()
		for name, file := range map[string]struct {
			content []byte
			flag    *string
		}{"cert.pem": {c.cert, &f.certFile}, "key.pem": {c.key, &f.keyFile}} {
			if file.content == nil {
				continue
			}
			*file.flag = filepath.Join(dir, name)
			if err := os.WriteFile(*file.flag, file.content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := f.certificate(t.Context())
		if c.want == "" {
			if err != nil || got == nil || got.Leaf.Subject.CommonName != "alice@example.com" {
				t.Errorf("%s: %v", c.what, err)
			}
			continue
		}
		failed, ok := errors.AsType[*failure](err)
		if !ok || failed.code != exitUsage || !strings.Contains(failed.Error(), c.want) || !strings.Contains(strings.Join(failed.hints, " "), c.hint) {
			t.Errorf("%s: %+v, want exit code 2, %q and %q", c.what, err, c.want, c.hint)
		}
	}
}
