package conclude

import (
	"strings"

	"mailcheck"
	"mailcheck/checks"
)

// believeLogins takes back that a published user name is in another domain, once a
// server has let the user in by such a name.
func believeLogins(r *mailcheck.Report) {
	for _, s := range r.Servers {
		if s.Login == nil || s.Login.State != mailcheck.LoginAccepted {
			continue
		}
		_, domain, full := strings.Cut(s.Login.Username, "@")
		if !full || domain == r.Address.Domain {
			continue
		}
		for i := range r.Sources {
			mailcheck.TakeBack(r.Sources[i].Steps, func(_ mailcheck.Step, f mailcheck.Finding) bool { return f.Check == checks.PublishUsernameDomain })
		}
	}
}

// usernameCause blames the refusal of a published user name, which says the same and
// knows more.
func usernameCause(e *evidence, f *mailcheck.Finding) *checks.Check {
	if f.Check == checks.PublishUsernameDomain && e.first[checks.PublishUsername] != nil {
		return checks.PublishUsername
	}
	return nil
}
