package dnssec

import (
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// tree is a small tree of signed zones, as a resolver hands it over.
type tree struct {
	t       testing.TB
	keys    map[string]*pair // by zone
	answers map[question][]dns.RR
	denials map[question][]dns.RR
	asked   []string
	mu      sync.Mutex
	wait    time.Duration
	anchors []*dns.DS
}

type pair struct {
	*dns.DNSKEY
	private crypto.Signer
}

const service = "_imaps._tcp.example.com."

// newTree signs the zones ., com. and example.com., and a record in the last.
func newTree(t testing.TB, algorithm uint8, bits int) *tree {
	t.Helper()
	w := &tree{t: t, keys: make(map[string]*pair), answers: make(map[question][]dns.RR), denials: make(map[question][]dns.RR)}
	for _, zone := range []string{".", "com.", "example.com."} {
		w.zone(zone, algorithm, bits)
	}
	w.anchors = []*dns.DS{w.keys["."].ToDS(dns.SHA256)}
	w.put("example.com.", w.record(service+" 300 IN SRV 0 1 993 imap.example.net."), w.record(service+" 300 IN SRV 1 1 993 Imap2.Example.NET."))
	return w
}

func (w *tree) newKey(zone string, algorithm uint8, bits int) *pair {
	k := &dns.DNSKEY{Hdr: dns.RR_Header{Name: zone, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 300}, Flags: 257, Protocol: 3, Algorithm: algorithm}
	private, err := k.Generate(bits)
	if err != nil {
		w.t.Fatal(err)
	}
	return &pair{k, private.(crypto.Signer)}
}

// zone makes a zone with one key, which the zone above names.
func (w *tree) zone(name string, algorithm uint8, bits int) {
	w.keys[name] = w.newKey(name, algorithm, bits)
	w.put(name, w.keys[name].DNSKEY)
	if name != "." {
		w.put(parent(name), w.keys[name].ToDS(dns.SHA256))
	}
}

func (w *tree) record(text string) dns.RR {
	rr, err := dns.NewRR(text)
	if err != nil {
		w.t.Fatal(err)
	}
	return rr
}

// put answers a question with records, signed by a zone; without a zone, by nobody.
func (w *tree) put(zone string, set ...dns.RR) {
	h := set[0].Header()
	answer := slices.Clone(set)
	if zone != "" {
		answer = append(answer, w.sign(w.keys[zone], set, nil))
	}
	w.answers[question{h.Name, h.Rrtype}] = answer
}

// sign signs a set, with what is different from an ordinary signature.
func (w *tree) sign(k *pair, set []dns.RR, change func(*dns.RRSIG)) *dns.RRSIG {
	h := set[0].Header()
	s := &dns.RRSIG{
		Hdr:         dns.RR_Header{Name: h.Name, Rrtype: dns.TypeRRSIG, Class: dns.ClassINET, Ttl: h.Ttl},
		TypeCovered: h.Rrtype, Labels: uint8(dns.CountLabel(h.Name)), OrigTtl: h.Ttl,
		SignerName: k.Hdr.Name, KeyTag: k.KeyTag(), Algorithm: k.Algorithm,
		Inception: uint32(time.Now().Add(-time.Hour).Unix()), Expiration: uint32(time.Now().Add(time.Hour).Unix()),
	}
	if change != nil {
		change(s)
	}
	if err := s.Sign(k.private, set); err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *tree) ask(ctx context.Context, name string, typ uint16) (Answer, error) {
	w.mu.Lock()
	w.asked = append(w.asked, name+" "+dns.TypeToString[typ])
	w.mu.Unlock()
	select {
	case <-time.After(w.wait):
	case <-ctx.Done():
		return Answer{}, ctx.Err()
	}
	return Answer{w.answers[question{name, typ}], w.denials[question{name, typ}]}, nil
}

func (w *tree) validator() *Validator { return New(w.anchors, w.ask) }

// resign signs an answer anew, with a change.
func (w *tree) resign(name string, typ uint16, k *pair, change func(*dns.RRSIG)) {
	set := setOf(w.answers[question{name, typ}], name, typ)
	w.answers[question{name, typ}] = append(set, w.sign(k, set, change))
}

func TestProves(t *testing.T) {
	for _, c := range []struct {
		algorithm uint8
		bits      int
	}{{dns.RSASHA256, 2048}, {dns.RSASHA512, 1024}, {dns.ECDSAP256SHA256, 256}, {dns.ECDSAP384SHA384, 384}, {dns.ED25519, 256}} {
		synctest.Test(t, func(t *testing.T) {
			w := newTree(t, c.algorithm, c.bits)
			w.wait = time.Second
			v, start := w.validator(), time.Now()
			for range 2 {
				records, err := v.Prove(t.Context(), "_imaps._tcp.EXAMPLE.com", dns.TypeSRV)
				if err != nil || len(records) != 2 {
					t.Errorf("algorithm %d: %v, %v", c.algorithm, records, err)
				}
			}
			// The second answer needs no chain. Of the first all is asked at once.
			if took := time.Since(start); took != 3*time.Second {
				t.Errorf("took %v", took)
			}
			if v.verifications != 7 {
				t.Errorf("%d signatures were checked", v.verifications)
			}
		})
	}
}

// An answer through an alias in another zone needs both to be signed.
func TestAlias(t *testing.T) {
	w := newTree(t, dns.ED25519, 256)
	w.zone("net.", dns.ED25519, 256)
	w.zone("example.net.", dns.ED25519, 256)
	tlsa := question{"_993._tcp.mail.example.com.", dns.TypeTLSA}
	alias := w.record("_993._tcp.mail.example.com. 300 IN CNAME _993._tcp.mx.example.net.")
	target := w.record("_993._tcp.mx.example.net. 300 IN TLSA 3 1 1 00")
	signedAlias, signedTarget := w.sign(w.keys["example.com."], []dns.RR{alias}, nil), w.sign(w.keys["example.net."], []dns.RR{target}, nil)
	for _, c := range []struct {
		answer []dns.RR
		want   string
	}{
		{[]dns.RR{alias, signedAlias, target, signedTarget}, ""},
		{[]dns.RR{target, signedTarget, signedAlias, alias}, ""},
		{[]dns.RR{alias, target, signedTarget}, "_993._tcp.mail.example.com CNAME: it is not signed"},
		{[]dns.RR{alias, signedAlias, target}, "_993._tcp.mx.example.net TLSA: it is not signed"},
		{[]dns.RR{target, signedTarget}, "_993._tcp.mail.example.com TLSA: there is no record, and that is never proven"},
	} {
		w.answers[tlsa] = c.answer
		_, err := w.validator().Prove(t.Context(), tlsa.name, tlsa.typ)
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

// What no chain leads to is not proven, and it is said why.
func TestHostileAnswers(t *testing.T) {
	srv := question{service, dns.TypeSRV}
	const com, domain = "com.", "example.com."
	for _, c := range []struct {
		what   string
		change func(*tree)
		flaw   Flaw
		want   string
	}{
		{"no signature", func(w *tree) { w.put("", setOf(w.answers[srv], service, dns.TypeSRV)...) },
			Unsigned, "_imaps._tcp.example.com SRV: it is not signed"},
		{"another record", func(w *tree) { w.answers[srv][0].(*dns.SRV).Target = "imap.evil.example." },
			Wrong, "_imaps._tcp.example.com SRV: its signature does not fit"},
		{"one record more", func(w *tree) {
			w.answers[srv] = append(w.answers[srv], w.record(service+" 300 IN SRV 0 1 993 imap.evil.example."))
		}, Wrong, "_imaps._tcp.example.com SRV: its signature does not fit"},
		{"one record less", func(w *tree) { w.answers[srv] = w.answers[srv][1:] }, Wrong, "_imaps._tcp.example.com SRV: its signature does not fit"},
		{"outdated", func(w *tree) {
			w.resign(service, dns.TypeSRV, w.keys[domain], func(s *dns.RRSIG) { s.Expiration = uint32(time.Now().Add(-time.Minute).Unix()) })
		}, Wrong, "_imaps._tcp.example.com SRV: its signature was valid to 31 December 1999 23:59 UTC"},
		{"not yet valid", func(w *tree) {
			w.resign(service, dns.TypeSRV, w.keys[domain], func(s *dns.RRSIG) { s.Inception = uint32(time.Now().Add(time.Minute).Unix()) })
		}, Wrong, "_imaps._tcp.example.com SRV: its signature is valid from 1 January 2000 00:01 UTC"},
		{"a key that no DS record names", func(w *tree) {
			stranger := w.newKey(domain, dns.ED25519, 256)
			w.resign(service, dns.TypeSRV, stranger, nil)
			w.answers[question{domain, dns.TypeDNSKEY}] = []dns.RR{stranger.DNSKEY, w.sign(stranger, []dns.RR{stranger.DNSKEY}, nil)}
		}, Wrong, "example.com DNSKEY: no key that can be used is one that the zone above names"},
		{"a stranger's key beside the good one", func(w *tree) {
			stranger := w.newKey(domain, dns.ED25519, 256)
			w.resign(service, dns.TypeSRV, stranger, nil)
			q := question{domain, dns.TypeDNSKEY}
			w.answers[q] = append(w.answers[q], stranger.DNSKEY)
		}, Wrong, "example.com DNSKEY: its signature does not fit"},
		{"keys signed by a stranger's alone", func(w *tree) {
			stranger := w.newKey(domain, dns.ED25519, 256)
			w.resign(service, dns.TypeSRV, stranger, nil)
			set := []dns.RR{w.keys[domain].DNSKEY, stranger.DNSKEY}
			w.answers[question{domain, dns.TypeDNSKEY}] = append(set, w.sign(stranger, set, nil))
		}, Wrong, "example.com DNSKEY: it is signed by no key of example.com that counts"},
		{"a DS record signed by the zone itself", func(w *tree) {
			stranger := w.newKey(domain, dns.ED25519, 256)
			w.keys[domain] = stranger
			w.put(domain, stranger.DNSKEY)
			w.put(domain, stranger.ToDS(dns.SHA256))
			w.resign(service, dns.TypeSRV, stranger, nil)
		}, Wrong, "example.com DS: it is signed by the zone itself, not by the one above"},
		{"a sibling signs", func(w *tree) {
			w.zone("evil.com.", dns.ED25519, 256)
			w.resign(service, dns.TypeSRV, w.keys["evil.com."], nil)
		}, Wrong, "_imaps._tcp.example.com SRV: it is signed by evil.com, which it does not belong to"},
		{"a name that ends alike signs", func(w *tree) {
			w.zone("le.com.", dns.ED25519, 256)
			w.resign(service, dns.TypeSRV, w.keys["le.com."], nil)
		}, Wrong, "_imaps._tcp.example.com SRV: it is signed by le.com, which it does not belong to"},
		{"a zone below signs", func(w *tree) {
			below := "evil." + service
			w.keys[below] = w.newKey(below, dns.ED25519, 256)
			w.put(below, w.keys[below].DNSKEY)
			w.put(domain, w.keys[below].ToDS(dns.SHA256))
			w.resign(service, dns.TypeSRV, w.keys[below], nil)
		}, Wrong, "_imaps._tcp.example.com SRV: it is signed by evil._imaps._tcp.example.com, which it does not belong to"},
		{"the signature of another name", func(w *tree) {
			other := []dns.RR{w.record("evil.example.com. 300 IN SRV 0 1 993 imap.example.net.")}
			s := w.sign(w.keys[domain], other, nil)
			s.Hdr.Name = service
			w.answers[srv] = append(setOf(w.answers[srv], service, dns.TypeSRV), s)
		}, Wrong, "_imaps._tcp.example.com SRV: its signature does not fit"},
		{"a wildcard", func(w *tree) {
			w.expand("*.example.com.")
		}, Unsupported, "example.com NSEC: the resolver hands over nothing that says what does not exist"},
		{"an unsigned delegation", func(w *tree) { delete(w.answers, question{domain, dns.TypeDS}) },
			Island, "example.com DS: the zone above has no such record"},
		{"an unsigned DS record", func(w *tree) { w.put("", w.keys[domain].ToDS(dns.SHA256)) }, Stripped, "example.com DS: it has no signature, and all in com has one"},
		{"a DS record by SHA-1", func(w *tree) { w.put(com, w.keys[domain].ToDS(dns.SHA1)) },
			Unsupported, "example.com DNSKEY: the zone above names its keys in old ways only"},
		{"keys that are not signed", func(w *tree) { w.put("", w.keys[domain].DNSKEY) },
			Wrong, "example.com DNSKEY: the zone above says that it is signed, and it is not"},
		{"no keys", func(w *tree) { delete(w.answers, question{domain, dns.TypeDNSKEY}) },
			Wrong, "example.com DNSKEY: the zone above says that it is signed, and it is not"},
		{"a resolver without signatures", func(w *tree) {
			for q, answer := range w.answers {
				w.answers[q] = slices.DeleteFunc(answer, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeRRSIG })
			}
		}, Withheld, ". DNSKEY: the resolver hands over no signatures, not even those of the root"},
		{"another root", func(w *tree) { w.anchors = newTree(w.t, dns.ED25519, 256).anchors },
			Wrong, ". DNSKEY: no key that can be used is one that the zone above names"},
		{"SHA-1", func(w *tree) {
			w.keys[domain] = w.newKey(domain, dns.RSASHA1, 1024)
			w.put(com, w.keys[domain].ToDS(dns.SHA256))
			w.put(domain, w.keys[domain].DNSKEY)
			w.resign(service, dns.TypeSRV, w.keys[domain], nil)
		}, Unsupported, "_imaps._tcp.example.com SRV: it is signed by algorithm 5, which is not checked here"},
		{"a key that is revoked", func(w *tree) { w.rekey(func(k *dns.DNSKEY) { k.Flags |= dns.REVOKE }) },
			Wrong, "example.com DNSKEY: no key that can be used is one that the zone above names"},
		{"a key for other things than zones", func(w *tree) { w.rekey(func(k *dns.DNSKEY) { k.Flags &^= dns.ZONE }) },
			Wrong, "example.com DNSKEY: no key that can be used is one that the zone above names"},
		{"a key of another protocol", func(w *tree) { w.rekey(func(k *dns.DNSKEY) { k.Protocol = 2 }) },
			Wrong, "example.com DNSKEY: no key that can be used is one that the zone above names"},
		{"an RSA key of 250,000 bits", func(w *tree) {
			w.rekey(func(k *dns.DNSKEY) {
				k.Algorithm, k.PublicKey = dns.RSASHA256, base64.StdEncoding.EncodeToString(slices.Concat([]byte{3, 1, 0, 1}, slices.Repeat([]byte{0xff}, 31250)))
			})
		}, Wrong, "example.com DNSKEY: no key that can be used is one that the zone above names"},
		{"an RSA key with the exponent 1", func(w *tree) {
			w.rekey(func(k *dns.DNSKEY) {
				k.Algorithm, k.PublicKey = dns.RSASHA256, base64.StdEncoding.EncodeToString(slices.Concat([]byte{1, 1}, slices.Repeat([]byte{0xff}, 256)))
			})
		}, Wrong, "example.com DNSKEY: no key that can be used is one that the zone above names"},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTree(t, dns.ED25519, 256)
				c.change(w)
				records, err := w.validator().Prove(t.Context(), service, dns.TypeSRV)
				e, ok := errors.AsType[*Unproven](err)
				if !ok || records != nil {
					t.Fatalf("got %v, %v", records, err)
				}
				if e.Flaw != c.flaw || e.Error() != c.want {
					t.Errorf("got flaw %d, %q; want %d, %q", e.Flaw, e, c.flaw, c.want)
				}
			})
		})
	}
}

// rekey changes the key of example.com, and has the zone above name it and everything
// signed as if it were good.
func (w *tree) rekey(change func(*dns.DNSKEY)) {
	k := w.keys["example.com."]
	change(k.DNSKEY)
	w.put("com.", delegationTo(k.DNSKEY))
	set := []dns.RR{k.DNSKEY}
	signature := func(set []dns.RR) *dns.RRSIG {
		good := w.newKey("example.com.", dns.ED25519, 256)
		s := w.sign(good, set, nil)
		s.KeyTag, s.Algorithm = k.KeyTag(), k.Algorithm
		return s
	}
	w.answers[question{"example.com.", dns.TypeDNSKEY}] = append(set, signature(set))
}

// delegationTo makes the DS record of a key of any size (RFC 4034 section 5.1.4).
func delegationTo(k *dns.DNSKEY) *dns.DS {
	wire := make([]byte, 255+64<<10)
	n, err := dns.PackDomainName(k.Hdr.Name, wire, 0, nil, false)
	if err != nil {
		panic(err)
	}
	raw, _ := base64.StdEncoding.DecodeString(k.PublicKey)
	data := append(binary.BigEndian.AppendUint16(wire[:n], k.Flags), k.Protocol, k.Algorithm)
	return &dns.DS{
		Hdr:    dns.RR_Header{Name: k.Hdr.Name, Rrtype: dns.TypeDS, Class: dns.ClassINET, Ttl: 300},
		KeyTag: k.KeyTag(), Algorithm: k.Algorithm, DigestType: dns.SHA256, Digest: fmt.Sprintf("%x", sha256.Sum256(append(data, raw...))),
	}
}

// Keys with the same tag make each signature cost as many checks as there are keys; the
// checks are bounded (CVE-2023-50387).
func TestManyKeysOfOneTag(t *testing.T) {
	w := newTree(t, dns.ED25519, 256)
	good := w.keys["example.com."]
	set := []dns.RR{good.DNSKEY}
	for i := 1; i < maxKeys; i++ { // the tag is a sum of words, so that their order does not matter
		raw, _ := base64.StdEncoding.DecodeString(good.PublicKey)
		k := dns.Copy(good.DNSKEY).(*dns.DNSKEY)
		for range i {
			raw = append(raw[2:], raw[:2]...)
		}
		raw[0], raw[16] = raw[16], raw[0]
		k.PublicKey = base64.StdEncoding.EncodeToString(raw)
		if k.KeyTag() != good.KeyTag() {
			t.Fatal("the tag differs")
		}
		set = append([]dns.RR{k}, set...)
	}
	w.answers[question{"example.com.", dns.TypeDNSKEY}] = append(set, w.sign(good, set, nil))
	srv := question{service, dns.TypeSRV}
	for range 100 {
		s := dns.Copy(w.answers[srv][len(w.answers[srv])-1]).(*dns.RRSIG)
		s.Signature = base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 64)))
		w.answers[srv] = append([]dns.RR{s}, w.answers[srv]...)
	}
	v := w.validator()
	_, err := v.Prove(t.Context(), service, dns.TypeSRV)
	if want := "_imaps._tcp.example.com SRV: too many keys and signatures would have to be tried"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if v.verifications > 20 {
		t.Errorf("%d signatures were checked", v.verifications)
	}
	for range 200 {
		v.Prove(t.Context(), service, dns.TypeSRV)
	}
	if v.verifications != maxVerifications {
		t.Errorf("%d signatures were checked in all", v.verifications)
	}
	w.put("example.com.", w.record("_x.example.com. 300 IN SRV 0 1 993 imap.example.net."))
	if _, err := v.Prove(t.Context(), "_x.example.com", dns.TypeSRV); err == nil {
		t.Error("proven beyond the bound")
	}
}

func TestBounds(t *testing.T) {
	test := func(want string, change func(*tree), name string) {
		t.Helper()
		w := newTree(t, dns.ED25519, 256)
		change(w)
		v := w.validator()
		if _, err := v.Prove(t.Context(), name, dns.TypeSRV); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if len(w.asked) > 2*maxLabels+4 {
			t.Errorf("%d questions: %q", len(w.asked), w.asked)
		}
	}
	many := func(n int, typ uint16) func(*tree) {
		return func(w *tree) {
			q := question{"example.com.", typ}
			for i := range n {
				rr := dns.Copy(w.answers[q][0])
				rr.Header().Ttl = uint32(i)
				w.answers[q] = append(w.answers[q], rr)
			}
		}
	}
	test("example.com DNSKEY: more than 24 keys", many(maxKeys, dns.TypeDNSKEY), service)
	test("example.com DS: more than 16 records", many(maxDS, dns.TypeDS), service)
	test("_imaps._tcp.example.com SRV: more than 128 records", func(w *tree) {
		for range maxRecords {
			w.answers[question{service, dns.TypeSRV}] = append(w.answers[question{service, dns.TypeSRV}], w.record(service+" SRV 0 1 993 a.example."))
		}
	}, service)
	deep := strings.Repeat("a.", 11)
	test(deep[:len(deep)-1]+" DNSKEY: more than 10 labels", func(w *tree) {
		w.keys[deep] = w.newKey(deep, dns.ED25519, 256)
		w.put(deep, w.record(deep+" 300 IN SRV 0 1 993 a.example."))
	}, deep)
	test("a9.example.com SRV: more than 8 aliases lead here", func(w *tree) {
		var answer []dns.RR
		for i := range maxAliases + 1 {
			alias := w.record(fmt.Sprintf("a%d.example.com. CNAME a%d.example.com.", i, i+1))
			answer = append(answer, alias, w.sign(w.keys["example.com."], []dns.RR{alias}, nil))
		}
		w.answers[question{"a0.example.com.", dns.TypeSRV}] = answer
	}, "a0.example.com")
}

// Whoever has no time left gets no proof, and leaves nothing behind.
func TestEndOfContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTree(t, dns.ED25519, 256)
		w.wait = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := w.validator().Prove(ctx, service, dns.TypeSRV); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// The digests are those of the keys that IANA publishes too.
func TestAnchors(t *testing.T) {
	anchors := Root()
	if len(anchors) != 2 {
		t.Fatal(anchors)
	}
	for i, public := range []string{
		"AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU=",
		"AwEAAa96jeuknZlaeSrvyAJj6ZHv28hhOKkx3rLGXVaC6rXTsDc449/cidltpkyGwCJNnOAlFNKF2jBosZBU5eeHspaQWOmOElZsjICMQMC3aeHbGiShvZsx4wMYSjH8e7Vrhbu6irwCzVBApESjbUdpWWmEnhathWu1jo+siFUiRAAxm9qyJNg/wOZqqzL/dL/q8PkcRU5oUKEpUge71M3ej2/7CPqpdVwuMoTvoB+ZOT4YeGyxMvHmbrxlFzGOHOijtzN+u1TQNatX2XBuzZNQ1K+s2CXkPIZo7s6JgZyvaBevYtxPvYLw4z9mR7K2vaF18UYH9Z9GNUUeayffKC73PYc=",
	} {
		k := &dns.DNSKEY{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET}, Flags: 257, Protocol: 3, Algorithm: dns.RSASHA256, PublicKey: public}
		if named := namedBy(anchors[i:i+1], keysOf([]dns.RR{k})); len(named) != 1 {
			t.Errorf("%v does not name its key", anchors[i])
		}
	}
	for _, wrong := range []string{"com. IN DS 1 8 2 00", ". IN A 192.0.2.1", "nonsense", "", "; none\n", ". IN DS 1 5 1 00", "$INCLUDE /etc/passwd", strings.Repeat(". IN DS 20326 8 2 00\n", 17)} {
		if anchors, err := Anchors(wrong); err == nil {
			t.Errorf("%q is taken for %v", wrong, anchors)
		}
	}
	key := newTree(t, dns.ED25519, 256).keys["."]
	named, err := Anchors("; state: VALID\n" + strings.Replace(key.String(), key.PublicKey, "( "+key.PublicKey+" )", 1) + " ;; a key\n. 60 IN DNSKEY 256 3 15 " + key.PublicKey)
	if err != nil || len(named) != 1 || len(namedBy(named, keysOf([]dns.RR{key.DNSKEY}))) != 1 {
		t.Errorf("%v, %v", named, err)
	}
}
