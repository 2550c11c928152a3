package files_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailcheck/internal/files"
)

func TestRead(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "file")
	if err := os.WriteFile(name, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := files.Read(t.Context(), name, 5); string(got) != "12345" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := files.Read(t.Context(), name, 4); !errors.Is(err, files.ErrTooLarge) {
		t.Errorf("a file too large: %v", err)
	}
	if _, err := files.Read(t.Context(), folder, 5); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := files.Read(t.Context(), name+"x", 5); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// What never comes ends with the context.
func TestFrom(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	defer out.Close()
	cancel()
	if _, err := files.From(ctx, in, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("a stream that gives nothing: %v", err)
	}
	if _, err := files.From(t.Context(), endless{}, 1000); !errors.Is(err, files.ErrTooLarge) {
		t.Errorf("an endless stream: %v", err)
	}
	if got, err := files.From(t.Context(), strings.NewReader("abc"), 3); string(got) != "abc" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
