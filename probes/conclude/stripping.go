package conclude

import (
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
		promise := slices.IndexFunc(s.Sources, func(name string) bool {
			source := r.Source(name)
			return source.Form != mailcheck.Records && source.Kind != mailcheck.Guessed
		})
		if promise < 0 || mailcheck.Shows(s.Findings(), checks.StartTLSStripped) {
			continue
		}
		for step, missing := range mailcheck.Each(s.Steps) {
			if missing.Check != checks.StartTLSMissing {
				continue
			}
			if proof := speaksTLS(r, s, missing); !proof.Empty() {
				step.Findings = append(step.Findings, mailcheck.NewFinding(checks.StartTLSStripped,
					"%s publishes STARTTLS for port %d, and %s", s.Sources[promise], s.Port, proof))
				break
			}
		}
	}
}

// speaksTLS says where else the host of a server without STARTTLS speaks TLS, or
// returns nothing.
func speaksTLS(r *mailcheck.Report, s *mailcheck.ServerResult, missing *mailcheck.Finding) mailcheck.Text {
	for _, o := range r.Servers {
		if o.Host == s.Host && o.TLS != nil && o.TLS.Verified {
			return mailcheck.Textf("the same host speaks TLS on port %d with a good certificate", o.Port)
		}
	}
	if missing.Instead != "" {
		return mailcheck.Textf("the same host speaks TLS on another port")
	}
	return mailcheck.Text{}
}
