package client

import (
	"path"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/provider"
)

// builtin is an entry of a client's own list of providers. Only what concerns the
// domains and mail exchangers of the table of providers is kept. Servers are left out
// where they are those of the table; where the client has others, it is the client's
// word that counts here.
type builtin struct {
	provider string // name in the table: its mail domains
	hosted   bool   // also the domains whose mail exchanger is that provider's
	domains  string // mail domains as the client has them, where * stands for anything
	mx       string // registrable domains that the domain's mail exchanger may belong to
	servers  string // as in the table
	needs    string // what the client tells its user to do first
	signIn   string // where the user signs in, where that takes the place of settings
	refuses  string // why it does not set the account up
}

// knows reports whether the entry is about a mail domain.
func (b builtin) knows(domain string) bool {
	if p, ok := provider.Of(domain); ok && p.Name == b.provider {
		return true
	}
	return slices.ContainsFunc(strings.Fields(b.domains), func(pattern string) bool {
		matched, _ := path.Match(pattern, domain) // a test keeps bad patterns out
		return matched
	})
}

// hosts reports whether the entry is about the domains of a mail exchanger.
func (b builtin) hosts(exchanger string) bool {
	if p, ok := provider.ByMX(exchanger); ok && b.hosted && p.Name == b.provider {
		return true
	}
	base, err := publicsuffix.EffectiveTLDPlusOne(exchanger)
	return err == nil && slices.Contains(strings.Fields(b.mx), base)
}

// serversFor returns the servers that the entry has for an address.
func (b builtin) serversFor(a mailcheck.Address, exchanger string) []mailcheck.Server {
	p := provider.Provider{Servers: strings.Fields(b.servers)}
	if b.servers == "" {
		var ok bool
		if p, ok = provider.Of(a.Domain); !ok {
			p, _ = provider.ByMX(exchanger)
		}
	}
	servers := p.For(a)
	for i := range servers {
		servers[i].Sources = []string{string(autoconfig.BuiltIn)}
	}
	return servers
}

// lookBuiltIn takes the first entry of the client's own list that is about the
// domain, or else about its mail exchanger.
func (w *walk) lookBuiltIn() find {
	i := slices.IndexFunc(w.builtin, func(b builtin) bool { return b.knows(w.address.Domain) })
	byExchanger := i < 0
	if byExchanger {
		i = slices.IndexFunc(w.builtin, func(b builtin) bool { return b.hosts(w.discovery.Exchanger) })
	}
	if i < 0 {
		return find{note: mailcheck.Textf("not in its list of providers")}
	}
	b := w.builtin[i]
	switch {
	case b.refuses != "":
		return find{outcome: mailcheck.Fails, note: mailcheck.Text{Format: b.refuses}}
	case b.signIn != "":
		return find{outcome: mailcheck.Configures, note: mailcheck.Textf("has an account type for this provider: the user signs in at %s", b.signIn)}
	}
	servers := w.choose(b.serversFor(w.address, w.discovery.Exchanger))
	note := mailcheck.Textf("has these settings built in, and looks no further")
	if byExchanger {
		note = mailcheck.Textf("has these settings built in for the mail exchanger %s, and looks no further", w.discovery.Exchanger)
	}
	if w.publishesOthers(servers) {
		note = mailcheck.Textf("%s, though the domain publishes other servers", note)
	}
	if b.needs != "" {
		note = mailcheck.Textf("%s; it tells the user that %s", note, mailcheck.Text{Format: b.needs})
	}
	return find{servers: servers, note: note}
}

// publishesOthers reports whether the domain itself names hosts, but not one of these.
func (w *walk) publishesOthers(servers []mailcheck.Server) bool {
	own := slices.Concat(w.source("srv").Servers, w.source("autoconfig").Servers)
	return len(own) > 0 && !slices.ContainsFunc(own, func(o mailcheck.Server) bool {
		return slices.ContainsFunc(servers, func(s mailcheck.Server) bool { return s.Host == o.Host })
	})
}
