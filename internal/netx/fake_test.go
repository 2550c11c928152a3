package netx

import (
	"context"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// memConn is one end of a connection in memory. Writes keep their boundaries,
// so that it can stand for UDP as well.
type memConn struct {
	in, out  chan []byte
	closed   chan struct{} // this end
	gone     chan struct{} // the other end
	once     *sync.Once
	rest     []byte
	datagram bool
}

// memPipe returns both ends of a connection that buffers some writes.
func memPipe() (a, b *memConn) {
	ab, ba := make(chan []byte, 256), make(chan []byte, 256)
	ca, cb := make(chan struct{}), make(chan struct{})
	return &memConn{in: ba, out: ab, closed: ca, gone: cb, once: new(sync.Once)},
		&memConn{in: ab, out: ba, closed: cb, gone: ca, once: new(sync.Once)}
}

func (c *memConn) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		select { // what was sent before the other end closed is still read
		case c.rest = <-c.in:
		default:
			select {
			case c.rest = <-c.in:
			case <-c.closed:
				return 0, net.ErrClosed
			case <-c.gone:
				return 0, io.EOF
			}
		}
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	if c.datagram {
		c.rest = nil
	}
	return n, nil
}

func (c *memConn) Write(b []byte) (int, error) {
	select {
	case <-c.closed:
		return 0, net.ErrClosed
	case <-c.gone:
		return 0, syscall.EPIPE
	case c.out <- slices.Clone(b):
		return len(b), nil
	}
}

func (c *memConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

func (c *memConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *memConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *memConn) SetDeadline(time.Time) error      { return nil }
func (c *memConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memConn) SetWriteDeadline(time.Time) error { return nil }

var _ net.Conn = (*memConn)(nil)

// internet is what a test dials into. A server is found by address, or by
// network and address; an unknown one refuses.
type internet struct {
	mu      sync.Mutex
	servers map[string]func(ctx context.Context, conn *memConn) error
	dialled []string // network and address of each dial, in order
	open    int      // client ends not closed yet
}

func newInternet() *internet {
	return &internet{servers: make(map[string]func(context.Context, *memConn) error)}
}

// dial is a DialFunc.
func (i *internet) dial(ctx context.Context, network, address string) (net.Conn, error) {
	i.mu.Lock()
	i.dialled = append(i.dialled, network+" "+address)
	serve := i.servers[network+" "+address]
	i.mu.Unlock()
	if serve == nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	client, server := memPipe()
	client.datagram, server.datagram = network == "udp", network == "udp"
	if err := serve(ctx, server); err != nil {
		return nil, err
	}
	i.mu.Lock()
	i.open++
	i.mu.Unlock()
	return &countedConn{client, i, new(sync.Once)}, nil
}

type countedConn struct {
	*memConn
	net  *internet
	once *sync.Once
}

func (c *countedConn) Close() error {
	c.once.Do(func() {
		c.net.mu.Lock()
		c.net.open--
		c.net.mu.Unlock()
	})
	return c.memConn.Close()
}

func (i *internet) log() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return strings.Join(i.dialled, ", ")
}

// silent never lets a connection come about.
func silent(ctx context.Context, _ *memConn) error {
	<-ctx.Done()
	return ctx.Err()
}

// accepts lets it come about after a while, and then stays silent.
func accepts(after time.Duration) func(context.Context, *memConn) error {
	return func(ctx context.Context, _ *memConn) error {
		select {
		case <-time.After(after):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func fails(err error) func(context.Context, *memConn) error {
	return func(context.Context, *memConn) error { return err }
}

// dnsServer answers each question with the messages that answer returns.
func dnsServer(answer func(q *dns.Msg) []*dns.Msg) func(context.Context, *memConn) error {
	return func(_ context.Context, conn *memConn) error {
		go func() {
			defer conn.Close()
			for {
				read := readFrame
				if conn.datagram {
					read = readDatagram
				}
				wire, err := read(conn)
				if err != nil {
					return
				}
				q := new(dns.Msg)
				if err := q.Unpack(wire); err != nil {
					return
				}
				for _, m := range answer(q) {
					if wire, err = m.Pack(); err != nil {
						panic(err)
					}
					if !conn.datagram {
						wire = append([]byte{byte(len(wire) >> 8), byte(len(wire))}, wire...)
					}
					conn.Write(wire)
				}
			}
		}()
		return nil
	}
}

// zone answers from records in zone file syntax as a recursive resolver does.
// A name without any record does not exist.
func zone(t testing.TB, lines ...string) func(q *dns.Msg) []*dns.Msg {
	t.Helper()
	var rrs []dns.RR
	for _, line := range lines {
		rr, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(err)
		}
		rrs = append(rrs, rr)
	}
	return func(q *dns.Msg) []*dns.Msg {
		m := new(dns.Msg).SetReply(q)
		m.Rcode = dns.RcodeNameError
		name := q.Question[0].Name
	chase:
		for range 20 {
			for _, rr := range rrs {
				if dns.CanonicalName(rr.Header().Name) != dns.CanonicalName(name) {
					continue
				}
				m.Rcode = dns.RcodeSuccess
				if c, ok := rr.(*dns.CNAME); ok {
					m.Answer = append(m.Answer, rr)
					name = c.Target
					continue chase
				}
				if rr.Header().Rrtype == q.Question[0].Qtype {
					m.Answer = append(m.Answer, rr)
				}
			}
			break
		}
		return []*dns.Msg{m}
	}
}

// newNet returns a run on an internet of its own, closed when the test ends.
func newNet(t *testing.T, i *internet, opts Options) *Run {
	t.Helper()
	opts.Dial = i.dial
	if opts.Resolvers == nil {
		opts.Resolvers = []string{"192.0.2.53"}
	}
	n, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.Close()
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.open != 0 {
			t.Errorf("%d connections left open", i.open)
		}
	})
	return n.Run()
}
