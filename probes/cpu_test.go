//go:build unix

package probes

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
)

// BenchmarkCPU compares the processor time of a whole check with that of the TLS
// handshakes in it, which no check can do without. It reports how many times
// theirs the check takes ("x-handshakes"); the aim is less than 2.5.
//
// Both sides of the network run in this process and count, on both sides of the
// comparison: a handshake is one of crypto/tls on either end of a net.Pipe, with
// the lab's certificates, verified by the client as usual, and every one is full.
// What else the lab does in a check, as a DNS, mail and web server, counts against
// the check, so that mailcheck itself takes less than the figure says. What comes
// before the first check does not count: the lab, its certificates, the start of
// the program.
func BenchmarkCPU(b *testing.B) {
	s := scenario(b, lab.Default)
	l := lab.New(s)
	defer l.Close()
	address, err := mailcheck.ParseAddress(s.Address)
	if err != nil {
		b.Fatal(err)
	}
	check := func() *mailcheck.Report {
		c := inside(l)
		defer c.Close()
		r, err := c.Account(b.Context(), address, nil)
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
	r := check() // has the lab make its certificates
	if r.Verdict != mailcheck.Pass {
		b.Fatalf("the check did not pass: %v", ids(r))
	}
	handshakes := handshakesOf(r, l)
	shake := handshaker(b, l)
	shake()

	// They take turns, so that a machine that is busy with something else slows both,
	// and long ones, so that what the one leaves to the garbage collector hardly
	// counts against the other.
	const turn = 10
	var whole, alone time.Duration
	for b.Loop() {
		whole += cpuTime(b, func() {
			for range turn {
				check()
			}
		})
		alone += cpuTime(b, func() {
			for range turn * handshakes {
				shake()
			}
		})
	}
	b.ReportMetric(0, "ns/op") // of both together, which says nothing
	b.ReportMetric(float64(handshakes), "handshakes/check")
	b.ReportMetric(float64(whole.Microseconds())/1000/float64(b.N*turn), "cpu-ms/check")
	b.ReportMetric(float64(whole)/float64(alone), "x-handshakes")
}

// handshakesOf counts the TLS handshakes of one check of a lab where all succeed:
// those of the servers, and one for each connection to a web server.
func handshakesOf(r *mailcheck.Report, l *lab.Lab) int {
	count := 0
	for _, server := range r.Servers {
		for _, step := range server.Steps {
			if step.Op == mailcheck.OpTLS {
				count++
			}
		}
	}
	for _, dial := range l.Dials() {
		if strings.HasSuffix(dial, ":443") {
			count++
		}
	}
	return count
}

// handshaker returns a function that makes one TLS handshake over a net.Pipe with a
// server that has one of the lab's certificates.
func handshaker(b *testing.B, l *lab.Lab) func() {
	const host = "imap.example.com"
	listener := make(pipes)
	go l.Serve(listener, lab.TLS(lab.Cert{Names: []string{host}}, lab.CloseAtOnce))
	roots := l.Roots()
	return func() {
		near, far := net.Pipe()
		defer near.Close()
		listener <- far
		conn := tls.Client(near, &tls.Config{RootCAs: roots, ServerName: host})
		if err := conn.Handshake(); err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, conn); err != nil { // the tickets, which clients read too
			b.Fatal(err)
		}
	}
}

// pipes is a listener that accepts what is sent to it.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	conn, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (p pipes) Close() error {
	close(p)
	return nil
}

func (p pipes) Addr() net.Addr { return nil }

// cpuTime returns the processor time, in and for this process, that f takes.
func cpuTime(b *testing.B, f func()) time.Duration {
	b.Helper()
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	f()
	return used() - before
}
