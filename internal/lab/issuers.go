package lab

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"golang.org/x/crypto/ocsp"
)

// ecdsaName is the intermediate with an ECDSA key, which old signatures and OCSP
// answers need; the others have Ed25519 keys.
const ecdsaName = "Lab ECDSA Intermediate CA"

// Staple is the OCSP answer that a server sends with its certificate.
type Staple int

// The answers.
const (
	NoStaple      Staple = iota
	GoodStaple           // in good standing
	RevokedStaple        // revoked, two days ago
	StaleStaple          // in good standing until three days ago
	BrokenStaple         // no OCSP answer at all
)

// issuers returns the authorities above the leaf that a description asks for: the
// one that signs it first, the root last. A self-signed leaf has a nil one.
func (a *authority) issuers(c Cert) []*x509.Certificate {
	intermediate := caTemplate(intermediateName, a.born)
	switch {
	case c.SelfSigned:
		return []*x509.Certificate{nil}
	case c.Authority != "":
		return []*x509.Certificate{issue(caTemplate(c.Authority, a.born), nil)}
	case c.UnknownCA:
		above, below := caTemplate("Private Root CA", a.born), caTemplate("Private Intermediate CA", a.born)
		if c.Organization != "" {
			above.Subject.Organization, below.Subject.Organization = []string{c.Organization}, []string{c.Organization}
		}
		root := issue(above, nil)
		return []*x509.Certificate{issue(below, root), root}
	case c.SHA1 || c.Staple != NoStaple:
		intermediate.Subject.CommonName = ecdsaName
	case c.Constrained:
		intermediate.Subject.CommonName = "Lab Constrained CA"
		intermediate.PermittedDNSDomainsCritical, intermediate.PermittedDNSDomains = true, []string{"other.example"}
	case c.OldIssuer:
		intermediate.Subject.CommonName = "Lab Old Intermediate CA"
		intermediate.NotAfter = a.born.Add(-2 * day)
	case c.NewIssuer:
		intermediate.Subject.CommonName = "Lab New Intermediate CA"
		intermediate.NotBefore = a.born.Add(-day)
	default:
		return []*x509.Certificate{a.intermediate, a.root}
	}
	return []*x509.Certificate{issue(intermediate, a.root), a.root}
}

// Issuer answers with the certificate above a leaf, the n-th from below, as
// authorities publish it for clients that lack it.
func Issuer(c Cert, n int) Reply {
	return func(conn *Conn, r *http.Request) {
		respond(conn, r, http.StatusOK, http.Header{"Content-Type": {"application/pkix-cert"}}, string(conn.lab.ca.issuers(c)[n].Raw))
	}
}

// extensions returns what a description asks for beyond the usual.
func (c Cert) extensions() []pkix.Extension {
	var list []pkix.Extension
	add := func(value any, id ...int) {
		der, err := asn1.Marshal(value)
		if err != nil {
			panic(fmt.Sprintf("lab: certificate: %v", err))
		}
		list = append(list, pkix.Extension{Id: id, Value: der})
	}
	if c.MustStaple {
		add([]int{5}, 1, 3, 6, 1, 5, 5, 7, 1, 24) // RFC 7633: status_request
	}
	if c.SCTs > 0 {
		var all []byte
		for i := range c.SCTs {
			all = append(binary.BigEndian.AppendUint16(all, 47), bytes.Repeat([]byte{byte(i)}, 47)...)
		}
		add(append(binary.BigEndian.AppendUint16(nil, uint16(len(all))), all...), 1, 3, 6, 1, 4, 1, 11129, 2, 4, 2)
	}
	return list
}

// staple returns the OCSP answer for a certificate.
func (c Cert) staple(now time.Time, leaf, issuer *x509.Certificate) []byte {
	answer := ocsp.Response{
		Status: ocsp.Good, SerialNumber: leaf.SerialNumber,
		ThisUpdate: now.Add(-day), NextUpdate: now.Add(6 * day),
	}
	switch c.Staple {
	case NoStaple:
		return nil
	case BrokenStaple:
		return []byte("404 Not Found")
	case RevokedStaple:
		answer.Status, answer.RevokedAt, answer.RevocationReason = ocsp.Revoked, now.Add(-2*day), ocsp.KeyCompromise
	case StaleStaple:
		answer.ThisUpdate, answer.NextUpdate = now.Add(-10*day), now.Add(-3*day)
	}
	signed, err := ocsp.CreateResponse(issuer, issuer, answer, key(issuer.Subject))
	if err != nil {
		panic(fmt.Sprintf("lab: OCSP answer: %v", err))
	}
	return signed
}

// The primes of the RSA key of 1024 bits, the same in every lab.
const (
	weakP = "ced7384bf4eac10f5dab7e5e834c0f2571f36ec219b61d4485106fdcded4b961cae9a673d45434de52be468a63b18a93d991a72b7bc694eb04e5f7cfcc0b932b"
	weakQ = "e8dd7cad1a2fb79863b7e6c6cc32d94a23e12368dfaab154beaf95ccb620d9a01894934cfb6e77edcb46d03f636e22c55e6b64bfb749bdeece9af45cb8c92b51"
)

func weakKey() *rsa.PrivateKey {
	p, _ := new(big.Int).SetString(weakP, 16)
	q, _ := new(big.Int).SetString(weakQ, 16)
	one := big.NewInt(1)
	k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, Primes: []*big.Int{p, q}}
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	k.D = new(big.Int).ModInverse(big.NewInt(int64(k.E)), order)
	k.Precompute()
	return k
}
