package probes

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mailcheck"
	"mailcheck/internal/lab"
)

// A server of another domain gets the password if the domain's SRV record is proven,
// and whatever else a resolver says of it, it does not. The user reads why.
func TestProofs(t *testing.T) {
	for name, want := range map[string]string{
		"proof-good":            "",
		"proof-claimed":         "it is not signed with DNSSEC",
		"proof-withheld":        "the DNS resolver hands over no DNSSEC signatures",
		"proof-stripped":        "its DNSSEC signature is missing, which somebody on the way has taken out, or the DNS server has a zone of its own (_imaps._tcp.example.com SRV: it has no signature, and all in example.com has one)",
		"proof-outdated":        "the DNSSEC signatures prove nothing (_imaps._tcp.example.com SRV: its signature was valid to 30 December 1999 00:00 UTC)",
		"proof-other-key":       "the DNSSEC signatures prove nothing (example.com DNSKEY: no key that can be used is one that the zone above names)",
		"proof-by-sibling":      "the DNSSEC signatures prove nothing (_imaps._tcp.example.com SRV: it is signed by sibling.com, which it does not belong to)",
		"proof-by-child":        "the DNSSEC signatures prove nothing (_imaps._tcp.example.com SRV: it is signed by child._imaps._tcp.example.com, which it does not belong to)",
		"proof-no-delegation":   "it is signed with DNSSEC, and nothing vouches for the keys (example.com DS: the zone above has no such record)",
		"proof-wildcard":        "",
		"proof-wildcard-closer": "DNSSEC could not be checked (example.com NSEC: the resolver hands over nothing that says what does not exist)",
		"proof-many-keys":       "DNSSEC could not be checked (_imaps._tcp.example.com SRV: too many keys and signatures would have to be tried)",
		"proof-huge-key":        "the DNSSEC signatures prove nothing (example.com DNSKEY: no key that can be used is one that the zone above names)",
		"proof-rewritten":       "the DNSSEC signatures prove nothing (_imaps._tcp.example.com SRV: its signature does not fit)",
		"proof-rewritten-plain": "the DNSSEC signatures prove nothing (_imaps._tcp.example.com SRV: the signed records are others)",
	} {
		t.Run(name, func(t *testing.T) {
			visitLab(t, name, Options{Credentials: Credentials{Password: scenario(t, name).Password}}, func(r *mailcheck.Report, l *lab.Lab) {
				if given := len(l.Credentials()) > 0; given != (want == "") {
					t.Errorf("handed over: %q", l.Credentials())
				}
				for _, s := range r.Servers {
					state, vouch := mailcheck.LoginSkipped, mailcheck.NotVouched
					if want == "" {
						state, vouch = mailcheck.LoginAccepted, mailcheck.VouchedByDNSSEC
					}
					if s.Login == nil || s.Login.State != state || s.Vouch != vouch {
						t.Errorf("%s: login %+v, vouched for by way %d", s.URL(), s.Login, s.Vouch)
					}
				}
				i := slices.IndexFunc(r.Findings, func(f mailcheck.Finding) bool {
					return f.Check.ID == "srv.foreign-domain" && strings.HasPrefix(f.Target, "imaps:")
				})
				switch full := "_imaps._tcp.example.com SRV names imap.example.net:993; " + want; {
				case want == "" && i < 0:
				case i < 0 || want == "":
					t.Errorf("findings: %q", ids(r))
				case strings.TrimSuffix(r.Findings[i].Detail.String(), " (and 1 more like it)") != full:
					t.Errorf("got  %q\nwant %q", r.Findings[i].Detail.String(), full)
				}
			})
		})
	}
}

// A user who knows better than DNS says so.
func TestUnprovenServerOfTheUser(t *testing.T) {
	c := Credentials{Password: "correct horse", TrustedHosts: []string{"imap.example.net"}}
	visitLab(t, "proof-withheld", Options{Credentials: c}, func(r *mailcheck.Report, _ *lab.Lab) {
		for _, s := range r.Servers {
			if accepted := s.Login.State == mailcheck.LoginAccepted; accepted != (s.Host == "imap.example.net") {
				t.Errorf("%s: %+v", s.URL(), s.Login)
			}
		}
	})
}

// Keys that are made to cost time cost none, and a domain that is not signed costs one
// question more where a proof would count, and none elsewhere.
func TestCostOfProofs(t *testing.T) {
	for _, name := range []string{"proof-many-keys", "proof-huge-key"} {
		visitLab(t, name, Options{}, func(r *mailcheck.Report, _ *lab.Lab) {
			if r.Elapsed > time.Second {
				t.Errorf("%s took %v", name, r.Elapsed)
			}
		})
	}
	for name, want := range map[string]int{"healthy": 1, "srv-foreign-domain": 2} {
		visitLab(t, name, Options{}, func(_ *mailcheck.Report, l *lab.Lab) {
			again := map[string]int{} // the one for MX is for the line about the domain
			for _, q := range l.Questions() {
				again[q]++
			}
			for q, n := range again {
				if n == 2 && !strings.HasPrefix(q, "DNSKEY ") { // two proofs at a time may both ask for the keys that they have in common
					want--
				} else if n > 2 {
					t.Errorf("%s: %s is asked %d times", name, q, n)
				}
			}
			if again["DNSKEY "] != 1 || want != 0 {
				t.Errorf("%s: %v", name, again)
			}
		})
	}
}
