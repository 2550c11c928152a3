package files

import (
	"context"
	"errors"
	"os"
	"time"
)

// ErrBusy says that somebody else holds a lock until the time was up.
var ErrBusy = errors.New("another program holds the lock")

// lockPause is how long it takes to notice that a lock is free: less than anybody notices,
// and no work for the machine.
const lockPause = 20 * time.Millisecond

// Lock holds the lock of a file, which is made if it is not there, against every other
// program of this machine until unlock is called or the program ends. The file stays, since
// whoever removed it might remove that of the next. The error is of package os, the cause
// of the context's end, or, where its deadline came, [ErrBusy].
func Lock(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	ticker := time.NewTicker(lockPause)
	defer ticker.Stop()
	for {
		held, err := tryLock(f)
		if held {
			return func() { f.Close() }, nil // which gives the lock back
		}
		if err != nil {
			f.Close()
			return nil, &os.PathError{Op: "lock", Path: name, Err: err}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			f.Close()
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return nil, &os.PathError{Op: "lock", Path: name, Err: ErrBusy}
			}
			return nil, context.Cause(ctx)
		}
	}
}
