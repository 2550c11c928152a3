package mailcheck

import (
	"slices"
)

// Disagreement is one protocol for which two sources name different hosts: which
// servers a client gets then depends on which source it reads.
type Disagreement struct {
	Protocol Protocol
	First    SourceResult // the source of more trust
	Second   SourceResult
}

// Disagreements compares what the sources publish. A source that lists more
// ports of the same host does not disagree, and neither does a guess, since
// nobody said it, nor what is known of whoever runs the mail exchanger or hosts
// the domain, which only counts where the domain itself is silent.
func Disagreements(sources []SourceResult) []Disagreement {
	var all []Disagreement
	for _, protocol := range Protocols {
		for i, first := range sources {
			if len(first.Hosts(protocol)) == 0 || first.Kind != Published {
				continue
			}
			for _, second := range sources[i+1:] {
				if second.Kind != Published || !disjoint(first.Hosts(protocol), second.Hosts(protocol)) {
					continue
				}
				all = append(all, Disagreement{protocol, first, second})
			}
			break // one source against each other is enough to see it
		}
	}
	return all
}

// Text says who says what.
func (d Disagreement) Text() Text {
	return Textf("%s names %s, %s names %s",
		d.First.Name, ListOf(d.First.Hosts(d.Protocol)), d.Second.Name, ListOf(d.Second.Hosts(d.Protocol)))
}

// disjoint reports whether both lists have entries and none in common.
func disjoint(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(host string) bool { return slices.Contains(b, host) })
}
