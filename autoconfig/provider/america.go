package provider

import (
	"strings"

	"mailcheck/checks"
)

// americanProviders are the large access providers and mail providers of America.
var americanProviders = []Provider{
	{
		Name: "AT&T Mail",
		Domains: strings.Fields("" +
			"ameritech.net att.net bellsouth.net currently.com flash.net nvbell.net pacbell.net prodigy.net " +
			"sbcglobal.net snet.net swbell.net wans.net"),
		Servers: strings.Fields("" +
			"imaps://imap.mail.att.net pop3s://inbound.att.net submissions://outbound.att.net " +
			"submissions://smtp.mail.att.net"),
		Auth:  byOAuthOrPassword,
		OAuth: &yahooOAuth, // which runs the mailboxes
		Rules: []Rule{
			{checks.ProviderAppPassword, "Choose OAuth2 in the mail program if it offers that. If not, make a secure mail key at https://www.att.com (Profile > Sign-in info > Secure mail key) and type it in place of the password."},
		},
		Source: "ISPDB att.net.xml", Date: "2026-03-12",
		RulesSource: fairEmail + ", thunderbird/thunderbird-desktop OAuth2Providers.sys.mjs",
	},
	{
		Name:    "Comcast Xfinity",
		Domains: strings.Fields("comcast.net"),
		Servers: strings.Fields("" +
			"imaps://imap.comcast.net pop3s://mail.comcast.net submissions://smtp.comcast.net " +
			"submission://smtp.comcast.net"),
		Auth:  byOAuthOrPassword,
		OAuth: &comcastOAuth,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://connect.xfinity.com open Email settings > Security and allow third-party access. If Comcast has already moved the mailbox to Yahoo Mail, look in the account settings of Yahoo Mail instead."},
		},
		Source: "ISPDB comcast.net.xml", Date: "2026-03-12",
		RulesSource: fairEmail + ", https://tecknexus.com/comcast-moves-xfinity-email-to-yahoo-mail",
	},
	{
		Name:    "Bell",
		Domains: strings.Fields("bell.net sympatico.ca"),
		Servers: strings.Fields("imaps://imap.bell.net pop3s://pophm.sympatico.ca submission://smtphm.sympatico.ca"),
		Auth:    byPassword,
		Source:  "ISPDB bell.net.xml", Date: "2026-03-12",
	},
	{
		Name:    "EarthLink",
		Domains: strings.Fields("earthlink.net mindspring.com ix.netcom.com"),
		Servers: strings.Fields("imaps://imap.earthlink.net pop3s://pop.earthlink.net submission://smtpauth.earthlink.net"),
		Auth:    byEncryptedPassword,
		Source:  "ISPDB earthlink.net.xml", Date: "2026-03-12",
	},
	{
		Name:    "UOL",
		Domains: strings.Fields("uol.com.br"),
		Servers: strings.Fields("" +
			"imaps://%EMAILLOCALPART%@imap.uol.com.br pop3s://%EMAILLOCALPART%@pop3.uol.com.br " +
			"submission://%EMAILLOCALPART%@smtps.uol.com.br"),
		Auth: byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "In the webmail of UOL open Configurações (settings), switch IMAP on with Ativar IMAP, and save."},
		},
		Source: "ISPDB uol.com.br.xml", Date: "2026-03-12",
		RulesSource: "ISPDB uol.com.br.xml",
	},
	{
		Name:    "BOL",
		Domains: strings.Fields("bol.com.br"),
		Servers: strings.Fields("imaps://%EMAILLOCALPART%@imap.bol.com.br pop3s://%EMAILLOCALPART%@pop3.bol.com.br submissions://%EMAILLOCALPART%@smtps.bol.com.br submission://%EMAILLOCALPART%@smtps.bol.com.br"),
		Auth:    byPassword,
		Source:  "ISPDB bol.com.br.xml", Date: "2026-03-12",
	},
	{
		Name:    "Spectrum",
		Domains: strings.Fields("charter.net spectrum.net bresnan.net"),
		Servers: strings.Fields("imaps://mobile.charter.net pop3s://mobile.charter.net submissions://mobile.charter.net:587"),
		Auth:    byPassword,
		Source:  "ISPDB charter.net.xml", Date: "2026-03-12",
	},
	{
		Name:    "Spectrum (Time Warner Cable)",
		Domains: strings.Fields("rr.com roadrunner.com"),
		Servers: strings.Fields("imaps://mail.twc.com pop3s://mail.twc.com submission://mail.twc.com"),
		Auth:    byPassword,
		Source:  "ISPDB rr.com.xml", Date: "2026-03-12",
	},
	{
		Name:    "Spectrum (Bright House)",
		Domains: strings.Fields("brighthouse.com bak.rr.com bham.rr.com cfl.rr.com emore.rr.com eufala.rr.com indy.rr.com mi.rr.com panhandle.rr.com tampabay.rr.com"),
		Servers: strings.Fields("imaps://mail.brighthouse.com submissions://mail.brighthouse.com:587"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "CenturyLink",
		Domains: strings.Fields("centurylink.net embarqmail.com"),
		Servers: strings.Fields("imaps://mail.centurylink.net pop3s://pop.centurylink.net submission://smtp.centurylink.net"),
		Auth:    byPassword,
		Source:  "ISPDB centurylink.net.xml", Date: "2026-03-12",
	},
	{
		Name:    "Optimum",
		Domains: strings.Fields("optimum.net optonline.net"),
		Servers: strings.Fields("imaps://mail.%EMAILDOMAIN% submissions://mail.%EMAILDOMAIN%"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "Suddenlink",
		Domains: strings.Fields("suddenlink.net"),
		Servers: strings.Fields("imaps://imap.suddenlink.net submissions://smtp.suddenlink.net"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "Shaw",
		Domains: strings.Fields("shaw.ca"),
		Servers: strings.Fields("imaps://imap.shaw.ca submission://mail.shaw.ca"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
}
