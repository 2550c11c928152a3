package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/internal/files"
	"mailcheck/internal/oauth"
)

// index is the document that says which sign-ins there are, and which apps were registered
// at issuers: each try to sign in would leave another one there.
type index struct {
	Schema  int     `json:"schema"`
	SignIns []entry `json:"sign_ins"`
	Apps    []app   `json:"apps,omitempty"`
}

// entry is a sign-in as it is written.
type entry struct {
	Address  string    `json:"address"`
	Issuer   string    `json:"issuer"`
	Token    string    `json:"token_endpoint"`
	Revoke   string    `json:"revocation_endpoint,omitempty"`
	Basic    bool      `json:"client_secret_basic,omitempty"`
	ClientID string    `json:"client_id"`
	Scopes   []string  `json:"scopes"`
	File     string    `json:"file,omitempty"`
	Made     time.Time `json:"made"`
}

// app is what an issuer that registers programs calls this one.
type app struct {
	Issuer   string `json:"issuer"`
	ClientID string `json:"client_id"`
}

func entryOf(in SignIn) entry {
	e := in.Endpoints
	return entry{in.Address.String(), e.Issuer, e.Token, e.Revoke, e.Basic, in.ClientID, in.Scopes, in.File, in.Made.UTC().Truncate(time.Second)}
}

// signIn reads an entry. Nobody but the user can have changed it; that it makes sense is
// looked at all the same, since a token follows it.
func (e entry) signIn() (SignIn, error) {
	a, err := mailcheck.ParseAddress(e.Address)
	switch {
	case err != nil:
		return SignIn{}, err
	case !strings.HasPrefix(e.Token, "https://") || e.Revoke != "" && !strings.HasPrefix(e.Revoke, "https://"):
		return SignIn{}, fmt.Errorf("%s: an endpoint is not https", a)
	case e.ClientID == "" || e.Issuer == "" || !mailcheck.Printable(e.Issuer+e.ClientID+e.File):
		return SignIn{}, fmt.Errorf("%s: the issuer or the client id makes no sense", a)
	}
	return SignIn{
		Address:   a,
		Endpoints: oauth.Endpoints{Issuer: e.Issuer, Token: e.Token, Revoke: e.Revoke, Basic: e.Basic, Scopes: e.Scopes},
		ClientID:  e.ClientID, Scopes: e.Scopes, File: e.File, Made: e.Made,
	}, nil
}

// take removes the entry of an address and returns it, if there is one.
func (x *index) take(a mailcheck.Address) (entry, bool) {
	i := slices.IndexFunc(x.SignIns, func(e entry) bool { return strings.ToLower(e.Address) == key(a) })
	if i < 0 {
		return entry{}, false
	}
	e := x.SignIns[i]
	x.SignIns = slices.Delete(x.SignIns, i, i+1)
	return e, true
}

// index is the name of the document.
func (s *Store) index() string { return filepath.Join(s.folder, indexName) }

// read returns the index; an empty one where there is none yet.
func (s *Store) read(ctx context.Context) (*index, error) {
	x := &index{Schema: 1}
	body, err := files.ReadPrivate(ctx, s.index(), maxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	} else if err != nil {
		return nil, notRead(ctx, s.index(), err)
	}
	if err := json.Unmarshal(body, x); err != nil {
		return nil, &Error{Problem: Unreadable, Where: s.index(), Err: fmt.Errorf("not the JSON that mailcheck writes: %w", err)}
	}
	return x, nil
}

func (s *Store) writeIndex(ctx context.Context, x *index) error {
	body, err := encode(x)
	if err == nil {
		err = files.Write(ctx, s.index(), body, 0o600)
	}
	if err != nil {
		return &Error{Problem: Unwritable, Where: s.index(), Err: err}
	}
	return nil
}

// App returns the id that an issuer has given mailcheck, if it has.
func (s *Store) App(ctx context.Context, issuer string) (id string, _ error) {
	x, err := s.read(ctx)
	if err != nil {
		return "", err
	}
	for _, a := range x.Apps {
		if a.Issuer == issuer {
			id = a.ClientID
		}
	}
	return id, nil
}

// KeepApp keeps the id that an issuer has given mailcheck.
func (s *Store) KeepApp(ctx context.Context, issuer, id string) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	x, err := s.read(ctx)
	if err != nil {
		return err
	}
	x.Apps = slices.DeleteFunc(x.Apps, func(a app) bool { return a.Issuer == issuer })
	if id != "" {
		x.Apps = append(x.Apps, app{issuer, id})
	}
	return s.writeIndex(ctx, x)
}
