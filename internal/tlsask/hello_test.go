package tlsask

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"
)

// answerOf puts a question to a server of crypto/tls.
func answerOf(t *testing.T, config *tls.Config, h Hello) (Answer, error) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	config.Certificates = []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = tls.Server(far, config).Handshake() // ends in an error: the question goes no further
		far.Close()
	}()
	answer, err := Ask(near, h)
	near.Close()
	<-done
	return answer, err
}

func offering(newest uint16, suites, groups []uint16) Hello {
	return Hello{ServerName: "imap.example.com", Newest: newest, Suites: suites, Groups: groups}
}

// crypto/tls understands the questions, and its answers are understood.
func TestHello(t *testing.T) {
	all := append(append([]uint16{}, TLS13Suites...), CommonSuites...)
	both := append(append([]uint16{}, ClassicGroups...), HybridGroups...)
	for _, c := range []struct {
		name   string
		server *tls.Config
		ask    Hello
		want   string
	}{
		{"everything", &tls.Config{}, offering(tls.VersionTLS13, all, both), "TLS 1.3 with TLS_AES_128_GCM_SHA256 and X25519MLKEM768"},
		{"classic groups", &tls.Config{}, offering(tls.VersionTLS13, all, ClassicGroups), "TLS 1.3 with TLS_AES_128_GCM_SHA256 and X25519"},
		{"another group", &tls.Config{CurvePreferences: []tls.CurveID{tls.CurveP384}}, offering(tls.VersionTLS13, all, both), "TLS 1.3 with TLS_AES_128_GCM_SHA256 and P-384"},
		{"no hybrid", &tls.Config{CurvePreferences: []tls.CurveID{tls.X25519}}, Hello{Newest: tls.VersionTLS13, Only: true, Suites: TLS13Suites, Groups: HybridGroups}, `refused with the TLS alert "handshake failure"`},
		{"TLS 1.2", &tls.Config{}, offering(tls.VersionTLS12, CommonSuites, both), "TLS 1.2 with TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
		{"TLS 1.1", &tls.Config{MinVersion: tls.VersionTLS10}, offering(tls.VersionTLS11, CommonSuites, ClassicGroups), "TLS 1.1 with TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
		{"TLS 1.0 for TLS 1.1", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, offering(tls.VersionTLS11, CommonSuites, ClassicGroups), "TLS 1.0 with TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
		{"too old", &tls.Config{}, offering(tls.VersionTLS11, CommonSuites, ClassicGroups), `refused with the TLS alert "protocol version not supported"`},
		{"weak suites", &tls.Config{}, offering(tls.VersionTLS12, []uint16{0x0005, 0x000a, 0x0003, 0x003a, 0x0002}, ClassicGroups), `refused with the TLS alert "handshake failure"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, err := answerOf(t, c.server, c.ask)
			if err != nil {
				t.Fatal(err)
			}
			if got := answer.Text().String(); got != c.want {
				t.Errorf("the server's answer is %s, want %s", got, c.want)
			}
		})
	}
}

func TestReadServerHello(t *testing.T) {
	read := func(s string) (Answer, error) {
		return (&messages{in: bufio.NewReader(bytes.NewBufferString(s))}).serverHello()
	}
	warned := "\x15\x03\x01\x00\x02\x01\x70" + "\x15\x03\x01\x00\x02\x02\x28" // unrecognized_name as a warning, then a refusal
	if h, err := read(warned); err != nil || h.Accepted() || h.Alert != 40 {
		t.Errorf("a warning and a fatal alert are read as %v, %v", h, err)
	}
	for text, begins := range map[string]string{
		"HTTP/1.1 400 Bad Request\r\nServer: x\r\n": "HTTP/1.1 400 Bad Request",
		"* OK ready\r\n": "* OK ready",
		"220":            "220",
		"\x16A":          "\x16A",
	} {
		_, err := read(text)
		if other, ok := errors.AsType[*NotTLS](err); !ok || other.Begins != begins {
			t.Errorf("%q is read as %v", text, err)
		}
	}
	for _, text := range []string{"", "\x16\x03", "\x16\x03\x01\xff\xff", "\x16\x03\x01\x00\x05\x0b\x00\x00\x01\x00", "\x16\x03\x01\x00\x04\x02\x00\x00\x00"} {
		if h, err := read(text); err == nil {
			t.Errorf("%q is read as %v", text, h)
		}
	}
}

// endless counts what is read of it.
type endless struct {
	pattern []byte
	read    int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.pattern[(e.read+i)%len(e.pattern)]
	}
	e.read += len(p)
	return len(p), nil
}

// A server that answers without end is not listened to for long.
func TestReadServerHelloIsBounded(t *testing.T) {
	for _, pattern := range []string{"\x15\x03\x01\x00\x02\x01\x70", "\x16\x03\x01\x00\x01\x02", "HTTP", "\x16\x03\x01\x40\x00" + string(make([]byte, 1<<14))} {
		source := &endless{pattern: []byte(pattern)}
		if h, err := (&messages{in: bufio.NewReader(source)}).serverHello(); err == nil {
			t.Errorf("%.8q is read as %v", pattern, h)
		}
		if source.read > 256<<10 {
			t.Errorf("%d bytes of %.8q were read", source.read, pattern)
		}
	}
}

func FuzzReadServerHello(f *testing.F) {
	f.Add([]byte("\x15\x03\x01\x00\x02\x02\x28"))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n"))
	f.Add([]byte("\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x03" + string(make([]byte, 32)) + "\x00\xc0\x2b\x00"))
	f.Add([]byte("\x16\x03\x03\x00\x38\x02\x00\x00\x34\x03\x03" + string(make([]byte, 32)) + "\x00\x13\x01\x00\x00\x0c\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x02\x11\xec"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &messages{in: bufio.NewReader(io.LimitReader(bytes.NewReader(b), 1<<20))}
		h, err := m.serverHello()
		if bits := m.groupSize(); bits > 8*maxHandshake {
			t.Errorf("a group of %d bits", bits)
		}
		if err == nil && h.Accepted() && (h.Version < 0x0300 || h.Version > tls.VersionTLS13) {
			t.Errorf("version %#x", h.Version)
		}
		_ = h.Text().String()
	})
}

// What was overheard may end anywhere, and hold more than a ServerHello.
func TestReadOverheardServerHello(t *testing.T) {
	hello := append([]byte{3, 3}, make([]byte, 33)...) // no session id
	hello = append(hello, 0xc0, 0x2b, 0)
	message := append([]byte{2, 0, 0, byte(len(hello))}, hello...)
	whole := append([]byte{22, 3, 3, 0, byte(len(message))}, message...)
	answer, err := ReadServerHello(append(slices.Clone(whole), 22, 3, 3, 9))
	if err != nil || answer.Version != tls.VersionTLS12 || answer.Suite != 0xc02b || len(answer.Extensions) != 0 {
		t.Errorf("got %+v, %v", answer, err)
	}
	for n := range whole {
		if answer, err := ReadServerHello(whole[:n]); err == nil {
			t.Errorf("the first %d bytes are read as %+v", n, answer)
		}
	}
}
