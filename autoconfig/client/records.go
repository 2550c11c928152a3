package client

import (
	"cmp"
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
)

// lookRecords picks the SRV records that the client reads.
func (w *walk) lookRecords() find {
	source := w.source("srv")
	all := w.readRecords(source.Servers)
	servers := w.choose(all)
	if servers == nil && w.readOnly {
		servers = w.first(w.incoming, all)
	}
	switch {
	case servers != nil && w.unsure && len(all) > len(servers):
		return find{outcome: mailcheck.NotKnown, note: mailcheck.Textf("which of the SRV records it takes is not known")}
	case servers != nil:
		return find{servers: servers}
	case len(source.Servers) > 0:
		return find{note: mailcheck.Textf("the records do not suffice; it reads only %s", mailcheck.ListOf(w.records)), unusable: true}
	}
	return find{note: mailcheck.Textf("no SRV records"), unanswered: source.State == mailcheck.Failed || source.State == ""}
}

// readRecords returns the servers of the services that the client reads, in its order.
// Where it sorts by priority over all services of a protocol, its order of services
// counts among equal ones.
func (w *walk) readRecords(published []mailcheck.Server) (all []mailcheck.Server) {
	for _, label := range w.records {
		for _, service := range document.Services {
			for _, s := range published {
				if service.Label == label && s.Protocol == service.Protocol && s.Security == service.Security {
					all = append(all, s)
				}
			}
		}
	}
	if w.ranks {
		slices.SortStableFunc(all, func(a, b mailcheck.Server) int {
			return cmp.Or(cmp.Compare(a.Position.Priority, b.Position.Priority), -cmp.Compare(a.Position.Weight, b.Position.Weight))
		})
	}
	for i, s := range all {
		odd := w.starttlsOn != nil && !slices.Contains(w.starttlsOn, s.Port) || slices.Contains(w.tlsOn, s.Port)
		if s.Security == mailcheck.StartTLS && odd {
			all[i].Security = mailcheck.ImplicitTLS
		}
	}
	return all
}
