package conclude

import (
	"net/netip"
	"slices"

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
		for _, f := range mailcheck.Each(s.Steps) {
			switch {
			case f.Check == checks.TCPTimeout && len(s.Neighbours) > 0:
				explainPort(r, s, f)
			case f.Check == checks.TCPUnreachable:
				explainRoute(r, s, f)
			}
		}
	}
}

// explainRoute clears this machine's network where other hosts answer it.
func explainRoute(r *mailcheck.Report, s *mailcheck.ServerResult, f *mailcheck.Finding) {
	f.Detail = mailcheck.Textf("%s: %s", addressesOf(s), f.Detail)
	for _, o := range r.Servers {
		if o.Host != s.Host && answers(o, netip.Addr.IsValid) {
			f.Fix = mailcheck.Textf("This machine is connected, since %s answers it. Compare the address of %s with what the server's operator says: either it is wrong in DNS, or the server's network is down.", o.Host, s.Host)
			return
		}
	}
}

func explainPort(r *mailcheck.Report, s *mailcheck.ServerResult, f *mailcheck.Finding) {
	open, refused, silent := otherPorts(r, s)
	switch {
	case len(open)+len(refused) == 0:
		f.Become(checks.TCPHostDown, "%s (%s) does not answer on %s", s.Host, addressesOf(s), listPorts(append(silent, s.Port)))
	case slices.Contains(blockable, s.Port):
		f.Become(checks.TCPBlockedHere, "no answer on port %d, while %s", s.Port, talkative(open, refused))
	default:
		f.Become(checks.TCPTimeout, "no answer on port %d, while %s", s.Port, talkative(open, refused))
	}
	if door, ok := otherDoor(r, s); ok {
		f.Instead, f.Meanwhile = door.URL(), Choose(door)
	}
}

// otherPorts returns the other ports of a server's host: those that connect, those
// that refuse to, which also takes a host that is up, and those that are silent.
func otherPorts(r *mailcheck.Report, s *mailcheck.ServerResult) (open, refused, silent []uint16) {
	for _, n := range s.Neighbours {
		switch n.State {
		case mailcheck.Connected:
			open = append(open, n.Port)
		case mailcheck.Refused:
			refused = append(refused, n.Port)
		default:
			silent = append(silent, n.Port)
		}
	}
	for _, o := range r.Servers {
		state := func(want mailcheck.Reach) bool {
			return slices.ContainsFunc(o.Addresses, func(a mailcheck.AddressResult) bool { return a.State == want })
		}
		switch {
		case o.Host != s.Host || o.Port == s.Port || len(o.Addresses) == 0:
		case state(mailcheck.Connected):
			open = append(open, o.Port)
		case state(mailcheck.Refused):
			refused = append(refused, o.Port)
		default:
			silent = append(silent, o.Port)
		}
	}
	return open, refused, silent
}

// talkative says which ports of a host answer, and how.
func talkative(open, refused []uint16) mailcheck.Text {
	switch {
	case len(refused) == 0:
		return mailcheck.Textf("%s of the same host can be reached", listPorts(open))
	case len(open) == 0:
		return mailcheck.Textf("the host refuses connections to %s", listPorts(refused))
	}
	return mailcheck.Textf("%s of the same host can be reached and the host refuses connections to %s", listPorts(open), listPorts(refused))
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
		usable := o.Protocol == s.Protocol && o.Key() != s.Key() && o.Verdict != mailcheck.Fail && o.TLS != nil
		if usable && (!ok || o.Host == s.Host && door.Host != s.Host) {
			door, ok = o.Server, true
		}
	}
	return door, ok
}

func addressesOf(s *mailcheck.ServerResult) mailcheck.List {
	var addrs []netip.Addr
	for _, a := range s.Addresses {
		addrs = append(addrs, a.IP)
	}
	return mailcheck.ListOf(addrs)
}

func listPorts(ports []uint16) mailcheck.Text {
	ports = slices.Compact(slices.Sorted(slices.Values(ports)))
	if len(ports) == 1 {
		return mailcheck.Textf("port %d", ports[0])
	}
	return mailcheck.Textf("ports %s", mailcheck.ListOf(ports))
}
