package probes

import (
	"slices"

	"mailcheck"
	"mailcheck/checks"
	"mailcheck/internal/tlsask"
)

// judge finds what the answers come to. What was refused counts only where
// nothing was left without an answer.
func (a *auditor) judge() {
	a.judgeVersions()
	a.judgeSuites()
	a.judgeHandshake()
	if len(a.found.Unanswered) > 0 {
		a.trace.FindText(checks.AuditIncomplete, mailcheck.Evidencef("%s", a.found.Missing()))
		return
	}
	if a.nameless {
		a.trace.Find(checks.TLSSNINeeded, "without SNI the handshake fails")
	}
	switch {
	case a.fails(checks.TLSOldProtocol), best(a.found.Versions) == "":
	case !a.found.Versions[0].Offered:
		a.trace.Find(checks.AuditNoTLS13, "its best is %s", best(a.found.Versions))
	case !a.found.Hybrid:
		a.trace.Find(checks.AuditNoHybrid, "in TLS 1.3 it accepts %s", mailcheck.ListOf(a.found.Groups).Or("nothing"))
	}
}

// fails reports whether the ordinary handshake has led to a finding.
func (a *auditor) fails(c *checks.Check) bool {
	return mailcheck.Shows(a.trace.Findings(), c)
}

func (a *auditor) judgeVersions() {
	var old []mailcheck.Text
	for _, v := range a.found.Versions[2:] {
		if v.Offered {
			old = append(old, mailcheck.Textf("%s with %s", v.Version, v.Cipher))
		}
	}
	if len(old) > 0 && !a.fails(checks.TLSOldProtocol) {
		a.trace.Find(checks.AuditOldVersion, "it accepts %s", mailcheck.Joined(old, ", "))
	}
}

// judgeSuites finds the families of cipher suites that there is something
// against: one finding a check, with how to exclude them all.
func (a *auditor) judgeSuites() {
	accepted := map[string][]string{} // suites, by what OpenSSL calls their family
	var small mailcheck.Text
	for _, v := range a.found.Versions {
		for _, s := range v.Suites {
			f := tlsask.FamilyOf(s.Name)
			if f != nil && !slices.Contains(accepted[f.Openssl], s.Name) {
				accepted[f.Openssl] = append(accepted[f.Openssl], s.Name)
			}
			if f != nil && f.Check == checks.AuditFiniteField && s.Strength == mailcheck.Forbidden && small.Empty() {
				small = mailcheck.Textf("%s with %s uses a group of %d bits", v.Version, s.Name, s.DHBits)
			}
		}
	}
	if !small.Empty() {
		a.trace.FindText(checks.AuditWeakDH, small)
		delete(accepted, "kDHE") // nothing is left to be said against it
	}
	for _, check := range []*checks.Check{checks.AuditWeakCipher, checks.AuditAnonymous, checks.AuditNoForwardSecrecy, checks.AuditFiniteField} {
		var bad []tlsask.Family
		var evidence []mailcheck.Text
		for _, f := range tlsask.Families {
			if names := accepted[f.Openssl]; f.Check == check && len(names) > 0 {
				bad = append(bad, f)
				evidence = append(evidence, mailcheck.Textf("%s (%s)", mailcheck.ListOf(names).AtMost(3), mailcheck.Text{Format: f.Why}))
			}
		}
		if len(bad) > 0 {
			a.trace.Find(check, "it accepts %s", mailcheck.Joined(evidence, "; ")).Fix = tlsask.Exclusion(bad)
		}
	}
}

func (a *auditor) judgeHandshake() {
	h := a.found.Handshake
	if h == nil {
		return
	}
	if !h.SecureRenegotiation && !a.fails(checks.TLSRenegotiation) {
		a.trace.Find(checks.TLSRenegotiation, "%s", noRenegotiation)
	}
	if !h.ExtendedMasterSecret {
		a.trace.Find(checks.AuditMasterSecret, "it does not answer the extension extended_master_secret")
	}
	if h.Compression {
		a.trace.Find(checks.AuditCompression, "offered DEFLATE, it chooses it")
	}
}

// best returns the newest version that is offered, if any is.
func best(versions []mailcheck.TLSVersion) string {
	for _, v := range versions {
		if v.Offered {
			return v.Version
		}
	}
	return ""
}
