package probes

import (
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/internal/sasl"
)

// fitting returns the ways to log in that a server offers inside TLS and that take
// what was given, the ones that its settings name in front.
func fitting(r *mailcheck.ServerResult, c Credentials) []sasl.Mechanism {
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
	spoken := sasl.Mechanisms
	switch {
	case r.Protocol.OverHTTPS():
		spoken = webSchemes
	case r.Protocol == mailcheck.Sieve:
		spoken = slices.DeleteFunc(slices.Clone(spoken), func(m sasl.Mechanism) bool { return !sieveSpoken(m) })
	}
	for _, m := range spoken {
		offered := mailcheck.Has(r.Mechanisms.AfterTLS, m.Name) || m.Name == sasl.Command && commandOffered(r) || m.Name == sasl.APOP && stamp(r) != ""
		switch {
		case !c.has(m.Takes) || m.Asked && !c.AllMechanisms || !offered:
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

// stamp returns what a POP3 server's greeting has for APOP. One that came before TLS may be
// anybody's, who then learns of the password by and by.
func stamp(r *mailcheck.ServerResult) string {
	if r.Protocol != mailcheck.POP3 || r.Security != mailcheck.ImplicitTLS {
		return ""
	}
	return sasl.Stamp(r.Greeting)
}
