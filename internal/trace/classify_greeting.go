package trace

import (
	"slices"
	"strings"

	"mailcheck/checks"
)

// turnedAway are the phrases by which servers say why they do not serve a
// client. The codes alone do not tell: 421, 554, * BYE and -ERR all stand for
// each of these. Phrases are those of Postfix, Exim, Sendmail, Dovecot, Cyrus,
// Courier, Exchange and Gmail. A ban for too many failed logins is a ban, so
// that family comes first.
var turnedAway = []struct {
	check   *checks.Check
	phrases []string
}{
	// mailcheck waits for the greeting and for each reply, so somebody else spoke too
	// early: Exim and Sendmail say so before they read what it was.
	{checks.ReplyProxyHeader, []string{"smtp synchronization error", "smtp protocol synchronization", "pre-greeting traffic"}},
	{checks.LoginUnavailable, []string{"auth process broken"}}, // Dovecot, whose own service for logins is away
	{checks.GreetBlocklist, []string{
		"blocklist", "block list", "blacklist", "black list", "blocked using", "spamhaus", "spamcop", "dnsbl", " rbl", " is listed ", " listed at ",
		"reputation", "banned", "is blocked", "has been blocked", "authentication failures", "failed login", "login failures",
	}},
	{checks.GreetRateLimit, []string{
		"too many connections", "too many concurrent", "too many simultaneous", "too many sessions", "too many open",
		"too many new", "too many logins", "too many login", "maximum number of connections", "connection limit",
		"connection rate", "rate limit", "ratelimit", "limit exceeded", "throttl", "slow down", "[limit]", "4.7.28",
	}},
	{checks.GreetOverload, []string{
		"overload", "busy", "load average", "high load", "load is too", "4.3.1", "4.3.2", "insufficient system", "insufficient disk", "disk full",
		"not accepting", "shutting down", "shutdown", "maintenance",
	}},
}

// Waits reports whether a line in the place of a greeting only says that one will come:
// Dovecot's service for logins is starting.
func Waits(greeting string) bool {
	return strings.Contains(strings.ToLower(greeting), "waiting for authentication process")
}

// ClassifyTurnedAway returns the check for a greeting that turns the client away:
// the reason that its words give, or else general.
func ClassifyTurnedAway(greeting string, general *checks.Check) *checks.Check {
	text := strings.ToLower(greeting)
	for _, family := range turnedAway {
		for _, phrase := range family.phrases {
			if strings.Contains(text, phrase) {
				return family.check
			}
		}
	}
	return general
}

// greylisting are the words of servers that turn away whom they do not know yet, and want
// him to come again later (RFC 6647).
var greylisting = []string{"greylist", "graylist", "grey list", "gray list"}

// AsksToSlowDown reports whether a line by which a server turns a client away asks it to
// come less often, or later: by its words, or by the code 421 without others that name
// another reason.
func AsksToSlowDown(line string) bool {
	text := strings.ToLower(line)
	has := func(phrase string) bool { return strings.Contains(text, phrase) }
	switch ClassifyTurnedAway(line, nil) {
	case checks.GreetRateLimit:
		return true
	case nil:
		later := strings.HasPrefix(text, "421") || strings.HasPrefix(text, "45") && has("later")
		return slices.ContainsFunc(greylisting, has) || later && !has("certificat")
	}
	return false
}
