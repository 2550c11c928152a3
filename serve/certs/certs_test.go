package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/acme"
)

// write writes a certificate of names and its key.
func write(t *testing.T, f Files, names ...string) (der []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: names, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	if der, err = x509.CreateCertificate(rand.Reader, template, template, key.Public(), key); err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	put(t, f.Certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	put(t, f.Key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	return der
}

// put writes a file whose time of change is another one each time, however coarse the clock
// of the file system is.
func put(t *testing.T, name string, body []byte) {
	t.Helper()
	stamp := time.Unix(1e9, 0)
	if info, err := os.Stat(name); err == nil {
		stamp = info.ModTime().Add(time.Second)
	}
	if err := os.WriteFile(name, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, stamp, stamp); err != nil {
		t.Fatal(err)
	}
}

// shown returns the certificate that a client is shown which asks for a name.
func shown(t *testing.T, c *tls.Config, name string) []byte {
	t.Helper()
	near, far := net.Pipe()
	server := tls.Server(far, c)
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	client := tls.Client(near, &tls.Config{ServerName: name, InsecureSkipVerify: true}) // which one it is, is what is asked
	err := client.Handshake()
	if serverErr := <-done; err != nil || serverErr != nil {
		t.Fatal(err, serverErr)
	}
	near.Close()
	far.Close()
	return client.ConnectionState().PeerCertificates[0].Raw
}

// A renewed certificate is shown without a restart; while its files do not fit, or are gone, the
// old one is.
func TestReload(t *testing.T) {
	f := Files{filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")}
	first := write(t, f, "a.example")
	c, err := FromFiles(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	want := func(what string, der []byte) {
		t.Helper()
		if !bytes.Equal(shown(t, c, "a.example"), der) {
			t.Errorf("%s: another certificate is shown", what)
		}
	}
	want("at first", first)
	second := write(t, f, "a.example")
	want("renewed", second)
	key, err := os.ReadFile(f.Key)
	if err != nil {
		t.Fatal(err)
	}
	put(t, f.Key, []byte("half of a key"))
	want("while it is written", second)
	os.Remove(f.Certificate)
	want("gone", second)
	put(t, f.Key, key)
	third := write(t, f, "a.example")
	want("back", third)
	if _, err := FromFiles(t.Context(), Files{f.Certificate, f.Certificate}); err == nil {
		t.Error("a certificate is taken as its key")
	}
	if _, err := FromFiles(t.Context(), Files{f.Certificate + "x", f.Key}); err == nil {
		t.Error("no file is taken")
	}
}

// failing is a network on which nothing is reached.
type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("no network") }

// Whoever runs the service is told of each name without a certificate, and a name that is not
// the service's is asked for nowhere.
func TestAuthorityFails(t *testing.T) {
	a := &Authority{Client: &acme.Client{HTTPClient: &http.Client{Transport: failing{}}}, Folder: t.TempDir(), Names: []string{"a.example", "b.example"}}
	var told []string
	a.Fetch(t.Context(), func(name string, err error) {
		if !strings.Contains(err.Error(), "no network") {
			t.Error(err)
		}
		told = append(told, name)
	})
	if !slices.Equal(told, a.Names) {
		t.Errorf("%q", told)
	}
	_, err := a.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "c.example"})
	if err == nil || strings.Contains(err.Error(), "no network") {
		t.Errorf("a certificate is asked for: %v", err)
	}
}

// Of several certificates the one that has the name is shown.
func TestSeveral(t *testing.T) {
	one, two := Files{filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "1k")}, Files{filepath.Join(t.TempDir(), "2"), filepath.Join(t.TempDir(), "2k")}
	first, second := write(t, one, "a.example"), write(t, two, "b.example", "*.b.example")
	c, err := FromFiles(t.Context(), one, two)
	if err != nil {
		t.Fatal(err)
	}
	for name, der := range map[string][]byte{"a.example": first, "b.example": second, "autoconfig.b.example": second, "c.example": first} {
		if !bytes.Equal(shown(t, c, name), der) {
			t.Errorf("%s: another certificate is shown", name)
		}
	}
}
