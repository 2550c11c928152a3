package signin

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"mailcheck/internal/files"
)

// Problem is why secrets cannot be read or kept.
type Problem int

// The problems.
const (
	NoFolder   Problem = iota + 1 // there is no folder for settings
	NoKeyring                     // the system has no keyring, or none that runs
	Locked                        // the keyring did not answer in time: somebody has to unlock it
	Refused                       // the keyring said no
	TooLong                       // the secrets are longer than the keyring takes
	Lost                          // there are no secrets where they should be
	Exposed                       // others may read or change the file
	Unreadable                    // the file cannot be read
	Unwritable                    // the file cannot be written
	Busy                          // another mailcheck is at it for too long
	NotKept                       // a new refresh token could not be kept, and the old one may be void
)

// Error is why secrets cannot be read or kept.
type Error struct {
	Problem Problem
	Where   string // the file, if it is about one
	Err     error  // what was said; may be nil
}

func (e *Error) Unwrap() error { return e.Err }

func (e *Error) Error() string {
	what := map[Problem]string{
		NoFolder: "there is no folder for settings", NoKeyring: "this system has no keyring, or none that runs",
		Locked: "the system's keyring does not answer", Refused: "the system's keyring refuses",
		TooLong: "the tokens are longer than the system's keyring takes", Lost: "the kept tokens are gone",
		Unreadable: "what is kept cannot be read", Unwritable: "nothing can be kept",
		Busy: "another mailcheck is renewing a sign-in", NotKept: "the new tokens could not be kept",
	}[e.Problem]
	switch exposed, ok := errors.AsType[*files.Exposed](e.Err); {
	case ok:
		return "a secret is not read from there: " + exposed.Error()
	case e.Where != "" && e.Err == nil:
		return what + ": " + e.Where
	case e.Err != nil && e.Problem != NoKeyring && e.Problem != Locked && e.Problem != Busy:
		return fmt.Sprintf("%s: %v", what, e.Err)
	}
	return what
}

// Remedy is what the user can do.
func (e *Error) Remedy() string {
	const file = "keep the tokens in a file of your own: mailcheck login with --token-store FILE"
	switch e.Problem {
	case NoFolder:
		return "set HOME, or XDG_CONFIG_HOME, to a folder of yours"
	case NoKeyring, TooLong:
		return file
	case Locked:
		return "unlock the keyring, which may have asked for its password in a window; or " + file
	case Refused:
		return "unlock it, if it is locked; or " + file
	case Lost:
		return "sign in again: mailcheck login ADDRESS"
	case Exposed:
		return e.closeIt()
	case Unreadable:
		return "if nothing else helps, remove the file and sign in again"
	case Busy:
		return "wait a moment and try again"
	case NotKept:
		return "sign in again: mailcheck login ADDRESS"
	}
	return ""
}

// closeIt says how to make a file fit for secrets.
func (e *Error) closeIt() string {
	exposed, _ := errors.AsType[*files.Exposed](e.Err)
	switch {
	case exposed == nil || exposed.Why != files.Readable:
		return "name a regular file of your own"
	case filepath.Base(e.Where) == indexName:
		return "if you trust what is in it: chmod 600 " + e.Where
	}
	return "chmod 600 " + e.Where + "; whoever could read it may have the tokens, so log out and sign in again"
}

// notRead says why a file was not read.
func notRead(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, ok := errors.AsType[*files.Exposed](err); ok {
		return &Error{Problem: Exposed, Where: name, Err: err}
	}
	return &Error{Problem: Unreadable, Where: name, Err: err}
}
