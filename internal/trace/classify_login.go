package trace

import (
	"slices"
	"strings"

	"mailcheck/checks"
)

// loginReplies is what servers say to a login they refuse, the more telling first.
// Texts are in lower case; those that end with a space begin the reply: codes of SMTP,
// and the BAD of IMAP.
var loginReplies = []struct {
	check *checks.Check
	says  []string
}{
	// Exchange Online, https://aka.ms/smtp_auth_disabled and the page on basic authentication
	{checks.LoginSMTPAuthDisabled, []string{"smtpclientauthentication is disabled"}},
	{checks.LoginBasicDisabled, []string{"basic authentication is disabled", "basic authentication is not supported"}},
	{checks.LoginPolicy, []string{"security defaults policy", "did not meet the criteria to be authenticated"}},
	{checks.LoginNotAuthorized, []string{"[authorizationfailed]", "authenticated but not connected"}},
	// Gmail, support 185833 and 78754; Yahoo's AUTH005 is what its users without app password
	// see; mail.ru; NetEase and QQ call it an authorization code
	{checks.LoginAppPassword, []string{"application-specific password", "app-specific password", "app password", "application password", "parol prilozheniya",
		"invalidsecondfactor", "#auth005", "authorization code", "authorized code"}},
	{checks.LoginBrowser, []string{"534 5.7.14 ", "your web browser", "web login required", "webalert"}},
	// Gmail, Zoho, Yandex, NetEase
	{checks.LoginProtocolOff, []string{"not enabled for imap", "not enabled for pop", "imap access is disabled", "pop3 access is disabled", "imap access disabled", "pop access disabled",
		"yet to enable imap", "yet to enable pop", "does not have access rights to this service", "user has no permission"}},
	{checks.LoginPasswordExpired, []string{"[expired]", "432 ", "password expired", "password has expired"}},
	{checks.LoginDisabled, []string{"[contactadmin]", "[sys/perm]", "525 ", "account is disabled", "account disabled", "account has been disabled"}},
	{checks.LoginThrottled, []string{"too many login", "too many failed", "too many bad", "too many auth", "too many invalid", "too many errors", "too many attempts",
		"login attempts", "rate limit", "account is locked", "account locked", "account has been locked", "temporarily locked"}},
	{checks.LoginLimit, []string{"[limit]", "[inuse]", "[in-use]", "[login-delay]", "too many", "maximum number of connections", "maximum connection", "command or bandwidth limits"}},
	// 435 is Exim's, "temporary problem" Courier's
	{checks.LoginUnavailable, []string{"[unavailable]", "[sys/temp]", "[serverbug]", "454 ", "435 ", "450 ", "451 ", "421 ",
		"temporary authentication failure", "connection lost to authentication server", "temporary problem", "temporarily unavailable"}},
	{checks.LoginTokenRejected, []string{"accesstokenexpired", "invalid_token", "invalid_grant"}},
	{checks.LoginMechanism, []string{"504 ", "534 5.7.9 ", "538 ", "523 ", "[privacyrequired]", "unsupported authentication mechanism", "unrecognized authentication type",
		"unknown authentication mechanism", "mechanism not supported", "no mechanism available", "available under a layer",
		"cleartext authentication disallowed", "plaintext authentication disallowed", "authentication not enabled", "when not advertised"}},
	// Whoever speaks of these has judged them, whatever the code is.
	{checks.LoginRejected, []string{"[authenticationfailed]", "[auth]", "credential", "password", "login failed", "authentication failed", "authentication failure"}},
	{checks.LoginMechanism, []string{"bad ", "500 ", "501 ", "502 ", "503 ", "unknown command", "invalid command"}},
}

// ClassifyLogin names the check that a server's refusal of a login is an
// occurrence of. Without a telling word it is a wrong user name or password, or a
// wrong token.
func ClassifyLogin(reply string, token bool) *checks.Check {
	reply = strings.ToLower(reply)
	check := checks.LoginRejected
	for _, r := range loginReplies {
		if slices.ContainsFunc(r.says, func(text string) bool {
			if strings.HasSuffix(text, " ") {
				return strings.HasPrefix(reply, text)
			}
			return strings.Contains(reply, text)
		}) {
			check = r.check
			break
		}
	}
	if token && check == checks.LoginRejected {
		return checks.LoginTokenRejected
	}
	return check
}
