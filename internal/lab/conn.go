package lab

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// maxQueued is the number of bytes on their way in one direction beyond which
// Write waits for the reader, as a full TCP window does.
const maxQueued = 1 << 20

// Conn is a server's end of a connection, as a [Behaviour] sees it.
type Conn struct {
	net.Conn        // the transport, or TLS on top of it
	Secure   bool   // inside TLS
	SNI      string // server name the client asked for in the TLS handshake
	Tag      string // of the IMAP command being answered; "{tag}" in the text of Say

	lab *Lab
	raw net.Conn      // the transport, below TLS
	in  *bufio.Reader // all reading goes through it
}

func newConn(l *Lab, raw net.Conn) *Conn {
	return &Conn{Conn: raw, lab: l, raw: raw, in: bufio.NewReaderSize(raw, 16<<10)}
}

// over returns the same connection with TLS on top. What the client sent in
// clear before its ClientHello is dropped.
func (c *Conn) over(secured net.Conn, sni string) *Conn {
	return &Conn{Conn: secured, Secure: true, SNI: sni, lab: c.lab, raw: c.raw, in: bufio.NewReaderSize(secured, 16<<10)}
}

// Read reads what the client sent.
func (c *Conn) Read(p []byte) (int, error) { return c.in.Read(p) }

// Say writes text and reports whether the client could still be there.
func (c *Conn) Say(text string) bool {
	_, err := io.WriteString(c.Conn, strings.ReplaceAll(text, "{tag}", c.Tag))
	return err == nil
}

// Sleep waits, and reports whether the lab is still open.
func (c *Conn) Sleep(d time.Duration) bool { return sleep(c.lab.done, d) == nil }

// Reset aborts the connection: the client's next read fails with ECONNRESET.
func (c *Conn) Reset() {
	switch raw := c.raw.(type) {
	case *pipe:
		raw.shut(syscall.ECONNRESET)
	case *net.TCPConn:
		raw.SetLinger(0) // the kernel then sends RST instead of FIN
		raw.Close()
	default:
		raw.Close()
	}
}

var errLine = errors.New("line too long or without CRLF")

// readLine reads one line that must end in CRLF, and returns it without.
func (c *Conn) readLine() (string, error) {
	line, err := c.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return "", errLine
	}
	if err != nil {
		return "", err
	}
	text, ok := strings.CutSuffix(string(line), "\r\n")
	if !ok {
		return "", errLine
	}
	return text, nil
}

// early reports whether the client sent something that has not been read.
func (c *Conn) early() bool {
	if c.in.Buffered() > 0 {
		return true
	}
	p, ok := c.Conn.(*pipe)
	return ok && p.in.waiting()
}

// pipe is one end of a connection in memory: two streams, each of which delays
// what it carries by half a round trip. One Write arrives as one Read, so that
// what shares a packet does not depend on scheduling.
type pipe struct {
	in, out       *stream
	network       string
	local, remote net.Addr
}

// newPipe returns the client's and the server's end of a new connection.
func newPipe(network string, from, to netip.AddrPort, delay time.Duration) (near, far *pipe) {
	there, back := newStream(network, delay), newStream(network, delay)
	a, b := netAddr(network, from), netAddr(network, to)
	return &pipe{back, there, network, a, b}, &pipe{there, back, network, b, a}
}

func netAddr(network string, a netip.AddrPort) net.Addr {
	if network == "udp" {
		return net.UDPAddrFromAddrPort(a)
	}
	return net.TCPAddrFromAddrPort(a)
}

func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.in.read(b)
	return n, p.opError("read", err)
}

func (p *pipe) Write(b []byte) (int, error) {
	n, err := p.out.write(b)
	return n, p.opError("write", err)
}

// Close ends both directions; the peer reads what was written, then EOF.
func (p *pipe) Close() error {
	p.shut(io.EOF)
	return nil
}

func (p *pipe) shut(end error) {
	p.out.finish(end)
	p.in.abandon()
}

func (p *pipe) LocalAddr() net.Addr  { return p.local }
func (p *pipe) RemoteAddr() net.Addr { return p.remote }

func (p *pipe) SetDeadline(t time.Time) error {
	p.SetReadDeadline(t)
	return p.SetWriteDeadline(t)
}

func (p *pipe) SetReadDeadline(t time.Time) error {
	p.in.change(func(s *stream) { s.readBy = t })
	return nil
}

func (p *pipe) SetWriteDeadline(t time.Time) error {
	p.out.change(func(s *stream) { s.writeBy = t })
	return nil
}

// datagrams is a pipe for UDP. DNS libraries know UDP by its being a
// net.PacketConn, and prefix messages with their length otherwise.
type datagrams struct{ *pipe }

func (d datagrams) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := d.Read(b)
	return n, d.remote, err
}

func (d datagrams) WriteTo(b []byte, _ net.Addr) (int, error) { return d.Write(b) }

// opError gives an error the form that the kernel's connections give it.
func (p *pipe) opError(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(op, errno)
	}
	return &net.OpError{Op: op, Net: p.network, Source: p.local, Addr: p.remote, Err: err}
}

func dialError(network string, to netip.AddrPort, err error) error {
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError("connect", errno)
	}
	return &net.OpError{Op: "dial", Net: network, Addr: netAddr(network, to), Err: err}
}

// stream is one direction of a pipe.
type stream struct {
	delay    time.Duration
	datagram bool // what does not fit a Read is lost

	mu        sync.Mutex
	changed   chan struct{} // closed and replaced whenever something changes
	packets   []packet
	queued    int
	end       error // what the reader gets after the last packet; set by the writer
	endAt     time.Time
	abandoned bool // the reader has closed
	dropped   bool // something was written after that
	readBy    time.Time
	writeBy   time.Time
}

type packet struct {
	data []byte
	at   time.Time // when it arrives
}

func newStream(network string, delay time.Duration) *stream {
	return &stream{delay: delay, datagram: network == "udp", changed: make(chan struct{})}
}

// change alters the stream and wakes whoever waits for it.
func (s *stream) change(alter func(*stream)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alter(s)
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *stream) finish(end error) {
	s.change(func(s *stream) {
		if s.end == nil {
			s.end, s.endAt = end, time.Now().Add(s.delay)
		}
	})
}

func (s *stream) abandon() {
	s.change(func(s *stream) {
		s.abandoned = true
		s.packets, s.queued = nil, 0
	})
}

// waiting reports whether a packet has arrived.
func (s *stream) waiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.packets) > 0 && !s.packets[0].at.After(time.Now())
}

func (s *stream) read(b []byte) (n int, err error) {
	return s.until(func(now time.Time) (int, time.Time, error) {
		switch {
		case s.abandoned:
			return 0, now, net.ErrClosed
		case expired(s.readBy, now):
			return 0, now, os.ErrDeadlineExceeded
		case len(s.packets) > 0 && s.packets[0].at.After(now):
			return 0, earlier(s.packets[0].at, s.readBy), nil
		case len(s.packets) > 0:
			return s.take(b), now, nil
		case s.end != nil && s.endAt.After(now):
			return 0, earlier(s.endAt, s.readBy), nil
		case s.end != nil:
			return 0, now, s.end
		}
		return 0, s.readBy, nil
	})
}

// take moves bytes of the first packet into b.
func (s *stream) take(b []byte) int {
	first := &s.packets[0]
	n := copy(b, first.data)
	gone := n
	if s.datagram {
		gone = len(first.data)
	}
	s.queued -= gone
	if first.data = first.data[gone:]; len(first.data) == 0 {
		s.packets = s.packets[1:]
	}
	close(s.changed) // a writer may wait for room
	s.changed = make(chan struct{})
	return n
}

func (s *stream) write(b []byte) (n int, err error) {
	return s.until(func(now time.Time) (int, time.Time, error) {
		switch {
		case s.end != nil:
			return 0, now, net.ErrClosed
		case expired(s.writeBy, now):
			return 0, now, os.ErrDeadlineExceeded
		case s.abandoned && s.dropped:
			return 0, now, syscall.EPIPE
		case s.abandoned:
			s.dropped = true // as with the kernel, the peer's RST is seen by the next write
			return len(b), now, nil
		case s.queued >= maxQueued:
			return 0, s.writeBy, nil
		}
		s.queued += len(b)
		if len(b) > 0 {
			s.packets = append(s.packets, packet{append([]byte(nil), b...), now.Add(s.delay)})
		}
		close(s.changed)
		s.changed = make(chan struct{})
		return len(b), now, nil
	})
}

// until repeats a try until it succeeds or fails. A try that names a time other
// than now wants to be repeated then (zero: never), or when the stream changes.
func (s *stream) until(try func(now time.Time) (int, time.Time, error)) (int, error) {
	for {
		s.mu.Lock()
		now := time.Now()
		n, again, err := try(now)
		changed := s.changed
		s.mu.Unlock()
		if again.Equal(now) {
			return n, err
		}
		if again.IsZero() {
			<-changed
			continue
		}
		timer := time.NewTimer(again.Sub(now))
		select {
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func expired(deadline, now time.Time) bool {
	return !deadline.IsZero() && !deadline.After(now)
}

// earlier returns the earlier of two times, of which the second may be zero.
func earlier(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
