package netx

import (
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// siteLocal holds fec0:0:0:ffff::1 and its siblings, which Windows lists for an
// adapter that has no IPv6 resolver. Nothing has answered there since RFC 3879.
var siteLocal = netip.MustParsePrefix("fec0:0:0:ffff::/64")

// systemServers returns the name servers of the network adapters that are up.
// Those with a way out come first: virtual adapters often name a dead server.
func systemServers() []string {
	var routed, other []string
	for a := adapters(); a != nil; a = a.Next {
		if a.OperStatus != windows.IfOperStatusUp {
			continue
		}
		for d := a.FirstDnsServerAddress; d != nil; d = d.Next {
			addr, ok := socketAddr(&d.Address)
			if !ok || siteLocal.Contains(addr.WithZone("")) {
				continue
			}
			if s := addr.String(); slices.Contains(routed, s) || slices.Contains(other, s) {
				continue
			} else if a.FirstGatewayAddress != nil {
				routed = append(routed, s)
			} else {
				other = append(other, s)
			}
		}
	}
	return append(routed, other...)
}

// adapters returns the list of network adapters, nil if Windows gives none.
func adapters() *windows.IpAdapterAddresses {
	const flags = windows.GAA_FLAG_INCLUDE_GATEWAYS | windows.GAA_FLAG_SKIP_UNICAST |
		windows.GAA_FLAG_SKIP_ANYCAST | windows.GAA_FLAG_SKIP_MULTICAST
	size := uint32(15_000) // what the Windows documentation says to begin with
	for range 5 {          // the list may grow between two calls
		buf := make([]byte, size)
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buf[0]))
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC, flags, 0, first, &size)
		if err == nil && size > 0 {
			return first
		}
		if err != windows.ERROR_BUFFER_OVERFLOW {
			break
		}
	}
	return nil
}

// socketAddr returns the address of a socket address, with its zone.
func socketAddr(s *windows.SocketAddress) (netip.Addr, bool) {
	if s.Sockaddr == nil {
		return netip.Addr{}, false
	}
	sa, err := s.Sockaddr.Sockaddr()
	if err != nil {
		return netip.Addr{}, false
	}
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrFrom4(sa.Addr), true
	case *syscall.SockaddrInet6:
		addr := netip.AddrFrom16(sa.Addr).Unmap()
		if sa.ZoneId != 0 {
			addr = addr.WithZone(strconv.Itoa(int(sa.ZoneId)))
		}
		return addr, true
	}
	return netip.Addr{}, false
}
