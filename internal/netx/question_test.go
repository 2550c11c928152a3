package netx

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// The right answer comes behind forged ones.
func TestForgedAnswers(t *testing.T) {
	good := zone(t, "example.com. 60 IN MX 1 good.example.")
	forged := func(change func(m *dns.Msg)) *dns.Msg {
		m, _ := dns.NewRR("example.com. 60 IN MX 0 bad.example.")
		msg := &dns.Msg{Answer: []dns.RR{m}}
		msg.Response = true
		change(msg)
		return msg
	}
	strays := func(q *dns.Msg) []*dns.Msg {
		return []*dns.Msg{
			forged(func(m *dns.Msg) { m.Question, m.Id = q.Question, q.Id+1 }),
			forged(func(m *dns.Msg) { m.SetQuestion("evil.example.", dns.TypeMX); m.Id = q.Id }),
			forged(func(m *dns.Msg) { m.SetQuestion("example.com.", dns.TypeTXT); m.Id = q.Id }),
			forged(func(m *dns.Msg) { m.Question, m.Id, m.Response = q.Question, q.Id, false }),
			forged(func(m *dns.Msg) { m.Id = q.Id }),
		}
	}
	bubble(t, func(q *dns.Msg) []*dns.Msg { return append(strays(q), good(q)...) }, func(t *testing.T, i *internet, n *Run) {
		mx, _, err := n.Resolver.MX(t.Context(), "example.com")
		equal(t, err, nil)
		equal(t, mx, []MX{{"good.example", 1}})
	})
	bubble(t, strays, func(t *testing.T, i *internet, n *Run) {
		_, _, err := n.Resolver.MX(t.Context(), "example.com")
		checkError(t, err, "dns.malformed")
	})
}

func TestTruncated(t *testing.T) {
	full := zone(t, "example.com. 60 IN MX 1 a.example.", "example.com. 60 IN MX 2 b.example.")
	cut := func(keep int) func(q *dns.Msg) []*dns.Msg {
		return func(q *dns.Msg) []*dns.Msg {
			m := full(q)[0]
			m.Truncated, m.Answer = true, m.Answer[:keep]
			return []*dns.Msg{m}
		}
	}
	test := func(name string, keep int, tcp func(context.Context, *memConn) error, want int, truncated, ok bool) {
		t.Run(name, func(t *testing.T) {
			bubble(t, cut(keep), func(t *testing.T, i *internet, n *Run) {
				i.servers["tcp 192.0.2.53:53"] = tcp
				mx, meta, err := n.Resolver.MX(t.Context(), "example.com")
				if len(mx) != want || meta.Truncated != truncated || (err == nil) != ok {
					t.Errorf("got %v, %+v, %v", mx, meta, err)
				}
			})
		})
	}
	test("tcp answers", 1, dnsServer(full), 2, false, true)
	test("tcp refused", 1, nil, 0, false, false)
	test("tcp silent", 1, silent, 0, false, false)
	test("tcp mute", 1, accepts(0), 0, false, false)
	test("nothing kept, tcp refused", 0, nil, 0, false, false)
}

func rcode(code int, reasons ...*dns.EDNS0_EDE) func(q *dns.Msg) []*dns.Msg {
	return func(q *dns.Msg) []*dns.Msg {
		m := new(dns.Msg).SetRcode(q, code)
		if len(reasons) > 0 {
			m.SetEdns0(1232, false)
			for _, r := range reasons {
				m.IsEdns0().Option = append(m.IsEdns0().Option, r)
			}
		}
		return []*dns.Msg{m}
	}
}

func TestResponseCodes(t *testing.T) {
	test := func(want string, answer func(q *dns.Msg) []*dns.Msg) {
		t.Run(want, func(t *testing.T) {
			bubble(t, answer, func(t *testing.T, i *internet, n *Run) {
				began := time.Now()
				_, _, err := n.Resolver.SRV(t.Context(), "_imap._tcp.example.com")
				e := dnsError(t, err)
				equal(t, e.Err, want)
				equal(t, e.Name, "_imap._tcp.example.com")
				equal(t, time.Since(began), time.Duration(0))
			})
		})
	}
	test("SERVFAIL", rcode(dns.RcodeServerFailure))
	test("REFUSED", rcode(dns.RcodeRefused))
	test("FORMERR", rcode(dns.RcodeFormatError))
	test("NOTIMP", rcode(dns.RcodeNotImplemented))
	test("SERVFAIL: DNSSEC Bogus (no RRSIG); extended error 4000", rcode(dns.RcodeServerFailure,
		&dns.EDNS0_EDE{InfoCode: 6, ExtraText: "no RRSIG"}, &dns.EDNS0_EDE{InfoCode: 4000}))
}

// An old server that answers FORMERR to EDNS is asked without it.
func TestWithoutEDNS(t *testing.T) {
	good := zone(t, "example.com. 60 IN MX 1 a.example.")
	answer := func(q *dns.Msg) []*dns.Msg {
		if q.IsEdns0() != nil {
			m := &dns.Msg{}
			m.Id, m.Response, m.Rcode = q.Id, true, dns.RcodeFormatError
			return []*dns.Msg{m} // nor does it repeat the question
		}
		return good(q)
	}
	bubble(t, answer, func(t *testing.T, i *internet, n *Run) {
		mx, _, err := n.Resolver.MX(t.Context(), "example.com")
		equal(t, err, nil)
		equal(t, mx, []MX{{"a.example", 1}})
	})
}

// Two servers: the first fails in some way, the second is well.
func TestNextServer(t *testing.T) {
	good := dnsServer(zone(t, "example.com. 60 IN MX 1 a.example.", "b.example. 60 IN MX 1 a.example."))
	test := func(name string, first func(context.Context, *memConn) error, want time.Duration) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i := newInternet()
				i.servers["udp 192.0.2.1:53"] = first
				i.servers["udp [2001:db8::2]:5353"] = good
				n := newNet(t, i, Options{Resolvers: []string{"192.0.2.1", "[2001:db8::2]:5353"}})
				for _, name := range []string{"example.com", "b.example"} {
					began := time.Now()
					mx, meta, err := n.Resolver.MX(t.Context(), name)
					equal(t, err, nil)
					equal(t, mx, []MX{{"a.example", 1}})
					equal(t, meta.Server, "[2001:db8::2]:5353")
					equal(t, time.Since(began), want)
					want = 0 // the server that answered is asked first from now on
				}
			})
		})
	}
	garbage := func(_ context.Context, conn *memConn) error {
		go func() {
			defer conn.Close()
			wire, err := readDatagram(conn)
			if err != nil {
				return
			}
			wire[2] |= 0x80 // a response
			conn.Write(wire[:len(wire)-3])
			<-conn.gone
		}()
		return nil
	}
	test("refuses", nil, 0)
	test("SERVFAIL", dnsServer(rcode(dns.RcodeServerFailure)), 0)
	test("REFUSED", dnsServer(rcode(dns.RcodeRefused)), 0)
	test("garbage", garbage, 0)
	test("silent", accepts(0), resendAfter)
	test("blocks", silent, resendAfter)
}

func TestNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := newInternet()
		i.servers["udp 192.0.2.1:53"] = accepts(0)
		i.servers["udp 192.0.2.2:53"] = accepts(0)
		n := newNet(t, i, Options{Resolvers: []string{"192.0.2.1", "192.0.2.2"}})
		began := time.Now()
		_, _, err := n.Resolver.TXT(t.Context(), "example.com")
		e := dnsError(t, err)
		if !e.IsTimeout || e.IsNotFound || e.Server != "192.0.2.1:53, 192.0.2.2:53" {
			t.Errorf("got %#v", e)
		}
		equal(t, time.Since(began), queryLimit)
		equal(t, i.log(), "udp 192.0.2.1:53, udp 192.0.2.2:53, udp 192.0.2.1:53, udp 192.0.2.2:53")
		// A failure is remembered for a while only.
		_, _, again := n.Resolver.TXT(t.Context(), "example.com")
		equal(t, again == err, true)
		time.Sleep(failureLife)
		i.mu.Lock()
		i.servers["udp 192.0.2.1:53"] = dnsServer(zone(t, "example.com. 60 IN TXT x"))
		i.mu.Unlock()
		txt, _, err := n.Resolver.TXT(t.Context(), "example.com")
		equal(t, err, nil)
		equal(t, txt, []string{"x"})
	})
	synctest.Test(t, func(t *testing.T) {
		n := newNet(t, newInternet(), Options{})
		_, _, err := n.Resolver.TXT(t.Context(), "example.com")
		if e := dnsError(t, err); e.IsTimeout || e.IsNotFound || !strings.Contains(e.Err, "refused") {
			t.Errorf("got %#v", e)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	q := question{name: "a.example.", typ: dns.TypeMX}
	for _, lines := range [][]string{{"a.example. 60 IN MX 1 b.example."}, {"a.example. 60 IN CNAME b.example.", "b.example. 60 IN MX 1 c.example."}} {
		ask := new(dns.Msg).SetQuestion(q.name, q.typ)
		ask.Id = 7
		wire, err := zone(f, lines...)(ask)[0].Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		a, err := readAnswer(wire, 7, q, "192.0.2.53:53")
		if err != nil && err != errTruncated && len(a.records) > 0 {
			t.Errorf("records beside the error %v", err)
		}
		names := map[string]bool{hostName(q.name): true}
		for _, name := range a.meta.Aliases {
			names[name] = true
		}
		if len(a.meta.Aliases) > maxAliases {
			t.Errorf("%d aliases", len(a.meta.Aliases))
		}
		for _, rr := range a.records {
			if _, ok := rr.(*dns.MX); !ok && !reflect.TypeOf(rr).AssignableTo(reflect.TypeFor[*dns.RFC3597]()) || !names[hostName(rr.Header().Name)] {
				t.Errorf("record %v answers %v", rr, q)
			}
		}
		unescape(string(wire))
	})
}
