package lab

import (
	"context"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// Chaos returns a way to dial the lab over a bad network: connections are refused, reset,
// cut or stalled, bytes are repeated or turned, datagrams are lost. What happens to the
// n-th connection to an address follows from the seed. It is a [netx.DialFunc].
func (l *Lab) Chaos(seed uint64) func(ctx context.Context, network, address string) (net.Conn, error) {
	var mu sync.Mutex
	count := map[string]int{}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		where := network + " " + address
		mu.Lock()
		count[where]++
		n := count[where]
		mu.Unlock()
		sum := fnv.New64a()
		io.WriteString(sum, where+" "+strconv.Itoa(n))
		luck := rand.New(rand.NewPCG(seed, sum.Sum64()))
		if network != "udp" {
			switch luck.IntN(20) {
			case 0:
				return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
			case 1:
				<-ctx.Done()
				return nil, &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
			}
		}
		conn, err := l.Dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c := &chaotic{Conn: conn, luck: luck, datagrams: network == "udp", left: luck.IntN(6000)}
		if luck.IntN(3) == 0 {
			c.mishap = mishap(1 + luck.IntN(int(mishaps)))
		}
		return c, nil
	}
}

// mishap is what befalls a connection after so many bytes.
type mishap int

const (
	none mishap = iota
	reset
	cut
	stalled
	repeated
	turned
	mishaps = turned
)

// chaotic is the client's end of a connection over a bad network.
type chaotic struct {
	net.Conn
	datagrams bool

	mu     sync.Mutex
	luck   *rand.Rand
	mishap mishap
	left   int    // bytes until it befalls
	again  []byte // to be read once more
}

func (c *chaotic) Read(b []byte) (int, error) {
	for {
		c.mu.Lock()
		if n := copy(b, c.again); n > 0 {
			c.again = c.again[n:]
			c.mu.Unlock()
			return n, nil
		}
		c.mu.Unlock()
		n, err := c.Conn.Read(b)
		n, err, again := c.befall(b, n, err)
		if !again {
			return n, err
		}
	}
}

// befall changes what was read; the read is to be made again where nothing is left of it.
func (c *chaotic) befall(b []byte, n int, err error) (int, error, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || c.mishap == none {
		return n, err, false
	}
	if c.datagrams {
		return n, nil, c.luck.IntN(4) == 0 // lost
	}
	if c.left -= n; c.left > 0 {
		return n, nil, false
	}
	what := c.mishap
	if what != stalled {
		c.mishap = none
	}
	switch what {
	case reset:
		c.Conn.Close()
		return 0, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}, false
	case cut:
		return 0, io.EOF, false
	case stalled:
		return 0, nil, true
	case repeated:
		c.again = append([]byte{}, b[:n]...)
	case turned:
		if n > 0 {
			b[c.luck.IntN(n)] ^= 1 << c.luck.IntN(8)
		}
	}
	return n, nil, false
}
