package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mailcheck/internal/files"
)

// secretFile is the document with the secrets of the sign-ins that are kept in a file, by
// address.
type secretFile struct {
	Schema  int                `json:"schema"`
	SignIns map[string]Secrets `json:"sign_ins"`
}

// readFile returns the secrets in a file; none where it does not exist.
func readFile(ctx context.Context, name string) (secretFile, error) {
	kept, none := secretFile{}, secretFile{Schema: 1, SignIns: map[string]Secrets{}}
	body, err := files.ReadPrivate(ctx, name, maxSecrets)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	} else if err != nil {
		return none, notRead(ctx, name, err)
	}
	err = json.Unmarshal(body, &kept)
	if err != nil || kept.Schema != 1 || kept.SignIns == nil {
		return none, &Error{Problem: Unreadable, Where: name, Err: fmt.Errorf("%s has something else in it than tokens that mailcheck keeps", name)} // what json says quotes it
	}
	return kept, nil
}

// fileReady reports whether secrets can be kept in a file: it has nothing else in it, and
// its folder takes new files, which take its place.
func fileReady(ctx context.Context, name string) error {
	if _, err := readFile(ctx, name); err != nil {
		return err
	}
	trial, err := os.CreateTemp(filepath.Dir(name), ".mailcheck-")
	if err != nil {
		return &Error{Problem: Unwritable, Where: name, Err: err}
	}
	trial.Close()
	if err := os.Remove(trial.Name()); err != nil {
		return &Error{Problem: Unwritable, Where: name, Err: err}
	}
	return nil
}

func writeFile(ctx context.Context, name string, kept secretFile) error {
	body, err := encode(kept)
	if err == nil {
		err = files.Write(ctx, name, body, 0o600)
	}
	if err != nil {
		return &Error{Problem: Unwritable, Where: name, Err: err}
	}
	return nil
}
