package conclude

import (
	"mailcheck"
	"mailcheck/checks"
)

// signInFindings says why the sign-in that is kept was not used.
func signInFindings(s *mailcheck.SignIn) []mailcheck.Finding {
	if s == nil || s.State == mailcheck.SignInUsed {
		return nil
	}
	check := checks.LoginSignInBlocked
	if s.State == mailcheck.SignInRefused {
		check = checks.LoginSignInRefused
	}
	f := mailcheck.NewFindingText(check, s.Reason)
	f.Fix, f.Acts = s.Fix, s.Acts
	return []mailcheck.Finding{f}
}
