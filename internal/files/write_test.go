package files_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"mailcheck/internal/files"
)

func content(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}

// names are what is in a folder.
func names(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "file")
	for _, body := range []string{"a longer one", "short"} {
		if err := files.Write(t.Context(), name, []byte(body), 0o644); err != nil || content(t, name) != body {
			t.Errorf("%v: %q", err, content(t, name))
		}
	}
	if got := names(t, folder); got != "file" {
		t.Errorf("there is %s", got)
	}
	if err := files.Write(t.Context(), folder, nil, 0o644); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("a folder: %v", err)
	}
	if err := files.Write(t.Context(), filepath.Join(folder, "no", "file"), nil, 0o644); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := files.Write(ctx, name, []byte("late"), 0o644); !errors.Is(err, context.Canceled) {
		t.Errorf("too late: %v", err)
	}
}

// A link stays one, and the modes of files are kept or closed.
func TestWriteOnUnix(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege there, and modes mean nothing")
	}
	folder := t.TempDir()
	file, link := filepath.Join(folder, "file"), filepath.Join(folder, "link")
	if err := errors.Join(os.WriteFile(file, []byte("old"), 0o640), os.Symlink("file", link), os.Symlink("nowhere", filepath.Join(folder, "broken"))); err != nil {
		t.Fatal(err)
	}
	if err := files.Write(t.Context(), link, []byte("new"), 0o644); err != nil || content(t, file) != "new" {
		t.Errorf("%v: %q", err, content(t, file))
	}
	if to, err := os.Readlink(link); to != "file" {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	mode := func() fs.FileMode {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode()
	}
	if mode() != 0o640 {
		t.Errorf("the mode is %v", mode())
	}
	if err := files.Write(t.Context(), file, []byte("secret"), 0o600); err != nil || mode() != 0o600 {
		t.Errorf("%v: the mode is %v", err, mode())
	}
	if err := files.Write(t.Context(), filepath.Join(folder, "broken"), nil, 0o644); err == nil || !strings.Contains(err.Error(), "leads nowhere") {
		t.Errorf("a broken link: %v", err)
	}
	for _, device := range []string{"/dev/null", "/dev/full", "/dev/tty"} {
		if _, err := os.Stat(device); err != nil {
			continue
		}
		if err := files.Write(t.Context(), device, nil, 0o644); err == nil || !strings.Contains(err.Error(), "no regular file") {
			t.Errorf("%s: %v", device, err)
		}
	}
}

// What is there stays, unless it may be replaced.
func TestWriteNew(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "file")
	if err := files.WriteNew(t.Context(), name, []byte("1"), 0o600); err != nil || content(t, name) != "1" {
		t.Error(err)
	}
	if err := files.WriteNew(t.Context(), name, []byte("2"), 0o600); !errors.Is(err, files.ErrThere) || content(t, name) != "1" {
		t.Errorf("where a file is: %v", err)
	}
	if got := names(t, folder); got != "file" {
		t.Errorf("there is %s", got)
	}
}

func TestWriteFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	both := []files.File{{Name: "a/one", Mode: 0o644, Body: []byte("1")}, {Name: "two", Mode: 0o600, Body: []byte("2")}}
	if err := files.WriteFolder(t.Context(), folder, both, false); err != nil || content(t, filepath.Join(folder, "a", "one"))+content(t, filepath.Join(folder, "two")) != "12" {
		t.Error(err)
	}
	third := []files.File{{Name: "b/c/zero", Mode: 0o644}, both[1]}
	if err := files.WriteFolder(t.Context(), folder, third, false); !errors.Is(err, files.ErrThere) || !strings.HasSuffix(err.Error(), "it is there already, and is not replaced") {
		t.Errorf("where a file is: %v", err)
	}
	if got := names(t, folder); got != "a two" {
		t.Errorf("half a setup is left: %s", got)
	}
	both[0].Body, both[1].Body = []byte("3"), []byte("4")
	if err := files.WriteFolder(t.Context(), folder, both, true); err != nil || content(t, filepath.Join(folder, "a", "one"))+content(t, filepath.Join(folder, "two")) != "34" {
		t.Errorf("replaced: %v", err)
	}
	if got := names(t, folder) + names(t, filepath.Join(folder, "a")); got != "a twoone" {
		t.Errorf("there is %s", got)
	}
	if err := files.WriteFolder(t.Context(), folder, []files.File{both[1], {Name: "a", Mode: 0o644}}, true); err == nil || !strings.HasSuffix(err.Error(), "no regular file") {
		t.Errorf("where a folder is: %v", err)
	}
	if got := names(t, folder) + content(t, filepath.Join(folder, "two")); got != "a two4" {
		t.Errorf("there is %s", got)
	}
	other := folder + "er"
	if err := files.WriteFolder(t.Context(), other, []files.File{both[0], {Name: "../out", Mode: 0o644}}, false); err == nil {
		t.Error("a file outside the folder was written")
	}
	if _, err := os.Stat(other); err == nil {
		t.Error("half a setup is left in a new folder")
	}
}
