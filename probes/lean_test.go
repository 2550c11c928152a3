package probes

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mailcheck/autoconfig"
)

// leanInternet is one for surveys of many thousand domains, in which as little happens as
// can, so that what a survey costs shows. Domain number i is d<i>.example, whose SRV records
// name four servers of its own, or of the operator who serves it:
// imap, pop and smtp<n>.mail.example, all with one certificate but where certify is called. It remembers nothing of
// who came.
type leanInternet struct {
	operators int            // who serve all domains between them; 0: each its own
	black     func(int) bool // the servers with that number never answer; nil: all do
	rtt       time.Duration  // to connect, and to the resolver
	roots     *x509.CertPool // that vouch for the servers
	config    *tls.Config    // of the servers
	certify   func(int)      // gives the servers of each of so many domains a certificate of their own
	shakes    atomic.Int32   // handshakes that servers made
	queries   atomic.Int32
}

const leanResolver = "192.0.2.53:53"

func newLeanInternet(tb testing.TB) *leanInternet {
	tb.Helper()
	issue := func(n int64, c, parent *x509.Certificate, key *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			tb.Fatal(err)
		}
		if parent == nil {
			parent, key = c, own
		}
		c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(n), time.Date(1999, 12, 1, 0, 0, 0, 0, time.UTC), time.Now().Add(1000*time.Hour)
		raw, err := x509.CreateCertificate(rand.Reader, c, parent, own.Public(), key)
		if err != nil {
			tb.Fatal(err)
		}
		c, err = x509.ParseCertificate(raw)
		if err != nil {
			tb.Fatal(err)
		}
		return c, own
	}
	authority := func(name string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	}
	root, rootKey := issue(1, authority("Root"), nil, nil)
	between, betweenKey := issue(2, authority("Intermediate"), root, rootKey)
	leaf, key := issue(3, &x509.Certificate{
		DNSNames: []string{"*.mail.example"}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, between, betweenKey)
	l := &leanInternet{roots: x509.NewCertPool()}
	l.roots.AddCert(root)
	l.config = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.Raw, between.Raw}, PrivateKey: key}}}
	l.certify = func(domains int) {
		own := make([]tls.Certificate, domains)
		for n := range own {
			var names []string
			for _, host := range []string{"imap", "pop", "smtp"} {
				names = append(names, fmt.Sprintf("%s%d.mail.example", host, n))
			}
			leaf, key := issue(int64(4+n), &x509.Certificate{
				DNSNames: names, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
			}, between, betweenKey)
			own[n] = tls.Certificate{Certificate: [][]byte{leaf.Raw, between.Raw}, PrivateKey: key}
		}
		l.config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			label, _, _ := strings.Cut(hello.ServerName, ".")
			n, _ := leanNumber(label)
			return &own[n], nil
		}
	}
	return l
}

func (l *leanInternet) client(s *Survey) *Client {
	return &Client{Dial: l.Dial, Resolvers: []string{leanResolver}, Roots: l.roots, Discovery: autoconfig.Options{ISPDB: "off"}, Survey: s}
}

// Dial connects to the resolver, or to a server.
func (l *leanInternet) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if network == "udp" {
		return &leanQuery{internet: l}, nil
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	if l.rtt > 0 {
		time.Sleep(l.rtt)
	}
	serve := leanServers[to.Port()]
	switch b := to.Addr().As4(); {
	case serve == nil:
		return nil, syscall.ECONNREFUSED
	case l.black != nil && l.black(int(b[1])<<16|int(b[2])<<8|int(b[3])):
		<-ctx.Done()
		return nil, ctx.Err()
	}
	near, far := leanPipe(to)
	go func() {
		defer far.Close()
		serve(l, far)
	}()
	return near, nil
}

// leanServers are the services by their ports.
var leanServers = map[uint16]func(*leanInternet, net.Conn){
	993: func(l *leanInternet, c net.Conn) { l.talk(l.secure(c), leanIMAP) },
	995: func(l *leanInternet, c net.Conn) { l.talk(l.secure(c), leanPOP3) },
	465: func(l *leanInternet, c net.Conn) { l.talk(l.secure(c), leanSMTP) },
	587: func(l *leanInternet, c net.Conn) {
		if l.talk(c, leanClear) {
			l.talk(l.secure(c), leanUpgraded)
		}
	},
}

var (
	leanIMAP = map[string]string{
		"": "* OK [CAPABILITY IMAP4rev1 IDLE SPECIAL-USE MOVE UIDPLUS SASL-IR AUTH=PLAIN] Lean\r\n", "LOGOUT": "* BYE\r\n%s OK\r\n",
		"CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE SPECIAL-USE MOVE UIDPLUS SASL-IR AUTH=PLAIN\r\n%s OK\r\n",
	}
	leanPOP3  = map[string]string{"": "+OK Lean\r\n", "CAPA": "+OK\r\nUIDL\r\nTOP\r\nUSER\r\nSASL PLAIN\r\n.\r\n", "QUIT": "+OK\r\n"}
	leanSMTP  = map[string]string{"": "220 lean ESMTP\r\n", "EHLO": "250-lean\r\n250-SIZE 50000000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n", "QUIT": "221 bye\r\n"}
	leanClear = map[string]string{"": "220 lean ESMTP\r\n", "EHLO": "250-lean\r\n250-SIZE 50000000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 STARTTLS\r\n", "STARTTLS": "220 go ahead\r\n", "QUIT": "221 bye\r\n"}
)

// leanUpgraded has no greeting.
var leanUpgraded = map[string]string{"EHLO": leanSMTP["EHLO"], "QUIT": leanSMTP["QUIT"]}

func (l *leanInternet) secure(c net.Conn) net.Conn {
	l.shakes.Add(1)
	return tls.Server(c, l.config)
}

// talk answers commands, and reports whether STARTTLS was among them.
func (l *leanInternet) talk(c net.Conn, answers map[string]string) (upgrade bool) {
	if _, err := io.WriteString(c, answers[""]); answers[""] != "" && err != nil {
		return false
	}
	in := bufio.NewReaderSize(c, 512)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		words := append(strings.Fields(line), "", "")
		for i, word := range words[:2] { // IMAP has a tag in front
			if text, ok := answers[strings.ToUpper(word)]; ok && word != "" {
				if i == 1 && strings.Contains(text, "%s") {
					text = fmt.Sprintf(text, words[0])
				}
				if _, err := io.WriteString(c, text); err != nil {
					return false
				}
				if word == "STARTTLS" {
					return true
				}
				break
			}
		}
	}
}

// leanQuery is a socket to the resolver.
type leanQuery struct {
	net.Conn
	internet *leanInternet
	answer   []byte
}

func (q *leanQuery) SetDeadline(time.Time) error      { return nil }
func (q *leanQuery) SetReadDeadline(time.Time) error  { return nil }
func (q *leanQuery) SetWriteDeadline(time.Time) error { return nil }
func (q *leanQuery) Close() error                     { return nil }

func (q *leanQuery) Write(b []byte) (int, error) {
	q.answer = q.internet.resolve(b)
	return len(b), nil
}

func (q *leanQuery) Read(b []byte) (int, error) {
	if q.internet.rtt > 0 {
		time.Sleep(q.internet.rtt)
	}
	return copy(b, q.answer), nil
}

// resolve answers a DNS message (RFC 1035 section 4.1).
func (l *leanInternet) resolve(query []byte) []byte {
	l.queries.Add(1)
	var labels []string
	at := 12
	for query[at] != 0 {
		labels = append(labels, strings.ToLower(string(query[at+1:at+1+int(query[at])])))
		at += 1 + int(query[at])
	}
	question := query[12 : at+5]
	typ := binary.BigEndian.Uint16(query[at+1:])
	records, exists := l.records(labels, typ)
	reply := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, byte(len(records)), 0, 0, 0, 0}, question...)
	if !exists {
		reply[3] |= 3
	}
	for _, data := range records {
		reply = append(reply, 0xc0, 12, byte(typ>>8), byte(typ), 0, 1, 0, 0, 1, 44, byte(len(data)>>8), byte(len(data)))
		reply = append(reply, data...)
	}
	return reply
}

// leanServices are the servers of a domain by what its SRV records call them.
var leanServices = map[string]struct {
	host string
	port uint16
}{"_imaps": {"imap", 993}, "_pop3s": {"pop", 995}, "_submissions": {"smtp", 465}, "_submission": {"smtp", 587}}

// records returns what DNS has for a name.
func (l *leanInternet) records(labels []string, typ uint16) (records [][]byte, exists bool) {
	top := len(labels) - 2
	if top < 0 || labels[top+1] != "example" {
		return nil, len(labels) == 1
	}
	switch n, numbered := leanNumber(labels[top]); {
	case labels[top] == "mail":
		if top > 0 && typ == 1 {
			n, _ := leanNumber(labels[top-1])
			records = [][]byte{{10, byte(n >> 16), byte(n >> 8), byte(n)}}
		}
		return records, true
	case !numbered:
		return nil, false
	case top == 0:
		if typ == 15 {
			records = [][]byte{append([]byte{0, 10}, wireName("mx.mail.example")...)}
		}
		return records, true
	default:
		if l.operators > 0 {
			n %= l.operators
		}
		if service, ok := leanServices[labels[0]]; ok && top == 2 && labels[1] == "_tcp" && typ == 33 {
			host := service.host + strconv.Itoa(n) + ".mail.example"
			records = [][]byte{append(binary.BigEndian.AppendUint16([]byte{0, 0, 0, 1}, service.port), wireName(host)...)}
		}
		return records, len(records) > 0
	}
}

// leanNumber returns the number that a label ends with.
func leanNumber(label string) (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimLeft(label, "abcdefghijklmnopqrstuvwxyz"))
	return n, err == nil
}

func wireName(name string) (b []byte) {
	for _, label := range strings.Split(name, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	return append(b, 0)
}

// leanConn is one end of a connection in memory.
type leanConn struct {
	in, out *leanHalf
	to      netip.AddrPort
}

// leanHalf is what goes one way.
type leanHalf struct {
	mu     sync.Mutex
	more   sync.Cond
	data   bytes.Buffer
	closed bool
	end    time.Time // the deadline of who reads
	alarm  *time.Timer
}

func leanPipe(to netip.AddrPort) (near, far net.Conn) {
	a, b := &leanHalf{}, &leanHalf{}
	a.more.L, b.more.L = &a.mu, &b.mu
	return &leanConn{a, b, to}, &leanConn{b, a, to}
}

func (c *leanConn) Read(p []byte) (int, error) {
	h := c.in
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.data.Len() == 0 {
		if h.closed {
			return 0, io.EOF
		}
		if !h.end.IsZero() && !time.Now().Before(h.end) {
			return 0, os.ErrDeadlineExceeded
		}
		h.more.Wait()
	}
	return h.data.Read(p)
}

func (c *leanConn) Write(p []byte) (int, error) {
	h := c.out
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return 0, io.ErrClosedPipe
	}
	h.more.Signal()
	return h.data.Write(p)
}

func (c *leanConn) Close() error {
	for _, h := range []*leanHalf{c.in, c.out} {
		h.mu.Lock()
		h.closed = true
		if h.alarm != nil {
			h.alarm.Stop()
		}
		h.more.Broadcast()
		h.mu.Unlock()
	}
	return nil
}

func (c *leanConn) LocalAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(203, 0, 113, 1), Port: 40000}
}
func (c *leanConn) RemoteAddr() net.Addr             { return net.TCPAddrFromAddrPort(c.to) }
func (c *leanConn) SetWriteDeadline(time.Time) error { return nil }
func (c *leanConn) SetDeadline(t time.Time) error    { return c.SetReadDeadline(t) }

func (c *leanConn) SetReadDeadline(t time.Time) error {
	h := c.in
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end = t
	switch {
	case t.IsZero():
	case h.alarm == nil:
		h.alarm = time.AfterFunc(time.Until(t), func() {
			h.mu.Lock() // so that nobody is about to wait
			defer h.mu.Unlock()
			h.more.Broadcast()
		})
	default:
		h.alarm.Reset(time.Until(t))
	}
	return nil
}
