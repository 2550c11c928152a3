package serve

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mailcheck/probes"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The server answers until its context ends, and then ends.
func TestServe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Runs: &Runs{Client: &probes.Client{}}, Routes: []Route{{"GET /more", true, http.NotFoundHandler()}}}
	ctx, end := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- s.Serve(ctx, l, time.Minute) }()
	transport := &http.Transport{DisableKeepAlives: true}
	for path, want := range map[string]int{"/healthz": 200, "/more": 404} {
		r, err := http.NewRequest("GET", "http://"+l.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	end()
	if err := <-over; err != nil {
		t.Error(err)
	}
}
