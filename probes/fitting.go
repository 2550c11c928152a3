package probes

import (
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/internal/sasl"
)

// fitting returns the ways to log in that a server offers inside TLS and that take
// what was given, the ones that its settings name in front.
func fitting(r *mailcheck.ServerResult, token bool) []sasl.Mechanism {
	published := func(m sasl.Mechanism) bool {
		return slices.ContainsFunc(r.Auth, func(method string) bool {
			name := m.Name
			if name == sasl.Command {
				name = "PLAIN"
			}
			return slices.Contains(document.Methods[method], name)
		})
	}
	var first, rest []sasl.Mechanism
	for _, m := range sasl.Mechanisms {
		offered := mailcheck.Has(r.Mechanisms.AfterTLS, m.Name) || m.Name == sasl.Command && commandOffered(r)
		switch {
		case m.Token != token || !offered:
		case published(m):
			first = append(first, m)
		default:
			rest = append(rest, m)
		}
	}
	return append(first, rest...)
}

// commandOffered reports whether the protocol's own command takes a password: IMAP
// has LOGIN unless it is disabled, POP3 has USER where it says so or says nothing.
func commandOffered(r *mailcheck.ServerResult) bool {
	caps := r.Capabilities.AfterTLS
	switch r.Protocol {
	case mailcheck.IMAP:
		return len(caps) > 0 && !mailcheck.Has(caps, "LOGINDISABLED")
	case mailcheck.POP3:
		return len(caps) == 0 || mailcheck.Has(caps, "USER")
	}
	return false
}
