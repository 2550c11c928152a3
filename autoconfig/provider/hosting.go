package provider

import (
	"strings"

	"mailcheck/checks"
)

// hostingProviders run mail for other people's domains, which are known by their mail
// exchangers.
var hostingProviders = []Provider{
	{
		Name:    "OVHcloud",
		Domains: strings.Fields("ovh.net"),
		MX:      []string{"ovh.net"},
		Servers: strings.Fields("imaps://ssl0.ovh.net pop3s://ssl0.ovh.net submissions://ssl0.ovh.net"),
		Auth:    byPassword,
		Source:  "ISPDB ovh.net.xml", Date: "2026-03-12",
	},
	{
		Name:    "IONOS",
		MX:      []string{"kundenserver.de", "ionos.de"},
		Servers: strings.Fields("imaps://imap.ionos.de pop3s://pop.ionos.de submissions://smtp.ionos.de submission://smtp.ionos.de"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
	{
		Name: "IONOS international",
		MX:   []string{"ionos.com", "perfora.net"},
		Servers: strings.Fields("" +
			"imaps://imap.ionos.com pop3s://pop.ionos.com submissions://smtp.ionos.com " +
			"submission://smtp.ionos.com"),
		Auth:   byPassword,
		Source: fairEmail, Date: "2026-11-22",
	},
	{
		Name: "Strato",
		MX:   []string{"rzone.de"},
		Servers: strings.Fields("" +
			"imaps://imap.strato.de pop3s://pop3.strato.de submissions://smtp.strato.de " +
			"submission://smtp.strato.de"),
		Auth:   byPassword,
		Source: "ISPDB strato.de.xml", Date: "2026-03-12",
	},
	{
		Name:    "Hetzner",
		MX:      []string{"your-server.de"},
		Servers: strings.Fields("imaps://mail.your-server.de submissions://mail.your-server.de"),
		Auth:    byPassword,
		Source:  "ISPDB hetzner.de.xml", Date: "2026-03-12",
	},
	{
		Name:    "Domainfactory",
		MX:      []string{"ispgateway.de"},
		Servers: strings.Fields("imaps://sslin.df.eu pop3s://sslin.df.eu submissions://sslout.df.eu"),
		Auth:    byPassword,
		Source:  "ISPDB df.eu.xml", Date: "2026-03-12",
	},
	{
		Name: "Mittwald",
		MX:   []string{"agenturserver.de"},
		Servers: strings.Fields("" +
			"imaps://mail.agenturserver.de pop3s://mail.agenturserver.de submissions://mail.agenturserver.de " +
			"submission://mail.agenturserver.de"),
		Auth:   byPassword,
		Source: fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "Rackspace",
		MX:      []string{"emailsrvr.com"},
		Servers: strings.Fields("imaps://secure.emailsrvr.com submissions://secure.emailsrvr.com"),
		Auth:    byPassword,
		Source:  "ISPDB emailsrvr.com.xml", Date: "2026-03-12",
	},
	{
		Name:    "GoDaddy",
		MX:      []string{"secureserver.net"},
		Servers: strings.Fields("imaps://imap.secureserver.net pop3s://pop.secureserver.net submissions://smtpout.secureserver.net"),
		Auth:    byPassword,
		Source:  "ISPDB wildwestdomains.com.xml", Date: "2026-03-12",
	},
	{
		Name:    "Gandi",
		Domains: strings.Fields("gandi.net"),
		MX:      []string{"mail.gandi.net"},
		Servers: strings.Fields("" +
			"imaps://mail.gandi.net pop3s://mail.gandi.net submissions://mail.gandi.net " +
			"submission://mail.gandi.net"),
		Auth:   byPassword,
		Source: "ISPDB gandi.net.xml", Date: "2026-03-12",
	},
	{
		Name:    "one.com",
		Domains: strings.Fields("one.com"),
		MX:      []string{"one.com"},
		Servers: strings.Fields("imaps://imap.one.com submissions://send.one.com"),
		Auth:    byPassword,
		Source:  "ISPDB one.com.xml", Date: "2026-03-12",
	},
	{
		Name:    "Websupport",
		Domains: strings.Fields("websupport.sk"),
		Servers: strings.Fields("imaps://imap.websupport.sk pop3s://pop.websupport.sk submissions://smtp.websupport.sk"),
		Auth:    byPassword,
		Source:  "ISPDB websupport.sk.xml", Date: "2026-03-12",
	},
	{
		Name: "Hostinger",
		MX:   []string{"hostinger.com"},
		Servers: strings.Fields("" +
			"imaps://imap.hostinger.com pop3s://pop.hostinger.com submissions://smtp.hostinger.com " +
			"submission://smtp.hostinger.com"),
		Auth:   byPassword,
		Source: "https://support.hostinger.com", Date: "2026-11-22",
	},
	{
		Name:    "Soverin",
		Domains: strings.Fields("soverin.net"),
		MX:      []string{"soverin.net"},
		Servers: strings.Fields("imaps://imap.soverin.net submissions://smtp.soverin.net submission://smtp.soverin.net"),
		Auth:    byPassword,
		Source:  "https://soverin.com/help", Date: "2026-11-22",
	},
	{
		Name:    "OX Cloud",
		MX:      []string{"cloudeu.xion.oxcs.net"},
		Servers: strings.Fields("imaps://imap.eu.appsuite.cloud pop3s://pop.eu.appsuite.cloud submission://smtp.eu.appsuite.cloud"),
		Auth:    byPassword,
		Source:  "ISPDB oxcloud-eu.xml", Date: "2026-03-12",
	},
	{
		Name:    "Pobox",
		Domains: strings.Fields("pobox.com"),
		MX:      []string{"pobox.com"},
		Servers: strings.Fields("" +
			"imaps://mail.pobox.com pop3s://mail.pobox.com submissions://smtp.pobox.com " +
			"submission://smtp.pobox.com"),
		Auth:   byPassword,
		Source: "ISPDB pobox.com.xml", Date: "2026-03-12",
	},
	{
		Name:    "OX Cloud (USA)",
		MX:      []string{"cloudus.xion.oxcs.net"},
		Servers: strings.Fields("imaps://imap.us.appsuite.cloud pop3s://pop.us.appsuite.cloud submission://smtp.us.appsuite.cloud"),
		Auth:    byPassword,
		Source:  "ISPDB oxcloud-us.xml", Date: "2026-03-12",
	},
	{
		Name:    "IONOS UK",
		MX:      []string{"ionos.co.uk"},
		Servers: strings.Fields("imaps://imap.ionos.co.uk submissions://smtp.ionos.co.uk"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "IONOS France",
		MX:      []string{"ionos.fr"},
		Servers: strings.Fields("imaps://imap.ionos.fr submissions://smtp.ionos.fr"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "Namecheap Private Email",
		MX:      []string{"privateemail.com"},
		Servers: strings.Fields("imaps://mail.privateemail.com submissions://mail.privateemail.com"),
		Auth:    byPassword,
		Source:  fairEmail + ", " + mxsniff, Date: "2026-11-22",
	},
	{
		Name:    "Migadu",
		Domains: strings.Fields("migadu.com"),
		MX:      []string{"migadu.com"},
		Servers: strings.Fields("imaps://imap.migadu.com submissions://smtp.migadu.com submission://smtp.migadu.com"),
		Auth:    byPassword,
		Source:  deltaChat + ", " + mxsniff, Date: "2026-11-22",
	},
	{
		Name:    "DreamHost",
		MX:      []string{"dreamhost.com"},
		Servers: strings.Fields("imaps://imap.dreamhost.com submissions://smtp.dreamhost.com"),
		Auth:    byPassword,
		Source:  fairEmail + ", " + mxsniff, Date: "2026-11-22",
	},
	{
		Name:    "Mijndomein",
		MX:      []string{"mijndomein.nl"},
		Servers: strings.Fields("imaps://mail.mijndomein.nl submissions://mail.mijndomein.nl"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "Greensta",
		MX:      []string{"greensta.de"},
		Servers: strings.Fields("imaps://mail.greensta.de submissions://mail.greensta.de"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "Namirial (Sicurezza Postale)",
		MX:      []string{"sicurezzapostale.it"},
		Servers: strings.Fields("imaps://imaps.sicurezzapostale.it submissions://smtps.sicurezzapostale.it"),
		Auth:    byPassword,
		Source:  fairEmail, Date: "2026-11-22",
	},
	{
		Name:    "Zoho Mail for organizations (zoho.com)",
		MX:      []string{"zoho.com", "zohomail.com"},
		Servers: strings.Fields("imaps://imappro.zoho.com submissions://smtppro.zoho.com submission://smtppro.zoho.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zoho.com open Settings > Mail Accounts > IMAP, and switch IMAP access on. If it is not there, the plan does not include it, or the administrator has forbidden it."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zoho.com (Security > App Passwords) and type it in place of the password."},
		},
		Source: "https://www.zoho.com/mail/help/imap-access.html", Date: "2026-11-22",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Zoho Mail for organizations (zoho.eu)",
		MX:      []string{"zoho.eu"},
		Servers: strings.Fields("imaps://imappro.zoho.eu submissions://smtppro.zoho.eu submission://smtppro.zoho.eu"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zoho.eu open Settings > Mail Accounts > IMAP, and switch IMAP access on. If it is not there, the plan does not include it, or the administrator has forbidden it."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zoho.eu (Security > App Passwords) and type it in place of the password."},
		},
		Source: "https://www.zoho.com/mail/help/imap-access.html", Date: "2026-11-22",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Zoho Mail for organizations (zoho.in)",
		MX:      []string{"zoho.in"},
		Servers: strings.Fields("imaps://imappro.zoho.in submissions://smtppro.zoho.in submission://smtppro.zoho.in"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zoho.in open Settings > Mail Accounts > IMAP, and switch IMAP access on. If it is not there, the plan does not include it, or the administrator has forbidden it."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zoho.in (Security > App Passwords) and type it in place of the password."},
		},
		Source: "https://www.zoho.com/mail/help/imap-access.html", Date: "2026-11-22",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Zoho Mail for organizations (zoho.jp)",
		MX:      []string{"zoho.jp"},
		Servers: strings.Fields("imaps://imappro.zoho.jp submissions://smtppro.zoho.jp submission://smtppro.zoho.jp"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zoho.jp open Settings > Mail Accounts > IMAP, and switch IMAP access on. If it is not there, the plan does not include it, or the administrator has forbidden it."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zoho.jp (Security > App Passwords) and type it in place of the password."},
		},
		Source: "https://www.zoho.com/mail/help/imap-access.html", Date: "2026-11-22",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Zoho Mail for organizations (zoho.com.au)",
		MX:      []string{"zoho.com.au"},
		Servers: strings.Fields("imaps://imappro.zoho.com.au submissions://smtppro.zoho.com.au submission://smtppro.zoho.com.au"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zoho.com.au open Settings > Mail Accounts > IMAP, and switch IMAP access on. If it is not there, the plan does not include it, or the administrator has forbidden it."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zoho.com.au (Security > App Passwords) and type it in place of the password."},
		},
		Source: "https://www.zoho.com/mail/help/imap-access.html", Date: "2026-11-22",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
	{
		Name:    "Zoho Mail for organizations (zohocloud.ca)",
		MX:      []string{"zohocloud.ca"},
		Servers: strings.Fields("imaps://imappro.zohocloud.ca submissions://smtppro.zohocloud.ca submission://smtppro.zohocloud.ca"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.zohocloud.ca open Settings > Mail Accounts > IMAP, and switch IMAP access on. If it is not there, the plan does not include it, or the administrator has forbidden it."},
			{checks.ProviderAppPassword2FA, "Make an application-specific password at https://accounts.zohocloud.ca (Security > App Passwords) and type it in place of the password."},
		},
		Source: "https://www.zoho.com/mail/help/imap-access.html", Date: "2026-11-22",
		RulesSource: "https://www.zoho.com/mail/help/imap-access.html",
	},
}
