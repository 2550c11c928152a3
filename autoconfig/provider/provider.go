// Package provider is what mailcheck knows by itself: the servers and the rules of
// large mail providers, services that filter or forward mail, and OAuth2 services. It
// asks nobody.
package provider

import (
	"slices"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// Provider is what is known about a large mail provider without asking anybody.
// Most of it is what ISPDB says; the rest, above all what a person has to do
// before a mail program may log in, is nowhere published for programs.
type Provider struct {
	Name    string
	Domains []string         // mail domains
	MX      []string         // its mail exchangers are these names or below them
	Servers []string         // URLs; a part before the @ is the user name, else it is the address
	Auth    []string         // of all servers, in the words of Mail Autoconfig
	OAuth   *mailcheck.OAuth // nil where there is none, or not for everybody
	Rules   []Rule
	OwnName string // what the user name is for customers with a domain of their own, where that is not their address
	Source  string // where the servers are from
	Date    string // of that source, or when it was looked at

	RulesSource string // where the rules are from
}

// Rule is something that a provider's users have to know or do.
type Rule struct {
	Check *checks.Check
	Fix   string // what to do here, with the page to do it on
}

// RulesDate is when the rules were last compared with their sources.
const RulesDate = "November 2026"

// Programs that keep a table of their own, looked at on 2026-11-22: Delta Chat in
// chatmail/core, src/provider/data.rs, and FairEmail in M66B/FairEmail,
// app/src/main/res/xml/providers.xml.
const (
	deltaChat = "Delta Chat's providers"
	fairEmail = "FairEmail's providers"
)

// Providers is the table. No domain and no mail exchanger stands in it twice.
var Providers = slices.Concat(worldProviders, europeanProviders, smallEuropeanProviders, americanProviders, asianProviders, hostingProviders)

// The ways to log in that occur.
var (
	byPassword          = []string{"password-cleartext"}
	byEncryptedPassword = []string{"password-encrypted"}
	byOAuth             = []string{"OAuth2"}
	byOAuthOrPassword   = []string{"OAuth2", "password-cleartext"}
)

// Of returns the provider whose mail domain it is.
func Of(domain string) (Provider, bool) {
	i := slices.IndexFunc(Providers, func(p Provider) bool { return slices.Contains(p.Domains, domain) })
	if i < 0 {
		return Provider{}, false
	}
	return Providers[i], true
}

// LoginAdvice says what the users of a large provider have to do before a mail
// program may log in; nothing where that is not known. The provider is that of the
// domain, or the one that runs the server.
func LoginAdvice(domain, host string) mailcheck.Text {
	p, ok := Of(domain)
	if !ok {
		p, _ = ByHosts([]string{host})
	}
	var advice []mailcheck.Text
	for _, r := range p.Rules {
		advice = append(advice, mailcheck.Text{Format: r.Fix})
	}
	return mailcheck.Joined(advice, " ")
}

// WantsID reports whether a mail server opens mailboxes only to programs that say who
// they are (RFC 2971).
func WantsID(host string) bool {
	p, _ := ByHosts([]string{host})
	return slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Check == checks.LoginWantsID })
}

// ByMX returns the provider whose mail exchanger the host is.
func ByMX(host string) (Provider, bool) {
	i := slices.IndexFunc(Providers, func(p Provider) bool { return anyAbove(p.MX, host) })
	if i < 0 {
		return Provider{}, false
	}
	return Providers[i], true
}

// ByHosts returns the first provider that one of the mail servers belongs to.
func ByHosts(hosts []string) (Provider, bool) {
	first, found := len(Providers), false
	for _, host := range hosts {
		if i, ok := providerHosts()[host]; ok {
			first, found = min(first, i), true
		}
	}
	if !found {
		return Provider{}, false
	}
	return Providers[first], true
}

// providerHosts is the place in the table of the first provider with each mail server.
var providerHosts = sync.OnceValue(func() map[string]int {
	index := map[string]int{}
	for i, p := range Providers {
		for _, s := range p.For(mailcheck.Address{}) {
			if _, known := index[s.Host]; !known && strings.Contains(s.Host, ".") { // what lacks the user's domain is no host yet
				index[s.Host] = i
			}
		}
	}
	return index
})

// anyAbove reports whether the host is one of the names or below it.
func anyAbove(names []string, host string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return document.Inside(host, name) })
}

// For returns the provider's servers for an address.
func (p Provider) For(a mailcheck.Address) []mailcheck.Server {
	var servers []mailcheck.Server
	for _, text := range p.Servers {
		scheme, host, _ := strings.Cut(text, "://")
		username := "%EMAILADDRESS%"
		if i := strings.LastIndex(host, "@"); i >= 0 {
			username, host = host[:i], host[i+1:]
		}
		server, err := mailcheck.ParseServer(scheme + "://" + document.Expand(host, a))
		if err != nil {
			continue // the host is missing with the domain; a test keeps what is never a server out of the table
		}
		server.Auth, server.Username = slices.Clone(p.Auth), document.Expand(username, a)
		servers = append(servers, server)
	}
	return servers
}
