package lab

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
)

// BareTLS is TLS as a library from before 2010 speaks it: version 1.2 without a
// single extension, secure renegotiation (RFC 5746) among them. crypto/tls cannot
// leave it out, and both sides hash every byte of the handshake, so that this is a
// whole server (RFC 5246), with one cipher suite.
func BareTLS(cert Cert, next Behaviour) Behaviour {
	return func(c *Conn) {
		if offer, err := peekOffer(c.in); err != nil || !offer.knows(tls.VersionTLS12) || !slices.Contains(offer.suites, bareSuite) {
			Alert(40)(c)
			return
		}
		b := &bareServer{Conn: c.Conn, in: c.in, cert: c.lab.certificate(cert)}
		if b.handshake() == nil {
			next(c.over(b, ""))
			c.Close()
		}
	}
}

// bareServer is the server's end of a connection without extensions.
type bareServer struct {
	net.Conn
	in     io.Reader
	cert   *tls.Certificate
	said   bytes.Buffer // all messages of the handshake
	theirs bareHalf
	ours   bareHalf
	unread []byte
}

// bareHalf protects one direction (RFC 5288).
type bareHalf struct {
	aead     cipher.AEAD
	salt     []byte
	sequence uint64
}

const (
	bareSuite       = 0xc02b // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, whose signature may be Ed25519 (RFC 8422)
	recordChange    = 20
	recordHandshake = 22
	recordData      = 23
)

var errBare = errors.New("lab: the client does something that bare TLS does not know")

func (b *bareServer) handshake() error {
	hello, err := b.message()
	if err != nil || len(hello) < 38 {
		return errBare
	}
	secret, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		return err
	}
	randoms := append(slices.Clone(hello[6:38]), make([]byte, 32)...) // the client's, and ours
	if err := b.offer(randoms, secret.PublicKey().Bytes()); err != nil {
		return err
	}
	exchange, err := b.message()
	if err != nil || len(exchange) != 4+1+32 {
		return errBare
	}
	point, err := ecdh.X25519().NewPublicKey(exchange[5:])
	if err != nil {
		return err
	}
	shared, err := secret.ECDH(point)
	if err != nil {
		return err
	}
	master := pseudorandom(shared, "master secret", randoms, 48)
	b.derive(master, randoms)
	return b.finish(master)
}

// offer sends the messages up to ServerHelloDone.
func (b *bareServer) offer(randoms, point []byte) error {
	body := append([]byte{3, 3}, randoms[32:]...)
	b.say(2, append(body, 0, bareSuite>>8, bareSuite&0xff, 0))
	var chain []byte
	for _, raw := range b.cert.Certificate {
		chain = append(append(chain, length3(len(raw))...), raw...)
	}
	b.say(11, append(length3(len(chain)), chain...))
	params := append([]byte{3, 0, 0x1d, byte(len(point))}, point...)
	signature, err := b.cert.PrivateKey.(crypto.Signer).Sign(nil, slices.Concat(randoms, params), crypto.Hash(0))
	if err != nil {
		return err
	}
	params = append(params, 8, 7, 0, byte(len(signature)))
	b.say(12, append(params, signature...))
	return b.say(14, nil)
}

// finish checks that both sides mean the same handshake.
func (b *bareServer) finish(master []byte) error {
	if kind, _, err := b.record(); err != nil || kind != recordChange {
		return errBare
	}
	want := b.verification(master, "client finished")
	kind, sealed, err := b.record()
	if err != nil || kind != recordHandshake {
		return errBare
	}
	got, err := b.theirs.open(kind, sealed)
	if err != nil || !bytes.Equal(got, append([]byte{20, 0, 0, 12}, want...)) {
		return errBare
	}
	b.said.Write(got)
	if err := b.send(recordChange, []byte{1}); err != nil {
		return err
	}
	message := append([]byte{20, 0, 0, 12}, b.verification(master, "server finished")...)
	return b.send(recordHandshake, b.ours.seal(recordHandshake, message))
}

func (b *bareServer) verification(master []byte, label string) []byte {
	sum := sha256.Sum256(b.said.Bytes())
	return pseudorandom(master, label, sum[:], 12)
}

func (b *bareServer) derive(master, randoms []byte) {
	block := pseudorandom(master, "key expansion", append(slices.Clone(randoms[32:]), randoms[:32]...), 40)
	b.theirs, b.ours = newBareHalf(block[:16], block[32:36]), newBareHalf(block[16:32], block[36:40])
}

func newBareHalf(key, salt []byte) bareHalf {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return bareHalf{aead: aead, salt: salt}
}

// additional is what a record is bound to, and counts it.
func (h *bareHalf) additional(kind byte, size int) []byte {
	data := binary.BigEndian.AppendUint64(nil, h.sequence)
	h.sequence++
	return append(data, kind, 3, 3, byte(size>>8), byte(size))
}

func (h *bareHalf) seal(kind byte, content []byte) []byte {
	nonce := binary.BigEndian.AppendUint64(nil, h.sequence)
	return h.aead.Seal(slices.Clone(nonce), append(slices.Clone(h.salt), nonce...), content, h.additional(kind, len(content)))
}

func (h *bareHalf) open(kind byte, sealed []byte) ([]byte, error) {
	if len(sealed) < 8+h.aead.Overhead() {
		return nil, errBare
	}
	return h.aead.Open(nil, append(slices.Clone(h.salt), sealed[:8]...), sealed[8:], h.additional(kind, len(sealed)-8-h.aead.Overhead()))
}

// say sends a message of the handshake.
func (b *bareServer) say(kind byte, body []byte) error {
	message := append(append([]byte{kind}, length3(len(body))...), body...)
	b.said.Write(message)
	return b.send(recordHandshake, message)
}

// message reads a message of the handshake, which is one record.
func (b *bareServer) message() ([]byte, error) {
	kind, content, err := b.record()
	if err != nil || kind != recordHandshake {
		return nil, errBare
	}
	b.said.Write(content)
	return content, nil
}

func (b *bareServer) send(kind byte, content []byte) error {
	_, err := b.Conn.Write(append([]byte{kind, 3, 3, byte(len(content) >> 8), byte(len(content))}, content...))
	return err
}

func (b *bareServer) record() (kind byte, content []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(b.in, head[:]); err != nil {
		return 0, nil, err
	}
	content = make([]byte, binary.BigEndian.Uint16(head[3:]))
	_, err = io.ReadFull(b.in, content)
	return head[0], content, err
}

// Read reads what the client says inside TLS.
func (b *bareServer) Read(p []byte) (int, error) {
	for len(b.unread) == 0 {
		kind, sealed, err := b.record()
		if err != nil {
			return 0, err
		}
		if kind != recordData {
			return 0, io.EOF // the alert close_notify
		}
		if b.unread, err = b.theirs.open(kind, sealed); err != nil {
			return 0, err
		}
	}
	n := copy(p, b.unread)
	b.unread = b.unread[n:]
	return n, nil
}

// Write says something inside TLS, less than a record holds.
func (b *bareServer) Write(p []byte) (int, error) {
	return len(p), b.send(recordData, b.ours.seal(recordData, p))
}

func length3(n int) []byte { return []byte{byte(n >> 16), byte(n >> 8), byte(n)} }

// pseudorandom is the PRF of TLS 1.2 (RFC 5246 section 5).
func pseudorandom(secret []byte, label string, seed []byte, size int) []byte {
	seed = append([]byte(label), seed...)
	mac := func(parts ...[]byte) []byte {
		h := hmac.New(sha256.New, secret)
		for _, part := range parts {
			h.Write(part)
		}
		return h.Sum(nil)
	}
	var out []byte
	for a := mac(seed); len(out) < size; a = mac(a) {
		out = append(out, mac(a, seed)...)
	}
	return out[:size]
}
