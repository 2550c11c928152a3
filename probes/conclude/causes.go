package conclude

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// rule says of which cause a finding is only a consequence; nil if of none.
type rule struct {
	doc string
	of  func(*evidence, *mailcheck.Finding) *checks.Check
}

// rules are tried in order, so that what explains most comes first: who is not
// on the internet need not hear about servers.
var rules = []rule{
	{"a wrong clock here: certificates only look expired or not yet valid", clockCause},
	{"offline or caught by a login page: everything that was asked of the network follows", networkCause},
	{"a resolver or domain whose DNS is dead: said once, and nothing can be found", dnsCause},
	{"IPv6 broken here: the servers' own IPv6 is not to blame", ipv6Cause},
	{"a resolver that knows no public names, or a slip in the domain: nothing can be found", namesCause},
	{"a wildcard answers for the name: nobody meant a web server to be there", wildcardCause},
	{"settings of an old host, which knows the account no more", oldHostCause},
	{"a published name that does not exist: another source names another server", deadNameCause},
	{"what is published cannot be used: programs are left with guessing", guessedCause},
	{"declined in DNS and published elsewhere: that it does not answer follows", declinedCause},
	{"a settings file over http only: https does not answer for the same reason", httpOnlyCause},
	{"an SRV target without address: the server cannot be resolved", srvCause},
	{"a file that names no server with encryption: each of its servers is without", noEncryptionCause},
	{"a port published with the wrong security: whatever the server does then follows", portSecurityCause},
	{"a published user name that the server refuses: that it is in another domain", usernameCause},
	{"an SRV record with the port of the other security: the same", oddPortCause},
	{"a section without encryption before one with it: that it is published", orderCause},
	{"records that prefer STARTTLS: that the settings file leaves it out", priorityCause},
	{"an entry of a list of providers that the domain contradicts: its server does not work", listCause},
	{"mail programs at the port of servers: what it is like there", relayCause},
	{"one dead host with several services", hostCause},
	{"a ban, a limit or a proxy of one machine, a scanner here: the same at every port", machineCause},
	{"one bad certificate on several servers", certificateCause},
	{"no working server: because of the first fault of the published ones", accountCause},
}

// evidence is a report and what several rules need to know about it.
type evidence struct {
	*mailcheck.Report
	dns     *mailcheck.Finding // what is wrong with all of DNS, or nil
	network *checks.Check      // what keeps this machine from the internet, or nil
	first   map[*checks.Check]*mailcheck.Finding
}

// nameCauses marks the findings that only follow from another one.
func nameCauses(r *mailcheck.Report) {
	e := &evidence{Report: r, first: map[*checks.Check]*mailcheck.Finding{}}
	for i := range r.Findings {
		f := &r.Findings[i]
		if e.first[f.Check] == nil {
			e.first[f.Check] = f
		}
		if e.network == nil && (f.Check == checks.NetOffline || f.Check == checks.NetCaptivePortal || f.Check == checks.NetShortage && (f.Severity == checks.Failure || len(r.Usable()) == 0) || f.Check == checks.NetNotAllowed && len(r.Usable()) == 0) {
			e.network = f.Check
		}
	}
	e.dns = deadDNS(e)
	for i := range r.Findings {
		f := &r.Findings[i]
		for _, rule := range rules {
			if cause := rule.of(e, f); cause != nil {
				f.BecauseOf = cause
				break
			}
		}
	}
	raiseRoots(e)
	raiseRelay(e)
	for i := range r.Findings {
		f := &r.Findings[i]
		if root := e.oddPort(f); root != nil && f.BecauseOf == checks.SRVPortOdd {
			root.Severity = checks.Failure // a warning while clients put up with it
			root.Meanwhile, root.Server = f.Meanwhile, f.Server
		}
	}
}

func clockCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if blamesClock(e.Report, f) {
		return checks.NetClockWrong
	}
	return nil
}

// networkCause blames the local network for whatever came from the network. What
// a source published was heard all the same, and stays to be mended.
func networkCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if e.network == nil || e.first[e.network] == f {
		return nil
	}
	if f.Check == e.network {
		return e.network // the same cause, seen again
	}
	asked := []string{"dns.", "tcp.", "tls.", "starttls.", "greet.", "reply.", "http.", "autoconfig.", "ispdb.", "account.", "internal."}
	if slices.ContainsFunc(asked, func(family string) bool { return strings.HasPrefix(f.Check.ID, family) }) {
		return e.network
	}
	return nil
}

func dnsCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	switch {
	case e.dns == nil || f == e.dns:
		return nil
	case f.Check == checks.ISPDBUnreachable, f.Check == e.dns.Check: // the latter is the same cause, seen again
		return e.dns.Check
	}
	return nil
}

// deadDNS returns the finding that says why nothing can be looked up, or nil. The
// question for the mail exchanger stands for all: a domain that has an answer to
// it, if only that there is none, is served. Where only servers were tested, DNS
// is dead if the resolver failed on each of them.
func deadDNS(e *evidence) *mailcheck.Finding {
	resolver := []*checks.Check{checks.DNSTimeout, checks.DNSRefused, checks.DNSMalformed, checks.DNSTCPFailed}
	domain := append(resolver, checks.DNSServfail, checks.DNSBogus, checks.DNSNotFound)
	failed := map[*checks.Check]int{}
	for i := range e.Findings {
		f := &e.Findings[i]
		if f.Record == "MX" && slices.Contains(domain, f.Check) {
			return f
		}
		failed[f.Check]++
	}
	for _, c := range resolver {
		if len(e.Sources) == 0 && failed[c] > 1 && failed[c] == len(e.Servers) {
			return e.first[c]
		}
	}
	return nil
}

func ipv6Cause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Check == checks.TCPUnreachable6 && e.first[checks.NetIPv6Broken] != nil {
		return checks.NetIPv6Broken
	}
	return nil
}

func httpOnlyCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Check == checks.AutoconfigUnreachable && e.first[checks.AutoconfigHTTPOnly] != nil {
		return checks.AutoconfigHTTPOnly
	}
	return nil
}

func srvCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Server == "" || f.Check != checks.DNSNotFound && f.Check != checks.DNSNoAddress {
		return nil
	}
	for _, o := range e.Findings {
		if o.Check == checks.SRVNoAddress && o.Target == f.Server {
			return checks.SRVNoAddress
		}
	}
	return nil
}

func portSecurityCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Server == "" || f.Check == checks.PublishPortSecurity {
		return nil
	}
	for _, o := range e.Findings {
		if o.Check == checks.PublishPortSecurity && o.Server == f.Server {
			return checks.PublishPortSecurity
		}
	}
	return nil
}

// oddPortCause blames the SRV record where nothing else names the server.
func oddPortCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if e.oddPort(f) == nil {
		return nil
	}
	return checks.SRVPortOdd
}

// oddPort returns the SRV record that sends clients to the server of a failure
// with the wrong security.
func (e *evidence) oddPort(f *mailcheck.Finding) *mailcheck.Finding {
	s := resultOf(e.Report, f.Server)
	if f.Severity != checks.Failure || !onlyRecords(e.Report, s.Server) {
		return nil
	}
	for i := range e.Findings {
		if o := &e.Findings[i]; o.Check == checks.SRVPortOdd && o.Target == f.Server {
			return o
		}
	}
	return nil
}

// onlyRecords reports whether a server is named by DNS records and nothing else.
func onlyRecords(r *mailcheck.Report, s mailcheck.Server) bool {
	return len(s.Sources) > 0 && !slices.ContainsFunc(s.Sources, func(name string) bool { return r.Source(name).Form != mailcheck.Records })
}

// hostCause folds the services of a dead host into the first. Two dead hosts are
// two causes.
func hostCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	root := e.first[f.Check]
	if f.Check != checks.TCPHostDown || root == f {
		return nil
	}
	for _, o := range e.Findings {
		if o.Check == f.Check && resultOf(e.Report, o.Server).Host != resultOf(e.Report, root.Server).Host {
			return nil
		}
	}
	return f.Check
}

// certificateCause folds what is wrong with a certificate on several servers
// into what was said of the first, although each may want another name of it. Two
// bad certificates are two causes.
func certificateCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	root := e.first[f.Check]
	if root == f || !strings.HasPrefix(f.Check.ID, "tls.") {
		return nil
	}
	print := shownLeaf(resultOf(e.Report, root.Server))
	for _, o := range e.Findings {
		if o.Check == f.Check && (print == "" || shownLeaf(resultOf(e.Report, o.Server)) != print) {
			return nil
		}
	}
	return f.Check
}

// shownLeaf returns the fingerprint of the certificate a server showed, if it did.
func shownLeaf(s *mailcheck.ServerResult) string {
	if s.TLS == nil || len(s.TLS.Chain) == 0 {
		return ""
	}
	return s.TLS.Chain[0].SHA256
}

// accountCause returns why no server works: DNS as a whole, or the first fault
// of the published servers of that direction.
func accountCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	switch f.Check {
	case checks.AccountNoSettings, checks.AccountNoIncoming, checks.AccountNoOutgoing:
	default:
		return nil
	}
	if len(e.Servers) == 0 && e.dns != nil {
		return e.dns.Check
	}
	for _, root := range []*checks.Check{checks.ProviderNoIMAP, checks.SRVNotOffered, checks.MXNull} {
		if len(e.Servers) == 0 && e.first[root] != nil {
			return root
		}
	}
	for _, s := range e.Servers {
		if s.Guessed() || f.Check == checks.AccountNoOutgoing != s.Protocol.Sends() {
			continue
		}
		for _, o := range s.Findings() {
			if o.Check.Severity != checks.Failure {
				continue
			}
			o.Server = s.URL()
			if cause := relayCause(e, &o); cause != nil {
				return cause
			}
			return o.Check
		}
	}
	return nil
}

// resultOf returns the result of the server with that URL, an empty one if there
// is none.
func resultOf(r *mailcheck.Report, url string) *mailcheck.ServerResult {
	for i := range r.Servers {
		if r.Servers[i].URL() == url {
			return &r.Servers[i]
		}
	}
	return new(mailcheck.ServerResult)
}
