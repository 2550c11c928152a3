package signin

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	zalando "github.com/zalando/go-keyring"

	"mailcheck"
	"mailcheck/internal/files"
	"mailcheck/internal/oauth"
)

// fakeKeyring is one in memory, with the faults of real ones.
type fakeKeyring struct {
	absent bool
	items  map[string]string
	fail   error
	hang   chan struct{} // where it waits until closed, if not nil
	broken bool          // it panics, as the library does where the bus goes away
}

func (k *fakeKeyring) running() bool { return !k.absent }

func (k *fakeKeyring) wait() error {
	if k.hang != nil {
		<-k.hang
	}
	if k.broken {
		var signal *struct{ Name string }
		_ = signal.Name
	}
	return k.fail
}

func (k *fakeKeyring) get(user string) (string, error) {
	if err := k.wait(); err != nil {
		return "", err
	}
	if secret, ok := k.items[user]; ok {
		return secret, nil
	}
	return "", zalando.ErrNotFound
}

func (k *fakeKeyring) set(user, secret string) error {
	if err := k.wait(); err != nil {
		return err
	}
	if k.items == nil {
		k.items = map[string]string{}
	}
	k.items[user] = secret
	return nil
}

func (k *fakeKeyring) remove(user string) error {
	if err := k.wait(); err != nil {
		return err
	}
	if _, ok := k.items[user]; !ok {
		return zalando.ErrNotFound
	}
	delete(k.items, user)
	return nil
}

// storeIn is a store in a folder, with a keyring.
func storeIn(t *testing.T, k *fakeKeyring) *Store {
	return &Store{folder: filepath.Join(t.TempDir(), "mailcheck"), keyring: k}
}

// aliceAt is Alice's sign-in, with its secrets in a file or the keyring.
func aliceAt(file string) SignIn {
	return SignIn{
		Address:   mailcheck.Address{Local: "Alice", Domain: "example.com"},
		Endpoints: oauth.Endpoints{Issuer: "https://login.example.com", Token: "https://login.example.com/token", Revoke: "https://login.example.com/revoke", Scopes: []string{"mail"}},
		ClientID:  "id", Scopes: []string{"mail"}, File: file, Made: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC),
	}
}

// wants fails unless an error is of a kind, has a remedy and no secret.
func wants(t *testing.T, err error, p Problem) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok || e.Problem != p:
		t.Errorf("want problem %d: %v", p, err)
	case e.Remedy() == "" && p != Unwritable, strings.Contains(e.Error()+e.Remedy(), "refresh-1"):
		t.Errorf("%q, %q", e.Error(), e.Remedy())
	}
}

func TestKeepFindRemove(t *testing.T) {
	folder := t.TempDir()
	for name, file := range map[string]string{"keyring": "", "file": filepath.Join(folder, "tokens")} {
		t.Run(name, func(t *testing.T) {
			k := &fakeKeyring{}
			s, ctx := storeIn(t, k), t.Context()
			other := mailcheck.Address{Local: "bob", Domain: "example.com"}
			alice := aliceAt(file)
			if _, there, err := s.Find(ctx, alice.Address); there || err != nil {
				t.Errorf("found %v, %v", there, err)
			}
			if _, err := os.Stat(s.folder); err == nil {
				t.Error("looking for a sign-in made a folder")
			}
			if err := s.Ready(ctx, alice.Address, file); err != nil {
				t.Fatal(err)
			}
			if err := s.Keep(ctx, alice, Secrets{Refresh: "refresh-1", App: "app-secret"}); err != nil {
				t.Fatal(err)
			}
			lower := mailcheck.Address{Local: "alice", Domain: "example.com"}
			in, there, err := s.Find(ctx, lower)
			if !there || err != nil || in.Address.String() != "Alice@example.com" || in.Endpoints.Token != "https://login.example.com/token" || !in.Made.Equal(alice.Made) {
				t.Errorf("found %+v, %v, %v", in, there, err)
			}
			if secrets, err := s.Secrets(ctx, in); err != nil || secrets != (Secrets{"refresh-1", "app-secret"}) {
				t.Errorf("secrets %v, %v", secrets, err)
			}
			index, err := os.ReadFile(s.index())
			if err != nil || strings.Contains(string(index), "refresh-1") || strings.Contains(string(index), "app-secret") {
				t.Errorf("the index: %v\n%s", err, index)
			}
			if err := errors.Join(s.Remove(ctx, other), s.Remove(ctx, lower), s.Remove(ctx, lower)); err != nil {
				t.Error(err)
			}
			if all, err := s.All(ctx); len(all) != 0 || err != nil || len(k.items) != 0 {
				t.Errorf("left: %v, %v, %v", all, err, k.items)
			}
			if file != "" {
				if _, err := os.Stat(file); err == nil {
					t.Error("the file stays without anything in it")
				}
			}
		})
	}
}

// A sign-in that is made again elsewhere leaves nothing behind where it was.
func TestKeepElsewhere(t *testing.T) {
	k := &fakeKeyring{}
	s, ctx := storeIn(t, k), t.Context()
	file := filepath.Join(t.TempDir(), "tokens")
	for _, where := range []string{"", file, ""} {
		if err := s.Keep(ctx, aliceAt(where), Secrets{Refresh: "refresh-1"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(file); err == nil || len(k.items) != 1 {
		t.Errorf("left: %v, %v", err, k.items)
	}
	if all, err := s.All(ctx); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestKeyringFaults(t *testing.T) {
	a := aliceAt("").Address
	faults := map[Problem]*fakeKeyring{
		NoKeyring: {absent: true},
		Refused:   {fail: errors.New("failed to unlock correct collection")},
		TooLong:   {fail: zalando.ErrSetDataTooBig},
	}
	for problem, k := range faults {
		s := storeIn(t, k)
		wants(t, s.Ready(t.Context(), a, ""), problem)
		wants(t, s.Keep(t.Context(), aliceAt(""), Secrets{Refresh: "refresh-1"}), problem)
		if all, err := s.All(t.Context()); len(all) != 0 || err != nil {
			t.Errorf("the index names what was not kept: %v, %v", all, err)
		}
	}
	s := storeIn(t, &fakeKeyring{broken: true})
	wants(t, s.Ready(t.Context(), a, ""), Refused)
	k := &fakeKeyring{}
	s = storeIn(t, k)
	if err := s.Keep(t.Context(), aliceAt(""), Secrets{Refresh: "refresh-1"}); err != nil {
		t.Fatal(err)
	}
	in := aliceAt("")
	for _, item := range []string{"", "{", `{"refresh_token":""}`, "somebody else's refresh-1"} {
		k.items[key(a)] = item
		_, err := s.Secrets(t.Context(), in)
		wants(t, err, Lost)
	}
	wants(t, s.Keep(t.Context(), in, Secrets{Refresh: strings.Repeat("x", maxItem(runtime.GOOS))}), TooLong)
}

// A locked keyring waits for somebody to unlock it; the program does not, for long.
func TestKeyringHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &fakeKeyring{hang: make(chan struct{})}
		defer close(k.hang)
		s := storeIn(t, k)
		began := time.Now()
		wants(t, s.Ready(t.Context(), aliceAt("").Address, ""), Locked)
		if waited := time.Since(began); waited != keyringTime {
			t.Errorf("after %v", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		wants(t, s.Ready(ctx, aliceAt("").Address, ""), Locked)
		stopped, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { stop(errors.New("Ctrl-C")) })
		if err := s.Ready(stopped, aliceAt("").Address, ""); err == nil || err.Error() != "Ctrl-C" {
			t.Errorf("stopped: %v", err)
		}
	})
}

// The sizes of keyrings are those of the systems, not of this one.
func TestMaxItem(t *testing.T) {
	for system, most := range map[string]int{"windows": 2560, "darwin": 2560, "linux": 64 << 10} {
		if maxItem(system) != most {
			t.Errorf("%s: %d", system, maxItem(system))
		}
	}
}

// A folder for settings that comes about with the first file in it is one, and what this user
// cannot come to is not.
func TestOpen(t *testing.T) {
	home := t.TempDir()
	settings := func(folder string) {
		for _, name := range []string{"XDG_CONFIG_HOME", "HOME", "AppData"} {
			t.Setenv(name, folder)
		}
	}
	settings(filepath.Join(home, "new"))
	if _, err := Open(); err != nil {
		t.Error(err)
	}
	if runtime.GOOS == "windows" {
		t.Skip("Windows has other permissions")
	}
	if err := os.WriteFile(filepath.Join(home, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	settings(filepath.Join(home, "file", "inside"))
	_, err := Open()
	wants(t, err, NoFolder)
	if os.Getuid() == 0 {
		t.Skip("root may go everywhere")
	}
	shut := filepath.Join(home, "another's")
	if err := os.Mkdir(shut, 0); err != nil {
		t.Fatal(err)
	}
	settings(filepath.Join(shut, "inside"))
	_, err = Open()
	wants(t, err, NoFolder)
}

func TestSessionBus(t *testing.T) {
	folder := t.TempDir()
	if sessionBus("", folder) || sessionBus("autolaunch:", folder) || sessionBus("autolaunch:scope=user", folder) || !sessionBus("unix:path=/run/user/0/bus", folder) {
		t.Error("what leads to a bus, or starts one, is mistaken")
	}
	if err := os.WriteFile(filepath.Join(folder, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if sessionBus("", folder) {
		t.Error("a file is taken for a socket")
	}
}

func TestFileFaults(t *testing.T) {
	folder := t.TempDir()
	s, a := storeIn(t, &fakeKeyring{}), aliceAt("").Address
	put := func(name, content string, mode os.FileMode) string {
		name = filepath.Join(folder, name)
		if err := errors.Join(os.WriteFile(name, []byte(content), 0o600), os.Chmod(name, mode)); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, content := range []string{"", "refresh-1", `{"schema":1}`, `{"schema":2,"sign_ins":{}}`, `{"schema":1,"sign_ins":{"a":"refresh-1"}}`} {
		file := put("other", content, 0o600)
		wants(t, s.Ready(t.Context(), a, file), Unreadable)
		wants(t, s.Keep(t.Context(), aliceAt(file), Secrets{Refresh: "refresh-1"}), Unreadable)
		if kept, err := os.ReadFile(file); err != nil || string(kept) != content {
			t.Errorf("somebody else's file became %q, %v", kept, err)
		}
	}
	wants(t, s.Ready(t.Context(), a, folder), Exposed)
	wants(t, s.Ready(t.Context(), a, filepath.Join(folder, "no", "file")), Unwritable)
	wants(t, s.Keep(t.Context(), aliceAt(filepath.Join(folder, "no", "file")), Secrets{Refresh: "refresh-1"}), Unwritable)
	if _, err := s.Secrets(t.Context(), aliceAt(filepath.Join(folder, "none"))); err != nil {
		wants(t, err, Lost)
	}
	if runtime.GOOS == "windows" {
		return // modes mean nothing there
	}
	file := put("open", `{"schema":1,"sign_ins":{}}`, 0o644)
	wants(t, s.Ready(t.Context(), a, file), Exposed)
	if e, ok := errors.AsType[*Error](s.Ready(t.Context(), a, file)); !ok || !strings.Contains(e.Remedy(), "chmod 600") {
		t.Error("nothing is said about the mode")
	}
}

// What the index says is looked at before a token follows it.
func TestIndexFaults(t *testing.T) {
	s := storeIn(t, &fakeKeyring{})
	if err := s.Keep(t.Context(), aliceAt(""), Secrets{Refresh: "refresh-1"}); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(s.index())
	if err != nil {
		t.Fatal(err)
	}
	for old, replaced := range map[string]string{
		"https://login.example.com/token": "http://login.example.com/token", "https://login.example.com/revoke": "ftp://login.example.com/",
		"Alice@example.com": "example", `"id"`: `""`, `"schema": 1`: `"schema": "1`, `"https://login.example.com"`: `"https://login.example.com\u001b[0m"`,
	} {
		if err := os.WriteFile(s.index(), []byte(strings.Replace(string(good), old, replaced, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.Find(t.Context(), aliceAt("").Address)
		wants(t, err, Unreadable)
	}
	if runtime.GOOS != "windows" {
		if err := os.Chmod(s.index(), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := s.All(t.Context())
		wants(t, err, Exposed)
	}
}

func TestApps(t *testing.T) {
	s, ctx := storeIn(t, &fakeKeyring{}), t.Context()
	for _, id := range []string{"first", "second"} {
		if err := s.KeepApp(ctx, "https://login.example.com", id); err != nil {
			t.Fatal(err)
		}
	}
	if id, err := s.App(ctx, "https://login.example.com"); id != "second" || err != nil {
		t.Errorf("%q, %v", id, err)
	}
	if id, err := s.App(ctx, "https://login.example.org"); id != "" || err != nil {
		t.Errorf("%q, %v", id, err)
	}
	if err := s.KeepApp(ctx, "https://login.example.com", ""); err != nil {
		t.Fatal(err)
	}
	if id, err := s.App(ctx, "https://login.example.com"); id != "" || err != nil {
		t.Errorf("%q is kept, %v", id, err)
	}
}

// FuzzIndex: whatever is in the file, what is read of it can be written and read again.
func FuzzIndex(f *testing.F) {
	body, err := json.Marshal(index{Schema: 1, SignIns: []entry{entryOf(aliceAt(""))}, Apps: []app{{"https://a.example", "id"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"schema":1,"sign_ins":[{"address":"a@b.example","token_endpoint":"https:"}]}`))
	s := &Store{folder: f.TempDir(), keyring: &fakeKeyring{}}
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := os.WriteFile(s.index(), body, 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := s.All(t.Context())
		for _, in := range all {
			if again, err := entryOf(in).signIn(); err != nil || again.Endpoints.Token != in.Endpoints.Token || err == nil && key(again.Address) != key(in.Address) {
				t.Errorf("%+v became %+v, %v", in, again, err)
			}
		}
		if e, ok := errors.AsType[*Error](err); err != nil && (!ok || e.Problem != Unreadable) {
			t.Error(err)
		}
	})
}

// FuzzSecretFile: a file of somebody else's is an error that quotes nothing of it.
func FuzzSecretFile(f *testing.F) {
	f.Add([]byte(`{"schema":1,"sign_ins":{"alice@example.com":{"refresh_token":"1"}}}`))
	f.Add([]byte(`{"schema":1,"sign_ins":{"alice@example.com":"secret"}}`))
	name := filepath.Join(f.TempDir(), "tokens")
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := os.WriteFile(name, body, 0o600); err != nil {
			t.Fatal(err)
		}
		kept, err := readFile(t.Context(), name)
		if err != nil {
			wants(t, err, Unreadable)
			return
		}
		before := maps.Clone(kept.SignIns)
		if err := writeFile(t.Context(), name, kept); err != nil {
			t.Fatal(err)
		}
		if again, err := readFile(t.Context(), name); err != nil || len(again.SignIns) != len(before) {
			t.Errorf("%v: %d of %d", err, len(again.SignIns), len(before))
		}
	})
}

func TestExposedIsSaid(t *testing.T) {
	e := &Error{Problem: Exposed, Where: "/x", Err: &files.Exposed{Path: "/x", Why: files.IsLink}}
	if e.Error() != "a secret is not read from there: /x: it is a symbolic link" || e.Remedy() != "name a regular file of your own" {
		t.Errorf("%s; %s", e, e.Remedy())
	}
}
