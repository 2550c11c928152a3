package netx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/miekg/dns"

	"mailcheck/checks"
)

// bubble runs a test under fake time with a DNS server at 192.0.2.53.
func bubble(t *testing.T, answer func(q *dns.Msg) []*dns.Msg, f func(t *testing.T, i *internet, n *Run)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		i := newInternet()
		i.servers["udp 192.0.2.53:53"] = dnsServer(answer)
		i.servers["tcp 192.0.2.53:53"] = dnsServer(answer)
		f(t, i, newNet(t, i, Options{}))
	})
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	ips := cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
	if d := cmp.Diff(want, got, ips, cmpopts.IgnoreUnexported(Meta{})); d != "" {
		t.Errorf("want -, got +:\n%s", d)
	}
}

func dnsError(t *testing.T, err error) *net.DNSError {
	t.Helper()
	e, ok := errors.AsType[*net.DNSError](err)
	if !ok {
		t.Fatalf("got error %v, want a DNS error", err)
	}
	return e
}

func checkError(t *testing.T, err error, check string) {
	t.Helper()
	e, ok := errors.AsType[*checks.Error](err)
	if !ok || e.Check.ID != check {
		t.Errorf("got error %v, want check %s", err, check)
	}
}

func TestRecords(t *testing.T) {
	records := []string{
		"_imaps._tcp.example.com. 60 IN SRV 10 1 993 B.example.com.",
		"_imaps._tcp.example.com. 60 IN SRV 10 5 993 a.example.com.",
		"_imaps._tcp.example.com. 60 IN SRV 0 0 1993 c.example.com.",
		"_pop3._tcp.example.com. 60 IN SRV 0 0 0 .",
		"example.com. 60 IN MX 20 mx2.example.com.",
		"example.com. 60 IN MX 10 MX1.example.com.",
		"null.example. 60 IN MX 0 .",
		`example.com. 60 IN TXT "v=x1; " "a=\"b\\c\"\127\200"`,
	}
	bubble(t, zone(t, records...), func(t *testing.T, i *internet, n *Run) {
		ctx := t.Context()
		srv, meta, err := n.Resolver.SRV(ctx, "_imaps._tcp.EXAMPLE.com")
		equal(t, err, nil)
		equal(t, meta, Meta{Server: "192.0.2.53:53"})
		equal(t, srv, []SRV{{"c.example.com", 1993, 0, 0}, {"a.example.com", 993, 10, 5}, {"b.example.com", 993, 10, 1}})
		srv, _, _ = n.Resolver.SRV(ctx, "_pop3._tcp.example.com")
		equal(t, srv, []SRV{{Target: "."}})
		mx, _, _ := n.Resolver.MX(ctx, "example.com.")
		equal(t, mx, []MX{{"mx1.example.com", 10}, {"mx2.example.com", 20}})
		mx, _, _ = n.Resolver.MX(ctx, "null.example")
		equal(t, mx, []MX{{Host: "."}})
		txt, _, _ := n.Resolver.TXT(ctx, "example.com")
		equal(t, txt, []string{"v=x1; a=\"b\\c\"\x7f\xc8"})
	})
}

func TestAbsence(t *testing.T) {
	bubble(t, zone(t, "example.com. 60 IN A 192.0.2.1"), func(t *testing.T, i *internet, n *Run) {
		mx, _, err := n.Resolver.MX(t.Context(), "example.com")
		if mx != nil || err != nil {
			t.Errorf("no records: got %v, %v", mx, err)
		}
		_, _, err = n.Resolver.MX(t.Context(), "none.example.com")
		if e := dnsError(t, err); !e.IsNotFound || e.Name != "none.example.com" || e.Server != "192.0.2.53:53" {
			t.Errorf("NXDOMAIN: got %#v", e)
		}
		_, _, err = n.Resolver.Addrs(t.Context(), "none.example.com", AnyFamily)
		if e := dnsError(t, err); !e.IsNotFound {
			t.Errorf("NXDOMAIN: got %#v", e)
		}
		for _, name := range []string{"", ".", "a b", "a..b", `a\.b`, "bücher.example", strings.Repeat("a", 64) + ".example"} {
			_, _, err = n.Resolver.MX(t.Context(), name)
			if e := dnsError(t, err); !e.IsNotFound {
				t.Errorf("%q: got %#v", name, e)
			}
		}
	})
}

func TestTooManySRV(t *testing.T) {
	var records []string
	for i := range 40 {
		records = append(records, fmt.Sprintf("_imap._tcp.example.com. 60 IN SRV %d 0 143 h.example.com.", i))
	}
	bubble(t, zone(t, records...), func(t *testing.T, i *internet, n *Run) {
		srv, meta, err := n.Resolver.SRV(t.Context(), "_imap._tcp.example.com")
		if err != nil || len(srv) != 32 || !meta.Truncated || srv[31].Priority != 31 {
			t.Errorf("got %d records, %+v, %v", len(srv), meta, err)
		}
	})
}

func TestAliases(t *testing.T) {
	chain := func(n int) (records []string) {
		for i := range n {
			records = append(records, fmt.Sprintf("n%d.example. 60 IN CNAME N%d.example.", i, i+1))
		}
		return append(records, fmt.Sprintf("n%d.example. 60 IN A 192.0.2.7", n))
	}
	bubble(t, zone(t, chain(2)...), func(t *testing.T, i *internet, n *Run) {
		addrs, meta, err := n.Resolver.Addrs(t.Context(), "n0.example", AnyFamily)
		equal(t, err, nil)
		equal(t, addrs, []netip.Addr{netip.MustParseAddr("192.0.2.7")})
		equal(t, meta.Aliases, []string{"n1.example", "n2.example"})
	})
	bubble(t, zone(t, chain(9)...), func(t *testing.T, i *internet, n *Run) {
		_, _, err := n.Resolver.Addrs(t.Context(), "n0.example", IPv4)
		checkError(t, err, "dns.malformed")
	})
	bubble(t, zone(t, "a.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME a.example."), func(t *testing.T, i *internet, n *Run) {
		_, _, err := n.Resolver.MX(t.Context(), "a.example")
		checkError(t, err, "dns.malformed")
	})
}

func TestOffOwnerRecords(t *testing.T) {
	answer := func(q *dns.Msg) []*dns.Msg {
		m := new(dns.Msg).SetReply(q)
		for _, s := range []string{"example.com. 60 IN MX 1 good.example.", "evil.example. 60 IN MX 0 bad.example.", "example.com. 60 CH MX 0 bad.example."} {
			rr, _ := dns.NewRR(s)
			m.Answer = append(m.Answer, rr)
		}
		return []*dns.Msg{m}
	}
	bubble(t, answer, func(t *testing.T, i *internet, n *Run) {
		mx, _, err := n.Resolver.MX(t.Context(), "example.com")
		equal(t, err, nil)
		equal(t, mx, []MX{{"good.example", 1}})
	})
}

func TestCancelledCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := newInternet()
		i.servers["udp 192.0.2.53:53"] = accepts(0)
		n := newNet(t, i, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		began := time.Now()
		_, _, err := n.Resolver.Addrs(ctx, "example.com", AnyFamily)
		equal(t, err == context.Canceled, true)
		equal(t, time.Since(began), 100*time.Millisecond)
		synctest.Wait()
		equal(t, i.open, 0)
		// It does not poison the question for the next.
		i.servers["udp 192.0.2.53:53"] = dnsServer(zone(t, "example.com. 60 IN A 192.0.2.1"))
		addrs, _, err := n.Resolver.Addrs(t.Context(), "example.com", AnyFamily)
		equal(t, err, nil)
		equal(t, len(addrs), 1)
		_, _, err = n.Resolver.Addrs(ctx, "example.com", AnyFamily)
		equal(t, err == context.Canceled, true)
	})
}

func TestOneQueryForAll(t *testing.T) {
	var queries atomic.Int32
	good := zone(t, "example.com. 60 IN A 192.0.2.1")
	answer := func(q *dns.Msg) []*dns.Msg {
		queries.Add(1)
		time.Sleep(100 * time.Millisecond)
		return good(q)
	}
	bubble(t, answer, func(t *testing.T, i *internet, n *Run) {
		var all sync.WaitGroup
		for k := range 50 {
			all.Go(func() {
				ctx := t.Context()
				if k%2 == 0 { // half of them leave early, the query goes on
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, 10*time.Millisecond)
					defer cancel()
				}
				addrs, _, err := n.Resolver.Addrs(ctx, "Example.COM", IPv4)
				if k%2 == 1 && (err != nil || len(addrs) != 1) {
					t.Errorf("got %v, %v", addrs, err)
				}
				if k%2 == 0 && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, %v", addrs, err)
				}
			})
		}
		all.Wait()
		equal(t, queries.Load(), int32(1))
	})
}

func TestAddrs(t *testing.T) {
	records := []string{
		"both.example. 60 IN A 192.0.2.1", "both.example. 60 IN A 192.0.2.1", "both.example. 60 IN AAAA 2001:db8::1",
		"slow.example. 60 IN A 192.0.2.1", "bad.example. 60 IN A 192.0.2.1", "none.example. 60 IN TXT x",
	}
	for i := range 20 {
		records = append(records, fmt.Sprintf("many.example. 60 IN A 192.0.2.%d", i), fmt.Sprintf("many.example. 60 IN AAAA 2001:db8::%d", i))
	}
	answers := zone(t, records...)
	answer := func(q *dns.Msg) []*dns.Msg {
		v6 := q.Question[0].Qtype == dns.TypeAAAA
		switch name := q.Question[0].Name; {
		case v6 && name == "slow.example.":
			return nil
		case v6 && name == "bad.example.", name == "worse.example.":
			return rcode(dns.RcodeServerFailure)(q)
		}
		return answers(q)
	}
	each := func(t *testing.T, i *internet, n *Run) {
		test := func(name string, fam Family, want string, took time.Duration) Meta {
			t.Helper()
			began := time.Now()
			addrs, meta, err := n.Resolver.Addrs(t.Context(), name, fam)
			got := strings.Trim(fmt.Sprint(addrs), "[]")
			if err != nil {
				got = err.Error()
			}
			equal(t, got, want)
			equal(t, time.Since(began), took)
			return meta
		}
		equal(t, test("both.example", AnyFamily, "2001:db8::1 192.0.2.1", 0).Partial, nil)
		test("both.example", IPv4, "192.0.2.1", 0)
		test("both.example", IPv6, "2001:db8::1", 0)
		test("none.example", AnyFamily, "", 0)
		test("worse.example", AnyFamily, "lookup worse.example on 192.0.2.53:53: SERVFAIL", 0)
		equal(t, dnsError(t, test("slow.example", AnyFamily, "192.0.2.1", familyGrace).Partial).IsTimeout, true)
		equal(t, dnsError(t, test("bad.example", AnyFamily, "192.0.2.1", 0).Partial).Err, "SERVFAIL")
		addrs, meta, _ := n.Resolver.Addrs(t.Context(), "many.example", AnyFamily)
		if len(addrs) != 16 || !addrs[7].Is6() || !addrs[8].Is4() || !meta.Truncated {
			t.Errorf("got %v, %+v", addrs, meta)
		}
		asked := len(i.dialled)
		test("192.0.2.9", AnyFamily, "192.0.2.9", 0)
		test("192.0.2.9", IPv6, "", 0)
		test("::ffff:192.0.2.9", AnyFamily, "192.0.2.9", 0)
		test("LOCALHOST.", AnyFamily, "::1 127.0.0.1", 0)
		test("a.localhost", IPv4, "127.0.0.1", 0)
		equal(t, len(i.dialled), asked)
		_, _, err := n.Resolver.GuessedAddrs(t.Context(), "missing.example", AnyFamily)
		equal(t, dnsError(t, err).IsNotFound, true)
		equal(t, len(i.dialled)-asked, map[bool]int{false: 2, true: 1}[n.Resolver.frugal])
		addrs, _, _ = n.Resolver.GuessedAddrs(t.Context(), "both.example", AnyFamily)
		equal(t, len(addrs), 2)
	}
	bubble(t, answer, each)
	bubble(t, answer, func(t *testing.T, i *internet, n *Run) {
		n.Resolver.frugal = true // who has many names to ask for does not ask twice for one that does not exist
		each(t, i, n)
	})
}

func TestResolverAddresses(t *testing.T) {
	test := func(given, want string) {
		t.Helper()
		got, err := serverAddress(given)
		if (err == nil) != (want != "") || got != want {
			t.Errorf("%q: got %q, %v", given, got, err)
		}
	}
	test("192.0.2.1", "192.0.2.1:53")
	test("192.0.2.1:5353", "192.0.2.1:5353")
	test("::1", "[::1]:53")
	test("[::1]", "[::1]:53")
	test("[::1]:54", "[::1]:54")
	test("fe80::1%eth0", "[fe80::1%eth0]:53")
	test("dns.example", "")
	test("dns.example:53", "")
	test("192.0.2.1:0", "")
	test("", "")
	if _, err := New(Options{Resolvers: []string{"dns.example"}}); err == nil {
		t.Error("a resolver given by name was accepted")
	}
	if servers, err := serverAddresses(nil); err != nil || len(servers) == 0 {
		t.Errorf("the system has no resolvers: %v, %v", servers, err)
	}
}
