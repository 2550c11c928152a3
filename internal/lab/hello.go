package lab

import (
	"bufio"
	"bytes"
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
	return Legacy{Suites: map[uint16][]uint16{version: {suite}}}.Else(nil)
}

// Legacy is a server as clients see it that do not know TLS 1.3.
type Legacy struct {
	Suites        map[uint16][]uint16 // accepted in each version, in the server's order
	ClientOrder   bool                // the client's order decides
	DHBits        int                 // size of the group for suites with ephemeral Diffie-Hellman
	Compresses    bool
	NoExtensions  bool // neither secure renegotiation nor extended master secret
	ClosesOnAlert bool // hangs up where others send an alert
	NoDHGroup     bool // lacks what the ephemeral Diffie-Hellman that it chooses needs, and hangs up
}

// Else serves clients that know TLS 1.3 with another behaviour; where there is
// none, they are offered the old versions as well.
func (l Legacy) Else(next Behaviour) Behaviour {
	return func(c *Conn) {
		if next != nil && c.knowsTLS13() {
			next(c.peeked())
			return
		}
		l.answer(c)
	}
}

// knowsTLS13 reports whether the client's first packet offers TLS 1.3.
func (c *Conn) knowsTLS13() bool {
	offer, err := peekOffer(c.in)
	return err == nil && offer.newest > 0x0303
}

// answer answers a ClientHello, and goes no further.
func (l Legacy) answer(c *Conn) {
	offer, err := peekOffer(c.in)
	c.in.Discard(c.in.Buffered())
	version, suite := l.choose(offer)
	switch {
	case l.NoDHGroup && suite>>8 == 0: // it is of the time before elliptic curves
	case err == nil && suite != 0:
		c.Say(l.serverHello(version, suite, offer))
		Silent(c)
	case !l.ClosesOnAlert:
		c.Say("\x15\x03\x01\x00\x02\x02\x28")
	}
}

// choose picks the newest version of the offer, and a suite of it.
func (l Legacy) choose(o offer) (version, suite uint16) {
	for _, version := range []uint16{0x0303, 0x0302, 0x0301} {
		ours, theirs := l.Suites[version], o.suites
		if l.ClientOrder {
			ours, theirs = theirs, ours
		}
		for _, suite := range ours {
			if o.knows(version) && slices.Contains(theirs, suite) {
				return version, suite
			}
		}
	}
	return 0, 0
}

// offer is what a ClientHello offers (RFC 8446 section 4.1.2).
type offer struct {
	newest   uint16
	versions []uint16
	suites   []uint16
	deflate  bool
}

func (o offer) knows(version uint16) bool {
	if len(o.versions) > 0 {
		return slices.Contains(o.versions, version)
	}
	return version <= o.newest
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
	if len(b) > 0 {
		size := min(len(b), 1+int(b[0]))
		o.deflate = slices.Contains(b[1:size], 1)
		b = b[min(len(b), size+2):] // behind the length of the extensions
	}
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

// serverHello returns records with the ServerHello of TLS 1.2 or older, and the
// ServerKeyExchange of ephemeral Diffie-Hellman.
func (l Legacy) serverHello(version, suite uint16, o offer) string {
	body := binary.BigEndian.AppendUint16(nil, version)
	body = append(body, make([]byte, 32)...) // random
	body = append(body, 0)                   // no session id
	body = binary.BigEndian.AppendUint16(body, suite)
	if l.Compresses && o.deflate {
		body = append(body, 1)
	} else {
		body = append(body, 0)
	}
	if !l.NoExtensions {
		body = append(body, 0, 9, 0xff, 1, 0, 1, 0, 0, 23, 0, 0) // renegotiation_info, extended_master_secret
	}
	text := handshake(2, body)
	if l.DHBits > 0 {
		prime := bytes.Repeat([]byte{0xff}, l.DHBits/8)
		text += handshake(12, append(binary.BigEndian.AppendUint16(nil, uint16(len(prime))), prime...))
	}
	return text
}

// handshake returns a record with one message.
func handshake(kind byte, body []byte) string {
	message := append([]byte{kind, 0, byte(len(body) >> 8), byte(len(body))}, body...)
	return string(append([]byte{22, 3, 1, byte(len(message) >> 8), byte(len(message))}, message...))
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
