package lab

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// The address of the one host of these tests.
const there = "192.0.2.10:1000"

// bring brings up a lab with one host and runs a test inside a bubble, which
// fails if anything of the lab still runs after Close.
func bring(t *testing.T, host Host, test func(t *testing.T, l *Lab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := New(Scenario{Hosts: map[string]Host{"192.0.2.10": host}})
		defer l.Close()
		l.RTT = 100 * time.Millisecond
		test(t, l)
	})
}

func dial(t *testing.T, l *Lab, network, address string) net.Conn {
	t.Helper()
	c, err := l.Dial(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func read(t *testing.T, c net.Conn) string {
	t.Helper()
	b := make([]byte, 4096)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

func write(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// echo answers each packet with itself.
func echo(c *Conn) { io.Copy(c.Conn, c.Conn) }

func TestRoundTrips(t *testing.T) {
	bring(t, Host{1000: Then(Say("hello", "again"), echo)}, func(t *testing.T, l *Lab) {
		start := time.Now()
		at := func(what string, want int) {
			t.Helper()
			if got := time.Since(start); got != time.Duration(want)*time.Millisecond {
				t.Errorf("%s at %v, want %d ms", what, got, want)
			}
		}
		c := dial(t, l, "tcp", there)
		at("connected", 100)
		if got := read(t, c); got != "hello" {
			t.Errorf("got %q", got)
		}
		at("greeting", 200)
		read(t, c)
		at("second packet", 200)
		write(t, c, "one")
		write(t, c, "two")
		if got := read(t, c) + read(t, c); got != "onetwo" {
			t.Errorf("got %q", got)
		}
		at("two pipelined answers", 300)
	})
}

func TestRoundTripsDNS(t *testing.T) {
	bring(t, nil, func(t *testing.T, l *Lab) {
		start := time.Now()
		ask(t, dial(t, l, "udp", Resolver), "example.com.", 1)
		if got := time.Since(start); got != 100*time.Millisecond {
			t.Errorf("one question takes %v", got)
		}
	})
}

func TestDialErrors(t *testing.T) {
	bring(t, Host{1001: Drop}, func(t *testing.T, l *Lab) {
		fails := func(address string, want error, after time.Duration) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			start := time.Now()
			_, err := l.Dial(ctx, "tcp", address)
			op, ok := errors.AsType[*net.OpError](err)
			if !errors.Is(err, want) || !ok || op.Op != "dial" {
				t.Errorf("%s: got %v, want %v", address, err, want)
			}
			if got := time.Since(start); got != after {
				t.Errorf("%s: failed after %v, want %v", address, got, after)
			}
		}
		fails("192.0.2.10:1", syscall.ECONNREFUSED, 100*time.Millisecond)
		fails("192.0.2.11:1", syscall.EHOSTUNREACH, 0)
		fails("192.0.2.10:1001", context.DeadlineExceeded, 10*time.Second)
		l.scenario.NoIPv6 = true
		fails("[2001:db8::1]:1", syscall.ENETUNREACH, 0)
		want := []string{"tcp 192.0.2.10:1", "tcp 192.0.2.11:1", "tcp 192.0.2.10:1001", "tcp [2001:db8::1]:1"}
		if got := l.Dials(); !slices.Equal(got, want) {
			t.Errorf("dials %q, want %q", got, want)
		}
	})
}

func TestDialCancelled(t *testing.T) {
	bring(t, Host{1000: Silent}, func(t *testing.T, l *Lab) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(30*time.Millisecond, cancel)
		start := time.Now()
		_, err := l.Dial(ctx, "tcp", there)
		if !errors.Is(err, context.Canceled) || time.Since(start) != 30*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestCloseArrivesAfterData(t *testing.T) {
	bring(t, Host{1000: Say("last words")}, func(t *testing.T, l *Lab) {
		c := dial(t, l, "tcp", there)
		got, err := io.ReadAll(c)
		if string(got) != "last words" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		write(t, c, "to a closed peer") // accepted, as by the kernel
		if _, err := c.Write([]byte("again")); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("second write: %v", err)
		}
	})
}

func TestReset(t *testing.T) {
	bring(t, Host{1000: Then(Say("hello"), Reset)}, func(t *testing.T, l *Lab) {
		c := dial(t, l, "tcp", there)
		read(t, c)
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v", err)
		}
	})
}

func TestDeadlines(t *testing.T) {
	bring(t, Host{1000: Wait(time.Hour)}, func(t *testing.T, l *Lab) {
		c := dial(t, l, "tcp", there)
		timesOut := func(what string, f func() error) {
			t.Helper()
			start := time.Now()
			err := f()
			timeout, ok := errors.AsType[net.Error](err)
			if !ok || !timeout.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Second {
				t.Errorf("%s: %v after %v", what, err, time.Since(start))
			}
		}
		b := make([]byte, maxQueued)
		c.SetDeadline(time.Now().Add(time.Second))
		timesOut("read", func() error { _, err := c.Read(b); return err })
		c.SetDeadline(time.Time{})
		c.Write(b) // fills the window
		c.SetWriteDeadline(time.Now().Add(time.Second))
		timesOut("write", func() error { _, err := c.Write(b); return err })
		time.AfterFunc(time.Second, func() { c.SetReadDeadline(time.Unix(1, 0)) })
		timesOut("read whose deadline comes later", func() error { _, err := c.Read(b); return err })
	})
}

func TestCloseUnblocks(t *testing.T) {
	bring(t, Host{1000: Wait(time.Hour)}, func(t *testing.T, l *Lab) {
		c := dial(t, l, "tcp", there)
		c.Write(make([]byte, maxQueued))
		var readErr, writeErr error
		var both sync.WaitGroup
		both.Go(func() { _, readErr = c.Read(make([]byte, 1)) })
		both.Go(func() { _, writeErr = c.Write(make([]byte, 1)) })
		synctest.Wait()
		c.Close()
		both.Wait()
		if !errors.Is(readErr, net.ErrClosed) || !errors.Is(writeErr, net.ErrClosed) {
			t.Errorf("read: %v, write: %v", readErr, writeErr)
		}
	})
}

func TestWriteWaitsForRoom(t *testing.T) {
	slowReader := func(c *Conn) {
		c.Sleep(time.Minute)
		Silent(c)
	}
	bring(t, Host{1000: slowReader}, func(t *testing.T, l *Lab) {
		c := dial(t, l, "tcp", there)
		start := time.Now()
		c.Write(make([]byte, maxQueued))
		if _, err := c.Write([]byte("more")); err != nil || time.Since(start) < time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestCloseEndsEverything(t *testing.T) {
	bring(t, Host{1000: Wait(time.Hour), 1001: Endless("x"), 1002: Silent, 1003: Drop}, func(t *testing.T, l *Lab) {
		var c net.Conn
		for _, port := range []string{"1000", "1001", "1002"} {
			c = dial(t, l, "tcp", "192.0.2.10:"+port)
		}
		failed := make(chan error)
		go func() {
			_, err := l.Dial(context.Background(), "tcp", "192.0.2.10:1003")
			failed <- err
		}()
		synctest.Wait()
		l.Close()
		if err := <-failed; !errors.Is(err, net.ErrClosed) {
			t.Errorf("dial under way: %v", err)
		}
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("read: %v", err)
		}
		if _, err := l.Dial(t.Context(), "tcp", there); !errors.Is(err, net.ErrClosed) {
			t.Errorf("dial: %v", err)
		}
	})
}

func TestServeOnASocket(t *testing.T) {
	l := New(Scenario{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	served := make(chan struct{})
	go func() {
		l.Serve(listener, Then(Say("hello"), Silent))
		close(served)
	}()
	c, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := read(t, c); got != "hello" {
		t.Errorf("got %q", got)
	}
	l.Close()
	<-served
}

func TestLoopback(t *testing.T) {
	l := New(healthy())
	defer l.Close()
	resolver, connectTo, err := l.Loopback()
	if err != nil {
		t.Skip(err)
	}
	for _, network := range []string{"udp", "tcp"} {
		c, err := net.Dial(network, resolver)
		if err != nil {
			t.Fatal(err)
		}
		if m := ask(t, c, "imap.example.com.", 1); len(m.Answer) != 1 {
			t.Errorf("%s: %v", network, m)
		}
		c.Close()
	}
	i := slices.IndexFunc(connectTo, func(s string) bool { return strings.HasPrefix(s, "imap.example.com:143:") })
	c, err := net.Dial("tcp", strings.TrimPrefix(connectTo[i], "imap.example.com:143:"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := read(t, c); !strings.HasPrefix(got, "* OK imap.example.com") {
		t.Errorf("got %q", got)
	}
}

func TestPace(t *testing.T) {
	bring(t, Host{1000: Drip("abc", time.Second)}, func(t *testing.T, l *Lab) {
		start := time.Now()
		c := dial(t, l, "tcp", there)
		got, _ := io.ReadAll(c)
		if string(got) != "abc" || time.Since(start) != 3200*time.Millisecond {
			t.Errorf("%q after %v", got, time.Since(start))
		}
	})
}

func TestEveryScenarioComesUp(t *testing.T) {
	names := make(map[string]bool)
	for _, s := range Scenarios() {
		if names[s.Name] || s.Name == "" || s.Doc == "" || s.Address == "" {
			t.Errorf("scenario %q: name repeated, or name, doc or address missing", s.Name)
		}
		names[s.Name] = true
		if !slices.IsSorted(s.Want) || len(slices.Compact(slices.Clone(s.Want))) != len(s.Want) {
			t.Errorf("%s: Want is not sorted, or repeats itself: %q", s.Name, s.Want)
		}
		t.Run(s.Name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { comesUp(t, s) }) })
	}
}

// comesUp dials every port of a scenario and leaves all connections open, so
// that Close has something to do.
func comesUp(t *testing.T, s Scenario) {
	l := New(s)
	defer l.Close()
	homeless := []string{"198.51.100.66", "0.0.0.0"} // on purpose
	for owner, records := range l.zone.records {
		for _, rr := range records {
			if ip, ok := address(rr); ok && l.hosts[ip] == nil && !slices.Contains(homeless, ip.String()) {
				t.Errorf("%s: nothing is at %s", owner, ip)
			}
		}
	}
	for ip, host := range l.hosts {
		for port, b := range host {
			if b != nil && port != 0 && !(ip.Is6() && s.NoIPv6) && s.Sockets == nil && !s.NoNetwork {
				dial(t, l, "tcp", net.JoinHostPort(ip.String(), itoa(port)))
			}
		}
	}
	synctest.Wait()
}

func TestFind(t *testing.T) {
	for _, name := range []string{"healthy", "cert-expired", "starttls-missing", "port-refused", "silent-server",
		"wrong-host-certificate", "srv-not-offered", "autoconfig-html"} {
		if s, ok := Find(name); !ok || s.Name != name {
			t.Errorf("no scenario %q", name)
		}
	}
	if _, ok := Find("nonsense"); ok {
		t.Error("found nonsense")
	}
	if first := Scenarios()[0].Name; first != Default {
		t.Errorf("%q is the first scenario, not %q", first, Default)
	}
}
