package netx

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"mailcheck/checks"
)

// dialError gives the error of an attempt one shape on all systems: a
// *net.OpError that names the address and for which errors.Is knows
// syscall.ECONNREFUSED and its kin. An attempt that was given up has the error
// context.Canceled, one that ran out of time is a timeout.
func dialError(ctx context.Context, addr netip.AddrPort, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() == context.Canceled:
		return context.Canceled
	case ctx.Err() != nil:
		err = ctx.Err()
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	err = portable(err)
	if short(err) || addr.Addr().Is4() && errors.Is(err, syscall.EADDRNOTAVAIL) { // an IPv6 address may just be out of reach
		return checks.NetShortage.Errorf("connect to %s: %w", addr, err)
	}
	return &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(addr), Err: err}
}

// short reports whether this machine lacks what a connection takes.
func short(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM)
}

// mostTelling returns the error of the attempt that says most about the server:
// one that refuses is there, one that is silent may be, and an unreachable
// address says as much about the network on this side.
func mostTelling(attempts []Attempt) error {
	var best error
	for _, a := range attempts {
		if a.Err != nil && (best == nil || rank(a.Err) < rank(best)) {
			best = a.Err
		}
	}
	if best == nil {
		best = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no address to connect to")}
	}
	return best
}

func rank(err error) int {
	timeout, isNet := errors.AsType[net.Error](err)
	_, bad := errors.AsType[*checks.Error](err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return 0
	case isNet && timeout.Timeout():
		return 2
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH),
		errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EAFNOSUPPORT):
		return 3
	case bad:
		return 4
	}
	return 1
}
