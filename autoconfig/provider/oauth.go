package provider

import (
	"net/url"
	"slices"
	"strings"

	"mailcheck"
)

// Where the large providers give leave to log in (RFC 6749). The issuers are
// written the way their own metadata spells them, where they publish any. A
// client needs an id of its own from each of them; those of other programs are
// not for us to use. They were compared on 2026-11-22 with what Thunderbird has
// built in (thunderbird/thunderbird-desktop, OAuth2Providers.sys.mjs), with
// Thunderbird for Android (TbOAuthConfigurationFactory.kt) and with M66B/FairEmail
// (providers.xml).
var (
	googleOAuth = mailcheck.OAuth{
		Issuer: "https://accounts.google.com", AuthURL: "https://accounts.google.com/o/oauth2/v2/auth", TokenURL: "https://oauth2.googleapis.com/token",
		Scopes: []string{"https://mail.google.com/"}, // not to be had by the device flow
	}
	microsoftOAuth = mailcheck.OAuth{
		Issuer: "https://login.microsoftonline.com/common/v2.0", AuthURL: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
		TokenURL:  "https://login.microsoftonline.com/common/oauth2/v2.0/token",
		DeviceURL: "https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
		Scopes: []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/POP.AccessAsUser.All",
			"https://outlook.office.com/SMTP.Send", "offline_access"},
	}
	yahooOAuth = mailcheck.OAuth{
		Issuer: "https://api.login.yahoo.com", AuthURL: "https://api.login.yahoo.com/oauth2/request_auth",
		TokenURL: "https://api.login.yahoo.com/oauth2/get_token", Scopes: []string{"mail-w"},
	}
	aolOAuth = mailcheck.OAuth{
		Issuer: "https://api.login.aol.com", AuthURL: "https://api.login.aol.com/oauth2/request_auth",
		TokenURL: "https://api.login.aol.com/oauth2/get_token", Scopes: []string{"mail-w"},
	}
	fastmailOAuth = mailcheck.OAuth{
		Issuer: "https://api.fastmail.com", AuthURL: "https://api.fastmail.com/oauth/authorize", TokenURL: "https://api.fastmail.com/oauth/refresh",
		Scopes: []string{"https://www.fastmail.com/dev/protocol-imap", "https://www.fastmail.com/dev/protocol-pop", "https://www.fastmail.com/dev/protocol-smtp"},
	}
	yandexOAuth = mailcheck.OAuth{
		Issuer: "https://oauth.yandex.com", AuthURL: "https://oauth.yandex.com/authorize", TokenURL: "https://oauth.yandex.com/token",
		Scopes: []string{"mail:imap_full", "mail:smtp"},
	}
	mailruOAuth = mailcheck.OAuth{
		Issuer: "https://o2.mail.ru", AuthURL: "https://o2.mail.ru/login", TokenURL: "https://o2.mail.ru/token",
		Scopes: []string{"mail.imap"},
	}
	comcastOAuth = mailcheck.OAuth{
		Issuer: "https://oauth.xfinity.com", AuthURL: "https://oauth.xfinity.com/oauth/authorize", TokenURL: "https://oauth.xfinity.com/oauth/token",
		Scopes: []string{"https://email.comcast.net/", "profile", "openid"},
	}
	thundermailOAuth = mailcheck.OAuth{
		Issuer: "https://auth.tb.pro/realms/tbpro", AuthURL: "https://auth.tb.pro/realms/tbpro/protocol/openid-connect/auth",
		TokenURL: "https://auth.tb.pro/realms/tbpro/protocol/openid-connect/token",
		Scopes:   []string{"openid", "profile", "email", "offline_access"},
	}
)

// issuerAliases are other names by which settings files call the issuers of the
// table. Most of them are Thunderbird's, which looks an issuer up by its host.
var issuerAliases = map[string]string{
	"login.microsoftonline.com": "https://login.microsoftonline.com/common/v2.0",
	"login.yahoo.com":           "https://api.login.yahoo.com",
	"login.aol.com":             "https://api.login.aol.com",
	"www.fastmail.com":          "https://api.fastmail.com",
	"comcast.net":               "https://oauth.xfinity.com",
	"auth.tb.pro":               "https://auth.tb.pro/realms/tbpro",
}

// OAuthOf returns what the table knows about logging in to a mail server with
// OAuth2.
func OAuthOf(host string) (mailcheck.OAuth, bool) {
	if p, ok := ByHosts([]string{host}); ok && p.OAuth != nil {
		return *p.OAuth, true
	}
	return mailcheck.OAuth{}, false
}

// KnownIssuer returns what the table knows about an issuer, as a URL or as the
// host name alone that settings files often give.
func KnownIssuer(issuer string) (mailcheck.OAuth, bool) {
	bare := strings.TrimSuffix(strings.TrimPrefix(issuer, "https://"), "/")
	full := "https://" + bare
	if alias, ok := issuerAliases[bare]; ok {
		full = alias
	}
	i := slices.IndexFunc(Providers, func(p Provider) bool { return p.OAuth != nil && p.OAuth.Issuer == full })
	if i < 0 {
		return mailcheck.OAuth{}, false
	}
	known := *Providers[i].OAuth
	known.Vouched = true
	return known, true
}

// IssuedBy returns what the table knows of whoever runs an issuer: the tenants of one
// authorization server are issuers of their own at the same host, and their tokens are for
// the same mail servers.
func IssuedBy(issuer string) (mailcheck.OAuth, bool) {
	if known, ok := KnownIssuer(issuer); ok {
		return known, true
	}
	u, err := url.Parse(issuer)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return mailcheck.OAuth{}, false
	}
	i := slices.IndexFunc(Providers, func(p Provider) bool { return p.OAuth != nil && hostOfURL(p.OAuth.Issuer) == u.Host })
	if i < 0 {
		return mailcheck.OAuth{}, false
	}
	return *Providers[i].OAuth, true
}

func hostOfURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Host
}
