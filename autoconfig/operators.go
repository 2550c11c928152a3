package autoconfig

import (
	"context"
	"net/netip"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/autoconfig/provider"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// judgeOperators finds what is left of an old host: servers of two operators are
// published for one protocol, and the domain's mail goes to one of them. Where it goes
// to neither, or to a filter, nothing tells which is current.
func judgeOperators(steps []mailcheck.Step, d *Discovery, a mailcheck.Address) {
	if _, filtered := provider.FilterOf(d.Exchanger); filtered || d.Exchanger == "" || len(steps) == 0 {
		return
	}
	t := &trace.Trace{Steps: steps}
	published := publishedServers(d.Sources)
	var operators []string // of the old servers
	for _, s := range published {
		if operator := registrable(s.Host); current(d, published, s.Protocol) != "" && !takesMail(d.Exchanger, s.Host) && !slices.Contains(operators, operator) {
			operators = append(operators, operator)
		}
	}
	for _, operator := range operators {
		var named []string
		var first mailcheck.Server
		for _, s := range published {
			if is := asPublished(d, s, a); registrable(s.Host) == operator && current(d, published, s.Protocol) != "" && !slices.Contains(named, is) {
				named = append(named, is)
				if first.Host == "" {
					first = s
				}
			}
		}
		f := t.FindAt(0, checks.PublishOldHost, "%s is published beside %s; the domain's mail goes to %s", first.Host, current(d, published, first.Protocol), d.Exchanger)
		f.Fix = mailcheck.Textf("If %s is the old host, remove what names it: %s", operator, mailcheck.ListOf(named))
		f.Name, f.Record, f.Target = operator, "", first.URL()
	}
}

// current returns a published server of whoever takes the domain's mail.
func current(d *Discovery, published []mailcheck.Server, p mailcheck.Protocol) string {
	i := slices.IndexFunc(published, func(s mailcheck.Server) bool { return s.Protocol == p && takesMail(d.Exchanger, s.Host) })
	if i < 0 {
		return ""
	}
	return published[i].Host
}

// asPublished is what names a server: the record, or else the source.
func asPublished(d *Discovery, s mailcheck.Server, a mailcheck.Address) string {
	i := slices.IndexFunc(d.Sources, func(r mailcheck.SourceResult) bool { return r.Name == s.Sources[0] })
	if i >= 0 && d.Sources[i].Form == mailcheck.Records {
		return "the SRV record " + document.SRVRecord(s, a.Domain)
	}
	return s.Endpoint() + " in " + s.Sources[0]
}

// takesMail reports whether a host belongs to the operator of a mail exchanger: by
// its name, or because both are the same provider's.
func takesMail(exchanger, host string) bool {
	if registrable(host) == registrable(exchanger) {
		return true
	}
	p, ok := provider.ByMX(exchanger)
	o, known := provider.ByHosts([]string{host})
	return ok && known && p.Name == o.Name
}

// publishedServers returns the mail servers that the domain itself publishes, each as
// the source's own.
func publishedServers(sources []mailcheck.SourceResult) []mailcheck.Server {
	var all []mailcheck.Server
	for _, source := range sources {
		for _, s := range source.Servers {
			_, err := netip.ParseAddr(s.Host)
			if source.Own() && err != nil && (s.Protocol.Reads() || s.Protocol.Sends()) {
				s.Sources = []string{source.Name}
				all = append(all, s)
			}
		}
	}
	return all
}

// doubtResolver asks whether the resolver knows a name that exists for as long as there is
// mail: the domain itself if it is a large provider's, else that of the public database.
func (h *health) doubtResolver(ctx context.Context) {
	d := h.address.Domain
	if _, large := provider.Of(d); large {
		h.knowsNothing(d)
		return
	}
	if h.opts.ISPDB != "" {
		return // only who asks the public database anyway may be asked for its name
	}
	name := hostOf(ISPDB)
	if _, _, err := h.lookAtName(ctx, h.trace, name); notFound(err) {
		h.knowsNothing(name)
	}
}

func (h *health) knowsNothing(name string) {
	h.trace.Find(checks.DNSKnowsNothing, "it says that %s does not exist", name).Name = name
}

// Operator names who runs a host: the provider that is known for it, else the domain
// that its name is registered below.
func Operator(host string) string {
	if p, ok := provider.ByHosts([]string{host}); ok {
		return p.Name
	}
	return registrable(host)
}
