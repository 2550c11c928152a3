package lab

import (
	"fmt"
	"net"
	"slices"
	"strings"
)

// Loopback puts the whole lab on sockets of 127.0.0.1, for testing a built
// program. It returns the address of the DNS server (UDP and TCP) and, for each
// name and port of the lab that serves something, "NAME:PORT:127.0.0.1:PORT", as
// a --connect-to flag takes it. Dropped ports and round trips are not simulated.
func (l *Lab) Loopback() (resolver string, connectTo []string, err error) {
	udp, tcp, err := listenTwice()
	if err != nil {
		return "", nil, fmt.Errorf("listen for DNS: %w", err)
	}
	if !l.serveUDP(udp) {
		tcp.Close()
		return "", nil, net.ErrClosed
	}
	resolver = udp.LocalAddr().String()
	l.handlers.Go(func() { l.Serve(tcp, l.serveDNS("tcp")) })

	served := make(map[string]bool) // a host with two addresses is served once
	for owner := range l.zone.records {
		name := strings.TrimSuffix(owner, ".")
		for _, ip := range l.zone.addresses(name) {
			for port, serve := range l.hosts[ip] {
				endpoint := fmt.Sprintf("%s:%d", name, port)
				if serve == nil || port == 0 || served[endpoint] {
					continue
				}
				served[endpoint] = true
				listener, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return "", nil, fmt.Errorf("listen for %s: %w", name, err)
				}
				l.handlers.Go(func() { l.Serve(listener, serve) })
				connectTo = append(connectTo, endpoint+":"+listener.Addr().String())
			}
		}
	}
	slices.Sort(connectTo)
	return resolver, connectTo, nil
}

// listenTwice returns a port that is free for UDP and TCP alike. A port that is free
// for the one may be taken for the other, by a connection of somebody else's.
func listenTwice() (net.PacketConn, net.Listener, error) {
	for tries := 0; ; tries++ {
		udp, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, err
		}
		tcp, err := net.Listen("tcp", udp.LocalAddr().String())
		if err == nil {
			return udp, tcp, nil
		}
		udp.Close()
		if tries == 10 {
			return nil, nil, err
		}
	}
}

// serveUDP answers DNS questions on a socket until the lab is closed; false if
// it is closed already.
func (l *Lab) serveUDP(socket net.PacketConn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		socket.Close()
		return false
	}
	l.sockets = append(l.sockets, socket)
	if udp, ok := socket.(*net.UDPConn); ok {
		_ = udp.SetReadBuffer(4 << 20) // on a busy machine questions wait here; what does not fit is lost
	}
	l.handlers.Go(func() {
		packet := make([]byte, 64<<10)
		for {
			n, from, err := socket.ReadFrom(packet)
			if err != nil {
				return
			}
			if reply := l.reply("udp", packet[:n]); reply != nil {
				socket.WriteTo(reply, from)
			}
		}
	})
	return true
}
