package probes

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
	"time"

	"mailcheck/internal/sasl"
)

// shaken returns both ends' state of a connection.
func shaken(t *testing.T, version uint16, weak bool) (client, server tls.ConnectionState) {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	var public, private any
	if weak {
		pub, key, _ := ed25519.GenerateKey(rand.Reader)
		public, private = pub, key
	} else {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		public, private = key.Public(), key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	there := tls.Server(b, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: private}}, MaxVersion: version})
	ended := make(chan error, 1)
	go func() { ended <- there.Handshake() }()
	here := tls.Client(a, &tls.Config{InsecureSkipVerify: true})
	read := make(chan struct{})
	go func() { // the tickets of TLS 1.3
		defer close(read)
		here.Read(make([]byte, 1))
	}()
	if err := here.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	a.Close()
	<-read
	return here.ConnectionState(), there.ConnectionState()
}

// Both ends of a connection are bound to the same, by each type that its version of TLS
// has; two connections are not, but for the certificate that they share.
func TestBindings(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		client, server := shaken(t, version, false)
		other, _ := shaken(t, version, false)
		for _, b := range bindingsOf(version) {
			here, err := boundBy(b, client)
			if err != nil || len(here) == 0 {
				t.Errorf("%s over %s: %v", b, tls.VersionName(version), err)
			}
			if there, err := boundBy(b, server); b != sasl.EndPoint && (err != nil || string(there) != string(here)) {
				t.Errorf("%s over %s: the server has %x, the client %x: %v", b, tls.VersionName(version), there, here, err)
			}
			if elsewhere, _ := boundBy(b, other); string(elsewhere) == string(here) {
				t.Errorf("%s over %s is that of another connection", b, tls.VersionName(version))
			}
		}
	}
	client, _ := shaken(t, tls.VersionTLS13, false)
	if bound, err := boundBy(sasl.Unique, client); err == nil {
		t.Errorf("TLS 1.3 has tls-unique: %x", bound)
	}
	client, _ = shaken(t, tls.VersionTLS13, true)
	if bound, err := boundBy(sasl.EndPoint, client); err == nil { // RFC 5929 section 4.1: its signature has no hash
		t.Errorf("a certificate signed with Ed25519 has tls-server-end-point: %x", bound)
	}
}
