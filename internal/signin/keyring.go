package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	zalando "github.com/zalando/go-keyring"

	"mailcheck"
)

// service is what mailcheck is called in keyrings.
const service = "mailcheck"

// maxItem is what the keyring of a system takes: that of Windows 2560 bytes
// (CRED_MAX_CREDENTIAL_BLOB_SIZE of wincred.h), that of macOS a command of 4096 with the
// address in it, in Base64. The others have no limit that a token reaches.
func maxItem(system string) int {
	switch system {
	case "windows":
		return 2560
	case "darwin":
		return 2560
	}
	return 64 << 10
}

// keyring is what a store needs of a keyring. Its methods may take for ever.
type keyring interface {
	running() bool // whether there is one, without starting anything
	get(user string) (string, error)
	set(user, secret string) error
	remove(user string) error
}

// systemKeyring is the Secret Service of the desktop, the keychain of macOS, or the
// credential manager of Windows.
type systemKeyring struct{}

// running looks for the session bus where the keyring is reached over it: a program that
// asks without one would start a bus and a keyring of its own, and they would stay.
func (systemKeyring) running() bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return true
	}
	return sessionBus(os.Getenv("DBUS_SESSION_BUS_ADDRESS"), filepath.Join("/run/user", strconv.Itoa(os.Getuid())))
}

// sessionBus reports whether there is a session bus: at an address, or at the usual place in
// the folder of the user's session.
func sessionBus(address, folder string) bool {
	if address != "" && !strings.HasPrefix(address, "autolaunch:") {
		return true
	}
	info, err := os.Stat(filepath.Join(folder, "bus"))
	return err == nil && info.Mode()&os.ModeSocket != 0 && address == ""
}

func (systemKeyring) get(user string) (string, error) { return zalando.Get(service, user) }
func (systemKeyring) set(user, secret string) error   { return zalando.Set(service, user, secret) }
func (systemKeyring) remove(user string) error        { return zalando.Delete(service, user) }

// ask does something with the keyring within its time. What hangs is left behind: nothing
// ends it but the program. A keyring that goes away in the middle must not take the program
// with it, which the library lets it do.
func (s *Store) ask(ctx context.Context, do func() (string, error)) (string, error) {
	if !s.keyring.running() {
		return "", &Error{Problem: NoKeyring}
	}
	type answer struct {
		secret string
		err    error
	}
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- answer{err: errors.New("it went away")}
			}
		}()
		secret, err := do()
		done <- answer{secret, err}
	}()
	timer := time.NewTimer(keyringTime)
	defer timer.Stop()
	select {
	case a := <-done:
		return a.secret, notAsked(a.err)
	case <-timer.C:
		return "", &Error{Problem: Locked}
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return "", &Error{Problem: Locked}
		}
		return "", context.Cause(ctx)
	}
}

// notAsked says why a keyring did not do what it was asked.
func notAsked(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, zalando.ErrNotFound):
		return &Error{Problem: Lost}
	case errors.Is(err, zalando.ErrSetDataTooBig):
		return &Error{Problem: TooLong}
	case errors.Is(err, zalando.ErrUnsupportedPlatform):
		return &Error{Problem: NoKeyring}
	}
	return &Error{Problem: Refused, Err: errors.New(mailcheck.Clean(err.Error()))}
}

func (s *Store) fromKeyring(ctx context.Context, a mailcheck.Address) (Secrets, error) {
	text, err := s.ask(ctx, func() (string, error) { return s.keyring.get(key(a)) })
	if err != nil {
		return Secrets{}, err
	}
	var secrets Secrets
	if err := json.Unmarshal([]byte(text), &secrets); err != nil || secrets.Refresh == "" {
		return Secrets{}, &Error{Problem: Lost} // somebody else's, or half of it; what json says quotes it
	}
	return secrets, nil
}

func (s *Store) toKeyring(ctx context.Context, a mailcheck.Address, secrets Secrets) error {
	text, err := json.Marshal(secrets)
	if err != nil {
		return err
	}
	if most := maxItem(runtime.GOOS); len(text) > most {
		return &Error{Problem: TooLong, Err: fmt.Errorf("%d bytes, of %d at most", len(text), most)}
	}
	_, err = s.ask(ctx, func() (string, error) { return "", s.keyring.set(key(a), string(text)) })
	return err
}

func (s *Store) outOfKeyring(ctx context.Context, a mailcheck.Address) error {
	_, err := s.ask(ctx, func() (string, error) { return "", s.keyring.remove(key(a)) })
	if e, ok := errors.AsType[*Error](err); ok && e.Problem == Lost {
		return nil
	}
	return err
}
