package netx

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"mailcheck/checks"
)

const (
	rounds    = 2       // times each server is asked
	maxStray  = 100     // datagrams that are not our answer before a try gives up
	ednsSize  = 1232    // largest datagram that passes everywhere unfragmented
	udpBuffer = 8 << 10 // for servers that do not keep to ednsSize
)

// asking is a question on its way to the servers.
type asking struct {
	resolver *Resolver
	question question

	ctx    context.Context // ends with the question, by cancel
	cancel context.CancelFunc
	resend *time.Timer

	others   sync.WaitGroup // that ask beside the first
	mu       sync.Mutex
	tries    []int        // indexes of the servers that are still to be asked, in this order
	spoke    map[int]bool // servers that answered; the second time would be the same (RFC 9520)
	asked    []string
	failures []error
	pending  int  // tries under way
	ended    bool // answer and err are set
	answer   *answer
	err      error
}

// ask puts a question to the servers in turn until one gives an answer that
// counts: records, none, or NXDOMAIN. A server that fails hands over at once, a
// silent one after resendAfter; its late answer still counts. With the answer it ends ctx,
// by cancel, for the tries that still wait for one.
func (r *Resolver) ask(ctx context.Context, cancel context.CancelFunc, q question) (*answer, error) {
	a := &asking{resolver: r, question: q, ctx: ctx, cancel: cancel, tries: r.order()}
	a.mu.Lock()
	a.resend = time.AfterFunc(resendAfter, a.silent)
	a.mu.Unlock()
	defer a.resend.Stop()
	a.work()
	a.others.Wait()
	return a.answer, a.err
}

// silent begins another try beside those that wait.
func (a *asking) silent() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended {
		a.others.Go(a.work)
		a.resend.Reset(resendAfter)
	}
}

// work asks one server after another until an answer counts or all were asked.
func (a *asking) work() {
	for {
		server, ok := a.next()
		if !ok {
			return
		}
		answer, err := a.resolver.try(a.ctx, a.resolver.servers[server], a.question)
		a.heard(server, answer, err)
	}
}

// next returns the server to ask now, if there is any left. If nobody waits for one
// either, that was all.
func (a *asking) next() (server int, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.tries) > 0 && !a.ended && a.ctx.Err() == nil {
		server, a.tries = a.tries[0], a.tries[1:]
		if a.spoke[server] {
			continue
		}
		if address := a.resolver.servers[server]; !slices.Contains(a.asked, address) {
			a.asked = append(a.asked, address)
		}
		a.pending++
		return server, true
	}
	if a.pending == 0 && !a.ended {
		a.end(new(answer), noAnswer(a.question, a.asked, a.failures))
	}
	return 0, false
}

// heard takes the outcome of a try.
func (a *asking) heard(server int, got *answer, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pending--
	switch {
	case a.ended:
		return
	case err == nil || isNotFound(err):
		a.resolver.best.Store(int32(server))
		a.end(got, err)
		return
	}
	a.failures = append(a.failures, err)
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		if a.spoke == nil {
			a.spoke = make(map[int]bool)
		}
		a.spoke[server] = true
	}
	a.resend.Reset(resendAfter)
}

func (a *asking) end(got *answer, err error) {
	a.answer, a.err, a.ended = got, err, true
	if a.pending > 0 {
		a.cancel()
	}
}

// order returns the indexes of the servers, the one that answered last first, for all rounds.
func (r *Resolver) order() []int {
	best := int(r.best.Load())
	order := make([]int, 0, rounds*len(r.servers))
	for range rounds {
		order = append(order, best)
		for i := range r.servers {
			if i != best {
				order = append(order, i)
			}
		}
	}
	return order
}

// noAnswer returns the most telling of the failures: what a server said, then
// what it garbled, then why none was reached.
func noAnswer(q question, asked []string, failures []error) error {
	for _, err := range failures {
		if _, ok := errors.AsType[*net.DNSError](err); ok {
			return err
		}
	}
	for _, err := range failures {
		if _, ok := errors.AsType[*checks.Error](err); ok {
			return err
		}
	}
	// The cause is kept as text only: it is about the resolver, and must not be
	// taken for a refused or silent mail server.
	e := &net.DNSError{
		Err:  "no answer within " + queryLimit.String(),
		Name: hostName(q.name), Server: strings.Join(asked, ", "), IsTimeout: true,
	}
	silent := func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }
	if len(failures) > 0 && !slices.ContainsFunc(failures, silent) {
		e.Err, e.IsTimeout, e.IsTemporary = failures[0].Error(), false, true
	}
	return e
}

// try asks one server: over UDP, once more without EDNS if the server does not
// know it (RFC 6891 section 7), and over TCP if the answer was cut.
func (r *Resolver) try(ctx context.Context, server string, q question) (*answer, error) {
	a, err := r.exchange(ctx, "udp", server, q, true)
	if err != nil && (a.rcode == dns.RcodeFormatError || a.rcode == dns.RcodeNotImplemented || a.rcode == dns.RcodeBadVers) {
		a, err = r.exchange(ctx, "udp", server, q, false)
	}
	if err != errTruncated {
		return a, err
	}
	tcp, cancel := context.WithTimeout(ctx, tcpLimit)
	defer cancel()
	full, err := r.exchange(tcp, "tcp", server, q, true)
	switch {
	case err == nil || isNotFound(err):
		return full, err
	case err == errTruncated && len(full.records) > 0:
		return full, nil
	}
	if ctx.Err() != nil {
		return new(answer), ctx.Err()
	}
	if tcp.Err() != nil {
		err = fmt.Errorf("no answer within %s", tcpLimit)
	}
	// What is left in a cut answer may be the smaller part, so it is not used (RFC 2181
	// section 9).
	return new(answer), checks.DNSTCPFailed.Errorf("%s %s: the answer of %s is too long for UDP; over TCP: %v", hostName(q.name), dns.TypeToString[q.typ], server, err)
}

// exchange sends a question and reads messages until one answers it or the
// context ends, which closes the connection.
func (r *Resolver) exchange(ctx context.Context, network, server string, q question, edns bool) (*answer, error) {
	id, msg, err := query(q, edns)
	if err != nil {
		return new(answer), err
	}
	conn, err := r.dial(ctx, network, server)
	if err != nil && short(portable(err)) {
		return new(answer), checks.NetShortage.Errorf("ask %s: %w", server, err)
	}
	if err != nil {
		return new(answer), endedBy(ctx, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	read := readDatagram
	if network == "tcp" {
		msg = append(binary.BigEndian.AppendUint16(nil, uint16(len(msg))), msg...)
		read = readFrame
	}
	if _, err := conn.Write(msg); err != nil {
		return new(answer), endedBy(ctx, err)
	}
	for i := range maxStray {
		wire, err := read(conn)
		if err != nil && i > 0 {
			break
		}
		if err != nil {
			return new(answer), endedBy(ctx, err)
		}
		if a, err := readAnswer(wire, id, q, server); err != errStray {
			return a, err
		}
	}
	return new(answer), checks.DNSMalformed.Errorf("%s: only answers to other questions than %s %s", server, hostName(q.name), dns.TypeToString[q.typ])
}

// endedBy returns the context's error in place of one that its end provoked.
func endedBy(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// query packs a question. Signatures are asked for only where they are read: with
// them many answers do not fit into a datagram any more.
func query(q question, edns bool) (id uint16, wire []byte, err error) {
	m := dns.Msg{Question: []dns.Question{{Name: q.name, Qtype: q.typ, Qclass: dns.ClassINET}}}
	m.Id, m.RecursionDesired, m.CheckingDisabled = uint16(rand.Uint32()), true, q.unchecked // from ChaCha8: nobody foretells it
	if edns {
		m.SetEdns0(ednsSize, q.signed)
	}
	wire, err = m.Pack()
	return m.Id, wire, err
}

// datagrams are buffers: answers are short, and a survey gets a hundred a second.
var datagrams = sync.Pool{New: func() any { return new([udpBuffer]byte) }}

func readDatagram(conn net.Conn) ([]byte, error) {
	buf := datagrams.Get().(*[udpBuffer]byte)
	defer datagrams.Put(buf)
	n, err := conn.Read(buf[:])
	return bytes.Clone(buf[:n]), err
}

// readFrame reads a message behind its length in two bytes (RFC 1035 section
// 4.2.2), which bounds it to 64 KiB.
func readFrame(conn net.Conn) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	buf := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(conn, buf)
	return buf, err
}
