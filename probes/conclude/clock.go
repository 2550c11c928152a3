package conclude

import (
	"slices"
	"time"

	"mailcheck"
	"mailcheck/checks"
)

// clockTolerance is how wrong a clock may be without a word. Tickets and one-time
// codes stop working at about this.
const clockTolerance = 5 * time.Minute

// clockFindings says whether this machine's clock is the reason that
// certificates are outside their dates. One web server may be wrong itself, so
// it takes two of them, or one and a certificate that would be good at its time,
// or two different certificates that all lie in the future: nobody installs
// those.
func clockFindings(r *mailcheck.Report) []mailcheck.Finding {
	off := r.Clock.Behind.Abs() >= clockTolerance
	explained, future, valid := 0, map[string]bool{}, false
	for _, s := range r.Servers {
		if s.TLS == nil {
			continue
		}
		leaf := s.TLS.Chain[0]
		switch {
		case inDates(leaf, r.Started):
			valid = true
		case r.Clock.Servers > 0 && inDates(leaf, r.Started.Add(r.Clock.Behind)):
			explained++
		case r.Started.Before(leaf.NotBefore):
			future[leaf.SHA256] = true
		}
	}
	switch {
	case r.Clock.Servers > 0 && off && (explained > 0 || r.Clock.Servers > 1):
		here, by := mailcheck.Stamp(r.Started), mailcheck.Span(r.Clock.Behind.Abs().Round(time.Minute))
		f := mailcheck.NewFinding(checks.NetClockWrong, "here it is %s, which is %s behind what %s", here, by, say(r.Clock.Servers))
		if r.Clock.Behind < 0 {
			f = mailcheck.NewFinding(checks.NetClockWrong, "here it is %s, which is %s ahead of what %s", here, by, say(r.Clock.Servers))
		}
		if explained == 0 {
			f.Severity = checks.Warning
		}
		return []mailcheck.Finding{f}
	case r.Clock.Servers == 0 && !valid && len(future) > 1:
		return []mailcheck.Finding{mailcheck.NewFinding(checks.NetClockWrong, "here it is %s, and all %d certificates seen are valid only from later on", mailcheck.Stamp(r.Started), len(future))}
	}
	return nil
}

func say(servers int) mailcheck.Text {
	if servers == 1 {
		return mailcheck.Textf("a web server says")
	}
	return mailcheck.Textf("%d web servers say", servers)
}

func inDates(c mailcheck.Certificate, at time.Time) bool {
	return !at.Before(c.NotBefore) && !at.After(c.NotAfter)
}

// clearClock says of certificates from the future that the clock is not the
// reason, where that is known.
func clearClock(r *mailcheck.Report) {
	if r.Clock.Servers == 0 || r.Clock.Behind.Abs() >= clockTolerance {
		return
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Check == checks.TLSNotYetValid && f.Fix.Empty() {
			f.Fix = mailcheck.Textf("This machine's clock agrees with that of %s, so the fault is the server's: ask its operator to put the previous certificate back until this one is valid.", mailcheck.Count{N: r.Clock.Servers, Noun: "web server"})
		}
	}
}

// blamesClock reports whether a finding is a consequence of a wrong clock here.
func blamesClock(r *mailcheck.Report, f *mailcheck.Finding) bool {
	switch f.Check {
	case checks.TLSExpired, checks.TLSNotYetValid, checks.AutoconfigCertificate, checks.ISPDBUnreachable, checks.TLSOCSPStale:
		return slices.ContainsFunc(r.Findings, func(o mailcheck.Finding) bool {
			return o.Check == checks.NetClockWrong && o.Severity == checks.Failure
		})
	}
	return false
}
