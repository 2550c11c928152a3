package probes

import (
	"time"

	"mailcheck"
	"mailcheck/internal/oauth"
	"mailcheck/internal/sasl"
)

// tokenFaults says what is wrong with a token that was refused, where the token itself
// tells; a server hardly ever does. It is believed, not verified: whoever made it up
// misleads nobody but himself.
func tokenFaults(login sasl.Login, now time.Time) mailcheck.Text {
	claims, ok := oauth.Look(login.Secret)
	if !ok {
		return mailcheck.Text{}
	}
	var said []mailcheck.Text
	for _, fault := range claims.Faults(login.User, login.Server.Protocol, now) {
		switch fault {
		case oauth.Expired:
			said = append(said, mailcheck.Textf("The token says of itself that it ended on %s; get a new one.", mailcheck.Stamp(claims.Expires)))
		case oauth.OtherUser:
			said = append(said, mailcheck.Textf("The token says of itself that it is for %s, and the login was as %s; sign in with that account, or give its name with --username.", claims.User, login.User))
		case oauth.OtherService:
			said = append(said, mailcheck.Textf("The token says of itself that it is for %s, not for the mail service; ask for scopes that begin with https://outlook.office.com/.", mailcheck.ListOf(claims.Audience).AtMost(3)))
		case oauth.ScopeMissing:
			said = append(said, mailcheck.Textf("The token says of itself that it is for %s, which is not for this protocol; ask for IMAP.AccessAsUser.All, POP.AccessAsUser.All and SMTP.Send together.", mailcheck.ListOf(claims.Scopes).AtMost(5)))
		}
	}
	return mailcheck.Joined(said, " ")
}
