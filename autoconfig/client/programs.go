package client

import (
	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
)

var (
	both     = []mailcheck.Protocol{mailcheck.IMAP, mailcheck.POP3}
	imapOnly = []mailcheck.Protocol{mailcheck.IMAP}
	sending  = []mailcheck.Protocol{mailcheck.Submission}
)

// clients are the mail clients whose way to its settings is followed, each as its
// own source code or documentation has it. A rule that was not verified says so. Those
// without BuiltIn have no list of providers in the sources named in ref; K-9 had one
// once, and KMail knows gmail.com only to add Google's calendar.
var programs = []program{
	{
		// Before all places it looks for a file in the folder isp beside the program,
		// which an administrator may have put there. The places are asked at once and the
		// first in this order wins; Exchange from Autodiscover is offered beside it. Of the
		// domain's own places the first that answers with a status of 2xx is the only one
		// that is read. On the host of an Exchange server it guesses, too.
		// It guesses in parallel, and looks at certificates only where TLS comes first
		// (guess.requireGoodCert); the local part is the first user name it then tries. It
		// reads no SRV records for mail (bugzilla 342242). Compared with the program itself
		// (153) in realtest.
		name:    "Thunderbird",
		order:   []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Database, autoconfig.Exchanger, autoconfig.Autodiscover, autoconfig.Guess},
		dialect: &document.ThunderbirdDialect, incoming: both, outgoing: sending, warns: true, guesses: thunderbirdGuesses,
		settles: true, inOrder: true, signsIn: true,
		manual: "the user has to type in the servers; it does not read SRV records",
		ref:    "thunderbird-desktop: FindConfig.sys.mjs, FetchConfig.sys.mjs, GuessConfig.sys.mjs, readFromXML.sys.mjs",
	},
	{
		// includeEmailAddress is false by default, so the address is never sent (issue
		// 8158). isTrusted is false where http was involved, or the MX answer came without
		// DNSSEC; then the settings are shown for approval. The list of providers that
		// K-9 had (providersxml) is gone: the registry has three discoveries.
		name:    "Thunderbird for Android, K-9",
		order:   []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Database, autoconfig.Exchanger},
		dialect: &document.AndroidDialect, incoming: imapOnly, outgoing: sending, bare: true,
		confirms: map[autoconfig.Place]string{
			autoconfig.HTTPHost:      "the file came over http, so the user has to approve the settings",
			autoconfig.HTTPWellKnown: "the file came over http, so the user has to approve the settings",
			autoconfig.Exchanger:     "the settings are those of the mail exchanger, so the user has to approve them (unless DNSSEC proves the MX record)",
		},
		manual: "the user has to type in the servers; it reads neither SRV records nor Autodiscover, and does not guess",
		ref:    "thunderbird-android: feature/autodiscovery (RealAutoDiscoveryRegistry, RealAutoconfigParser.kt)",
	},
	{
		// The set-up since 2016 takes Exchange from Autodiscover; IMAP answers are ignored
		// without a word. Before that it asks AutoDetect, a service of Microsoft, whose
		// rules are not published (c7solutions.com/2022/11/troubleshooting-autodetect).
		name:  "Outlook (classic)",
		order: []autoconfig.Place{autoconfig.BuiltIn, autoconfig.Autodiscover}, builtin: classicOutlookProviders, exchange: true, outgoing: sending,
		manual: "unless Microsoft's service AutoDetect knows the servers, the user has to choose IMAP and type them in; only Exchange configures itself, by Autodiscover",
		ref:    "Autodiscover for Exchange (learn.microsoft.com); that IMAP answers are ignored, and what AutoDetect does: reports by operators, not verified",
	},
	{
		// Whatever is no account type of its own goes through AutoDetect as well.
		name:  "Outlook (new)",
		order: []autoconfig.Place{autoconfig.BuiltIn}, builtin: newOutlookProviders,
		unknown: "Microsoft's service AutoDetect chooses the settings by rules that are not published; Exchange on servers of one's own is not supported",
		ref:     "learn.microsoft.com: Supported account types in the new Outlook; what AutoDetect does: reports by operators, not verified",
	},
	{
		// No SRV, no autoconfig: operators who searched the system libraries found none.
		name:  "Apple Mail (macOS, iOS)",
		order: []autoconfig.Place{autoconfig.BuiltIn, autoconfig.Autodiscover}, builtin: appleProviders, exchange: true, outgoing: sending,
		manual: "unless Apple's list of providers, which is not published, has the domain, the user has to type in the servers or open a configuration profile; of what is published only Exchange is read",
		ref:    "support.apple.com/HT201525; the account types, and that SRV records and autoconfig are not read: a book and reports by operators, not verified with Apple",
	},
	{
		// One after the other up to the first that answers with status 200. The sources of
		// 2026 leave this to the library KAccountAutoconfig, which could not be read.
		name:    "KMail",
		order:   []autoconfig.Place{autoconfig.Database, autoconfig.HTTPSHost, autoconfig.HTTPHost, autoconfig.HTTPSWellKnown},
		dialect: &document.KmailDialect, incoming: both, outgoing: sending,
		manual: "the user has to type in the servers; it reads neither SRV records nor the mail exchanger's settings",
		caveats: at("asked in the order of the wizard of 2025; that of the library KAccountAutoconfig, which replaces it, is not verified",
			autoconfig.Database, autoconfig.HTTPSHost, autoconfig.HTTPHost, autoconfig.HTTPSWellKnown),
		ref: "kmail-account-wizard: src/accountwizard/ispdbservice.h, ispdbservice.cpp",
	},
	{
		// The settings files are one worker, SRV records another, run side by side. A
		// result of the files has the priority 1000 (POP3: 2000) and the same of SRV
		// records 100 more; the lowest wins, for reading and sending apart. That IMAP by
		// SRV comes before POP3 from a file is not followed. After a 404 of the database it
		// asks the same places for the mail exchanger, label by label up to the suffix,
		// which mailcheck does not.
		name:    "Evolution",
		order:   []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.HTTPHost, autoconfig.HTTPSWellKnown, autoconfig.HTTPWellKnown, autoconfig.Database, autoconfig.Exchanger, autoconfig.Records},
		dialect: &document.EvolutionDialect, incoming: both, outgoing: sending,
		records: []string{"_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission"},
		manual:  "the user has to type in the servers",
		ref:     "evolution: src/mail/e-mail-autoconfig.c, src/modules/config-lookup/e-srv-config-lookup.c, src/e-util/e-config-lookup-result.h",
	},
	{
		// It asks nothing over http; a change that would have was not taken (pull request
		// 7472). Of the servers that a place names it connects to one after the other
		// (src/imap.rs, src/smtp.rs).
		name:    "Delta Chat",
		order:   []autoconfig.Place{autoconfig.BuiltIn, autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.Autodiscover, autoconfig.Database, autoconfig.Guess},
		builtin: deltaProviders, dialect: &document.DeltaDialect, incoming: imapOnly, outgoing: sending, tries: true, byGet: true,
		manual: "the user has to type in the servers; it reads no SRV records",
		ref:    "chatmail/core 2.57.0: src/configure.rs, src/configure/auto_mozilla.rs, src/provider.rs",
	},
	{
		// All places are asked, and the sum of the scores of both servers decides: SRV 50
		// each, file 20 each and 100 more for user names of its own, Autodiscover 20,
		// scan 10, mail exchanger 0; equal ones in this order. Of SRV records the priority
		// counts before the name. One after the other is tried with the password, each
		// with the address and its local part, too, as user names. The build decides whether the domain's own file and
		// Autodiscover are asked (src/extra and src/dummy, Misc.java).
		name:    "FairEmail",
		order:   []autoconfig.Place{autoconfig.BuiltIn, autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Database, autoconfig.Records, autoconfig.Autodiscover, autoconfig.Guess, autoconfig.Exchanger},
		builtin: fairEmailProviders, dialect: &document.FairEmailDialect, incoming: imapOnly, outgoing: sending, username: true, goesOn: true,
		records:  []string{"_imaps", "_imap", "_submission", "_submissions"},
		upgrades: sending,
		manual:   "tries the mail exchanger itself; if that fails, the user has to type in the servers",
		caveats: at("only some builds ask the domain itself for settings; the others know the provider database alone",
			autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Autodiscover),
		ref: "FairEmail: EmailProvider.java (fromEmail, getScore), FragmentQuickSetup.java, res/xml/providers.xml; build with all sources",
	},
	{
		// The mail exchanger is asked in the same places, and then without its first label.
		name:    "Nextcloud Mail",
		order:   []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.Database, autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Exchanger},
		dialect: &document.NextcloudDialect, incoming: imapOnly, outgoing: sending,
		manual: "the user has to type in the servers; it reads no SRV records",
		ref:    "nextcloud/mail: lib/Service/AutoConfig/IspDb.php",
	},
	{
		// _imap goes before _imaps, and 465 is looked up as _smtps, a name that no standard
		// has. JMAP by SRV goes before IMAP, which is not followed. Guessing connects to
		// 143 before 993 and to 587 before 465, and at last to the mail exchanger itself.
		name:    "aerc",
		order:   []autoconfig.Place{autoconfig.Records, autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.Database, autoconfig.Guess},
		dialect: &document.AercDialect, incoming: imapOnly, outgoing: sending, readOnly: true,
		records:  []string{"_imap", "_imaps", "_submission"},
		upgrades: []mailcheck.Protocol{mailcheck.IMAP, mailcheck.Submission},
		manual:   "the user has to type in the servers",
		ref:      "aerc: lib/autoconfig/get.go, dns-srv.go, autoconfig.go, guess.go, mx.go",
	},
}

// at says the same of several places.
func at(text string, places ...autoconfig.Place) map[autoconfig.Place]string {
	m := map[autoconfig.Place]string{}
	for _, p := range places {
		m[p] = text
	}
	return m
}
