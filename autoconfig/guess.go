package autoconfig

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"mailcheck"
	"mailcheck/internal/trace"
)

// guessPrefixes are the host names that operators commonly use, best first.
var guessPrefixes = map[mailcheck.Protocol][]string{
	mailcheck.IMAP:       {"imap.", "mail."},
	mailcheck.POP3:       {"pop.", "pop3.", "mail."},
	mailcheck.Submission: {"smtp.", "mail."},
}

// database is the source that guesses do not wait for, by its name in Sources.
const database = "ispdb"

// findGuess tries likely host names for what nobody publishes. The names are
// looked up at once, which costs a client nothing; connections are made only
// after the head start of the other sources. The public database is not waited for
// where all others had nothing to say: that takes no more than DNS if there is no
// host to ask. What it then names counts, and the guesses are taken back.
func findGuess(ctx context.Context, s *search) {
	if s.opts.NoGuess {
		s.conclude(mailcheck.Absent, "switched off")
		return
	}
	exists := s.lookupGuesses(ctx)
	early := s.nothingDirect(ctx)
	if why := s.awaitUnless(ctx, early); !why.Empty() {
		s.conclude(mailcheck.Absent, "%s", why)
		return
	}
	named := s.earlier()
	if early {
		named = directions{}
	}
	for _, protocol := range mailcheck.Protocols {
		for _, security := range []mailcheck.Security{mailcheck.ImplicitTLS, mailcheck.StartTLS} {
			if s.wanted(protocol, security, named) || s.opts.Every && guessPrefixes[protocol] != nil {
				s.result.Servers = append(s.result.Servers, s.guesses(protocol, security, exists)...)
			}
		}
	}
	// Handed over together, so that the first guess does not make the others unwanted.
	for i, server := range s.result.Servers {
		s.result.Servers[i] = s.handOver(server)
	}
	if early {
		if why := s.awaitOthers(ctx); !why.Empty() && ctx.Err() == nil {
			s.result.Servers = nil
			s.conclude(mailcheck.Absent, "%s", why)
			return
		}
	}
	if n := len(s.result.Servers); n > 0 {
		s.result.State = mailcheck.Found
		s.conclude(mailcheck.Found, "%d likely servers to try", n)
		return
	}
	s.conclude(mailcheck.Absent, "none of the usual host names exists")
}

// nothingDirect waits for every source of more trust but the database, within the
// head start, and reports whether none of them has named a server.
func (s *search) nothingDirect(ctx context.Context) bool {
	timer := time.NewTimer(headStart)
	defer timer.Stop()
	for i, other := range s.before {
		if s.trusted[i] == database {
			continue
		}
		select {
		case <-other.passed:
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return s.earlierBut(database) == directions{} && !s.opts.Every
}

// awaitUnless waits for the others unless the guesses go ahead.
func (s *search) awaitUnless(ctx context.Context, early bool) mailcheck.Text {
	if early {
		return mailcheck.Text{}
	}
	return s.awaitOthers(ctx)
}

// guesses returns the likely servers of a protocol. The bare domain usually is a
// web site, so it is tried only where no better name exists.
func (s *search) guesses(protocol mailcheck.Protocol, security mailcheck.Security, exists map[string]bool) []mailcheck.Server {
	var hosts []string
	for _, prefix := range guessPrefixes[protocol] {
		if host := prefix + s.address.Domain; exists[host] {
			hosts = append(hosts, host)
		}
	}
	if len(hosts) == 0 && exists[s.address.Domain] {
		hosts = []string{s.address.Domain}
	}
	var servers []mailcheck.Server
	for _, host := range hosts {
		servers = append(servers, mailcheck.Server{
			Protocol: protocol, Host: host, Port: mailcheck.DefaultPort(protocol, security), Security: security,
		})
	}
	return servers
}

// lookupGuesses asks which of the likely names have addresses.
func (s *search) lookupGuesses(ctx context.Context) map[string]bool {
	names := []string{s.address.Domain}
	for _, prefix := range []string{"imap.", "pop.", "pop3.", "smtp.", "mail."} {
		names = append(names, prefix+s.address.Domain)
	}
	found := make([][]netip.Addr, len(names))
	var exist []string
	_, _ = trace.Do(ctx, s.trace, mailcheck.OpResolve, fmt.Sprintf("%d likely names below %s", len(names)-1, s.address.Domain), func(ctx context.Context) (struct{}, error) {
		var wg sync.WaitGroup
		for i, name := range names {
			wg.Go(func() { found[i], _, _ = s.net.GuessedAddrs(ctx, name, 0) }) // a name that cannot be looked up is not there to guess
		}
		wg.Wait()
		return struct{}{}, ctx.Err()
	})
	exists := map[string]bool{}
	for i, name := range names {
		if len(found[i]) > 0 {
			exists[name] = true
			exist = append(exist, name)
		}
	}
	s.board.likely = exist
	s.trace.Say("%s", mailcheck.ListOf(exist))
	return exists
}
