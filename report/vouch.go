package report

import (
	"slices"

	"mailcheck"
)

// unvouched names the mail servers of an address that nobody vouches for. A mail program
// sends them the password all the same.
func unvouched(p *page, r *mailcheck.Report, servers []mailcheck.Server) {
	if r.Address.Domain == "" {
		return // the user has named them
	}
	var names []mailcheck.Text
	seen := map[string]bool{}
	for _, s := range servers {
		if seen[s.Endpoint()] || !s.Protocol.Reads() && !s.Protocol.Sends() || vouched(r, s) {
			continue
		}
		seen[s.Endpoint()] = true
		name := verbatim(s.Endpoint())
		if len(s.Sources) > 0 {
			name = mailcheck.Textf("%s (%s)", s.Endpoint(), mailcheck.ListOf(s.Sources))
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		p.say(0, 2, "Nobody vouches for these, so whoever can forge what names them gets the password: %s.", mailcheck.Joined(names, ", "))
	}
}

// vouched reports whether any source vouches for a server.
func vouched(r *mailcheck.Report, s mailcheck.Server) bool {
	return s.Vouch != mailcheck.NotVouched || slices.ContainsFunc(r.Settings, func(o mailcheck.Setting) bool {
		return o.Key() == s.Key() && o.Vouch != mailcheck.NotVouched
	})
}

// usable are the servers that a mail program could be told to use: all where none was
// tested. Whether they are vouched for is said with the logins, where there are any.
func usable(r *mailcheck.Report) []mailcheck.Server {
	var servers []mailcheck.Server
	for _, s := range r.Settings {
		if s.Verdict != mailcheck.Fail {
			servers = append(servers, s.Server)
		}
	}
	return servers
}
