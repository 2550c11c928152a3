// Package tlsask asks a server what TLS it accepts, by a ClientHello made by hand:
// crypto/tls offers only what it could use itself. It also names and judges cipher
// suites (RFC 9325 section 4).
package tlsask

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"slices"
	"strings"

	"mailcheck"
)

// Hello is a question to a TLS server: a ClientHello made by hand (RFC 8446
// section 4.1.2, RFC 5246 section 7.4.1.2). crypto/tls offers only what it could
// also use; to learn what a server accepts, it is enough to offer it and to read
// the ServerHello, which is not encrypted. The handshake goes no further.
type Hello struct {
	ServerName string   // empty for none
	Newest     uint16   // every version from TLS 1.0 up to this one is offered
	Only       bool     // TLS 1.3 only
	Suites     []uint16 // of all the versions
	Groups     []uint16
	Compress   bool // offer compression (RFC 3749), which TLS 1.3 does not have
	Further    bool // read on to the size of a finite-field group, which is in the message after the certificate
}

// Answer is the answer to a hello: a ServerHello, or a HelloRetryRequest, which is
// one that asks to go on with another group, or an alert.
type Answer struct {
	Version, Suite uint16
	Group          uint16 // named in TLS 1.3 only
	Alert          int    // description of a fatal alert, RFC 8446 section 6; -1 if there was none
	Extensions     []uint16
	Compressed     bool
	dhBits         int // size of the finite-field group; 0 where there is none or it was not read
}

// Accepted reports whether the server agrees to what was offered.
func (h Answer) Accepted() bool { return h.Version != 0 }

// Text says what the server answers.
func (h Answer) Text() mailcheck.Text {
	switch {
	case !h.Accepted():
		return mailcheck.Textf("refused with the TLS alert %q", strings.TrimPrefix(tls.AlertError(h.Alert).Error(), "tls: "))
	case h.Group != 0:
		return mailcheck.Textf("%s with %s and %s", tls.VersionName(h.Version), SuiteName(h.Suite), GroupName(h.Group))
	}
	return mailcheck.Textf("%s with %s", tls.VersionName(h.Version), SuiteName(h.Suite))
}

// Ask puts a question to a server that now expects TLS.
func Ask(conn net.Conn, h Hello) (Answer, error) {
	if _, err := conn.Write(h.record()); err != nil {
		return Answer{}, err
	}
	m := messages{in: bufio.NewReader(conn)}
	answer, err := m.serverHello()
	if err == nil && h.Further && FiniteField(answer.Suite) {
		answer.dhBits = m.groupSize()
	}
	return answer, err
}

// ReadServerHello reads what the first bytes of a server come to, of which there may be
// more than its ServerHello.
func ReadServerHello(first []byte) (Answer, error) {
	m := messages{in: bufio.NewReader(bytes.NewReader(first))}
	return m.serverHello()
}

// record returns the ClientHello in one TLS record.
func (h Hello) record() []byte {
	var random [64]byte
	rand.Read(random[:])
	body := number(min(h.Newest, tls.VersionTLS12))
	body = append(body, random[:32]...)
	body = append(body, sized(1, random[32:])...) // session id: RFC 8446 appendix D.4
	body = append(body, sized(2, numbers(h.Suites))...)
	compression := []byte{0} // none
	if h.Compress {
		compression = []byte{1, 0} // DEFLATE
	}
	body = append(body, sized(1, compression)...)
	body = append(body, sized(2, h.extensions())...)
	handshake := append([]byte{typeClientHello}, sized(3, body)...)
	return append([]byte{recordHandshake, 3, 1}, sized(2, handshake)...)
}

const (
	recordAlert, recordHandshake     = 21, 22
	typeClientHello, typeServerHello = 1, 2
	typeKeyExchange, typeHelloDone   = 12, 14

	extServerName, extGroups, extPoints, extSignatures = 0, 10, 11, 13
	extVersions, extPSKModes, extKeyShare              = 43, 45, 51
	extEncryptThenMAC, ExtMasterSecret, ExtTicket      = 22, 23, 35
	ExtRenegotiation                                   = 0xff01
)

// signatures is every signature scheme that some server may have a key for.
var signatures = []uint16{0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b,
	0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0402, 0x0202}

func (h Hello) extensions() []byte {
	var all []byte
	add := func(id uint16, content []byte) {
		all = append(append(all, number(id)...), sized(2, content)...)
	}
	if h.ServerName != "" {
		add(extServerName, sized(2, append([]byte{0}, sized(2, []byte(h.ServerName))...)))
	}
	add(extGroups, sized(2, numbers(h.Groups)))
	add(extPoints, sized(1, []byte{0}))
	add(extSignatures, sized(2, numbers(signatures)))
	add(extEncryptThenMAC, nil)
	add(ExtMasterSecret, nil)
	add(ExtTicket, nil)
	add(ExtRenegotiation, sized(1, nil))
	if h.Newest >= tls.VersionTLS13 {
		versions := []uint16{tls.VersionTLS13}
		if !h.Only {
			versions = append(versions, tls.VersionTLS12, tls.VersionTLS11, tls.VersionTLS10)
		}
		add(extVersions, sized(1, numbers(versions)))
		add(extPSKModes, sized(1, []byte{1}))
		add(extKeyShare, sized(2, nil)) // none: the server is to name the group it wants, RFC 8446 section 4.2.8
	}
	return all
}

// sized puts the length of the content, of so many bytes, before it.
func sized(width int, content []byte) []byte {
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(content)))
	return append(slices.Clone(length[8-width:]), content...)
}

func number(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }

func numbers(list []uint16) []byte {
	var b []byte
	for _, n := range list {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}

// NotTLS is the error of an answer that is no TLS record.
type NotTLS struct{ Begins string }

func (e *NotTLS) Error() string {
	return fmt.Sprintf("the answer to a ClientHello begins %q", mailcheck.Clean(e.Begins))
}

var errServerHello = errors.New("the ServerHello cannot be read")

// fatalAlert is the error of a refusal (RFC 8446 section 6).
type fatalAlert int

func (a fatalAlert) Error() string { return tls.AlertError(a).Error() }

// messages are what a server says in its handshake as long as that is not
// encrypted.
type messages struct {
	in      *bufio.Reader
	unread  []byte
	records int
}

// maxRecords bounds a handshake: a ServerHello has some hundred bytes, mostly in
// one record, and a chain of certificates some thousand.
const (
	maxRecords   = 12
	maxHandshake = 1 << 16
)

// next returns the next message of the handshake.
func (m *messages) next() (kind byte, body []byte, err error) {
	for {
		if len(m.unread) >= 4 {
			size := int(m.unread[1])<<16 | int(m.unread[2])<<8 | int(m.unread[3])
			if size > maxHandshake {
				return 0, nil, errServerHello
			}
			if len(m.unread)-4 >= size {
				kind, body, m.unread = m.unread[0], m.unread[4:4+size], m.unread[4+size:]
				return kind, body, nil
			}
		}
		if m.records++; m.records > maxRecords {
			return 0, nil, errServerHello
		}
		kind, content, err := readRecord(m.in)
		switch {
		case err != nil:
			return 0, nil, err
		case kind == recordAlert && len(content) == 2 && content[0] == 2:
			return 0, nil, fatalAlert(content[1])
		// RFC 6066 section 3 lets a server warn of a name it does not know, and go on.
		case kind == recordHandshake:
			m.unread = append(m.unread, content...)
		}
	}
}

// serverHello reads up to the ServerHello or a fatal alert.
func (m *messages) serverHello() (Answer, error) {
	kind, body, err := m.next()
	if alert, refused := errors.AsType[fatalAlert](err); refused {
		return Answer{Alert: int(alert)}, nil
	}
	if err != nil {
		return Answer{}, err
	}
	if kind != typeServerHello {
		return Answer{}, errServerHello
	}
	return parseServerHello(body)
}

// groupSize reads on to the ServerKeyExchange and returns the size in bits of the
// prime in it (RFC 5246 section 7.4.3), or 0.
func (m *messages) groupSize() int {
	for {
		kind, body, err := m.next()
		if err != nil || kind == typeHelloDone {
			return 0
		}
		if kind != typeKeyExchange || len(body) < 2 {
			continue
		}
		size := int(binary.BigEndian.Uint16(body))
		return new(big.Int).SetBytes(body[2:min(len(body), 2+size)]).BitLen()
	}
}

// readRecord reads one TLS record (RFC 8446 section 5.1).
func readRecord(in *bufio.Reader) (kind byte, content []byte, err error) {
	head, err := in.Peek(5)
	if len(head) > 0 && head[0] != recordAlert && head[0] != recordHandshake || len(head) > 1 && head[1] != 3 {
		line, _ := in.Peek(max(in.Buffered(), len(head))) // one packet; what follows is not needed to name a service
		first, _, _ := strings.Cut(string(line), "\n")
		return 0, nil, &NotTLS{strings.TrimRight(first, "\r")}
	}
	if err != nil {
		return 0, nil, err
	}
	kind, length := head[0], int(binary.BigEndian.Uint16(head[3:]))
	if length > 1<<14 {
		return 0, nil, errServerHello
	}
	content = make([]byte, length)
	in.Discard(5)
	_, err = io.ReadFull(in, content)
	return kind, content, err
}

// parseServerHello reads the body of a ServerHello; what follows it in the same
// message is of no interest.
func parseServerHello(b []byte) (Answer, error) {
	if len(b) < 35 || len(b) < 35+int(b[34])+3 {
		return Answer{}, errServerHello
	}
	h := Answer{Alert: -1, Version: binary.BigEndian.Uint16(b)}
	b = b[35+int(b[34]):] // behind version, random and session id
	h.Suite = binary.BigEndian.Uint16(b)
	h.Compressed = b[2] != 0
	b = b[3:] // behind suite and compression
	if len(b) >= 2 {
		b = b[2:] // the length of all extensions
	}
	for len(b) >= 4 {
		id, length := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if b = b[4:]; length > len(b) {
			break
		}
		h.Extensions = append(h.Extensions, id)
		switch {
		case id == extVersions && length == 2:
			h.Version = binary.BigEndian.Uint16(b)
		case id == extKeyShare && length >= 2:
			h.Group = binary.BigEndian.Uint16(b)
		}
		b = b[length:]
	}
	if h.Version < 0x0300 || h.Version > tls.VersionTLS13 {
		return Answer{}, errServerHello
	}
	return h, nil
}
