package netx

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// maxServers bounds the resolvers asked; the C library asks three at most.
const maxServers = 6

// localServers are asked when the system names none, as the C library does.
var localServers = []string{"127.0.0.1:53", "[::1]:53"}

// serverAddresses returns the resolvers to ask as IP:port, the system's if none
// is given.
func serverAddresses(given []string) ([]string, error) {
	var servers []string
	for _, s := range given {
		addr, err := serverAddress(s)
		if err != nil {
			return nil, err
		}
		servers = append(servers, addr)
	}
	if len(servers) == 0 {
		for _, s := range systemServers() {
			if addr, err := serverAddress(s); err == nil {
				servers = append(servers, addr)
			}
		}
	}
	if len(servers) == 0 {
		servers = localServers
	}
	return servers[:min(len(servers), maxServers)], nil
}

// serverAddress reads IP, [IP], or IP:port, and returns IP:port.
func serverAddress(s string) (string, error) {
	if ap, err := netip.ParseAddrPort(s); err == nil && ap.Port() != 0 {
		return ap.String(), nil
	}
	bare := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		bare = s[1 : len(s)-1]
	}
	addr, err := netip.ParseAddr(bare)
	if err != nil {
		return "", fmt.Errorf("resolver %q: want an IP address, or IP:port", s)
	}
	return net.JoinHostPort(addr.String(), "53"), nil
}
