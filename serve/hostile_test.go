package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
	"mailcheck/probes"
)

// pipes is a listener in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9877} }

// dial connects, unless the service takes nobody any more.
func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client
	case <-p.closed:
		return nil
	}
}

// listening has a service at a listener in a bubble, and ends it.
func listening(t *testing.T, with func(t *testing.T, s *Server, l *pipes, end func())) {
	t.Helper()
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, r *Runs) {
		s := &Server{Runs: r}
		l := &pipes{make(chan net.Conn), make(chan struct{})}
		ctx, end := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- s.Serve(ctx, l, time.Minute) }()
		with(t, s, l, end)
		end()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
}

// closedAfter returns how long the service bears a client who goes on sending like this.
func closedAfter(t *testing.T, conn net.Conn, first string, drip time.Duration) time.Duration {
	t.Helper()
	began := time.Now()
	over := make(chan time.Duration, 1)
	go func() {
		_, _ = io.Copy(io.Discard, conn)
		over <- time.Since(began)
	}()
	_, err := io.WriteString(conn, first)
	for drip > 0 && err == nil {
		time.Sleep(drip)
		_, err = io.WriteString(conn, "a")
	}
	lasted := <-over
	conn.Close()
	return lasted
}

// Who connects and says nothing, or says it a byte at a time, is let go soon; who says too much, at
// once.
func TestSlowClients(t *testing.T) {
	listening(t, func(t *testing.T, _ *Server, l *pipes, _ func()) {
		if got := closedAfter(t, l.dial(), "", 0); got > headerTimeout+time.Second {
			t.Errorf("silence is borne for %s", got)
		}
		if got := closedAfter(t, l.dial(), "GET / HTTP/1.1\r\nHost: localhost\r\nX: ", time.Second); got > headerTimeout+time.Second {
			t.Errorf("a header that drips is borne for %s", got)
		}
		if got := closedAfter(t, l.dial(), "POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n", time.Second); got > readTimeout+time.Second {
			t.Errorf("a form that drips is borne for %s", got)
		}
		if got := closedAfter(t, l.dial(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 0); got > idleTimeout+time.Second {
			t.Errorf("a client who has his answer is borne for %s", got)
		}
	})
	listening(t, func(t *testing.T, _ *Server, l *pipes, _ func()) {
		conn := l.dial()
		defer conn.Close()
		go io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nX: "+strings.Repeat("a", 2*maxHeader)+"\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%v, %v", resp, err)
		}
	})
}

// long is a run that learns nothing for so long.
func long(target string, d time.Duration) Job {
	return Job{Target: target, Timeout: d, Do: func(ctx context.Context, _ *probes.Client, _ *probes.Options) (*mailcheck.Report, error) {
		<-ctx.Done()
		return &mailcheck.Report{}, nil
	}}
}

// The page of a run that takes longer than any limit of a request comes to its end; who does not
// read it is let go, and the run minds neither.
func TestLongStream(t *testing.T) {
	listening(t, func(t *testing.T, s *Server, l *pipes, _ func()) {
		run := start(t, s.Runs, long("slow.example", 50*time.Second))
		deaf := l.dial()
		defer deaf.Close()
		fmt.Fprintf(deaf, "GET /r/%s HTTP/1.1\r\nHost: localhost\r\n\r\n", run.ID)
		began := time.Now()
		var readers sync.WaitGroup
		for path, end := range map[string]string{
			"/r/" + run.ID: "</html>", "/api/v1/checks/" + run.ID + "?wait=1m": `"state":"done"`, "/api/v1/checks/" + run.ID + "/events": "event: report",
		} {
			conn := l.dial()
			defer conn.Close()
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path)
			readers.Go(func() {
				all, _ := io.ReadAll(conn)
				if got := string(all); !strings.Contains(got, end) {
					t.Errorf("%s ends with %.200q", path, got[max(0, len(got)-200):])
				}
			})
		}
		synctest.Wait()
		if err := run.Wait(t.Context()); err != nil || time.Since(began) != 50*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		readers.Wait()
		if lasted := closedAfter(t, deaf, "", 0); lasted > writeTimeout {
			t.Errorf("who does not read is borne for %s more", lasted)
		}
	})
}

// At the end of the service nobody is taken any more, and who waits gets his report.
func TestGracefulEnd(t *testing.T) {
	listening(t, func(t *testing.T, s *Server, l *pipes, end func()) {
		run := start(t, s.Runs, long("slow.example", 20*time.Second))
		conn := l.dial()
		defer conn.Close()
		fmt.Fprintf(conn, "GET /r/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", run.ID)
		body := make(chan string, 1)
		go func() {
			all, _ := io.ReadAll(conn)
			body <- string(all)
		}()
		synctest.Wait()
		end()
		synctest.Wait()
		if l.dial() != nil {
			t.Error("the service takes one more")
		}
		if _, err := s.Runs.Start(Job{Target: "more.example"}); err == nil {
			t.Error("a run begins at the end")
		}
		if got := <-body; !strings.Contains(got, "</html>") {
			t.Errorf("who waits gets %.200q", got[max(0, len(got)-200):])
		}
	})
}

// However many ask, and whatever they ask for, no more is kept than there is room for.
func TestMemoryIsBounded(t *testing.T) {
	inLab(t, "healthy", func(t *testing.T, _ *lab.Lab, r *Runs) {
		big := make([]byte, maxWeight/10)
		for i := range 2 * maxKept {
			run := &Run{ID: newID(), Asked: time.Now(), changed: make(chan struct{})}
			r.kept.add(run)
			if i%8 == 0 {
				run.end(big, nil)
			} else {
				run.end(big[:10], nil)
			}
			r.kept.weigh(run)
			if r.kept.order.Len() > maxKept || r.kept.weight > maxWeight || len(r.kept.byID) != r.kept.order.Len() || r.Find(run.ID) == nil {
				t.Fatalf("%d runs of %d bytes are kept", r.kept.order.Len(), r.kept.weight)
			}
		}
	})
}

// Nobody has the service write results all the time; others go on reading.
func TestReadersArePaced(t *testing.T) {
	served(t, "healthy", func(t *testing.T, _ *Server, v *visitor) {
		page := v.started("alice@example.com")
		for range perReader.most {
			v.get(page + ".exe")
		}
		w := v.get(page)
		v.wants(w, 429, "You have asked for very many pages just now.")
		if w.Header().Get("Retry-After") == "" {
			t.Error("it does not say when to come again")
		}
		v.wants(v.ask("POST", "/api/v1/lint", "", ""), 429, `"status":429`)
		v.wants(v.get("/"), 200)
		v.from = "192.0.2.201:1"
		v.wants(v.get(page), 200)
	})
}

// Whatever is asked for, and however, there is an answer, and it is none of a fault in here.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/", "", "", "")
	f.Add("POST", "/check", "address=alice%40example.com&password=x", "application/x-www-form-urlencoded", "")
	f.Add("POST", "/api/v1/checks?wait=1s", `{"address": "alice@example.com"}`, "application/json", "Bearer x")
	f.Add("GET", "/r/ABC.json?download", "", "", "Basic eDp5")
	f.Add("GET", "/r/ABC/setup/apple/mail.mobileconfig", "", "", "")
	f.Add("GET", "/explain/tls.expired", "", "", "")
	f.Add("POST", "/api/v1/lint", "<clientConfig/>", "text/xml", "")
	f.Fuzz(func(t *testing.T, method, target, body, media, authorization string) {
		runs := &Runs{closed: true} // each run would be one too many
		s := &Server{Runs: runs, Access: Access{Passwords: true, Proxies: prefixes("192.0.2.0/24")}}
		if len(authorization) > 10 {
			s.Access.Token = "correct horse battery staple"
		}
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(u.Path, "/") {
			return
		}
		r := httptest.NewRequest("GET", "/", strings.NewReader(body))
		r.Method, r.URL, r.RemoteAddr = method, u, "192.0.2.1:1"
		r.Header.Set("Content-Type", media)
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Forwarded-Proto", "https")
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s %q: status %d: %s", method, target, w.Code, w.Body)
		}
	})
}
