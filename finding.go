package mailcheck

import (
	"slices"

	"mailcheck/checks"
)

// NewFinding returns an occurrence of a check, with the evidence.
func NewFinding(c *checks.Check, detail string) Finding {
	return Finding{Check: c, Severity: c.Severity, Detail: Clean(detail)}
}

// Shows reports whether a finding is of one of the checks.
func Shows(findings []Finding, checks ...*checks.Check) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return slices.Contains(checks, f.Check) })
}
