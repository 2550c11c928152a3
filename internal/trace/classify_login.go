package trace

import (
	"slices"
	"strings"

	"mailcheck/checks"
	"mailcheck/internal/lazy"
)

// loginReplies is what servers say to a login they refuse, the more telling first.
// Patterns are in lower case: "..." stands for anything in between, "^" for the
// beginning, where the codes of SMTP are and the BAD of IMAP. What servers say in
// their own words, in any language, is in families.
var loginReplies = []loginReply{
	// Exchange Online, https://aka.ms/smtp_auth_disabled and the page on basic authentication
	{checks.LoginSMTPAuthDisabled, []string{"smtpclientauthentication is disabled"}},
	{checks.LoginBasicDisabled, []string{"basic authentication is disabled", "basic authentication is not supported"}},
	{checks.LoginPolicy, []string{"security defaults policy", "did not meet the criteria to be authenticated"}},
	{checks.LoginNotAuthorized, []string{"[authorizationfailed]", "authenticated but not connected"}},
	// Gmail, support 185833 and 78754; Yahoo's AUTH005 is what its users without app password
	// see; mail.ru; NetEase and QQ call it an authorization code
	{checks.LoginAppPassword, []string{"application-specific password", "app-specific password", "app password", "application password", "parol prilozheniya",
		"invalidsecondfactor", "#auth005", "authorization code", "authorized code"}},
	{checks.LoginBrowser, []string{"^534 5.7.14 ", "your web browser", "web login required", "webalert"}},
	// Gmail, Zoho, Yandex, NetEase
	{checks.LoginProtocolOff, []string{"not enabled for imap", "not enabled for pop", "yet to enable imap", "yet to enable pop",
		"does not have access rights to this service", "user has no permission"}},
	{checks.LoginPasswordExpired, []string{"[expired]", "^432 "}},
	{checks.LoginThrottled, []string{"too many login", "too many failed", "too many bad", "too many auth", "too many invalid", "too many errors", "too many attempts",
		"login attempts", "rate limit", "account is locked", "account locked", "account has been locked", "temporarily locked"}},
	{checks.LoginDisabled, []string{"[contactadmin]", "[sys/perm]", "^525 "}},
	// The last is Cyrus's, while another connection of a new user makes the mailbox
	{checks.LoginLimit, []string{"[limit]", "[inuse]", "[in-use]", "[login-delay]", "too many", "maximum number of connections", "maximum connection", "command or bandwidth limits", "mailbox already exists"}},
	// Cyrus's POP3, which opens the mailbox before it answers PASS
	{checks.LoginMailbox, []string{"unable to open maildrop"}},
	// 435 is Exim's, "temporary problem" Courier's
	{checks.LoginUnavailable, []string{"[unavailable]", "[sys/temp]", "[serverbug]", "^454 ", "^435 ", "^450 ", "^451 ", "^421 ",
		"temporary authentication failure", "auth process broken", "waiting for authentication process", "connection lost to authentication server", "temporary problem", "temporarily unavailable"}},
	{checks.LoginTokenRejected, []string{"accesstokenexpired", "invalid_token", "invalid_grant"}},
	{checks.LoginMechanism, []string{"^504 ", "^534 5.7.9 ", "^538 ", "^523 ", "[privacyrequired]", "unsupported authentication mechanism", "unrecognized authentication type",
		"unknown authentication mechanism", "mechanism not supported", "no mechanism available", "available under a layer",
		"bad protocol", "error in imap command", "cleartext authentication disallowed", "plaintext authentication disallowed", "authentication not enabled", "when not advertised"}},
}

// judgedReplies come last: whoever speaks of these has judged them, whatever the
// code is; and a code alone says little.
var judgedReplies = []loginReply{
	{checks.LoginRejected, []string{"[authenticationfailed]", "[auth]", "credential", "password", "login failed", "logon failure", "authenticate failed", "authentication failed",
		"authentication failure", "incorrect authentication", "authentication unsuccessful", "invalid login", "user unknown", "unknown user", "no such user", "sign in with your full",
		"username", "user name",
		"passwort", "kennwort", "zugangsdaten", "anmeldedaten", "mot de passe", "identifiant", "contraseña", "credencial", "nombre de usuario", "credenziali", "nome utente", "senha",
		"hasło", "dane logowania", "парол", "логин", "密码", "密碼", "用户名",
		"パスワード", "認証に失敗"}},
	{checks.LoginMechanism, []string{"^bad ", "^500 ", "^501 ", "^502 ", "^503 ", "unknown command", "invalid command"}},
	{checks.LoginRejected, []string{"^535 5.7.8 ", "^535 5.7.3 "}},
}

// loginReply is a meaning, and the patterns of replies that have it.
type loginReply struct {
	check *checks.Check
	says  []string
}

func (r loginReply) fits(reply string) bool { return matchesAny(reply, r.says) }

func matchesAny(reply string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(reply, pattern) })
}

// matches reports whether a reply in lower case has the parts of a pattern in order.
func matches(reply, pattern string) bool {
	if begin, ok := strings.CutPrefix(pattern, "^"); ok {
		return strings.HasPrefix(reply, begin)
	}
	for part := range strings.SplitSeq(pattern, "...") {
		_, after, found := strings.Cut(reply, part)
		if !found {
			return false
		}
		reply = after
	}
	return true
}

// saysNothing is a refusal by the protocol's word or code alone, which is what
// servers say to a wrong password if they say no more.
var saysNothing = lazy.Regexp(`^(no|-err|[45]\d\d)?[ .]*(\d\.\d+\.\d+)?[ .]*$`)

// ClassifyLogin names the check that a server's refusal of a login is an
// occurrence of: a wrong user name, password or token where the words say so or
// there are none, and an unknown reason where nobody knows what they mean. rejected is
// what a refusal of what was given is: for a password LoginRejected.
func ClassifyLogin(reply string, rejected *checks.Check) *checks.Check {
	check := meaning(strings.ToLower(reply))
	if rejected != checks.LoginRejected && (check == checks.LoginRejected || check == checks.LoginUnknown) {
		return rejected
	}
	return check
}

// bindingErrors are the words of SCRAM for a refusal that is about channel binding (RFC
// 5802 section 7).
var bindingErrors = []loginReply{
	{checks.LoginBindingMismatch, []string{"channel-bindings-dont-match"}},
	{checks.LoginBindingStripped, []string{"server-does-support-channel-binding"}},
	{checks.LoginBindingRefused, []string{"unsupported-channel-binding-type", "channel-binding-not-supported"}},
}

// ClassifyBinding names what a server that refuses a login says of its channel binding;
// nil where it says nothing of it.
func ClassifyBinding(reply string) *checks.Check {
	for _, r := range bindingErrors {
		if r.fits(strings.ToLower(reply)) {
			return r.check
		}
	}
	return nil
}

// meaning names the check of a reply in lower case.
func meaning(reply string) *checks.Check {
	for _, r := range loginReplies {
		if r.fits(reply) {
			return r.check
		}
	}
	for _, f := range families {
		if f.fits(reply) {
			return f.check
		}
	}
	for _, r := range judgedReplies {
		if r.fits(reply) {
			return r.check
		}
	}
	if saysNothing().MatchString(reply) {
		return checks.LoginRejected
	}
	return checks.LoginUnknown
}

// NamesCredentials reports whether a refusal speaks of the credentials: "invalid
// credentials or IMAP is disabled" leaves open which it is.
func NamesCredentials(reply string) bool { return judgedReplies[0].fits(strings.ToLower(reply)) }

// Mute reports whether a refusal is one of those by which Exchange's IMAP and POP3 refuse
// whatever the reason: a wrong password, one that would do if passwords were still taken,
// a mailbox that is not open for the protocol. Its submission service says which.
func Mute(reply string) bool {
	return matchesAny(strings.ToLower(reply), []string{"authenticate failed", "login failed", "logondenied", "logon failure", "authentication failure: unknown user name or bad password"})
}

// NamesSender reports whether a refusal of an envelope speaks of who sends, as
// "553 5.7.1 <alice@example.com>: Sender address rejected: not owned by user bob" does.
func NamesSender(reply string) bool {
	return matchesAny(strings.ToLower(reply), []string{"sender", "not owned by", "send as", "send on behalf", "sendasdenied", "absender", "expéditeur", "remitente", "mittente", "remetente", "nadawc", "отправител", "发件人", "寄件者", "送信者", "^553 5.7.1 "})
}

// UnknownRecipient reports whether a refusal of an envelope says that nobody has the address
// (RFC 3463 section 3.2: 5.1.1). A refusal for another reason says nothing of it.
func UnknownRecipient(reply string) bool {
	return matchesAny(strings.ToLower(reply), []string{"^550 5.1.1 ", "^550 5.1.10 ", "user unknown", "unknown user", "unknown local", "no such user", "no such recipient", "mailbox unavailable"})
}

// ClassifyMailbox names what keeps a mailbox shut that a login was accepted for, by
// the server's words; nil where they do not tell. Nothing is said of the credentials
// any more, whatever the words are.
func ClassifyMailbox(reply string) *checks.Check {
	c := ClassifyLogin(reply, checks.LoginRejected)
	if slices.Contains([]*checks.Check{
		checks.LoginProtocolOff, checks.LoginNotAuthorized, checks.LoginPolicy, checks.LoginUnavailable, checks.LoginLimit,
		checks.LoginBrowser, checks.LoginSMTPAuthDisabled,
	}, c) {
		return c
	}
	return nil
}
