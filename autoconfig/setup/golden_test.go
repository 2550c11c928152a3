package setup

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGolden shows each format's files for one account.
func TestGolden(t *testing.T) {
	for _, f := range Formats {
		made, err := f.Make(everything(), Options{Name: `Alice "A" Lïddell`})
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range made.Files {
			name := filepath.Join("testdata", file.Name)
			if *update {
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, file.Body(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Ext(name) != ".png" {
				want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")) // a checkout on Windows may have added the \r
			}
			if diff := cmp.Diff(string(want), string(file.Body())); diff != "" {
				t.Errorf("%s: -want +got:\n%s", file.Name, diff)
			}
		}
	}
}

// The identifiers of an account never change, or an update would make a second one.
func TestStableUUID(t *testing.T) {
	if got, want := stableUUID("mailcheck:mail:alice@example.com"), "A6901BCB-9830-5F7D-8398-D75E4DE221EB"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if stableUUID("a") == stableUUID("b") {
		t.Error("two names have one UUID")
	}
}
