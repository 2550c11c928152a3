package lab

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// shake does a TLS handshake with the test host and one read behind it.
func shake(t *testing.T, l *Lab, name string) error {
	t.Helper()
	c := tls.Client(dial(t, l, "tcp", there), &tls.Config{ServerName: name, RootCAs: l.Options().Roots})
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if err := c.HandshakeContext(t.Context()); err != nil {
		return err
	}
	_, err := c.Read(make([]byte, 1))
	return err
}

func TestCertificates(t *testing.T) {
	const name = "imap.example.com"
	good := []string{name}
	verifies := func(what string, c Cert, as string, want func(error) bool) {
		t.Helper()
		bring(t, Host{1000: TLS(c, Say("hello"))}, func(t *testing.T, l *Lab) {
			if err := shake(t, l, as); !want(err) {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
	fine := func(err error) bool { return err == nil }
	invalid := func(reason x509.InvalidReason) func(error) bool {
		return func(err error) bool {
			e, ok := errors.AsType[x509.CertificateInvalidError](err)
			return ok && e.Reason == reason
		}
	}
	unknown := func(err error) bool { _, ok := errors.AsType[x509.UnknownAuthorityError](err); return ok }
	mismatch := func(err error) bool { _, ok := errors.AsType[x509.HostnameError](err); return ok }

	verifies("good", Cert{Names: good}, name, fine)
	verifies("IP address", Cert{Names: []string{"192.0.2.10"}}, "192.0.2.10", fine)
	verifies("wildcard", Cert{Names: []string{"*.example.com"}}, name, fine)
	verifies("expires soon", Cert{Names: good, NotAfter: day}, name, fine)
	verifies("expired", Cert{Names: good, NotAfter: -day}, name, invalid(x509.Expired))
	verifies("not yet valid", Cert{Names: good, NotBefore: day}, name, invalid(x509.Expired))
	verifies("wrong usage", Cert{Names: good, ClientOnly: true}, name, invalid(x509.IncompatibleUsage))
	verifies("wrong name", Cert{Names: good}, "pop.example.com", mismatch)
	verifies("no SAN", Cert{Names: good, NoSAN: true}, name, mismatch)
	verifies("self-signed", Cert{Names: good, SelfSigned: true}, name, unknown)
	verifies("unknown CA", Cert{Names: good, UnknownCA: true}, name, unknown)
	verifies("no intermediate", Cert{Names: good, OmitIntermediate: true}, name, unknown)
}

func TestCertificatesAreTheSameEveryTime(t *testing.T) {
	now := time.Now()
	a, b := newAuthority(now).leaf(Cert{Names: []string{"a.example"}}), newAuthority(now).leaf(Cert{Names: []string{"a.example"}})
	for i := range a.Certificate {
		if !bytes.Equal(a.Certificate[i], b.Certificate[i]) {
			t.Errorf("certificate %d differs", i)
		}
	}
	if pool := x509.NewCertPool(); !pool.AppendCertsFromPEM(New(Scenario{}).CA()) {
		t.Error("CA is not PEM")
	}
}

func TestHandshakes(t *testing.T) {
	c := Cert{Names: []string{"imap.example.com"}}
	fails := func(what string, b Behaviour, want string) {
		t.Helper()
		bring(t, Host{1000: b}, func(t *testing.T, l *Lab) {
			err := shake(t, l, "imap.example.com")
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %s", what, err, want)
			}
		})
	}
	fails("TLS 1.0", TLS(c, Silent, MaxVersion(tls.VersionTLS10)), "protocol version not supported")
	fails("client certificate", TLS(c, Silent, ClientCertificate), "certificate required")
	fails("unknown SNI", TLS(c, Silent, StrictSNI("other.example.com")), "unrecognized name")
	fails("known SNI", TLS(c, CloseAtOnce, StrictSNI("imap.example.com")), io.EOF.Error())
	fails("close on hello", CloseOnHello, "EOF")
	fails("reset on hello", ResetOnHello, "reset")
	fails("garbage", GarbageHello, "does not look like a TLS handshake")
	fails("alert", Alert(40), "handshake failure")
	fails("silence", Silent, "timeout")
	fails("handshake, then silence", TLS(c, Silent), "timeout")
}

func TestRoundTripsTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(healthy())
		defer l.Close()
		l.RTT = 100 * time.Millisecond
		start := time.Now()
		c := tls.Client(dial(t, l, "tcp", "192.0.2.10:993"), &tls.Config{ServerName: imapHost, RootCAs: l.Options().Roots})
		read(t, c)
		write(t, c, "a CAPABILITY\r\n")
		read(t, c)
		// TCP, TLS 1.3, greeting with the server's Finished awaited, CAPABILITY
		if got := time.Since(start); got != 400*time.Millisecond {
			t.Errorf("%v from nothing to capabilities", got)
		}
	})
}
