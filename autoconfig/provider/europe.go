package provider

import (
	"strings"

	"mailcheck/checks"
)

// europeanProviders are the large mail and access providers of Europe.
var europeanProviders = []Provider{
	{
		Name:    "GMX",
		Domains: strings.Fields("gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.biz gmx.org gmx.info mein.gmx mail.gmx email.gmx"),
		Servers: strings.Fields("imaps://imap.gmx.net pop3s://pop.gmx.net submissions://mail.gmx.net submission://mail.gmx.net"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "Log in at https://www.gmx.net, open E-Mail > Settings > POP3 & IMAP, and allow access by POP3 and IMAP."},
			{checks.ProviderAppPassword2FA, "Make an app password in the security settings of GMX and type it in place of the password."},
		},
		Source: "ISPDB gmx.net.xml", Date: "2026-03-12",
		RulesSource: "ISPDB gmx.net.xml, " + deltaChat + ", " + fairEmail,
	},
	{
		Name: "GMX international",
		Domains: strings.Fields("" +
			"gmx.com gmx.tm gmx.us gmx.co.uk gmx.es gmx.fr gmx.ca gmx.cn gmx.co.in gmx.com.br gmx.com.my gmx.hk " +
			"gmx.ie gmx.ph gmx.pt gmx.ru gmx.se gmx.sg gmx.tw gmx.com.tr gmx.it gmx.li"),
		Servers: strings.Fields("imaps://imap.gmx.com pop3s://pop.gmx.com submissions://mail.gmx.com submission://mail.gmx.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "Log in at https://www.gmx.com, open E-mail > Settings > POP3 & IMAP, and allow access by POP3 and IMAP."},
			{checks.ProviderAppPassword2FA, "Make an app password in the security settings of GMX and type it in place of the password."},
		},
		Source: "ISPDB gmx.com.xml", Date: "2026-03-12",
		RulesSource: deltaChat + ", " + fairEmail,
	},
	{
		Name:    "web.de",
		Domains: strings.Fields("web.de email.de"),
		Servers: strings.Fields("" +
			"imaps://%EMAILLOCALPART%@imap.web.de pop3s://%EMAILLOCALPART%@pop3.web.de " +
			"submissions://%EMAILLOCALPART%@smtp.web.de submission://%EMAILLOCALPART%@smtp.web.de"),
		Auth: byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "Log in at https://web.de, open E-Mail > Settings > POP3 & IMAP, and allow access by POP3 and IMAP."},
			{checks.ProviderAppPassword2FA, "Make an app password in the security settings of web.de and type it in place of the password."},
		},
		Source: "ISPDB web.de.xml, " + deltaChat, Date: "2026-03-12",
		RulesSource: "ISPDB web.de.xml, " + deltaChat + ", " + fairEmail,
	},
	{
		Name:    "Telekom (T-Online)",
		Domains: strings.Fields("t-online.de magenta.de"),
		Servers: strings.Fields("" +
			"imaps://secureimap.t-online.de pop3s://securepop.t-online.de submissions://securesmtp.t-online.de " +
			"submission://securesmtp.t-online.de"),
		Auth: byPassword,
		Rules: []Rule{
			{checks.ProviderAppPassword, "Set a password for e-mail programs in the Telekom account and type it in place of the password of the web site; https://www.telekom.de/hilfe/apps-dienste/e-mail/programme/passwort-verwalten shows how."},
		},
		Source: "ISPDB t-online.de.xml", Date: "2026-03-12",
		RulesSource: "ISPDB t-online.de.xml, " + deltaChat,
	},
	{
		Name:    "freenet",
		Domains: strings.Fields("freenet.de freenetmail.de fn.de bossmail.de justmail.de"),
		Servers: strings.Fields("imaps://mx.freenet.de pop3s://mx.freenet.de submissions://mx.freenet.de submission://mx.freenet.de"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "Log in at https://email.freenet.de and switch POP3, IMAP and SMTP on in the settings of the mailbox."},
		},
		Source: deltaChat + ", " + fairEmail, Date: "2026-11-22",
		RulesSource: deltaChat + ", " + fairEmail,
	},
	{
		Name:    "Vodafone Germany",
		Domains: strings.Fields("vodafonemail.de vodafone.de arcor.de nexgo.de kabelmail.de"),
		Servers: strings.Fields("imaps://imap.vodafonemail.de pop3s://pop3.vodafonemail.de submissions://smtp.vodafonemail.de"),
		Auth:    byPassword,
		Source:  "ISPDB vodafonemail.de.xml, " + fairEmail, Date: "2026-03-12",
	},
	{
		Name:    "mailbox.org",
		Domains: strings.Fields("mailbox.org"),
		MX:      []string{"mailbox.org"},
		Servers: strings.Fields("" +
			"imaps://imap.mailbox.org pop3s://pop3.mailbox.org submissions://smtp.mailbox.org " +
			"submission://smtp.mailbox.org"),
		Auth: byPassword,
		Rules: []Rule{
			{checks.ProviderAppPassword2FA, "At https://mailbox.org open All settings > Security > Mail app passwords, make one for IMAP and SMTP, and type it in place of the password."},
		},
		Source: "https://kb.mailbox.org/en/private/e-mail/e-mail-configuration", Date: "2026-11-22",
		RulesSource: "https://kb.mailbox.org/en/private/e-mail/e-mail-configuration",
	},
	{
		Name: "Posteo",
		Domains: strings.Fields("" +
			"posteo.de posteo.at posteo.be posteo.ca posteo.ch posteo.cl posteo.co posteo.co.uk posteo.com " +
			"posteo.com.br posteo.cr posteo.cz posteo.dk posteo.ee posteo.es posteo.eu posteo.fi posteo.gl " +
			"posteo.gr posteo.hn posteo.hr posteo.hu posteo.ie posteo.in posteo.is posteo.it posteo.jp posteo.la " +
			"posteo.li posteo.lt posteo.lu posteo.me posteo.mx posteo.my posteo.net posteo.nl posteo.no posteo.nz " +
			"posteo.org posteo.pe posteo.pl posteo.pm posteo.pt posteo.ro posteo.se posteo.sg posteo.si posteo.tn " +
			"posteo.uk posteo.us"),
		Servers: strings.Fields("imaps://posteo.de pop3s://posteo.de submissions://posteo.de submission://posteo.de"),
		Auth:    byPassword,
		Source:  "ISPDB posteo.de.xml", Date: "2026-03-12",
	},
	{
		Name:    "Bluewin",
		Domains: strings.Fields("bluewin.ch bluemail.ch"),
		Servers: strings.Fields("imaps://imaps.bluewin.ch pop3s://pop3s.bluewin.ch submissions://smtpauths.bluewin.ch"),
		Auth:    byPassword,
		Source:  "ISPDB bluewin.ch.xml", Date: "2026-03-12",
	},
	{
		Name:    "A1",
		Domains: strings.Fields("a1.net aon.at"),
		Servers: strings.Fields("imaps://securemail.a1.net submission://securemail.a1.net"),
		Auth:    byPassword,
		Source:  "ISPDB a1.net.xml", Date: "2026-03-12",
	},
	{
		Name:    "Orange",
		Domains: strings.Fields("orange.fr wanadoo.fr"),
		Servers: strings.Fields("imaps://imap.orange.fr pop3s://pop.orange.fr submissions://smtp.orange.fr"),
		Auth:    byPassword,
		Source:  "ISPDB orange.fr.xml", Date: "2026-03-12",
	},
	{
		Name:    "Free",
		Domains: strings.Fields("free.fr"),
		Servers: strings.Fields("" +
			"imaps://%EMAILLOCALPART%@imap.free.fr pop3s://%EMAILLOCALPART%@pop.free.fr " +
			"submissions://%EMAILLOCALPART%@smtp.free.fr"),
		Auth: byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "Reading works at once; to send, switch authenticated SMTP on for the mailbox on the web site of Free."},
		},
		Source: "ISPDB free.fr.xml", Date: "2026-03-12",
		RulesSource: fairEmail,
	},
	{
		Name:    "SFR",
		Domains: strings.Fields("sfr.fr neuf.fr club-internet.fr cegetel.net 9online.fr"),
		Servers: strings.Fields("imaps://imap.sfr.fr pop3s://pop.sfr.fr submissions://smtp.sfr.fr"),
		Auth:    byPassword,
		Source:  "ISPDB sfr.fr.xml, " + fairEmail, Date: "2026-03-12",
	},
	{
		Name:    "La Poste",
		Domains: strings.Fields("laposte.net"),
		Servers: strings.Fields("" +
			"imaps://%EMAILLOCALPART%@imap.laposte.net pop3s://%EMAILLOCALPART%@pop.laposte.net " +
			"submissions://%EMAILLOCALPART%@smtp.laposte.net"),
		Auth:   byPassword,
		Source: "ISPDB laposte.net.xml", Date: "2026-03-12",
	},
	{
		Name:    "Libero",
		Domains: strings.Fields("libero.it iol.it blu.it inwind.it giallo.it"),
		Servers: strings.Fields("imaps://imapmail.libero.it pop3s://popmail.libero.it submissions://smtp.libero.it"),
		Auth:    byPassword,
		Source:  "ISPDB libero.it.xml", Date: "2026-03-12",
	},
	{
		Name:    "Virgilio",
		Domains: strings.Fields("virgilio.it"),
		Servers: strings.Fields("imaps://in.virgilio.it pop3s://in.virgilio.it submissions://out.virgilio.it"),
		Auth:    byPassword,
		Source:  "ISPDB virgilio.it.xml", Date: "2026-03-12",
	},
	{
		Name:    "Tiscali",
		Domains: strings.Fields("tiscali.it"),
		Servers: strings.Fields("imaps://imap.tiscali.it pop3s://pop.tiscali.it submissions://smtp.tiscali.it"),
		Auth:    byEncryptedPassword,
		Source:  "ISPDB tiscali.it.xml", Date: "2026-03-12",
	},
	{
		Name:    "TIM",
		Domains: strings.Fields("tim.it"),
		Servers: strings.Fields("imap://imap.tim.it pop3://pop.tim.it submission://smtp.tim.it"),
		Auth:    byPassword,
		Source:  "ISPDB tim.it.xml", Date: "2026-03-12",
	},
	{
		Name:    "Seznam",
		Domains: strings.Fields("seznam.cz email.cz post.cz spoluzaci.cz"),
		Servers: strings.Fields("imaps://imap.seznam.cz pop3s://pop3.seznam.cz submissions://smtp.seznam.cz"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderAppPassword2FA, "In the account settings at https://profil.seznam.cz open Two-Factor Authentication, set the Application Password, and type it in place of the password."},
		},
		Source: "ISPDB seznam.cz.xml", Date: "2026-03-12",
		RulesSource: "https://o-seznam.cz/napoveda/ucet/en/dvoufazove-overeni/postovni-programy/",
	},
	{
		Name:    "WP Poczta",
		Domains: strings.Fields("wp.pl"),
		Servers: strings.Fields("" +
			"imaps://%EMAILLOCALPART%@imap.wp.pl pop3s://%EMAILLOCALPART%@pop3.wp.pl " +
			"submissions://%EMAILLOCALPART%@smtp.wp.pl"),
		Auth: byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://poczta.wp.pl open the settings > mail programs, and allow access by IMAP, POP3 and SMTP."},
		},
		Source: "ISPDB wp.pl.xml", Date: "2026-03-12",
		RulesSource: "https://pomoc.wp.pl/jak-skonfigurowac-program-pocztowy",
	},
	{
		Name:    "o2.pl",
		Domains: strings.Fields("o2.pl go2.pl tlen.pl prokonto.pl"),
		Servers: strings.Fields("" +
			"imaps://%EMAILLOCALPART%@poczta.o2.pl pop3s://%EMAILLOCALPART%@poczta.o2.pl " +
			"submissions://%EMAILLOCALPART%@poczta.o2.pl submission://%EMAILLOCALPART%@poczta.o2.pl"),
		Auth: byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://poczta.o2.pl open the settings > mail programs, and allow access by IMAP, POP3 and SMTP."},
		},
		Source: "ISPDB o2.pl.xml", Date: "2026-03-12",
		RulesSource: "https://pomoc.o2.pl/jak-skonfigurowac-program-pocztowy",
	},
	{
		Name: "Onet",
		Domains: strings.Fields("" +
			"onet.pl onet.eu poczta.onet.pl poczta.onet.eu op.pl vp.pl autograf.pl buziaczek.pl amorki.pl " +
			"republika.pl adres.pl cyberia.pl onet.com.pl opoczta.pl pseudonim.pl spoko.pl vip.onet.pl"),
		Servers: strings.Fields("" +
			"imaps://imap.poczta.onet.pl pop3s://pop3.poczta.onet.pl submissions://smtp.poczta.onet.pl " +
			"submission://smtp.poczta.onet.pl"),
		Auth:   byPassword,
		Source: "ISPDB onet.pl.xml", Date: "2026-03-12",
	},
	{
		Name:    "BT",
		Domains: strings.Fields("btinternet.com btopenworld.com talk21.com"),
		Servers: strings.Fields("imaps://mail.btinternet.com pop3s://mail.btinternet.com submissions://mail.btinternet.com"),
		Auth:    byPassword,
		Source:  "ISPDB btinternet.com.xml", Date: "2026-03-12",
	},
	{
		Name:    "Sky",
		Domains: strings.Fields("sky.com"),
		Servers: strings.Fields("imaps://imap.tools.sky.com pop3s://pop.tools.sky.com submissions://smtp.tools.sky.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderAppPassword, "Make an app password at https://www.sky.com/sky-yahoo-mail/manage-apps and type it in place of the password."},
		},
		Source: "ISPDB sky.com.xml", Date: "2026-03-12",
		RulesSource: fairEmail + ", https://skymigrate.com/sky-email-settings-imap-smtp-pop3-app-password/",
	},
	{
		Name:    "Virgin Media",
		Domains: strings.Fields("virginmedia.com"),
		Servers: strings.Fields("imaps://imap.virginmedia.com pop3s://pop3.virginmedia.com submissions://smtp.virginmedia.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderAppPassword, "At My Virgin Media open Account settings > ID settings > Manage your products > Manage email app password, get a new one and type it in place of the password."},
		},
		Source: "ISPDB virginmedia.com.xml", Date: "2026-03-12",
		RulesSource: fairEmail + ", https://community.virginmedia.com/discussions/email/locked-out-of-email/5680204",
	},
	{
		Name:    "Proximus",
		Domains: strings.Fields("skynet.be proximus.be belgacom.net kidcity.be"),
		Servers: strings.Fields("imaps://imap.proximus.be pop3s://pop.proximus.be submission://relay.proximus.be"),
		Auth:    byPassword,
		Source:  "ISPDB skynet.be.xml", Date: "2026-03-12",
	},
	{
		Name: "KPN",
		Domains: strings.Fields("" +
			"kpnmail.nl kpnplanet.nl planet.nl wxs.nl hetnet.nl freeler.nl snelnet.net on.nl onsbrabantnet.nl " +
			"onsmail.nl onsnet.nu onsneteindhoven.nl onsnetnuenen.nl xs4all.nl telfort.nl tip.nl tiscali.nl " +
			"tiscalimail.nl"),
		Servers: strings.Fields("" +
			"imaps://imap.kpnmail.nl pop3s://pop.kpnmail.nl submissions://smtp.kpnmail.nl " +
			"submission://smtp.kpnmail.nl"),
		Auth:   byPassword,
		Source: "ISPDB kpnmail.nl.xml", Date: "2026-03-12",
	},
	{
		Name: "Ziggo",
		Domains: strings.Fields("" +
			"hahah.nl ziggomail.com casema.nl zinders.nl ziggo.nl zeggis.nl zeggis.com razcall.nl razcall.com " +
			"upcmail.nl chello.nl multiweb.nl home.nl quicknet.nl"),
		Servers: strings.Fields("imaps://imap.ziggo.nl pop3s://pop.ziggo.nl submission://smtp.ziggo.nl"),
		Auth:    byPassword,
		Source:  "ISPDB ziggo.nl.xml", Date: "2026-03-12",
	},
	{
		Name:    "SAPO",
		Domains: strings.Fields("sapo.pt sapo.cv sapo.ao sapo.mz sapo.tl meo.pt"),
		Servers: strings.Fields("imaps://imap.sapo.pt pop3s://pop.sapo.pt submissions://smtp.sapo.pt"),
		Auth:    byPassword,
		Source:  "ISPDB sapo.pt.xml", Date: "2026-03-12",
	},
}
