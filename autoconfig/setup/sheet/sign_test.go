package sheet

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
)

// identity is a certificate with its key, in PEM.
type identity struct {
	certificate      *x509.Certificate
	private          crypto.Signer
	certificates, of []byte
}

// issue makes one that is valid from yesterday until tomorrow.
func issue(t *testing.T, name string, above *identity) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		NotBefore: today.AddDate(0, 0, -1), NotAfter: today.AddDate(0, 0, 1),
	}
	parent, signer := template, crypto.Signer(key)
	if above != nil {
		parent, signer = above.certificate, above.private
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return identity{certificate, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})}
}

// today is the day of the test, since a signature has the time when it is made.
var today = time.Now().UTC()

// What is signed comes out as it went in, with all certificates in whatever order they
// were given.
func TestSigner(t *testing.T) {
	root := issue(t, "root", nil)
	middle := issue(t, "middle", &root)
	leaf := issue(t, "mail.example.com", &middle)
	signer, err := NewSigner(bytes.Join([][]byte{leaf.certificates, root.certificates, middle.certificates}, nil), leaf.of, today)
	if err != nil {
		t.Fatal(err)
	}
	set := Set{Signer: signer}
	set.Plist("mail.mobileconfig", map[string]any{"A": 1})
	files, notes, err := set.Result()
	if err != nil || len(notes) > 0 {
		t.Fatalf("%v, %q", err, notes)
	}
	message, err := pkcs7.Parse(files[0].Body())
	if err != nil || message.Verify() != nil {
		t.Fatalf("%v, %v", err, message.Verify())
	}
	if !bytes.Contains(message.Content, []byte("<key>A</key>")) || len(message.Certificates) != 3 || message.GetOnlySigner().Subject.CommonName != "mail.example.com" {
		t.Errorf("it holds %d certificates and\n%s", len(message.Certificates), message.Content)
	}
	if got := message.Signers[0].DigestAlgorithm.Algorithm; !got.Equal(pkcs7.OIDDigestAlgorithmSHA256) {
		t.Errorf("it is signed with %v", got)
	}
	plain := Set{}
	plain.Plist("mail.mobileconfig", map[string]any{"A": 1})
	if files, notes, _ := plain.Result(); len(notes) != 1 || !bytes.Equal(files[0].Body(), message.Content) {
		t.Errorf("unsigned it is %q, with the notes %q", files[0].Body(), notes)
	}
}

// Keys and certificates that do not fit are refused, with the reason.
func TestSignerRefuses(t *testing.T) {
	root := issue(t, "root", nil)
	leaf, other := issue(t, "mail.example.com", &root), issue(t, "other.example.com", nil)
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte{1}})
	old := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"DEK-Info": "AES-128-CBC,00"}, Bytes: []byte{1}})
	for _, c := range []struct {
		what              string
		certificates, key []byte
		now               time.Time
		want              string
	}{
		{"another's key", leaf.certificates, other.of, today, "private key does not match"},
		{"an encrypted key", leaf.certificates, encrypted, today, "openssl pkey"},
		{"a key encrypted in the old way", leaf.certificates, old, today, "openssl pkey"},
		{"no key", leaf.certificates, leaf.certificates, today, "private key"},
		{"no certificate", leaf.of, leaf.of, today, "certificate"},
		{"nothing", nil, nil, today, "PEM"},
		{"a chain that leads elsewhere", append(bytes.Clone(leaf.certificates), other.certificates...), leaf.of, today, "the certificate of CN=other.example.com is not that of who issued CN=mail.example.com"},
		{"a certificate of last year", leaf.certificates, leaf.of, today.AddDate(1, 0, 0), "expired on " + today.AddDate(0, 0, 1).Format(time.DateOnly)},
		{"a certificate of next year", leaf.certificates, leaf.of, today.AddDate(-1, 0, 0), "valid from " + today.AddDate(0, 0, -1).Format(time.DateOnly) + " on"},
	} {
		signer, err := NewSigner(c.certificates, c.key, c.now)
		if err == nil || signer != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
}
