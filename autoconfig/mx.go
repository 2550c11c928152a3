package autoconfig

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/net/publicsuffix"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// findMX looks for settings where the domain's mail is received. A domain hosted
// by a provider often publishes nothing, while the provider does
// (draft-ietf-mailmaint-autoconfig section 4.3). The MX record is also the proof
// that a domain exists and takes mail.
func findMX(ctx context.Context, s *search) {
	records, ok := s.lookupMX(ctx)
	if !ok {
		return
	}
	if len(records) == 0 {
		s.conclude(mailcheck.Absent, "the domain has no MX record")
		return
	}
	host := records[0].Host
	if host == "." {
		s.trace.Find(checks.MXNull, "%s MX 0 .", s.address.Domain)
		s.conclude(mailcheck.Absent, "the domain accepts no mail (null MX)")
		return
	}
	s.board.exchanger = host
	filter, filtered := provider.FilterOf(host)
	domains := mxDomains(host, s.address.Domain)
	if len(domains) == 0 {
		s.conclude(mailcheck.Absent, "the mail exchanger %s belongs to the domain itself", host)
		return
	}
	if why := s.awaitOthers(ctx); !why.Empty() {
		s.conclude(mailcheck.Absent, "%s", why)
		return
	}
	if filtered { // its operator knows nothing about the mailboxes
		s.trace.Find(checks.MXFilter, "the mail exchanger %s belongs to %s", host, filter.Name)
		s.conclude(mailcheck.Absent, "%s", filter.Does(host))
		return
	}
	s.askOperator(ctx, host, domains)
}

func (s *search) lookupMX(ctx context.Context) ([]netx.MX, bool) {
	records, err := trace.Do(ctx, s.trace, mailcheck.OpLookup, s.address.Domain+" MX", func(ctx context.Context) ([]netx.MX, error) {
		records, _, err := s.net.Resolver.MX(ctx, s.address.Domain)
		return records, err
	})
	if notFound(err) {
		s.conclude(mailcheck.Failed, "the domain does not exist")
		return nil, false
	} else if err != nil {
		s.conclude(mailcheck.Failed, "DNS did not answer")
		return nil, false
	}
	var texts []string
	for _, r := range records {
		texts = append(texts, fmt.Sprintf("%d %s", r.Preference, r.Host))
	}
	s.trace.Say("%s", mailcheck.ListOf(texts).Or("no record"))
	return records, true
}

// mxDomains returns the domains to ask about a mail exchanger's operator: the
// host without its first label, where that is still below the registrable
// domain, and the registrable domain. A mail exchanger inside the mail domain
// says nothing new.
func mxDomains(host, domain string) []string {
	base, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return nil
	}
	if own, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil && own == base || document.Inside(host, domain) {
		return nil
	}
	var domains []string
	if _, full, _ := strings.Cut(host, "."); len(full) > len(base) {
		domains = append(domains, full)
	}
	return append(domains, base)
}

// askOperator asks the operator's web server and the database about each domain,
// all at once, and believes the first that knows.
func (s *search) askOperator(ctx context.Context, host string, domains []string) {
	var asks []func(context.Context, *trace.Trace) answer
	for _, d := range domains {
		asks = append(asks, func(ctx context.Context, t *trace.Trace) answer {
			return s.fetchConfig(ctx, t, place{url: "https://autoconfig." + d + configPath + s.emailQuery()})
		})
	}
	for _, d := range domains {
		if s.opts.ISPDB != "off" {
			asks = append(asks, func(ctx context.Context, t *trace.Trace) answer { return s.askISPDB(ctx, t, d) })
		}
	}
	answers := sideBySide(ctx, s.trace, asks)
	for _, a := range answers {
		if len(a.servers) == 0 {
			continue
		}
		s.publishAll(a)
		s.trace.Find(checks.AutoconfigViaMX, "the mail exchanger is %s", host)
		s.conclude(mailcheck.Found, "%s, for the mail exchanger %s", a.reason, host)
		return
	}
	s.conclude(mailcheck.Absent, "nothing is published for the mail exchanger %s", host)
}
