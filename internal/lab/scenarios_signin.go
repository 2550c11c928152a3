package lab

import "mailcheck"

// signedIn has the check log in with the token of a sign-in that is kept.
func signedIn(issuer string) change {
	return func(s *Scenario) {
		s.Token = "ya29.good"
		s.SignIn = &mailcheck.SignIn{Issuer: issuer, State: mailcheck.SignInUsed}
	}
}

// keptInVain has it find one that is of no use.
func keptInVain(state mailcheck.SignInState, reason, fix mailcheck.Text) change {
	return func(s *Scenario) {
		s.SignIn = &mailcheck.SignIn{Issuer: "https://login.example.com", State: state, Reason: reason, Fix: fix}
	}
}

// byToken puts servers in place that let the token of the sign-in in.
func byToken() change {
	return mailboxes("", func(m *Mail) { offering("XOAUTH2")(m); m.Token = "ya29.good" })
}

func signIns() []Scenario {
	return []Scenario{
		provider("sign-in", "a sign-in is kept, and the servers take its token",
			"", byToken(), signedIn("https://login.example.com")),
		provider("sign-in-refused", "a sign-in is kept, and the provider does not take it any more",
			"login.sign-in-refused", byToken(), keptInVain(mailcheck.SignInRefused, mailcheck.Evidencef("%q", "invalid_grant"), mailcheck.Text{})),
		provider("sign-in-locked", "a sign-in is kept in a keyring that nobody unlocks",
			"login.sign-in-unusable", byToken(), keptInVain(mailcheck.SignInBlocked, mailcheck.Textf("the system's keyring does not answer"), mailcheck.Text{})),
		provider("sign-in-elsewhere", "the sign-in that is kept is at Microsoft, and the mailbox is not there",
			"login.foreign-token", byToken(), signedIn("https://login.microsoftonline.com/common/v2.0")),
	}
}
