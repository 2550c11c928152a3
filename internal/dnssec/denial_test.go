package dnssec

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// expand has a wildcard of example.com answer for the service.
func (w *tree) expand(wild string) {
	rr := w.record(wild + " 300 IN SRV 0 1 993 imap.example.net.")
	s := w.sign(w.keys["example.com."], []dns.RR{rr}, nil)
	rr.Header().Name, s.Hdr.Name = service, service
	w.answers[question{service, dns.TypeSRV}] = []dns.RR{rr, s}
}

// deny adds records to what a zone says of a question that it has no answer for, each signed.
func (w *tree) deny(name string, typ uint16, zone string, lines ...string) {
	q := question{name, typ}
	for _, line := range lines {
		rr := w.record(line)
		w.denials[q] = append(w.denials[q], rr, w.sign(w.keys[zone], []dns.RR{rr}, nil))
	}
}

// hashes returns the NSEC3 records of a zone that has these names, each with its types.
func hashes(zone string, flags, iterations uint16, names ...string) []string {
	types := map[string]string{}
	for _, n := range names {
		name, rest, _ := strings.Cut(n, " ")
		types[dns.HashName(name, dns.SHA1, iterations, "ab")] = rest
	}
	var order, lines []string
	for hash := range types {
		order = append(order, hash)
	}
	slices.Sort(order)
	for i, hash := range order {
		lines = append(lines, fmt.Sprintf("%s.%s 300 IN NSEC3 1 %d %d ab %s %s", strings.ToLower(hash), zone, flags, iterations, order[(i+1)%len(order)], types[hash]))
	}
	return lines
}

// A wildcard counts where the zone has signed that no name is closer.
func TestWildcard(t *testing.T) {
	const domain = "example.com."
	apex := []string{domain + " SOA NS", "_tcp." + domain, "*._tcp." + domain + " SRV"}
	for _, c := range []struct {
		what   string
		change func(*tree)
		want   string
	}{
		{"the name lies between two others", func(w *tree) { w.deny(service, dns.TypeSRV, domain, "*._tcp.example.com. NSEC mail.example.com. SRV") }, ""},
		{"the star of the domain", func(w *tree) {
			w.expand("*.example.com.")
			w.deny(service, dns.TypeSRV, domain, "*.example.com. NSEC example.com. SRV")
		}, ""},
		{"hashed", func(w *tree) { w.deny(service, dns.TypeSRV, domain, hashes(domain, 0, 5, apex...)...) }, ""},
		{"hashed, where another name exists below it", func(w *tree) {
			w.deny(service, dns.TypeSRV, domain, hashes(domain, 0, 5, append(apex, service, "a."+service+" SRV")...)...)
		}, "_imaps._tcp.example.com SRV: it comes from a wildcard, and nothing proves that _imaps._tcp.example.com does not exist"},
		{"unsigned zones are left out of the hashes", func(w *tree) { w.deny(service, dns.TypeSRV, domain, hashes(domain, 1, 0, apex...)...) },
			"_imaps._tcp.example.com SRV: it comes from a wildcard, and nothing proves that _imaps._tcp.example.com does not exist"},
		{"the name exists", func(w *tree) { w.deny(service, dns.TypeSRV, domain, service+" NSEC mail.example.com. SRV") },
			"_imaps._tcp.example.com SRV: it comes from a wildcard, and nothing proves that _imaps._tcp.example.com does not exist"},
		{"a name below it exists", func(w *tree) {
			w.deny(service, dns.TypeSRV, domain, "*._tcp.example.com. NSEC a._imaps._tcp.example.com. SRV")
		}, "_imaps._tcp.example.com SRV: it comes from a wildcard, and nothing proves that _imaps._tcp.example.com does not exist"},
		{"a record of other names", func(w *tree) { w.deny(service, dns.TypeSRV, domain, "a.example.com. NSEC b.example.com. A") },
			"_imaps._tcp.example.com SRV: it comes from a wildcard, and nothing proves that _imaps._tcp.example.com does not exist"},
		{"what the zone says of one that it has handed on", func(w *tree) {
			w.deny(service, dns.TypeSRV, domain, "_tcp.example.com. NSEC mail.example.com. NS")
		}, "_imaps._tcp.example.com SRV: it comes from a wildcard, and nothing proves that _imaps._tcp.example.com does not exist"},
		{"signed by nobody", func(w *tree) {
			w.denials[question{service, dns.TypeSRV}] = []dns.RR{w.record("*._tcp.example.com. NSEC mail.example.com. SRV")}
		}, "*._tcp.example.com NSEC: it is not signed by example.com"},
		{"signed by the zone above", func(w *tree) { w.deny(service, dns.TypeSRV, "com.", "*._tcp.example.com. NSEC mail.example.com. SRV") },
			"*._tcp.example.com NSEC: it is not signed by example.com"},
		{"changed", func(w *tree) {
			w.deny(service, dns.TypeSRV, domain, "a.example.com. NSEC b.example.com. A")
			w.denials[question{service, dns.TypeSRV}][0].(*dns.NSEC).NextDomain = "mail.example.com."
		}, "a.example.com NSEC: its signature does not fit"},
		{"a denial that is a wildcard's itself", func(w *tree) {
			wild := w.record("*.example.com. NSEC zz.example.com. SRV")
			s := w.sign(w.keys[domain], []dns.RR{wild}, nil)
			wild.Header().Name, s.Hdr.Name = "_a.example.com.", "_a.example.com."
			w.denials[question{service, dns.TypeSRV}] = []dns.RR{wild, s}
		}, "_a.example.com NSEC: it comes from a wildcard"},
		{"hashed 101 times", func(w *tree) { w.deny(service, dns.TypeSRV, domain, hashes(domain, 0, 101, apex[:1]...)...) },
			strings.ToLower(dns.HashName(domain, dns.SHA1, 101, "ab")) + ".example.com NSEC3: it is hashed 101 times by algorithm 1, which is not checked here"},
		{"many records", func(w *tree) {
			for i := range 20 {
				w.deny(service, dns.TypeSRV, domain, fmt.Sprintf("a%d.example.com. NSEC b.example.com. A", i))
			}
		}, "example.com NSEC: more than 8 records deny"},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newTree(t, dns.ED25519, 256)
			w.expand("*._tcp.example.com.")
			c.change(w)
			records, err := w.validator().Prove(t.Context(), service, dns.TypeSRV)
			if c.want == "" {
				if err != nil || len(records) != 1 {
					t.Errorf("%v, %v", records, err)
				}
			} else if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// Whether an answer has lost its signatures, or its zone has none, the zones above have
// signed.
func TestUnsigned(t *testing.T) {
	const domain = "plain.com."
	const name, below = "_imaps._tcp.plain.com.", "_tcp.plain.com."
	for _, c := range []struct {
		what   string
		change func(*tree)
		flaw   Flaw
		want   string
	}{
		{"a zone without keys", func(w *tree) { w.deny(domain, dns.TypeDS, "com.", "plain.com. NSEC z.com. NS RRSIG NSEC") },
			Unsigned, "it is not signed, and neither is plain.com"},
		{"hashed", func(w *tree) {
			w.deny(domain, dns.TypeDS, "com.", hashes("com.", 0, 0, "com. SOA NS", "plain.com. NS")...)
		},
			Unsigned, "it is not signed, and neither is plain.com"},
		{"left out of the hashes", func(w *tree) {
			w.deny(domain, dns.TypeDS, "com.", hashes("com.", 1, 0, "com. SOA NS", "example.com. NS DS")...)
		},
			Unsigned, "it is not signed, and neither is plain.com"},
		{"a zone that is not there", func(w *tree) {
			w.deny(domain, dns.TypeDS, "com.", hashes("com.", 0, 0, "com. SOA NS")...)
			w.deny(below, dns.TypeDS, "com.", hashes("com.", 0, 0, "com. SOA NS")...)
			w.deny(name, dns.TypeDS, "com.", hashes("com.", 0, 0, "com. SOA NS")...)
		}, Stripped, "it has no signature, and all in com has one"},
		{"signatures taken out", func(w *tree) {
			w.zone(domain, dns.ED25519, 256)
			w.deny(below, dns.TypeDS, domain, "plain.com. NSEC _imaps._tcp.plain.com. SOA NS")
			w.deny(name, dns.TypeDS, domain, name+" NSEC plain.com. SRV")
		}, Stripped, "it has no signature, and all in plain.com has one"},
		{"signatures taken out of a zone with hashes", func(w *tree) {
			w.zone(domain, dns.ED25519, 256)
			all := hashes(domain, 0, 1, domain+" SOA NS", below, name+" SRV")
			w.deny(below, dns.TypeDS, domain, all...)
			w.deny(name, dns.TypeDS, domain, all...)
		}, Stripped, "it has no signature, and all in plain.com has one"},
		{"a zone below a signed one", func(w *tree) {
			w.zone(domain, dns.ED25519, 256)
			w.deny(below, dns.TypeDS, domain, below+" NSEC plain.com. NS")
		}, Unsigned, "it is not signed, and neither is _tcp.plain.com"},
		{"a resolver that leaves out what does not exist", func(*tree) {}, Unsigned, "it is not signed"},
		{"what the zone says of itself", func(w *tree) { w.deny(domain, dns.TypeDS, "com.", "plain.com. NSEC z.com. NS SOA") }, Unsigned, "it is not signed"},
		{"what the zone says of another", func(w *tree) { w.deny(domain, dns.TypeDS, "com.", "a.com. NSEC b.com. NS") }, Unsigned, "it is not signed"},
		{"there are keys, says the zone", func(w *tree) { w.deny(domain, dns.TypeDS, "com.", "plain.com. NSEC z.com. NS DS") }, Unsigned, "it is not signed"},
		{"a denial by somebody else", func(w *tree) { w.deny(domain, dns.TypeDS, "example.com.", "plain.com. NSEC z.com. NS") }, Unsigned, "it is not signed"},
		{"keys that are not those of the zone above", func(w *tree) {
			w.zone(domain, dns.ED25519, 256)
			w.keys[domain] = w.newKey(domain, dns.ED25519, 256)
			w.put(domain, w.keys[domain].DNSKEY)
		}, Wrong, "no key that can be used is one that the zone above names"},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newTree(t, dns.ED25519, 256)
			w.put("", w.record(name+" SRV 0 1 993 imap.example.net."))
			c.change(w)
			_, err := w.validator().Prove(t.Context(), name, dns.TypeSRV)
			if e, ok := errors.AsType[*Unproven](err); !ok || e.Flaw != c.flaw || e.Why != c.want {
				t.Errorf("got %v, want flaw %d, %q", err, c.flaw, c.want)
			}
			if len(w.asked) > 2*4+2 {
				t.Errorf("%d questions: %q", len(w.asked), w.asked)
			}
		})
	}
}

// The names of RFC 4034 section 6.1, in their order.
func TestOrderOfNames(t *testing.T) {
	names := []string{"example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "zABC.a.EXAMPLE.", "z.example.", `\001.z.example.`, "*.z.example.", `\200.z.example.`}
	shuffled := slices.Clone(names)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, func(a, b string) int {
		return cmp.Or(map[bool]int{true: -1}[inOrder(a, b)], map[bool]int{true: 1}[inOrder(b, a)])
	})
	if !slices.Equal(shuffled, names) {
		t.Errorf("%q", shuffled)
	}
}
