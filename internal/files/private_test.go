package files_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"mailcheck/internal/files"
)

// Only a file of the user's own that nobody else may read is read.
func TestReadPrivate(t *testing.T) {
	folder := t.TempDir()
	own, link, open := filepath.Join(folder, "own"), filepath.Join(folder, "link"), filepath.Join(folder, "open")
	if err := errors.Join(os.WriteFile(own, []byte("secret"), 0o600), os.WriteFile(open, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if body, err := files.ReadPrivate(t.Context(), own, 6); string(body) != "secret" || err != nil {
		t.Errorf("%q, %v", body, err)
	}
	if _, err := files.ReadPrivate(t.Context(), own, 5); !errors.Is(err, files.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := files.ReadPrivate(t.Context(), filepath.Join(folder, "none"), 5); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
	refused := func(name string, why files.Exposure) {
		t.Helper()
		if _, err := files.ReadPrivate(t.Context(), name, 6); err == nil {
			t.Errorf("%s was read", name)
		} else if e, ok := errors.AsType[*files.Exposed](err); !ok || e.Why != why || e.Path != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused(folder, files.NoFile)
	if runtime.GOOS == "windows" {
		return // links need a privilege there, and modes mean nothing
	}
	if err := errors.Join(os.Symlink("own", link), os.Chmod(open, 0o640)); err != nil {
		t.Fatal(err)
	}
	refused(link, files.IsLink)
	refused(open, files.Readable)
	if os.Geteuid() == 0 {
		if err := os.Chown(own, 12345, -1); err != nil {
			t.Skip(err)
		}
		refused(own, files.Foreign)
	}
}
