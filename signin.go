package mailcheck

import "mailcheck/checks"

// SignIn is what became of the sign-in with OAuth2 that is kept for an address, and that a
// run logs in with by itself.
type SignIn struct {
	Issuer string // URL of the authorization server that gave it (RFC 8414 section 2)
	State  SignInState
	Reason Text       // why it is not used, with the issuer's words; empty where it is
	Fix    Text       // what to do about that; empty where nothing more is known than the check says
	Acts   checks.Who // who can do that; empty for whom the check names
}

// SignInState is what became of a sign-in.
type SignInState string

// What may become of it.
const (
	SignInUsed    SignInState = "used"    // there is an access token for the servers
	SignInRefused SignInState = "refused" // the issuer gives no token for it any more
	SignInBlocked SignInState = "blocked" // the issuer could not be asked, or what is kept not be read
)
