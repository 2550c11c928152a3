package autoconfig

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/dnssec"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// maxExchangers is the number of mail exchangers that are looked at.
const maxExchangers = 5

// health is what is known about the domain itself.
type health struct {
	*search
	exchangers mailcheck.Text // where mail goes, in words
	dnssec     mailcheck.Text
	policies   []string // of mail delivery that the domain publishes
	signed     int      // servers with TLSA records
	servers    int
	missing    bool           // the domain does not exist, as the resolver says
	failed     mailcheck.Text // why nothing can be said
}

// findDNS looks at the domain as its owner should from time to time. None of its
// look-ups fails as a step: a resolver that does not answer is reported by the
// sources that need it.
func findDNS(ctx context.Context, s *search) {
	h := &health{search: s}
	var wg sync.WaitGroup
	looks := []func(context.Context, *trace.Trace){h.lookAtMX, h.lookAtWebNames, h.lookAtPolicies}
	traces := make([]*trace.Trace, len(looks))
	for i, look := range looks {
		traces[i] = s.trace.Branch()
		wg.Go(func() { look(ctx, traces[i]) })
	}
	servers := h.watch(ctx)
	wg.Wait()
	s.trace.Join(traces...)
	s.trace.Join(servers()...)
	if h.missing {
		h.doubtResolver(ctx)
	}
	if !h.failed.Empty() {
		s.conclude(mailcheck.Failed, "%s", h.failed)
		return
	}
	s.result.State = mailcheck.Found
	s.conclude(mailcheck.Found, "%s", h.sentence())
}

func (h *health) sentence() mailcheck.Text {
	policies := mailcheck.Textf("no MTA-STS, no TLS-RPT")
	if len(h.policies) > 0 {
		policies = mailcheck.Textf("%s published", mailcheck.Joined(h.policies, " and "))
	}
	parts := []mailcheck.Text{h.exchangers, h.dnssec, policies}
	if h.signed > 0 {
		parts = append(parts, mailcheck.Textf("TLSA for %d of %s", h.signed, mailcheck.Count{N: h.servers, Noun: "server"}))
	}
	return mailcheck.Joined(parts, "; ")
}

// look is a step that cannot fail; it says what came back.
func look(ctx context.Context, t *trace.Trace, op mailcheck.Op, target string, f func(context.Context) mailcheck.Text) {
	said, _ := trace.Do(ctx, t, op, target, func(ctx context.Context) (mailcheck.Text, error) { return f(ctx), nil })
	t.Say("%s", said)
}

// lookAtMX judges the mail exchangers. That there are none, or that the domain
// takes no mail, is no fault by itself.
func (h *health) lookAtMX(ctx context.Context, t *trace.Trace) {
	d := h.address.Domain
	var records []netx.MX
	var meta netx.Meta
	var err error
	look(ctx, t, mailcheck.OpLookup, d+" MX", func(ctx context.Context) mailcheck.Text {
		records, meta, err = h.net.Resolver.MX(ctx, d)
		if err != nil {
			return mailcheck.Textf("no answer")
		}
		return mailcheck.Textf("%s", mailcheck.Count{N: len(records), Noun: "record"})
	})
	proof := t.Branch()
	var proving sync.WaitGroup
	proving.Go(func() { h.lookAtDNSSEC(ctx, proof, meta, len(records) > 0) })
	defer func() {
		proving.Wait()
		t.Join(proof)
	}()
	switch {
	case notFound(err):
		h.failed, h.missing = mailcheck.Textf("the domain does not exist"), true
	case isBogus(err):
		h.failed = mailcheck.Textf("the DNSSEC signatures of the domain are wrong")
	case err != nil:
		h.failed = mailcheck.Textf("DNS did not answer")
	case len(records) == 0:
		h.exchangers = mailcheck.Textf("no mail exchanger")
		h.lookAtImplicitMX(ctx, t)
	case records[0].Host == ".":
		h.exchangers = mailcheck.Textf("takes no mail (null MX)")
	default:
		h.exchangers = mailcheck.Textf("mail goes to %s", records[0].Host)
		h.lookAtExchangers(ctx, t, records[:min(maxExchangers, len(records))])
	}
}

// lookAtDNSSEC finds out whether the domain is signed, by its MX records.
func (h *health) lookAtDNSSEC(ctx context.Context, t *trace.Trace, meta netx.Meta, any bool) {
	h.dnssec = mailcheck.Textf("no DNSSEC seen")
	if !any {
		return
	}
	err := h.prove(ctx, t, h.address.Domain+" MX", meta)
	h.result.DNSSEC = proofOf(err)
	switch {
	case err == nil:
		h.dnssec = mailcheck.Textf("DNSSEC valid")
	case flawOf(err) == dnssec.Island:
		h.dnssec = mailcheck.Textf("signed with DNSSEC, but without a DS record above")
	case flawOf(err) == dnssec.Stripped:
		h.dnssec = mailcheck.Textf("DNSSEC signatures that are missing here")
	case flawOf(err) == dnssec.Wrong:
		h.dnssec = mailcheck.Textf("DNSSEC signatures that prove nothing")
	case flawOf(err) == dnssec.Withheld:
		h.dnssec = mailcheck.Textf("DNSSEC not to be seen through this resolver")
	case flawOf(err) != dnssec.Unsigned:
		h.dnssec = mailcheck.Textf("DNSSEC not checked")
	}
}

func isBogus(err error) bool {
	e, ok := errors.AsType[*checks.Error](err)
	return ok && e.Check == checks.DNSBogus
}

// lookAtImplicitMX finds where mail goes without an MX record: to the domain's own
// address, if it has one (RFC 5321 section 5.1).
func (h *health) lookAtImplicitMX(ctx context.Context, t *trace.Trace) {
	d := h.address.Domain
	var addrs []netip.Addr
	var err error
	look(ctx, t, mailcheck.OpResolve, d, func(ctx context.Context) mailcheck.Text {
		addrs, _, err = h.net.Resolver.Addrs(ctx, d, netx.AnyFamily)
		return mailcheck.Textf("%s", mailcheck.Count{N: len(addrs), Noun: "address"})
	})
	switch {
	case err != nil:
		t.Find(checks.MXNone, "%s has no MX record", d)
	case len(addrs) == 0:
		t.Find(checks.MXNone, "%s has neither an MX record nor an address, so mail to it comes back", d).Severity = checks.Warning
	default:
		t.Find(checks.MXNone, "%s has no MX record, so mail goes to its own address %s", d, addrs[0])
	}
}

// lookAtExchangers judges the names of the mail exchangers, all at once.
func (h *health) lookAtExchangers(ctx context.Context, t *trace.Trace, records []netx.MX) {
	sideBySideTraces(t, len(records), func(i int, t *trace.Trace) {
		h.lookAtExchanger(ctx, t, records[i])
	})
}

func (h *health) lookAtExchanger(ctx context.Context, t *trace.Trace, mx netx.MX) {
	d := h.address.Domain
	if _, err := publicsuffix.EffectiveTLDPlusOne(mx.Host); err != nil {
		return // a public suffix: nobody's mail exchanger, and not ours to ask about
	}
	addrs, meta, err := h.lookAtName(ctx, t, mx.Host)
	if len(meta.Aliases) > 0 && err == nil && len(addrs) > 0 {
		real := meta.Aliases[len(meta.Aliases)-1]
		t.Find(checks.MXCNAME, "%s MX names %s, which is an alias of %s", d, mx.Host, real).
			Fix = mailcheck.Textf("Publish instead: %s. MX %d %s.", d, mx.Preference, real)
	}
	switch {
	case notFound(err):
		t.Find(checks.MXNoAddress, "%s MX names %s, which does not exist", d, mx.Host)
	case err == nil && len(addrs) == 0:
		t.Find(checks.MXNoAddress, "%s MX names %s, which has no A or AAAA record", d, mx.Host)
	}
}

// lookAtName looks a host up.
func (h *health) lookAtName(ctx context.Context, t *trace.Trace, name string) (addrs []netip.Addr, meta netx.Meta, err error) {
	look(ctx, t, mailcheck.OpResolve, name, func(ctx context.Context) mailcheck.Text {
		addrs, meta, err = h.net.Resolver.GuessedAddrs(ctx, name, netx.AnyFamily)
		switch {
		case notFound(err):
			return mailcheck.Textf("no such host")
		case err != nil:
			return mailcheck.Textf("no answer")
		}
		return mailcheck.Textf("%s", mailcheck.ListOf(addrs))
	})
	return addrs, meta, err
}

// lookAtWebNames looks for aliases that lead nowhere, and for a wildcard, below the
// domain. A wildcard shows itself by answering for a name that nobody would choose.
func (h *health) lookAtWebNames(ctx context.Context, t *trace.Trace) {
	d := h.address.Domain
	names := []string{"autoconfig." + d, "autodiscover." + d, nobodysName(d)}
	found := make([][]netip.Addr, len(names))
	sideBySideTraces(t, len(names), func(i int, t *trace.Trace) {
		addrs, meta, err := h.lookAtName(ctx, t, names[i])
		found[i] = addrs
		if i < 2 {
			h.judgeAlias(t, names[i], meta, err)
		}
	})
	anybody := found[2]
	if len(anybody) == 0 {
		return
	}
	var answered, labels, fixes []string
	for i, name := range names[:2] {
		if slices.Equal(found[i], anybody) {
			answered = append(answered, name)
			labels = append(labels, strings.TrimSuffix(name, "."+d))
			fixes = append(fixes, fmt.Sprintf("%s. TXT \"no settings here\"", name))
		}
	}
	if len(answered) > 0 {
		f := t.Find(checks.DNSWildcard, "*.%s answers for %s with %s", d, mailcheck.Joined(answered, " and "), mailcheck.ListOf(anybody))
		f.Fix = mailcheck.Textf("If no settings are served there, publish: %s. A wildcard does not stand for a name that exists.", mailcheck.ListOf(fixes))
		f.Name, f.Element = "*."+d, strings.Join(labels, " ")
	}
}

// nobodysName is a name below the domain that only a wildcard answers for. It is
// the same in every run, so that caches and reports are.
func nobodysName(domain string) string {
	hash := sha256.Sum256([]byte(domain))
	return fmt.Sprintf("mailcheck-%x.%s", hash[:5], domain)
}

// judgeAlias finds an alias whose target does not exist.
func (h *health) judgeAlias(t *trace.Trace, name string, meta netx.Meta, err error) {
	if !notFound(err) || len(meta.Aliases) == 0 {
		return
	}
	t.Find(checks.DNSDanglingCNAME, "%s is an alias of %s, which does not exist", name, meta.Aliases[len(meta.Aliases)-1]).
		Fix = mailcheck.Textf("Remove this record, or point it at a host that exists: %s. CNAME %s.", name, meta.Aliases[0])
}

// lookAtPolicies asks whether the domain tells other mail servers to use TLS
// (MTA-STS, RFC 8461) and to report when they cannot (TLS-RPT, RFC 8460). Both are
// about mail between servers and matter to no mail program.
func (h *health) lookAtPolicies(ctx context.Context, t *trace.Trace) {
	policies := []struct{ name, label, version string }{
		{"MTA-STS", "_mta-sts.", "v=STSv1"}, {"TLS-RPT", "_smtp._tls.", "v=TLSRPTv1"},
	}
	there := make([]bool, len(policies))
	sideBySideTraces(t, len(policies), func(i int, t *trace.Trace) {
		name := policies[i].label + h.address.Domain
		look(ctx, t, mailcheck.OpLookup, name+" TXT", func(ctx context.Context) mailcheck.Text {
			records, _, _ := h.net.Resolver.TXT(ctx, name)
			there[i] = slices.ContainsFunc(records, func(r string) bool { return strings.HasPrefix(r, policies[i].version) })
			if !there[i] {
				return mailcheck.Textf("no %s record", policies[i].name)
			}
			return mailcheck.Textf("%s", policies[i].name)
		})
	})
	for i, p := range policies {
		if there[i] {
			h.policies = append(h.policies, p.name)
		}
	}
}

// watch looks at every server that any source names, as soon as it is named: at
// aliases that lead nowhere, and for TLSA records (RFC 6698). The function it
// returns waits for the end and returns the traces in an order of their own.
func (h *health) watch(ctx context.Context) (wait func() []*trace.Trace) {
	traces := map[string]*trace.Trace{}
	var wg sync.WaitGroup
	var mu sync.Mutex
	start := func(name string, f func(*trace.Trace)) {
		if traces[name] == nil {
			t := h.trace.Branch()
			traces[name] = t
			wg.Go(func() { f(t) })
		}
	}
	stop := h.board.watchServers(func(s mailcheck.Server) {
		if _, err := netip.ParseAddr(s.Host); err == nil {
			return
		}
		start(s.Host, func(t *trace.Trace) {
			_, meta, err := h.lookAtName(ctx, t, s.Host)
			h.judgeAlias(t, s.Host, meta, err)
		})
		start(s.Endpoint(), func(t *trace.Trace) {
			name := fmt.Sprintf("_%d._tcp.%s", s.Port, s.Host)
			var records []netx.TLSA
			var err error
			look(ctx, t, mailcheck.OpLookup, name+" TLSA", func(ctx context.Context) mailcheck.Text {
				ctx, cancel := context.WithTimeout(ctx, tlsaPatience)
				defer cancel()
				records, _, err = h.net.Resolver.TLSA(ctx, name)
				mu.Lock()
				defer mu.Unlock()
				h.servers++
				if len(records) == 0 {
					return mailcheck.Textf("no TLSA record")
				}
				h.signed++
				return mailcheck.Textf("%s", mailcheck.Count{N: len(records), Noun: "TLSA record"})
			})
			if err == nil || notFound(err) {
				t.Got(name, "TLSA", tlsaData(records))
			}
		})
	})
	return func() []*trace.Trace {
		h.awaitAll(ctx)
		stop()
		wg.Wait()
		var names []string
		for name := range traces {
			names = append(names, name)
		}
		slices.SortFunc(names, cmp.Compare[string])
		var ordered []*trace.Trace
		for _, name := range names {
			ordered = append(ordered, traces[name])
		}
		return ordered
	}
}

// sideBySideTraces runs n looks at once, each on a branch of the trace, and joins
// them in order.
func sideBySideTraces(t *trace.Trace, n int, f func(int, *trace.Trace)) {
	traces := make([]*trace.Trace, n)
	var wg sync.WaitGroup
	for i := range n {
		traces[i] = t.Branch()
		wg.Go(func() { f(i, traces[i]) })
	}
	wg.Wait()
	t.Join(traces...)
}
