package client

import (
	"mailcheck"
	"mailcheck/autoconfig"
	"mailcheck/autoconfig/document"
)

// What is not known of the programs that were only watched.
const (
	orNot     = "gets no settings; whether it then tries usual names, or asks the user for the servers at once, is not known"
	readsNone = "reads nothing that is published; whether it tries usual names, or asks the user for the servers at once, is not known"
	onlyKnown = "where it looks for settings is not known"
	insecure  = `NDSS 2025 "Automatic Insecurity" table VII, `
	multiface = `NDSS 2025 "A Multifaceted Study" tables I, III and IV`
)

// studiedPrograms are those that two studies of 2025 have watched, and whose source code
// is not public or was not read, but for Geary and Claws Mail. In which order they look is
// not known, nor how they read what is faulty. All have lists of large providers but Claws
// Mail. Postbox has ended; for programs of other platforms the studies tell less.
var studiedPrograms = []program{
	{
		name: "Geary", setup: "geary", // The study had it with unencrypted settings where socketType is unknown; so it is in the source.
		order: []autoconfig.Place{autoconfig.HTTPSHost, autoconfig.Database}, listed: true, bare: true,
		dialect: &document.GearyDialect, incoming: imapOnly, outgoing: sending,
		manual: "the user has to type in the servers; it reads no SRV records",
		habits: habits{shows: mailcheck.DoesNot},
		ref:    "geary: src/client/accounts/accounts-autoconfig.vala; " + insecure + "version 44",
	},
	{
		// TLS from the first byte is looked up first, then STARTTLS; port 465 is TLS, whatever
		// the record is called (gtkutils.c). That it knows _submissions is not verified.
		name: "Claws Mail", setup: "claws",
		order: []autoconfig.Place{autoconfig.Records}, records: []string{"_imaps", "_imap", "_submission"}, tlsOn: []uint16{465},
		incoming: imapOnly, outgoing: sending, readOnly: true,
		manual: "the user has to type in the servers; it reads nothing but SRV records",
		habits: habits{shows: mailcheck.Does, presets: true, certificate: mailcheck.AsksToGoOn, stripped: alike(mailcheck.Stops)},
		ref:    "claws-mail: src/gtk/gtkutils.c; " + insecure + "version 4.2; " + multiface,
	},
	{
		name: "eM Client", listed: true, unknown: onlyKnown,
		habits: habits{shows: mailcheck.DoesNot, certificate: mailcheck.AsksToGoOn, stripped: alike(mailcheck.GoesOn)},
		ref:    insecure + "version 9.2; " + multiface,
	},
	{
		name: "The Bat!", listed: true, unknown: onlyKnown,
		habits: habits{shows: mailcheck.Does, presets: true},
		ref:    insecure + "version 11",
	},
	{
		name:  "Mailbird",
		order: []autoconfig.Place{autoconfig.Autodiscover, autoconfig.AutodiscoverHTTP}, mixed: true, listed: true,
		words: &document.AnswerDialect{}, incoming: imapOnly, outgoing: sending, unknown: orNot,
		habits: habits{shows: mailcheck.DoesNot},
		ref:    insecure + "version 3.0",
	},
	{
		name: "Mailspring", listed: true, unknown: readsNone,
		habits: habits{shows: mailcheck.Does},
		ref:    insecure + "version 1.13",
	},
	{
		name:  "Spike",
		order: []autoconfig.Place{autoconfig.AutodiscoverHTTP, autoconfig.Records}, mixed: true, listed: true, records: imapRecords, unsure: true,
		words: &document.AnswerDialect{}, incoming: imapOnly, outgoing: sending, unknown: orNot,
		habits: habits{shows: mailcheck.DoesNot},
		ref:    insecure + "version 3.8 (macOS)",
	},
	{
		name:  "Nine",
		order: []autoconfig.Place{autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Autodiscover, autoconfig.AutodiscoverHTTP, autoconfig.Records, autoconfig.Database},
		mixed: true, listed: true, byGet: true, records: imapRecords, unsure: true, dialect: &document.FaultlessDialect,
		words: &document.NineAnswers, incoming: imapOnly, outgoing: sending, unknown: orNot,
		habits: habits{shows: mailcheck.DoesNot},
		ref:    insecure + "version 4.9",
	},
	{
		name:  "MailTime",
		order: []autoconfig.Place{autoconfig.HTTPHost, autoconfig.HTTPWellKnown, autoconfig.Autodiscover, autoconfig.Database},
		mixed: true, listed: true, dialect: &document.FaultlessDialect,
		words: &document.AnswerDialect{}, incoming: imapOnly, outgoing: sending, unknown: orNot,
		habits: habits{shows: mailcheck.DoesNot},
		ref:    insecure + "version 4.1",
	},
	{
		// Behind STARTTLS of IMAP it takes any certificate, and else any name.
		name:  "Spark",
		order: []autoconfig.Place{autoconfig.Database}, listed: true,
		dialect: &document.FaultlessDialect, incoming: imapOnly, outgoing: sending, unknown: orNot,
		habits: habits{shows: mailcheck.DoesNot, certificate: mailcheck.Stops, starttls: mailcheck.GoesOn, anyName: true, stripped: alike(mailcheck.Stops)},
		ref:    insecure + "version 3.7 (Android); " + multiface,
	},
	{
		name:  "ProfiMail Go",
		order: []autoconfig.Place{autoconfig.Database}, listed: true,
		dialect: &document.PlainDialect, incoming: imapOnly, outgoing: sending, unknown: orNot,
		caveats: at("whether it asks the domain itself first is not known", autoconfig.Database),
		habits:  habits{shows: mailcheck.DoesNot, presets: true},
		ref:     insecure + "version 4.32",
	},
	{
		name:  "Maildroid",
		order: []autoconfig.Place{autoconfig.Database}, listed: true,
		dialect: &document.FaultlessDialect, incoming: imapOnly, outgoing: sending, unknown: orNot,
		habits: habits{shows: mailcheck.DoesNot, presets: true},
		ref:    insecure + "version 5.22",
	},
	{
		// Where it guesses, it sends over any of 587, 465 and 25 that answers, encrypted or
		// not, and reads without TLS where 993 does not answer; STARTTLS of IMAP it ignores.
		name:  "Edison (iOS)",
		order: []autoconfig.Place{autoconfig.Autodiscover}, listed: true,
		words: &document.AnswerDialect{}, incoming: imapOnly, outgoing: sending,
		unknown: "gets no settings; it then tries usual names, and may take a server without encryption; which names is not known",
		habits:  habits{shows: mailcheck.DoesNot, stripped: sides{sending: mailcheck.Stops}, tlsOnly: sides{reading: mailcheck.GoesOn}},
		ref:     insecure + "version 1.53; " + multiface,
	},
	{
		name:  "Mailbus (iOS)",
		order: []autoconfig.Place{autoconfig.Autodiscover, autoconfig.AutodiscoverHTTP}, mixed: true, listed: true,
		words: &document.AnswerDialect{}, incoming: imapOnly, outgoing: sending, unknown: orNot,
		habits: habits{shows: mailcheck.DoesNot},
		ref:    insecure + "version 3.3",
	},
	{
		name:  "AltaMail (iOS)",
		order: []autoconfig.Place{autoconfig.AutodiscoverHTTP}, listed: true,
		words: &document.AltaMailAnswers, incoming: imapOnly, outgoing: sending, unknown: orNot,
		habits: habits{shows: mailcheck.DoesNot},
		ref:    insecure + "version 8.2",
	},
	{
		name: "myMail", listed: true, unknown: readsNone,
		habits: habits{shows: mailcheck.DoesNot, certificate: mailcheck.Stops, tlsOnly: alike(mailcheck.GoesOn)},
		ref:    insecure + "version 14.71; " + multiface + " (Android)",
	},
	{
		name: "Gmail (iOS)", listed: true, unknown: readsNone,
		habits: habits{shows: mailcheck.DoesNot, certificate: mailcheck.Stops, stripped: alike(mailcheck.Stops)},
		ref:    insecure + "version 6.0; " + multiface,
	},
	{
		name: "Gmail (Android), Samsung Email", listed: true, unknown: onlyKnown,
		habits: habits{certificate: mailcheck.AsksToGoOn, stripped: alike(mailcheck.Stops)},
		ref:    multiface,
	},
	{
		name: "Aqua Mail (Android)", listed: true, unknown: onlyKnown + "; where it tries usual names, it reads mail without encryption even if the server has it",
		habits: habits{certificate: mailcheck.Stops, stripped: alike(mailcheck.Stops)},
		ref:    multiface,
	},
	{
		name: "BlueMail (Android)", listed: true, unknown: onlyKnown,
		habits: habits{certificate: mailcheck.Stops, stripped: sides{mailcheck.Stops, mailcheck.GoesOn}},
		ref:    multiface,
	},
	{
		// Of certificates the systems make different things: computers ask, iOS takes any name.
		name: "BlueMail (iOS, macOS, Windows)", listed: true, unknown: onlyKnown + "; where it tries usual names, it takes servers without encryption even if they have it",
		habits: habits{stripped: alike(mailcheck.Stops)},
		ref:    multiface,
	},
	{
		name: "Foxmail", listed: true, unknown: onlyKnown,
		habits: habits{certificate: mailcheck.GoesOn, stripped: sides{sending: mailcheck.GoesOn}},
		ref:    multiface,
	},
	{
		name: "NetEase Mail Master", listed: true, unknown: onlyKnown,
		habits: habits{certificate: mailcheck.GoesOn, stripped: alike(mailcheck.Stops)},
		ref:    multiface,
	},
}

// imapRecords are those of IMAP and submission. None of the programs was seen to connect in
// clear because a domain publishes no others.
var imapRecords = []string{"_imaps", "_imap", "_submissions", "_submission"}
