// Package checks is the catalogue of everything mailcheck can find. A check says what
// is wrong in one plain sentence, who can mend it and how; that it was found
// somewhere, with the evidence, is a finding (package mailcheck).
//
// # Ids
//
// Ids such as tls.expired stand in other people's configuration, so one is never
// removed, renamed or reused. The word before the dot is the family, and the name of
// the file: dns, srv and mx are about names, autoconfig, autodiscover, pacc, txt and
// publish about what is published, tcp, tls, starttls, greet and reply about the
// conversation with a server, auth and login about getting in, mailbox and pop3 about what
// is behind the login, sync and roundtrip about what mail does then.
package checks

import (
	"fmt"
	"slices"
	"strings"
)

// Family is the checks whose ids begin with the same word. They stand in the file
// of that name.
type Family struct {
	Prefix string // of the ids, such as "tls"
	Title  string
	Checks []*Check
}

// Families is everything mailcheck can find, in the order in which `mailcheck
// explain` lists it: along the way from the name to the account.
var Families = []Family{
	{"dns", "DNS", dnsChecks},
	{"srv", "DNS service records", srvChecks},
	{"mx", "Mail exchangers", mxChecks},
	{"autoconfig", "Settings files", autoconfigChecks},
	{"autodiscover", "Autodiscover", autodiscoverChecks},
	{"exchange", "Exchange", exchangeChecks},
	{"pacc", "PACC settings documents", paccChecks},
	{"txt", "Settings in TXT records", txtChecks},
	{"oauth", "OAuth2 issuers", oauthChecks},
	{"provider", "What large providers ask of their users", providerChecks},
	{"ispdb", "The public provider database", ispdbChecks},
	{"http", "Web servers", httpChecks},
	{"publish", "Contradictions in what is published", publishChecks},
	{"tcp", "Reaching a server", tcpChecks},
	{"net", "This machine's network", netChecks},
	{"tls", "TLS and certificates", tlsChecks},
	{"dane", "DANE", daneChecks},
	{"starttls", "STARTTLS", starttlsChecks},
	{"greet", "Greetings", greetChecks},
	{"reply", "Replies", replyChecks},
	{"auth", "Ways to log in", authChecks},
	{"login", "Logging in", loginChecks},
	{"mailbox", "What a login opens", mailboxChecks},
	{"pop3", "Collecting mail", pop3Checks},
	{"caps", "Features of a server", capsChecks},
	{"dav", "Calendars and address books", davChecks},
	{"jmap", "JMAP", jmapChecks},
	{"sieve", "Filter scripts", sieveChecks},
	{"sync", "The same in all programs", syncChecks},
	{"roundtrip", "A message on its way", roundTripChecks},
	{"account", "The account as a whole", accountChecks},
	{"lint", "Setup files given to lint", lintChecks},
	{"run", "The test itself", runChecks},
	{"internal", "Unknown errors", internalChecks},
}

// All lists the checks of all families.
var All = slices.Concat(checksOf(Families)...)

func checksOf(families []Family) [][]*Check {
	var lists [][]*Check
	for _, f := range families {
		lists = append(lists, f.Checks)
	}
	return lists
}

// ByID returns the check with that id, or nil.
func ByID(id string) *Check {
	for _, c := range All {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Errorf returns an error that is an occurrence of the check, with the evidence
// as its text. Format and arguments are as for [fmt.Errorf].
func (c *Check) Errorf(format string, args ...any) error {
	return &Error{Check: c, Format: strings.ReplaceAll(format, "%w", "%v"), Args: args, err: fmt.Errorf(format, args...)}
}

// Error is an error that is an occurrence of a check.
type Error struct {
	Check  *Check
	Format string // of the evidence, English
	Args   []any  // what goes into it
	err    error
}

func (e *Error) Error() string { return e.err.Error() }
func (e *Error) Unwrap() error { return e.err }
