package mailcheck

import "slices"

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

// Preference is the server that a source would have a client use for a protocol.
type Preference struct {
	Source string
	Server Server
}

// Preferences returns what each source prefers for a protocol, unless all prefer the
// same. That is less than a disagreement: another port of the same host, or another
// way to encrypt, is enough, since a client that reads one source alone then uses
// another server than one that reads the next. As there, only published sources
// count.
func Preferences(sources []SourceResult, protocol Protocol) []Preference {
	var all []Preference
	differ := false
	for _, source := range sources {
		first := slices.IndexFunc(source.Servers, func(s Server) bool { return s.Protocol == protocol })
		if first < 0 || source.Kind != Published {
			continue
		}
		all = append(all, Preference{source.Name, source.Servers[first]})
		differ = differ || all[0].Server.Key() != source.Servers[first].Key()
	}
	if !differ {
		return nil
	}
	return all
}

// disjoint reports whether both lists have entries and none in common.
func disjoint(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(host string) bool { return slices.Contains(b, host) })
}
