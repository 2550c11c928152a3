// Package signin keeps sign-ins: that the owner of an address gave mailcheck leave to log in
// with OAuth2, and what is needed to get an access token without asking again.
//
// The secrets, a refresh token and perhaps the secret of an app, are in the keyring of the
// system, or in a file for its owner alone where the user wants that. Keyrings cannot list
// what they hold, so an index beside mailcheck's settings says which sign-ins there are; it
// has no secret in it. Access tokens are kept nowhere.
//
// One program at a time uses a [Store]: a refresh token may be void as soon as it was used
// once, so two that use the same one would lose the sign-in.
package signin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/internal/files"
	"mailcheck/internal/oauth"
)

// SignIn is what is known of a sign-in but for its secrets.
type SignIn struct {
	Address   mailcheck.Address `json:"-"`
	Endpoints oauth.Endpoints   `json:"-"` // as far as the token is renewed and ended there
	ClientID  string
	Scopes    []string
	File      string    // where the secrets are; empty for the keyring
	Made      time.Time // when the owner signed in
}

// Secrets is what nobody else may know.
type Secrets struct {
	Refresh string `json:"refresh_token"`
	App     string `json:"client_secret,omitempty"`
}

// Store is where the sign-ins of this user are.
type Store struct {
	folder  string
	keyring keyring
}

// Open returns the store of whoever runs the program, below the folder for settings. Nothing
// is read or made yet. A folder that this user cannot come to is another's: what monitors
// and other services run has the HOME of whoever started them.
func Open() (*Store, error) {
	settings, err := os.UserConfigDir()
	if err == nil {
		_, err = os.Stat(settings)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Problem: NoFolder, Err: err}
	}
	return &Store{folder: filepath.Join(settings, "mailcheck"), keyring: systemKeyring{}}, nil
}

// Names of the files in the store's folder.
const (
	indexName = "sign-ins.json"
	lockName  = "sign-ins.lock"
)

// maxIndex and maxSecrets are far more than anybody's index and file of secrets have.
const (
	maxIndex   = 4 << 20
	maxSecrets = 1 << 20
)

// All returns the sign-ins there are, by address.
func (s *Store) All(ctx context.Context) ([]SignIn, error) {
	x, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	var all []SignIn
	for _, e := range x.SignIns {
		in, err := e.signIn()
		if err != nil {
			return nil, &Error{Problem: Unreadable, Where: s.index(), Err: err}
		}
		all = append(all, in)
	}
	slices.SortFunc(all, func(a, b SignIn) int { return cmp.Compare(key(a.Address), key(b.Address)) })
	return all, nil
}

// Find returns the sign-in of an address, if there is one. Where nobody ever signed in that
// costs one look for a file.
func (s *Store) Find(ctx context.Context, a mailcheck.Address) (SignIn, bool, error) {
	all, err := s.All(ctx)
	i := slices.IndexFunc(all, func(in SignIn) bool { return key(in.Address) == key(a) })
	if err != nil || i < 0 {
		return SignIn{}, false, err
	}
	return all[i], true, nil
}

// Ready reports whether secrets of an address can be kept in a file, or in the keyring where
// that is empty: nobody wants to hear that after having signed in. It may wait for the owner
// to unlock the keyring.
func (s *Store) Ready(ctx context.Context, a mailcheck.Address, file string) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	unlock()
	if _, err := s.read(ctx); err != nil {
		return err
	}
	if file != "" {
		return fileReady(ctx, file)
	}
	_, err = s.fromKeyring(ctx, a)
	if e, ok := errors.AsType[*Error](err); ok && e.Problem == Lost {
		return nil
	}
	return err
}

// Keep keeps a sign-in in the place of any other of its address. The secrets are written
// first: an index that names none is worse than secrets that nobody names.
func (s *Store) Keep(ctx context.Context, in SignIn, secrets Secrets) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	x, err := s.read(ctx)
	if err != nil {
		return err
	}
	if err := s.write(ctx, in, secrets); err != nil {
		return err
	}
	old, there := x.take(in.Address)
	x.SignIns = append(x.SignIns, entryOf(in))
	if err := s.writeIndex(ctx, x); err != nil {
		return err
	}
	if there && old.File != in.File {
		if forgotten, err := old.signIn(); err == nil {
			_ = s.forget(ctx, forgotten) // it is of no use any more, and nobody asked for its end
		}
	}
	return nil
}

// Remove forgets the sign-in of an address. Where there is none it does nothing.
func (s *Store) Remove(ctx context.Context, a mailcheck.Address) error {
	if _, there, err := s.Find(ctx, a); err != nil || !there {
		return err
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	x, err := s.read(ctx)
	if err != nil {
		return err
	}
	e, there := x.take(a)
	if !there {
		return nil
	}
	in, err := e.signIn()
	if err != nil {
		return &Error{Problem: Unreadable, Where: s.index(), Err: err}
	}
	if err := s.forget(ctx, in); err != nil {
		return err
	}
	return s.writeIndex(ctx, x)
}

// Secrets returns those of a sign-in.
func (s *Store) Secrets(ctx context.Context, in SignIn) (Secrets, error) {
	if in.File == "" {
		return s.fromKeyring(ctx, in.Address)
	}
	kept, err := readFile(ctx, in.File)
	if err != nil {
		return Secrets{}, err
	}
	secrets, ok := kept.SignIns[key(in.Address)]
	if !ok || secrets.Refresh == "" {
		return Secrets{}, &Error{Problem: Lost, Where: in.File}
	}
	return secrets, nil
}

// write keeps the secrets of a sign-in where it says.
func (s *Store) write(ctx context.Context, in SignIn, secrets Secrets) error {
	if in.File == "" {
		return s.toKeyring(ctx, in.Address, secrets)
	}
	kept, err := readFile(ctx, in.File)
	if err != nil {
		return err
	}
	kept.SignIns[key(in.Address)] = secrets
	return writeFile(ctx, in.File, kept)
}

// forget removes the secrets of a sign-in; that they are gone is no error.
func (s *Store) forget(ctx context.Context, in SignIn) error {
	if in.File == "" {
		return s.outOfKeyring(ctx, in.Address)
	}
	kept, err := readFile(ctx, in.File)
	if err != nil {
		return err
	}
	delete(kept.SignIns, key(in.Address))
	if len(kept.SignIns) > 0 {
		return writeFile(ctx, in.File, kept)
	}
	if err := os.Remove(in.File); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &Error{Problem: Unwritable, Where: in.File, Err: err}
	}
	return nil
}

// key is how an address is found: most servers take all spellings for one user.
func key(a mailcheck.Address) string { return strings.ToLower(a.String()) }

// makeFolder makes the folder of the store, for the user alone.
func (s *Store) makeFolder() error {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return &Error{Problem: Unwritable, Where: s.folder, Err: err}
	}
	return nil
}

// lock has other programs wait until unlock is called.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	if err := s.makeFolder(); err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, lockTime)
	defer cancel()
	name := filepath.Join(s.folder, lockName)
	unlock, err = files.Lock(waiting, name)
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, files.ErrBusy):
		return nil, &Error{Problem: Busy, Where: name, Err: err}
	case err != nil:
		return nil, &Error{Problem: Unwritable, Where: name, Err: err}
	}
	return unlock, nil
}

// encode writes a document for people who look at it, too.
func encode(document any) ([]byte, error) {
	body, err := json.MarshalIndent(document, "", "  ")
	return append(body, '\n'), err
}
