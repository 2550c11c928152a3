package conclude

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// outages finds causes that show only when everything is looked at together.
// Each look returns the evidence, or nothing.
func outages(r *mailcheck.Report) []mailcheck.Finding {
	var all []mailcheck.Finding
	for _, o := range []struct {
		check *checks.Check
		look  func(*mailcheck.Report) string
	}{
		{checks.NetOffline, nothingAnswers},
		{checks.NetCaptivePortal, oneCertificateForAll},
		{checks.NetCaptivePortal, heardOf(checks.NetCaptivePortal)},
		{checks.NetIntercepted, heardOf(checks.NetIntercepted)},
		{checks.NetIPv6Broken, allIPv6Fails},
	} {
		if evidence := o.look(r); evidence != "" {
			all = append(all, mailcheck.NewFinding(o.check, evidence))
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
func nothingAnswers(r *mailcheck.Report) string {
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
			if a.State != "timeout" && a.State != "unreachable" && a.State != "untested" {
				return ""
			}
			noRoute = noRoute && a.Err != nil && trace.NoIPv6Here(a.Err)
		}
		if len(s.Addresses) == 0 || !slices.ContainsFunc(s.Addresses, func(a mailcheck.AddressResult) bool { return a.IP.Is4() }) {
			noRoute = false
		}
		if len(s.Addresses) > 0 && !slices.Contains(silent, s.Host) {
			silent = append(silent, s.Host)
		}
	}
	for _, f := range fetches(r) {
		if !slices.Contains([]string{"autoconfig", "ispdb", "mx"}, f.source) {
			continue // to the others it is no error that nothing is there
		}
		state := trace.ConnectState(f.Err)
		if f.Err == nil || state != "timeout" && state != "unreachable" {
			return ""
		}
		database = database || f.source == "ispdb"
		if !slices.Contains(silent, f.host) {
			silent = append(silent, f.host)
		}
	}
	if noRoute || database && len(silent) > 1 {
		return "no answer from " + strings.Join(silent, ", ")
	}
	return ""
}

// fetch is a document that a source asked for.
type fetch struct {
	mailcheck.Step
	source, host string
}

func fetches(r *mailcheck.Report) []fetch {
	var all []fetch
	for _, s := range r.Sources {
		for _, step := range s.Steps {
			if u, err := url.Parse(step.Target); step.Op == mailcheck.OpFetch && err == nil && u.Hostname() != "" {
				all = append(all, fetch{step, s.Name, u.Hostname()})
			}
		}
	}
	return all
}

// oneCertificateForAll recognises a login page (RFC 8952): the provider database
// and a host of the domain, which have nothing to do with each other, show the
// same certificate, and it is not good for the database.
func oneCertificateForAll(r *mailcheck.Report) string {
	shown, subject, names := "", "", []string(nil)
	for _, f := range fetches(r) {
		if e, ok := errors.AsType[*tls.CertificateVerificationError](f.Err); ok && f.source == "ispdb" && len(e.UnverifiedCertificates) > 0 {
			leaf := e.UnverifiedCertificates[0]
			sum := sha256.Sum256(leaf.Raw)
			shown, subject, names = hex.EncodeToString(sum[:]), leaf.Subject.CommonName, []string{f.host}
			if len(leaf.DNSNames) > 0 {
				subject = leaf.DNSNames[0]
			}
		}
	}
	add := func(host, print string) {
		if print == shown && !slices.Contains(names, host) {
			names = append(names, host)
		}
	}
	for _, f := range fetches(r) {
		if e, ok := errors.AsType[*tls.CertificateVerificationError](f.Err); ok && len(e.UnverifiedCertificates) > 0 {
			sum := sha256.Sum256(e.UnverifiedCertificates[0].Raw)
			add(f.host, hex.EncodeToString(sum[:]))
		}
	}
	for i := range r.Servers {
		add(r.Servers[i].Host, shownLeaf(&r.Servers[i]))
	}
	if shown == "" || len(names) < 2 {
		return ""
	}
	return fmt.Sprintf("%s show the same certificate, that of %s", strings.Join(names, ", "), subject)
}

// allIPv6Fails says which servers were tried where IPv6 failed for all of them,
// two at least, and not by a refusal, which would come from the server itself.
func allIPv6Fails(r *mailcheck.Report) string {
	var hosts []string
	var addrs []netip.Addr
	for _, s := range r.Servers {
		for _, a := range s.Addresses {
			switch {
			case !a.IP.Is6() || a.State == "untested":
				continue
			case a.State != "timeout" && a.State != "unreachable" || trace.NoIPv6Here(a.Err):
				return ""
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
		return ""
	}
	return "no answer over IPv6 from " + strings.Join(hosts, ", ")
}

// answers reports whether an address of a server, of one family, is alive.
func answers(s mailcheck.ServerResult, family func(netip.Addr) bool) bool {
	return slices.ContainsFunc(s.Addresses, func(a mailcheck.AddressResult) bool { return family(a.IP) && alive(a.State) })
}

// alive reports whether a state of a connection proves that the host is there.
func alive(state string) bool { return state == "connected" || state == "refused" }
