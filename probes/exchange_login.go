package probes

import (
	"slices"
	"strings"

	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/checks"
)

// Exchange's IMAP and POP3 services answer "AUTHENTICATE failed" whatever the reason is:
// a wrong password, passwords that are not taken any more, a mailbox that is not open for
// the protocol. Its submission service has words for each (535 5.7.139), so it is asked
// once, although the user name was refused.

// ofExchange reports whether a server is Exchange, at home or in Microsoft's cloud.
func ofExchange(s *mailcheck.ServerResult) bool {
	return strings.HasPrefix(s.Software, "Microsoft Exchange") || autoconfig.IsMicrosoft(s.Host)
}

// remember notes a server that refused without a reason.
func (l *logins) remember(s *mailcheck.ServerResult) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mute[s.Key()] = true
}

// askSubmission gives the refusals of mute servers the reason that submission gives.
func (l *logins) askSubmission(r *mailcheck.Report) {
	for _, s := range r.Servers {
		if !l.mute[s.Key()] || s.Protocol.Sends() {
			continue
		}
		i := slices.IndexFunc(r.Servers, func(o mailcheck.ServerResult) bool {
			tells := o.Login != nil && (o.Login.State == mailcheck.LoginAccepted || reasonOf(o) != nil)
			return tells && o.Protocol.Sends() && (autoconfig.Operator(o.Host) == autoconfig.Operator(s.Host) || autoconfig.IsMicrosoft(o.Host) && autoconfig.IsMicrosoft(s.Host))
		})
		if i < 0 {
			continue
		}
		for _, f := range mailcheck.Each(s.Steps) {
			if f.Check == checks.LoginRejected {
				explainBy(f, s, r.Servers[i])
			}
		}
	}
}

// reasonOf returns the reason of a refusal that holds for reading mail as well.
func reasonOf(s mailcheck.ServerResult) *checks.Check {
	for _, f := range s.Findings() {
		if slices.Contains([]*checks.Check{
			checks.LoginBasicDisabled, checks.LoginPolicy, checks.LoginBrowser, checks.LoginThrottled, checks.LoginDisabled,
			checks.LoginPasswordExpired, checks.LoginAppPassword, checks.LoginUnavailable,
		}, f.Check) {
			return f.Check
		}
	}
	return nil
}

// explainBy gives a refusal the reason that another server gives. Where that one takes the
// password, it is the protocol that is closed: in Microsoft's cloud to passwords.
func explainBy(f *mailcheck.Finding, s, other mailcheck.ServerResult) {
	switch reason := reasonOf(other); {
	case reason != nil:
		f.Become(reason, "%s; %s says why: %s", f.Detail, other.Endpoint(), other.Login.Reason)
	case autoconfig.IsMicrosoft(s.Host):
		f.Become(checks.LoginBasicDisabled, "%s; %s takes the same password, so it is right", f.Detail, other.Endpoint())
	default:
		f.Become(checks.LoginProtocolOff, "%s; %s takes the same password, so it is right", f.Detail, other.Endpoint())
	}
}
