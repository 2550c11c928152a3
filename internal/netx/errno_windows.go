package netx

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// socketError is an error of Windows sockets that equals the error number other
// systems have for it.
type socketError struct {
	error
	same syscall.Errno
}

func (e socketError) Is(target error) bool { return target == e.same }
func (e socketError) Unwrap() error        { return e.error }

// portable makes errors.Is know the usual error numbers on Windows, where
// sockets report numbers of their own.
func portable(err error) error {
	same := map[syscall.Errno]syscall.Errno{
		windows.WSAECONNREFUSED:  syscall.ECONNREFUSED,
		windows.WSAETIMEDOUT:     syscall.ETIMEDOUT,
		windows.WSAENETUNREACH:   syscall.ENETUNREACH,
		windows.WSAEHOSTUNREACH:  syscall.EHOSTUNREACH,
		windows.WSAEADDRNOTAVAIL: syscall.EADDRNOTAVAIL,
		windows.WSAEAFNOSUPPORT:  syscall.EAFNOSUPPORT,
		windows.WSAECONNRESET:    syscall.ECONNRESET,
		windows.WSAECONNABORTED:  syscall.ECONNABORTED,
		windows.WSAEMFILE:        syscall.EMFILE,
		windows.WSAENOBUFS:       syscall.ENOBUFS,
	}
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok || same[errno] == 0 {
		return err
	}
	return socketError{err, same[errno]}
}
