package autoconfig

import (
	"context"
	"slices"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/trace"
)

// askedBothWays is a place that is asked with the address, and then without it, if
// there is a whole address.
func (s *search) askedBothWays(url string, or *rules) place {
	p := place{url: url + s.emailQuery(), or: or}
	if p.url != url {
		p.bare = url
	}
	return p
}

// askBare asks a place that has answered once more, without the address, as Thunderbird
// for Android does, and compares. It costs no connection, and nobody waits for it: the
// servers of the first answer are being tested. The second answer stands in for a first
// one that names none.
func (s *search) askBare(ctx context.Context, t *trace.Trace, p place, a answer) answer {
	if p.bare == "" || a.fetched == nil {
		return a
	}
	aside := t.Branch()
	b := s.askPlace(ctx, aside, place{url: p.bare, or: p.or})
	over := slices.ContainsFunc(aside.Steps, func(step mailcheck.Step) bool { return cutShort(&step) })
	copied := copyOf(s.result.Name, p.bare, b)
	copied.Bare = true
	s.board.keep(copied)
	same := alike(a, b)
	if same || over || a.state != mailcheck.Found && b.state != mailcheck.Found {
		aside.Forget() // the same as above
		t.Join(aside)
		return a
	}
	if len(a.servers) > 0 {
		aside.Forget() // that it differs says it all
	}
	t.Join(aside)
	repeated := t.Branch()
	if alike(a, s.askPlace(ctx, repeated, place{url: p.url, or: p.or})) { // else it is not the address that makes the difference
		t.Find(checks.AutoconfigQuery, "with it: %s; without: %s", outcome(a), outcome(b)).URL = p.url
	}
	repeated.Forget()
	t.Join(repeated)
	if len(a.servers) > 0 {
		return a
	}
	for i, server := range b.servers {
		b.servers[i] = s.handOver(server)
	}
	return b
}

// alike reports whether two answers come to the same for the user.
func alike(a, b answer) bool {
	return b.state == a.state && slices.EqualFunc(a.servers, b.servers, func(x, y mailcheck.Server) bool { return x.Key() == y.Key() && x.Username == y.Username })
}

// outcome says in short what an answer is.
func outcome(a answer) mailcheck.Text {
	if len(a.servers) == 0 {
		return a.reason
	}
	var named []string
	for _, s := range a.servers {
		named = append(named, s.Endpoint()+" for "+s.Username)
	}
	return mailcheck.Textf("%s", mailcheck.ListOf(named).AtMost(4))
}
