package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// folder makes one with a program and a text, as of a day.
func folder(t *testing.T, day time.Time) string {
	dir := filepath.Join(t.TempDir(), "x-1.0")
	for name, mode := range map[string]os.FileMode{"docs/a.md": 0o600, "x": 0o700} {
		path := filepath.Join(dir, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(name), mode), os.Chtimes(path, day, day))
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func packed(t *testing.T, ending string, day time.Time) []byte {
	t.Setenv("SOURCE_DATE_EPOCH", "1767312000")
	archive := filepath.Join(t.TempDir(), "x"+ending)
	if err := pack(archive, folder(t, day)); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The same files are the same archive, on whatever day they were made.
func TestSameBytes(t *testing.T) {
	for _, ending := range []string{".tar.gz", ".zip"} {
		if !bytes.Equal(packed(t, ending, time.Unix(1, 0)), packed(t, ending, time.Unix(1e9, 0))) {
			t.Errorf("%s: it differs", ending)
		}
	}
}

func TestDateIsWanted(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "")
	if err := pack(filepath.Join(t.TempDir(), "x.zip"), folder(t, time.Unix(1, 0))); err == nil {
		t.Error("there is no error")
	}
}

var want = []struct {
	name string
	mode int64
}{{"x-1.0/docs/a.md", 0o644}, {"x-1.0/x", 0o755}}

func TestTar(t *testing.T) {
	plain, err := gzip.NewReader(bytes.NewReader(packed(t, ".tar.gz", time.Unix(1, 0))))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(plain)
	for _, w := range want {
		h, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if h.Name != w.name || h.Mode != w.mode || h.Uid != 0 || h.Gid != 0 || h.ModTime.Unix() != 1767312000 {
			t.Errorf("there is %+v, want %+v", h, w)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("there is more: %v", err)
	}
}

func TestZip(t *testing.T) {
	b := packed(t, ".zip", time.Unix(1, 0))
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.File) != len(want) {
		t.Fatalf("there are %d files", len(r.File))
	}
	for i, w := range want {
		if f := r.File[i]; f.Name != w.name || int64(f.Mode().Perm()) != w.mode || f.Modified.Unix() != 1767312000 {
			t.Errorf("there is %+v, want %+v", f.FileHeader, w)
		}
	}
}
