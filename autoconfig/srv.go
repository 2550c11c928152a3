package autoconfig

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/dnssec"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// findSRV looks up all services at once.
func findSRV(ctx context.Context, s *search) {
	traces := make([]*trace.Trace, len(document.Services))
	servers := make([][]mailcheck.Server, len(document.Services))
	var declined []string
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, service := range document.Services {
		traces[i] = s.trace.Branch()
		wg.Go(func() {
			q := &srvQuery{s, traces[i], service.Name(s.address.Domain), service.Protocol, service.Security}
			var offered bool
			servers[i], offered = q.ask(ctx)
			if !offered {
				mu.Lock()
				defer mu.Unlock()
				declined = append(declined, q.name)
			}
		})
	}
	wg.Wait()
	s.trace.Join(traces...)
	all := slices.Concat(servers...)
	byPriority(all)
	named := map[string]bool{} // several records may name one server
	for _, server := range all {
		if !named[server.Key()] {
			named[server.Key()] = true
			s.result.Servers = append(s.result.Servers, server)
		}
	}
	s.concludeSRV(len(declined))
}

func (s *search) concludeSRV(declined int) {
	failed := 0
	for _, step := range s.trace.Steps {
		if step.Op == mailcheck.OpLookup && step.Failed() {
			failed++
		}
	}
	switch n := len(s.result.Servers); {
	case n > 0 && declined > 0:
		s.result.State = mailcheck.Found
		s.conclude(mailcheck.Found, "names %s, and says that %d of %d services are not offered", mailcheck.Count{N: n, Noun: "server"}, declined, len(document.Services))
	case n > 0:
		s.result.State = mailcheck.Found
		s.conclude(mailcheck.Found, "names %s", mailcheck.Count{N: n, Noun: "server"})
	case declined > 0:
		s.result.State = mailcheck.Found
		s.conclude(mailcheck.Found, "the domain says that %d of %d services are not offered", declined, len(document.Services))
	case failed > 0:
		s.conclude(mailcheck.Failed, "DNS did not answer")
	default:
		s.conclude(mailcheck.Absent, "no SRV records")
	}
}

// byPriority orders the servers of each protocol by the priority of their records,
// whatever service those are of (RFC 6186 section 3.4); TLS from the first byte comes
// before STARTTLS where the priority is the same.
func byPriority(servers []mailcheck.Server) {
	slices.SortStableFunc(servers, func(a, b mailcheck.Server) int {
		return cmp.Or(
			cmp.Compare(slices.Index(mailcheck.Protocols, a.Protocol), slices.Index(mailcheck.Protocols, b.Protocol)),
			cmp.Compare(a.Position.Priority, b.Position.Priority))
	})
}

// srvQuery asks for one service.
type srvQuery struct {
	*search
	trace    *trace.Trace
	name     string
	protocol mailcheck.Protocol
	security mailcheck.Security
}

// srvAnswer is the records of one name and what is known about them.
type srvAnswer struct {
	records []netx.SRV
	meta    netx.Meta
}

// ask returns the servers of the service, and false if the domain says that it
// does not offer it. Servers are handed over before their names are judged.
func (q *srvQuery) ask(ctx context.Context) (servers []mailcheck.Server, offered bool) {
	answer, offered := q.lookup(ctx)
	for _, record := range answer.records {
		if server, ok := q.server(record); ok {
			servers = append(servers, q.handOver(server))
		}
	}
	proven, flaw := false, error(nil)
	if slices.ContainsFunc(servers, func(s mailcheck.Server) bool { return s.Vouch == mailcheck.NotVouched }) {
		flaw = q.prove(ctx, q.trace, q.name+" SRV", answer.meta)
		proven = flaw == nil
	}
	for i := range servers {
		servers[i].Vouch = vouchOfRecord(servers[i].Host, q.address.Domain, proven)
		q.judge(ctx, servers[i], flaw)
	}
	return servers, offered
}

// lookup returns the records of the service, and false if the domain says that it
// does not offer it.
func (q *srvQuery) lookup(ctx context.Context) (answer srvAnswer, offered bool) {
	answer, err := trace.Do(ctx, q.trace, mailcheck.OpLookup, q.name+" SRV", func(ctx context.Context) (srvAnswer, error) {
		records, meta, err := q.net.Resolver.SRV(ctx, q.name)
		if notFound(err) {
			return srvAnswer{}, nil // a service that is not published; whether the domain exists is another question
		}
		return srvAnswer{records, meta}, err
	})
	if err != nil {
		soften(q.trace, checks.Warning)
		return srvAnswer{}, true
	}
	q.trace.Got(q.name, "SRV", srvData(answer.records))
	if len(answer.records) == 0 {
		q.trace.Say("no record")
		return srvAnswer{}, true
	}
	q.trace.Say("%s", describeSRV(answer.records))
	if answer.meta.Truncated {
		q.trace.Find(checks.SRVTooMany, "%s: only the first %d records are used", q.name, len(answer.records))
	}
	if len(answer.records) == 1 && answer.records[0].Target == "." {
		q.trace.Find(checks.SRVNotOffered, "%s SRV %s", q.name, describeSRV(answer.records))
		q.board.decline(q.protocol, q.security)
		return srvAnswer{}, false
	}
	return answer, true
}

// server returns the server that a record names, if a client can use it.
func (q *srvQuery) server(record netx.SRV) (mailcheck.Server, bool) {
	host, err := mailcheck.ParseHost(record.Target)
	if err == nil && record.Port == 0 {
		err = fmt.Errorf("port 0 cannot be used")
	}
	if _, ipErr := netip.ParseAddr(host); ipErr == nil {
		err = fmt.Errorf("%s is an IP address where a host name is needed", host)
	}
	if err != nil {
		q.trace.Find(checks.SRVBadTarget, "%s: %v", q.name, err)
		return mailcheck.Server{}, false
	}
	return mailcheck.Server{
		Protocol: q.protocol, Host: host, Port: record.Port, Security: q.security, Vouch: vouchOfRecord(host, q.address.Domain, false),
		Position: mailcheck.Position{Priority: int(record.Priority), Weight: int(record.Weight)},
	}, true
}

// judge finds what is wrong with a record whatever its server does.
func (q *srvQuery) judge(ctx context.Context, server mailcheck.Server, flaw error) {
	other := server
	other.Security = mailcheck.StartTLS
	if server.Security == mailcheck.StartTLS {
		other.Security = mailcheck.ImplicitTLS
	}
	if server.Port == mailcheck.DefaultPort(server.Protocol, other.Security) {
		q.find(server, checks.SRVPortOdd, "%s SRV names %s", q.name, server.Endpoint()).
			Fix = mailcheck.Textf("Publish instead: %s", document.SRVRecord(other, q.address.Domain))
	}
	if !document.Inside(server.Host, q.address.Domain) && flaw != nil {
		q.find(server, checks.SRVForeignDomain, "%s SRV names %s; %s", q.name, server.Endpoint(), whyUnproven(flaw)).Fix = unprovenFix(flaw)
	}
	q.judgeTarget(ctx, server)
}

// unprovenFix is what to do where it is not to sign the zone.
func unprovenFix(flaw error) mailcheck.Text {
	switch flawOf(flaw) {
	case dnssec.Withheld, dnssec.NoAnswer:
		return mailcheck.Textf("Whether the zone is signed cannot be told here: ask a resolver that hands over signatures (--resolver 1.1.1.1 shows whether that helps). If it is not, sign it with DNSSEC, or publish the same settings over https (autoconfig).")
	case dnssec.Island:
		return mailcheck.Textf("Publish the DS record of the zone's key: the registrar of the domain enters it. Or publish the same settings over https (autoconfig).")
	case dnssec.Stripped:
		return mailcheck.Textf("Ask another DNS server (--resolver). If the signature is missing there too, have the zone signed anew. If it is not, this network answers with a zone of its own, or somebody changes the answers: publish the same settings over https (autoconfig) for those who are in it.")
	case dnssec.Wrong:
		return mailcheck.Textf("If the clock of this machine is right: have the zone signed anew, and compare the DS record at the registrar with its keys; a DNSSEC analyser shows what is wrong. Or publish the same settings over https (autoconfig).")
	case dnssec.Unsupported:
		return mailcheck.Textf("Publish the same settings over https (autoconfig), or give the service a record of its own, signed by a present-day algorithm.")
	}
	return mailcheck.Text{}
}

// find adds a finding about the record that names a server.
func (q *srvQuery) find(server mailcheck.Server, c *checks.Check, format string, args ...any) *mailcheck.Finding {
	f := q.trace.Find(c, format, args...)
	f.Target = server.URL()
	return f
}

// judgeTarget looks at the target's name: RFC 2782 wants address records there,
// not an alias. The probe asks the same question, which costs nothing twice.
func (q *srvQuery) judgeTarget(ctx context.Context, server mailcheck.Server) {
	addrs, meta, err := q.net.Addrs(ctx, server.Host, server.Port)
	if len(meta.Aliases) > 0 && !notFound(err) { // a target that leads nowhere is no better
		real := meta.Aliases[len(meta.Aliases)-1]
		fixed := server
		fixed.Host = real
		q.find(server, checks.SRVCNAMETarget, "%s SRV names %s, which is an alias of %s", q.name, server.Host, real).
			Fix = mailcheck.Textf("Publish instead: %s", document.SRVRecord(fixed, q.address.Domain))
	}
	switch {
	case notFound(err):
		q.find(server, checks.SRVNoAddress, "%s SRV names %s, which does not exist", q.name, server.Host)
	case err == nil && len(addrs) == 0:
		q.find(server, checks.SRVNoAddress, "%s SRV names %s, which has no A or AAAA record", q.name, server.Host)
	}
}

func describeSRV(records []netx.SRV) string { return strings.Join(srvData(records), ", ") }
