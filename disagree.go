package mailcheck

import (
	"fmt"
	"slices"
	"strings"
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
			if len(first.Hosts(protocol)) == 0 || !first.Speaks() {
				continue
			}
			for _, second := range sources[i+1:] {
				if !second.Speaks() || !disjoint(first.Hosts(protocol), second.Hosts(protocol)) {
					continue
				}
				all = append(all, Disagreement{protocol, first, second})
			}
			break // one source against each other is enough to see it
		}
	}
	return all
}

// Speaks reports whether a source holds what somebody published for the domain.
func (s SourceResult) Speaks() bool {
	return !slices.Contains([]string{"guess", "mx", "provider"}, s.Name)
}

// String says who says what.
func (d Disagreement) String() string {
	return fmt.Sprintf("%s names %s, %s names %s",
		d.First.Name, strings.Join(d.First.Hosts(d.Protocol), ", "), d.Second.Name, strings.Join(d.Second.Hosts(d.Protocol), ", "))
}

// Hosts returns the hosts that a source names for a protocol, preferred first.
func (s SourceResult) Hosts(p Protocol) []string {
	var hosts []string
	for _, server := range s.Servers {
		if server.Protocol == p && !slices.Contains(hosts, server.Host) {
			hosts = append(hosts, server.Host)
		}
	}
	return hosts
}

// disjoint reports whether both lists have entries and none in common.
func disjoint(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(host string) bool { return slices.Contains(b, host) })
}
