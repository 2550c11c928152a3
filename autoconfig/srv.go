package autoconfig

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"

	"mailcheck"
	"mailcheck/autoconfig/document"
	"mailcheck/checks"
	"mailcheck/internal/netx"
	"mailcheck/internal/trace"
)

// findSRV looks up all services at once.
func findSRV(ctx context.Context, s *search) {
	traces := make([]*trace.Trace, len(document.SrvServices))
	servers := make([][]srvServer, len(document.SrvServices))
	var declined []string
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, service := range document.SrvServices {
		traces[i] = s.trace.Branch()
		wg.Go(func() {
			q := &srvQuery{s, traces[i], service.Label + "._tcp." + s.address.Domain, service.Protocol, service.Security}
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
			s.result.Servers = append(s.result.Servers, server.Server)
		}
	}
	s.concludeSRV(len(declined))
}

func (s *search) concludeSRV(declined int) {
	failed := 0
	for _, step := range s.trace.Steps {
		if step.Op == mailcheck.OpLookup && step.Err != nil {
			failed++
		}
	}
	switch n := len(s.result.Servers); {
	case n > 0 && declined > 0:
		s.result.State = mailcheck.Found
		s.conclude(mailcheck.Found, "names %s, and says that %d of %d services are not offered", document.Counted(n, "server"), declined, len(document.SrvServices))
	case n > 0:
		s.result.State = mailcheck.Found
		s.conclude(mailcheck.Found, "names %s", document.Counted(n, "server"))
	case declined > 0:
		s.result.State = mailcheck.Found
		s.conclude(mailcheck.Found, "the domain says that %d of %d services are not offered", declined, len(document.SrvServices))
	case failed > 0:
		s.conclude(mailcheck.Failed, "DNS did not answer")
	default:
		s.conclude(mailcheck.Absent, "no SRV records")
	}
}

// byPriority orders the servers of each protocol by the priority of their records,
// whatever service those are of (RFC 6186 section 3.4); TLS from the first byte comes
// before STARTTLS where the priority is the same.
func byPriority(servers []srvServer) {
	slices.SortStableFunc(servers, func(a, b srvServer) int {
		return cmp.Or(
			cmp.Compare(slices.Index(mailcheck.Protocols, a.Protocol), slices.Index(mailcheck.Protocols, b.Protocol)),
			cmp.Compare(a.priority, b.priority))
	})
}

// srvServer is a server and the priority of the record that names it.
type srvServer struct {
	mailcheck.Server
	priority uint16
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
func (q *srvQuery) ask(ctx context.Context) (servers []srvServer, offered bool) {
	answer, offered := q.lookup(ctx)
	for _, record := range answer.records {
		if server, ok := q.server(record); ok {
			if answer.meta.Authenticated && onThisMachine(answer.meta.Server) {
				server.Vouched = "SRV record, authenticated by DNSSEC"
			}
			q.board.post(server)
			servers = append(servers, srvServer{server, record.Priority})
		}
	}
	for _, server := range servers {
		q.judge(ctx, server.Server, answer.meta.Authenticated)
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
	if len(answer.records) == 0 {
		q.trace.Say("no record")
		return srvAnswer{}, true
	}
	q.trace.Say(describeSRV(answer.records))
	if answer.meta.Truncated {
		q.trace.Find(checks.SRVTooMany, fmt.Sprintf("%s: only the first %d records are used", q.name, len(answer.records)))
	}
	if len(answer.records) == 1 && answer.records[0].Target == "." {
		q.trace.Find(checks.SRVNotOffered, q.name+" SRV "+describeSRV(answer.records))
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
		q.trace.Find(checks.SRVBadTarget, fmt.Sprintf("%s: %v", q.name, err))
		return mailcheck.Server{}, false
	}
	server := mailcheck.Server{
		Protocol: q.protocol, Host: host, Port: record.Port, Security: q.security,
		Sources: []string{q.result.Name},
	}
	if ownHost(host, q.address.Domain) {
		server.Vouched = "SRV record with a host of the domain" // whose certificate is the domain's own affair
	}
	return server, true
}

// onThisMachine reports whether a resolver runs here. What another one says of its
// validation comes over a network, where anybody on the way can say the same (RFC
// 4035 section 4.9.3).
func onThisMachine(resolver string) bool {
	addr, err := netip.ParseAddrPort(resolver)
	return err == nil && addr.Addr().Unmap().IsLoopback()
}

// judge finds what is wrong with a record whatever its server does.
func (q *srvQuery) judge(ctx context.Context, server mailcheck.Server, authenticated bool) {
	wrong := mailcheck.StartTLS
	if server.Security == mailcheck.StartTLS {
		wrong = mailcheck.ImplicitTLS
	}
	if server.Port == mailcheck.DefaultPort(server.Protocol, wrong) {
		q.trace.Find(checks.SRVPortOdd, fmt.Sprintf("%s SRV names %s", q.name, server.Endpoint())).
			Fix = fmt.Sprintf("Publish instead: %s", document.SrvRecord(server.Protocol, wrong, q.address.Domain, server))
	}
	if !document.Inside(server.Host, q.address.Domain) && !authenticated {
		q.trace.Find(checks.SRVForeignDomain, fmt.Sprintf("%s SRV names %s", q.name, server.Endpoint()))
	}
	q.judgeTarget(ctx, server)
}

// judgeTarget looks at the target's name: RFC 2782 wants address records there,
// not an alias. The probe asks the same question, which costs nothing twice.
func (q *srvQuery) judgeTarget(ctx context.Context, server mailcheck.Server) {
	addrs, meta, err := q.net.Addrs(ctx, server.Host, server.Port)
	if len(meta.Aliases) > 0 && !notFound(err) { // a target that leads nowhere is no better
		real := meta.Aliases[len(meta.Aliases)-1]
		fixed := server
		fixed.Host = real
		q.trace.Find(checks.SRVCNAMETarget, fmt.Sprintf("%s SRV names %s, which is an alias of %s", q.name, server.Host, real)).
			Fix = fmt.Sprintf("Publish instead: %s", document.SrvRecord(server.Protocol, server.Security, q.address.Domain, fixed))
	}
	switch {
	case notFound(err):
		q.trace.Find(checks.SRVNoAddress, fmt.Sprintf("%s SRV names %s, which does not exist", q.name, server.Host))
	case err == nil && len(addrs) == 0:
		q.trace.Find(checks.SRVNoAddress, fmt.Sprintf("%s SRV names %s, which has no A or AAAA record", q.name, server.Host))
	}
}

func describeSRV(records []netx.SRV) string {
	var texts []string
	for _, r := range records {
		target := r.Target
		if target != "." {
			target += "."
		}
		texts = append(texts, fmt.Sprintf("%d %d %d %s", r.Priority, r.Weight, r.Port, target))
	}
	return strings.Join(texts, ", ")
}

// ownHost reports whether a host is nobody's but the domain's: the domain itself, or
// below it. Below a public suffix, such as co.uk or github.io, are strangers.
func ownHost(host, domain string) bool {
	base, err := publicsuffix.EffectiveTLDPlusOne(host)
	own, ownErr := publicsuffix.EffectiveTLDPlusOne(domain)
	return host == domain || document.Inside(host, domain) && err == nil && ownErr == nil && base == own
}
