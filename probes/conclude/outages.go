package conclude

import (
	"net/netip"
	"net/url"
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// outages finds causes that show only when everything is looked at together.
// Each look returns the evidence, or nothing.
func outages(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, o := range []struct {
		check *checks.Check
		look  func(*mailcheck.Report) mailcheck.Text
	}{
		{checks.NetOffline, nothingAnswers},
		{checks.NetCaptivePortal, oneCertificateForAll},
		{checks.NetCaptivePortal, heardOf(checks.NetCaptivePortal)},
		{checks.NetIntercepted, heardOf(checks.NetIntercepted)},
		{checks.NetIPv6Broken, allIPv6Fails},
	} {
		if evidence := o.look(r); !evidence.Empty() {
			all = append(all, mailcheck.NewFinding(o.check, "%s", evidence))
		}
	}
	return all
}

// nothingAnswers says what was tried where no host on the internet answered,
// the provider database among them: it belongs to somebody else than the
// servers do, and both are hardly down together. Where the machine knows no way
// to IPv4 addresses at all, one host is enough. DNS is no proof of a connection:
// the resolver may stand next
// door; but a machine that cannot even reach that one is offline.
func nothingAnswers(r *mailcheck.Report) mailcheck.Text {
	for _, s := range r.Sources {
		for _, f := range s.Findings() {
			if f.Check == checks.NetOffline {
				return f.Detail
			}
		}
	}
	var silent []string
	database, noRoute := false, len(r.Servers) > 0
	for _, s := range r.Servers {
		for _, a := range s.Addresses {
			if a.State != mailcheck.TimedOut && a.State != mailcheck.Unreachable && a.State != mailcheck.NotAttempted {
				return mailcheck.Text{}
			}
			noRoute = noRoute && a.NoRoute
		}
		if len(s.Addresses) == 0 || !slices.ContainsFunc(s.Addresses, func(a mailcheck.AddressResult) bool { return a.IP.Is4() }) {
			noRoute = false
		}
		asked := slices.ContainsFunc(s.Addresses, func(a mailcheck.AddressResult) bool { return a.State != mailcheck.NotAttempted })
		if asked && !slices.Contains(silent, s.Host) {
			silent = append(silent, s.Host)
		}
	}
	for _, f := range fetches(r) {
		if f.form == mailcheck.OtherForm || f.form == mailcheck.Answer || f.form == mailcheck.Document {
			continue // there it is no error that nothing answers
		}
		if mailcheck.Shows(f.Findings, checks.RunTimeout) {
			continue // it could not answer any more
		}
		if f.Reach != mailcheck.TimedOut && f.Reach != mailcheck.Unreachable {
			return mailcheck.Text{}
		}
		database = database || f.form == mailcheck.Database
		if !slices.Contains(silent, f.host) {
			silent = append(silent, f.host)
		}
	}
	if noRoute || database && len(silent) > 1 {
		return mailcheck.Textf("no answer from %s", mailcheck.ListOf(silent))
	}
	return mailcheck.Text{}
}

// fetch is a document that a source asked for.
type fetch struct {
	*mailcheck.Step
	form mailcheck.SourceForm
	host string
}

func fetches(r *mailcheck.Report) []fetch {
	var all []fetch
	for _, s := range r.Sources {
		for i, step := range s.Steps {
			if step.Op != mailcheck.OpFetch {
				continue
			}
			if u, err := url.Parse(step.Target); err == nil && u.Hostname() != "" {
				all = append(all, fetch{&s.Steps[i], s.Form, u.Hostname()})
			}
		}
	}
	return all
}

// oneCertificateForAll recognises a login page (RFC 8952): the provider database
// and a host of the domain, which have nothing to do with each other, show the
// same certificate, and it is not good for the database.
func oneCertificateForAll(r *mailcheck.Report) mailcheck.Text {
	var shown mailcheck.Certificate
	var names []string
	fetched := fetches(r)
	for _, f := range fetched {
		if f.Leaf != nil && f.form == mailcheck.Database {
			shown, names = *f.Leaf, []string{f.host}
		}
	}
	if shown.SHA256 == "" {
		return mailcheck.Text{}
	}
	add := func(host, print string) {
		if print == shown.SHA256 && !slices.Contains(names, host) {
			names = append(names, host)
		}
	}
	for _, f := range fetched {
		if f.Leaf != nil {
			add(f.host, f.Leaf.SHA256)
		}
	}
	for i := range r.Servers {
		add(r.Servers[i].Host, shownLeaf(&r.Servers[i]))
	}
	if len(names) < 2 {
		return mailcheck.Text{}
	}
	whose := mailcheck.ListOf(shown.Names[:min(1, len(shown.Names))]).Or(shown.Subject)
	return mailcheck.Textf("%s show the same certificate, that of %s", mailcheck.ListOf(names), whose)
}

// allIPv6Fails says which servers were tried where IPv6 failed for all of them,
// two at least, and not by a refusal, which would come from the server itself.
func allIPv6Fails(r *mailcheck.Report) mailcheck.Text {
	var hosts []string
	var addrs []netip.Addr
	for _, s := range r.Servers {
		for _, a := range s.Addresses {
			switch {
			case !a.IP.Is6() || a.State == mailcheck.NotAttempted:
				continue
			case a.State != mailcheck.TimedOut && a.State != mailcheck.Unreachable || a.NoRoute:
				return mailcheck.Text{}
			}
			if !slices.Contains(addrs, a.IP) {
				addrs = append(addrs, a.IP)
			}
			if !slices.Contains(hosts, s.Host) {
				hosts = append(hosts, s.Host)
			}
		}
	}
	viaIPv4 := slices.ContainsFunc(r.Servers, func(s mailcheck.ServerResult) bool { return answers(s, netip.Addr.Is4) })
	if len(addrs) < 2 || !viaIPv4 {
		return mailcheck.Text{}
	}
	return mailcheck.Textf("no answer over IPv6 from %s", mailcheck.ListOf(hosts))
}

// answers reports whether an address of a server, of one family, is alive.
func answers(s mailcheck.ServerResult, family func(netip.Addr) bool) bool {
	return slices.ContainsFunc(s.Addresses, func(a mailcheck.AddressResult) bool { return family(a.IP) && alive(a.State) })
}

// alive reports whether a state of a connection proves that the host is there.
func alive(state mailcheck.Reach) bool {
	return state == mailcheck.Connected || state == mailcheck.Refused
}
