package signin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck/internal/oauth"
)

// rotating is a server whose refresh tokens are good for once.
type rotating struct {
	mu   sync.Mutex
	next int // the number of the token that is good
}

func (r *rotating) spend(token string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if token != fmt.Sprintf("refresh-%d", r.next) {
		return "", &oauth.Refusal{Reason: oauth.SignInAgain, Code: "invalid_grant"}
	}
	r.next++
	return fmt.Sprintf("refresh-%d", r.next), nil
}

func (r *rotating) refresh(_ context.Context, _ oauth.Endpoints, app oauth.App, token string) (oauth.Token, error) {
	next, err := r.spend(token)
	return oauth.Token{Access: "access of " + app.ID, Refresh: next}, err
}

// signedIn is a store with Alice's sign-in, whose refresh token is number 1.
func signedIn(t *testing.T, k *fakeKeyring, file string) *Store {
	t.Helper()
	s := storeIn(t, k)
	if err := s.Keep(t.Context(), aliceAt(file), Secrets{Refresh: "refresh-1"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// A token that came in the place of another is kept before the access token is used.
func TestRenew(t *testing.T) {
	k := &fakeKeyring{}
	s, server := signedIn(t, k, ""), &rotating{next: 1}
	for range 3 {
		in, token, err := s.Renew(t.Context(), aliceAt("").Address, server.refresh)
		if err != nil || token.Access != "access of id" || in.Endpoints.Issuer != "https://login.example.com" {
			t.Fatalf("%v, %v", token, err)
		}
	}
	if secrets, err := s.Secrets(t.Context(), aliceAt("")); err != nil || secrets.Refresh != "refresh-4" {
		t.Errorf("%v, %v", secrets, err)
	}
	server.next = 9
	if _, _, err := s.Renew(t.Context(), aliceAt("").Address, server.refresh); err == nil {
		t.Error("a void token was renewed")
	} else if refused, ok := errors.AsType[*oauth.Refusal](err); !ok || refused.Reason != oauth.SignInAgain {
		t.Error(err)
	}
	clear(k.items)
	_, _, err := s.Renew(t.Context(), aliceAt("").Address, server.refresh)
	wants(t, err, Lost)
}

// Where the new token cannot be kept that is said, and the access token is good for once.
func TestRenewNotKept(t *testing.T) {
	k := &fakeKeyring{}
	s, server := signedIn(t, k, ""), &rotating{next: 1}
	_, token, err := s.Renew(t.Context(), aliceAt("").Address, func(ctx context.Context, e oauth.Endpoints, app oauth.App, refresh string) (oauth.Token, error) {
		k.fail = errors.New("locked meanwhile")
		return server.refresh(ctx, e, app, refresh)
	})
	wants(t, err, NotKept)
	if token.Access == "" {
		t.Error("the access token is lost, too")
	}
}

// Ctrl-C while the server is asked does not lose the token that it gives.
func TestRenewInterrupted(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, server := signedIn(t, &fakeKeyring{}, filepath.Join(folder, "tokens")), &rotating{next: 1}
		ask := func(takes time.Duration) error {
			ctx, stop := context.WithCancelCause(t.Context())
			_, _, err := s.Renew(ctx, aliceAt("").Address, func(ctx context.Context, e oauth.Endpoints, app oauth.App, refresh string) (oauth.Token, error) {
				stop(errors.New("Ctrl-C"))
				select {
				case <-time.After(takes):
					return server.refresh(ctx, e, app, refresh)
				case <-ctx.Done():
					return oauth.Token{}, ctx.Err()
				}
			})
			return err
		}
		if err := ask(time.Second); err == nil || err.Error() != "Ctrl-C" {
			t.Errorf("stopped: %v", err)
		}
		if secrets, err := s.Secrets(t.Context(), aliceAt(filepath.Join(folder, "tokens"))); err != nil || secrets.Refresh != "refresh-2" {
			t.Errorf("%v, %v", secrets, err)
		}
		began := time.Now()
		if err := ask(time.Hour); err == nil || err.Error() != "Ctrl-C" || time.Since(began) != graceTime {
			t.Errorf("a server that hangs: %v after %v", err, time.Since(began))
		}
	})
}

// Somebody else who is at it is waited for, but not for ever.
func TestRenewWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, server := signedIn(t, &fakeKeyring{}, ""), &rotating{next: 1}
		unlock, err := s.lock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Renew(t.Context(), aliceAt("").Address, server.refresh)
		wants(t, err, Busy)
		unlock()
		if _, _, err = s.Renew(t.Context(), aliceAt("").Address, server.refresh); err != nil {
			t.Error(err)
		}
	})
}

// TestMain makes this test binary a program that renews Alice's sign-in where that is wanted.
func TestMain(m *testing.M) {
	server := os.Getenv("RENEW_AT")
	if server == "" {
		os.Exit(m.Run())
	}
	s := &Store{folder: os.Getenv("RENEW_IN"), keyring: &fakeKeyring{absent: true}}
	_, token, err := s.Renew(context.Background(), aliceAt("").Address, func(_ context.Context, _ oauth.Endpoints, _ oauth.App, refresh string) (oauth.Token, error) {
		resp, err := http.PostForm(server, url.Values{"refresh_token": {refresh}})
		if err != nil {
			return oauth.Token{}, err
		}
		defer resp.Body.Close()
		next, err := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusOK {
			return oauth.Token{}, fmt.Errorf("%s: %s", resp.Status, next)
		}
		return oauth.Token{Access: "access", Refresh: string(next)}, err
	})
	if err != nil || token.Access == "" {
		fmt.Println(err)
		os.Exit(1)
	}
}

// Programs that renew one sign-in at once do not spend the same token.
func TestRenewAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tokens")
	s, tokens := signedIn(t, &fakeKeyring{}, file), &rotating{next: 1}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next, err := tokens.spend(r.FormValue("refresh_token"))
		if err != nil {
			http.Error(w, "invalid_grant", http.StatusBadRequest)
			return
		}
		io.WriteString(w, next)
	}))
	defer server.Close()
	const programs = 4
	var wg sync.WaitGroup
	for range programs {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "RENEW_AT="+server.URL, "RENEW_IN="+s.folder)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	if secrets, err := s.Secrets(t.Context(), aliceAt(file)); err != nil || secrets.Refresh != fmt.Sprintf("refresh-%d", programs+1) {
		t.Errorf("%v, %v", secrets, err)
	}
}
