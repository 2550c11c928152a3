package lint

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"mailcheck"
	"mailcheck/checks"
)

// identity is a certificate with its key.
type identity struct {
	*x509.Certificate
	key crypto.Signer
}

var serial int64

// issue makes a certificate; without an issuer it is self-signed.
func issue(t testing.TB, name string, issuer *identity, change func(*x509.Certificate)) *identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageDigitalSignature,
		NotBefore: time.Now().AddDate(0, 0, -10), NotAfter: time.Now().AddDate(0, 0, 10),
	}
	if change != nil {
		change(template)
	}
	parent, signer := template, crypto.Signer(key)
	if issuer != nil {
		parent, signer = issuer.Certificate, issuer.key
	}
	public := key.Public()
	if template.PublicKey != nil {
		public = template.PublicKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &identity{certificate, key}
}

func authority(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	c.NotBefore = time.Now().AddDate(-1, 0, 0)
}

// sign returns a profile as `openssl smime -sign -nodetach -outform der -certfile`
// writes it; finish may change what is signed.
func sign(t testing.TB, profile string, by *identity, chain []*identity, finish func(*pkcs7.SignedData)) []byte {
	t.Helper()
	data, err := pkcs7.NewSignedData([]byte(profile))
	if err != nil {
		t.Fatal(err)
	}
	data.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := data.AddSigner(by.Certificate, by.key, pkcs7.SignerInfoConfig{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range chain {
		data.AddCertificate(c.Certificate)
	}
	if finish != nil {
		finish(data)
	}
	out, err := data.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type signatureCase struct {
	name string
	file File
	want []string // ids
	says string   // in the evidence or the remedy
}

// signatureCases are signed profiles, good and bad.
func signatureCases(t testing.TB) []signatureCase {
	root := issue(t, "Example Root", nil, authority)
	middle := issue(t, "Example CA", root, authority)
	roots := x509.NewCertPool()
	roots.AddCert(root.Certificate)
	chain := []*identity{middle}
	good := issue(t, "mail.example.com", middle, nil)
	by := func(change func(*x509.Certificate)) []byte {
		return sign(t, goodProfile, issue(t, "mail.example.com", middle, change), chain, nil)
	}
	signed := sign(t, goodProfile, good, chain, nil)
	changed := bytes.Replace(signed, []byte("imap.example.com"), []byte("imap.example.net"), 1)
	flipped := slices.Clone(signed)
	flipped[len(flipped)-1] ^= 1
	endless := slices.Concat([]byte{0x30, 0x80}, signed[4:], []byte{0, 0}) // BER of indefinite length

	cases := []signatureCase{
		{"good", File{Body: signed}, []string{"lint.signed"}, "signed by CN=mail.example.com, certificate of CN=Example CA"},
		{"BER", File{Body: endless}, []string{"lint.signed"}, ""},
		{"for signing mail", File{Body: by(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} })},
			[]string{"lint.signed"}, ""},
		{"a broken profile inside", File{Body: sign(t, in(goodProfile, "EmailTypeIMAP", "IMAP"), good, chain, nil)},
			[]string{"lint.value", "lint.signed"}, ""},
		{"content changed", File{Body: changed}, []string{"lint.signature-broken"}, "digest of the content"},
		{"signature changed", File{Body: flipped}, []string{"lint.signature-broken"}, "signed by"},
		{"no intermediate", File{Body: sign(t, goodProfile, good, nil, nil)}, []string{"lint.signer-untrusted"}, "Add that of CN=Example CA"},
		{"self-signed", File{Body: sign(t, goodProfile, issue(t, "mail.example.com", nil, nil), nil, nil)},
			[]string{"lint.signer-untrusted"}, "is self-signed"},
		{"unknown authority", File{Body: signed, Roots: x509.NewCertPool()}, []string{"lint.signer-untrusted"}, "--ca-file"},
		{"expired", File{Body: by(func(c *x509.Certificate) { c.NotAfter = time.Now().AddDate(0, 0, -1) })},
			[]string{"lint.signer-expired"}, "expired on "},
		{"expired and self-signed", File{Body: sign(t, goodProfile, issue(t, "x", nil, func(c *x509.Certificate) { c.NotAfter = time.Now().AddDate(0, 0, -1) }), nil, nil)},
			[]string{"lint.signer-expired", "lint.signer-untrusted"}, ""},
		{"not yet valid", File{Body: by(func(c *x509.Certificate) { c.NotBefore = time.Now().AddDate(0, 0, 1) })},
			[]string{"lint.signer-not-yet-valid"}, "is valid from"},
		{"usage", File{Body: by(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })},
			[]string{"lint.signer-usage"}, ""},
		{"two signers", File{Body: sign(t, goodProfile, good, chain, func(d *pkcs7.SignedData) {
			other := issue(t, "other", middle, nil)
			if err := d.AddSigner(other.Certificate, other.key, pkcs7.SignerInfoConfig{}); err != nil {
				t.Fatal(err)
			}
		})}, []string{"lint.signature-unverified"}, "signatures in the file: 2"},
		{"signed attributes taken out", File{Body: sign(t, goodProfile, good, nil, func(d *pkcs7.SignedData) { d.RemoveAuthenticatedAttributes() })},
			[]string{"lint.signature-broken"}, ""},
		{"key that takes minutes", File{Body: by(func(c *x509.Certificate) {
			c.PublicKey = &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 9000, 1), E: 65537}
		})}, []string{"lint.signature-unverified"}, "more than 8192 bits"},
		{"detached", File{Body: sign(t, goodProfile, good, chain, func(d *pkcs7.SignedData) { d.Detach() })}, []string{"lint.malformed"}, "detached"},
		{"cut off", File{Body: signed[:len(signed)/2]}, []string{"lint.malformed"}, "cut off"},
		{"certificates alone", File{Body: good.Raw}, []string{"lint.malformed"}, "cannot be read"},
		{"elements that overlap", File{Body: overlapping(100)}, []string{"lint.malformed"}, "cut off"},
		{"elements in elements", File{Body: bytes.Repeat([]byte{0x30, 0x80}, 1000)}, []string{"lint.malformed"}, "nested deeper"},
	}
	for i := range cases {
		cases[i].file.Name = "file"
		if cases[i].file.Roots == nil {
			cases[i].file.Roots = roots
		}
	}
	return cases
}

// overlapping returns elements that are each longer than the one around them: a
// parser that does not look reads the rest twice on each level.
func overlapping(levels int) []byte {
	var b []byte
	for range levels {
		b = append(b, 0x30, 0x02, 0x30, 0x7f)
	}
	return append(b, make([]byte, 200)...)
}

func TestLintSignature(t *testing.T) {
	for _, c := range signatureCases(t) {
		t.Run(c.name, func(t *testing.T) {
			var ids, texts []string
			for _, f := range Judge(c.file).Findings {
				ids = append(ids, f.Check.ID)
				texts = append(texts, f.Detail.String()+"\n"+f.Remedy().String())
			}
			if !slices.Equal(slices.Compact(ids), c.want) || !strings.Contains(strings.Join(texts, "\n"), c.says) {
				t.Errorf("%q, want %q and %q:\n%s", ids, c.want, c.says, strings.Join(texts, "\n"))
			}
		})
	}
}

// A profile that is not signed is as good as any; what the device shows is told.
func TestLintUnsigned(t *testing.T) {
	l := Judge(File{Name: "file", Body: []byte(goodProfile)})
	if l.Verdict != mailcheck.Pass || len(l.Findings) != 1 || l.Findings[0].Check != checks.LintUnsigned {
		t.Errorf("%s, %v", l.Verdict, l.Findings)
	}
}
