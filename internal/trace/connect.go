package trace

import (
	"errors"
	"syscall"

	"mailcheck"
	"mailcheck/checks"
)

// NoIPv6Here reports whether the failure is this machine's own lack of IPv6: the
// kernel then answers at once that the network is unreachable.
func NoIPv6Here(err error) bool {
	return errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EADDRNOTAVAIL) ||
		errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.Errno(10051)) // WSAENETUNREACH
}

// ConnectState puts the outcome of connecting into one word.
func ConnectState(err error) mailcheck.Reach {
	if err == nil {
		return mailcheck.Connected
	}
	switch check, _ := Classify(mailcheck.OpConnect, err); check {
	case checks.TCPRefused:
		return mailcheck.Refused
	case checks.TCPTimeout:
		return mailcheck.TimedOut
	case checks.TCPUnreachable:
		return mailcheck.Unreachable
	}
	return mailcheck.NotReached
}
