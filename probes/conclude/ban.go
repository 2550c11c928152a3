package conclude

import (
	"net/netip"
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// oneBan tells one end of the connection the same at every port of a host. A server
// that has banned an address accepts and hangs up before a word; at a port with TLS
// from the first byte that looks like a server that has no certificate. Where the
// host also hangs up on those who only listen, and nothing of it works, the
// certificate is not the cause. It is the same with one that waits for a proxy.
func oneBan(r *mailcheck.Report) {
	hangsUp, works := map[string]mailcheck.Finding{}, map[string]bool{}
	for i := range r.Servers {
		s := &r.Servers[i]
		for _, f := range s.Findings() {
			if f.Check == checks.TCPReset || f.Check == checks.TCPProxyExpected {
				hangsUp[s.Host] = f
			}
		}
		works[s.Host] = works[s.Host] || s.TLS != nil || s.Greeting != ""
	}
	for i := range r.Servers {
		s := &r.Servers[i]
		known := hangsUp[s.Host]
		if known.Check == nil || works[s.Host] {
			continue
		}
		for _, f := range mailcheck.Each(s.Steps) {
			if f.Check == checks.TLSEOF {
				f.BecomeText(known.Check, known.Detail)
				f.Fix = known.Fix
			}
		}
	}
}

// ofMachine are what a server does, or what stands in front of it, in the same way at
// each of its ports, in words that differ.
var ofMachine = []*checks.Check{
	checks.TCPReset, checks.TCPProxyExpected, checks.ReplyProxyHeader, checks.GreetBlocklist, checks.GreetRateLimit, checks.GreetOverload,
}

// machineCause folds what one machine does at all its ports into the first. Two machines
// are two causes, but a scanner on the way is one. A port that hangs up follows from the
// ban that another port of the machine tells in words.
func machineCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	root := e.first[f.Check]
	switch {
	case f.Check == checks.TLSInterception && root != f:
		return f.Check
	case slices.Contains(ofMachine, f.Check) && root != f && e.onOneMachine(f.Check, f.Server):
		return f.Check
	case f.Check != checks.TCPReset && f.Check != checks.TLSEOF, e.first[checks.GreetBlocklist] == nil:
		return nil
	case e.onOneMachine(checks.GreetBlocklist, f.Server):
		return checks.GreetBlocklist
	}
	return nil
}

// onOneMachine reports whether all findings of a check are about the machine of a server:
// they share its name or an address.
func (e *evidence) onOneMachine(c *checks.Check, server string) bool {
	here := resultOf(e.Report, server)
	for i := range e.Findings {
		o := &e.Findings[i]
		if o.Check != c {
			continue
		}
		there := resultOf(e.Report, o.Server)
		if there.Host != here.Host && !shareAddress(there, here) {
			return false
		}
	}
	return true
}

func shareAddress(a, b *mailcheck.ServerResult) bool {
	has := func(s *mailcheck.ServerResult, ip netip.Addr) bool {
		return slices.ContainsFunc(s.Addresses, func(o mailcheck.AddressResult) bool { return o.IP == ip })
	}
	return slices.ContainsFunc(a.Addresses, func(o mailcheck.AddressResult) bool { return has(b, o.IP) })
}
