package netx

import (
	"cmp"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// ConnectTo sends connections meant for one host and port to another, as curl's
// --connect-to does: only the TCP connection is moved. The name that TLS asks
// for and that the certificate must hold stays the original one.
type ConnectTo struct {
	FromHost string // empty matches every host
	FromPort uint16 // 0 matches every port
	ToHost   string // empty keeps the host
	ToPort   uint16 // 0 keeps the port
}

// ParseConnectTo reads HOST:PORT:HOST:PORT. Each part may be empty; an IPv6
// address stands in brackets.
func ParseConnectTo(s string) (ConnectTo, error) {
	var parts [4]string
	rest := s
	for i := range parts {
		part, after, last := rest, "", i == len(parts)-1
		switch {
		case strings.HasPrefix(rest, "["):
			end := strings.Index(rest, "]")
			if end < 0 {
				return ConnectTo{}, fmt.Errorf("connect-to %q: no closing bracket", s)
			}
			part, after = rest[1:end], rest[end+1:]
			if !isIPv6(part) {
				return ConnectTo{}, fmt.Errorf("connect-to %q: %q is not an IPv6 address", s, part)
			}
		case !last:
			if colon := strings.Index(rest, ":"); colon >= 0 {
				part, after = rest[:colon], rest[colon:]
			}
		}
		if !last && !strings.HasPrefix(after, ":") || last && after != "" {
			return ConnectTo{}, fmt.Errorf("connect-to %q: want HOST:PORT:HOST:PORT", s)
		}
		parts[i], rest = part, strings.TrimPrefix(after, ":")
	}
	c := ConnectTo{FromHost: hostKey(parts[0]), ToHost: hostKey(parts[2])}
	var errFrom, errTo error
	c.FromPort, errFrom = parsePort(parts[1])
	c.ToPort, errTo = parsePort(parts[3])
	if err := cmp.Or(errFrom, errTo); err != nil {
		return ConnectTo{}, fmt.Errorf("connect-to %q: %w", s, err)
	}
	for _, host := range []string{c.FromHost, c.ToHost} {
		if host != "" && !isIPv6(host) && !validName(host) {
			return ConnectTo{}, fmt.Errorf("connect-to %q: %q is not a host", s, host)
		}
	}
	return c, nil
}

// parsePort reads a port; none is 0.
func parsePort(s string) (uint16, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a port", s)
	}
	return uint16(n), nil
}

// String returns the form that [ParseConnectTo] reads.
func (c ConnectTo) String() string {
	end := func(host string, port uint16) string {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		if port == 0 {
			return host + ":"
		}
		return host + ":" + strconv.Itoa(int(port))
	}
	return end(c.FromHost, c.FromPort) + ":" + end(c.ToHost, c.ToPort)
}

// Target returns the host and port that a connection for host and port really
// goes to.
func (n *Net) Target(host string, port uint16) (string, uint16) {
	for _, c := range n.opts.ConnectTo {
		if c.FromHost != "" && hostKey(c.FromHost) != hostKey(host) || c.FromPort != 0 && c.FromPort != port {
			continue
		}
		if c.ToHost != "" {
			host = c.ToHost
		}
		if c.ToPort != 0 {
			port = c.ToPort
		}
		break
	}
	return host, port
}

// hostKey returns a host as it is compared: lower case, without a final dot.
func hostKey(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

func isIPv6(s string) bool {
	ip := net.ParseIP(s)
	return ip != nil && strings.Contains(s, ":")
}
