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

// fixed is the tree with keys and times that are the same in every process, so that
// what the fuzzer has found means the same in the next.
func fixed(t testing.TB) *tree {
	w := newTree(t, dns.ED25519, 256)
	for zone, k := range w.keys {
		seed := sha256.Sum256([]byte(zone))
		private := ed25519.NewKeyFromSeed(seed[:])
		k.private, k.PublicKey = private, base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
	}
	always := func(s *dns.RRSIG) {
		s.Inception = uint32(time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
		s.Expiration = uint32(time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
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
		answers := make(map[question][]dns.RR)
		for _, q := range questions {
			answers[q] = w.answers[q]
			if len(data) < 2 {
				continue
			}
			size := min(int(binary.BigEndian.Uint16(data)), len(data)-2)
			if m := new(dns.Msg); size > 0 && m.Unpack(data[2:2+size]) == nil {
				answers[q] = m.Answer
			}
			data = data[2+size:]
		}
		v := New(w.anchors, func(_ context.Context, name string, typ uint16) ([]dns.RR, error) {
			return answers[question{name, typ}], nil
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

// The seeds of the fuzzer are not all refused.
func TestFixedTree(t *testing.T) {
	w := fixed(t)
	if _, err := w.validator().Prove(t.Context(), service, dns.TypeSRV); err != nil {
		t.Error(err)
	}
}
