package autoconfig

import (
	"context"

	"mailcheck"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
	"mailcheck/internal/netx"
)

// findProvider looks the domain up in the table, which needs no network. Most
// domains that a provider hosts are its customers'; their mail exchanger tells.
// But whoever publishes settings of their own is believed first: a mail exchanger
// may only pass mail on.
func findProvider(ctx context.Context, s *search) {
	if p, ok := provider.Of(s.address.Domain); ok {
		s.adopt(p, mailcheck.VouchedByTable, false, mailcheck.Textf("%s is a mail domain of %s", s.address.Domain, p.Name))
		return
	}
	host, err := s.firstMX(ctx)
	p, ok := provider.ByMX(host)
	if why := s.awaitOthers(ctx); !why.Empty() {
		if p, ok := provider.ByHosts(s.board.hosts()); ok {
			s.tellRules(p, mailcheck.Textf("the published servers belong to %s", p.Name))
			s.conclude(mailcheck.Absent, "%s; the servers belong to %s", why, p.Name)
			return
		}
		s.conclude(mailcheck.Absent, "%s", why)
		return
	}
	if err != nil && !notFound(err) {
		s.conclude(mailcheck.Failed, "not a known provider's domain, and DNS does not tell the mail exchanger")
		return
	}
	if !ok {
		s.conclude(mailcheck.Absent, "not a provider that mailcheck knows")
		return
	}
	s.adopt(p, mailcheck.NotVouched, p.OwnName != "", mailcheck.Textf("the mail exchanger %s belongs to %s", host, p.Name))
	if p.OwnName != "" {
		s.trace.Find(checks.ProviderAccountName, "the mail exchanger %s belongs to %s, and %s is a domain of its customer's", host, p.Name, s.address.Domain).
			Fix = mailcheck.Text{Format: p.OwnName}
	}
}

// firstMX returns the preferred mail exchanger, or nothing. What is wrong with
// the answer is for the source mx to say, which asks the same question.
func (s *search) firstMX(ctx context.Context) (host string, err error) {
	look(ctx, s.trace, mailcheck.OpLookup, s.address.Domain+" MX", func(ctx context.Context) mailcheck.Text {
		var records []netx.MX
		records, _, err = s.net.Resolver.MX(ctx, s.address.Domain)
		switch {
		case err != nil && !notFound(err):
			return mailcheck.Textf("no answer")
		case len(records) == 0 || records[0].Host == ".":
			return mailcheck.Textf("no mail exchanger")
		}
		host = records[0].Host
		return mailcheck.Textf("%s", host)
	})
	return host, err
}

// adopt hands over what the table knows about a provider. Where only the mail
// exchanger leads to it, nothing vouches for its servers.
func (s *search) adopt(p provider.Provider, vouch mailcheck.Vouch, ownName bool, why mailcheck.Text) {
	for _, server := range p.For(s.address) {
		server.Vouch = vouch
		if ownName {
			server.Username, server.OwnName = "", true
		}
		s.publish(server)
	}
	s.tellRules(p, why)
	s.result.State = mailcheck.Found
	s.conclude(mailcheck.Found, "%s (%s, %s)", why, p.Source, p.Date)
}

// tellRules turns a provider's rules into findings.
func (s *search) tellRules(p provider.Provider, why mailcheck.Text) {
	if p.OAuth != nil {
		known := *p.OAuth
		known.Vouched = true // whoever leads there, it is the provider's own
		s.result.OAuth = append(s.result.OAuth, known)
	}
	for _, rule := range p.Rules {
		s.trace.Find(rule.Check, "%s; its rules as of %s, from %s", why, provider.RulesDate, p.RulesSource).Fix = mailcheck.Text{Format: rule.Fix}
	}
}
