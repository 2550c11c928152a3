package autoconfig

import "mailcheck"

var (
	both     = []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}
	imapOnly = []mailcheck.Protocol{mailcheck.IMAP}
	sending  = []mailcheck.Protocol{mailcheck.Submission}
)

// clients are the mail clients whose way to its settings is followed, each as its
// own source code or documentation has it. A rule that was not verified says so.
var clients = []client{
	{
		// All places are asked at once and the first in this order wins; Exchange from
		// Autodiscover is offered beside it. Guessed servers are tried, encrypted ones
		// first. It reads no SRV records for mail (bugzilla 342242).
		name:    "Thunderbird",
		order:   []Place{HTTPSHost, HTTPSWellKnown, HTTPHost, HTTPWellKnown, Database, Exchanger, Autodiscover, Guess},
		dialect: &thunderbirdDialect, incoming: both, outgoing: sending,
		manual: "the user has to type in the servers; it does not read SRV records",
		ref:    "thunderbird-desktop: FindConfig.sys.mjs, FetchConfig.sys.mjs, GuessConfig.sys.mjs, readFromXML.sys.mjs",
	},
	{
		// isTrusted is false where http was involved, or the MX answer came without
		// DNSSEC; then the settings are shown for approval.
		name:    "Thunderbird for Android, K-9",
		order:   []Place{HTTPSHost, HTTPSWellKnown, HTTPHost, HTTPWellKnown, Database, Exchanger},
		dialect: &androidDialect, incoming: imapOnly, outgoing: sending,
		confirms: map[Place]string{
			HTTPHost:      "the file came over http, so the user has to approve the settings",
			HTTPWellKnown: "the file came over http, so the user has to approve the settings",
			Exchanger:     "the settings are those of the mail exchanger, so the user has to approve them (unless DNSSEC proves the MX record)",
		},
		manual: "the user has to type in the servers; it reads neither SRV records nor Autodiscover, and does not guess",
		ref:    "thunderbird-android: feature/autodiscovery (RealAutoDiscoveryRegistry, RealAutoconfigParser.kt)",
	},
	{
		// The set-up since 2016 takes Exchange from Autodiscover and nothing else; IMAP
		// answers are ignored without a word.
		name:  "Outlook (classic)",
		order: []Place{Autodiscover}, exchange: true, outgoing: sending,
		manual: "the user has to choose IMAP and type in the servers; only Exchange configures itself, by Autodiscover",
		ref:    "Autodiscover for Exchange (Microsoft); that IMAP answers are ignored: reports by operators, not verified",
	},
	{
		name:    "Outlook (new)",
		unknown: "a service of Microsoft chooses the settings; its rules are not published and not verified. The large providers and Exchange Online are known to it",
		ref:     "not verified",
	},
	{
		// No SRV, no autoconfig: operators who searched the system libraries found none.
		name:  "Apple Mail (macOS, iOS)",
		order: []Place{Autodiscover}, exchange: true, outgoing: sending,
		manual: "the user has to type in the servers, or open a configuration profile; only the large providers are built in, and only Exchange configures itself",
		ref:    "Apple device management; that SRV records and autoconfig are not read: reports by operators, not verified",
	},
	{
		// One after the other, the database first.
		name:    "KMail",
		order:   []Place{Database, HTTPSHost, HTTPHost, HTTPSWellKnown},
		dialect: &kmailDialect, incoming: both, outgoing: sending,
		manual: "the user has to type in the servers; it reads neither SRV records nor the mail exchanger's settings",
		ref:    "kmail-account-wizard: ispdbservice.cpp",
	},
	{
		// The workers run side by side; which of two answers wins was not verified.
		name:    "Evolution",
		order:   []Place{HTTPSHost, HTTPSWellKnown, Database, Records},
		dialect: &draftDialect, incoming: both, outgoing: sending,
		records: []string{"_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission"},
		manual:  "the user has to type in the servers",
		caveat:  "which of two sources it prefers is not verified",
		ref:     "evolution: SRV worker since 3.49.3; the order of its sources is not verified",
	},
	{
		name:    "Delta Chat",
		order:   []Place{HTTPSHost, HTTPSWellKnown, Autodiscover, Database, Guess},
		dialect: &deltaDialect, incoming: imapOnly, outgoing: sending,
		manual: "the user has to type in the servers; it reads no SRV records",
		ref:    "chatmail/core: src/configure.rs, src/configure/auto_mozilla.rs",
	},
	{
		// Scores: settings file with user name 120, SRV 50, settings file without 20,
		// scan 10. The build decides whether the domain's own file is asked.
		name:    "FairEmail",
		order:   []Place{HTTPSHost, HTTPSWellKnown, HTTPHost, HTTPWellKnown, Database, Records, Guess},
		dialect: &draftDialect, incoming: imapOnly, outgoing: sending, username: true,
		records: []string{"_imaps", "_imap", "_submissions", "_submission"},
		manual:  "the user has to type in the servers",
		caveat:  "some builds ask only the provider database for a settings file",
		ref:     "FairEmail: EmailProvider.java (build with all sources; its built-in providers are not part of this)",
	},
	{
		name:    "Nextcloud Mail",
		order:   []Place{HTTPSHost, HTTPSWellKnown, Database, HTTPHost, HTTPWellKnown, Exchanger},
		dialect: &nextcloudDialect, incoming: imapOnly, outgoing: sending,
		manual: "the user has to type in the servers; it reads no SRV records",
		ref:    "nextcloud/mail: Ispdb.php",
	},
	{
		// _imap goes before _imaps, and 465 is looked up as _smtps, a name that no
		// standard has.
		name:    "aerc",
		order:   []Place{Records, HTTPSHost, HTTPSWellKnown, Database, Guess},
		dialect: &aercDialect, incoming: imapOnly, outgoing: sending,
		records: []string{"_imap", "_imaps", "_submission"},
		manual:  "the user has to type in the servers",
		ref:     "aerc: lib/autoconfig/get.go, dns-srv.go, autoconfig.go",
	},
}
