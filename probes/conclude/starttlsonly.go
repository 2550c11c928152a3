package conclude

import (
	"slices"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
)

// tlsDoor says whether the host of a server with STARTTLS has the same protocol with
// TLS from the first byte on its usual port, as far as anybody has looked: it works, or
// nothing listens there.
func tlsDoor(r *mailcheck.Report, s mailcheck.Server) (door mailcheck.Server, works, closed bool) {
	door = mailcheck.Server{Protocol: s.Protocol, Host: s.Host, Port: mailcheck.DefaultPort(s.Protocol, mailcheck.ImplicitTLS), Security: mailcheck.ImplicitTLS}
	for _, o := range r.Servers {
		if o.Protocol == s.Protocol && o.Host == s.Host && o.Security == mailcheck.ImplicitTLS && o.Verdict.Usable() {
			return o.Server, true, false
		}
	}
	tested := r.Result(door)
	closed = len(tested.Addresses) > 0 && !slices.ContainsFunc(tested.Addresses, func(a mailcheck.AddressResult) bool { return a.State != mailcheck.Refused })
	for _, n := range r.Result(s).Neighbours {
		if n.Port == door.Port {
			works = works || n.Door == mailcheck.ImplicitTLS
			closed = closed || n.State == mailcheck.Refused
		}
	}
	return door, works, closed && !works
}

// startTLSOnly finds hosts that have nothing but STARTTLS. Where somebody names the
// port with TLS, that it is closed is a fault of its own.
func startTLSOnly(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, s := range r.Servers {
		door, _, closed := tlsDoor(r, s.Server)
		named := r.Result(door)
		upgrades := slices.Contains(mailProtocols, s.Protocol) && s.Security == mailcheck.StartTLS && s.Port != relay
		if !upgrades || !s.Verdict.Usable() || !closed || named.Host != "" && !named.Guessed() {
			continue
		}
		f := mailcheck.NewFinding(checks.StartTLSOnly, "port %d of %s works with STARTTLS, and nothing listens on port %d; Apple Mail on iOS, myMail and Edison read mail with TLS from the first byte or without encryption", s.Port, s.Host, door.Port)
		if s.Protocol.Sends() {
			f.Detail = mailcheck.Evidencef("port %d of %s works with STARTTLS, and nothing listens on port %d; some programs that guess then end on port 25 without encryption", s.Port, s.Host, door.Port)
		}
		f.Server = s.URL()
		all = append(all, f)
	}
	return all
}

// unnamed are doors with TLS from the first byte that no SRV record names, and what the
// records name instead.
type unnamed struct {
	weak, missing, records []string
}

func (u *unnamed) add(r *mailcheck.Report, s, door mailcheck.Server) {
	u.weak = append(u.weak, s.Endpoint())
	if label := document.ServiceOf(door.Protocol, door.Security).Label; !slices.Contains(u.missing, label) {
		u.missing = append(u.missing, label)
	}
	u.records = append(u.records, document.SRVRecord(door, r.Address.Domain))
}

// WithoutTLSRecord returns the servers that SRV records name with STARTTLS where none
// are published for TLS from the first byte, and nothing declines it. Nobody has to offer
// that at the port of servers.
func WithoutTLSRecord(r *mailcheck.Report) []mailcheck.Server {
	var all []mailcheck.Server
	for _, p := range mailProtocols {
		implicit, upgraded := recordsFor(r, p)
		if len(implicit) > 0 || !unheardOf(r, document.ServiceOf(p, mailcheck.ImplicitTLS).Name(r.Address.Domain)) {
			continue
		}
		for _, s := range upgraded {
			if s.Port != relay && s.Port != mailcheck.DefaultPort(p, mailcheck.ImplicitTLS) {
				all = append(all, s)
			}
		}
	}
	return all
}

// srvStartTLSOnly finds SRV records that name STARTTLS alone: with the records to add
// where the host was seen to have TLS from the first byte, as a note where that is not
// known, and not at all where it has none.
func srvStartTLSOnly(r *mailcheck.Report) []mailcheck.Finding {
	var open, unknown unnamed
	for _, s := range WithoutTLSRecord(r) {
		switch door, works, closed := tlsDoor(r, s); {
		case r.Result(s).Verdict == mailcheck.Fail || closed:
		case works:
			open.add(r, s, door)
		default:
			unknown.add(r, s, door)
		}
	}
	var all []mailcheck.Finding
	if len(open.records) > 0 {
		f := open.finding(r)
		f.Fix = mailcheck.Textf("Add what the server has: %s", mailcheck.Joined(open.records, " "))
		all = append(all, f)
	}
	if len(unknown.records) > 0 {
		f := unknown.finding(r)
		f.Severity = checks.Info
		f.Fix = mailcheck.Textf("If the server has TLS from the first byte, add: %s", mailcheck.Joined(unknown.records, " "))
		all = append(all, f)
	}
	return all
}

func (u *unnamed) finding(r *mailcheck.Report) mailcheck.Finding {
	f := mailcheck.NewFinding(checks.SRVStartTLSOnly, "SRV records name %s with STARTTLS, and there are none of %s", mailcheck.ListOf(u.weak).AtMost(4), mailcheck.ListOf(u.missing))
	f.Name, f.Record = r.Address.Domain, "SRV"
	return f
}

// unheardOf reports whether DNS was asked for a service and has no record of it, not even
// one that declines it.
func unheardOf(r *mailcheck.Report, name string) bool {
	for _, source := range r.Sources {
		for _, step := range source.Steps {
			if source.Form == mailcheck.Records && step.Op == mailcheck.OpLookup && step.Target == name+" SRV" {
				return !step.Failed() && !mailcheck.Shows(step.Findings, checks.SRVNotOffered, checks.SRVBadTarget)
			}
		}
	}
	return false
}
