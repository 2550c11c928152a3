package netx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

func addrs(list string) (addrs []netip.Addr) {
	for s := range strings.FieldsSeq(list) {
		addrs = append(addrs, netip.MustParseAddr(s))
	}
	return addrs
}

// describe returns the attempts in one line: address, start and outcome.
func describe(attempts []Attempt) string {
	var all []string
	for _, a := range attempts {
		outcome := "connected"
		switch e, _ := errors.AsType[net.Error](a.Err); {
		case !a.Tried && a.Err == nil:
			all = append(all, a.Addr.Addr().String()+" -")
			continue
		case errors.Is(a.Err, syscall.ECONNREFUSED):
			outcome = "refused"
		case errors.Is(a.Err, syscall.ENETUNREACH):
			outcome = "unreachable"
		case e != nil && e.Timeout():
			outcome = "timeout"
		case a.Err != nil:
			outcome = a.Err.Error()
		}
		all = append(all, fmt.Sprintf("%s +%v %s %v", a.Addr.Addr(), a.Start, outcome, a.Elapsed))
	}
	return strings.Join(all, ", ")
}

const ms = time.Millisecond

// race dials port 993 of the addresses, each with its behaviour, and compares
// the winner, the time until it was there, and the attempts.
func race(t *testing.T, opts Options, hosts map[string]func(context.Context, *memConn) error, list, winner string, took time.Duration, want string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		i := newInternet()
		for addr, serve := range hosts {
			i.servers["tcp "+net.JoinHostPort(addr, "993")] = serve
		}
		n := newNet(t, i, opts)
		began := time.Now()
		d, err := n.Dial(t.Context(), "imap.example.com", 993, addrs(list))
		equal(t, time.Since(began), took)
		got := ""
		if err == nil {
			got = d.Addr.Addr().String()
		}
		equal(t, got, winner)
		equal(t, d.Conn != nil, err == nil)
		equal(t, describe(d.Attempts()), want)
		d.Close()
	})
}

type hosts = map[string]func(context.Context, *memConn) error

func TestDial(t *testing.T) {
	unreachable := fails(syscall.ENETUNREACH)
	test := func(name string, h hosts, list, winner string, took time.Duration, want string) {
		t.Run(name, func(t *testing.T) { race(t, Options{}, h, list, winner, took, want) })
	}
	test("one", hosts{"192.0.2.1": accepts(20 * ms)}, "192.0.2.1", "192.0.2.1", 20*ms,
		"192.0.2.1 +0s connected 20ms")
	test("both well: the other family is observed", hosts{"192.0.2.1": accepts(50 * ms), "2001:db8::1": accepts(20 * ms)},
		"192.0.2.1 192.0.2.2 2001:db8::1", "2001:db8::1", 20*ms,
		"192.0.2.1 +20ms connected 50ms, 192.0.2.2 -, 2001:db8::1 +0s connected 20ms")
	test("v6 silent", hosts{"192.0.2.1": accepts(20 * ms), "2001:db8::1": silent},
		"2001:db8::1 192.0.2.1", "192.0.2.1", 270*ms,
		"2001:db8::1 +0s timeout 5s, 192.0.2.1 +250ms connected 20ms")
	test("v6 refuses", hosts{"192.0.2.1": accepts(20 * ms)},
		"2001:db8::1 2001:db8::2 192.0.2.1", "192.0.2.1", 20*ms,
		"2001:db8::1 +0s refused 0s, 2001:db8::2 -, 192.0.2.1 +0s connected 20ms")
	test("v4 dead", hosts{"2001:db8::1": accepts(20 * ms), "192.0.2.1": silent},
		"2001:db8::1 192.0.2.1", "2001:db8::1", 20*ms,
		"2001:db8::1 +0s connected 20ms, 192.0.2.1 +20ms timeout 5s")
	test("the slow one of the same family is given up", hosts{"192.0.2.1": silent, "192.0.2.2": accepts(20 * ms)},
		"192.0.2.1 192.0.2.2", "192.0.2.2", 270*ms,
		"192.0.2.1 -, 192.0.2.2 +250ms connected 20ms")
	test("families take turns", hosts{"2001:db8::1": silent, "2001:db8::2": accepts(10 * ms), "192.0.2.1": silent, "192.0.2.2": silent},
		"192.0.2.1 192.0.2.2 2001:db8::1 2001:db8::2", "2001:db8::2", 510*ms,
		"192.0.2.1 +250ms timeout 5s, 192.0.2.2 -, 2001:db8::1 -, 2001:db8::2 +500ms connected 10ms")
	test("all fail", hosts{"2001:db8::1": unreachable, "192.0.2.1": silent},
		"2001:db8::1 192.0.2.1 192.0.2.2", "", 5*time.Second,
		"2001:db8::1 +0s unreachable 0s, 192.0.2.1 +0s timeout 5s, 192.0.2.2 +250ms refused 0s")
	test("never dialled", nil, "0.0.0.0 :: 224.0.0.1 ff02::1 255.255.255.255 ::ffff:0.0.0.0 ::ffff:224.0.0.1 ::ffff:255.255.255.255", "", 0,
		strings.Join([]string{bad("0.0.0.0"), bad("::"), bad("224.0.0.1"), bad("ff02::1"), bad("255.255.255.255"),
			bad("0.0.0.0"), bad("224.0.0.1"), bad("255.255.255.255")}, ", "))
	test("no address", nil, "", "", 0, "")
}

func bad(addr string) string {
	return addr + " +0s connect to " + addr + ": not the address of a host 0s"
}

func TestDialFamily(t *testing.T) {
	h := hosts{"192.0.2.1": accepts(0), "2001:db8::1": accepts(0)}
	race(t, Options{Family: IPv4}, h, "192.0.2.1 2001:db8::1", "192.0.2.1", 0, "192.0.2.1 +0s connected 0s, 2001:db8::1 -")
	race(t, Options{Family: IPv6}, h, "192.0.2.1 2001:db8::1", "2001:db8::1", 0, "192.0.2.1 -, 2001:db8::1 +0s connected 0s")
	race(t, Options{Family: IPv6}, h, "192.0.2.1", "", 0, "192.0.2.1 -")
}

func TestDialError(t *testing.T) {
	test := func(want error, h hosts) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			i := newInternet()
			var list []netip.Addr
			for addr, serve := range h {
				list = append(list, netip.MustParseAddr(addr))
				i.servers["tcp "+addr+":25"] = serve
			}
			_, err := newNet(t, i, Options{}).Dial(t.Context(), "h", 25, list)
			if !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
			if _, ok := errors.AsType[*net.OpError](err); !ok {
				t.Errorf("got %T", err)
			}
		})
	}
	refused, unreachable := fails(syscall.ECONNREFUSED), fails(syscall.EHOSTUNREACH)
	test(syscall.ECONNREFUSED, hosts{"192.0.2.1": silent, "192.0.2.2": unreachable, "192.0.2.3": refused, "0.0.0.0": nil})
	test(context.DeadlineExceeded, hosts{"192.0.2.1": silent, "192.0.2.2": unreachable, "0.0.0.0": nil})
	test(syscall.EHOSTUNREACH, hosts{"192.0.2.2": unreachable, "0.0.0.0": nil})
}

func TestDialCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := newInternet()
		i.servers["tcp 192.0.2.1:25"] = silent
		i.servers["tcp [2001:db8::1]:25"] = silent
		i.servers["tcp [2001:db8::2]:25"] = accepts(0)
		n := newNet(t, i, Options{})
		// While it races.
		ctx, cancel := context.WithTimeout(t.Context(), 600*ms)
		defer cancel()
		d, err := n.Dial(ctx, "h", 25, addrs("192.0.2.1 2001:db8::1"))
		equal(t, err == context.DeadlineExceeded, true)
		equal(t, describe(d.Attempts()), "192.0.2.1 +250ms timeout 350ms, 2001:db8::1 +0s timeout 600ms")
		// While it observes: nobody waits for the attempts.
		ctx, cancel = context.WithCancel(t.Context())
		d, err = n.Dial(ctx, "h", 25, addrs("2001:db8::2 192.0.2.1"))
		equal(t, err, nil)
		began := time.Now()
		cancel()
		synctest.Wait()
		equal(t, time.Since(began), time.Duration(0))
		equal(t, describe(d.Attempts()), "2001:db8::2 +0s connected 0s, 192.0.2.1 -")
		d.Conn.Close()
		// Close ends observations too.
		d, err = n.Dial(t.Context(), "h", 25, addrs("2001:db8::2 192.0.2.1"))
		equal(t, err, nil)
		equal(t, d.Close(), nil)
		equal(t, describe(d.Attempts()), "2001:db8::2 +0s connected 0s, 192.0.2.1 -")
		d, err = n.Dial(ctx, "h", 25, addrs("2001:db8::2"))
		equal(t, err == context.Canceled, true)
		equal(t, describe(d.Attempts()), "2001:db8::2 -")
	})
}

func TestConnectTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := newInternet()
		i.servers["udp 192.0.2.53:53"] = dnsServer(func(q *dns.Msg) []*dns.Msg {
			return zone(t, "new.example. 60 IN A 192.0.2.7")(q)
		})
		i.servers["tcp 192.0.2.7:1993"] = accepts(0)
		c, err := ParseConnectTo("IMAP.example.com:993:new.example:1993")
		equal(t, err, nil)
		n := newNet(t, i, Options{ConnectTo: []ConnectTo{c}})
		found, _, err := n.Addrs(t.Context(), "imap.example.com", 993)
		equal(t, err, nil)
		d, err := n.Dial(t.Context(), "imap.example.com", 993, found)
		equal(t, err, nil)
		equal(t, d.Addr.String(), "192.0.2.7:1993")
		d.Close()
	})
	test := func(rules, host string, port uint16, want string) {
		t.Helper()
		n := new(Net)
		for rule := range strings.FieldsSeq(rules) {
			c, err := ParseConnectTo(rule)
			if err != nil {
				t.Fatal(err)
			}
			n.opts.ConnectTo = append(n.opts.ConnectTo, c)
		}
		h, p := n.Target(host, port)
		equal(t, fmt.Sprintf("%s %d", h, p), want)
	}
	test("", "a.example", 1, "a.example 1")
	test("a.example:1:b.example:2", "A.example.", 1, "b.example 2")
	test("a.example:1:b.example:2", "a.example", 2, "a.example 2")
	test("a.example::b.example:", "a.example", 7, "b.example 7")
	test(":7::8", "a.example", 7, "a.example 8")
	test("::[2001:db8::1]:", "a.example", 7, "2001:db8::1 7")
	test("[2001:db8::1]:7:127.0.0.1:8", "2001:db8::1", 7, "127.0.0.1 8")
	test("a.example:1:b.example:2 ::c.example:", "a.example", 1, "b.example 2")
	test("a.example:1:b.example:2 ::c.example:", "x.example", 1, "c.example 1")
	for _, wrong := range []string{"", "a", "a:1", "a:1:b", "a:1:b:2:3", "a:x:b:2", "a:0:b:2", "a:1:b:65536", "[::1:1:b:2", "[a]:1:b:2", "a b:1:c:2", "::1:2:3:4:5"} {
		if c, err := ParseConnectTo(wrong); err == nil {
			t.Errorf("%q: got %+v", wrong, c)
		}
	}
}

func FuzzParseConnectTo(f *testing.F) {
	f.Add("a:1:b:2")
	f.Add("::[::1]:")
	f.Add("[::1]:1::2")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseConnectTo(s)
		if err != nil {
			return
		}
		if again, err := ParseConnectTo(c.String()); err != nil || again != c {
			t.Errorf("%q: %+v is written %q and read as %+v, %v", s, c, c.String(), again, err)
		}
	})
}
