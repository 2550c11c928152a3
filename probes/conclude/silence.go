package conclude

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// blockable are the ports that networks are known to block on the way out:
// providers and campuses block 25 against spam and often 465 and 587 with it, and
// company firewalls block what is not encrypted from the first byte. RFC 5068
// asks them to leave 587 open.
var blockable = []uint16{25, 110, 143, 465, 587}

// explainSilence tells apart why a port is silent, now that the other ports of
// its host are known: the host is down, or the port is blocked. And it says whose
// fault a missing route is, now that other hosts are known.
func explainSilence(r *mailcheck.Report) {
	for i := range r.Servers {
		s := &r.Servers[i]
		for j := range s.Steps {
			for k := range s.Steps[j].Findings {
				switch f := &s.Steps[j].Findings[k]; {
				case f.Check == checks.TCPTimeout && len(s.Neighbours) > 0:
					explainPort(r, s, f)
				case f.Check == checks.TCPUnreachable:
					explainRoute(r, s, f)
				}
			}
		}
	}
}

// explainRoute clears this machine's network where other hosts answer it.
func explainRoute(r *mailcheck.Report, s *mailcheck.ServerResult, f *mailcheck.Finding) {
	f.Detail = fmt.Sprintf("%s: %s", addressesOf(s), f.Detail)
	for _, o := range r.Servers {
		if o.Host != s.Host && answers(o, netip.Addr.IsValid) {
			f.Fix = fmt.Sprintf("This machine is connected, since %s answers it. Compare the address of %s with what the server's operator says: either it is wrong in DNS, or the server's network is down.", o.Host, s.Host)
			return
		}
	}
}

func explainPort(r *mailcheck.Report, s *mailcheck.ServerResult, f *mailcheck.Finding) {
	open, refused, silent := otherPorts(r, s)
	f.Detail = fmt.Sprintf("no answer on port %d, while %s", s.Port, talkative(open, refused))
	switch {
	case len(open)+len(refused) == 0:
		f.Check = checks.TCPHostDown
		f.Detail = fmt.Sprintf("%s (%s) does not answer on %s", s.Host, addressesOf(s), listPorts(append(silent, s.Port)))
	case slices.Contains(blockable, s.Port):
		f.Check = checks.TCPBlockedHere
	}
	f.Severity = f.Check.Severity
	if door, ok := otherDoor(r, s); ok {
		f.Meanwhile = Choose(door)
	}
}

// otherPorts returns the other ports of a server's host: those that connect, those
// that refuse to, which also takes a host that is up, and those that are silent.
func otherPorts(r *mailcheck.Report, s *mailcheck.ServerResult) (open, refused, silent []uint16) {
	for _, n := range s.Neighbours {
		switch n.State {
		case "connected":
			open = append(open, n.Port)
		case "refused":
			refused = append(refused, n.Port)
		default:
			silent = append(silent, n.Port)
		}
	}
	for _, o := range r.Servers {
		state := func(want string) bool {
			return slices.ContainsFunc(o.Addresses, func(a mailcheck.AddressResult) bool { return a.State == want })
		}
		switch {
		case o.Host != s.Host || o.Port == s.Port || len(o.Addresses) == 0:
		case state("connected"):
			open = append(open, o.Port)
		case state("refused"):
			refused = append(refused, o.Port)
		default:
			silent = append(silent, o.Port)
		}
	}
	return open, refused, silent
}

// talkative says which ports of a host answer, and how.
func talkative(open, refused []uint16) string {
	var parts []string
	if len(open) > 0 {
		parts = append(parts, listPorts(open)+" of the same host can be reached")
	}
	if len(refused) > 0 {
		parts = append(parts, "the host refuses connections to "+listPorts(refused))
	}
	return strings.Join(parts, " and ")
}

// otherDoor returns a server of the same protocol that works from here: one that
// the run tested, of the same host if there is one, or a port that was tried
// while this one was silent.
func otherDoor(r *mailcheck.Report, s *mailcheck.ServerResult) (door mailcheck.Server, ok bool) {
	for _, n := range s.Neighbours {
		if n.Door != "" && !ok {
			door, ok = mailcheck.Server{Protocol: s.Protocol, Host: s.Host, Port: n.Port, Security: n.Door}, true
		}
	}
	for _, o := range r.Servers {
		usable := o.Protocol == s.Protocol && o.Verdict != mailcheck.Fail && o.TLS != nil
		if usable && (!ok || o.Host == s.Host && door.Host != s.Host) {
			door, ok = o.Server, true
		}
	}
	return door, ok
}

func addressesOf(s *mailcheck.ServerResult) string {
	var addrs []netip.Addr
	for _, a := range s.Addresses {
		addrs = append(addrs, a.IP)
	}
	return mailcheck.Joined(addrs)
}

func listPorts(ports []uint16) string {
	ports = slices.Compact(slices.Sorted(slices.Values(ports)))
	var words []string
	for _, p := range ports {
		words = append(words, fmt.Sprint(p))
	}
	if len(words) == 1 {
		return "port " + words[0]
	}
	return "ports " + strings.Join(words, ", ")
}
