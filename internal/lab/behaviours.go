package lab

import (
	"io"
	"strings"
	"time"
)

// Silent accepts whatever the client sends and never says a word.
func Silent(c *Conn) { io.Copy(io.Discard, c) }

// Reset aborts the connection at once.
func Reset(c *Conn) { c.Reset() }

// CloseAtOnce closes the connection without a word.
func CloseAtOnce(c *Conn) { c.Close() }

// CloseOnHello waits for the client's first packet, then closes.
func CloseOnHello(c *Conn) {
	c.Read(make([]byte, 1))
	c.Close()
}

// ResetOnHello waits for the client's first packet, then aborts the connection.
func ResetOnHello(c *Conn) {
	c.Read(make([]byte, 1))
	c.Reset()
}

// Say writes texts, each as a packet. On its own the connection is then closed;
// as an answer in Mail.On the session goes on. "{tag}" becomes the tag
// of the IMAP command that is answered.
func Say(texts ...string) Behaviour {
	return func(c *Conn) {
		for _, text := range texts {
			if !c.Say(text) {
				return
			}
		}
	}
}

// Then runs behaviours one after the other on the same connection.
func Then(steps ...Behaviour) Behaviour {
	return func(c *Conn) {
		for _, step := range steps {
			step(c)
		}
	}
}

// AtFirst serves the first connection to an address and port, and then the others
// otherwise.
func AtFirst(first, others Behaviour) Behaviour {
	return func(c *Conn) {
		if c.lab.meet(c.LocalAddr().String()) {
			first(c)
		} else {
			others(c)
		}
	}
}

// Wait does nothing for a while.
func Wait(d time.Duration) Behaviour {
	return func(c *Conn) { c.Sleep(d) }
}

// Drip writes text byte by byte, one every so often.
func Drip(text string, every time.Duration) Behaviour {
	return func(c *Conn) {
		text := strings.ReplaceAll(text, "{tag}", c.Tag)
		for i := range len(text) {
			if !c.Say(text[i:i+1]) || !c.Sleep(every) {
				return
			}
		}
	}
}

// Endless repeats text until the client leaves.
func Endless(text string) Behaviour {
	return func(c *Conn) {
		block := strings.Repeat(text, 1+8<<10/len(text))
		for c.Say(block) {
		}
	}
}

// EndlessEvery repeats text, once every so often, until the client leaves.
func EndlessEvery(text string, every time.Duration) Behaviour {
	return func(c *Conn) {
		for c.Say(text) && c.Sleep(every) {
		}
	}
}

// Garbage writes bytes that no protocol has: control characters, invalid UTF-8,
// no end of line.
func Garbage(c *Conn) {
	c.Say("\x00\x01\x02\xff\xfe\x1b[2J\x80\x81" + strings.Repeat("\xaa\x55", 40))
	Silent(c)
}

// GarbageHello answers the client's first packet with garbage.
func GarbageHello(c *Conn) {
	c.Read(make([]byte, 1))
	Garbage(c)
}

// Alert answers the ClientHello with a fatal TLS alert of this number (RFC 8446
// section 6), such as 40 for handshake_failure.
func Alert(number byte) Behaviour {
	return func(c *Conn) {
		c.Read(make([]byte, 1))
		c.Say(string([]byte{21, 3, 3, 0, 2, 2, number}))
	}
}

// BehindProxy waits for the header of the PROXY protocol, hangs up on who begins with
// anything else, and on who says nothing for so long.
func BehindProxy(wait time.Duration, b Behaviour) Behaviour {
	return func(c *Conn) {
		c.SetReadDeadline(time.Now().Add(wait))
		header, err := c.in.Peek(len("PROXY "))
		if err != nil || string(header) != "PROXY " {
			c.Close()
			return
		}
		c.SetReadDeadline(time.Time{})
		c.readLine()
		b(c)
	}
}
