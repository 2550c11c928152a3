package dnssec

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// always has a signature count for decades.
func always(s *dns.RRSIG) {
	s.Inception = uint32(time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
	s.Expiration = uint32(time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
}

// fixed is the tree with keys and times that are the same in every process, so that
// what the fuzzer has found means the same in the next.
func fixed(t testing.TB) *tree {
	w := newTree(t, dns.ED25519, 256)
	for zone, k := range w.keys {
		seed := sha256.Sum256([]byte(zone))
		private := ed25519.NewKeyFromSeed(seed[:])
		k.private, k.PublicKey = private, base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
	}
	for _, zone := range []string{"example.com.", "com.", "."} {
		w.resign(zone, dns.TypeDNSKEY, w.keys[zone], always)
		if zone != "." {
			set := []dns.RR{w.keys[zone].ToDS(dns.SHA256)}
			w.answers[question{zone, dns.TypeDS}] = append(set, w.sign(w.keys[parent(zone)], set, always))
		}
	}
	w.resign(service, dns.TypeSRV, w.keys["example.com."], always)
	w.anchors = []*dns.DS{w.keys["."].ToDS(dns.SHA256)}
	return w
}

// Whatever a resolver answers, nothing is proven but what the zone has signed.
func FuzzProve(f *testing.F) {
	w := fixed(f)
	genuine := w.answers[question{service, dns.TypeSRV}][:2]
	questions := []question{{service, dns.TypeSRV}, {"example.com.", dns.TypeDNSKEY}, {"example.com.", dns.TypeDS}, {"com.", dns.TypeDNSKEY}, {"com.", dns.TypeDS}, {".", dns.TypeDNSKEY}}
	var all []byte
	for _, q := range questions {
		m := &dns.Msg{Answer: w.answers[q]}
		packed, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		all = append(binary.BigEndian.AppendUint16(all, uint16(len(packed))), packed...)
		f.Add(slices.Concat(make([]byte, 2*slices.Index(questions, q)), binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed))
	}
	f.Add(all)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		// One message for each question; an empty one stands for the genuine.
		answers, denials := make(map[question][]dns.RR), make(map[question][]dns.RR)
		for _, q := range questions {
			answers[q] = w.answers[q]
			if len(data) < 2 {
				continue
			}
			size := min(int(binary.BigEndian.Uint16(data)), len(data)-2)
			if m := new(dns.Msg); size > 0 && m.Unpack(data[2:2+size]) == nil {
				answers[q], denials[q] = m.Answer, m.Ns
			}
			data = data[2+size:]
		}
		v := New(w.anchors, func(_ context.Context, name string, typ uint16) (Answer, error) {
			return Answer{answers[question{name, typ}], denials[question{name, typ}]}, nil
		})
		records, err := v.Prove(t.Context(), service, dns.TypeSRV)
		if (err == nil) == (records == nil) {
			t.Fatalf("%v, %v", records, err)
		}
		within := func(all, part []dns.RR) bool {
			return !slices.ContainsFunc(part, func(rr dns.RR) bool {
				return !slices.ContainsFunc(all, func(of dns.RR) bool { return dns.IsDuplicate(rr, of) })
			})
		}
		if err == nil && !(within(genuine, records) && within(records, genuine)) {
			t.Errorf("proven: %v", records)
		}
	})
}

// Whatever a resolver says of what does not exist, a wildcard answers only for a name that the
// zone has denied.
func FuzzDenial(f *testing.F) {
	w := fixed(f)
	wild := w.record("*._tcp.example.com. 300 IN SRV 0 1 993 imap.example.net.")
	s := w.sign(w.keys["example.com."], []dns.RR{wild}, always)
	wild.Header().Name, s.Hdr.Name = service, service
	genuine := w.record("*._tcp.example.com. 300 IN NSEC mail.example.com. SRV RRSIG NSEC")
	for _, line := range append(hashes("example.com.", 0, 3, "example.com. SOA NS"), "*._tcp.example.com. 300 IN NSEC mail.example.com. SRV RRSIG NSEC", "a.example.com. NSEC b.example.com. A") {
		rr := w.record(line)
		packed, err := (&dns.Msg{Ns: []dns.RR{rr, w.sign(w.keys["example.com."], []dns.RR{rr}, always)}}).Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := new(dns.Msg)
		if m.Unpack(data) != nil {
			return
		}
		v := New(w.anchors, func(_ context.Context, name string, typ uint16) (Answer, error) {
			if q := (question{name, typ}); q != (question{service, dns.TypeSRV}) {
				return Answer{w.answers[q], nil}, nil
			}
			return Answer{[]dns.RR{wild, s}, m.Ns}, nil
		})
		_, err := v.Prove(t.Context(), service, dns.TypeSRV)
		denied := slices.ContainsFunc(m.Ns, func(rr dns.RR) bool { return dns.IsDuplicate(rr, genuine) })
		hashed := slices.ContainsFunc(m.Ns, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeNSEC3 })
		if err == nil && !denied && !hashed {
			t.Errorf("proven with %v", m.Ns)
		}
	})
}

// The seeds of the fuzzer are not all refused.
func TestFixedTree(t *testing.T) {
	w := fixed(t)
	if _, err := w.validator().Prove(t.Context(), service, dns.TypeSRV); err != nil {
		t.Error(err)
	}
}
