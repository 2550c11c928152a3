package provider

import (
	"strings"

	"mailcheck/checks"
)

// wantsID is what users of NetEase have to know (himalaya issue 651, imapclient issue 544).
const wantsID = "Use a mail program that sends ID, as Thunderbird, Outlook, Apple Mail and FairEmail do: NetEase calls all others an unsafe login and opens no folder."

// asianProviders are the large mail providers of Asia.
var asianProviders = []Provider{
	{
		Name:    "QQ Mail",
		Domains: strings.Fields("qq.com foxmail.com vip.qq.com"),
		Servers: strings.Fields("imaps://imap.qq.com submissions://smtp.qq.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.qq.com open Settings and switch IMAP/SMTP on."},
			{checks.ProviderAppPassword, "Make an authorization code in the settings at https://mail.qq.com, where IMAP/SMTP is switched on, and type it in place of the password."},
		},
		Source: "ISPDB qq.com.xml", Date: "2026-03-12",
		RulesSource: deltaChat,
	},
	{
		Name:    "Tencent Exmail",
		MX:      []string{"mxbiz1.qq.com", "mxbiz2.qq.com"},
		Servers: strings.Fields("imaps://imap.exmail.qq.com pop3s://pop.exmail.qq.com submissions://smtp.exmail.qq.com"),
		Auth:    byPassword,
		Source:  "https://open.work.weixin.qq.com/help", Date: "2026-11-22",
	},
	{
		Name:    "NetEase 163",
		Domains: strings.Fields("163.com"),
		Servers: strings.Fields("imaps://imap.163.com submissions://smtp.163.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.163.com open Settings and switch POP3/SMTP/IMAP on."},
			{checks.ProviderAppPassword, "Make an authorization code in the settings at https://mail.163.com, where POP3/SMTP/IMAP is switched on, and type it in place of the password."},
			{checks.LoginWantsID, wantsID},
		},
		Source: "ISPDB 163.com.xml", Date: "2026-03-12",
		RulesSource: deltaChat,
	},
	{
		Name:    "NetEase 126",
		Domains: strings.Fields("126.com"),
		Servers: strings.Fields("imaps://imap.126.com submissions://smtp.126.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.126.com open Settings and switch POP3/SMTP/IMAP on."},
			{checks.ProviderAppPassword, "Make an authorization code in the settings at https://mail.126.com, where POP3/SMTP/IMAP is switched on, and type it in place of the password."},
			{checks.LoginWantsID, wantsID},
		},
		Source: "ISPDB 126.com.xml", Date: "2026-03-12",
		RulesSource: deltaChat,
	},
	{
		Name:    "NetEase yeah.net",
		Domains: strings.Fields("yeah.net"),
		Servers: strings.Fields("imaps://imap.yeah.net submissions://smtp.yeah.net"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://www.yeah.net open Settings and switch POP3/SMTP/IMAP on."},
			{checks.ProviderAppPassword, "Make an authorization code in the settings at https://www.yeah.net, where POP3/SMTP/IMAP is switched on, and type it in place of the password."},
			{checks.LoginWantsID, wantsID},
		},
		Source: "ISPDB yeah.net.xml", Date: "2026-03-12",
		RulesSource: deltaChat,
	},
	{
		Name:    "Naver",
		Domains: strings.Fields("naver.com"),
		Servers: strings.Fields("imaps://imap.naver.com pop3s://pop.naver.com submissions://smtp.naver.com"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.naver.com open the mail settings > POP3/IMAP settings, and switch IMAP on."},
			{checks.ProviderAppPassword, "In the Naver account open Security > 2-Step Verification and switch it on. Then make an application password there and type it in place of the password."},
		},
		Source: "ISPDB naver.com.xml", Date: "2026-03-12",
		RulesSource: deltaChat + ", https://10wontips.blogspot.com/2025/08/update-your-naver-mail-password-to.html",
	},
	{
		Name:    "Daum Mail",
		Domains: strings.Fields("daum.net hanmail.net"),
		Servers: strings.Fields("imaps://imap.daum.net submissions://smtp.daum.net"),
		Auth:    byPassword,
		Rules: []Rule{
			{checks.ProviderIMAPSwitch, "At https://mail.daum.net open Settings > IMAP/POP3, and switch IMAP on."},
			{checks.ProviderAppPassword, "Make an app password in the Kakao account's security settings (two-step sign-in) and type it in place of the password."},
		},
		Source: "ISPDB daum.net.xml", Date: "2026-03-12",
		RulesSource: "https://docs.channel.io/campaignus/ko (Daum)",
	},
	{
		Name:    "Rediffmail",
		Domains: strings.Fields("rediffmail.com"),
		Servers: strings.Fields("pop3s://pop.rediffmail.com submissions://smtp.rediffmail.com"),
		Auth:    byPassword,
		Source:  "ISPDB rediffmail.com.xml", Date: "2026-03-12",
	},
	{
		Name:    "Alibaba Mail",
		Domains: strings.Fields("aliyun.com"),
		Servers: strings.Fields("imaps://imap.aliyun.com submissions://smtp.aliyun.com"),
		Auth:    byPassword,
		Source:  deltaChat, Date: "2026-11-22",
	},
	{
		Name:    "BIGLOBE",
		Domains: strings.Fields("biglobe.ne.jp"),
		Servers: strings.Fields("pop3s://mail.biglobe.ne.jp submissions://mail.biglobe.ne.jp"),
		Auth:    byPassword,
		Source:  "ISPDB biglobe.ne.jp.xml", Date: "2026-03-12",
	},
	{
		Name:    "OCN",
		Domains: strings.Fields("ocn.ne.jp ocn.ad.jp"),
		Servers: strings.Fields("pop3s://pop.ocn.ne.jp submissions://smtp.ocn.ne.jp"),
		Auth:    byPassword,
		Source:  "ISPDB ocn.ne.jp.xml", Date: "2026-03-12",
	},
	{
		Name:    "SoftBank",
		Domains: strings.Fields("i.softbank.jp"),
		Servers: strings.Fields("imaps://%EMAILLOCALPART%@imap.softbank.jp submissions://%EMAILLOCALPART%@smtp.softbank.jp"),
		Auth:    byPassword,
		Source:  "ISPDB i.softbank.jp.xml", Date: "2026-03-12",
	},
}
