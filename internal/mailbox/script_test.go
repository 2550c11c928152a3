package mailbox

import (
	"bufio"
	"io"
	"net"
	"strings"

	"mailcheck/checks"
)

// conversation reads and sends lines within bounds, as a probe does.
type conversation struct {
	in      *bufio.Reader
	conn    net.Conn // nil: what is sent is only noted
	packets []string
	fault   error // of a server that has no more to say
	lines   int
	bytes   int
}

const (
	maxLines = 500
	maxBytes = 64 << 10
)

// script is the conversation with a server that says this, whatever it is asked.
func script(says string) *conversation {
	return &conversation{in: bufio.NewReaderSize(strings.NewReader(says), 8<<10), fault: io.EOF}
}

func over(conn net.Conn) *conversation {
	return &conversation{in: bufio.NewReaderSize(conn, 8<<10), conn: conn}
}

func (c *conversation) Read() (string, error) {
	line, err := c.in.ReadSlice('\n')
	if c.lines, c.bytes = c.lines+1, c.bytes+len(line); c.lines > maxLines || c.bytes > maxBytes || err == bufio.ErrBufferFull {
		return "", checks.ReplyTooLong.Errorf("%d lines, %d bytes", c.lines, c.bytes)
	}
	return strings.TrimRight(string(line), "\r\n"), c.mend(err)
}

func (c *conversation) Literal(size int) (string, error) {
	if c.bytes += size; c.bytes > maxBytes {
		return "", checks.ReplyTooLong.Errorf("%d bytes", c.bytes)
	}
	var text strings.Builder
	_, err := io.CopyN(&text, c.in, int64(size))
	return text.String(), c.mend(err)
}

func (c *conversation) mend(err error) error {
	if err == io.EOF && c.fault != nil {
		return c.fault
	}
	return err
}

func (c *conversation) Send(lines ...string) error {
	packet := strings.Join(lines, "\r\n") + "\r\n"
	c.packets = append(c.packets, packet)
	if c.conn == nil {
		return nil
	}
	_, err := io.WriteString(c.conn, packet)
	return err
}

// crlf ends each line as IMAP wants it.
func crlf(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n" }

// Tag keeps the tags of go-imap, which the scripts have.
func (c *conversation) Tag(counted string) string { return counted }
