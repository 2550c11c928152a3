package files_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck/internal/files"
)

// One holds a lock, and the next gets it when it is given back, or not in time.
func TestLock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	synctest.Test(t, func(t *testing.T) {
		unlock, err := files.Lock(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := files.Lock(short, name); !errors.Is(err, files.ErrBusy) {
			t.Errorf("a lock that is held: %v", err)
		}
		stopped, stop := context.WithCancelCause(t.Context())
		stop(errors.New("stopped"))
		if _, err := files.Lock(stopped, name); err == nil || err.Error() != "stopped" {
			t.Errorf("stopped: %v", err)
		}
		time.AfterFunc(time.Minute, unlock)
		again, err := files.Lock(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		again()
	})
	if _, err := files.Lock(t.Context(), filepath.Join(name, "below")); err == nil {
		t.Error("a lock was made below a file")
	}
}
