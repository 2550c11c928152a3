package client

// What FairEmail tells its user with an entry (the attributes appPassword and
// requiresEnabling, and the text documentation).
const (
	wantsAppPassword = "an app password may be needed in place of the password"
	wantsSwitch      = "IMAP has to be switched on at the provider first"
	wantsBoth        = wantsSwitch + ", and with two factors an app password is needed"
)

// fairEmailProviders are of FairEmail's app/src/main/res/xml/providers.xml, in its
// order of matching, and of the list PROPRIETARY in EmailProvider.java, which
// comes before. An entry counts for its domains as soon as they are typed in; later,
// but before any score, for domains whose mail exchanger is in the registrable domain
// of its IMAP server, or fits its attribute mx. That it takes an entry, too, where a
// published server has the entry's host, or a name server fits mx, is not followed.
var fairEmailProviders = []builtin{
	{
		domains: "protonmail.ch protonmail.com proton.me tutanota.com tutanota.de tutamail.com tuta.io keemail.me",
		refuses: "gives up: it has the provider in a list of those that do not speak the standard protocols",
	},
	{domains: "gmail.com", needs: wantsAppPassword},
	{domains: "outlook.* live.* hotmail.*", servers: "imaps://outlook.office365.com submission://smtp.office365.com", needs: wantsAppPassword},
	{mx: "outlook.com", servers: "imaps://imap-mail.outlook.com submission://smtp-mail.outlook.com"},
	{domains: "yahoo.co.jp", servers: "imaps://%EMAILLOCALPART%@imap.mail.yahoo.co.jp submissions://%EMAILLOCALPART%@smtp.mail.yahoo.co.jp"},
	{domains: "yahoo.* ymail.com", servers: "imaps://imap.mail.yahoo.com submissions://smtp.mail.yahoo.com", needs: wantsAppPassword},
	{domains: "fastmail.*", servers: "imaps://imap.fastmail.com submissions://smtp.fastmail.com", needs: wantsAppPassword},
	{domains: "aol.* compuserve.com", servers: "imaps://imap.aol.com submissions://smtp.aol.com", needs: wantsAppPassword},
	{domains: "verizon.net", servers: "imaps://imap.aol.com submissions://smtp.verizon.net"},
	{
		domains: "icloud.com me.com mac.com", needs: wantsAppPassword,
		servers: "imaps://%EMAILLOCALPART%@imap.mail.me.com submission://%EMAILLOCALPART%@smtp.mail.me.com",
	},
	{
		domains: "ameritech.net att.net bellsouth.net flash.net nvbell.net pacbell.net prodigy.net sbcglobal.net snet.net swbell.net wans.net",
		servers: "imaps://imap.mail.att.net submissions://smtp.mail.att.net",
		needs:   "a secure mail key is needed in place of the password",
	},
	{domains: "gmx.com gmx.us", servers: "imaps://imap.gmx.com submission://mail.gmx.com", needs: wantsBoth},
	{
		domains: "gmx.de gmx.net mein.gmx gmx.at gmx.ch mail.gmx email.gmx gmx.eu gmx.org gmx.info gmx.biz",
		servers: "imaps://imap.gmx.net submission://mail.gmx.net", needs: wantsBoth,
	},
	{domains: "web.de", needs: wantsBoth},
	{
		domains: "posteo.*",
		servers: "imaps://%EMAILLOCALPART%@posteo.net@posteo.de submissions://%EMAILLOCALPART%@posteo.net@posteo.de",
		needs:   "the additional protection of the mailbox may have to be switched off",
	},
	{domains: "free.fr", servers: "imaps://imap.free.fr submissions://smtp.free.fr", needs: "sending has to be switched on at the provider first"},
	{domains: "laposte.net", servers: "imaps://imap.laposte.net submissions://smtp.laposte.net", needs: "only the main address can log in, no alias"},
	{domains: "kabelmail.de", servers: "imaps://imap.kabelmail.de submissions://smtp.kabelmail.de"},
	{domains: "o2.pl go2.pl", servers: "imaps://poczta.o2.pl submissions://poczta.o2.pl"},
	{domains: "wp.pl", servers: "imaps://imap.wp.pl submissions://smtp.wp.pl", needs: wantsAppPassword},
	{domains: "xtra.co.nz", servers: "imaps://imap.xtra.co.nz submission://send.xtra.co.nz"},
	{
		domains: "kpnmail.nl kpnplanet.nl planet.nl wxs.nl hetnet.nl freeler.nl snelnet.net on.nl onsbrabantnet.nl onsmail.nl " +
			"onsnet.nu onsneteindhoven.nl onsnetnuenen.nl",
		servers: "imaps://imap.kpnmail.nl submission://smtp.kpnmail.nl",
	},
	{domains: "xs4all.nl", servers: "imaps://imap.xs4all.nl submissions://smtp.xs4all.nl"},
	{domains: "yandex.com", needs: wantsSwitch},
	{domains: "zoho.com zoho.eu zohomail.eu zohomail.com.au", mx: "zoho.com zoho.eu zoho.com.au", needs: wantsBoth},
	{domains: "t-online.de magenta.de arcor.de vodafonemail.de bluewin.ch sky.com tim.it virginmedia.com", needs: wantsAppPassword},
	{domains: "comcast.net", needs: "access for other programs has to be switched on at the provider first"},
	{
		domains: "mail.com email.com usa.com myself.com consultant.com post.com europe.com iname.com writeme.com dr.com cheerful.com " +
			"accountant.com techie.com engineer.com linuxmail.org musician.org contractor.net workmail.com financier.com",
		needs: "other programs need a paid subscription",
	},
	{mx: "ionos.de ionos.com", needs: "the password of the mailbox is meant, not that of the customer account"},
	{domains: "freenet.de", needs: "sending may have to be switched on at the provider first"},
	{
		domains: "mailbox.org orange.fr wanadoo.fr sfr.fr neuf.fr club-internet.fr bigpond.com bigpond.net.au telstra.com mail.ru inbox.ru " +
			"list.ru bk.ru rambler.ru libero.it iol.it virgilio.it btinternet.com btopenworld.com a1.net ovh.net " +
			"ziggo.nl quicknet.nl home.nl casema.nl upcmail.nl chello.nl op.pl onet.pl poczta.onet.pl vp.pl onet.eu poczta.onet.eu " +
			"autograf.pl buziaczek.pl spoko.pl onet.com.pl amorki.pl opoczta.pl",
		mx: "mailbox.org mail.ru ovh.net rzone.de your-server.de agenturserver.de emailsrvr.com secureserver.net gandi.net one.com",
	},
}

// deltaProviders: the list of providers, with its hints and its word on those that
// are broken, is gone since chatmail/core 2.57.0 (CHANGELOG, pull request 8437); one
// provider is left in src/provider.rs.
var deltaProviders = []builtin{
	{domains: "nauta.cu", servers: "imap://imap.nauta.cu submission://smtp.nauta.cu:25"},
}

// newOutlookProviders are the account types of "Supported account types in the new
// Outlook" (learn.microsoft.com, microsoft-365-apps/outlook/get-started).
var newOutlookProviders = []builtin{
	{provider: "Microsoft 365", hosted: true, signIn: "Microsoft"},
	{provider: "Outlook.com", signIn: "Microsoft"},
	{provider: "Gmail", signIn: "Google"},
	{provider: "Yahoo Mail", signIn: "Yahoo"},
	{provider: "iCloud Mail", signIn: "Apple"},
}

// classicOutlookProviders: a personal Microsoft account becomes one of Exchange
// (policy DisableExchangeConsumerAccounts of the Office 2016 templates), and Gmail
// one of IMAP by signing in, from Outlook 2019 on ("Add an email account to Outlook",
// support.microsoft.com). That page names Yahoo, iCloud and AOL with their app
// passwords only, so nothing is said of them here.
var classicOutlookProviders = []builtin{
	{provider: "Outlook.com", signIn: "Microsoft"},
	{provider: "Gmail", signIn: "Google (from Outlook 2019 on)"},
}

// appleProviders are the account types that Mail offers beside "Other Mail Account":
// iCloud, Exchange, Google, Yahoo and AOL (J. Kissell, Take Control of Apple Mail);
// that Outlook.com is one on phones is not verified. Mail also knows "many email
// services" by their domains (support.apple.com/HT201525); which ones is not published.
var appleProviders = []builtin{
	{provider: "iCloud Mail", signIn: "Apple"},
	{provider: "Gmail", signIn: "Google"},
	{provider: "Outlook.com", signIn: "Microsoft"},
	{provider: "Yahoo Mail", signIn: "Yahoo"},
	{provider: "AOL Mail", signIn: "AOL"},
}
