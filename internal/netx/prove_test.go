package netx

import (
	"crypto"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// signedZone answers as zone does, all of it in one zone, the root, that is signed. It
// returns the key's DS record too.
func signedZone(t *testing.T, lines ...string) (func(q *dns.Msg) []*dns.Msg, string) {
	t.Helper()
	k := &dns.DNSKEY{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 60}, Flags: 257, Protocol: 3, Algorithm: dns.ED25519}
	private, err := k.Generate(256)
	if err != nil {
		t.Fatal(err)
	}
	plain := zone(t, append(lines, k.String())...)
	return func(q *dns.Msg) []*dns.Msg {
		m := plain(q)[0]
		if opt := q.IsEdns0(); opt == nil || !opt.Do() || len(m.Answer) == 0 {
			return []*dns.Msg{m}
		}
		s := &dns.RRSIG{
			Algorithm: k.Algorithm, KeyTag: k.KeyTag(), SignerName: ".",
			Inception: uint32(time.Now().Unix()), Expiration: uint32(time.Now().Add(time.Hour).Unix()),
		}
		if err := s.Sign(private.(crypto.Signer), m.Answer); err != nil {
			t.Error(err)
		}
		m.Answer = append(m.Answer, s)
		return []*dns.Msg{m}
	}, k.ToDS(dns.SHA256).String()
}

// What a resolver answers is proven by signatures, over TCP too, and by nothing that it
// says.
func TestProve(t *testing.T) {
	unsigned := zone(t, "_x.example. 60 IN SRV 0 1 993 a.example.")
	for _, c := range []struct {
		what   string
		answer func(signed func(*dns.Msg) []*dns.Msg, q *dns.Msg) []*dns.Msg
		want   string
	}{
		{"a signed answer", func(signed func(*dns.Msg) []*dns.Msg, q *dns.Msg) []*dns.Msg { return signed(q) }, ""},
		{"a resolver that says that it has validated", func(_ func(*dns.Msg) []*dns.Msg, q *dns.Msg) []*dns.Msg {
			m := unsigned(q)[0]
			m.AuthenticatedData = true
			return []*dns.Msg{m}
		}, ". DNSKEY: the resolver hands over no signatures, not even those of the root"},
		{"signed records that are not those of the answer", func(signed func(*dns.Msg) []*dns.Msg, q *dns.Msg) []*dns.Msg {
			m := signed(q)[0]
			if len(m.Answer) == 1 {
				m.Answer[0] = dns.Copy(m.Answer[0])
				m.Answer[0].(*dns.SRV).Target = "evil.example."
			}
			return []*dns.Msg{m}
		}, "_x.example SRV: the signed records are others"},
		{"a resolver that refuses", func(signed func(*dns.Msg) []*dns.Msg, q *dns.Msg) []*dns.Msg {
			if q.Question[0].Qtype == dns.TypeDNSKEY {
				return rcode(dns.RcodeRefused)(q)
			}
			return signed(q)
		}, ". DNSKEY: . DNSKEY: the answer of 192.0.2.53:53 is too long for UDP; over TCP: lookup . on 192.0.2.53:53: REFUSED"},
	} {
		synctest.Test(t, func(t *testing.T) {
			signed, anchor := signedZone(t, "_x.example. 60 IN SRV 0 1 993 a.example.")
			i := newInternet()
			i.servers["tcp 192.0.2.53:53"] = dnsServer(func(q *dns.Msg) []*dns.Msg { return c.answer(signed, q) })
			i.servers["udp 192.0.2.53:53"] = dnsServer(func(q *dns.Msg) []*dns.Msg {
				if q.Question[0].Qtype == dns.TypeDNSKEY {
					m := new(dns.Msg).SetReply(q)
					m.Truncated = true
					return []*dns.Msg{m}
				}
				return c.answer(signed, q)
			})
			a, err := ParseAnchors(anchor)
			if err != nil {
				t.Fatal(err)
			}
			n := newNet(t, i, Options{Anchors: a})
			_, meta, err := n.Resolver.SRV(t.Context(), "_x.example")
			if err != nil {
				t.Fatal(err)
			}
			err = n.Prove(t.Context(), meta)
			if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
				t.Errorf("%s: got %v, want %q", c.what, err, c.want)
			}
			if !strings.Contains(i.log(), "tcp 192.0.2.53:53") {
				t.Errorf("%s: dialled %s", c.what, i.log())
			}
		})
	}
}

// What needed no question, or brought no record, is not proven.
func TestNothingToProve(t *testing.T) {
	bubble(t, zone(t, "example. 60 IN A 192.0.2.1"), func(t *testing.T, i *internet, n *Run) {
		for _, name := range []string{"192.0.2.1", "localhost", "gone.example"} {
			_, meta, _ := n.Resolver.Addrs(t.Context(), name, AnyFamily)
			if n.Prove(t.Context(), meta) == nil {
				t.Errorf("%s is proven", name)
			}
		}
		if n.Prove(t.Context(), Meta{}) == nil {
			t.Error("nothing is proven")
		}
	})
}
