package netx

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"

	"mailcheck/checks"
)

// A SERVFAIL is blamed on DNSSEC only if the answer is there with checking
// disabled, and the plain question fails again.
func TestBogus(t *testing.T) {
	var asked atomic.Int32
	records := zone(t, "bogus.example. 60 IN MX 10 a.example.", "weak.example. 60 IN MX 10 a.example.")
	answer := func(q *dns.Msg) []*dns.Msg {
		fail := rcode(dns.RcodeServerFailure)
		switch name := q.Question[0].Name; {
		case name == "weak.example." && asked.Add(1) == 1, name == "broken.example.":
			return fail(q)
		case (name == "bogus.example." || name == "gone.bogus.example.") && !q.CheckingDisabled:
			return fail(q)
		}
		return records(q)
	}
	bubble(t, answer, func(t *testing.T, _ *internet, n *Run) {
		for _, c := range []struct{ name, want string }{
			{"bogus.example", "bogus.example MX: SERVFAIL; with DNSSEC checking off there is an answer"},
			{"gone.bogus.example", "gone.bogus.example MX: SERVFAIL; with DNSSEC checking off there is an answer"},
			{"broken.example", "lookup broken.example on 192.0.2.53:53: SERVFAIL"},
		} {
			_, _, err := n.Resolver.MX(t.Context(), c.name)
			if err == nil {
				t.Fatalf("%s: no error", c.name)
			}
			equal(t, err.Error(), c.want)
			e, bogus := errors.AsType[*checks.Error](err)
			equal(t, bogus, c.name != "broken.example")
			if bogus {
				equal(t, e.Check.ID, "dns.bogus")
			}
		}
		mx, _, err := n.Resolver.MX(t.Context(), "weak.example") // one weak moment is none
		if err != nil || len(mx) != 1 {
			t.Errorf("weak.example: %v, %v", mx, err)
		}
	})
}
