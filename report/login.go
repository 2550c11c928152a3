package report

import (
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// answered reports whether a server was found to be in order as far as one can see
// without the login that was asked for, which was not tried or came to no end.
func answered(s mailcheck.ServerResult) bool {
	return s.Verdict == mailcheck.Untested && s.Login != nil && !slices.ContainsFunc(s.Steps, func(step mailcheck.Step) bool {
		return step.Op != mailcheck.OpAuth && step.Op != mailcheck.OpMailbox && cutShort(step.Findings)
	})
}

// waiting reports whether it is the login alone that was not tried.
func waiting(s mailcheck.ServerResult) bool {
	return answered(s) && s.Login.State == mailcheck.LoginSkipped
}

// refused returns the server where a login failed, if nothing but that, and
// servers that wait for it, stands in the way of using these protocols; else nil.
// Such servers are not to be called broken.
func refused(r *mailcheck.Report, protocols []mailcheck.Protocol) *mailcheck.ServerResult {
	var at *mailcheck.ServerResult
	for i, s := range r.Servers {
		switch {
		case !slices.Contains(protocols, s.Protocol) || hidden(s) || waiting(s):
		case s.Login == nil || s.Login.State != mailcheck.LoginRefused && s.Login.State != mailcheck.LoginBroken:
			return nil
		case at == nil:
			at = &r.Servers[i]
		}
	}
	return at
}

// refusedSentence says what a login failed for, with which user name and where.
func refusedSentence(s *mailcheck.ServerResult, c *checks.Check) mailcheck.Text {
	names := s.Login.Refused
	if len(names) == 0 && s.Login.Username != "" {
		names = []string{s.Login.Username}
	}
	if len(names) == 0 {
		return mailcheck.Textf("%s (server %s). The servers themselves answer.", mailcheck.Clause(c.Summary), s.Endpoint())
	}
	return mailcheck.Textf("%s (user name %s; server %s). The servers themselves answer.", mailcheck.Clause(c.Summary), mailcheck.ListOf(names).AtMost(2), s.Endpoint())
}

// notTried says once why servers wait for a login, for each reason.
func notTried(p *page, r *mailcheck.Report) {
	var reasons []mailcheck.Text
	count := map[string]int{} // of servers
	for _, s := range r.Servers {
		if !waiting(s) {
			continue
		}
		words := s.Login.Reason.String()
		if count[words]++; count[words] == 1 {
			reasons = append(reasons, s.Login.Reason)
		}
	}
	for _, reason := range reasons {
		p.say(0, 2, "Login not tried at %s: %s.", mailcheck.Count{N: count[reason.String()], Noun: "server"}, reason)
	}
}
