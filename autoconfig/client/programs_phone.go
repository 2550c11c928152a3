package client

import (
	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
)

// phonePrograms are those of phones; Delta Chat has the same rules on computers. What they
// do with the password is from the two studies, too.
var phonePrograms = []program{
	{
		// includeEmailAddress is false by default, so the address is never sent (issue
		// 8158). isTrusted is false where http was involved, or the MX answer came without
		// DNSSEC; then the settings are shown for approval. The list of providers that
		// K-9 had (providersxml) is gone: the registry has three discoveries.
		name: "Thunderbird for Android, K-9", setup: "android",
		order:   []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Database, autoconfig.Exchanger},
		dialect: &document.AndroidDialect, incoming: imapOnly, outgoing: sending, bare: true,
		confirms: map[autoconfig.Place]string{
			autoconfig.HTTPHost:      "the file came over http, so the user has to approve the settings",
			autoconfig.HTTPWellKnown: "the file came over http, so the user has to approve the settings",
			autoconfig.Exchanger:     "the settings are those of the mail exchanger, so the user has to approve them (unless DNSSEC proves the MX record)",
		},
		manual: "the user has to type in the servers; it reads neither SRV records nor Autodiscover, and does not guess",
		habits: habits{shows: mailcheck.Does, certificate: mailcheck.AsksToGoOn, stripped: alike(mailcheck.Stops)},
		ref:    "thunderbird-android: feature/autodiscovery (RealAutoDiscoveryRegistry, RealAutoconfigParser.kt)",
	},
	{
		// It asks nothing over http; a change that would have was not taken (pull request
		// 7472). Of the servers that a place names it connects to one after the other
		// (src/imap.rs, src/smtp.rs).
		name:    "Delta Chat",
		order:   []autoconfig.Place{autoconfig.BuiltIn, autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.Autodiscover, autoconfig.Database, autoconfig.Guess},
		builtin: deltaProviders, dialect: &document.DeltaDialect, incoming: imapOnly, outgoing: sending, tries: true, byGet: true,
		words:  &document.DeltaAnswers,
		manual: "the user has to type in the servers; it reads no SRV records",
		habits: habits{shows: mailcheck.DoesNot},
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
		records: []string{"_imaps", "_imap", "_submission", "_submissions"},
		ranks:   true, starttlsOn: []uint16{143, 587},
		upgrades: sending, words: &document.FairEmailAnswers, direct: true,
		manual: "tries the mail exchanger itself; if that fails, the user has to type in the servers",
		caveats: at("only some builds ask the domain itself for settings; the others know the provider database alone",
			autoconfig.HTTPSHost, autoconfig.HTTPSWellKnown, autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Autodiscover),
		habits: habits{shows: mailcheck.DoesNot, stripped: alike(mailcheck.Stops)},
		ref:    "FairEmail: EmailProvider.java (fromEmail, getScore), FragmentQuickSetup.java, res/xml/providers.xml; build with all sources",
	},
}
