package probes

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mailcheck"
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
				case f.Check == mailcheck.TCPTimeout && len(s.Neighbours) > 0:
					explainPort(r, s, f)
				case f.Check == mailcheck.TCPUnreachable:
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
	open, silent := otherPorts(r, s)
	switch {
	case len(open) == 0:
		f.Check = mailcheck.TCPHostDown
		f.Detail = fmt.Sprintf("%s (%s) does not answer on %s", s.Host, addressesOf(s), listPorts(append(silent, s.Port)))
	case slices.Contains(blockable, s.Port):
		f.Check = mailcheck.TCPBlockedHere
		f.Detail = fmt.Sprintf("no answer on port %d, but on %s of the same host", s.Port, listPorts(open))
	default:
		f.Detail = fmt.Sprintf("no answer on port %d, but on %s of the same host", s.Port, listPorts(open))
	}
	f.Severity = f.Check.Severity
	if door, ok := otherDoor(r, s); ok {
		f.Meanwhile = choose(door)
	}
}

// otherPorts returns the other ports of a server's host, those that answered and
// those that did not.
func otherPorts(r *mailcheck.Report, s *mailcheck.ServerResult) (open, silent []uint16) {
	for _, n := range s.Neighbours {
		if alive(n.State) {
			open = append(open, n.Port)
		} else {
			silent = append(silent, n.Port)
		}
	}
	for _, o := range r.Servers {
		if o.Host != s.Host || o.Port == s.Port || len(o.Addresses) == 0 {
			continue
		}
		if answers(o, netip.Addr.IsValid) {
			open = append(open, o.Port)
		} else {
			silent = append(silent, o.Port)
		}
	}
	return open, silent
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
	return joined(addrs)
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
