package trace_test

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// timeoutError is how crypto/tls and other packages report a timeout of theirs.
type timeoutError struct{}

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

// classifier returns a function that checks how one error is classified. The
// evidence must hold the words.
func classifier(t *testing.T) func(op mailcheck.Op, err error, want *checks.Check, words string) {
	return func(op mailcheck.Op, err error, want *checks.Check, words string) {
		t.Helper()
		if err == nil {
			t.Errorf("%s: no error to classify; want one for %s", op, want.ID)
			return
		}
		check, evidence := trace.Classify(op, err)
		detail := evidence.String()
		if check == nil {
			t.Errorf("%s: %v is no check at all", op, err)
			return
		}
		if check != want {
			t.Errorf("%s: %v (%T) is %s, want %s", op, err, err, check.ID, want.ID)
		}
		if !strings.Contains(detail, words) || detail == "" {
			t.Errorf("%s: %v: the evidence %q does not say %q", op, err, detail, words)
		}
		if !mailcheck.Printable(detail) || len(detail) > 2*longestShown {
			t.Errorf("%s: the evidence %q is not fit to be shown", op, detail)
		}
	}
}

func TestClassifyTransport(t *testing.T) {
	test := classifier(t)
	dial := func(errno syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 993}, Err: os.NewSyscallError("connect", errno)}
	}
	read := func(err error) error {
		if errno, ok := err.(syscall.Errno); ok {
			err = os.NewSyscallError("read", errno)
		}
		return &net.OpError{Op: "read", Net: "tcp", Source: &net.TCPAddr{IP: net.IPv4(203, 0, 113, 9), Port: 40000}, Err: err}
	}

	test(mailcheck.OpConnect, dial(syscall.ECONNREFUSED), checks.TCPRefused, "connection refused")
	test(mailcheck.OpConnect, dial(syscall.EHOSTUNREACH), checks.TCPUnreachable, "no route to host")
	test(mailcheck.OpConnect, dial(syscall.ENETUNREACH), checks.TCPUnreachable, "unreachable")
	test(mailcheck.OpConnect, dial(syscall.EADDRNOTAVAIL), checks.TCPUnreachable, "address")
	test(mailcheck.OpConnect, dial(syscall.ETIMEDOUT), checks.TCPTimeout, "timed out")
	test(mailcheck.OpConnect, &net.OpError{Op: "dial", Err: context.DeadlineExceeded}, checks.TCPTimeout, "no answer in time")
	test(mailcheck.OpConnect, dial(syscall.ECONNRESET), checks.TCPReset, "reset")

	// The numbers of Windows, which its system calls return as they are.
	test(mailcheck.OpConnect, dial(10061), checks.TCPRefused, "")
	test(mailcheck.OpConnect, dial(10065), checks.TCPUnreachable, "")
	test(mailcheck.OpConnect, dial(10051), checks.TCPUnreachable, "")
	test(mailcheck.OpGreeting, read(syscall.Errno(10054)), checks.TCPReset, "")
	test(mailcheck.OpCapability, read(syscall.Errno(10053)), checks.ReplyClosed, "")

	// The same silence means something else at each operation.
	for op, want := range map[mailcheck.Op]*checks.Check{
		mailcheck.OpLookup: checks.DNSTimeout, mailcheck.OpResolve: checks.DNSTimeout,
		mailcheck.OpConnect: checks.TCPTimeout, mailcheck.OpTLS: checks.TLSTimeout, mailcheck.OpGreeting: checks.GreetTimeout,
		mailcheck.OpCapability: checks.ReplyTimeout, mailcheck.OpStartTLS: checks.ReplyTimeout, mailcheck.OpFetch: checks.AutoconfigUnreachable,
	} {
		test(op, context.DeadlineExceeded, want, "no answer in time")
		test(op, read(os.ErrDeadlineExceeded), want, "no answer in time")
		test(op, read(timeoutError{}), want, "timeout")
	}
	// And so does the end of the connection.
	for op, want := range map[mailcheck.Op]*checks.Check{
		mailcheck.OpTLS: checks.TLSEOF, mailcheck.OpGreeting: checks.TCPReset,
		mailcheck.OpCapability: checks.ReplyClosed, mailcheck.OpStartTLS: checks.ReplyClosed, mailcheck.OpFetch: checks.AutoconfigUnreachable,
	} {
		test(op, io.EOF, want, "connection closed by the server")
		test(op, io.ErrUnexpectedEOF, want, "connection closed by the server")
		test(op, read(syscall.ECONNRESET), want, "connection reset by peer")
		test(op, &net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, want, "broken pipe")
		test(op, net.ErrClosed, want, "closed")
		test(op, io.ErrClosedPipe, want, "closed pipe")
	}
	// This machine's own address is of no use to the reader.
	if _, detail := trace.Classify(mailcheck.OpGreeting, read(syscall.ECONNRESET)); strings.Contains(detail.String(), "203.0.113.9") {
		t.Errorf("the evidence is %q", detail)
	}
}

func TestClassifyDNS(t *testing.T) {
	test := classifier(t)
	lookup := func(e net.DNSError) error { e.Name = "example.com"; return fmt.Errorf("look up: %w", &e) }
	test(mailcheck.OpLookup, lookup(net.DNSError{Err: "no such host", IsNotFound: true}), checks.DNSNotFound, "example.com")
	test(mailcheck.OpResolve, lookup(net.DNSError{Err: "i/o timeout", IsTimeout: true, Server: "192.0.2.53:53"}), checks.DNSTimeout, "192.0.2.53:53")
	test(mailcheck.OpLookup, lookup(net.DNSError{Err: "SERVFAIL (DNSSEC Bogus: signature\x1b expired)"}), checks.DNSServfail, `signature\x1b expired`)
	test(mailcheck.OpLookup, lookup(net.DNSError{Err: "REFUSED"}), checks.DNSRefused, "REFUSED")
	test(mailcheck.OpLookup, lookup(net.DNSError{Err: "FORMERR"}), checks.DNSMalformed, "FORMERR")
	// DNS is named as DNS whatever wanted the name.
	test(mailcheck.OpFetch, lookup(net.DNSError{Err: "SERVFAIL"}), checks.DNSServfail, "")
	test(mailcheck.OpConnect, lookup(net.DNSError{Err: "no such host", IsNotFound: true}), checks.DNSNotFound, "")
}

func TestClassifyNamedErrors(t *testing.T) {
	test := classifier(t)
	test(mailcheck.OpFetch, checks.HTTPTooLarge.Errorf("more than 1048576 bytes"), checks.HTTPTooLarge, "1048576")
	test(mailcheck.OpResolve, fmt.Errorf("resolve: %w", checks.DNSMalformed.Errorf("unreadable\x00")), checks.DNSMalformed, `unreadable\x00`)
	test(mailcheck.OpStartTLS, checks.StartTLSInjection.Errorf("after the go-ahead came %q", "x"), checks.StartTLSInjection, "go-ahead")
	// The check an error names counts more than what caused it.
	test(mailcheck.OpGreeting, checks.GreetBye.Errorf("bye: %w", io.EOF), checks.GreetBye, "bye: EOF")
	for _, c := range checks.All {
		test(mailcheck.OpGreeting, c.Errorf("evidence"), c, "evidence")
	}
	// An id that no check has says nothing.
}

func TestClassifyUnknown(t *testing.T) {
	test := classifier(t)
	for _, op := range []mailcheck.Op{mailcheck.OpLookup, mailcheck.OpResolve, mailcheck.OpConnect, mailcheck.OpTLS, mailcheck.OpGreeting, mailcheck.OpCapability, mailcheck.OpStartTLS, mailcheck.OpParse, "new"} {
		test(op, errors.New("the moon is full\x1b[2J"), checks.Unclassified, `the moon is full\x1b[2J`)
	}
	test(mailcheck.OpCertificate, errors.New("the moon is full"), checks.TLSCertificate, "the moon is full")
	test(mailcheck.OpFetch, errors.New("the moon is full"), checks.AutoconfigUnreachable, "the moon is full")
}

func TestClassifyHTTP(t *testing.T) {
	test := classifier(t)
	_, err := http.ReadResponse(bufio.NewReader(strings.NewReader("Hello, who is there?\r\n\r\n")), nil)
	test(mailcheck.OpFetch, err, checks.HTTPMalformed, "malformed HTTP")
}

// The errors of real handshakes, as crypto/tls makes them.
func TestClassifyHandshake(t *testing.T) {
	test := classifier(t)
	const h = "imap.example.com"
	good := newCert(t, template(h), nil)

	test(mailcheck.OpTLS, handshake(h, nil, speak("* OK Dovecot ready.\r\n")), checks.TLSPlainOnTLSPort, `begin "* OK "`)
	test(mailcheck.OpTLS, handshake(h, nil, speak("220 smtp.example.com ESMTP\r\n")), checks.TLSPlainOnTLSPort, `"220 s"`)
	test(mailcheck.OpTLS, handshake(h, nil, func(c net.Conn) { c.Read(make([]byte, 1)) }), checks.TLSEOF, "closed")
	test(mailcheck.OpTLS, handshake(h, nil, speak("\x15\x03\x03\x00\x02\x02\x28")), checks.TLSHandshakeFailure, `the server sent the TLS alert "handshake failure"`)
	test(mailcheck.OpTLS, handshake(h, nil, speak("\x15\x03\x03\x00\x02\x02\x50")), checks.TLSHandshakeFailure, "internal error")
	test(mailcheck.OpTLS, handshake(h, nil, speak("\x15\x03\x03\x00\x02\x02\x46")), checks.TLSOldProtocol, "protocol version not supported")
	test(mailcheck.OpTLS, handshake(h, nil, speak("\x15\x03\x03\x00\x02\x02\x70")), checks.TLSUnrecognizedName, "unrecognized name")

	// A server that answers in TLS 1.0 to whoever it is.
	hello := "\x02\x00\x00\x26\x03\x01" + strings.Repeat("r", 32) + "\x00\xc0\x13\x00"
	test(mailcheck.OpTLS, handshake(h, nil, speak("\x16\x03\x01\x00\x2a"+hello)), checks.TLSOldProtocol, "version")

	serve := func(change func(*tls.Config)) func(net.Conn) {
		return func(c net.Conn) {
			config := &tls.Config{Certificates: []tls.Certificate{good.tls()}, MinVersion: tls.VersionTLS10}
			change(config)
			s := tls.Server(c, config)
			if s.Handshake() == nil {
				io.Copy(io.Discard, s)
			}
		}
	}
	test(mailcheck.OpTLS, handshake(h, good.pool(), serve(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS10 })), checks.TLSOldProtocol, "protocol version not supported")
	test(mailcheck.OpTLS, handshake(h, good.pool(), serve(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 })), checks.TLSOldProtocol, "protocol version not supported")
	test(mailcheck.OpTLS, handshake(h, good.pool(), serve(func(c *tls.Config) {
		c.Certificates, c.GetCertificate = nil, func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }
	})), checks.TLSUnrecognizedName, "unrecognized name")
	test(mailcheck.OpTLS, handshake(h, good.pool(), serve(func(c *tls.Config) {
		c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
	})), checks.TLSHandshakeFailure, "") // TLS 1.2 has no alert of its own for it

	// In TLS 1.3 the client is done before the server has judged it, so the alert
	// arrives in the place of the greeting.
	test(mailcheck.OpGreeting, handshake(h, good.pool(), serve(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })), checks.TLSClientCert, "certificate required")
	if err := handshake(h, good.pool(), speakTLS(good, "* OK ready\r\n")); err != nil {
		t.Errorf("a good server: %v", err)
	}

	// The client's own verification, which fetching a settings file relies on.
	test(mailcheck.OpTLS, handshake("mail.example.com", good.pool(), speakTLS(good, "")), checks.TLSNameMismatch, "the certificate is for imap.example.com, the settings say mail.example.com")
	test(mailcheck.OpTLS, handshake(h, x509.NewCertPool(), speakTLS(good, "")), checks.TLSUnknownAuthority, `issued to "imap.example.com"`)
	test(mailcheck.OpFetch, handshake(h, x509.NewCertPool(), speakTLS(good, "")), checks.AutoconfigCertificate, `issued to "imap.example.com"`)
	test(mailcheck.OpFetch, handshake("autoconfig.example.com", good.pool(), speakTLS(good, "")), checks.AutoconfigCertificate, "the settings say autoconfig.example.com")
}

// The errors of verification, as crypto/x509 makes them.
func TestClassifyCertificate(t *testing.T) {
	test := classifier(t)
	const h = "imap.example.com"
	year := 365 * 24 * time.Hour
	verify := func(c issued, host string) error {
		_, err := c.cert.Verify(x509.VerifyOptions{Roots: c.pool(), DNSName: host})
		return err
	}
	change := func(f func(*x509.Certificate)) issued {
		c := template(h)
		f(c)
		return newCert(t, c, nil)
	}

	test(mailcheck.OpCertificate, verify(change(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-49 * time.Hour) }), h), checks.TLSExpired, "2 days ago")
	test(mailcheck.OpCertificate, verify(change(func(c *x509.Certificate) { c.NotBefore = time.Now().Add(year) }), h), checks.TLSNotYetValid, "is valid from ")
	test(mailcheck.OpCertificate, verify(newCert(t, template(h), nil), "mail.example.com"), checks.TLSNameMismatch, "the certificate is for imap.example.com, the settings say mail.example.com")
	test(mailcheck.OpCertificate, verify(newCert(t, template("*.example.com"), nil), "example.com"), checks.TLSNameMismatch, "*.example.com")
	test(mailcheck.OpCertificate, verify(newCert(t, template("a.example", "b.example", "c.example", "d.example", "e.example", "f.example", "g.example"), nil), h), checks.TLSNameMismatch, "a.example, b.example, c.example, d.example, e.example and 2 more")
	test(mailcheck.OpCertificate, verify(newCert(t, template(h), nil), "192.0.2.1"), checks.TLSIPSAN, "the settings say 192.0.2.1")
	test(mailcheck.OpCertificate, verify(newCert(t, template(h), nil), "2001:db8::1"), checks.TLSIPSAN, "2001:db8::1")
	test(mailcheck.OpCertificate, verify(change(func(c *x509.Certificate) { c.DNSNames, c.Subject.CommonName = nil, h }), h), checks.TLSCNOnly, `common name "imap.example.com", no subject alternative name`)
	test(mailcheck.OpCertificate, verify(change(func(c *x509.Certificate) { c.DNSNames, c.Subject = nil, pkix.Name{} }), h), checks.TLSNameMismatch, "no name at all")
	test(mailcheck.OpCertificate, verify(change(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), h), checks.TLSWrongUsage, "meant for clients, not for servers (extended key usage)")

	// Issued by an authority of one's own.
	root := newCert(t, authority("Private\x1b Root"), nil)
	leaf := newCert(t, template(h), &root)
	_, err := leaf.cert.Verify(x509.VerifyOptions{Roots: x509.NewCertPool(), DNSName: h})
	test(mailcheck.OpCertificate, err, checks.TLSUnknownAuthority, `issued to "imap.example.com" by "CN=Private`)

	// Names that are not fit to be shown are shown all the same, escaped.
	test(mailcheck.OpCertificate, verify(change(func(c *x509.Certificate) { c.DNSNames, c.Subject.CommonName = nil, "\x1b[2J\u202e" }), h), checks.TLSCNOnly, `x1b[2J`)

	// Errors without the certificate they are about.
	test(mailcheck.OpCertificate, x509.UnknownAuthorityError{}, checks.TLSUnknownAuthority, "unknown")
	test(mailcheck.OpTLS, &tls.CertificateVerificationError{Err: errors.New("the moon is full")}, checks.TLSCertificate, "the moon is full")
	test(mailcheck.OpCertificate, x509.SystemRootsError{Err: errors.New("no roots")}, checks.TLSCertificate, "no roots")
}

func TestSpan(t *testing.T) {
	test := func(d time.Duration, want string) {
		t.Helper()
		if got := mailcheck.Span(d).String(); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
	test(0, "0 s")
	test(59*time.Second, "59 s")
	test(time.Minute, "1 minute")
	test(90*time.Minute, "1 hour")
	test(47*time.Hour, "1 day")
	test(48*time.Hour, "2 days")
}

// handshake connects a client to a server over a pipe, reads what the server
// says inside TLS, and returns the error of whichever fails.
func handshake(host string, roots *x509.CertPool, serve func(net.Conn)) error {
	client, server := net.Pipe()
	defer client.Close()
	done := make(chan struct{})
	defer func() { <-done }()
	go func() {
		defer close(done)
		defer server.Close()
		serve(server)
	}()
	conn := tls.Client(client, &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12})
	err := conn.Handshake()
	if err == nil {
		_, err = conn.Read(make([]byte, 100))
	}
	client.Close()
	return err
}

// speak waits for the client, answers it with raw bytes and hears it out.
func speak(raw string) func(net.Conn) {
	return func(c net.Conn) {
		go io.WriteString(c, raw)
		io.Copy(io.Discard, c)
	}
}

// speakTLS says a line inside TLS.
func speakTLS(c issued, line string) func(net.Conn) {
	return func(conn net.Conn) {
		s := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{c.tls()}})
		if s.Handshake() == nil {
			io.WriteString(s, line)
		}
	}
}

// issued is a certificate with its key.
type issued struct {
	cert *x509.Certificate
	key  ed25519.PrivateKey
}

func (i issued) tls() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{i.cert.Raw}, PrivateKey: i.key}
}

func (i issued) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(i.cert)
	return p
}

func template(names ...string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(-1000 * time.Hour), NotAfter: time.Now().Add(1000 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

func authority(name string) *x509.Certificate {
	c := template("ca.example")
	c.Subject.CommonName, c.DNSNames, c.ExtKeyUsage = name, nil, nil
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	return c
}

// newCert signs a certificate; without an issuer, by itself.
func newCert(t *testing.T, c *x509.Certificate, by *issued) issued {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := c, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, public, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return issued{cert, key}
}
