//go:build real

package realtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// marionette is the remote control of a program of Mozilla's: messages of JSON, each
// after its length and a colon. The client's are [0, id, command, parameters], the
// answers [1, id, error, result].
type marionette struct {
	conn net.Conn
	in   *bufio.Reader
	id   int
}

// connectMarionette waits until the program listens, and begins a session in its own
// context instead of that of a page.
func connectMarionette(address string, until time.Time) (*marionette, error) {
	for {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.SetDeadline(until)
			m := &marionette{conn: conn, in: bufio.NewReader(conn)}
			return m, m.begin(time.Until(until))
		}
		if time.Now().After(until) {
			return nil, err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (m *marionette) begin(limit time.Duration) error {
	if _, err := m.read(); err != nil { // what it is
		return err
	}
	for _, c := range []struct {
		name       string
		parameters any
	}{
		{"WebDriver:NewSession", map[string]any{}},
		{"Marionette:SetContext", map[string]any{"value": "chrome"}},
		{"WebDriver:SetTimeouts", map[string]any{"script": limit.Milliseconds()}},
	} {
		if _, err := m.call(c.name, c.parameters); err != nil {
			return err
		}
	}
	return nil
}

// run runs a script, which calls its last argument with the result.
func (m *marionette) run(script string, result any, arguments ...any) error {
	answer, err := m.call("WebDriver:ExecuteAsyncScript", map[string]any{"script": script, "args": arguments})
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, &struct{ Value any }{result})
}

func (m *marionette) call(command string, parameters any) (json.RawMessage, error) {
	m.id++
	text, err := json.Marshal([]any{0, m.id, command, parameters})
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(m.conn, "%d:%s", len(text), text); err != nil {
		return nil, err
	}
	answer, err := m.read()
	if err != nil {
		return nil, err
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(answer, &parts); err != nil || len(parts) != 4 {
		return nil, fmt.Errorf("%s was answered %s", command, answer)
	}
	if string(parts[2]) != "null" {
		return nil, fmt.Errorf("%s: %s", command, parts[2])
	}
	return parts[3], nil
}

func (m *marionette) read() ([]byte, error) {
	length, err := m.in.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(length, ":"))
	if err != nil || n < 0 || n > 1<<24 {
		return nil, fmt.Errorf("a message of length %q", length)
	}
	text := make([]byte, n)
	_, err = io.ReadFull(m.in, text)
	return text, err
}
