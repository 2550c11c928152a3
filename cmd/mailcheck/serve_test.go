package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"mailcheck/internal/lab"
)

// told keeps what is written, and wakes who waits for it.
type told struct {
	mu    sync.Mutex
	text  strings.Builder
	lines chan struct{}
}

func (w *told) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.lines <- struct{}{}:
	default:
	}
	return w.text.Write(p)
}

func (w *told) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// inService puts a scenario on loopback sockets and serves it with further flags; what it says at
// its start has the URL.
func inService(t *testing.T, scenario string, visit func(base string, client *http.Client), further ...string) (code int, stderr string) {
	t.Helper()
	found, ok := lab.Find(scenario)
	if !ok {
		t.Fatalf("no scenario %q", scenario)
	}
	l := lab.New(found)
	defer l.Close()
	resolver, connectTo, err := l.Loopback()
	if err != nil {
		t.Skip(err)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, l.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"serve", "--listen", "127.0.0.1:0", "--resolver", resolver, "--ca-file", ca, "--allow-net", "127.0.0.0/8"}, further...)
	for _, c := range connectTo {
		args = append(args, "--connect-to", c)
	}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	errs := &told{lines: make(chan struct{}, 1)}
	over := make(chan int, 1)
	go func() { over <- run(ctx, args, io.Discard, errs) }()
	for {
		if base := regexp.MustCompile(`serving at (\S+)/\n`).FindStringSubmatch(errs.String()); base != nil {
			transport := &http.Transport{}
			visit(base[1], &http.Client{Transport: transport})
			transport.CloseIdleConnections()
			end()
			return <-over, errs.String()
		}
		select {
		case <-errs.lines:
		case code := <-over:
			return code, errs.String()
		}
	}
}

// The page of the built service shows a test, and its end lets the test come to its own.
func TestServePage(t *testing.T) {
	if testing.Short() {
		t.Skip("uses sockets")
	}
	code, stderr := inService(t, "cert-expired", func(base string, client *http.Client) {
		began := time.Now()
		resp, err := client.PostForm(base+"/check", url.Values{"address": {"alice@example.com"}})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(body), "certificate has expired") || !strings.Contains(resp.Request.URL.Path, "/r/") {
			t.Errorf("%v, %s after %s: %.2000s", err, resp.Request.URL, time.Since(began), body)
		}
		for host, want := range map[string]int{"attacker.example": http.StatusMisdirectedRequest, "localhost": 200, "127.0.0.1:1": 200} {
			r, _ := http.NewRequest("GET", base+"/", nil)
			r.Host = host
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("as %s: %s", host, resp.Status)
			}
		}
	})
	if code != exitOK || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
