package mailbox

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// wire is the connection as go-imap sees it. What go-imap reads was judged before;
// what it writes waits until the session sends it. No method but Read waits, and Read
// until Close at the longest. The deadlines are those of the real connection, whose
// time is the caller's: go-imap would move them with every response.
type wire struct {
	mu     sync.Mutex
	more   *sync.Cond // in or closed has changed
	in     []byte     // judged, and not read yet
	out    []byte     // written, and not sent yet
	closed bool
}

func newWire() *wire {
	w := new(wire)
	w.more = sync.NewCond(&w.mu)
	return w
}

// feed gives go-imap something to read.
func (w *wire) feed(judged string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.in = append(w.in, judged...)
	}
	w.more.Broadcast()
}

// written returns the commands that wait to be sent, without their line ends.
func (w *wire) written() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := strings.TrimSuffix(string(w.out), "\r\n")
	w.out = nil
	if text == "" {
		return nil
	}
	return strings.Split(text, "\r\n")
}

func (w *wire) Read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.in) == 0 && !w.closed {
		w.more.Wait()
	}
	if w.closed {
		return 0, io.EOF // go-imap takes any other error for a response
	}
	n := copy(p, w.in)
	w.in = w.in[n:]
	return n, nil
}

var errLiteral = errors.New("a command with a literal cannot be sent")

// Write takes commands. A literal would have to wait for the server's consent, for
// which nobody reads while go-imap writes.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return 0, net.ErrClosed
	}
	w.out = append(w.out, p...)
	if strings.Contains(string(w.out), "}\r\n") {
		w.out = nil
		return 0, errLiteral
	}
	return len(p), nil
}

func (w *wire) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.more.Broadcast()
	return nil
}

func (w *wire) LocalAddr() net.Addr                { return nil }
func (w *wire) RemoteAddr() net.Addr               { return nil }
func (w *wire) SetDeadline(time.Time) error        { return nil }
func (w *wire) SetReadDeadline(time.Time) error    { return nil }
func (w *wire) SetWriteDeadline(t time.Time) error { return nil }
