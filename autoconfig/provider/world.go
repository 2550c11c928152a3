package provider

import (
	"strings"

	"mailcheck/checks"
)

// worldProviders serve people everywhere, or in countries outside Europe and Asia.
var worldProviders = []Provider{
	{
		Name:    "Gmail",
		Domains: strings.Fields("gmail.com googlemail.com"),
		MX:      []string{"google.com", "googlemail.com"},
		Servers: strings.Fields("" +
			"imaps://imap.gmail.com pop3s://pop.gmail.com submissions://smtp.gmail.com " +
			"submission://smtp.gmail.com"),
		Auth:  byOAuthOrPassword,
		OAuth: &googleOAuth,
		Rules: []Rule{
			{checks.ProviderAppPassword, "Choose OAuth2 (sign in with Google) in the mail program. If it has no OAuth2, switch on 2-Step Verification, make an app password at https://myaccount.google.com/apppasswords and type it in place of the password; in Google Workspace the administrator may have forbidden that."},
		},
		Source: "ISPDB googlemail.com.xml", Date: "2026-03-12",
		RulesSource: deltaChat + ", " + fairEmail,
	},
	{ // before Outlook.com, which has the same servers: a domain outside the table is a company's
		Name:    "Microsoft 365",
		Domains: strings.Fields("office365.com onmicrosoft.com"),
		MX:      []string{"mail.protection.outlook.com", "mx.microsoft"},
		Servers: strings.Fields("imaps://outlook.office365.com pop3s://outlook.office365.com submission://smtp.office365.com"),
		Auth:    byOAuth,
		OAuth:   &microsoftOAuth,
		Rules: []Rule{
			{checks.ProviderOAuthOnly, "Choose OAuth2 (sign in with Microsoft) in the mail program, or add the account as Exchange. If the sign-in works and reading or sending is refused, the administrator has to allow IMAP or authenticated SMTP for the mailbox."},
		},
		Source: "ISPDB office365.com.xml", Date: "2026-03-12",
		RulesSource: "ISPDB office365.com.xml, Microsoft 365 message center MC786329",
	},
	{
		Name: "Outlook.com",
		Domains: strings.Fields("" +
			"hotmail.com live.com msn.com outlook.com windowslive.com outlook.at outlook.be outlook.cl outlook.cz " +
			"outlook.de outlook.dk outlook.es outlook.fr outlook.hu outlook.ie outlook.in outlook.it outlook.jp " +
			"outlook.kr outlook.lv outlook.my outlook.ph outlook.pt outlook.sa outlook.sg outlook.sk " +
			"outlook.co.id outlook.co.il outlook.co.th outlook.com.ar outlook.com.au outlook.com.br " +
			"outlook.com.gr outlook.com.tr outlook.com.vn hotmail.be hotmail.ca hotmail.cl hotmail.cz hotmail.de " +
			"hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.hu hotmail.it hotmail.lt hotmail.lv " +
			"hotmail.my hotmail.nl hotmail.no hotmail.ph hotmail.rs hotmail.se hotmail.sg hotmail.sk " +
			"hotmail.co.id hotmail.co.il hotmail.co.in hotmail.co.jp hotmail.co.kr hotmail.co.th hotmail.co.uk " +
			"hotmail.co.za hotmail.com.ar hotmail.com.au hotmail.com.br hotmail.com.hk hotmail.com.tr " +
			"hotmail.com.tw hotmail.com.vn live.at live.be live.ca live.cl live.cn live.de live.dk live.fi " +
			"live.fr live.hk live.ie live.in live.it live.jp live.nl live.no live.ru live.se live.co.jp " +
			"live.co.kr live.co.uk live.co.za live.com.ar live.com.au live.com.mx live.com.my live.com.ph " +
			"live.com.pt live.com.sg livemail.tw"),
		MX:      []string{"olc.protection.outlook.com"},
		Servers: strings.Fields("imaps://outlook.office365.com pop3s://outlook.office365.com submission://smtp-mail.outlook.com"),
		Auth:    byOAuth,
		OAuth:   &microsoftOAuth,
		Rules: []Rule{
			{checks.ProviderOAuthOnly, "Choose OAuth2 (sign in with Microsoft) in the mail program, or use one that can, such as Outlook or Thunderbird. Neither the password nor an app password works with IMAP, POP3 or SMTP."},
			{checks.ProviderIMAPSwitch, "At https://outlook.live.com open Settings > Mail > Forwarding and IMAP, and let devices and apps use IMAP (and POP, if wanted)."},
		},
		Source: "ISPDB hotmail.com.xml", Date: "2026-03-12",
		RulesSource: deltaChat + ", ISPDB hotmail.com.xml",
	},
	{
		Name:    "iCloud Mail",
		Domains: strings.Fields("mac.com me.com icloud.com"),
		MX:      []string{"mail.icloud.com"},
		Servers: strings.Fields("imaps://%EMAILLOCALPART%@imap.mail.me.com submission://smtp.mail.me.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderAppPassword, "Make an app-specific password at https://account.apple.com (Sign-In and Security > App-Specific Passwords) and type it in place of the password. The user name for IMAP is the part of the iCloud address before the @, for SMTP the whole iCloud address."},
		},
		// support.apple.com/en-us/102525: the name of the iCloud Mail address, also for an address in a custom domain.
		OwnName: "The user name is that of the iCloud account: for IMAP the part of the @icloud.com address before the @, for SMTP the whole @icloud.com address. The address in the domain is refused as a user name; it is only the sender.",
		Source:  "ISPDB me.com.xml", Date: "2026-03-12",
		RulesSource: deltaChat + ", " + fairEmail,
	},
	{
		Name: "Yahoo Mail",
		Domains: strings.Fields("" +
			"yahoo.com yahoo.ca yahoo.de yahoo.it yahoo.fr yahoo.es yahoo.se yahoo.co.in yahoo.co.uk yahoo.co.nz " +
			"yahoo.com.au yahoo.com.ar yahoo.com.br yahoo.com.mx ymail.com myyahoo.com rocketmail.com cox.net"),
		MX: []string{"am0.yahoodns.net"},
		Servers: strings.Fields("" +
			"imaps://imap.mail.yahoo.com pop3s://pop.mail.yahoo.com submissions://smtp.mail.yahoo.com " +
			"submission://smtp.mail.yahoo.com"),
		Auth:  byOAuthOrPassword,
		OAuth: &yahooOAuth,
		Rules: []Rule{
			{checks.ProviderAppPassword, "Choose OAuth2 in the mail program if it offers that. If not, make an app password at https://login.yahoo.com/account/security (Account security > Generate app password) and type it in place of the password."},
		},
		Source: "ISPDB yahoo.com.xml", Date: "2026-03-12",
		RulesSource: deltaChat + ", " + fairEmail,
	},
	{
		Name:    "Yahoo! Japan",
		Domains: strings.Fields("yahoo.co.jp"),
		Servers: strings.Fields("pop3s://%EMAILLOCALPART%@pop.mail.yahoo.co.jp submissions://%EMAILLOCALPART%@smtp.mail.yahoo.co.jp"),
		Auth:    byPassword,
		Source:  "ISPDB yahoo.co.jp.xml", Date: "2026-03-12",
	},
	{
		Name: "AOL Mail",
		Domains: strings.Fields("" +
			"aol.com aim.com netscape.net netscape.com compuserve.com cs.com wmconnect.com aol.de aol.it aol.fr " +
			"aol.es aol.se aol.co.uk aol.co.nz aol.com.au aol.com.ar aol.com.br aol.com.mx verizon.net"),
		MX:      []string{"gm0.yahoodns.net"},
		Servers: strings.Fields("imaps://imap.aol.com pop3s://pop.aol.com submissions://smtp.aol.com"),
		Auth:    byOAuthOrPassword,
		OAuth:   &aolOAuth,
		Rules: []Rule{
			{checks.ProviderAppPassword, "Choose OAuth2 in the mail program if it offers that. If not, make an app password at https://login.aol.com/account/security (Account security > Generate app password) and type it in place of the password."},
		},
		Source: "ISPDB aol.com.xml, ISPDB verizon.net.xml", Date: "2026-03-12",
		RulesSource: deltaChat + ", " + fairEmail,
	},
	{
		Name: "mail.com",
		Domains: strings.Fields("" +
			"mail.com mail.org email.com post.com usa.com accountant.com consultant.com dr.com engineer.com " +
			"cheerful.com techie.com linuxmail.org europe.com london.com uymail.com myself.com iname.com " +
			"writeme.com 2die4.com activist.com adexec.com africamail.com aircraftmail.com alabama.usa.com " +
			"alaska.usa.com allergist.com alumni.com alumnidirector.com americamail.com amorous.com angelic.com " +
			"archaeologist.com arizona.usa.com artlover.com asia-mail.com atheist.com australiamail.com " +
			"bartender.net berlin.com bigger.com bikerider.com birdlover.com blader.com boardermail.com " +
			"brazilmail.com brew-master.com california.usa.com californiamail.com caress.com catlover.com " +
			"chef.net chemist.com chinamail.com clerk.com cliffhanger.com collector.org columnist.com comic.com " +
			"computer4u.com contractor.net coolsite.net counsellor.com count.com couple.com cutey.com " +
			"cyberdude.com cybergal.com cyber-wizard.com dallasmail.com dbzmail.com deliveryman.com diplomats.com " +
			"disciples.com doctor.com doglover.com doramail.com dublin.com earthling.net elvisfan.com " +
			"englandmail.com europemail.com execs.com fan.com feelings.com financier.com fireman.net " +
			"florida.usa.com footballer.com gardener.com geologist.com germanymail.com graduate.org " +
			"graphic-designer.com hackermail.com hairdresser.net hilarious.com hockeymail.com homemail.com " +
			"hot-shot.com hour.com humanoid.net illinois.usa.com innocent.com inorbit.com instruction.com " +
			"instructor.net insurer.com irelandmail.com italymail.com japan.com journalist.com keromail.com " +
			"kittymail.com koreamail.com lawyer.com legislator.com loveable.com lovecat.com mad.scientist.com " +
			"madonnafan.com madrid.com marchmail.com mexicomail.com mindless.com minister.com mobsters.com " +
			"monarchy.com moscowmail.com munich.com musician.org muslim.com newyork.usa.com null.net nycmail.com " +
			"oath.com optician.com pacificwest.com petlover.com photographer.net playful.com poetic.com " +
			"politician.com popstar.com presidency.com priest.com programmer.net publicist.com realtyagent.com " +
			"reborn.com reggaefan.com religious.com repairman.com representative.com rescueteam.com revenue.com " +
			"rocketship.com rockfan.com rome.com royal.net saintly.com salesperson.net sanfranmail.com " +
			"scientist.com scotlandmail.com secretary.net seductive.com singapore.com snakebite.com " +
			"songwriter.net soon.com spainmail.com teachers.org technologist.com texas.usa.com thegame.com " +
			"therapist.net toke.com tokyo.com toothfairy.com tvstar.com umpire.com wallet.com webname.com " +
			"weirdness.com who.net whoever.com winning.com witty.com worker.com workmail.com yours.com"),
		MX:      []string{"mail.com"},
		Servers: strings.Fields("imaps://imap.mail.com pop3s://pop.mail.com submissions://smtp.mail.com submission://smtp.mail.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderPaidOnly, "Use the web site or mail.com's own app, or order mail.com Premium."},
			{checks.ProviderIMAPSwitch, "With mail.com Premium, open the settings of the mailbox at https://www.mail.com and allow access by POP3 and IMAP."},
		},
		Source: "ISPDB mail.com.xml, " + mxsniff, Date: "2026-03-12",
		RulesSource: deltaChat + ", " + fairEmail,
	},
	{
		Name: "Fastmail",
		Domains: strings.Fields("" +
			"123mail.org 150mail.com 150ml.com 16mail.com 2-mail.com 4email.net 50mail.com airpost.net " +
			"allmail.net bestmail.us cluemail.com elitemail.org emailcorner.net emailengine.net emailengine.org " +
			"emailgroups.net emailplus.org emailuser.net eml.cc f-m.fm fast-email.com fast-mail.org fastem.com " +
			"fastemail.us fastemailer.com fastest.cc fastimap.com fastmail.cn fastmail.co.uk fastmail.com " +
			"fastmail.com.au fastmail.de fastmail.es fastmail.fm fastmail.fr fastmail.im fastmail.in fastmail.jp " +
			"fastmail.mx fastmail.net fastmail.nl fastmail.org fastmail.se fastmail.to fastmail.tw fastmail.uk " +
			"fastmail.us fastmailbox.net fastmessaging.com fea.st fmail.co.uk fmailbox.com fmgirl.com fmguy.com " +
			"ftml.net h-mail.us hailmail.net imap-mail.com imap.cc imapmail.org inoutbox.com internet-e-mail.com " +
			"internet-mail.org internetemails.net internetmailing.net jetemail.net justemail.net letterboxes.org " +
			"mail-central.com mail-page.com mailandftp.com mailas.com mailbolt.com mailc.net mailcan.com " +
			"mailforce.net mailftp.com mailhaven.com mailingaddress.org mailite.com mailmight.com mailnew.com " +
			"mailsent.net mailservice.ms mailup.net mailworks.org ml1.net mm.st myfastmail.com mymacmail.com " +
			"nospammail.net ownmail.net petml.com postinbox.com postpro.net proinbox.com promessage.com " +
			"realemail.net reallyfast.biz reallyfast.info rushpost.com sent.as sent.at sent.com speedpost.net " +
			"speedymail.org ssl-mail.com swift-mail.com the-fastest.net the-quickest.com theinternetemail.com " +
			"veryfast.biz veryspeedy.net warpmail.net xsmail.com yepmail.net your-mail.com messagingengine.com"),
		MX:      []string{"messagingengine.com"},
		Servers: strings.Fields("imaps://imap.fastmail.com pop3s://pop.fastmail.com submissions://smtp.fastmail.com"),
		Auth:    byOAuthOrPassword,
		OAuth:   &fastmailOAuth,
		Rules: []Rule{
			{checks.ProviderAppPassword, "Make an app password at https://app.fastmail.com/settings/security (Settings > Privacy & Security > App passwords) and type it in place of the password of the web site, which is never accepted. The Basic plan has no access for mail programs."},
		},
		Source: "ISPDB messagingengine.com.xml, " + deltaChat, Date: "2026-03-12",
		RulesSource: deltaChat + ", " + fairEmail,
	},
	{
		Name:    "Thundermail",
		Domains: strings.Fields("thundermail.com tb.pro"),
		MX:      []string{"mail.thundermail.com"},
		Servers: strings.Fields("imaps://mail.thundermail.com submissions://mail.thundermail.com"),
		Auth:    byOAuth,
		OAuth:   &thundermailOAuth,
		Rules: []Rule{
			{checks.ProviderOAuthOnly, "Choose OAuth2 in the mail program and sign in on the page of Thunderbird Pro that opens."},
		},
		Source: "thunderbird/thunderbird-desktop OAuth2Providers.sys.mjs", Date: "2026-11-22",
		RulesSource: "thunderbird/thunderbird-desktop OAuth2Providers.sys.mjs",
	},
	{
		Name:    "Zoho Mail (zoho.com)",
		Domains: strings.Fields("zoho.com zohomail.com"),
		Servers: strings.Fields("imaps://imap.zoho.com pop3s://pop.zoho.com submissions://smtp.zoho.com submission://smtp.zoho.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zoho.com open Settings > Mail Accounts > IMAP, and switch IMAP access on (POP likewise)."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zoho.com (Security > App Passwords) and type it in place of the password."},
		},
		Source: "ISPDB zoho.com.xml", Date: "2026-03-12",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Zoho Mail (zoho.eu)",
		Domains: strings.Fields("zoho.eu zohomail.eu"),
		Servers: strings.Fields("imaps://imap.zoho.eu pop3s://pop.zoho.eu submissions://smtp.zoho.eu submission://smtp.zoho.eu"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zoho.eu open Settings > Mail Accounts > IMAP, and switch IMAP access on (POP likewise)."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zoho.eu (Security > App Passwords) and type it in place of the password."},
		},
		Source: "ISPDB zoho.eu.xml", Date: "2026-03-12",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Zoho Mail (zoho.in)",
		Domains: strings.Fields("zoho.in zohomail.in"),
		Servers: strings.Fields("imaps://imap.zoho.in pop3s://pop.zoho.in submissions://smtp.zoho.in submission://smtp.zoho.in"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zoho.in open Settings > Mail Accounts > IMAP, and switch IMAP access on (POP likewise)."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zoho.in (Security > App Passwords) and type it in place of the password."},
		},
		Source: "ISPDB zoho.in.xml", Date: "2026-03-12",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Zoho Mail (zoho.jp)",
		Domains: strings.Fields("zoho.jp zohomail.jp"),
		Servers: strings.Fields("imaps://imap.zoho.jp pop3s://pop.zoho.jp submissions://smtp.zoho.jp submission://smtp.zoho.jp"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zoho.jp open Settings > Mail Accounts > IMAP, and switch IMAP access on (POP likewise)."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zoho.jp (Security > App Passwords) and type it in place of the password."},
		},
		Source: "ISPDB zoho.jp.xml", Date: "2026-03-12",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Zoho Mail (zoho.com.au)",
		Domains: strings.Fields("zoho.com.au zohomail.com.au"),
		Servers: strings.Fields("" +
			"imaps://imap.zoho.com.au pop3s://pop.zoho.com.au submissions://smtp.zoho.com.au " +
			"submission://smtp.zoho.com.au"),
		Auth: byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zoho.com.au open Settings > Mail Accounts > IMAP, and switch IMAP access on (POP likewise)."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zoho.com.au (Security > App Passwords) and type it in place of the password."},
		},
		Source: "ISPDB zoho.com.au.xml", Date: "2026-03-12",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Zoho Mail Canada",
		Domains: strings.Fields("zohocloud.ca zohomailcloud.ca"),
		Servers: strings.Fields("" +
			"imaps://imap.zohocloud.ca pop3s://pop.zohocloud.ca submissions://smtp.zohocloud.ca " +
			"submission://smtp.zohocloud.ca"),
		Auth: byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zohocloud.ca open Settings > Mail Accounts > IMAP, and switch IMAP access on (POP likewise)."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zohocloud.ca (Security > App Passwords) and type it in place of the password."},
		},
		Source: "ISPDB zohocloud.ca.xml", Date: "2026-03-12",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Yandex Mail",
		Domains: strings.Fields("yandex.ru yandex.com yandex.net yandex.by yandex.kz yandex.ua ya.ru narod.ru"),
		MX:      []string{"mx.yandex.net", "mx.yandex.ru"},
		Servers: strings.Fields("imaps://imap.yandex.com pop3s://pop.yandex.com submissions://smtp.yandex.com"),
		Auth:    byPassword,
		OAuth:   &yandexOAuth,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.yandex.com open Settings > Email clients, and switch IMAP on."},
			{checks.ProviderAppPassword, "Make an app password of the kind Mail at https://id.yandex.com/security/app-passwords and type it in place of the password."},
		},
		Source: "ISPDB yandex.ru.xml", Date: "2026-03-12",
		RulesSource: deltaChat + ", " + fairEmail,
	},
	{
		Name:    "Mail.ru",
		Domains: strings.Fields("mail.ru inbox.ru list.ru bk.ru internet.ru corp.mail.ru"),
		MX:      []string{"emx.mail.ru", "mxs.mail.ru"},
		Servers: strings.Fields("imaps://imap.mail.ru pop3s://pop.mail.ru submissions://smtp.mail.ru submission://smtp.mail.ru"),
		Auth:    byOAuthOrPassword,
		OAuth:   &mailruOAuth,
		Rules: []Rule{
			{checks.ProviderAppPassword, "Make a password for external applications at https://account.mail.ru/user/2-step-auth/passwords and type it in place of the password."},
		},
		Source: "ISPDB mail.ru.xml", Date: "2026-03-12",
		RulesSource: deltaChat,
	},
	{
		Name:    "Rambler",
		Domains: strings.Fields("rambler.ru autorambler.ru myrambler.ru rambler.ua lenta.ru ro.ru r0.ru"),
		Servers: strings.Fields("imaps://imap.rambler.ru pop3s://pop.rambler.ru submissions://smtp.rambler.ru"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.rambler.ru open the settings and allow access for mail programs."},
		},
		Source: "ISPDB rambler.ru.xml, " + deltaChat, Date: "2026-03-12",
		RulesSource: deltaChat + ", " + fairEmail,
	},
	{
		Name:    "Telstra",
		Domains: strings.Fields("bigpond.com bigpond.net.au telstra.com bigpond.net"),
		Servers: strings.Fields("imaps://imap.telstra.com pop3s://pop.telstra.com submissions://smtp.telstra.com"),
		Auth:    byPassword,
		Source:  "ISPDB bigpond.com.xml", Date: "2026-03-12",
	},
	{
		Name:    "Xtra",
		Domains: strings.Fields("xtra.co.nz"),
		Servers: strings.Fields("imaps://imap.xtra.co.nz pop3s://pop3.xtra.co.nz submissions://send.xtra.co.nz"),
		Auth:    byPassword,
		Source:  "ISPDB xtra.co.nz.xml", Date: "2026-03-12",
	},
	{
		Name:    "Proton Mail",
		Domains: strings.Fields("proton.me protonmail.com protonmail.ch pm.me"),
		MX:      []string{"protonmail.ch"},
		Rules: []Rule{
			{checks.ProviderNoIMAP, "Use Proton's own apps or https://mail.proton.me. On a computer, a paid account can run Proton Mail Bridge (https://proton.me/mail/bridge), which gives a mail program on the same computer IMAP at 127.0.0.1:1143 and SMTP at 127.0.0.1:1025, with the password that Bridge shows."},
		},
		Source: "https://proton.me/support/imap-smtp-and-pop3-setup", Date: "2026-11-22",
		RulesSource: deltaChat,
	},
	{
		Name:    "Tuta",
		Domains: strings.Fields("tuta.com tutanota.com tutanota.de tutamail.com tuta.io keemail.me"),
		MX:      []string{"tutanota.de"},
		Rules: []Rule{
			{checks.ProviderNoIMAP, "Use Tuta's own apps for computer and phone (https://tuta.com) or its web site; no other mail program can read a Tuta mailbox."},
		},
		Source: "https://tuta.com/support/howto", Date: "2026-11-22",
		RulesSource: deltaChat,
	},
	{
		Name:    "HEY",
		Domains: strings.Fields("hey.com"),
		MX:      []string{"app.hey.com"},
		Rules: []Rule{
			{checks.ProviderNoIMAP, "Use HEY's own apps (https://www.hey.com/apps/) or its web site; no other mail program can read a HEY mailbox."},
		},
		Source: "https://www.hey.com/faqs/", Date: "2026-11-22",
		RulesSource: deltaChat,
	},
	{
		Name:    "VK Mail",
		Domains: strings.Fields("vk.com"),
		Servers: strings.Fields("imaps://imap.mail.ru submissions://smtp.mail.ru"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderAppPassword, "Make a password for external applications at https://account.mail.ru/user/2-step-auth/passwords and type it in place of the password."},
		},
		Source: deltaChat, Date: "2026-11-22",
		RulesSource: deltaChat,
	},
	{
		Name:    "TPG",
		Domains: strings.Fields("tpg.com.au"),
		Servers: strings.Fields("imaps://mail.tpg.com.au submissions://mail.tpg.com.au"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "Runbox",
		Domains: strings.Fields("runbox.com"),
		MX:      []string{"mx.runbox.com"},
		Servers: strings.Fields("imaps://mail.runbox.com submissions://mail.runbox.com"),
		Auth:    byPassword,
		Source:  fairEmail + ", " + mxsniff, Date: "2026-11-22",
	},
	{
		Name:    "Purelymail",
		Domains: strings.Fields("purelymail.com cheapermail.com placeq.com rethinkmail.com worldofmail.com"),
		Servers: strings.Fields("imaps://imap.purelymail.com submissions://smtp.purelymail.com"),
		Auth:    byPassword,
		Source:  deltaChat + ", " + fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "Disroot",
		Domains: strings.Fields("disroot.org"),
		Servers: strings.Fields("imaps://%EMAILLOCALPART%@disroot.org submission://%EMAILLOCALPART%@disroot.org"),
		Auth:    byPassword,
		Source:  deltaChat, Date: "2026-11-22",
	},
	{
		Name:    "Riseup",
		Domains: strings.Fields("riseup.net"),
		Servers: strings.Fields("imaps://mail.riseup.net submissions://mail.riseup.net"),
		Auth:    byPassword,
		Source:  deltaChat + ", " + fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "Vivaldi",
		Domains: strings.Fields("vivaldi.net"),
		Servers: strings.Fields("imap://imap.vivaldi.net submission://smtp.vivaldi.net"),
		Auth:    byPassword,
		Source:  deltaChat, Date: "2026-11-22",
	},
}
