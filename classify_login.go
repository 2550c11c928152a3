package mailcheck

import (
	"slices"
	"strings"
)

// loginReplies is what servers say to a login they refuse, the more telling first.
// Texts are in lower case; those that begin with a digit are the code of a reply.
var loginReplies = []struct {
	check *Check
	says  []string
}{
	// Exchange Online, https://aka.ms/smtp_auth_disabled and the page on basic authentication
	{LoginSMTPAuthDisabled, []string{"smtpclientauthentication is disabled"}},
	{LoginBasicDisabled, []string{"basic authentication is disabled", "basic authentication is not supported"}},
	{LoginPolicy, []string{"security defaults policy", "did not meet the criteria to be authenticated"}},
	{LoginNotAuthorized, []string{"[authorizationfailed]", "authenticated but not connected"}},
	// Gmail, support 185833 and 78754; Yahoo's AUTH005 is what its users without app password see
	{LoginAppPassword, []string{"application-specific password", "app-specific password", "app password", "invalidsecondfactor", "#auth005"}},
	{LoginBrowser, []string{"via your web browser", "web login required", "webalert"}},
	{LoginProtocolOff, []string{"not enabled for imap", "not enabled for pop", "imap access is disabled", "pop3 access is disabled", "imap access disabled", "pop access disabled"}},
	{LoginPasswordExpired, []string{"[expired]", "432 "}},
	{LoginDisabled, []string{"[contactadmin]", "[sys/perm]", "525 "}},
	{LoginLimit, []string{"[limit]", "[inuse]", "[in-use]", "[login-delay]", "too many", "maximum number of connections"}},
	{LoginUnavailable, []string{"[unavailable]", "[sys/temp]", "[serverbug]", "454 ", "451 ", "421 ", "temporary authentication failure", "connection lost to authentication server"}},
	{LoginTokenRejected, []string{"accesstokenexpired", "invalid_token", "invalid_grant"}},
	{LoginMechanism, []string{"504 ", "534 5.7.9 ", "538 ", "523 ", "[privacyrequired]", "unsupported authentication mechanism", "unrecognized authentication type"}},
}

// ClassifyLogin names the check that a server's refusal of a login is an
// occurrence of. Without a telling word it is a wrong user name or password, or a
// wrong token.
func ClassifyLogin(reply string, token bool) *Check {
	reply = strings.ToLower(reply)
	for _, r := range loginReplies {
		if slices.ContainsFunc(r.says, func(text string) bool {
			if text[0] >= '0' && text[0] <= '9' {
				return strings.HasPrefix(reply, text)
			}
			return strings.Contains(reply, text)
		}) {
			return r.check
		}
	}
	if token {
		return LoginTokenRejected
	}
	return LoginRejected
}

// RejectsCredentials reports whether a server that refuses a login so has judged
// the credentials themselves. To send them again may lock the account.
func (c *Check) RejectsCredentials() bool {
	return slices.Contains([]*Check{
		LoginRejected, LoginAppPassword, LoginBrowser, LoginPasswordExpired, LoginTokenRejected, LoginDisabled,
	}, c)
}
