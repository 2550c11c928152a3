package autoconfig

import (
	"context"

	"mailcheck"
)

// findSieve looks for the server that keeps the filter scripts (RFC 5804 section
// 1.8). Only what is published counts: nothing points to port 4190 otherwise.
func findSieve(ctx context.Context, s *search) {
	q := s.extraQuery(s.trace, mailcheck.Sieve, mailcheck.StartTLS)
	defer func() { s.trace.Join(q.trace) }()
	records, offered := q.lookup(ctx)
	server, ok := q.best(records)
	if !ok {
		s.concludeExtras([]answer{q.absence(records, offered)})
		return
	}
	server = s.handOver(server)
	q.judgeExtra(ctx, server)
	s.concludeExtras([]answer{{state: mailcheck.Found, reason: mailcheck.Textf("ManageSieve by SRV record"), servers: []mailcheck.Server{server}}})
}
