//go:build real

package realtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ocsp"
)

const day = 24 * time.Hour

// fromNow is a moment in terms of the run.
func fromNow(d time.Duration) time.Time { return time.Now().Add(d) }

// authority is a certificate authority that exists for one run.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// newAuthority returns one that another vouches for, or a root.
func newAuthority(name string, above *authority) authority {
	key := newKey(0)
	template := &x509.Certificate{
		SerialNumber:          must(rand.Int(rand.Reader, big.NewInt(1<<62))), // Thunderbird refuses two of one issuer with the same
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             fromNow(-365 * day),
		NotAfter:              fromNow(365 * day),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	if above == nil {
		above = &authority{template, key}
	}
	der := must(x509.CreateCertificate(rand.Reader, template, above.cert, key.Public(), above.key))
	return authority{must(x509.ParseCertificate(der)), key}
}

// newKey returns an RSA key of so many bits, an ECDSA one for 0.
func newKey(bits int) crypto.Signer {
	if bits == 0 {
		return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	}
	return must(rsa.GenerateKey(rand.Reader, bits))
}

// leaf is a server certificate for all names of the run, with something wrong.
type leaf struct {
	kind   string
	bits   int // as of newKey
	issuer string
	change func(*x509.Certificate)
}

// Values of leaf.issuer; the trusted root where empty.
const (
	itself       = "itself"
	unknown      = "unknown"      // a root that mailcheck does not know, sent along with the leaf
	intermediate = "intermediate" // below the trusted root, and not sent along
	sent         = "sent"         // the same, and sent along
)

// Values of scenario.cert; see also none, lost and down.
const (
	good              = "good"
	expired           = "expired"
	wrongName         = "wrong-name"
	expiresSoon       = "expires-soon"
	notYetValid       = "not-yet-valid"
	cnOnly            = "cn-only"
	clientOnly        = "client-only"
	weakKey           = "weak-key"
	sha1Signature     = "sha1-signature"
	selfSigned        = "self-signed"
	privateCA         = "private-ca"
	mustStaple        = "must-staple"
	intermediateFound = "intermediate-found" // at the URL in the certificate
	intermediateInner = "intermediate-inner" // at a URL that leads into this network
	rsaKey            = "rsa-key"            // good, for what needs RSA
	fullChain         = "full-chain"         // good, below the intermediate
	filesGood         = "files-good"         // good, for the domains of setup files
	filesUnknown      = "files-unknown"      // the same, from a root that nobody knows
	siteGood          = "site-good"          // good, for the domains of web sites
)

// leaves are the certificates that a scenario can have.
var leaves = []leaf{
	{kind: good},
	{kind: expired, change: func(c *x509.Certificate) { c.NotAfter = fromNow(-2 * day) }},
	{kind: wrongName, change: func(c *x509.Certificate) { c.DNSNames = []string{"mail.other.example"} }},
	{kind: expiresSoon, change: func(c *x509.Certificate) { c.NotAfter = fromNow(3 * day) }},
	{kind: notYetValid, change: func(c *x509.Certificate) { c.NotBefore = fromNow(day) }},
	{kind: cnOnly, change: func(c *x509.Certificate) { c.DNSNames = nil }},
	{kind: clientOnly, change: func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }},
	{kind: weakKey, bits: 1024},
	{kind: sha1Signature, change: func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }},
	{kind: selfSigned, issuer: itself},
	{kind: privateCA, issuer: unknown},
	{kind: mustStaple, change: func(c *x509.Certificate) {
		feature := must(asn1.Marshal([]int{5})) // RFC 7633 section 6: status_request
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}, Value: feature}}
	}},
	{kind: intermediateFound, issuer: intermediate, change: func(c *x509.Certificate) {
		c.IssuingCertificateURL = []string{"http://aia.intermediate-found.example/" + issuerPath}
	}},
	{kind: intermediateInner, issuer: intermediate, change: func(c *x509.Certificate) {
		c.IssuingCertificateURL = []string{"http://aia.intermediate-inner.example/" + issuerPath}
	}},
	{kind: rsaKey, bits: 2048},
	{kind: fullChain, issuer: sent},
	{kind: filesGood, change: forSetupFiles},
	{kind: filesUnknown, issuer: unknown, change: forSetupFiles},
	{kind: siteGood, change: forWebsites},
}

// forSetupFiles keeps their names out of the other certificates, of which mailcheck does not
// read any number.
func forSetupFiles(c *x509.Certificate) {
	c.DNSNames = nil
	for _, domain := range []string{"files-tls", "files-starttls", "files-plain", "files-unknown-issuer"} {
		for _, host := range []string{"imap", "pop", "smtp"} {
			c.DNSNames = append(c.DNSNames, host+"."+domain+".example")
		}
	}
}

// issuerPath is where nginx has the certificate of the intermediate authority.
const issuerPath = "intermediate.der"

// certificates writes root.pem, the file for --ca-file, and a file for each of
// the leaves.
func (w *world) certificates() {
	// No more than needed: OpenSMTPD does not start with a certificate of 16 KiB.
	names := []string{"imap.six.example", "alias.alias.example", "alias.healthy.example", "both.healthy.example"}
	for _, s := range scenarios {
		for host, ports := range map[string][]int{"imap": {993, 143}, "pop": {995, 110}, "smtp": {465, 587, 25}} {
			own := strings.HasPrefix(s.name, "files-") || s.website != "" // which have certificates of their own
			if !own && slices.ContainsFunc(ports, func(port int) bool { return slices.Contains(s.ports, port) }) {
				names = append(names, host+"."+s.domain())
			}
		}
		if s.program == tokens {
			names = append(names, "login."+s.domain())
		}
		if s.web != "" {
			names = append(names, "autoconfig."+s.domain())
		}
		for _, site := range s.sites {
			names = append(names, site.name(s))
		}
	}
	w.root = newAuthority("mailcheck real-server tests", nil)
	w.between = newAuthority("mailcheck intermediate", &w.root)
	private := newAuthority("Example Company", nil)
	check(os.WriteFile(w.path("root.pem"), pemBlock("CERTIFICATE", w.root.cert.Raw), 0o644))
	for _, kind := range []string{intermediateFound, intermediateInner} {
		w.write("web/"+kind+"-aia/"+issuerPath, string(w.between.cert.Raw))
	}
	issuers := map[string]authority{"": w.root, unknown: private, intermediate: w.between, sent: w.between}
	for i, l := range leaves {
		chain := w.issue(l, int64(i+2), issuers[l.issuer], names)
		if l.issuer == unknown || l.issuer == sent {
			chain = append(chain, pemBlock("CERTIFICATE", issuers[l.issuer].cert.Raw)...)
		}
		check(os.WriteFile(w.path(l.kind+".pem"), chain, 0o600))
	}
	w.staples()
}

// staples writes what the authority says of the certificate that demands it: that
// it is good, that it was good, and that it is revoked.
func (w *world) staples() {
	answer := ocsp.Response{SerialNumber: w.leaf(scenario{cert: mustStaple}).SerialNumber, ThisUpdate: fromNow(-day), NextUpdate: fromNow(day)}
	revoked, stale := answer, answer
	revoked.Status, revoked.RevokedAt, revoked.RevocationReason = ocsp.Revoked, fromNow(-2*day), ocsp.KeyCompromise
	stale.ThisUpdate, stale.NextUpdate = fromNow(-9*day), fromNow(-2*day)
	for name, r := range map[string]ocsp.Response{"good": answer, "revoked": revoked, "stale": stale} {
		check(os.WriteFile(w.path(name+".ocsp"), must(ocsp.CreateResponse(w.root.cert, w.root.cert, r, w.root.key)), 0o644))
	}
}

// issue returns a leaf and before it its key: one file that all servers read.
func (w *world) issue(l leaf, serial int64, issuer authority, names []string) []byte {
	key := newKey(l.bits)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: names[0]},
		DNSNames:     slices.Clone(names),
		NotBefore:    fromNow(-30 * day),
		NotAfter:     fromNow(60 * day),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if l.change != nil {
		l.change(template)
	}
	if l.issuer == itself {
		issuer = authority{template, key}
	}
	der := must(x509.CreateCertificate(rand.Reader, template, issuer.cert, key.Public(), issuer.key))
	return append(pemBlock("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))), pemBlock("CERTIFICATE", der)...)
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
