package lab

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
)

// Hello is a server that crypto/tls cannot play: it answers a ClientHello that
// offers the version and the cipher suite with a ServerHello that chooses them,
// and every other with the alert handshake_failure. It goes no further.
func Hello(version, suite uint16) Behaviour {
	return func(c *Conn) {
		if offer, err := readOffer(c.in); err != nil || !offer.has(version, suite) {
			c.Say("\x15\x03\x01\x00\x02\x02\x28")
			return
		}
		c.Say(serverHello(version, suite))
		Silent(c)
	}
}

// AlsoHello puts the same before a server that shakes hands properly: only a
// client that knows nothing newer than TLS 1.1, or no suite of today, gets to see it.
func AlsoHello(version, suite uint16, next Behaviour) Behaviour {
	return func(c *Conn) {
		offer, err := peekOffer(c.in)
		if err == nil && offer.has(version, suite) && (offer.newest < 0x0303 || !offer.modern()) {
			Hello(version, suite)(c)
			return
		}
		next(c.peeked())
	}
}

// offer is what a ClientHello offers (RFC 8446 section 4.1.2).
type offer struct {
	newest   uint16
	versions []uint16
	suites   []uint16
}

func (o offer) has(version, suite uint16) bool {
	known := version <= o.newest
	if len(o.versions) > 0 {
		known = slices.Contains(o.versions, version)
	}
	return known && slices.Contains(o.suites, suite)
}

// modern reports whether a suite of TLS 1.3 or of TLS 1.2 with AES-GCM and ECDHE is offered.
func (o offer) modern() bool {
	return slices.ContainsFunc(o.suites, func(s uint16) bool { return s>>8 == 0x13 || s >= 0xc02b && s <= 0xc030 })
}

func readOffer(in *bufio.Reader) (offer, error) {
	o, err := peekOffer(in)
	in.Discard(in.Buffered())
	return o, err
}

// peekOffer reads a ClientHello that is one record, without taking it.
func peekOffer(in *bufio.Reader) (offer, error) {
	var o offer
	head, err := in.Peek(5)
	if err != nil || head[0] != 22 {
		return o, io.ErrUnexpectedEOF
	}
	b, err := in.Peek(5 + int(binary.BigEndian.Uint16(head[3:])))
	if err != nil || len(b) < 44 || len(b) < 46+int(b[43]) {
		return o, io.ErrUnexpectedEOF
	}
	o.newest = binary.BigEndian.Uint16(b[9:])
	b = b[44+int(b[43]):] // behind the session id
	o.suites, b = list(b)
	b = b[min(len(b), 2+2):] // compression, and the length of the extensions
	for len(b) >= 4 {
		id, size := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if id == 43 && len(b) > 5 {
			o.versions, _ = list(append([]byte{0}, b[4:]...))
			o.newest = slices.Max(append(o.versions, 0))
		}
		b = b[min(len(b), 4+size):]
	}
	return o, nil
}

// list reads a list of numbers that is preceded by its length in bytes.
func list(b []byte) (numbers []uint16, rest []byte) {
	if len(b) < 2 {
		return nil, nil
	}
	end := min(len(b), 2+int(binary.BigEndian.Uint16(b)))
	for i := 2; i+1 < end; i += 2 {
		numbers = append(numbers, binary.BigEndian.Uint16(b[i:]))
	}
	return numbers, b[end:]
}

// serverHello returns a record with the ServerHello of TLS 1.2 or older.
func serverHello(version, suite uint16) string {
	body := binary.BigEndian.AppendUint16(nil, version)
	body = append(body, make([]byte, 32)...) // random
	body = append(body, 0)                   // no session id
	body = binary.BigEndian.AppendUint16(body, suite)
	body = append(body, 0) // no compression
	message := append([]byte{2, 0, 0, byte(len(body))}, body...)
	return string(append([]byte{22, 3, 1, 0, byte(len(message))}, message...))
}

// peeked returns the connection for a TLS server to read from the start,
// although some of it has been looked at.
func (c *Conn) peeked() *Conn {
	again := *c
	again.Conn = readAhead{c.Conn, c.in}
	return &again
}

// readAhead is a connection of which some has been read into a buffer.
type readAhead struct {
	net.Conn
	in *bufio.Reader
}

func (r readAhead) Read(p []byte) (int, error) { return r.in.Read(p) }

// kept returns a connection that was taken into TLS and still has what the client
// had sent in clear, as servers had that forgot to empty their buffer
// (CVE-2011-0411).
func (c *Conn) kept(plain string) *Conn {
	c.in = bufio.NewReader(io.MultiReader(strings.NewReader(plain), c.Conn))
	return c
}
