package conclude

import (
	"fmt"
	"slices"

	"mailcheck"
	"mailcheck/checks"
)

// suspectStripping adds the suspicion that somebody removes STARTTLS, where two
// things speak for it: a settings file promises STARTTLS, and the same host
// speaks TLS on another port. One alone is an everyday mistake. An SRV record is
// no promise: RFC 6186 section 3 leaves it to the server whether _imap._tcp has
// STARTTLS.
func suspectStripping(r *mailcheck.Report) {
	for i := range r.Servers {
		s := &r.Servers[i]
		promise := slices.IndexFunc(s.Sources, func(name string) bool { return name != "srv" && name != "guess" })
		if promise < 0 {
			continue
		}
		for j := range s.Steps {
			missing := slices.IndexFunc(s.Steps[j].Findings, func(f mailcheck.Finding) bool { return f.Check == checks.StartTLSMissing })
			if missing < 0 || mailcheck.Shows(s.Steps[j].Findings, checks.StartTLSStripped) {
				continue
			}
			if proof := speaksTLS(r, s, s.Steps[j].Findings[missing]); proof != "" {
				s.Steps[j].Findings = append(s.Steps[j].Findings, mailcheck.NewFinding(checks.StartTLSStripped,
					fmt.Sprintf("%s publishes STARTTLS for port %d, and %s", s.Sources[promise], s.Port, proof)))
			}
		}
	}
}

// speaksTLS says where else the host of a server without STARTTLS speaks TLS, or
// returns nothing.
func speaksTLS(r *mailcheck.Report, s *mailcheck.ServerResult, missing mailcheck.Finding) string {
	for _, o := range r.Servers {
		if o.Host == s.Host && o.TLS != nil && o.TLS.Verified {
			return fmt.Sprintf("the same host speaks TLS on port %d with a good certificate", o.Port)
		}
	}
	if missing.Meanwhile != "" {
		return "the same host speaks TLS on another port"
	}
	return ""
}
