package provider

import (
	"net/url"
	"slices"
	"strings"

	"mailcheck"
)

// SignIn is how a program of one's own signs in at a large provider.
type SignIn struct {
	mailcheck.OAuth

	Device      bool   // the device flow gives leave for mail; where it does, it is the simplest way
	DeviceGrant string // what that flow is called there; empty where it is as in RFC 8628
	RegisterURL string // where a program gets an id by itself (RFC 7591)
	RevokeURL   string // where a token ends (RFC 7009)
	Redirect    string // to register; without a port any will do
	Parameters  map[string]string

	Secret  bool     // a secret is issued with the id, and has to be sent
	Closed  bool     // no stranger's program gets leave for mail
	Tenants []string // kinds of accounts, each signed in at a place of its own; a domain or an id of an organisation will do too
	Steps   []string // how to get an id of one's own: where, and what to choose; sentences
	Source  string   // where all this was looked up
	Date    string   // when
}

// signIns is the table, by issuer. Nothing of it could be tried without an account at
// the provider; it is what the provider documents, and what programs do that work.
var signIns = []SignIn{
	{
		OAuth: microsoftOAuth, Device: true, Redirect: "http://localhost",
		Tenants: []string{"common", "consumers", "organizations"},
		Steps: []string{
			"At https://entra.microsoft.com (or https://portal.azure.com) open App registrations > New registration; any name will do.",
			"Supported account types: accounts in any organizational directory and personal Microsoft accounts.",
			"Redirect URI: choose Public client/native (mobile & desktop) and type http://localhost.",
			"Then under Authentication set Allow public client flows to Yes; make no client secret.",
			"Copy the Application (client) ID from Overview.",
		},
		Source: "learn.microsoft.com/entra/identity-platform (v2-oauth2-device-code, reply-url), learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth, neomutt/neomutt mutt_oauth2.py", Date: "2026-11-27",
	},
	{
		OAuth: googleOAuth, RevokeURL: "https://oauth2.googleapis.com/revoke", Redirect: "http://127.0.0.1", Secret: true,
		Parameters: map[string]string{"access_type": "offline", "prompt": "consent"}, // else there is no refresh token, or only the first time
		Steps: []string{
			"At https://console.cloud.google.com make a project, and in it open Google Auth Platform; choose External as the audience.",
			"Under Audience add the address as a test user. While the app is in testing a sign-in lasts seven days; with the status In production it lasts longer, and the page warns that Google has not verified the app.",
			"Under Data Access add the scope https://mail.google.com/ by hand.",
			"Under Clients make a client of the type Desktop app. Copy the client ID, and put the client secret into a file that only you can read.",
		},
		Source: "developers.google.com/identity/protocols/oauth2/native-app, developers.google.com/identity/protocols/oauth2/limited-input-device, golang/oauth2", Date: "2026-11-27",
	},
	{
		OAuth: fastmailForAnybody(), RegisterURL: "https://api.fastmail.com/oauth/register", RevokeURL: "https://api.fastmail.com/oauth/revoke",
		Redirect: "http://127.0.0.1/callback",
		Source:   "pimalaya/ortie, EGroupware, imbue-ai/latchkey pull request 129 and moltis-org/moltis pull request 1244, whose authors saw the metadata and registered in August 2026", Date: "2026-11-27",
	},
	{
		OAuth: yandexWithDevice(), Device: true, DeviceGrant: "device_code", Secret: true, Redirect: "https://oauth.yandex.com/verification_code",
		Steps: []string{
			"At https://oauth.yandex.com/client/new make an app for access to an API, with the permissions mail:imap_full and mail:smtp.",
			"Redirect URI: https://oauth.yandex.com/verification_code",
			"Copy the ClientID, and put the client secret into a file that only you can read.",
		},
		Source: "yandex.com/dev/id/doc/en/codes/screen-code-oauth, yandex.com/dev/id/doc/en/register-client", Date: "2026-11-27",
	},
	{OAuth: yahooOAuth, Closed: true, Source: "simonrob/email-oauth2-proxy", Date: "2026-11-26"},
	{OAuth: aolOAuth, Closed: true, Source: "simonrob/email-oauth2-proxy", Date: "2026-11-26"},
	{OAuth: mailruOAuth, Closed: true, Source: "thunderbird/thunderbird-desktop OAuth2Providers.sys.mjs", Date: "2026-11-26"},
	{OAuth: comcastOAuth, Closed: true, Source: "thunderbird/thunderbird-desktop OAuth2Providers.sys.mjs", Date: "2026-11-26"},
	{
		OAuth:  thundermailOAuth,
		Steps:  []string{"Thundermail has no page for programs of others yet; ask its support for a public client with the redirect http://127.0.0.1/callback."},
		Source: "thunderbird/thunderbird-desktop OAuth2Providers.sys.mjs", Date: "2026-11-26",
	},
}

// fastmailForAnybody has the scopes of programs that register by themselves
// (draft-ietf-mailmaint-oauth-public), which may ask for no more than they registered with;
// those of the protocols are for programs that Fastmail knows.
func fastmailForAnybody() mailcheck.OAuth {
	o := fastmailOAuth
	o.Scopes = []string{"urn:ietf:params:oauth:scope:mail", "offline_access"}
	return o
}

// yandexWithDevice adds the device flow, for which the table of mail programs has no use.
func yandexWithDevice() mailcheck.OAuth {
	o := yandexOAuth
	o.DeviceURL = "https://oauth.yandex.com/device/code"
	return o
}

// SignInAt returns how to sign in at an issuer, as a URL or as the host name alone that
// settings files often give.
func SignInAt(issuer string) (SignIn, bool) {
	known, ok := KnownIssuer(issuer)
	if !ok {
		return SignIn{}, false
	}
	i := slices.IndexFunc(signIns, func(s SignIn) bool { return s.Issuer == known.Issuer })
	if i < 0 {
		return SignIn{}, false
	}
	found := signIns[i]
	found.Vouched = true
	return found, true
}

// AtTenant returns the same for a kind of accounts or one organisation, by its domain or
// its id; ok is false where a provider makes no such difference, or the name is none.
func (s SignIn) AtTenant(tenant string) (at SignIn, ok bool) {
	if len(s.Tenants) == 0 || !isTenant(tenant) {
		return SignIn{}, false
	}
	from, to := "/"+s.Tenants[0]+"/", "/"+tenant+"/"
	for _, u := range []*string{&s.Issuer, &s.AuthURL, &s.TokenURL, &s.DeviceURL} {
		*u = strings.Replace(*u, from, to, 1)
	}
	return s, true
}

// isTenant reports whether a name can stand in a path as it is.
func isTenant(name string) bool {
	return name != "" && len(name) <= 253 && name == url.PathEscape(name) && !strings.ContainsAny(name, ":@") && strings.Trim(name, ".") == name
}
