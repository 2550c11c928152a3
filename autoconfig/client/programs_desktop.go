package client

import (
	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
)

// desktopPrograms are those of computers, and of the web, as their source code or
// documentation has them. Those without BuiltIn have no list of providers in the sources
// named in ref; KMail knows gmail.com only to add Google's calendar. What they do with the
// password is from the tables of "Automatic Insecurity" (VII) and "A Multifaceted Study"
// (I, III), both of NDSS 2025, or from the sources.
var desktopPrograms = []program{
	{
		// Before all places it looks for a file in the folder isp beside the program,
		// which an administrator may have put there. The places are asked at once and the
		// first in this order wins; Exchange from Autodiscover is offered beside it. Of the
		// domain's own places the first that answers with a status of 2xx is the only one
		// that is read. On the host of an Exchange server it guesses, too.
		// It guesses in parallel, and looks at certificates only where TLS comes first
		// (guess.requireGoodCert); the local part is the first user name it then tries, the
		// address the second (email.mjs, ConfigVerifier.sys.mjs). It reads no SRV records for mail (bugzilla 342242). Compared with the program itself
		// (153) in realtest.
		name:    "Thunderbird",
		order:   []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Database, autoconfig.Exchanger, autoconfig.Autodiscover, autoconfig.Guess},
		dialect: &document.ThunderbirdDialect, incoming: both, outgoing: sending, guesses: thunderbirdGuesses,
		settles: true, inOrder: true, signsIn: true, named: true, direct: true, local: true,
		words: &document.ThunderbirdAnswers, former: &document.OldThunderbirdAnswers,
		manual: "the user has to type in the servers; it does not read SRV records",
		habits: habits{warns: true, shows: mailcheck.Does, presets: true, certificate: mailcheck.AsksToGoOn,
			stripped: alike(mailcheck.Stops), guessed: alike(mailcheck.AsksToGoOn)},
		ref: "thunderbird-desktop: FindConfig.sys.mjs, FetchConfig.sys.mjs, GuessConfig.sys.mjs, readFromXML.sys.mjs",
	},
	{
		// The set-up since 2016 takes Exchange from Autodiscover; IMAP answers are ignored
		// without a word. Before that it asks AutoDetect, a service of Microsoft, whose
		// rules are not published (c7solutions.com/2022/11/troubleshooting-autodetect).
		name: "Outlook (classic)", setup: "outlook",
		order: []autoconfig.Place{autoconfig.BuiltIn, autoconfig.Autodiscover}, builtin: classicOutlookProviders, exchange: true, outgoing: sending,
		manual: "unless Microsoft's service AutoDetect knows the servers, the user has to choose IMAP and type them in; only Exchange configures itself, by Autodiscover",
		habits: habits{shows: mailcheck.DoesNot, presets: true, certificate: mailcheck.AsksToGoOn, stripped: alike(mailcheck.Stops)},
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
		name: "Apple Mail (macOS, iOS)", setup: "apple",
		order: []autoconfig.Place{autoconfig.BuiltIn, autoconfig.Autodiscover}, builtin: appleProviders, exchange: true, outgoing: sending,
		manual: "unless Apple's list of providers, which is not published, has the domain, the user has to type in the servers or open a configuration profile; of what is published only Exchange is read",
		habits: habits{shows: mailcheck.DoesNot, certificate: mailcheck.AsksToGoOn, stripped: alike(mailcheck.AsksToGoOn),
			tlsOnly: sides{reading: mailcheck.AsksToGoOn}},
		ref: "support.apple.com/HT201525; the account types, and that SRV records and autoconfig are not read: a book and reports by operators, not verified with Apple",
	},
	{
		// One after the other up to the first that answers with status 200. The sources of
		// 2026 leave this to the library KAccountAutoconfig, which could not be read.
		name: "KMail", setup: "kmail",
		order:   []autoconfig.Place{autoconfig.Database, autoconfig.HTTPSHost, autoconfig.HTTPHost, autoconfig.HTTPSWellKnown},
		dialect: &document.KmailDialect, incoming: both, outgoing: sending,
		manual: "the user has to type in the servers; it reads neither SRV records nor the mail exchanger's settings",
		caveats: at("asked in the order of the wizard of 2025; that of the library KAccountAutoconfig, which replaces it, is not verified",
			autoconfig.Database, autoconfig.HTTPSHost, autoconfig.HTTPHost, autoconfig.HTTPSWellKnown),
		habits: habits{shows: mailcheck.Does, certificate: mailcheck.AsksToGoOn},
		ref:    "kmail-account-wizard: src/accountwizard/ispdbservice.h, ispdbservice.cpp",
	},
	{
		// The settings files are one worker, SRV records another, run side by side. A
		// result of the files has the priority 1000 (POP3: 2000) and the same of SRV
		// records 100 more; the lowest wins, for reading and sending apart. That IMAP by
		// SRV comes before POP3 from a file is not followed. After a 404 of the database it
		// asks the same places for the mail exchanger, label by label up to the suffix,
		// which mailcheck does not.
		name: "Evolution", setup: "evolution",
		order:   []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.HTTPHost, autoconfig.HTTPSWellKnown, autoconfig.HTTPWellKnown, autoconfig.Database, autoconfig.Exchanger, autoconfig.Records},
		dialect: &document.EvolutionDialect, incoming: both, outgoing: sending,
		records: []string{"_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission"},
		manual:  "the user has to type in the servers",
		habits:  habits{shows: mailcheck.Does, certificate: mailcheck.AsksToGoOn},
		ref:     "evolution: src/mail/e-mail-autoconfig.c, src/modules/config-lookup/e-srv-config-lookup.c, src/e-util/e-config-lookup-result.h",
	},
	{
		// _imap goes before _imaps, and 465 is looked up as _smtps, a name that no standard
		// has. JMAP by SRV goes before IMAP, which is not followed. Guessing connects to
		// 143 before 993 and to 587 before 465, and at last to the mail exchanger itself.
		name: "aerc", setup: "aerc",
		order:   []autoconfig.Place{autoconfig.Records, autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.Database, autoconfig.Guess},
		dialect: &document.AercDialect, incoming: imapOnly, outgoing: sending, readOnly: true,
		records:  []string{"_imap", "_imaps", "_submission"},
		upgrades: []mailcheck.Protocol{mailcheck.IMAP, mailcheck.Submission},
		manual:   "the user has to type in the servers",
		habits:   habits{shows: mailcheck.Does},
		ref:      "aerc: lib/autoconfig/get.go, dns-srv.go, autoconfig.go, guess.go, mx.go",
	},
	{
		// The mail exchanger is asked in the same places, and then without its first label.
		name:    "Nextcloud Mail",
		order:   []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.Database, autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Exchanger},
		dialect: &document.NextcloudDialect, incoming: imapOnly, outgoing: sending,
		manual: "the user has to type in the servers; it reads no SRV records",
		habits: habits{shows: mailcheck.DoesNot},
		ref:    "nextcloud/mail: lib/Service/AutoConfig/IspDb.php",
	},
}
