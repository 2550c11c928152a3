package lab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"time"
)

const day = 24 * time.Hour

// Cert describes the certificate of a server. The zero value but for its names
// is a good one, a month old and valid for two more.
type Cert struct {
	Names      []string // DNS names and IP addresses it is valid for
	CommonName string   // the first name if empty

	// NotBefore and NotAfter count from the moment the lab came up. Where both
	// are zero they are -29 and +61 days; where one is, they are 90 days apart.
	NotBefore, NotAfter time.Duration

	NoSAN            bool // names only as common name
	SelfSigned       bool
	UnknownCA        bool   // issued by an authority that is not the lab's
	Organization     string // of that authority; "Example Lab" if empty
	OmitIntermediate bool   // the chain lacks the certificate between leaf and root
	ClientOnly       bool   // its key usage does not allow servers

	Authority   string // issued by a foreign root of this name, without an intermediate
	SendRoot    bool   // the chain holds the root as well
	Alongside   *Cert  // one more that is sent after the chain
	Constrained bool   // the intermediate may only issue for names below other.example
	OldIssuer   bool   // the intermediate has expired
	NewIssuer   bool   // the intermediate was issued yesterday, in the place of an older one with the same key
	WeakKey     bool   // an RSA key of 1024 bits
	SHA1        bool   // signed with SHA-1
	IssuerURL   string // where the certificate says that its issuer's is
	MustStaple  bool   // demands a stapled OCSP answer
	Staple      Staple // the OCSP answer that the server sends with it
	SCTs        int    // embedded certificate transparency timestamps
}

// authority issues certificates: root, intermediate, leaf. All keys and serial
// numbers come from names, so that two labs at the same time have the same.
type authority struct {
	born               time.Time
	root, intermediate *x509.Certificate
}

const rootName, intermediateName = "Lab Root CA", "Lab Intermediate CA"

func newAuthority(now time.Time) *authority {
	now = now.UTC().Truncate(time.Second)
	root := issue(caTemplate(rootName, now), nil)
	return &authority{now, root, issue(caTemplate(intermediateName, now), root)}
}

// pool returns what a machine trusts: the lab's authority, and others by name.
func (a *authority) pool(also []string) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.root)
	for _, name := range also {
		pool.AddCert(issue(caTemplate(name, a.born), nil))
	}
	return pool
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})
}

func caTemplate(name string, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: name, Organization: []string{"Example Lab"}},
		NotBefore: now.Add(-1000 * day), NotAfter: now.Add(1000 * day),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
}

// issue signs a certificate; without an issuer, by itself.
func issue(t, issuer *x509.Certificate) *x509.Certificate {
	if issuer == nil {
		issuer = t
	}
	hash := sha256.Sum256(fmt.Append(nil, t.Subject, t.DNSNames, t.IPAddresses, t.NotBefore, t.NotAfter, issuer.Subject))
	t.SerialNumber = new(big.Int).SetBytes(hash[:15])
	public := t.PublicKey
	if public == nil {
		public = key(t.Subject).Public()
	}
	raw, err := x509.CreateCertificate(nil, t, issuer, public, key(issuer.Subject))
	if err != nil {
		panic(fmt.Sprintf("lab: certificate: %v", err))
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		panic(fmt.Sprintf("lab: certificate: %v", err))
	}
	return cert
}

// key returns the key of a subject.
func key(subject pkix.Name) crypto.Signer {
	seed := sha256.Sum256([]byte("lab key of " + subject.String()))
	if subject.CommonName != ecdsaName {
		return ed25519.NewKeyFromSeed(seed[:])
	}
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		panic(fmt.Sprintf("lab: key: %v", err))
	}
	return k
}

// leaf returns the certificate that a description asks for, with its chain.
func (a *authority) leaf(c Cert) *tls.Certificate {
	from, to := c.NotBefore, c.NotAfter
	switch {
	case from == 0 && to == 0:
		from, to = -29*day, 61*day
	case from == 0:
		from = to - 90*day
	case to == 0:
		to = from + 90*day
	}
	usage := x509.ExtKeyUsageServerAuth
	if c.ClientOnly {
		usage = x509.ExtKeyUsageClientAuth
	}
	t := &x509.Certificate{
		Subject:   pkix.Name{CommonName: c.CommonName},
		NotBefore: a.born.Add(from), NotAfter: a.born.Add(to),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage}, BasicConstraintsValid: true,
	}
	if c.CommonName == "" && len(c.Names) > 0 {
		t.Subject.CommonName = c.Names[0]
	}
	for _, name := range c.Names {
		if ip := net.ParseIP(name); c.NoSAN {
			break
		} else if ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, name)
		}
	}
	var secret crypto.Signer = key(t.Subject)
	if c.WeakKey {
		secret = weakKey()
		t.PublicKey = secret.Public()
	}
	if c.SHA1 {
		t.SignatureAlgorithm = x509.ECDSAWithSHA1
	}
	if c.IssuerURL != "" {
		t.IssuingCertificateURL = []string{c.IssuerURL}
	}
	t.ExtraExtensions = c.extensions()
	above := a.issuers(c)
	made := issue(t, above[0])
	result := &tls.Certificate{PrivateKey: secret, Leaf: made, Certificate: [][]byte{made.Raw}}
	last := len(above) - 1 // the root, which every client has
	for i, issuer := range above {
		if issuer != nil && (i < last && !c.OmitIntermediate || i == last && c.SendRoot) {
			result.Certificate = append(result.Certificate, issuer.Raw)
		}
	}
	if c.Alongside != nil {
		result.Certificate = append(result.Certificate, a.leaf(*c.Alongside).Certificate[0])
	}
	result.OCSPStaple = c.staple(a.born, made, above[0])
	return result
}

// certificate returns a leaf, made once for each description.
func (l *Lab) certificate(c Cert) *tls.Certificate {
	key := fmt.Sprintf("%+v", c)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.leaves[key] == nil {
		l.leaves[key] = l.ca.leaf(c)
	}
	return l.leaves[key]
}

// TLSOption changes how a server shakes hands.
type TLSOption func(*tls.Config)

// MaxVersion limits the TLS version, such as [tls.VersionTLS10].
func MaxVersion(version uint16) TLSOption {
	return func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, version }
}

// ClientCertificate has the server demand a client certificate.
func ClientCertificate(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }

// AskClientCertificate has the server ask for one, which ends no handshake.
func AskClientCertificate(c *tls.Config) { c.ClientAuth = tls.RequestClientCert }

// RejectClientCertificate has the server ask for one, and end the handshake at any.
func RejectClientCertificate(c *tls.Config) {
	c.ClientAuth = tls.RequestClientCert
	c.VerifyPeerCertificate = func(sent [][]byte, _ [][]*x509.Certificate) error {
		if len(sent) > 0 {
			return errors.New("unknown to the lab")
		}
		return nil
	}
}

// ClientCertificate returns what the check of the scenario shows; nil if it shows none.
func (s Scenario) ClientCertificate() *tls.Certificate {
	if s.Shows == "" {
		return nil
	}
	return newAuthority(time.Now()).leaf(Cert{CommonName: s.Shows, ClientOnly: true})
}

// StrictSNI has the server answer with the alert unrecognized_name unless the
// client asks for one of the names.
func StrictSNI(names ...string) TLSOption {
	return func(c *tls.Config) {
		cert := c.Certificates[0]
		c.Certificates = nil
		c.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if slices.Contains(names, hello.ServerName) {
				return &cert, nil
			}
			return nil, nil // crypto/tls then sends the alert
		}
	}
}

// TLS shakes hands and lets the next behaviour serve what is inside.
func TLS(cert Cert, next Behaviour, options ...TLSOption) Behaviour {
	return func(c *Conn) {
		if secured, err := c.upgrade(cert, options); err == nil {
			next(secured)
			secured.Close()
		}
	}
}

// upgrade shakes hands as a server.
func (c *Conn) upgrade(cert Cert, options []TLSOption) (*Conn, error) {
	config := &tls.Config{Certificates: []tls.Certificate{*c.lab.certificate(cert)}}
	for _, option := range options {
		option(config)
	}
	secured := tls.Server(c.Conn, config)
	if err := secured.Handshake(); err != nil {
		return nil, err
	}
	for _, shown := range secured.ConnectionState().PeerCertificates[:min(1, len(secured.ConnectionState().PeerCertificates))] {
		record(c.lab, &c.lab.credentials, "inside TLS to "+c.LocalAddr().String()+": certificate of "+shown.Subject.CommonName)
	}
	return c.over(secured, secured.ConnectionState().ServerName), nil
}
